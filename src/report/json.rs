//! Findings as JSON, version 1: one object with all findings and their counts.

use super::{Edit, Finding, Fix, Label, Report};
use crate::catalog::{Severity, Skipped, Sources, Span};
use serde::Serialize;

/// The JSON Schema of a report.
pub const SCHEMA: &str = include_str!("report.schema.json");

/// A whole report.
#[derive(Serialize)]
pub struct ReportV1<'r> {
    version: u32,
    findings: Vec<FindingV1<'r>>,
    summary: SummaryV1,
}

/// One finding.
#[derive(Serialize)]
pub struct FindingV1<'r> {
    code: &'r str,
    severity: &'static str,
    message: &'r str,
    source: PlaceV1,
    labels: Vec<LabelV1<'r>>,
    help: Option<&'r str>,
    /// Present only if there is a fix.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixV1<'r>>,
}

#[derive(Serialize)]
struct FixV1<'r> {
    title: &'r str,
    edits: Vec<EditV1<'r>>,
}

#[derive(Serialize)]
struct EditV1<'r> {
    source: PlaceV1,
    text: &'r str,
}

#[derive(Serialize)]
struct LabelV1<'r> {
    text: &'r str,
    source: PlaceV1,
}

#[derive(Serialize)]
struct PlaceV1 {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct SummaryV1 {
    errors: usize,
    warnings: usize,
    notes: usize,
    documents: usize,
    entries: usize,
    expectations: usize,
    failed: usize,
    guarantees: usize,
    proved: usize,
    /// Present only if coverage was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageV1>,
    /// Present only if any file was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<SkippedV1>,
}

#[derive(Serialize)]
struct SkippedV1 {
    hidden: usize,
    others: usize,
}

#[derive(Serialize)]
struct CoverageV1 {
    reached: usize,
    selectable: usize,
}

impl<'r> From<&'r Report> for ReportV1<'r> {
    fn from(report: &'r Report) -> Self {
        let summary = SummaryV1 {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            documents: report.tally.documents,
            entries: report.tally.entries,
            expectations: report.tally.expectations,
            failed: report.tally.failed,
            guarantees: report.tally.guarantees,
            proved: report.tally.proved,
            skipped: skipped(report.tally.skipped),
            coverage: report.tally.coverage.map(|(reached, selectable)| CoverageV1 { reached, selectable }),
        };
        ReportV1 { version: 1, findings: FindingV1::all(&report.findings, &report.sources), summary }
    }
}

impl<'r> FindingV1<'r> {
    /// Returns the findings whose places are in these documents.
    pub fn all(findings: &'r [Finding], sources: &Sources) -> Vec<Self> {
        let place = |at| place(sources, at);
        let label = |label: &'r Label| LabelV1 { text: &label.text, source: place(label.at) };
        let edit = |edit: &'r Edit| EditV1 { source: place(edit.at), text: &edit.text };
        let fix = |fix: &'r Fix| FixV1 { title: &fix.title, edits: fix.edits.iter().map(edit).collect() };
        let finding = |finding: &'r Finding| FindingV1 {
            code: finding.code,
            severity: finding.severity.name(),
            message: &finding.message,
            source: place(finding.at),
            labels: finding.labels.iter().map(label).collect(),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(fix),
        };
        findings.iter().map(finding).collect()
    }
}

fn skipped(Skipped { hidden, others, .. }: Skipped) -> Option<SkippedV1> {
    (hidden + others > 0).then_some(SkippedV1 { hidden, others })
}

fn place(sources: &Sources, at: Span) -> PlaceV1 {
    let source = sources.get(at.file);
    let (line, column) = source.line_and_column(at.start);
    let (end_line, end_column) = source.line_and_column(at.end);
    PlaceV1 { file: source.name().to_owned(), line, column, end_line, end_column }
}
