//! Every rule is explained, in its file, on the page and by the command.

use super::{Fixture, here, is_fresh, run, the_rule};
use sockatlas::check::{rule, rules};
use sockatlas::report::HEADINGS;
use std::path::Path;

/// The codes of all faults, as `FaultKind::code` gives them, and then `WinsockFault::code`.
const FAULTS: &[&str] = &[
    "syntax",
    "unknown-key",
    "missing-key",
    "wrong-value",
    "unknown-name",
    "duplicate-name",
    "duplicate-id",
    "dangling-reference",
    "wrong-kind",
    "cycle",
    "include-cycle",
    "chain-too-long",
    "repeated-layer",
    "contract-broken",
    "disabled-dependency",
    "wrong-module",
    "unkept-promise",
    "understated-services",
    "unknown-option",
    "wrong-option",
    "dialect-conflict",
    "limit-exceeded",
    "unreadable-file",
    "not-a-catalog",
    "winsock-gap",
    "winsock-malformed-item",
    "winsock-duplicate-id",
    "winsock-broken-chain",
    "winsock-chain-without-base",
    "winsock-malformed-chain",
    "winsock-chain-unlike-base",
];

#[test]
fn every_kind_of_fault_has_a_rule_and_no_other_rule_is_a_fault() {
    let faults: Vec<&str> = rules().iter().filter(|rule| rule.is_fault()).map(|rule| rule.code).collect();
    assert_eq!(faults, FAULTS);
}

/// The list above is that of the library's source: a fault that is added there needs a rule too.
#[test]
fn the_list_of_faults_is_that_of_the_source() {
    let sources = [include_str!("../../src/catalog/fault.rs"), include_str!("../../src/winsock/fault.rs")];
    let codes = sources.map(|source| {
        let (_, body) = source.split_once("fn code(&self) -> &'static str {").expect("the codes are there");
        let (body, _) = body.split_once("\n    }\n").expect("the function ends");
        body.split('"').skip(1).step_by(2).collect::<Vec<&str>>()
    });
    assert_eq!(codes.concat(), FAULTS);
}

#[test]
fn every_rule_has_the_four_headings_in_their_order_and_something_under_each() {
    for rule in rules() {
        let docs = rule.docs();
        let headings: Vec<&str> = docs.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.code);
        for heading in HEADINGS {
            let section = rule.section(heading).unwrap_or_default();
            assert!(!section.is_empty(), "{}: nothing under {heading}", rule.code);
        }
        for heading in ["Example", "Mended"] {
            let begins = [
                "format = 1",
                "Windows Registry Editor Version 5.00\n",
                "Winsock Catalog Provider Entry\n",
                super::shown::COMMAND,
            ];
            let catalog = rule.catalog(heading).unwrap_or_default();
            assert!(begins.iter().any(|begin| catalog.contains(begin)), "{}", rule.code);
        }
    }
}

#[test]
fn every_code_is_kebab_case_and_there_once() {
    for rule in rules() {
        assert!(rule.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.code);
        assert_eq!(rules().iter().filter(|other| other.code == rule.code).count(), 1, "{}", rule.code);
    }
    assert!(rule("no-such-rule").is_none());
}

/// Packed items are hundreds of lines that nobody reads.
#[test]
fn examples_of_winsock_rules_are_short_and_show_no_packed_item() {
    for rule in rules().iter().filter(|rule| rule.code.starts_with("winsock-")) {
        for heading in ["Example", "Mended"] {
            let catalog = rule.catalog(heading).unwrap_or_default();
            let lines = catalog.lines().count();
            assert!(lines <= 34, "{}: {lines} lines under {heading}", rule.code);
            assert!(!catalog.lines().any(|line| line.ends_with('\\')), "{}: bytes under {heading}", rule.code);
        }
    }
}

/// A mended example differs from the broken one in a few lines only, so that the difference is what is to be learnt.
#[test]
fn mended_examples_are_the_examples_with_little_changed() {
    for rule in rules() {
        let [example, mended] =
            ["Example", "Mended"].map(|heading| rule.catalog(heading).unwrap_or_else(|| panic!("{}", rule.code)));
        let gone = example.lines().filter(|line| !mended.lines().any(|other| other == *line)).count();
        let new = mended.lines().filter(|line| !example.lines().any(|other| other == *line)).count();
        assert!(gone <= 3 && new <= 5, "{}: {gone} lines gone, {new} new", rule.code);
    }
}

