//! Changes of catalog files that happen whole or not at all.
//!
//! | file | what |
//! |---|---|
//! | `draft` | the texts as the changes make them; nothing is written yet |
//! | `lock` | who may change the files of a folder |
//! | `patience` | how long others who change them are waited for, and who they are |
//! | `error` | why a transaction was not made |
//!
//! The way of a transaction: lock the folders of all files that the catalogs are made of, read, change the texts, load and check
//! the result exactly as a program would, and only then write. What is not sound is not written.

mod draft;
mod error;
mod lock;
mod patience;

pub(super) use draft::Draft;
pub use error::TransactionError;
pub use lock::{LockError, Locks};
pub use patience::Holder;
pub(in crate::edit) use patience::{PATIENCE, Patience};

use super::change::{Change, Consequence};
use super::write::{self, Original, WriteError, Written};
use crate::catalog::Severity;
use crate::check::{Settings, check};
use crate::load::Loader;
use crate::registry::{Comparison, Registry, compare};
use crate::report::{Finding, Report};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Changes of catalog files, made together or not at all.
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
    /// Only their files of TOML can be changed: what ships, what was given as a text and what is of another form stays as it is.
    pub fn new(loader: Loader) -> Self {
        Transaction { loader, file: None, changes: Vec::new(), settings: Settings::new(), patience: PATIENCE }
    }

    /// The file into which goes what belongs to no file yet, as new entries do. Without it: the last file of the catalogs, which
    /// is the one whose word counts most.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Adds a change. It sees what those before it did.
    pub fn change(mut self, change: impl Into<Change>) -> Self {
        self.changes.push(change.into());
        self
    }

    /// Changes how the result is checked. A finding of severity error refuses it.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How long [`Transaction::prepare`] waits for another transaction in the same folders: 10 seconds for each one unless changed.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns what would come of it. Nothing is locked and nothing is written.
    ///
    /// # Errors
    ///
    /// The catalogs have faults, a change cannot be made, or its result has faults or fails its check.
    pub fn preview(&self) -> Result<Outcome, TransactionError> {
        let mut draft = Draft::read(&self.loader, self.file.as_deref())?;
        let before = draft.registry().clone();
        let checked_before = check(draft.loader(), &self.settings);
        for change in &self.changes {
            change.apply(&mut draft)?;
            draft.reload().map_err(TransactionError::Faults)?;
        }
        let report = check(draft.loader(), &self.settings);
        if report.count(Severity::Error) > 0 {
            return Err(TransactionError::Findings(Box::new(report)));
        }
        let findings = new_findings(&checked_before, &report);
        let consequences = draft.consequences().to_vec();
        let is = draft.registry().clone();
        Ok(Outcome { was: before, is, report, findings, consequences, unfinished: None, files: draft.changed() })
    }

    /// Locks the catalogs' folders and makes the result, which [`Prepared::commit`] writes.
    ///
    /// Another transaction on them is waited for; `waiting` is reported once for each folder for which that is so, and says whether to
    /// wait at all, which ends after [`Transaction::wait_at_most`]. What is held by the same process is waited for too. A transaction
    /// that was killed there before it had replaced all of its files is finished first.
    ///
    /// # Errors
    ///
    /// As [`Transaction::preview`]; or a folder cannot be locked, or is waited for no longer, or what was unfinished there cannot be
    /// finished.
    pub fn prepare(&self, mut waiting: impl FnMut(&Path) -> bool) -> Result<Prepared, TransactionError> {
        let locks = Locks::of_catalogs(&self.loader, &mut Patience::new(self.patience, &mut waiting))?;
        Ok(Prepared { outcome: self.preview()?, locks })
    }
}

/// The result of a transaction.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The catalogs as they are.
    pub was: Registry,
    /// The catalogs as the changes make them.
    pub is: Registry,
    /// The check of the result. It holds no finding of severity error.
    pub report: Report,
    /// Those of its findings that the catalogs as they are do not have.
    pub findings: Vec<Finding>,
    /// What the changes did beyond what they were asked for, in the order in which they did it.
    pub consequences: Vec<Consequence>,
    /// What the system refused after the transaction counted, if anything. Whoever reads the catalogs gets them as the changes make
    /// them, and the next transaction does what remains: see [`Written::Unfinished`].
    pub unfinished: Option<WriteError>,
    files: Vec<(Original, String)>,
}

impl Outcome {
    /// Returns the files that change, and their new texts.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&Original, &str)> {
        self.files.iter().map(|(original, text)| (original, text.as_str()))
    }

    /// Returns the requests that are answered otherwise.
    pub fn differences(&self) -> Comparison {
        compare(&self.was, &self.is)
    }
}

/// A result that is sound, and the locks under which it was made. Dropped, it leaves everything as it is.
#[derive(Debug)]
#[must_use]
pub struct Prepared {
    outcome: Outcome,
    locks: Locks,
}

impl Prepared {
    /// Returns what would be written.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Writes all files that change, or none.
    ///
    /// # Errors
    ///
    /// A file of the catalogs changed since it was read, as editors do without asking for locks, or one cannot be written; all are
    /// then as they were.
    pub fn commit(mut self) -> Result<Outcome, TransactionError> {
        // Those too that stay as they are: the result was checked with them.
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

/// Returns the findings of a report that another does not have. Places move, so they do not count.
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
