//! The texts of catalogs as changes make them; nothing is written.

use super::TransactionError;
use crate::catalog::FileId;
use crate::edit::change::{ChangeError, Consequence};
use crate::edit::write::Original;
use crate::load::{LoadError, Loader};
use crate::registry::Registry;
use indexmap::IndexMap;
use std::path::{Path, PathBuf};

/// The texts of catalogs as changes make them.
pub(in crate::edit) struct Draft {
    /// Loads the texts as they are now, whatever happens on the disk meanwhile.
    loader: Loader,
    /// By their paths as they were given, in the order of reading.
    files: IndexMap<PathBuf, File>,
    target: PathBuf,
    /// Whether the target was named, and not only left to be the last file.
    is_named: bool,
    registry: Registry,
    consequences: Vec<Consequence>,
}

struct File {
    read: String,
    now: String,
}

impl Draft {
    /// Reads what a loader would load. New things go to `target`, or to the last file.
    pub fn read(loader: &Loader, target: Option<&Path>) -> Result<Draft, TransactionError> {
        let registry = loader.load().map_err(TransactionError::Unsound)?;
        let mut loader = loader.clone();
        let mut files = IndexMap::new();
        for (_, source) in registry.sources().iter() {
            let Some(path) = source.file().filter(|_| !source.is_foreign()) else { continue };
            loader = loader.unsaved(path, source.text());
            if path.is_file() {
                let text = source.text().to_owned();
                files.insert(path.to_owned(), File { read: text.clone(), now: text });
            }
        }
        let is_named = target.is_some();
        let target = match target {
            None => last_file(&loader, &files).ok_or(TransactionError::NoFile)?,
            Some(target) => {
                let is_meant = |path: &&PathBuf| *path == target || same_file(path, target);
                let found = files.keys().find(is_meant).cloned();
                found.ok_or_else(|| TransactionError::NotAmong { path: target.to_owned() })?
            }
        };
        Ok(Draft { loader, files, target, is_named, registry, consequences: Vec::new() })
    }

    /// Returns what the texts make, as of the last [`Draft::reload`].
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Loads the texts as they are now.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Returns the file into which goes what belongs to no file yet.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns whether that file was named, and not only left to be the last one.
    pub fn is_target_named(&self) -> bool {
        self.is_named
    }

    /// Returns what was done beyond what was asked for.
    pub fn consequences(&self) -> &[Consequence] {
        &self.consequences
    }

    /// Notes what was done beyond what was asked for.
    pub fn add_consequences(&mut self, consequences: impl IntoIterator<Item = Consequence>) {
        self.consequences.extend(consequences);
    }

    /// Returns the file of a document of the registry, if it can be changed.
    pub fn file(&self, document: FileId) -> Result<&Path, ChangeError> {
        let source = self.registry.sources().get(document);
        let known = source.file().and_then(|path| self.files.get_key_value(path));
        known.map(|(path, _)| path.as_path()).ok_or_else(|| ChangeError::Fixed { document: source.name().to_owned() })
    }

    /// Returns the text of a file as it is now; empty for what is none of the files.
    pub fn text(&self, path: &Path) -> &str {
        self.files.get(path).map_or("", |file| &file.now)
    }

    /// Gives a file another text.
    pub fn replace(&mut self, path: &Path, text: String) {
        if let Some(file) = self.files.get_mut(path) {
            self.loader = std::mem::take(&mut self.loader).unsaved(path, text.as_str());
            file.now = text;
        }
    }

    /// Loads the texts as they are now.
    pub fn reload(&mut self) -> Result<(), LoadError> {
        self.registry = self.loader.load()?;
        Ok(())
    }

    /// Returns the files whose texts changed.
    pub fn changed(self) -> Vec<(Original, String)> {
        let changed = self.files.into_iter().filter(|(_, file)| file.now != file.read);
        changed.map(|(path, file)| (Original::known(path, file.read), file.now)).collect()
    }
}

/// Returns the file of the last document, whose word counts most. Who includes others is read before them, and counts after them.
fn last_file(loader: &Loader, files: &IndexMap<PathBuf, File>) -> Option<PathBuf> {
    let (sources, documents) = loader.documents();
    let paths = documents.iter().rev().filter_map(|document| sources.get(document.file).file());
    paths.filter_map(|path| files.get_key_value(path)).next().map(|(path, _)| path.clone())
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
