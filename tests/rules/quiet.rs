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
[layer.far]
provider = "socks5"
adds = ["proxied"]
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
fn an_application_that_falls_under_the_section_for_all_is_known() {
    let warnings = |name: &str| {
        let catalog = format!(
            "{ALTERNATIVES}[application.billing]\nrequire = ['proxied']\n[application.\"*\"]\n[[expect]]\n\
             request = {{ entry = \"far-proxy\", application = \"{name}\" }}\nentry = \"far-proxy\"\n"
        );
        alarms(&check(&Loader::new().text("catalog.toml", catalog), &Settings::new()))
    };
    assert!(warnings("reports").is_empty());
    assert_eq!(warnings("biling"), ["unknown-application: no section speaks of application `biling`"]);
}
