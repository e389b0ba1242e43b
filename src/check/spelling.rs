//! Finds the place of a word in a list: loaded catalogs hold the content of lists, but not the place of each word.

use crate::catalog::{FileId, Sources, Span};
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The documents in which words were searched.
pub(super) struct Spelling<'s> {
    sources: &'s Sources,
    parsed: HashMap<FileId, Spanned<DeTable<'s>>>,
}

/// A construct whose lists are searched.
#[derive(Copy, Clone)]
pub(super) enum Within {
    /// The table of this name, as in `[layer.tls]`: the section, and the place of the name.
    Named(&'static str, Span),
    /// An `[[expect]]` or `[[always]]`: the section, and its place.
    Element(&'static str, Span),
    /// Its request.
    Request(&'static str, Span),
}

impl<'s> Spelling<'s> {
    pub fn of(sources: &'s Sources) -> Self {
        Spelling { sources, parsed: HashMap::new() }
    }

    /// Returns the place of a word in a list, or the place of the construct if the word is not found, as in a document that is
    /// not TOML.
    pub fn find(&mut self, within: Within, key: &str, word: &str) -> Span {
        let (Within::Named(_, at) | Within::Element(_, at) | Within::Request(_, at)) = within;
        let source = self.sources.get(at.file);
        if source.is_foreign() {
            return at;
        }
        let parsed = self.parsed.entry(at.file).or_insert_with(|| DeTable::parse_recoverable(source.text()).0);
        let list = table(parsed.get_ref(), within).and_then(|table| table.get(key)?.get_ref().as_array());
        let found =
            list.into_iter().flat_map(|list| list.iter()).find(|element| element.get_ref().as_str() == Some(word));
        found.map_or(at, |element| Span::new(at.file, element.span()))
    }
}

fn table<'d, 'i>(document: &'d DeTable<'i>, within: Within) -> Option<&'d DeTable<'i>> {
    match within {
        Within::Named(section, at) => {
            let named = document.get(section)?.get_ref().as_table()?;
            let (_, value) = named.iter().find(|(name, _)| name.span() == at.range())?;
            value.get_ref().as_table()
        }
        Within::Element(section, at) => {
            let elements = document.get(section)?.get_ref().as_array()?;
            elements.iter().find(|element| element.span() == at.range())?.get_ref().as_table()
        }
        Within::Request(section, at) => table(document, Within::Element(section, at))?
            .get("request")
            .map(Spanned::get_ref)
            .and_then(DeValue::as_table),
    }
}
