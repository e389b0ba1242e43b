//! The law of references: at every place of the format that holds a word which names something, a word that names nothing, or
//! something of another kind, is found at that place. Loading refuses it, or `check` reports it as a warning at least.

use sockatlas::Loader;
use sockatlas::catalog::keys::{Key, Refers, Table};
use sockatlas::catalog::{Fault, Severity};
use sockatlas::check::{Settings, check};
use sockatlas::report::Finding;

/// A sound catalog in which everything is used. Places are put behind it, or in it where `@` and a table's name stands.
const CATALOG: &str = r#"format = 1
dialect = "linux"
@catalog@
[provider.kernel]
module = "system"
id = "e70f1aa0-ab8b-11cf-8ca3-00805f48a192"
[provider.tls]
[provider.inspect]
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
services = ["guaranteed-delivery", "guaranteed-order", "x-offered"]
[base.udp4]
provider = "kernel"
family = "inet"
type = "dgram"
protocol = "udp"
[layer.tls]
provider = "tls"
adds = ["encrypted", "authenticated"]
categories = ["crypto-compress"]
[layer.count]
provider = "inspect"
adds = ["metered"]
categories = ["inspector"]
[chain.single]
layers = ["tls"]
base = "tcp4"
[chain.counted]
layers = ["count"]
base = "single"
[chain.group]
layers = ["tls"]
base = ["tcp4"]
[application.billing]
require = ["encrypted"]
"#;

