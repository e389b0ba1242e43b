//! False alarms are defects: what ships and what the examples show gives no finding of severity warning or above.

use super::{alarms, run};
use sockatlas::Loader;
use sockatlas::check::{Settings, check};
use std::path::Path;

#[test]
fn what_ships_gives_no_warning() {
    for system in ["linux", "linux-modules", "windows", "macos"] {
        let shipped = |loader: Loader, name: &str| loader.path(format!("builtin:{name}.toml"));
        let alone = shipped(Loader::new(), system);
        let layered = shipped(alone.clone(), "layers");
        for loader in [alone, layered] {
            let alarms = alarms(&check(&loader, &Settings::new()));
            assert!(alarms.is_empty(), "{system}: {alarms:#?}");
        }
    }
    assert!(alarms(&check(&Loader::new().builtin(), &Settings::new())).is_empty());
}

#[test]
fn the_examples_give_no_warning() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for example in ["examples/site.toml", "examples/custom_protocol.toml"] {
        let (status, text) = run(root, &["check", "--deny", "warnings", example]);
        assert_eq!(status, 0, "{text}");
    }
}

/// Two chains that offer the same, each for those who name it.
const ALTERNATIVES: &str = r#"
format = 1
[provider.kernel]
module = "system"
[provider.socks5]
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
[layer.near]
provider = "socks5"
adds = ["proxied"]
options.proxy = "near.example:1080"
[layer.far]
provider = "socks5"
adds = ["proxied"]
options.proxy = "far.example:1080"
[chain.near-proxy]
layers = ["near"]
base = "tcp4"
[chain.far-proxy]
layers = ["far"]
base = "tcp4"
"#;

#[test]
fn a_shadowed_chain_that_a_test_asks_for_by_name_is_meant() {
    let warnings = |catalog: &str| alarms(&check(&Loader::new().text("catalog.toml", catalog), &Settings::new()));
    let shadowed = "shadowed-entry: no request can select `far-proxy` without naming it: `near-proxy` comes first";
    assert_eq!(warnings(ALTERNATIVES), [shadowed]);
    let tested = format!("{ALTERNATIVES}[[expect]]\nrequest = {{ entry = \"far-proxy\" }}\nentry = \"far-proxy\"\n");
    assert!(warnings(&tested).is_empty());
}

#[test]
fn a_test_names_an_application_that_has_a_section() {
    let findings = |name: &str| {
        let catalog = format!(
            "{ALTERNATIVES}[application.billing]\nrequire = ['proxied']\n[application.\"*\"]\n[[expect]]\n\
             request = {{ entry = \"far-proxy\", application = \"{name}\" }}\nentry = \"far-proxy\"\n"
        );
        alarms(&check(&Loader::new().text("catalog.toml", catalog), &Settings::new()))
    };
    assert!(findings("billing").is_empty());
    assert_eq!(findings("reports"), ["dangling-reference: no application is called `reports`"]);
    assert_eq!(findings("biling"), ["dangling-reference: no application is called `biling`"]);
}

/// A layer with options, a chain that uses it, and what is put before both.
fn proxied(before: &str, options: &str) -> Vec<String> {
    let catalog = format!(
        "format = 1\n{before}\n[provider.kernel]\nmodule = 'system'\n[base.tcp4]\nprovider = 'kernel'\nfamily = 'inet'\n\
         type = 'stream'\nprotocol = 'tcp'\nmatches-zero = true\n[provider.socks5]\n\
         [layer.socks5]\nprovider = 'socks5'\n\
         adds = ['proxied']\noptions = {{ {options} }}\n[chain.socks]\nlayers = ['socks5']\nbase = 'tcp4'\n"
    );
    alarms(&check(&Loader::new().text("catalog.toml", catalog), &Settings::new()))
}

#[test]
fn what_callers_must_still_give_is_reported_once_for_each_option_that_needs_it() {
    let proxy = "missing-option: layer `socks5` does not state option `proxy`";
    assert_eq!(proxied("", ""), [proxy]);
    assert_eq!(
        proxied("", "username = 'us'"),
        [proxy, "missing-option: layer `socks5` states option `username` without `password-file` or `password-env`"]
    );
    assert_eq!(
        proxied("", "proxy = 'p:1', password-env = 'P'"),
        ["missing-option: layer `socks5` states option `password-env` without `username`"]
    );
    for whole in ["proxy = 'p:1'", "proxy = 'p:1', username = 'us', password-file = 'x'"] {
        assert!(proxied("", whole).is_empty(), "{whole}");
    }
}

#[test]
fn nothing_is_missed_where_nothing_can_be_opened() {
    assert!(proxied("disable = ['socks']", "").is_empty());
}

#[test]
fn an_allowance_of_a_missing_option_may_go_unused_where_other_documents_state_it() {
    let shared = "format = 1\n[provider.kernel]\nmodule = 'system'\n[base.tcp4]\nprovider = 'kernel'\nfamily = 'inet'\n\
                  type = 'stream'\nprotocol = 'tcp'\nmatches-zero = true\n[provider.socks5]\n\
                  # sockatlas: allow(missing-option) the caller knows it\n[layer.socks5]\nprovider = 'socks5'\n\
                  adds = ['proxied']\n[chain.socks]\nlayers = ['socks5']\nbase = 'tcp4'\n";
    let site = |text: &str| {
        let loader = Loader::new().text("shared.toml", shared).text("site.toml", format!("format = 1\n{text}"));
        alarms(&check(&loader, &Settings::new()))
    };
    assert!(site("").is_empty());
    let replaced = "[layer.socks5]\nreplace = true\nprovider = 'socks5'\nadds = ['proxied']\noptions.proxy = 'p:1'";
    assert!(site(replaced).is_empty());
    assert!(site("disable = ['socks']").is_empty());
    // Where the entry itself states it, the allowance is left over.
    let stated = shared.replace("adds = ['proxied']", "adds = ['proxied']\noptions.proxy = 'p:1'");
    let alarms = alarms(&check(&Loader::new().text("shared.toml", stated), &Settings::new()));
    assert_eq!(alarms, ["unused-allowance: this allowance of `missing-option` allows nothing"]);
}
