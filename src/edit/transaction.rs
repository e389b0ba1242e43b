//! Changes catalog files as a whole or not at all.
//!
//! The steps of a transaction: lock the folders of all files of the catalogs, read, change the texts, load and check
//! the result exactly as a program would, and only then write. A result that is not sound is not written.

use super::change::Change;
use super::consequence::Consequence;
use super::draft::Draft;
use super::refused::TransactionError;
use super::write::{self, Locks, Original, PATIENCE, Patience, WriteError, Written};
use crate::catalog::journal::Owner;
use crate::catalog::{Severity, Sources};
use crate::check::{Settings, check_registry};
use crate::load::{LoadError, Loader};
use crate::registry::{Comparison, Registry, compare};
use crate::report::{Finding, Report};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Several changes of catalog files, made together or not at all.
#[derive(Clone, Debug)]
#[must_use]
pub struct Transaction {
    loader: Loader,
    file: Option<PathBuf>,
    changes: Vec<Change>,
    settings: Settings,
    patience: Duration,
}

impl Transaction {
    /// Creates a transaction on the catalogs that a loader would load, without changes so far.
    ///
    /// Only their TOML files can be changed. Built-in catalogs, texts and catalogs in another format stay as they are.
    pub fn new(loader: Loader) -> Self {
        Transaction { loader, file: None, changes: Vec::new(), settings: Settings::new(), patience: PATIENCE }
    }

    /// Sets the file that new definitions are written into. The default is the last file of the catalogs, which takes
    /// precedence over all others.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Adds a change. It sees the results of the changes before it.
    pub fn change(mut self, change: impl Into<Change>) -> Self {
        self.changes.push(change.into());
        self
    }

    /// Sets how the result is checked. A finding of severity error rejects the result.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets how long [`Transaction::prepare`] waits for each other transaction in the same folders. The default is 10
    /// seconds.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns the effects of the changes. Locks nothing and writes nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if the catalogs have faults, if a change cannot be made, or if its result has faults or fails its check.
    pub fn preview(&self) -> Result<Outcome, TransactionError> {
        self.outcome(self.loader.load())
    }

    /// Returns what the changes would do to the catalogs that were loaded.
    fn outcome(&self, loaded: Result<Registry, LoadError>) -> Result<Outcome, TransactionError> {
        let was = loaded.map_err(TransactionError::Unsound)?;
        let mut draft = Draft::of(was.clone(), &self.loader, self.file.as_deref())?;
        for change in &self.changes {
            change.apply(&mut draft)?;
            draft.reload().map_err(TransactionError::Faults)?;
        }
        let is = draft.registry().clone();
        let report = check_registry(&is, &self.settings);
        if report.count(Severity::Error) > 0 {
            return Err(TransactionError::Findings(Box::new(report)));
        }
        let findings = new_findings(&check_registry(&was, &self.settings), &report);
        let consequences = draft.consequences().to_vec();
        Ok(Outcome { was, is, report, findings, consequences, unfinished: None, files: draft.changed() })
    }

    /// Locks the catalogs' folders and makes the result, which [`Prepared::commit`] writes.
    ///
    /// Waits for other transactions in these folders, also of the same process. `waiting` is called once for each
    /// folder that must be waited for, and returns whether to wait; the wait ends after [`Transaction::wait_at_most`].
    /// A transaction that was killed before it had replaced all of its files is finished first.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Transaction::preview`] does; also if a folder cannot be locked, if the wait for it ended, or if an
    /// unfinished transaction cannot be finished.
    pub fn prepare(&self, mut waiting: impl FnMut(&Path) -> bool) -> Result<Prepared, TransactionError> {
        let (loaded, locks) = load_locked(&self.loader, &mut Patience::new(self.patience, &mut waiting))?;
        Ok(Prepared { outcome: self.outcome(loaded)?, locks })
    }
}

