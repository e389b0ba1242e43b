//! What the commands print that change catalogs.

use super::diff::{Changed, NotCompared};
use super::{Place, VERSION};
use crate::Comparison;
use crate::catalog::{Location, Sources};
use crate::cli::transaction::CHANGED;
use crate::cli::unified;
use crate::edit::{Consequence, Original, Outcome};
use crate::report::{Finding, json::FindingV1};

/// What a change does.
#[derive(serde::Serialize)]
pub struct Transaction<'a> {
    version: u32,
    /// Those that change; none where the catalogs are so already.
    files: Vec<File>,
    /// The requests that are answered otherwise, as `diff` prints them.
    differences: Vec<Changed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_compared: Option<NotCompared>,
    /// What was done beyond what was asked for; places are in the catalogs as they were.
    consequences: Vec<Went<'a>>,
    /// What the check finds in the result and does not find in the catalogs as they were; places are in the result.
    findings: Vec<FindingV1<'a>>,
    /// Whether the files are written: not with `--dry-run`, and not where none changes.
    written: bool,
}

#[derive(serde::Serialize)]
struct File {
    path: String,
    /// The lines that change, as `diff -u` prints them.
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

/// What was done beyond what was asked for.
#[derive(serde::Serialize)]
struct Went<'a> {
    /// `removed`, `shortened`, `disabled`, `added`, `replaced` or `left-out`.
    effect: String,
    #[serde(flatten)]
    thing: Thing<'a>,
    /// Null where it is plain.
    reason: Option<&'a str>,
}

impl<'a> Went<'a> {
    fn new(consequence: &'a Consequence) -> Self {
        let Consequence { effect, what, name, at, reason, .. } = consequence;
        Went { effect: effect.name().replace(' ', "-"), thing: Thing::new(what, name, at), reason: reason.as_deref() }
    }
}

/// A thing of the catalogs that another needs.
#[derive(serde::Serialize)]
struct Thing<'a> {
    /// `base`, `layer`, `chain`, `provider`, `expect` or `always`.
    kind: &'static str,
    /// Of an `expect` and an `always`, which have none: the name that they need.
    name: &'a str,
    source: Place,
}

/// A change that is not made.
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
    /// Those that stand in the way.
    others: Vec<Thing<'a>>,
    /// The errors of the result; places are in the result.
    findings: Vec<FindingV1<'a>>,
}

impl<'a> RefusedTransaction<'a> {
    /// Others stand in the way.
    pub fn of_others(code: &'static str, message: &'a str, others: &[(&'static str, &'a str, &Location)]) -> Self {
        let others = others.iter().map(|&(kind, name, at)| Thing::new(kind, name, at));
        RefusedTransaction::new(code, message, others.collect(), Vec::new())
    }

    /// The result is not sound.
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
