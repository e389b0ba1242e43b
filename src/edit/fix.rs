//! Applies the safe fixes of a check's findings to the texts until none is left.
//!
//! A round applies the fixes that do not touch one another, and checks the new texts exactly as loading would see them.
//! Fixes that touched one another wait for the next round, which finds them at their new places. A round whose result
//! does not load, or answers a request otherwise, is discarded, and nothing of it is written.

use super::write::{self, Original, PATIENCE, Patience, WriteError, Written};
use crate::catalog::Location;
use crate::check::{self, Settings};
use crate::load::Loader;
use crate::registry::compare;
use crate::report::{Edit, Fix, Report, Rule};
use crate::text::Splice;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The result of applying fixes; nothing is written yet.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct Fixed {
    /// The fixes that were applied, in their order.
    pub applied: Vec<Applied>,
    /// Fixes that were discarded because they were not safe, which is a defect of a rule.
    pub refused: Option<Refused>,
    /// The check of the texts as they are now.
    pub report: Report,
    files: Vec<(Original, String)>,
    /// The files that were read and do not change.
    others: Vec<Original>,
    patience: Duration,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The rule that reported the finding.
    pub code: &'static str,
    /// The description of the fix, as in "take the `replace` away".
    pub title: String,
    /// The place of the finding, in the text before the fixes of this round.
    pub at: Location,
}

/// Fixes that were not safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The fixes that were not applied.
    pub fixes: Vec<Applied>,
    /// The harm that they would have done.
    pub reason: String,
}

/// The most rounds. Rounds normally end by themselves; this limit stops two rules whose fixes undo each other.
const ROUNDS: usize = 100;

/// Checks the documents that a loader would load, and applies every fix that its findings offer.
///
/// Only TOML files are changed. Built-in catalogs, texts, input from a pipe and catalogs in another format are not.
pub fn fix(loader: &Loader, settings: &Settings) -> Fixed {
    let mut report = check::check(loader, settings);
    let mut texts: BTreeMap<PathBuf, Text> = BTreeMap::new();
    let mut applied = Vec::new();
    let mut refused = None;
    // From here on every file has the content that was first read, whatever happens on the disk meanwhile.
    let mut unsaved = loader.clone();
    for (_, source) in report.sources.iter() {
        let Some(path) = source.file().filter(|_| !source.is_foreign()) else { continue };
        unsaved = unsaved.unsaved(path, source.text());
        if path.is_file() {
            texts.insert(path.to_owned(), Text { read: source.text().to_owned(), now: source.text().to_owned() });
        }
    }
    for _ in 0..ROUNDS {
        let (fixes, edits) = round(&report, &texts);
        if fixes.is_empty() {
            break;
        }
        let mut next = texts.clone();
        for (path, edits) in edits {
            if let Some(text) = next.get_mut(&path) {
                text.apply(edits);
            }
        }
        let loader = next.iter().fold(unsaved.clone(), |loader, (path, text)| loader.unsaved(path, text.now.as_str()));
        let result = check::check(&loader, settings);
        if let Some(reason) = harm(&unsaved, &loader, &result) {
            refused = Some(Refused { fixes, reason });
            break;
        }
        applied.extend(fixes);
        texts = next;
        report = result;
        unsaved = loader;
    }
    let (changed, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(_, text)| text.now != text.read);
    let files = changed.into_iter().map(|(path, text)| (Original::known(path, text.read), text.now)).collect();
    let others = others.into_iter().map(|(path, text)| Original::known(path, text.read)).collect();
    Fixed { applied, refused, report, files, others, patience: PATIENCE }
}

impl Fixed {
    /// Returns the files that change, and their new texts.
    pub fn files(&self) -> impl Iterator<Item = (&Original, &str)> {
        self.files.iter().map(|(original, text)| (original, text.as_str()))
    }

    /// Sets how long [`Fixed::write`] waits for a transaction that holds the lock on one of the folders. The default is 10
    /// seconds.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Writes the files that change, all or none. The folders of all checked files are locked meanwhile. Waits for a
    /// transaction that holds such a lock, at most as long as [`Fixed::wait_at_most`] allows.
    ///
    /// # Errors
    ///
    /// Returns an error if one of the checked files has changed since, or if a changed file cannot be written. All files are then
    /// unchanged.
    pub fn write(&self) -> Result<Written, WriteError> {
        if self.files.is_empty() {
            return Ok(Written::Whole);
        }
        let all = || self.files.iter().map(|(original, _)| original).chain(&self.others);
        let found: Result<Vec<_>, WriteError> = all().map(Original::found).collect();
        let (folders, owners) = found?.into_iter().unzip();
        let locks = write::lock_and_finish(folders, owners, &mut Patience::new(self.patience, &mut |_| true))?;
        all().try_for_each(Original::is_unchanged)?;
        write::replace_all(&self.files, &locks)
    }
}

/// The text of a file as it was read, and with the fixes applied.
#[derive(Clone, Debug)]
struct Text {
    read: String,
    now: String,
}

impl Text {
    /// Applies edits that do not overlap.
    fn apply(&mut self, edits: Vec<Edit>) {
        let splices = edits.into_iter().map(|edit| Splice { at: edit.at.range(), text: edit.text });
        Splice::apply(&mut self.now, splices.collect());
    }

    fn has(&self, edit: &Edit) -> bool {
        self.now.get(edit.at.range()).is_some()
    }
}

/// Returns the reason why a round must be discarded, or `None` if it does no harm.
fn harm(was: &Loader, is: &Loader, checked: &Report) -> Option<String> {
    let fault = checked.findings.iter().find(|finding| check::rule(finding.code).is_some_and(Rule::is_fault));
    if let Some(fault) = fault {
        return Some(format!("{}: {}", checked.sources.locate(fault.at), fault.message));
    }
    let (was, is) = (was.load().ok()?, is.load().ok()?);
    let comparison = compare(&was, &is);
    if comparison.is_same() {
        return None;
    }
    let Some(changed) = comparison.first() else { return Some("some requests may be answered otherwise".to_owned()) };
    Some(format!("a request would no longer be answered by {} but by {}", changed.was, changed.is))
}

/// Returns the fixes of a report that do not touch one another, and their edits by file.
fn round(report: &Report, texts: &BTreeMap<PathBuf, Text>) -> (Vec<Applied>, BTreeMap<PathBuf, Vec<Edit>>) {
    let mut fixes = Vec::new();
    let mut edits: BTreeMap<PathBuf, Vec<Edit>> = BTreeMap::new();
    let file = |edit: &Edit| report.sources.get(edit.at.file).file();
    for finding in &report.findings {
        let Some(fix) = &finding.fix else { continue };
        let is_file = |edit: &Edit| file(edit).and_then(|path| texts.get(path)).is_some_and(|text| text.has(edit));
        if fix.edits.is_empty() || !fix.edits.iter().all(is_file) || edits.values().any(|others| touches(fix, others)) {
            continue;
        }
        for edit in &fix.edits {
            if let Some(path) = file(edit) {
                edits.entry(path.to_owned()).or_default().push(edit.clone());
            }
        }
        let at = report.sources.locate(finding.at);
        fixes.push(Applied { code: finding.code, title: fix.title.clone(), at });
    }
    (fixes, edits)
}

/// Returns whether an edit of a fix overlaps one of these, or stands directly beside it.
fn touches(fix: &Fix, others: &[Edit]) -> bool {
    let touch = |one: &Edit, other: &Edit| {
        one.at.file == other.at.file && one.at.start <= other.at.end && other.at.start <= one.at.end
    };
    fix.edits.iter().any(|edit| others.iter().any(|other| touch(edit, other)))
}