/// Loads the catalogs as they are under the locks of the folders of all their files, and returns also these locks. Waits
/// for other transactions there.
///
/// The folders are known only when the catalogs are loaded. If others change a file before its folder is locked, the
/// catalogs are loaded again.
fn load_locked(
    loader: &Loader,
    patience: &mut Patience<'_>,
) -> Result<(Result<Registry, LoadError>, Locks), WriteError> {
    let mut wanted = BTreeSet::new();
    let mut held = None;
    loop {
        let (sources, loaded, moment) = loader.load_at_moment();
        let folders = folders(&sources);
        if let Some(locks) = held.take_if(|_| folders.is_subset(&wanted)) {
            return Ok((loaded, locks));
        }
        // Locks are released before more are waited for, so that the order of the paths is kept.
        drop(held);
        wanted.extend(folders);
        let (folders, owners) = wanted.iter().cloned().unzip();
        let locks = write::lock_and_finish(folders, owners, patience)?;
        if moment.is_now() {
            return Ok((loaded, locks));
        }
        held = Some(locks);
    }
}

/// Returns the canonical paths of the folders of all documents that are files, each with the owners of its files.
fn folders(sources: &Sources) -> BTreeSet<(PathBuf, Owner)> {
    let files = sources.iter().filter_map(|(_, source)| fs::canonicalize(source.file()?).ok());
    files.filter_map(|file| Some((file.parent()?.to_owned(), Owner::of(&fs::metadata(&file).ok()?)))).collect()
}

/// The result of a transaction.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The catalogs before the changes.
    pub was: Registry,
    /// The catalogs after the changes.
    pub is: Registry,
    /// The check of the result. It contains no finding of severity error.
    pub report: Report,
    /// The findings of the report that the catalogs did not have before the changes.
    pub findings: Vec<Finding>,
    /// The edits that the changes made beyond the requested ones, in the order in which they were made.
    pub consequences: Vec<Consequence>,
    /// The system's error after the point of no return, if there was one. All readers of the catalogs get the changed
    /// texts, and the next transaction does the remaining steps: see [`Written::Unfinished`].
    pub unfinished: Option<WriteError>,
    files: Vec<(Original, String)>,
}

impl Outcome {
    /// Returns the files that change, and their new texts.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&Original, &str)> {
        self.files.iter().map(|(original, text)| (original, text.as_str()))
    }

    /// Returns the requests that are answered differently.
    pub fn differences(&self) -> Comparison {
        compare(&self.was, &self.is)
    }
}

/// A sound result, and the locks under which it was made. Dropping it leaves all files as they are.
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    outcome: Outcome,
    locks: Locks,
}

impl Prepared {
    /// Returns the result that would be written.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Writes all files that change, or none.
    ///
    /// # Errors
    ///
    /// Returns an error if a file of the catalogs changed since it was read (editors do not ask for locks), or if a file cannot
    /// be written; all files are then unchanged.
    pub fn commit(mut self) -> Result<Outcome, TransactionError> {
        // This includes the files that stay as they are, because the result was checked with them.
        for (_, source) in self.outcome.was.sources().iter() {
            if let Some(path) = source.file().filter(|path| !source.is_foreign() && path.is_file()) {
                Original::known(path, source.text()).is_unchanged()?;
            }
        }
        if let Written::Unfinished(error) = write::replace_all(&self.outcome.files, &self.locks)? {
            self.outcome.unfinished = Some(error);
        }
        Ok(self.outcome)
    }
}

/// Returns the findings of a report that another report does not have. Places are ignored, because edits move them.
fn new_findings(was: &Report, is: &Report) -> Vec<Finding> {
    let mut known: Vec<(&str, &str)> = was.findings.iter().map(|finding| (finding.code, &*finding.message)).collect();
    let is_new = |finding: &&Finding| match known.iter().position(|known| *known == (finding.code, &*finding.message)) {
        Some(at) => {
            known.swap_remove(at);
            false
        }
        None => true,
    };
    is.findings.iter().filter(is_new).cloned().collect()
}

#[cfg(test)]
mod tests;
