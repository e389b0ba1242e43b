//! The place of a statement: line and column, and the registry key that contains it.

use sockatlas::catalog::{Bitness, Location, Sources, Span};
use sockatlas::winsock::{Reading, SourceForm, Store};

/// The keys of a source, by their places.
pub(in crate::cli) struct Keys<'r> {
    sources: &'r Sources,
    form: SourceForm,
    /// The start of each key, in the order of the source.
    keys: Vec<(Span, String)>,
}

/// The place of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Place {
    pub location: Location,
    /// The key, from `Parameters` on; `None` if the source has no keys.
    pub key: Option<String>,
    /// Whether only the key identifies the place: the source is not a text, and the lines are those of a text made from
    /// it.
    is_rendered: bool,
}

impl<'r> Keys<'r> {
    pub fn new(reading: &'r Reading) -> Self {
        let store = &reading.store;
        let mut keys = keys(store);
        keys.sort();
        Keys { sources: &reading.sources, form: store.form, keys }
    }

    /// Returns the place of a span; its key is the last one that begins before it.
    pub fn place(&self, at: Span) -> Place {
        let before = self.keys.partition_point(|(key, _)| (key.file, key.start) <= (at.file, at.start));
        let key = before.checked_sub(1).and_then(|place| self.keys.get(place));
        Place {
            location: self.sources.locate(at),
            key: key.map(|(_, key)| key.clone()),
            is_rendered: matches!(self.form, SourceForm::Hive | SourceForm::Packed),
        }
    }

    /// The name of the source.
    pub fn source(&self) -> &'r str {
        self.sources.iter().next().map(|(_, source)| source.name()).unwrap_or_default()
    }
}

impl std::fmt::Display for Place {
    /// Displays the key if only that identifies the place, else file and line. Only the last part of the file's path is
    /// displayed, because there is only one file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Location { file, line, .. } = &self.location;
        let file = file.rsplit(std::path::is_separator).next().unwrap_or(file);
        match &self.key {
            Some(key) if self.is_rendered => f.write_str(key),
            Some(key) => write!(f, "{file}:{line} ({key})"),
            None => write!(f, "{file}:{line}"),
        }
    }
}

fn keys(store: &Store) -> Vec<(Span, String)> {
    let mut keys = Vec::new();
    if let Some(root) = &store.root {
        keys.push((root.at, last(&root.value).to_owned()));
    }
    let catalog = store.protocol_catalog.as_ref().map_or("Protocol_Catalog9", |catalog| last(&catalog.value));
    keys.extend(store.protocol_catalog.iter().map(|stated| (stated.at, catalog.to_owned())));
    for set in &store.sets {
        let entries = format!("{catalog}\\{}", entries_of(set.bits));
        for item in &set.items {
            keys.extend(item.key.iter().map(|key| (item.at, format!("{entries}\\{}", key.value))));
        }
        keys.extend(set.malformed.iter().map(|item| (item.at, format!("{entries}\\{}", item.key.value))));
        let has_keys = store.root.is_some() || set.items.iter().any(|item| item.key.is_some());
        keys.extend(has_keys.then_some((set.at, entries)));
    }
    for set in &store.name_spaces {
        let entries = format!("NameSpace_Catalog5\\{}", entries_of(set.bits));
        for provider in &set.providers {
            keys.extend(provider.key.iter().map(|key| (provider.at, format!("{entries}\\{}", key.value))));
        }
    }
    let applications = store.applications.iter();
    keys.extend(applications.map(|of| (of.key.at, format!("AppId_Catalog\\{}", of.key.value))));
    keys
}

fn entries_of(bits: Option<Bitness>) -> &'static str {
    if bits == Some(Bitness::Bits64) { "Catalog_Entries64" } else { "Catalog_Entries" }
}

fn last(key: &str) -> &str {
    key.rsplit('\\').next().unwrap_or(key)
}