/// The text that puts a word at a place; `@` stands for it. Every place must have one.
fn place(table: Table, key: &str) -> &'static str {
    match (table, key) {
        (Table::Catalog, "dialect") => "catalog:dialect = \"@\"",
        (Table::Catalog, "include") => "catalog:include = [\"@\"]",
        (Table::Catalog, "order") => "catalog:order = [\"@\"]",
        (Table::Catalog, "disable") => "catalog:disable = [\"@\"]",
        (Table::Provider, "module") => {
            "[provider.odd]\nmodule = \"@\"\n[base.odd]\nprovider = \"odd\"\nfamily = \"unix\"\ntype = \"stream\"\nprotocol = 1"
        }
        (Table::Base, "provider") => "[base.odd]\nfamily = \"unix\"\ntype = \"stream\"\nprotocol = 1\nprovider = \"@\"",
        (Table::Base, "family") => "[base.odd]\nprovider = \"kernel\"\ntype = \"stream\"\nprotocol = 1\nfamily = \"@\"",
        (Table::Base, "type") => "[base.odd]\nprovider = \"kernel\"\nfamily = \"unix\"\nprotocol = 1\ntype = \"@\"",
        (Table::Base, "protocol") => {
            "[base.odd]\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"raw\"\nprotocol = \"@\""
        }
        (Table::Base, "services") => {
            "[base.odd]\nprovider = \"kernel\"\nfamily = \"unix\"\ntype = \"stream\"\nprotocol = 1\nservices = [\"@\"]"
        }
        (Table::Base, "byte-order") => {
            "[base.odd]\nprovider = \"kernel\"\nfamily = \"unix\"\ntype = \"stream\"\nprotocol = 1\nbyte-order = \"@\""
        }
        (Table::Base, "unknown") => {
            "[base.odd]\nprovider = \"kernel\"\nfamily = \"unix\"\ntype = \"stream\"\nprotocol = 1\nunknown = [\"@\"]"
        }
        (Table::Layer, "provider") => "[layer.odd]\nadds = [\"encrypted\"]\nprovider = \"@\"",
        (Table::Layer, "needs") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nneeds = [\"@\"]",
        (Table::Layer, "forbids") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nforbids = [\"@\"]",
        (Table::Layer, "adds") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\", \"@\"]",
        (Table::Layer, "removes") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nremoves = [\"@\"]",
        (Table::Layer, "allow-below") => {
            "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nallow-below = [\"@\"]"
        }
        (Table::Layer, "categories") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\ncategories = [\"@\"]",
        (Table::Layer, "type") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\ntype = \"@\"",
        (Table::Layer, "byte-order") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nbyte-order = \"@\"",
        (Table::Layer, "unknown") => "[layer.odd]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nunknown = [\"@\"]",
        (Table::Chain, "layers") => "[chain.odd]\nbase = \"tcp4\"\nlayers = [\"@\"]",
        (Table::Chain, "base") => "[chain.odd]\nlayers = [\"tls\"]\nbase = \"@\"",
        (Table::Chain, "protocol") => "[chain.odd]\nlayers = [\"tls\"]\nbase = \"tcp4\"\nprotocol = \"@\"",
        (Table::Chain, "provider") => "[chain.odd]\nlayers = [\"tls\"]\nbase = \"tcp4\"\nprovider = \"@\"",
        (Table::Chain, "services") => {
            "[chain.odd]\nlayers = [\"count\"]\nbase = \"udp4\"\nservices = [\"metered\", \"@\"]"
        }
        (Table::Chain, "byte-order") => "[chain.odd]\nlayers = [\"tls\"]\nbase = \"tcp4\"\nbyte-order = \"@\"",
        (Table::Chain, "unknown") => "[chain.odd]\nlayers = [\"tls\"]\nbase = \"tcp4\"\nunknown = [\"@\"]",
        (Table::Application, "require") => "[application.odd]\nrequire = [\"@\"]",
        (Table::Application, "prohibit") => "[application.odd]\nprohibit = [\"@\"]",
        (Table::Application, "permit") => "[application.odd]\npermit = [\"@\"]",
        (Table::Expect, "entry") => "[[expect]]\nrequest = { family = \"inet\", type = \"stream\" }\nentry = \"@\"",
        (Table::Expect, "error") => "[[expect]]\nrequest = { family = \"inet\", type = \"stream\" }\nerror = \"@\"",
        (Table::Always, "services") => {
            "[[always]]\nrequest = { entry = \"single\" }\nservices = [\"encrypted\", \"@\"]"
        }
        (Table::Always, "never") => "[[always]]\nrequest = { application = \"billing\" }\nnever = [\"@\"]",
        (Table::Request, "family") => {
            "[[always]]\nrequest = { application = \"billing\", family = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "type") => {
            "[[always]]\nrequest = { application = \"billing\", type = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "protocol") => {
            "[[always]]\nrequest = { application = \"billing\", protocol = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "role") => {
            "[[always]]\nrequest = { application = \"billing\", role = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "entry") => {
            "[[always]]\nrequest = { application = \"billing\", entry = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "provider") => {
            "[[always]]\nrequest = { application = \"billing\", provider = \"@\" }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "require") => {
            "[[always]]\nrequest = { application = \"billing\", require = [\"@\"] }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "prefer") => {
            "[[always]]\nrequest = { application = \"billing\", prefer = [\"@\"] }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "avoid") => {
            "[[always]]\nrequest = { application = \"billing\", avoid = [\"@\"] }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "prohibit") => {
            "[[always]]\nrequest = { application = \"billing\", prohibit = [\"@\"] }\nnever = [\"tcp4\"]"
        }
        (Table::Request, "application") => "[[always]]\nrequest = { application = \"@\" }\nservices = [\"encrypted\"]",
        (Table::Lint, "*") => "[lint]\n\"@\" = \"allow\"",
        (Table::Winsock, "order-32") => "[winsock]\norder-32 = [\"@\"]",
        (Table::Winsock, "order-64") => "[winsock]\norder-64 = [\"@\"]",
        _ => panic!("no text puts a word at the key `{key}` of {table:?}"),
    }
}

/// Words that are wrong there, by what the place takes: unknown, of another kind, of another case, a member that is not there.
fn wrong_words(refers: Refers) -> Vec<&'static str> {
    let members = ["single/tcp4", "single/nothing", "nothing/tcp4", "group/udp4", "group/nothing", "tcp4/x", "tls/x"];
    let with = |further: &[&'static str]| [&["nothing", "TCP4", "Single"], further, &members[..]].concat();
    match refers {
        Refers::Provider => vec!["nothing", "tcp4", "Kernel", "kernel/tcp4", "e70f1aa0-ab8b-11cf-8ca3-00805f48a192"],
        Refers::RequestedProvider => vec!["nothing", "tcp4", "Kernel", "00000000-ab8b-11cf-8ca3-00805f48a192"],
        Refers::Layer => with(&["tcp4", "single", "group"]),
        Refers::LayerOrBase => with(&["single", "group", "group/tcp4"]),
        Refers::BaseOrChain => with(&["tls", "group"]),
        Refers::BaseChainOrGroup => with(&["tls"]),
        Refers::EntryOrGroup => with(&["billing", "kernel"]),
        Refers::RequestedEntry => with(&["group", "billing"]),
        Refers::RequestedApplication => vec!["nothing", "biling", "Billing", "tcp4", "billing/x"],
        Refers::Family => vec!["nothing", "INET", "AF_INET", "stream", "inet/x"],
        Refers::SocketType => vec!["nothing", "STREAM", "SOCK_STREAM", "inet", "stream/x"],
        Refers::Protocol => vec!["nothing", "TCP", "rfcomm", "inet", "tcp/x"],
        Refers::Service => vec!["nothing", "ENCRYPTED", "tcp4", "encrypted/x", "x-"],
        Refers::AskedService => vec!["nothing", "ENCRYPTED", "tcp4", "encrypted/x", "x-", "x-offred"],
        Refers::Category => vec!["nothing", "SYSTEM", "encrypted", "system/x"],
        Refers::Fact => vec!["nothing", "SERVICES", "layers", "services/x"],
        Refers::ErrorCode => vec!["nothing", "NO-SUCH-ENTRY", "WSAEINVAL", "no-such-entry/x"],
        Refers::Dialect => vec!["nothing", "LINUX", "linux/x"],
        Refers::ByteOrder => vec!["nothing", "BIG", "network"],
        Refers::Role => vec!["nothing", "CONNECT", "listen"],
        // A module that resembles none that ships is the program's own.
        Refers::Module => vec!["sytem", "System", "tsl"],
        Refers::Document => vec!["nothing.toml", "builtin:nothing.toml"],
        Refers::Rule => vec!["nothing", "SHADOWED-ENTRY", "shadowed"],
        other => panic!("no wrong words are known for {other:?}"),
    }
}

/// The catalog with this text, and the line of the text's `@`.
fn with(text: &str, word: &str) -> (String, u32) {
    let (catalog, marked) = match text.strip_prefix("catalog:") {
        // A second dialect in one document would be another fault.
        Some(line) if line.starts_with("dialect") => (CATALOG.replace("dialect = \"linux\"\n", ""), line),
        Some(line) => (CATALOG.to_owned(), line),
        None => (format!("{CATALOG}{text}\n"), ""),
    };
    let catalog = catalog.replace("@catalog@", marked);
    let line = catalog.lines().position(|line| line.contains('@')).expect("a place") + 1;
    (catalog.replace('@', word), line as u32)
}

/// Every place of the format whose words name something.
fn places() -> impl Iterator<Item = (Table, &'static Key, Refers)> {
    let keys = Table::ALL.iter().flat_map(|&table| table.keys().iter().map(move |key| (table, key)));
    keys.filter_map(|(table, key)| Some((table, key, key.refers()?)))
}

#[test]
fn a_wrong_word_is_found_at_its_place_wherever_the_format_has_one() {
    let settings = Settings::new().level("warnings", Severity::Error).expect("a level");
    let mut tried = 0;
    for (table, key, refers) in places() {
        for word in wrong_words(refers) {
            let (catalog, line) = with(place(table, key.name()), word);
            let report = check(&Loader::new().text("site.toml", catalog.as_str()), &settings);
            let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
            let is_there = |finding: &&Finding| report.sources.locate(finding.at).line == line;
            assert!(
                errors.clone().any(|finding| is_there(&finding)),
                "`{word}` at `{}` of {table:?}, line {line}: {:#?}\n{catalog}",
                key.name(),
                errors.collect::<Vec<_>>()
            );
            tried += 1;
        }
    }
    assert!(tried > 250, "{tried}");
}

/// The same texts with words that are right give no fault, so that the law above finds the words and not the texts.
#[test]
fn a_right_word_is_no_fault_wherever_the_format_has_one() {
    for (table, key, refers) in places() {
        let word = match refers {
            Refers::Provider | Refers::RequestedProvider if table == Table::Layer => "tls",
            Refers::Provider | Refers::RequestedProvider => "kernel",
            Refers::Layer => "tls",
            Refers::LayerOrBase => "tcp4",
            Refers::BaseOrChain => "tcp4",
            Refers::RequestedEntry => "single",
            Refers::BaseChainOrGroup | Refers::EntryOrGroup => "group",
            Refers::RequestedApplication => "billing",
            Refers::Family => "inet6",
            Refers::SocketType => "stream",
            Refers::Protocol => "tcp",
            Refers::Service if table == Table::Layer => "authenticated",
            Refers::Service | Refers::AskedService => "x-offered",
            Refers::Category => "system",
            Refers::Fact => "version",
            Refers::ErrorCode => "protocol-not-supported",
            Refers::Dialect => "linux",
            Refers::ByteOrder => "big",
            Refers::Role => "connect",
            Refers::Module => "system",
            Refers::Document => "builtin:macos.toml",
            Refers::Rule => "shadowed-entry",
            other => panic!("no right word is known for {other:?}"),
        };
        if refers == Refers::Document {
            continue;
        }
        let (catalog, _) = with(place(table, key.name()), word);
        let loaded = Loader::new().text("site.toml", catalog.as_str()).load();
        let faults = loaded.as_ref().err().map_or(&[][..], |error| error.faults());
        let faults: Vec<&Fault> = faults.iter().filter(|fault| fault.kind.code() != "contract-broken").collect();
        assert!(faults.is_empty(), "`{word}` at `{}` of {table:?}: {faults:#?}\n{catalog}", key.name());
    }
}

/// What a test expects to be refused because it is not there need not be there.
#[test]
fn a_test_may_expect_that_something_is_missing() {
    let sound = [
        "request = { entry = \"nothing\" }\nerror = \"no-such-entry\"",
        "request = { entry = 4711 }\nerror = \"no-such-entry\"",
        "request = { provider = \"nothing\" }\nerror = \"no-such-provider\"",
        "request = { family = \"inet\", type = \"stream\", application = \"nothing\" }\nerror = \"no-such-application\"",
    ];
    for test in sound {
        let catalog = format!("{}[[expect]]\n{test}\n", CATALOG.replace("@catalog@", ""));
        let report = check(&Loader::new().text("site.toml", catalog.as_str()), &Settings::new());
        let errors: Vec<_> = report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{test}: {errors:#?}");
    }
    let faulty = [
        ("request = { entry = \"nothing\" }\nerror = \"no-such-provider\"", "no entry is called `nothing`"),
        ("request = { entry = 4711 }\nerror = \"entry-mismatch\"", "no entry is called `4711`"),
        ("request = { provider = \"nothing\" }\nerror = \"no-such-entry\"", "no provider is called `nothing`"),
        ("request = { application = \"nothing\" }\nerror = \"not-permitted\"", "no application is called `nothing`"),
    ];
    for (test, message) in faulty {
        let catalog = format!("{}[[expect]]\n{test}\n", CATALOG.replace("@catalog@", ""));
        let error = Loader::new().text("site.toml", catalog.as_str()).load().expect_err("a fault");
        let found: Vec<String> = error.faults().iter().map(|fault| fault.kind.to_string()).collect();
        assert_eq!(found, [message], "{test}");
    }
}
