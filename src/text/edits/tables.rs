//! Copies, replaces and removes whole tables.

use super::find::is_within;
use super::{KeyOrder, Splice, Text, block, path, spacing};
use crate::text::lines;
use crate::text::outline::{Home, Pair};
use crate::text::values::{dotted, header as written_header};
use std::ops::Range;

impl<O: KeyOrder> Text<O> {
    /// Returns a table as a text of its own, with a header, however it is written here: the comments that belong to it,
    /// its keys, and the tables below it.
    ///
    /// The comments that belong to a table are those directly above it, without a blank line between, and those within
    /// it.
    pub fn definition(&self, table: &[&str]) -> Option<String> {
        let path = path(table, &[]);
        let mut parts: Vec<String> = Vec::new();
        if let Some(keys) = self.keys_without_header(&path) {
            parts.push(keys);
        }
        let sections = self.sections(&path);
        parts.extend(sections.into_iter().map(|section| self.slice(section).to_owned()));
        let parts: Vec<&str> = parts.iter().map(|part| part.trim_end_matches(['\n', '\r'])).collect();
        let line_break = spacing::line_break(&self.text, 0);
        (!parts.is_empty()).then(|| parts.join(&line_break.repeat(2)) + line_break)
    }

    /// Removes a table, however it is written, with the comments that belong to it and the tables below it. The blank
    /// line that separates it from the text above is removed too; at the beginning of the text, the one below.
    ///
    /// Returns whether the table existed.
    pub fn remove_table(&mut self, table: &[&str]) -> bool {
        let path = path(table, &[]);
        if path.is_empty() {
            return false;
        }
        if let [member] = *table
            && let Some((array, at)) = member.split_once('#')
            && self.outline.array(&[array.to_owned()]).is_some()
        {
            return at.parse().is_ok_and(|at| self.remove_element(array, at));
        }
        let before = self.text.len();
        let mut ranges = self.sections(&path);
        ranges.extend(self.lines_without_header(&path).into_iter().map(|(_, lines)| lines));
        let mut splices: Vec<Splice> = self.together(ranges).into_iter().map(Splice::removal).collect();
        let within = self.pairs_without_header(&path).filter_map(|pair| match pair.home {
            Home::Block(number) => Some((number, pair.key().start)),
            _ => None,
        });
        // One at a time, because each removal moves the text after it; in reverse.
        let within: Vec<(usize, usize)> = within.collect();
        if splices.is_empty() {
            for (number, start) in within.into_iter().rev() {
                let Some(block) = self.outline.blocks.get(number) else { continue };
                let Some(at) = block.items.iter().position(|item| item.at.start == start) else { continue };
                splices = block::removal(&self.text, block, at);
                self.apply(splices);
            }
        } else {
            self.apply(splices);
        }
        self.text.len() != before
    }

    /// Replaces a table, including its comments and the tables below it, with other tables. The line breaks of this
    /// text are used.
    ///
    /// Returns whether the table was replaced. It is not if it does not exist, has no header, or stands in several
    /// places.
    pub fn replace_table(&mut self, table: &[&str], tables: &str) -> bool {
        let path = path(table, &[]);
        if path.is_empty() || self.pairs_without_header(&path).next().is_some() {
            return false;
        }
        let [place] = &*self.joined(self.sections(&path)) else { return false };
        let line_break = spacing::line_break(&self.text, 0);
        let end = if self.slice(place.clone()).ends_with('\n') { line_break } else { "" };
        let new = format!("{}{end}", spacing::rebroken(tables, line_break));
        self.apply(vec![Splice { at: place.clone(), text: new }]);
        true
    }

    /// Removes a member of an array of tables, `[[expect]]` or `[[always]]`, by its index from 0, with its comments.
    ///
    /// Returns whether the member existed.
    pub fn remove_element(&mut self, array: &str, at: usize) -> bool {
        match self.outline.array(&path(&[], &[array])) {
            None => self.remove_table(&[&format!("{array}#{at}")]),
            Some(block) if at < block.items.len() => {
                self.apply(block::removal(&self.text, block, at));
                true
            }
            Some(_) => false,
        }
    }

    /// Removes the text of one header, with its keys and comments.
    pub(super) fn remove_section(&mut self, path: &[String]) {
        let Some(header) = self.outline.header(path) else { return };
        let ranges = self.together(vec![self.section(header)]);
        self.apply(ranges.into_iter().map(Splice::removal).collect());
    }

    /// Returns the ranges of a table's header and of those below it, each with its keys and comments.
    fn sections(&self, path: &[String]) -> Vec<Range<usize>> {
        let headers = self.outline.headers.iter().enumerate();
        headers.filter(|(_, header)| is_within(&header.path, path)).map(|(at, _)| self.section(at)).collect()
    }

