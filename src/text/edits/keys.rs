//! Sets and unsets the values of keys.

use super::find::is_within;
use super::site::Site;
use super::{KeyOrder, Splice, Text, block, path, spacing};
use crate::text::lines;
use crate::text::outline::{Home, Item, Outline, Pair, Path};
use crate::text::values::{header, key as written_key};

impl<O: KeyOrder> Text<O> {
    /// Returns the value of a key as it is written, or `None` if there is no such key or it is a table that is not
    /// written inline.
    pub fn value(&self, table: &[&str], key: &[&str]) -> Option<&str> {
        self.outline.pair(&path(table, key)).map(|pair| self.slice(pair.value.at.clone()))
    }

    /// Returns whether there is a table or key of this path.
    pub fn contains(&self, table: &[&str], key: &[&str]) -> bool {
        let path = path(table, key);
        let is_inline = || self.outline.blocks.iter().any(|block| block.path == path);
        path.is_empty() || self.is_below(&path) || self.outline.pair(&path).is_some() || is_inline()
    }

    /// Sets a key to a value, in TOML. Of an existing key only the value changes. A new key is inserted at its place in
    /// the canonical order, where its table is written, inline or not; missing tables are made.
    ///
    /// Returns whether the key was set. It is not if the key is a table that is not written inline, or part of the path
    /// is not a table.
    pub fn set(&mut self, table: &[&str], key: &[&str], value: &str) -> bool {
        if let Some(pair) = self.outline.pair(&path(table, key)).filter(|_| !key.is_empty()) {
            let at = pair.value.at.clone();
            self.apply(vec![Splice { at, text: value.to_owned() }]);
            return true;
        }
        let Some(plain) = self.with(table, key, value, false) else { return false };
        let is_undone = |mut text: Self| text.unset(table, key) && text.text == self.text;
        // An existing empty table must not be mistaken for one that was made for this key.
        let marked = || self.with(table, key, value, true).filter(|marked| is_undone(marked.clone()));
        *self = if is_undone(plain.clone()) { plain } else { marked().unwrap_or(plain) };
        true
    }

    /// Returns the text with a new key. If `is_marked` is set, the key is written slightly differently, to mark that
    /// its table existed before and was empty.
    pub(super) fn with(&self, table: &[&str], key: &[&str], value: &str, is_marked: bool) -> Option<Self> {
        let path = path(table, key);
        let is_no_table = |depth: usize| {
            let pair = self.outline.pair(&path[..depth]);
            pair.is_some_and(|pair| self.outline.inline(&pair.path).is_none())
        };
        if key.is_empty() || self.is_below(&path) || (1..path.len()).any(is_no_table) {
            return None;
        }
        // The missing parts are added to the innermost existing table on the way.
        (0..path.len()).rev().find_map(|depth| {
            let (container, rest) = path.split_at(depth);
            let Some(site) = Site::of(&self.outline, container) else {
                return self.with_header(container, rest, value);
            };
            let is_member = path.iter().any(|part| part.contains('#'));
            let mut with = self.clone();
            // If the table itself is missing, it gets a header, where the table above it can have headers below it.
            if depth < table.len() && !site.is_inline() && !is_member {
                with.append(&format!("{}\n{}", header(table), line(key, value))).then_some(with)
            } else if depth == 0 && is_member {
                None
            } else {
                let (name, rest) = rest.split_first()?;
                with.apply(site.insertion::<O>(&self.text, &self.outline, name, &nested(rest, value), is_marked));
                Some(with)
            }
        })
    }

    /// Returns the text with a new key of a table that exists only through the tables below it. The table gets a header
    /// before theirs.
    fn with_header(&self, table: &[String], key: &[String], value: &str) -> Option<Self> {
        let below = self.outline.headers.iter().find(|header| header.path.starts_with(table))?;
        let at = spacing::lead(&self.text, lines::start(&self.text, below.at.start));
        let line_break = spacing::line_break(&self.text, at);
        // The blank line is a copy of the one above, so that a later removal can take either.
        let above = spacing::above(&self.text, at).map(|above| self.slice(above));
        let blank = above.map_or(line_break, |above| if lines::is_blank(above) { above } else { "" });
        let table: Vec<&str> = table.iter().map(String::as_str).collect();
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let new = format!("{}{line_break}{}{line_break}{blank}", header(&table), line(&key, value));
        let mut with = self.clone();
        with.apply(vec![Splice::insertion(at, new)]);
        Some(with)
    }

