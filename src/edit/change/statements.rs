//! The statements of each document of a draft, and the meanings of the names in them.

use crate::catalog::entry::EntryIndex;
use crate::catalog::raw::{At, Document, RawEntry};
use crate::catalog::{EntryKind, FileId, Location, Sources, Span, nearest};
use crate::edit::draft::Draft;
use crate::edit::refused::ChangeError;
use crate::registry::Registry;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::path::Path;

/// The documents with their statements, in the order in which they are merged.
pub(super) struct Statements {
    sources: Sources,
    pub documents: Vec<Document>,
}

/// One definition of an entry.
#[derive(Copy, Clone)]
pub(super) struct Definition<'s> {
    pub file: FileId,
    pub entry: &'s RawEntry,
}

impl Statements {
    pub fn of(draft: &Draft) -> Statements {
        let (sources, documents) = draft.loader().documents();
        Statements { sources, documents }
    }

    pub fn locate(&self, span: Span) -> Location {
        self.sources.locate(span)
    }

    /// Returns the name of a document.
    pub fn name(&self, file: FileId) -> &str {
        self.sources.get(file).name()
    }

    /// Returns the index of the document that was read from a file.
    pub fn position(&self, path: &Path) -> Option<usize> {
        self.documents.iter().position(|document| self.sources.get(document.file).file() == Some(path))
    }

    /// Returns the definitions of all entries by their names, in the order in which they are merged: the last
    /// definition is in effect.
    pub fn definitions(&self) -> IndexMap<&str, Vec<Definition<'_>>> {
        let mut definitions: IndexMap<&str, Vec<Definition<'_>>> = IndexMap::new();
        for document in &self.documents {
            for entry in &document.entries {
                let definition = Definition { file: document.file, entry };
                definitions.entry(entry.name.value.as_str()).or_default().push(definition);
            }
        }
        definitions
    }

    /// Returns the file that contains a name to be deleted, or an error if it cannot be changed.
    pub fn changeable<'d>(&self, draft: &'d Draft, name: &At<String>) -> Result<&'d Path, ChangeError> {
        draft
            .file(name.at.file)
            .map_err(|_| ChangeError::NamedElsewhere { name: name.value.clone(), at: self.locate(name.at) })
    }
}

/// Resolves names in `order` and `disable`: a name stands for an entry, or for all entries of a chain over several
/// bases.
pub(super) struct Meanings<'r> {
    registry: &'r Registry,
    groups: HashMap<&'r str, Vec<EntryIndex>>,
}

impl<'r> Meanings<'r> {
    pub fn of(registry: &'r Registry) -> Meanings<'r> {
        let mut groups: HashMap<&str, Vec<EntryIndex>> = HashMap::new();
        for entry in registry.entries() {
            if let Some(chain) = group_of(entry.name()) {
                groups.entry(chain).or_default().push(entry.index());
            }
        }
        Meanings { registry, groups }
    }

    /// Returns the entries that a name stands for.
    pub fn entries(&self, name: &str) -> Result<Vec<EntryIndex>, ChangeError> {
        if let Some(entry) = self.registry.entry(name) {
            return Ok(vec![entry.index()]);
        }
        self.groups
            .get(name)
            .cloned()
            .ok_or_else(|| ChangeError::NoSuchEntry { name: name.to_owned(), suggestion: nearest(name, self.names()) })
    }

    /// Returns the entries that the names stand for, each once, in this order.
    pub fn all(&self, names: &[String]) -> Result<Vec<EntryIndex>, ChangeError> {
        let mut all = Vec::new();
        for name in names {
            for index in self.entries(name)? {
                if !all.contains(&index) {
                    all.push(index);
                }
            }
        }
        Ok(all)
    }

    /// Returns the name of an entry.
    pub fn name(&self, index: EntryIndex) -> &'r str {
        self.registry.name_at(index)
    }

    /// Returns the chain over several bases that generated an entry, and all entries that it generated.
    pub fn group(&self, index: EntryIndex) -> Option<(&'r str, &[EntryIndex])> {
        let (chain, members) = self.groups.get_key_value(group_of(self.registry.name_at(index))?)?;
        Some((chain, members))
    }

    /// Returns every name that can be resolved.
    pub fn names(&self) -> impl Iterator<Item = &'r str> {
        let groups = self.groups.keys().copied();
        self.registry.entries().map(|entry| entry.name()).chain(groups)
    }

    /// Returns for each entry whether it has a place in the catalog order.
    pub fn has_place(&self) -> Vec<bool> {
        self.registry.entries().map(|entry| entry.kind() != EntryKind::Layer).collect()
    }
}

/// Returns the chain over several bases that generated the entry of this name. No other name contains a slash.
pub(super) fn group_of(name: &str) -> Option<&str> {
    name.split_once('/').map(|(chain, _)| chain)
}
