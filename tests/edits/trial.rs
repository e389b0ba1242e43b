//! Catalog files in a folder, and changes made of them as a program would make them.

use sockatlas::edit::{Change, ChangeError, Outcome, Transaction, TransactionError};
use sockatlas::{Loader, Registry};
use std::path::PathBuf;

/// Files in a folder of their own; they load in this order.
pub struct Site {
    folder: tempfile::TempDir,
    names: Vec<String>,
}

impl Site {
    pub fn of(files: &[(&str, &str)]) -> Site {
        let site = Site { folder: super::folder(), names: files.iter().map(|(name, _)| (*name).to_owned()).collect() };
        for (name, text) in files {
            super::write(site.folder.path(), name, text);
        }
        site
    }

    /// One file.
    pub fn one(text: &str) -> Site {
        Site::of(&[("site.toml", text)])
    }

    /// Of the files only these are given to the loader; it finds the others by `include`.
    pub fn given(mut self, names: &[&str]) -> Site {
        self.names = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn loader(&self) -> Loader {
        let is_builtin = |name: &&String| name.starts_with("builtin:");
        let builtin = self.names.iter().filter(is_builtin).fold(Loader::new(), |loader, name| loader.path(name));
        let files = self.names.iter().filter(|name| !is_builtin(name));
        files.fold(builtin, |loader, name| loader.path(self.path(name)))
    }

    pub fn registry(&self) -> Registry {
        self.loader().load().unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn text(&self, name: &str) -> String {
        super::read(self.folder.path(), name)
    }

    /// Makes a change; the files are written.
    pub fn change(&self, change: impl Into<Change>) -> Result<Outcome, TransactionError> {
        self.commit(Transaction::new(self.loader()).change(change))
    }

    /// Makes a change in a file that is named.
    pub fn change_in(&self, file: &str, change: impl Into<Change>) -> Result<Outcome, TransactionError> {
        self.commit(Transaction::new(self.loader()).file(self.path(file)).change(change))
    }

    /// Makes a change, and writes the files as quickly as can be: for tests that do so thousands of times.
    pub fn rewrite(&self, change: impl Into<Change>) -> Outcome {
        let outcome =
            Transaction::new(self.loader()).change(change).preview().unwrap_or_else(|error| panic!("{error}"));
        for (original, text) in outcome.files() {
            std::fs::write(original.path(), text).expect("a file is written");
        }
        outcome
    }

    /// Why a change is not made. No file is then written.
    pub fn refused(&self, change: impl Into<Change>) -> String {
        let refused = self.change(change).expect_err("the change is refused");
        self.relative(&refused.to_string())
    }

    /// What a change does beyond what it was asked for.
    pub fn consequences(&self, change: impl Into<Change>) -> Vec<String> {
        let outcome = self.change(change).unwrap_or_else(|error| panic!("{error}"));
        outcome.consequences.iter().map(|consequence| self.relative(&consequence.to_string())).collect()
    }

    /// The names of what can be selected, in catalog order.
    pub fn order(&self) -> Vec<String> {
        self.registry().selectable().map(|entry| entry.name().to_owned()).collect()
    }

    fn commit(&self, transaction: Transaction) -> Result<Outcome, TransactionError> {
        transaction.prepare(|_| false)?.commit()
    }

    fn relative(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// Why a change cannot be made, as data.
pub fn reason(error: TransactionError) -> ChangeError {
    match error {
        TransactionError::Change(error) => error,
        other => panic!("another error: {other}"),
    }
}
