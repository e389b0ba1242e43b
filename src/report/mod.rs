//! Findings: what `check` has to say, as data, and the forms in which people and programs read it.
//!
//! | file | form | read by |
//! |---|---|---|
//! | `text` | rustc's manner, with the source shown | people |
//! | `json` | version 1 of our own | programs |
//!
//! Serves `check` and `cli`. The forms are part of the command and need the feature `cli`.

#[cfg(feature = "cli")]
pub(crate) mod json;
#[cfg(feature = "cli")]
pub(crate) mod text;

use crate::catalog::{Fault, Severity, Sources, Span};
use std::sync::Arc;

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule, in kebab-case.
    pub code: &'static str,
    /// How much it weighs; never `Allow`.
    pub severity: Severity,
    /// What was found and what was expected: lower case, without a full stop.
    pub message: String,
    /// The offending value.
    pub at: Span,
    /// Further places that belong to it.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A further place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub at: Span,
    /// What is to be seen there.
    pub text: String,
}

impl Finding {
    pub(crate) fn new(code: &'static str, severity: Severity, message: impl Into<String>, at: Span) -> Self {
        Finding { code, severity, message: message.into(), at, labels: Vec::new(), help: None }
    }

    pub(crate) fn label(mut self, at: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { at, text: text.into() });
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<&Fault> for Finding {
    /// A fault is an error, whatever the user says.
    fn from(fault: &Fault) -> Self {
        let labels = fault.causes.iter().map(|cause| Label { at: cause.at, text: cause.label.clone() });
        Finding {
            code: fault.kind.code(),
            severity: Severity::Error,
            message: fault.kind.to_string(),
            at: fault.at,
            labels: labels.collect(),
            help: fault.kind.help(),
        }
    }
}

/// What a check found in a set of catalogs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// In the order of their places.
    pub findings: Vec<Finding>,
    /// The documents that were checked.
    pub sources: Arc<Sources>,
    /// What was checked.
    pub tally: Tally,
    /// Whether something that was to be checked could not be read at all; what an `include` names is not meant.
    pub unread: bool,
}

/// How much was checked.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Documents read.
    pub documents: usize,
    /// Entries loaded; none when a fault refused loading.
    pub entries: usize,
    /// `[[expect]]` run.
    pub expectations: usize,
    /// `[[always]]` proved or refuted.
    pub guarantees: usize,
}

impl Report {
    pub(crate) fn new(mut findings: Vec<Finding>, sources: Arc<Sources>, tally: Tally) -> Self {
        findings.sort_by(|one, other| (one.at, one.code, &one.message).cmp(&(other.at, other.code, &other.message)));
        Report { findings, sources, tally, unread: false }
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
