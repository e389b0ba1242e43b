//! The output of the commands that change catalogs.

use super::diff::{Changed, NotCompared};
use super::{Place, VERSION};
use crate::cli::transaction::CHANGED;
use crate::cli::unified;
use sockatlas::Comparison;
use sockatlas::catalog::{Location, Sources};
use sockatlas::edit::{Consequence, Original, Outcome};
use sockatlas::report::{Finding, json::FindingV1};

/// The effects of a change.
#[derive(serde::Serialize)]
pub struct Transaction<'a> {
    version: u32,
    /// The files that change; empty if the catalogs need no change.
    files: Vec<File>,
    /// The requests that are answered differently, in the format of `diff`.
    differences: Vec<Changed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_compared: Option<NotCompared>,
    /// The edits beyond the requested ones; places are in the catalogs before the change.
    consequences: Vec<Went<'a>>,
    /// The findings of the result's check that the catalogs did not have before the change; places are in the result.
    findings: Vec<FindingV1<'a>>,
    /// Whether the files are written: `false` with `--dry-run`, and if no file changes.
    written: bool,
}

#[derive(serde::Serialize)]
struct File {
    path: String,
    /// The lines that change, in the format of `diff -u`.
    diff: String,
}

impl<'a> Transaction<'a> {
    pub fn new(outcome: &'a Outcome, comparison: &'a Comparison, written: bool) -> Self {
        Transaction {
            version: VERSION,
            files: outcome.files().map(|(original, now)| File::new(original, now)).collect(),
            differences: Changed::all(&outcome.is, comparison),
            not_compared: NotCompared::of(&outcome.is, comparison),
            consequences: outcome.consequences.iter().map(Went::new).collect(),
            findings: FindingV1::all(&outcome.findings, &outcome.report.sources),
            written,
        }
    }
}

impl File {
    fn new(original: &Original, now: &str) -> Self {
        let path = original.path().display().to_string();
        let diff = unified::lines(&path, &String::from_utf8_lossy(original.content()), now, CHANGED);
        File { path, diff }
    }
}

/// An edit beyond the requested ones.
#[derive(serde::Serialize)]
struct Went<'a> {
    /// `removed`, `shortened`, `disabled`, `added`, `replaced` or `left-out`.
    effect: String,
    #[serde(flatten)]
    thing: Thing<'a>,
    /// Null if it is obvious.
    reason: Option<&'a str>,
}

impl<'a> Went<'a> {
    fn new(consequence: &'a Consequence) -> Self {
        let Consequence { effect, what, name, at, reason, .. } = consequence;
        Went { effect: effect.name().replace(' ', "-"), thing: Thing::new(what, name, at), reason: reason.as_deref() }
    }
}

/// An item of the catalogs that needs another.
#[derive(serde::Serialize)]
struct Thing<'a> {
    /// `base`, `layer`, `chain`, `provider`, `expect` or `always`.
    kind: &'static str,
    /// For an `expect` or `always`, which has no name, the name that it needs.
    name: &'a str,
    source: Place,
}

/// A change that was rejected.
#[derive(serde::Serialize)]
pub struct RefusedTransaction<'a> {
    version: u32,
    error: Refusal<'a>,
}

#[derive(serde::Serialize)]
struct Refusal<'a> {
    /// `needed-by-others`, `stands-on-disabled` or `result-has-errors`.
    code: &'static str,
    message: &'a str,
    /// The items that caused the rejection.
    others: Vec<Thing<'a>>,
    /// The errors of the result; places are in the result.
    findings: Vec<FindingV1<'a>>,
}

impl<'a> RefusedTransaction<'a> {
    /// Creates a rejection that is caused by other items.
    pub fn of_others(code: &'static str, message: &'a str, others: &[(&'static str, &'a str, &Location)]) -> Self {
        let others = others.iter().map(|&(kind, name, at)| Thing::new(kind, name, at));
        RefusedTransaction::new(code, message, others.collect(), Vec::new())
    }

    /// Creates a rejection that is caused by errors of the result.
    pub fn of_findings(message: &'a str, findings: &'a [Finding], sources: &Sources) -> Self {
        RefusedTransaction::new("result-has-errors", message, Vec::new(), FindingV1::all(findings, sources))
    }

    fn new(code: &'static str, message: &'a str, others: Vec<Thing<'a>>, findings: Vec<FindingV1<'a>>) -> Self {
        RefusedTransaction { version: VERSION, error: Refusal { code, message, others, findings } }
    }
}

impl<'a> Thing<'a> {
    fn new(kind: &'static str, name: &'a str, at: &Location) -> Self {
        Thing { kind, name, source: Place(at.clone()) }
    }
}
