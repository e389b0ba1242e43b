//! Words that nothing offers, policies that cannot mean what they say, guarantees that claim nothing, and modules that are mistyped.

use super::{Fixture, alarms};
use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check};

/// A plain and an encrypted stream, and what is put behind them; `{layer}` stands in the table of the layer.
fn catalog(layer: &str, behind: &str) -> String {
    format!(
        r#"format = 1
dialect = "linux"
[provider.kernel]
module = "system"
[provider.tls]
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
services = ["guaranteed-delivery", "guaranteed-order", "x-internal"]
[layer.tls]
provider = "tls"
adds = ["encrypted", "authenticated"]
categories = ["crypto-compress"]
{layer}
[chain.secure]
layers = ["tls"]
base = "tcp4"
{behind}
"#
    )
}

fn warnings(layer: &str, behind: &str) -> Vec<String> {
    let text = catalog(layer, behind);
    alarms(&check(&Loader::new().text("catalog.toml", text), &Settings::new()))
}

/// Every place in which a catalog asks about services: what stands in the table of the layer, and behind everything.
const PLACES: [(&str, &str); 17] = [
    (
        "",
        "[layer.spare]\nprovider = 'tls'\nadds = ['encrypted', 'authenticated']\nneeds = ['guaranteed-order', 'WORD']",
    ),
    ("forbids = ['WORD']", ""),
    ("removes = ['expedited-data', 'WORD']", ""),
    ("", "[application.a]\nprohibit = ['proxied', 'WORD']"),
    ("", "application.a.prohibit = ['WORD']"),
    ("", "application = { a = { prohibit = ['WORD'] } }"),
    ("", "[application.'*']\nprohibit = ['WORD']"),
    ("", "[[expect]]\nrequest = { entry = 'tcp4', require = ['WORD'] }\nerror = 'service-not-offered'"),
    ("", "[[expect]]\nrequest = { entry = 'tcp4', prohibit = ['WORD'] }\nentry = 'tcp4'"),
    ("", "[[expect]]\nrequest = { entry = 'tcp4', prefer = ['WORD'] }\nentry = 'tcp4'"),
    ("", "[[expect]]\nentry = 'tcp4'\n[expect.request]\nentry = 'tcp4'\navoid = ['WORD']"),
    ("", "[[always]]\nrequest = { require = ['WORD'] }\nservices = ['guaranteed-order']"),
    ("", "[[always]]\nrequest = { prohibit = ['WORD'] }\nservices = ['guaranteed-order']"),
    ("", "[[always]]\nrequest = { prefer = ['WORD'] }\nservices = ['guaranteed-order']"),
    ("", "[[always]]\nrequest = { avoid = ['WORD'] }\nservices = ['guaranteed-order']"),
    (
        "",
        "[[always]]\nrequest = { family = 'inet6' }\nrefused = true\n[[always]]\nservices = [\n  'guaranteed-order',\n  'WORD',\n]\n[always.request]\nfamily = 'inet'",
    ),
    ("", "[application.a]\nrequire = ['guaranteed-order', 'WORD']"),
];

#[test]
fn a_word_that_nothing_offers_is_found_wherever_something_asks_about_it() {
    for (layer, behind) in PLACES {
        let report = |word: &str| {
            let text = catalog(&layer.replace("WORD", word), &behind.replace("WORD", word));
            // Dotted keys and inline tables come before all headers.
            let text = match behind.split('=').next() {
                Some(first) if first.starts_with("application") => {
                    let behind = behind.replace("WORD", word);
                    catalog(layer, "").replacen("format = 1\n", &format!("format = 1\n{behind}\n"), 1)
                }
                _ => text,
            };
            (check(&Loader::new().text("catalog.toml", &*text), &Settings::new()), text)
        };
        let (found, text) = report("x-internl");
        let reported: Vec<_> = found.findings.iter().filter(|finding| finding.code == "unoffered-service").collect();
        let [finding] = reported[..] else { panic!("{layer}{behind}: {:?}", found.findings) };
        assert_eq!(&text[finding.at.range()], "'x-internl'", "{behind}");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(finding.help.as_deref(), Some("did you mean `x-internal`?"), "{behind}");
        // One mistake is one finding, apart from what a test or guarantee then says for itself.
        let others: Vec<_> = found
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Warning && finding.code != "unchained-layer")
            .collect();
        assert_eq!(others.len(), 1, "{behind}: {others:#?}");
        let (found, _) = report("x-internal");
        assert!(
            found.findings.iter().all(|finding| finding.code != "unoffered-service"),
            "{behind}: {:?}",
            found.findings
        );
    }
}

