//! The example of each rule gives that one finding, at the right place and with the right text; the mended one gives none.

use super::{Fixture, alarms, here, is_fresh, is_of_the_excerpt, settings};
use sockatlas::catalog::Severity;
use sockatlas::check::rules;
use sockatlas::report::Rule;

/// The rules whose examples can be found on this system.
fn found_here() -> impl Iterator<Item = &'static Rule> {
    rules().iter().filter(|rule| cfg!(unix) || rule.code != "writable-by-others")
}

#[test]
fn each_example_gives_exactly_the_finding_of_its_rule() {
    for rule in found_here() {
        let report = Fixture::of(rule, "Example").report(&settings(rule));
        let (own, others): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.code == rule.code);
        assert_eq!(own.len(), 1, "{}: {:#?}", rule.code, report.findings);
        assert_eq!(own[0].severity, rule.severity, "{}", rule.code);
        let others: Vec<_> = others
            .iter()
            .filter(|finding| finding.severity > Severity::Note && !is_of_the_excerpt(rule, finding))
            .collect();
        assert!(others.is_empty(), "the example of {} also gives {others:#?}", rule.code);
    }
}

#[test]
fn each_mended_example_gives_no_finding_of_its_rule_and_no_warning() {
    for rule in found_here() {
        let report = Fixture::of(rule, "Mended").report(&settings(rule));
        let own = report.findings.iter().find(|finding| finding.code == rule.code);
        assert!(own.is_none(), "{}: {own:#?}", rule.code);
        let mut report = report;
        report.findings.retain(|finding| !is_of_the_excerpt(rule, finding));
        let alarms = alarms(&report);
        assert!(alarms.is_empty(), "the mended example of {} gives {alarms:#?}", rule.code);
    }
}

/// Place, source and text of each finding, as the command shows them.
#[test]
#[cfg_attr(not(unix), ignore = "the reasons of the system differ")]
fn the_generated_texts_of_the_findings_are_those_committed() {
    for rule in found_here() {
        let flags: &[&str] = if rule.code == "uncovered-entry" { &["--coverage"] } else { &[] };
        let (status, text) = Fixture::of(rule, "Example").run(flags);
        is_fresh(&here().join("snapshots").join(format!("{}.txt", rule.code)), &text);
        assert_eq!(status, i32::from(rule.severity == Severity::Error), "{}: {text}", rule.code);
    }
}

#[test]
fn every_snapshot_belongs_to_a_rule() {
    for snapshot in std::fs::read_dir(here().join("snapshots")).expect("the snapshots are there") {
        let name = snapshot.expect("the folder can be read").file_name().into_string().expect("codes are ASCII");
        assert!(rules().iter().any(|rule| format!("{}.txt", rule.code) == name), "{name} belongs to no rule");
    }
}

#[test]
fn a_report_never_shows_the_secret_that_it_is_about() {
    // Not the one of the example, which the docs show, and some forms of the report have the docs of rules in them.
    let catalog = super::the_rule("secret-in-options").catalog("Example").unwrap_or_default();
    let fixture = Fixture::new(&catalog.replace("hunter2", "swordfish"));
    for format in ["text", "json", "sarif", "github", "junit"] {
        let (_, text) = fixture.run(&["--format", format]);
        assert!(text.contains("secret-in-options") && text.contains("`password`"), "{text}");
        assert!(!text.contains("swordfish"), "{format}: {text}");
    }
}

const SECRETS: &str = r#"
format = 1
[provider.acme]
[base.tcp4]
provider = "acme"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
[base.tcp4.options]
"#;

/// The message about an option, if it holds a secret.
fn secret(option: &str) -> Option<String> {
    let report = Fixture::new(&format!("{SECRETS}{option}\n")).report(&sockatlas::check::Settings::new());
    assert!(report.count(Severity::Error) == 0, "{option}: {:?}", report.findings);
    let finding = report.findings.into_iter().find(|finding| finding.code == "secret-in-options")?;
    Some(finding.message)
}

#[test]
fn secrets_are_reported_from_what_only_sounds_like_one() {
    let reported = [
        ("password = 'x'", "option `password` of base `tcp4` holds a secret"),
        ("API_KEY = 'x'", "option `API_KEY` of base `tcp4` holds a secret"),
        ("auth = { proxy-password = 'x' }", "option `auth.proxy-password` of base `tcp4` holds a secret"),
        ("tokens = [{ token = 'x' }]", "option `tokens.token` of base `tcp4` holds a secret"),
        ("private-key = 'MIIEvQIBADANBgkq'", "option `private-key` of base `tcp4` holds a secret"),
        ("key = '-----BEGIN EC PRIVATE KEY-----'", "option `key` of base `tcp4` holds a private key"),
        ("proxy = 'http://u:p@proxy:3128'", "option `proxy` of base `tcp4` holds a password in its URL"),
    ];
    for (option, message) in reported {
        assert_eq!(secret(option).as_deref(), Some(message), "{option}");
    }
    let plain = [
        "password-file = '/etc/password'",
        "password = ''",
        "password = '${PROXY_PASSWORD}'",
        "password = 'env:PROXY_PASSWORD'",
        "private-key = '/etc/tls/key.pem'",
        "private-key = 'server.key'",
        "key = 'server.key'",
        "token = true",
        "certificate = '-----BEGIN CERTIFICATE-----'",
        "proxy = 'http://u@proxy:3128'",
        "proxy = 'http://proxy:3128/a@b:c'",
        "tokenizer = 'words'",
    ];
    for option in plain {
        assert_eq!(secret(option), None, "{option}");
    }
}

#[test]
fn what_takes_a_key_away_gives_the_mended_example() {
    for code in ["replaces-nothing", "unused-allowance"] {
        let rule = super::the_rule(code);
        let fixture = Fixture::of(rule, "Example");
        let (status, text) = fixture.run(&["--fix"]);
        assert_eq!(status, 0, "{text}");
        let fixed = std::fs::read_to_string(fixture.path()).expect("it is still there");
        assert_eq!(Some(fixed), rule.catalog("Mended"), "{code}");
    }
}