#[test]
fn the_generated_page_of_the_rules_is_fresh() {
    let (status, page) = run(&here(), &["rule", "--markdown"]);
    assert_eq!(status, 0);
    is_fresh(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/rules/README.md"), &page);
}

#[test]
fn rule_prints_what_a_rule_means_and_its_examples() {
    let (status, text) = run(&here(), &["rule", "unused-provider"]);
    let expected = "\
unused-provider: warning unless the user says otherwise

What it finds
A provider that no entry uses.

Why it matters
Either the provider remains from entries that were removed, or an entry that
should use it names another provider, and its implementation is not the one that
its author intended.

Example
    format = 1

    [provider.kernel]
    module = \"system\"

    [base.tcp4]
    provider = \"kernel\"
    family = \"inet\"
    type = \"stream\"
    protocol = \"tcp\"
    matches-zero = true

    [provider.tls]

Mended
    format = 1

    [provider.kernel]
    module = \"system\"

    [base.tcp4]
    provider = \"kernel\"
    family = \"inet\"
    type = \"stream\"
    protocol = \"tcp\"
    matches-zero = true
";
    assert_eq!((status, text.as_str()), (0, expected));
    let (_, text) = run(&here(), &["rule", "syntax"]);
    assert!(text.starts_with("syntax: a fault: always an error, and the catalog is not loaded\n"), "{text}");
}

#[test]
fn rule_without_a_code_lists_every_rule_on_a_line() {
    let (status, text) = run(&here(), &["rule"]);
    assert_eq!((status, text.lines().count()), (0, rules().len()));
    for (line, rule) in text.lines().zip(rules()) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(rule.code));
        assert_eq!(words.next(), Some(if rule.is_fault() { "fault" } else { rule.severity.name() }));
        assert!(words.count() > 2, "{line}");
    }
}

#[test]
fn rule_as_json_has_the_example_as_it_is() {
    let (status, text) = run(&here(), &["rule", "cycle", "--format", "json"]);
    assert_eq!(status, 0);
    let start = r#"{"version":1,"rule":{"code":"cycle","severity":"error","fault":true,"finds":"Chains that run"#;
    assert!(text.starts_with(start), "{text}");
    let example = the_rule("cycle").catalog("Example").unwrap_or_default().replace('"', "\\\"").replace('\n', "\\n");
    assert!(text.contains(&format!(r#""example":"{example}""#)), "{text}");
    let (status, text) = run(&here(), &["rule", "--format", "json"]);
    assert_eq!(status, 0);
    let start = r#"{"version":1,"rules":[{"code":"syntax","severity":"error","fault":true,"summary":"A document"#;
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn an_unknown_code_is_refused_with_the_nearest_one() {
    let answer = run(&here(), &["rule", "unchaned-layer"]);
    let expected = "error: no rule is called `unchaned-layer`\nhelp: did you mean `unchained-layer`?\n";
    assert_eq!(answer, (2, expected.to_owned()));
    let answer = run(&here(), &["rule", "quux"]);
    assert_eq!(answer, (2, "error: no rule is called `quux`\nhelp: `sockatlas rule` lists all rules\n".to_owned()));
}

/// A catalog as the docs of a rule show it can be pasted into a file: nothing in it is cut or indented.
#[test]
fn what_rule_prints_can_be_pasted_and_checked() {
    let (_, text) = run(&here(), &["rule", "unchained-layer"]);
    let (_, example) = text.split_once("\nExample\n").expect("it has an example");
    let lines = example.lines().take_while(|line| !line.starts_with("Mended"));
    let catalog: String = lines.map(|line| format!("{}\n", line.trim_start())).collect();
    let report = Fixture::new(&catalog).report(&sockatlas::check::Settings::new());
    assert_eq!(super::brief(&report), ["unchained-layer warning 15:8"]);
}