    fn section(&self, header: usize) -> Range<usize> {
        let text = &self.text;
        let at = self.outline.headers.get(header).map_or(0..0, |header| header.at.clone());
        let last = self.outline.pairs_of(Home::Header(header)).next_back().map_or(at.end, |pair| pair.value.at.end);
        let end = lines::end(text, last);
        let next = self.outline.headers.get(header + 1).map(|next| lines::start(text, next.at.start));
        // Comments between two tables that no blank line separates from either belong to the second.
        let trail = Some(spacing::trail(text, end)).filter(|trail| Some(*trail) != next);
        spacing::lead(text, lines::start(text, at.start))..trail.unwrap_or(end)
    }

    /// Returns the pairs that write a table without a header: inline, or with dotted keys.
    fn pairs_without_header<'p>(&'p self, path: &'p [String]) -> impl Iterator<Item = &'p Pair> {
        let is_meant = |pair: &&Pair| {
            let is_above = pair.path.len() - pair.parts.len().min(pair.path.len()) < path.len();
            pair.path.starts_with(path) && is_above
        };
        self.outline.pairs.iter().filter(is_meant)
    }

    /// Returns these pairs with their lines, which include the comments directly above, except for pairs in inline
    /// tables.
    fn lines_without_header<'p>(&'p self, path: &'p [String]) -> Vec<(&'p Pair, Range<usize>)> {
        let pairs = self.pairs_without_header(path).filter(|pair| !matches!(pair.home, Home::Block(_)));
        let lines = pairs.map(|pair| {
            let start = spacing::lead(&self.text, lines::start(&self.text, pair.key().start));
            (pair, start..lines::end(&self.text, pair.value.at.end))
        });
        lines.collect()
    }

    /// Returns the text of a table that has no header here: its keys below a header.
    fn keys_without_header(&self, path: &[String]) -> Option<String> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let text = &self.text;
        let line_break = spacing::line_break(text, 0);
        let (mut comments, mut header, mut keys) = (String::new(), written_header(&names), String::new());
        let mut pairs = self.pairs_without_header(path).peekable();
        pairs.peek()?;
        for pair in pairs {
            let mut lead = String::new();
            let mut behind = "";
            if !matches!(pair.home, Home::Block(_)) {
                let start = lines::start(text, pair.key().start);
                lead = self.slice(spacing::lead(text, start)..start).to_owned();
                behind = self.slice(pair.value.at.end..lines::end(text, pair.value.at.end)).trim_end();
            }
            if pair.path.len() > path.len() {
                let key = dotted(&pair.path[path.len()..]);
                let value = self.slice(pair.value.at.clone());
                keys.push_str(&format!("{lead}{key} = {value}{behind}{line_break}"));
                continue;
            }
            comments.push_str(&lead);
            header.push_str(behind);
            let Some(block) = pair.value.block.and_then(|block| self.outline.blocks.get(block)) else { continue };
            let mut end = block.at.start + 1;
            for item in &block.items {
                keys.push_str(&comments_in(self.slice(end..item.at.start), line_break));
                keys.push_str(&format!("{}{line_break}", self.slice(item.at.clone())));
                end = item.at.end;
            }
            keys.push_str(&comments_in(self.slice(end..block.at.end.saturating_sub(1)), line_break));
        }
        Some(format!("{comments}{header}{line_break}{keys}"))
    }

    /// Returns ranges of lines as they are removed: ranges that only blank lines separate are joined, and each includes
    /// the blank line before it.
    fn together(&self, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let text = &self.text;
        let with_blank = |range: Range<usize>| {
            let rest = self.slice(range.end..text.len());
            let next = spacing::line(text, range.end);
            let range = match spacing::above(text, range.start) {
                Some(above) if lines::is_blank(self.slice(above.clone())) => above.start..range.end,
                None if lines::is_blank(next) && !lines::is_blank(rest) => range.start..range.end + next.len(),
                _ => range,
            };
            spacing::whole(text, range)
        };
        self.joined(ranges).into_iter().map(with_blank).collect()
    }

    /// Joins ranges of lines that only blank lines separate.
    fn joined(&self, mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
        ranges.sort_by_key(|range| (range.start, range.end));
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end || lines::is_blank(self.slice(last.end..range.start)) => {
                    last.end = last.end.max(range.end);
                }
                _ => joined.push(range),
            }
        }
        joined
    }
}

/// Returns the comments among white space and commas, each on a line of its own.
fn comments_in(gap: &str, line_break: &str) -> String {
    let comments = gap.lines().filter_map(|line| line.find('#').and_then(|at| line.get(at..)));
    comments.map(|comment| format!("{}{line_break}", comment.trim_end())).collect()
}
