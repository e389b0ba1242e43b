//! The changed texts of catalogs, before anything is written.

use super::consequence::Consequence;
use super::refused::{ChangeError, TransactionError};
use super::write::Original;
use crate::catalog::{FileId, Source, Sources};
use crate::load::{LoadError, Loader};
use crate::registry::Registry;
use indexmap::IndexMap;
use std::path::{Path, PathBuf};

/// The texts of catalogs with the changes made so far.
pub(super) struct Draft {
    /// The loader of the current texts, which ignores later changes on the disk.
    loader: Loader,
    /// The files by their paths as given, in the order of reading.
    files: IndexMap<PathBuf, File>,
    target: PathBuf,
    /// Whether the target was named, and is not merely the last file.
    is_named: bool,
    registry: Registry,
    /// Whether the registry is that of the current texts.
    is_loaded: bool,
    consequences: Vec<Consequence>,
}

struct File {
    read: String,
    now: String,
}

impl Draft {
    /// Creates a draft of the texts of a registry, which the loader loaded. New definitions are written into `target`, or
    /// into the last file.
    pub fn of(registry: Registry, loader: &Loader, target: Option<&Path>) -> Result<Draft, TransactionError> {
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
            None => last_file(registry.sources(), &files).ok_or(TransactionError::NoFile)?,
            Some(target) => {
                let is_meant = |path: &&PathBuf| *path == target || same_file(path, target);
                let found = files.keys().find(is_meant).cloned();
                found.ok_or_else(|| TransactionError::NotAmong { path: target.to_owned() })?
            }
        };
        Ok(Draft { loader, files, target, is_named, registry, is_loaded: true, consequences: Vec::new() })
    }

    /// Returns the registry of the texts, as of the last [`Draft::reload`].
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns a loader of the current texts.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Returns the file that new definitions are written into.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns whether the target was named, and is not merely the last file.
    pub fn is_target_named(&self) -> bool {
        self.is_named
    }

    /// Returns the further edits that the changes made.
    pub fn consequences(&self) -> &[Consequence] {
        &self.consequences
    }

    /// Records further edits that a change made.
    pub fn add_consequences(&mut self, consequences: impl IntoIterator<Item = Consequence>) {
        self.consequences.extend(consequences);
    }

    /// Returns the file of a document of the registry, if it can be changed.
    pub fn file(&self, document: FileId) -> Result<&Path, ChangeError> {
        let source = self.registry.sources().get(document);
        let known = source.file().and_then(|path| self.files.get_key_value(path));
        known.map(|(path, _)| path.as_path()).ok_or_else(|| ChangeError::Fixed { document: source.name().to_owned() })
    }

    /// Returns the current text of a file, or an empty text for a path that is not one of the files.
    pub fn text(&self, path: &Path) -> &str {
        self.files.get(path).map_or("", |file| &file.now)
    }

    /// Replaces the text of a file.
    pub fn replace(&mut self, path: &Path, text: String) {
        if let Some(file) = self.files.get_mut(path) {
            self.loader = std::mem::take(&mut self.loader).unsaved(path, text.as_str());
            file.now = text;
            self.is_loaded = false;
        }
    }

    /// Loads the current texts, unless they are loaded already.
    pub fn reload(&mut self) -> Result<(), LoadError> {
        if !self.is_loaded {
            self.registry = self.loader.load()?;
            self.is_loaded = true;
        }
        Ok(())
    }

    /// Returns the files whose texts changed.
    pub fn changed(self) -> Vec<(Original, String)> {
        let changed = self.files.into_iter().filter(|(_, file)| file.now != file.read);
        changed.map(|(path, file)| (Original::known(path, file.read), file.now)).collect()
    }
}

/// Returns the file of the last document, which takes precedence over all others.
fn last_file(sources: &Sources, files: &IndexMap<PathBuf, File>) -> Option<PathBuf> {
    let paths = sources.in_merge_order().rev().filter_map(Source::file);
    paths.filter_map(|path| files.get_key_value(path)).next().map(|(path, _)| path.clone())
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
