//! JUnit's XML.

use super::{Folder, cases, json, printed, with_format};
use std::collections::BTreeSet;

#[test]
fn a_test_is_a_document_and_a_rule_and_fails_unless_all_is_notes() {
    let folder = Folder::new();
    for (place, arguments) in cases(&folder) {
        let report = json(&place, &with_format(&arguments, "json"));
        let text = printed(&place, &with_format(&arguments, "junit"));
        let xml = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let all: Vec<_> = xml.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        let findings = report["findings"].as_array().expect("an array");
        let key = |finding: &serde_json::Value| (finding["source"]["file"].to_string(), finding["code"].to_string());
        let expected: BTreeSet<_> = findings.iter().map(key).collect();
        let failing: BTreeSet<_> = findings.iter().filter(|finding| finding["severity"] != "note").map(key).collect();
        let clean = all.iter().filter(|test| test.attribute("name") == Some("no findings"));
        assert_eq!(all.len() - clean.clone().count(), expected.len(), "{text}");
        let failures = xml.descendants().filter(|node| node.has_tag_name("failure")).count();
        assert_eq!(failures, failing.len(), "{text}");
        let suites = xml.descendants().filter(|node| node.has_tag_name("testsuite"));
        assert_eq!(report["summary"]["documents"], suites.count(), "{text}");
        assert!(clean.clone().all(|test| test.children().all(|child| !child.is_element())));
        for finding in findings {
            let message = finding["message"].as_str().expect("a text");
            let reported = |node: &roxmltree::Node<'_, '_>| node.text().is_some_and(|text| text.contains(message));
            assert!(xml.descendants().any(|node| reported(&node)), "{message}: {text}");
        }
        assert_eq!(xml.root_element().attribute("tests"), Some(all.len().to_string().as_str()));
        assert_eq!(xml.root_element().attribute("failures"), Some(failures.to_string().as_str()));
    }
}

#[test]
fn notes_are_output_of_a_test_that_passes() {
    let folder = Folder::new();
    let text = printed(folder.path(), &["a b/50%,\u{fc}.toml", "--format", "junit"]);
    let xml = roxmltree::Document::parse(&text).expect("XML");
    let note = xml.descendants().find(|node| node.attribute("name") == Some("shadowed-entry")).expect("there");
    assert_eq!(note.attribute("classname"), Some("a b/50%,\u{fc}.toml"));
    let children: Vec<&str> =
        note.children().filter(|node| node.is_element()).map(|node| node.tag_name().name()).collect();
    assert_eq!(children, ["system-out"], "{text}");
}
