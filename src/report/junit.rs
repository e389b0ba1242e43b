//! Writes findings as JUnit's XML, which most build servers show.
//!
//! A suite is a document. A test in it is a rule that has findings there. The test fails, unless all findings are notes: those
//! are output of a test that passed. A document without findings has one test, `no findings`, which passes.
//!
//! XML 1.0 cannot hold all characters. Those are among the characters that every report escapes.

use super::place::Root;
use super::{Finding, Report, text};
use crate::catalog::Severity;
use crate::terms::printable;
use quick_junit::{NonSuccessKind, Property, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Returns the whole report.
pub fn render(report: &Report, root: &Root) -> Result<String, SerializeError> {
    let mut suites = quick_junit::Report::new("sockatlas check");
    for (file, source) in report.sources.iter() {
        let name = printable(root.place(source).text()).into_owned();
        let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in report.findings.iter().filter(|finding| finding.at.file == file) {
            by_rule.entry(finding.code).or_default().push(finding);
        }
        let mut suite = TestSuite::new(name.clone());
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let found = by_rule.values().flatten().filter(|finding| finding.severity == severity).count();
            suite.add_property(Property::new(format!("{severity}s"), found.to_string()));
        }
        if by_rule.is_empty() {
            suite.add_test_case(case("no findings", &name, TestCaseStatus::success()));
        }
        for (code, findings) in by_rule {
            suite.add_test_case(test(code, &findings, &name, report, root));
        }
        suites.add_test_suite(suite);
    }
    let mut xml = suites.to_string()?;
    if !xml.ends_with('\n') {
        xml.push('\n');
    }
    // The form has no element for the total counts.
    let _ = writeln!(xml, "<!-- {} -->", text::summary(report));
    Ok(xml)
}

fn case(name: &str, document: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(document);
    case
}

/// Returns the test of a rule that has findings.
fn test(code: &str, findings: &[&Finding], document: &str, report: &Report, root: &Root) -> TestCase {
    let lines: Vec<String> = findings.iter().map(|finding| line(finding, report, root)).collect();
    let lines = lines.join("\n");
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note);
    if worst <= Severity::Note {
        let mut case = case(code, document, TestCaseStatus::success());
        case.set_system_out(lines);
        return case;
    }
    let first = findings
        .iter()
        .find(|finding| finding.severity == worst)
        .map(|finding| printable(&finding.message))
        .unwrap_or_default();
    let message = match findings.len() {
        1 => first.into_owned(),
        count => format!("{first} (and {} more)", count - 1),
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(worst.name()).set_message(message).set_description(lines);
    case(code, document, status)
}

/// Returns the line `site.toml:3:7: error: what was found (what helps)`, and a line for each label. In a hive, a key stands in
/// place of line and column.
fn line(finding: &Finding, report: &Report, root: &Root) -> String {
    let place = |at: crate::catalog::Span| printable(&root.reported(report.sources.get(at.file), at)).into_owned();
    let help = finding.help.as_ref().map(|help| format!(" ({})", printable(help))).unwrap_or_default();
    let message = printable(&finding.message);
    let mut text = format!("{}: {}: {message}{help}", place(finding.at), finding.severity);
    for label in &finding.labels {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}: {}", place(label.at), printable(&label.text));
    }
    text
}