#[test]
fn a_word_is_offered_by_whatever_states_or_adds_it() {
    let asking = "[application.a]\nprohibit = ['x-one']\n";
    assert_eq!(warnings("", asking), ["unoffered-service: nothing offers the service `x-one`"]);
    for offering in [
        "[base.other]\nprovider = 'kernel'\nfamily = 'inet'\ntype = 'dgram'\nprotocol = 'udp'\nmatches-zero = true\nservices = ['x-one']",
        "[layer.more]\nprovider = 'tls'\nadds = ['encrypted', 'authenticated', 'x-one']\n[chain.more]\nlayers = ['more']\nbase = 'secure'",
        "[chain.more]\nlayers = ['more']\nbase = 'tcp4'\nservices = ['encrypted', 'authenticated', 'x-one']\n[layer.more]\nprovider = 'tls'\nadds = ['encrypted', 'authenticated']",
    ] {
        let found = warnings("", &format!("{asking}{offering}"));
        assert!(!found.iter().any(|finding| finding.starts_with("unoffered")), "{offering}: {found:?}");
    }
    // A document of policy alone is merged with others that offer something.
    let alone = format!("format = 1\n{asking}require = ['compressed']\n");
    assert!(alarms(&check(&Loader::new().text("policy.toml", alone), &Settings::new())).is_empty());
}

#[test]
fn policies_that_cannot_mean_what_they_say_are_reported() {
    let table: [(&str, &[&str]); 11] = [
        (
            "[application.a]\nrequire = ['encrypted']\nprohibit = ['encrypted']",
            &["unmeetable-policy: application `a` requires and prohibits `encrypted`"],
        ),
        (
            "[application.a]\nrequire = ['compressed']",
            &["unoffered-service: no entry that can be selected offers `compressed`, which application `a` requires"],
        ),
        (
            "[application.a]\nrequire = ['encrypted']\nprohibit = ['guaranteed-order']",
            &["unmeetable-policy: no entry passes the policy of application `a`"],
        ),
        (
            "[application.a]\nprohibit = ['guaranteed-order']",
            &["unmeetable-policy: no entry passes the policy of application `a`"],
        ),
        (
            "[application.a]\nrequire = ['encrypted']\npermit = []",
            &["unmeetable-policy: no entry passes the policy of application `a`"],
        ),
        (
            "[application.'*']\nprohibit = ['proxied']\n[application.a]",
            &["empty-policy: the section of application `a` is empty, and lifts what `*` demands"],
        ),
        ("[application.'*']\n[application.a]", &[]),
        ("[application.a]", &[]),
        ("[application.'*']\nprohibit = ['proxied']\n[application.a]\nrequire = ['encrypted']", &[]),
        ("[application.a]\npermit = []", &[]),
        (
            // Whoever bars an application from everything says so.
            "[application.a]\nprohibit = ['guaranteed-order']\n[[always]]\nrequest = { application = 'a' }\nrefused = true",
            &[],
        ),
    ];
    for (policy, expected) in table {
        assert_eq!(warnings("", policy), expected, "{policy}");
    }
}

#[test]
fn guarantees_that_claim_nothing_are_reported_and_not_counted_as_proved() {
    const NOBODY: &str =
        "vacuous-guarantee: no request that this guarantee speaks of is answered, so it claims nothing";
    let table: [(&str, &[&str], usize); 12] = [
        ("request = { entry = 'secure' }\nservices = ['encrypted']", &[], 1),
        ("request = {}\nservices = []", &["vacuous-guarantee: this guarantee names no service"], 0),
        (
            "request = { require = ['encrypted', 'authenticated'] }\nservices = ['encrypted']",
            &["vacuous-guarantee: this guarantee claims what its own request requires"],
            0,
        ),
        ("request = { require = ['encrypted'] }\nservices = ['encrypted', 'authenticated']", &[], 1),
        ("request = { family = 'inet', type = 'dgram', protocol = 'tcp' }\nservices = ['encrypted']", &[NOBODY], 0),
        ("request = { family = 'inet', type = 'dgram', protocol = 'tcp' }\nnever = ['tcp4']", &[NOBODY], 0),
        ("request = { family = 'inet', type = 'dgram', protocol = 'tcp' }\nrefused = true", &[], 1),
        ("request = { require = ['compressed'] }\nservices = ['encrypted']", &[NOBODY], 0),
        ("request = { application = 'a', entry = 'tcp4' }\nservices = ['guaranteed-order']", &[NOBODY], 0),
        ("request = { application = 'a', entry = 'tcp4' }\nrefused = true", &[], 1),
        ("request = { family = 9999 }\nservices = ['encrypted']", &[NOBODY], 0),
        (
            "request = { require = ['x-nothing'] }\nservices = ['encrypted']",
            &["unoffered-service: nothing offers the service `x-nothing`"],
            0,
        ),
    ];
    for (guarantee, expected, proved) in table {
        let text = catalog("", &format!("[application.a]\nrequire = ['encrypted']\n[[always]]\n{guarantee}"));
        let report = check(&Loader::new().text("catalog.toml", text), &Settings::new());
        assert_eq!(alarms(&report), expected, "{guarantee}");
        assert_eq!((report.tally.guarantees, report.tally.proved), (1, proved), "{guarantee}");
    }
}

