//! Catalogs with one mistake each, which once opened less than they say, or were called sound. The comment in each names it.

use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check};
use sockatlas::terms::Services;
use sockatlas::{Loader, Registry, Request};
use std::path::Path;

fn loader(files: &[&str]) -> Loader {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/closed");
    files.iter().fold(Loader::new(), |loader, file| loader.path(folder.join(file)))
}

/// Code and line of every fault, and its message.
fn faults(files: &[&str]) -> Vec<(&'static str, u32, String)> {
    let error = loader(files).load().expect_err("it is refused");
    let found =
        error.faults().iter().map(|fault| (fault.kind.code(), error.locate(fault).line, fault.kind.to_string()));
    found.collect()
}

/// Code and line of every warning and error.
fn findings(files: &[&str]) -> Vec<(&'static str, u32)> {
    let report = check(&loader(files), &Settings::new());
    let found = report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    found.map(|finding| (finding.code, report.sources.locate(finding.at).line)).collect()
}

#[test]
fn a_reference_that_leads_nowhere_is_a_fault_and_shifts_no_other_entry() {
    for (file, line) in [("leak.toml", 17), ("leak2.toml", 18), ("leak3.toml", 18)] {
        let message = "no layer or base protocol is called `tcp4/lan`".to_owned();
        assert_eq!(faults(&[file]), [("dangling-reference", line, message)], "{file}");
    }
    let message = "no base protocol or chain is called `secure/tcp4`".to_owned();
    assert_eq!(faults(&["shift.toml"]), [("dangling-reference", 23, message)]);
    // Without the mistake each chain has the options of its own layer.
    let registry = loader(&["sound.toml"]).load().expect("it is sound");
    let roots = |chain: &str| {
        let layer = registry.entry(chain).and_then(|entry| entry.stack().next()).expect("it has a layer");
        layer.option("roots").map(|option| option.value.to_string())
    };
    assert_eq!(roots("pinned").as_deref(), Some("\"corp.pem\""));
    assert_eq!(roots("other").as_deref(), Some("\"other.pem\""));
}

#[test]
fn who_hides_what_a_module_does_is_refused() {
    let understated = |file: &str| {
        let found = faults(&["base.toml", file]);
        assert!(found.iter().all(|(code, ..)| *code == "understated-services"), "{file}: {found:?}");
        found.into_iter().map(|(.., message)| message).collect::<Vec<_>>()
    };
    assert_eq!(understated("understated.toml"), ["layer `vpn` does not state `proxied`, which module `socks5` gives"]);
    assert_eq!(understated("wiretap.toml"), ["layer `quiet` does not state `metered`, which module `inspect` gives"]);
    assert_eq!(
        understated("understate-chain.toml"),
        [
            "layer `pp` does not state `encrypted`, which module `tls` gives",
            "chain `hidden-tls` does not state `authenticated`, `encrypted`, `graceful-close`, which its layers and its base give",
        ]
    );
}

#[test]
fn what_says_nothing_is_found_and_is_not_counted_as_proved() {
    let found = faults(&["base.toml", "vacuous.toml"]);
    let codes: Vec<&str> = found.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, ["dangling-reference", "dangling-reference"], "{found:?}");
    let report = check(&loader(&["base.toml", "vacuous.toml"]), &Settings::new());
    assert_eq!(report.tally.proved, 0);
    assert!(findings(&["base.toml", "xtypo.toml"]).iter().any(|(code, _)| *code == "unoffered-service"));
}

#[test]
fn an_application_by_a_mistyped_name_gets_nothing() {
    let registry: Registry = loader(&["base.toml", "apptypo.toml"]).load().expect("its sections are sound");
    let request = Request::named("secure");
    assert!(registry.resolve(&request.clone().application("biling")).is_ok());
    let refusal = registry.resolve(&request.application("billing")).expect_err("it has no section");
    assert_eq!(refusal.code().as_str(), "no-such-application");
}

#[test]
fn a_catalog_silences_no_fault_and_promises_nothing_that_nobody_gives() {
    let found = faults(&["base.toml", "lintsilence.toml"]);
    assert!(found.iter().any(|(code, ..)| *code == "unkept-promise"), "{found:?}");
}

/// Whatever an entry says of itself, what is prohibited is not given by the modules of what is selected, in neither role.
#[test]
fn prohibitions_look_at_what_modules_do() {
    let text = "format = 1\ninclude = [\"builtin:linux.toml\"]\n[provider.tls]\n[layer.quiet]\nprovider = \"tls\"\n\
                adds = [\"encrypted\"]\n[chain.quiet]\nlayers = [\"quiet\"]\nbase = \"tcp4\"\n";
    let text = text.replace("[chain.quiet]", "[chain.hushed]");
    let registry =
        Loader::new().text("quiet.toml", text.as_str()).load().expect("`authenticated` may be left unstated");
    let request = Request::named("hushed").prohibit(Services::AUTHENTICATED);
    assert!(registry.resolve(&request).is_err(), "a client learns who its server is, whether or not the entry says so");
    assert!(registry.resolve(&request.accepting()).is_ok(), "a server asks nobody");
}
