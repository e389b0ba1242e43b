//! Where a word of a list is written: catalogs that are loaded know what is listed, and not where each word stands.

use crate::catalog::{FileId, Sources, Span};
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The documents in which words were looked for.
pub(super) struct Spelling<'s> {
    sources: &'s Sources,
    parsed: HashMap<FileId, Spanned<DeTable<'s>>>,
}

/// A construct whose lists are looked into.
#[derive(Copy, Clone)]
pub(super) enum Within {
    /// The table of this name, as in `[layer.tls]`: the section, and where the name is written.
    Named(&'static str, Span),
    /// An `[[expect]]` or `[[always]]`: the section, and where it stands.
    Element(&'static str, Span),
    /// Its request.
    Request(&'static str, Span),
}

impl<'s> Spelling<'s> {
    pub fn of(sources: &'s Sources) -> Self {
        Spelling { sources, parsed: HashMap::new() }
    }

    /// Returns where a list has a word; the place of the construct where that is not found, as in a document that is no TOML.
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