#[test]
fn a_vacuous_guarantee_is_explained_by_what_comes_nearest() {
    let text = catalog("", "[[always]]\nrequest = { require = ['compressed'] }\nservices = ['encrypted']");
    let report = check(&Loader::new().text("catalog.toml", text), &Settings::new());
    let help =
        "not even for `tcp4`: what matches does not offer `compressed`; where that is meant, claim `refused = true`";
    assert_eq!(report.findings[0].help.as_deref(), Some(help));
}

#[test]
fn an_application_without_a_section_may_be_expected_to_be_refused() {
    let expecting = |policy: &str, application: &str, outcome: &str| {
        warnings(
            "",
            &format!(
                "{policy}\n[[expect]]\nrequest = {{ entry = 'secure', application = '{application}' }}\n{outcome}"
            ),
        )
    };
    let billing = "[application.billing]\nrequire = ['encrypted']";
    assert!(expecting(billing, "biling", "error = 'no-such-application'").is_empty());
    let mistyped = "dangling-reference: no application is called `biling`";
    assert_eq!(expecting(billing, "biling", "entry = 'secure'"), [mistyped]);
    let for_all = format!("{billing}\n[application.'*']\nprohibit = ['proxied']");
    let reports = "dangling-reference: no application is called `reports`";
    assert_eq!(expecting(&for_all, "reports", "entry = 'secure'"), [reports]);
    assert_eq!(expecting(&for_all, "biling", "entry = 'secure'"), [mistyped]);
    let guarantee = "[[always]]\nrequest = { application = 'biling' }\nservices = ['guaranteed-order']";
    assert_eq!(warnings("", &format!("{for_all}\n{guarantee}")), [mistyped]);
    assert_eq!(warnings("", &format!("{billing}\n{guarantee}")), [mistyped]);
}

#[test]
fn a_module_that_is_called_almost_as_a_known_one_is_reported_from_one_of_somebody_else() {
    let severity = |provider: &str| {
        let text = catalog("", provider);
        let report = check(&Loader::new().text("catalog.toml", text), &Settings::new());
        let of_modules = |code: &str| code == "mistyped-module" || code == "unknown-module";
        report.findings.iter().find(|finding| of_modules(finding.code)).map(|finding| (finding.code, finding.severity))
    };
    let mistyped = Some(("mistyped-module", Severity::Warning));
    let unknown = Some(("unknown-module", Severity::Note));
    for (provider, expected) in [
        ("[provider.other]\nmodule = 'tsl'", mistyped),
        ("[provider.sokcs5]", mistyped),
        ("[provider.http-conect]", mistyped),
        ("[provider.other]\nmodule = 'acme-tunnel'", unknown),
        ("[provider.wireguard]", unknown),
        ("[provider.other]\nmodule = 'tls'", None),
    ] {
        assert_eq!(severity(provider), expected, "{provider}");
    }
}

/// Each guarantee of this catalog says nothing; one that fails closed says so of each.
#[test]
fn no_guarantee_about_nothing_passes_where_warnings_are_denied() {
    let vacuous = "[application.billing]\n\
        [[always]]\nrequest = { application = 'billing', require = ['x-encrypted-typo'] }\nservices = ['encrypted']\n\
        [[always]]\nrequest = { family = 'inet', type = 'dgram', protocol = 'tcp' }\nservices = ['encrypted', 'x-enc']\n\
        [[always]]\nrequest = {}\nservices = []\n";
    let fixture = Fixture::new(&catalog("", vacuous));
    let (status, text) = fixture.run(&["--deny", "warnings"]);
    assert_eq!(status, 1);
    for reported in
        ["error[unoffered-service]: nothing offers the service `x-encrypted-typo`", "`x-enc`", "names no service"]
    {
        assert!(text.contains(reported), "{reported}: {text}");
    }
    assert!(text.ends_with(", 0 of 3 guarantees proved\n"), "{text}");
}
