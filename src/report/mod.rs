//! Findings of a check and the rules that they break, as data, and the forms in which people and programs read them.
//!
//! | file | form | read by |
//! |---|---|---|
//! | `text` | rustc's manner, with the source shown | people |
//! | `json` | version 1 of our own; `report.schema.json` is its schema | programs |
//! | `sarif` | SARIF 2.1.0 | code scanning |
//! | `github` | annotations | GitHub Actions |
//! | `junit` | JUnit's XML | build servers |
//!
//! `rule` is the type of the rules, with the pages that explain them. `place` states where documents are for readers of the last
//! three forms on other machines, and `fingerprint` identifies a line.
//!
//! Serves `check`, `winsock` and the command. The forms need the feature `reports`.

#[cfg(feature = "reports")]
mod fingerprint;
#[cfg(feature = "reports")]
pub mod github;
#[cfg(feature = "reports")]
pub mod json;
#[cfg(feature = "reports")]
pub mod junit;
#[cfg(feature = "reports")]
mod place;
mod rule;
#[cfg(feature = "reports")]
pub mod sarif;
#[cfg(feature = "reports")]
pub mod text;

use crate::catalog::{Fault, Severity, Skipped, Sources, Span};
#[cfg(feature = "reports")]
pub use place::Root;
pub use rule::{HEADINGS, Rule};
use std::sync::Arc;

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule, in kebab-case.
    pub code: &'static str,
    /// The severity; never `Allow`.
    pub severity: Severity,
    /// The value that was found and the kind that was expected: lower case, without a full stop.
    pub message: String,
    /// The offending value.
    pub at: Span,
    /// Further places that belong to it.
    pub labels: Vec<Label>,
    /// The advice on how to correct it.
    pub help: Option<String>,
    /// The change that corrects it, if that is safe: it cannot change the answer to any request.
    pub fix: Option<Fix>,
    /// Whether the source at its place holds a secret, so that no form of the report may show it.
    pub concealed: bool,
}

/// A change of the documents that removes a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// The effect of the change, as in "take the `replace` away".
    pub title: String,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The text that is replaced; empty for an insertion.
    pub at: Span,
    /// The text that replaces it.
    pub text: String,
}

/// A further place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub at: Span,
    /// The label of the place.
    pub text: String,
}

impl Finding {
    /// Creates a finding of a rule at a place, without labels, help and fix.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>, at: Span) -> Self {
        Finding {
            code,
            severity,
            message: message.into(),
            at,
            labels: Vec::new(),
            help: None,
            fix: None,
            concealed: false,
        }
    }

    /// Adds a further place.
    pub fn label(mut self, at: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { at, text: text.into() });
        self
    }

    /// Sets the change that removes the finding.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// Sets the advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn conceal(mut self) -> Self {
        self.concealed = true;
        self
    }
}

impl From<&Fault> for Finding {
    /// Creates the finding of a fault, which is always an error.
    fn from(fault: &Fault) -> Self {
        let labels = fault.causes.iter().map(|cause| Label { at: cause.at, text: cause.label.clone() });
        Finding {
            code: fault.kind.code(),
            severity: Severity::Error,
            message: fault.kind.to_string(),
            at: fault.at,
            labels: labels.collect(),
            help: fault.kind.help(),
            fix: None,
            concealed: fault.concealed,
        }
    }
}

/// The findings of a check of a set of catalogs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The findings in the order of their places.
    pub findings: Vec<Finding>,
    /// The documents that were checked.
    pub sources: Arc<Sources>,
    /// The counts of what was checked.
    pub tally: Tally,
    /// Whether a named document could not be read at all; included documents do not count.
    pub unread: bool,
}

/// The counts of a check.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Documents read.
    pub documents: usize,
    /// Entries that were loaded; 0 if a fault made loading fail.
    pub entries: usize,
    /// `[[expect]]` tables that were run.
    pub expectations: usize,
    /// Those of them that failed, whether or not that is reported.
    pub failed: usize,
    /// `[[always]]` tables that were proved or refuted.
    pub guarantees: usize,
    /// Those of them that hold for every request, and are not vacuous.
    pub proved: usize,
    /// If coverage was requested: the number of selectable entries that some `[[expect]]` reaches, and the number of all.
    pub coverage: Option<(usize, usize)>,
    /// The files and folders that were not read, in the folders that were read.
    pub skipped: Skipped,
}

impl Report {
    pub(crate) fn new(mut findings: Vec<Finding>, sources: Arc<Sources>, tally: Tally) -> Self {
        findings.sort_by(|one, other| (one.at, one.code, &one.message).cmp(&(other.at, other.code, &other.message)));
        Report { findings, sources, tally, unread: false }
    }

    /// Returns the number of findings with this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

#[cfg(all(test, feature = "reports"))]
mod tests {
    use super::place::Root;
    use super::{Finding, Report, Tally, github, sarif};
    use crate::catalog::{Severity, Sources, Span};
    use std::sync::Arc;

    /// Returns a report of one finding on the second line of a document of this form.
    fn report(form: &'static str) -> Report {
        let mut sources = Sources::default();
        let file = sources.add("SYSTEM", "one\ntwo\n".to_owned());
        sources.set_form(file, form);
        let finding = Finding::new("winsock-numbering", Severity::Error, "a hole", Span::new(file, 4..7));
        Report::new(vec![finding], Arc::new(sources), Tally::default())
    }

    #[test]
    fn a_file_that_holds_no_text_is_named_without_a_line() {
        let root = Root { root: "/work".into(), here: "/work".into() };
        for (form, has_lines) in [("reg", true), ("netsh", true), ("hive", false), ("packed", false)] {
            let report = report(form);
            let log = serde_json::to_string(&sarif::log(&report, &[], &root)).expect("it can be written");
            assert_eq!(log.contains("\"startLine\":2"), has_lines, "{form}: {log}");
            assert_eq!(log.contains("primaryLocationLineHash"), has_lines, "{form}: {log}");
            let text = github::render(&report, &root);
            assert_eq!(text.contains("line=2"), has_lines, "{form}: {text}");
            assert!(text.starts_with("::error file=SYSTEM,"), "{form}: {text}");
        }
    }
}
