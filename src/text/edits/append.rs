//! Appends tables to the text of a catalog.

use super::block::{self, Member};
use super::site::Site;
use super::{KeyOrder, Splice, Text, path, spacing};
use crate::text::lines;
use crate::text::outline::{Home, Path};
use crate::text::values::{inline_table, key as written_key};

impl<O: KeyOrder> Text<O> {
    /// Appends tables, with their headers: after a blank line at the end, before blank lines that are there already.
    /// The line breaks of this text are used. A table that belongs to a table written inline is added to that, without
    /// its comments.
    ///
    /// Returns whether the tables were appended. They are not if keys stand above all headers, if a table exists
    /// already, or if a table belongs to a value that is not a table.
    pub fn append(&mut self, tables: &str) -> bool {
        let other = Self::new(tables);
        let is_there = |path: &[String]| Site::of(&self.outline, path).is_some();
        if other.outline.pairs_of(Home::Top).next().is_some()
            || other.outline.headers.is_empty()
            || other
                .outline
                .headers
                .iter()
                .any(|header| !header.path.iter().any(|part| part.contains('#')) && is_there(&header.path))
        {
            return false;
        }
        let mut inline: Vec<Path> = Vec::new();
        for header in &other.outline.headers {
            if let Some(path) = self.outermost_within_inline(&header.path)
                && !inline.contains(&path)
            {
                inline.push(path);
            }
        }
        if inline.is_empty() {
            self.append_text(tables);
            return true;
        }
        let mut result = self.clone();
        for path in &inline {
            let parts: Vec<&str> = path.iter().map(String::as_str).collect();
            let (Some(value), Some((name, above))) = (other.as_inline(path), parts.split_last()) else { return false };
            let is_done = match name.split_once('#') {
                Some((array, _)) => result.append_member(above, array, &value),
                None => result.set(above, &[name], &value),
            };
            if !is_done {
                return false;
            }
        }
        // In reverse, because a removal renumbers the members after it.
        let mut rest = other;
        for path in inline.iter().rev() {
            rest.remove_table(&path.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if !rest.outline.headers.is_empty() {
            result.append_text(&rest.text);
        }
        *self = result;
        true
    }

    /// Returns the path that must be added to an inline table, if the table of this path cannot have a header because a
    /// table above it is written inline.
    fn outermost_within_inline(&self, path: &[String]) -> Option<Path> {
        (0..path.len()).find_map(|depth| {
            let (above, rest) = path.split_at(depth);
            let (name, _) = rest.split_first()?;
            let array = name.split_once('#').map(|(array, _)| array.to_owned());
            let is_inline = match array {
                Some(array) => self.outline.pair(&[above, &[array]].concat()).is_some(),
                None => depth > 0 && self.outline.pair(above).is_some(),
            };
            is_inline.then(|| path[..=depth].to_vec())
        })
    }

    /// Returns a table that is written with headers as an inline table.
    fn as_inline(&self, path: &[String]) -> Option<String> {
        let mut items: Vec<String> = Vec::new();
        if let Some(header) = self.outline.header(path) {
            for pair in self.outline.pairs_of(Home::Header(header)) {
                items.push(format!("{} = {}", self.slice(pair.key()), self.slice(pair.value.at.clone())));
            }
        }
        let mut below: Vec<&String> = Vec::new();
        for header in self.outline.headers.iter().filter(|header| header.path.starts_with(path)) {
            if let Some(name) = header.path.get(path.len()).filter(|name| !below.contains(name)) {
                below.push(name);
            }
        }
        for name in below {
            // An array of tables is not written as an inline one.
            if name.contains('#') {
                return None;
            }
            let value = self.as_inline(&[path, std::slice::from_ref(name)].concat())?;
            items.push(format!("{} = {value}", written_key(name)));
        }
        Some(inline_table(&items))
    }

    /// Appends a member to an array that is written inline.
    fn append_member(&mut self, above: &[&str], array: &str, value: &str) -> bool {
        let Some(block) = self.outline.array(&path(above, &[array])) else { return false };
        let member = Member { text: value, behind: "" };
        let splices = block::insertion(&self.text, block, block.items.len(), &member);
        self.apply(splices);
        true
    }

    /// Appends a text that begins with a header.
    fn append_text(&mut self, tables: &str) {
        let line_break = spacing::line_break(&self.text, 0);
        let tables = spacing::rebroken(tables, line_break);
        let beginning = lines::beginning(&self.text);
        let content = self.text.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let end = lines::end(&self.text, content);
        let is_broken = self.text.get(..end).is_some_and(|before| before.ends_with('\n'));
        let (at, new) = match (content <= beginning, is_broken) {
            (true, _) => (beginning, format!("{tables}{line_break}")),
            (false, true) => (end, format!("{line_break}{tables}{line_break}")),
            (false, false) => (end, format!("{line_break}{line_break}{tables}")),
        };
        self.apply(vec![Splice::insertion(at, new)]);
    }
}