    /// Removes a key, with the comment after it. A table that [`Text::set`] would have made for the key is removed too.
    ///
    /// Returns whether the key existed.
    pub fn unset(&mut self, table: &[&str], key: &[&str]) -> bool {
        let path = path(table, key);
        let Some(pair) = self.outline.pair(&path) else {
            let all: Vec<&str> = path.iter().map(String::as_str).collect();
            return !key.is_empty() && self.remove_table(&all);
        };
        let value = self.slice(pair.value.at.clone()).to_owned();
        let without = |depth: usize| {
            let (container, _) = path.split_at(depth);
            let mut without = self.clone();
            match self.outline.pair(container) {
                Some(pair) => without.remove_pair(pair),
                None => without.remove_section(container),
            }
            without.makes(table, key, &value, self).then_some(without)
        };
        let pair = pair.clone();
        let made = (1..path.len()).filter(|&depth| self.only_holds(&path[..depth], &path)).find_map(without);
        match made {
            Some(without) => *self = without,
            None => self.remove_pair(&pair),
        }
        true
    }

    /// Returns whether setting a new key in this text gives the other text.
    pub(super) fn makes(&self, table: &[&str], key: &[&str], value: &str, other: &Self) -> bool {
        let is_made = |is_marked| self.with(table, key, value, is_marked).is_some_and(|with| with.text == other.text);
        is_made(false) || is_made(true)
    }

    /// Removes a pair that is on lines of its own or in an inline table.
    pub(super) fn remove_pair(&mut self, pair: &Pair) {
        let splices = match pair.home {
            Home::Block(number) => {
                let Some(block) = self.outline.blocks.get(number) else { return };
                let is_meant = |item: &Item| item.at.start == pair.key().start;
                let Some(at) = block.items.iter().position(is_meant) else { return };
                block::removal(&self.text, block, at)
            }
            _ => {
                let lines = lines::around(&self.text, &pair.at());
                vec![Splice::removal(spacing::whole(&self.text, lines))]
            }
        };
        self.apply(splices);
    }

    /// Returns whether something is written below this path.
    fn is_below(&self, path: &[String]) -> bool {
        let is_pair = |pair: &Pair| pair.path.len() > path.len() && pair.path.starts_with(path);
        self.outline.headers.iter().any(|header| is_within(&header.path, path))
            || self.outline.pairs.iter().any(is_pair)
    }

    /// Returns whether a table contains this key and, except for tables on the way to it, no other; tables with headers
    /// of their own are not counted.
    fn only_holds(&self, table: &[String], key: &[String]) -> bool {
        let is_on_the_way = |pair: &Pair| key.starts_with(&pair.path);
        if let Some(header) = self.outline.header(table) {
            return self.outline.pairs_of(Home::Header(header)).all(is_on_the_way);
        }
        self.outline.pair(table).is_some()
            && self.outline.pairs.iter().filter(|pair| pair.path.starts_with(table)).all(is_on_the_way)
    }
}

/// Returns the parts of a key as TOML reads it, as in `options.roots`, or `None` if the text is not a key.
pub(crate) fn key_parts(key: &str) -> Option<Path> {
    let key = key.trim();
    let text = format!("{key} = 0");
    text.parse::<toml::Table>().ok()?;
    let mut pairs = Outline::read(&text).pairs.into_iter();
    // The text could contain a value and a comment after the key.
    let pair = pairs.next().filter(|pair| pair.key() == (0..key.len()))?;
    pairs.next().is_none().then_some(pair.path)
}

/// Returns the line of a pair in a table that is made for it.
fn line(key: &[&str], value: &str) -> String {
    let (first, rest) = key.split_first().unwrap_or((&"", &[]));
    let rest: Vec<String> = rest.iter().map(|&part| part.to_owned()).collect();
    format!("{} = {}", written_key(first), nested(&rest, value))
}

/// Returns a value within inline tables of its own.
fn nested(path: &[String], value: &str) -> String {
    path.iter().rev().fold(value.to_owned(), |value, key| format!("{{ {} = {value} }}", written_key(key)))
}
