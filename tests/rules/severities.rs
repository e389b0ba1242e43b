//! Whose severity counts: the user's, an allowance's, the catalog's, the rule's.

use super::{Fixture, brief};
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, rules};

/// A catalog with one warning, `unused-provider` at 3:11, and what is put before and behind it.
fn catalog(before: &str, behind: &str) -> String {
    format!(
        r#"format = 1
{before}
[provider.spare]{behind}

[provider.kernel]
module = "system"

[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
"#
    )
}

fn found(catalog: &str, settings: &Settings) -> Vec<String> {
    let report = Fixture::new(catalog).report(settings);
    // The spare provider has no module of that name either, which is not what is looked at here.
    brief(&report).into_iter().filter(|finding| !finding.starts_with("unknown-module")).collect()
}

fn level(word: &str, severity: Severity) -> Settings {
    Settings::new().level(word, severity).expect("the rule is known")
}

#[test]
fn without_further_words_the_severity_is_the_rules() {
    assert_eq!(found(&catalog("", ""), &Settings::new()), ["unused-provider warning 3:11"]);
}

#[test]
fn a_catalog_sets_severities_in_lint() {
    for (severity, expected) in [
        ("note", "unused-provider note 3:11"),
        ("error", "unused-provider error 3:11"),
        ("warning", "unused-provider warning 3:11"),
    ] {
        let lint = format!("lint.unused-provider = \"{severity}\"");
        assert_eq!(found(&catalog(&lint, ""), &Settings::new()), [expected]);
    }
    assert!(found(&catalog("lint.unused-provider = \"allow\"", ""), &Settings::new()).is_empty());
}

#[test]
fn the_user_outweighs_the_catalog() {
    let lint = "lint.unused-provider = \"allow\"";
    let denied = found(&catalog(lint, ""), &level("unused-provider", Severity::Error));
    assert_eq!(denied, ["unused-provider error 3:11"]);
    let lint = "lint.unused-provider = \"error\"";
    assert!(found(&catalog(lint, ""), &level("unused-provider", Severity::Allow)).is_empty());
}

#[test]
fn of_the_users_words_the_last_counts() {
    let settings = level("unused-provider", Severity::Error).level("unused-provider", Severity::Note);
    let settings = settings.expect("the rule is known");
    assert_eq!(found(&catalog("", ""), &settings), ["unused-provider note 3:11"]);
}

#[test]
fn warnings_means_whatever_is_a_warning_by_then() {
    assert_eq!(found(&catalog("", ""), &level("warnings", Severity::Error)), ["unused-provider error 3:11"]);
    let settings = level("unused-provider", Severity::Note).level("warnings", Severity::Error).expect("known");
    assert_eq!(found(&catalog("", ""), &settings), ["unused-provider note 3:11"], "it is no warning any more");
    let lint = "lint.unused-provider = \"note\"";
    assert_eq!(found(&catalog(lint, ""), &level("warnings", Severity::Error)), ["unused-provider note 3:11"]);
}

#[test]
fn a_word_that_is_no_rule_is_refused_with_the_nearest_one() {
    let error = Settings::new().level("unused-providers", Severity::Error).unwrap_err();
    assert_eq!(error.to_string(), "no rule is called `unused-providers` (did you mean `unused-provider`?)");
}

#[test]
fn no_setting_makes_a_fault_less_than_an_error() {
    for rule in rules().iter().filter(|rule| rule.is_fault()) {
        let Ok(settings) = Settings::new().level(rule.code, Severity::Allow) else { continue };
        let report = Fixture::of(rule, "Example").report(&settings);
        assert_eq!(report.count(Severity::Error), 1, "{}", rule.code);
    }
    let allowed = "format = 1\nlint.syntax = \"allow\"\n# sockatlas: allow(syntax) it is all right\ntitle = \"x\n";
    assert_eq!(found(allowed, &Settings::new()), ["syntax error 4:11"]);
}

#[test]
fn a_severity_for_what_cannot_have_one_is_reported() {
    assert_eq!(found(&catalog("lint.cycle = \"allow\"", ""), &Settings::new())[0], "unknown-rule warning 2:6");
    assert_eq!(found(&catalog("lint.no-such = \"allow\"", ""), &Settings::new())[0], "unknown-rule warning 2:6");
}

#[test]
fn an_allowance_with_a_reason_keeps_its_finding_from_the_report() {
    let reason = "# sockatlas: allow(unused-provider) the next release uses it";
    assert!(found(&catalog(reason, ""), &Settings::new()).is_empty(), "on the line before the table");
    assert!(found(&catalog("", &format!(" {reason}")), &Settings::new()).is_empty(), "at the end of the line");
    assert!(found(&catalog(&format!("{reason}\n# more words"), ""), &Settings::new()).is_empty());
}

#[test]
fn an_allowance_without_a_reason_allows_nothing() {
    let bare = catalog("# sockatlas: allow(unused-provider)", "");
    assert_eq!(found(&bare, &Settings::new()), ["bad-allowance warning 2:1", "unused-provider warning 3:11"]);
}

#[test]
fn an_allowance_of_a_fault_or_of_nothing_known_is_reported() {
    for code in ["cycle", "no-such-rule"] {
        let text = catalog(&format!("# sockatlas: allow({code}) because"), "");
        assert_eq!(found(&text, &Settings::new())[0], "bad-allowance warning 2:1", "{code}");
    }
    let text = catalog("# sockatlas: permit(unused-provider) because", "");
    assert_eq!(found(&text, &Settings::new())[0], "bad-allowance warning 2:1");
}

#[test]
fn an_allowance_that_allows_nothing_is_reported() {
    let text = catalog("# sockatlas: allow(unchained-layer) because", "");
    assert_eq!(found(&text, &Settings::new()), ["unused-allowance warning 2:1", "unused-provider warning 3:11"]);
    assert_eq!(
        found(&text, &level("unused-allowance", Severity::Allow)),
        ["unused-provider warning 3:11"],
        "what is said of allowances has a severity too"
    );
}

#[test]
fn an_allowance_covers_the_construct_that_it_stands_at_and_not_its_neighbour() {
    let reason = "# sockatlas: allow(unused-provider) the next release uses it";
    let providers = |text: &str| {
        let found = found(&format!("format = 1\n{text}"), &Settings::new());
        found.into_iter().filter(|finding| finding.starts_with("unused-")).collect::<Vec<_>>()
    };
    // Without a blank line between, and indented.
    assert_eq!(providers(&format!("{reason}\n[provider.t]\n[provider.u]\n")), ["unused-provider warning 4:11"]);
    let indented = format!("[lint]\n  {reason}\n  [provider.t]\n  module = \"system\"\n\n  [provider.u]\n");
    assert_eq!(providers(&indented), ["unused-provider warning 7:13"]);
    // Of the keys of a table that has no header only the one that it stands at.
    assert_eq!(
        providers(&format!(
            "{reason}\nprovider.t.id = \"e70f1aa0-ab8b-11cf-8ca3-00805f48a192\"\nprovider.u.module = \"system\"\n"
        )),
        ["unused-provider warning 4:10"]
    );
    // In the table, at its head and at its end.
    assert_eq!(
        providers(&format!("[provider.t]\n{reason}\nmodule = \"system\"\n[provider.u]\n")),
        ["unused-provider warning 5:11"]
    );
    assert_eq!(
        providers(&format!("[provider.u]\n[provider.t]\nmodule = \"system\"\n{reason}\n")),
        ["unused-provider warning 2:11"]
    );
}

#[test]
fn an_allowance_may_speak_of_several_rules() {
    let found = |text: &str| super::brief(&Fixture::new(text).report(&Settings::new()));
    let text = |codes: &str| catalog(&format!("# sockatlas: allow({codes}) the next release uses it"), "");
    assert!(found(&text("unused-provider, unknown-module")).is_empty());
    assert!(found(&text("unknown-module,unused-provider")).is_empty());
    // Each must be of use.
    let over = text("unused-provider, unchained-layer, unknown-module");
    assert_eq!(found(&over), ["unused-allowance warning 2:1"]);
    let fixture = Fixture::new(&over);
    assert_eq!(fixture.run(&["--fix"]).0, 0);
    let fixed = std::fs::read_to_string(fixture.path()).expect("it is there");
    assert_eq!(fixed, text("unused-provider, unknown-module"));
    // One that cannot be allowed makes the whole of it none.
    for codes in [
        "unused-provider, cycle",
        "unused-provider, no-such-rule",
        "unused-provider, unused-provider",
        "unused-provider,",
    ] {
        assert_eq!(found(&text(codes))[0], "bad-allowance warning 2:1", "{codes}");
        assert!(found(&text(codes)).contains(&"unused-provider warning 3:11".to_owned()), "{codes}");
    }
}

#[test]
fn words_in_a_string_are_no_allowance() {
    let text = catalog("title = \"# sockatlas: allow(unused-provider) because\"", "");
    assert_eq!(found(&text, &Settings::new()), ["unused-provider warning 3:11"]);
}

#[test]
fn the_exit_status_says_whether_something_is_an_error() {
    let status = |catalog: &str, flags: &[&str]| Fixture::new(catalog).run(flags).0;
    assert_eq!(status(&catalog("", ""), &[]), 0, "a warning is no error");
    assert_eq!(status(&catalog("", ""), &["--deny", "warnings"]), 1);
    assert_eq!(status(&catalog("lint.unused-provider = \"error\"", ""), &[]), 1);
    assert_eq!(status(&catalog("lint.unused-provider = \"note\"", ""), &["--deny", "warnings"]), 0);
    assert_eq!(status("format = 1\n", &[]), 0);
    assert_eq!(status("format = 2\n", &[]), 1, "a fault is a finding");
    assert_eq!(status("format = 2\n", &["--allow", "wrong-value"]), 2, "and a flag that would make it less is refused");
    assert_eq!(status("format = 2\n", &["--allow", "warnings"]), 1);
    let (status, _) = Fixture::new("").run(&["no-such-file.toml"]);
    assert_eq!(status, 2, "what was to be checked cannot be read");
}

#[test]
fn flags_set_severities_and_the_sternest_for_one_rule_counts() {
    let first = |flags: &[&str]| {
        Fixture::new(&catalog("", "")).run(flags).1.lines().find_map(|line| {
            let (severity, _) = line.split_once("[unused-provider]")?;
            Some(severity.to_owned())
        })
    };
    assert_eq!(first(&[]).as_deref(), Some("warning"));
    assert_eq!(first(&["--deny", "unused-provider"]).as_deref(), Some("error"));
    assert_eq!(first(&["--allow", "unused-provider"]), None);
    assert_eq!(first(&["--allow", "unused-provider", "--deny", "warnings"]), None, "one rule outweighs all warnings");
    assert_eq!(first(&["--deny", "unused-provider", "--allow", "unused-provider"]).as_deref(), Some("error"));
    assert_eq!(first(&["--allow", "warnings"]), None);
    let noted = catalog("lint.unused-provider = \"note\"", "");
    let (_, text) = Fixture::new(&noted).run(&["--warn", "unused-provider"]);
    assert!(text.contains("warning[unused-provider]"), "{text}");
}

#[test]
fn a_flag_that_names_no_rule_is_wrong_usage() {
    let (status, text) = Fixture::new(&catalog("", "")).run(&["--deny", "unused-providers"]);
    let expected = "error: no rule is called `unused-providers` (did you mean `unused-provider`?)\n";
    assert_eq!((status, text.as_str()), (2, expected));
}

#[test]
fn coverage_is_counted_only_where_it_is_asked_for() {
    let (_, text) = Fixture::new(&catalog("", "")).run(&[]);
    assert!(!text.contains("coverage"), "{text}");
    let (status, text) = Fixture::new(&catalog("", "")).run(&["--coverage"]);
    assert!(text.contains("note[uncovered-entry]") && text.ends_with(", coverage 0 % (0 of 1)\n"), "{text}");
    assert_eq!(status, 0, "it is worth knowing, and no mistake");
    let (_, json) = Fixture::new(&catalog("", "")).run(&["--coverage", "--format", "json"]);
    assert!(json.contains(r#""coverage":{"reached":0,"selectable":1}"#), "{json}");
}
