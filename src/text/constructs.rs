//! The constructs that comments belong to: tables with all that belongs to them, and keys with their values.
//!
//! Indentation and blank lines make no difference: a table ends where the next header begins, and the tables below it
//! in the tree belong to it wherever they stand.

use super::lines;
use super::outline::{Outline, Path};
use std::collections::HashMap;
use std::ops::Range;

/// The constructs of one document.
pub(crate) struct Constructs<'t> {
    text: &'t str,
    /// The sections of the text, each with its header; the first one has none.
    sections: Vec<Section>,
    /// The pairs of keys and values outside of inline tables, in the order of the text.
    pairs: Vec<Range<usize>>,
    /// Every comment, in the order of the text.
    pub comments: Vec<Range<usize>>,
    /// The lines that are neither blank nor a comment, and the starts of the blank lines.
    lines: Vec<Line>,
    blank: Vec<usize>,
    /// The indices of the sections below each table in the tree, by the path of the table.
    below: HashMap<Path, Vec<usize>>,
}

/// The part of a text from a header to the next one.
struct Section {
    path: Path,
    /// The byte range of the section, including its header.
    at: Range<usize>,
    /// The end of its header; 0 if it has none.
    body: usize,
}

impl<'t> Constructs<'t> {
    /// Returns the constructs of a text that is known to be TOML.
    pub fn of(text: &'t str) -> Self {
        let outline = Outline::read(text);
        let pairs = outline.lines().map(|pair| pair.at()).collect();
        let ends = outline.headers.iter().map(|header| header.at.start).chain([text.len()]);
        let headers = outline.headers.iter().map(|header| (header.path.clone(), header.at.clone()));
        let headers = std::iter::once((Path::new(), 0..0)).chain(headers);
        let sections: Vec<Section> =
            headers.zip(ends).map(|((path, at), end)| Section { path, at: at.start..end, body: at.end }).collect();
        let mut below: HashMap<Path, Vec<usize>> = HashMap::new();
        for (at, section) in sections.iter().enumerate() {
            for depth in 1..section.path.len() {
                below.entry(section.path[..depth].to_vec()).or_default().push(at);
            }
        }
        let (mut lines, mut blank, mut start) = (Vec::new(), Vec::new(), lines::beginning(text));
        for line in text[start..].split_inclusive('\n') {
            let content = line.trim_start_matches(BLANK);
            if lines::is_blank(content) {
                blank.push(start);
            } else if !content.starts_with('#') {
                lines.push(Line { at: start..start + line.len(), first: start + line.len() - content.len() });
            }
            start += line.len();
        }
        Constructs { text, sections, pairs, comments: outline.comments, lines, blank, below }
    }

    /// Returns the parts of the text that a comment belongs to.
    ///
    /// A comment after something on its line belongs to everything that begins or ends on that line. One on a line of
    /// its own belongs to the construct below it: the table whose header stands there, or the key with its value.
    /// Directly below a header, before the first key, it belongs to that table, as it does at the end of a table: if a
    /// blank line or nothing at all follows it, and no blank line comes before it. In the middle of a value it belongs
    /// to the next line of that value.
    pub fn at(&self, comment: &Range<usize>) -> Vec<Range<usize>> {
        let line_start = lines::start(self.text, comment.start);
        if !self.text[line_start..comment.start].trim_matches(BLANK).is_empty() {
            return self.of_line(line_start..comment.end);
        }
        let below = self.lines.get(self.lines.partition_point(|line| line.at.start <= comment.start));
        if let Some(value) = self.pair_around(comment.start) {
            let within = below.filter(|below| below.first < value.end);
            return within.into_iter().map(|below| below.at.clone()).collect();
        }
        let home = self.sections.partition_point(|section| section.at.start <= comment.start).saturating_sub(1);
        let Some(below) = below else { return self.whole(home) };
        if let Ok(opened) = self.sections.binary_search_by_key(&below.first, |section| section.at.start)
            && self.sections[opened].body > 0
        {
            let is_apart = self.has_blank_line(comment.end..below.first);
            return self.whole(if is_apart && self.is_attached(line_start) { home } else { opened });
        }
        let Ok(pair) = self.pairs.binary_search_by_key(&below.first, |pair| pair.start) else {
            return vec![below.at.clone()];
        };
        let section = &self.sections[home];
        let is_first = pair == 0 || self.pairs[pair - 1].start < section.at.start;
        let is_at_head = section.body > 0 && is_first && !self.has_blank_line(section.body..comment.start);
        if is_at_head { self.whole(home) } else { vec![self.pairs[pair].clone()] }
    }

    /// Returns the parts of the text that a comment at the end of this line belongs to.
    fn of_line(&self, line: Range<usize>) -> Vec<Range<usize>> {
        let first = self.sections.partition_point(|section| section.at.start < line.start);
        let opened = self.sections[first..].iter().take_while(|section| section.at.start < line.end).count();
        let tables = (first..first + opened).filter(|&at| self.sections[at].body > 0).flat_map(|at| self.whole(at));
        let first = self.pairs.partition_point(|pair| pair.end <= line.start);
        let pairs = self.pairs[first..].iter().take_while(|pair| pair.start < line.end);
        let is_here = |pair: &&Range<usize>| line.contains(&pair.start) || line.contains(&(pair.end - 1));
        let mut parts: Vec<Range<usize>> = tables.chain(pairs.filter(is_here).cloned()).collect();
        parts.push(line);
        parts
    }

    /// Returns a table, with the tables below it in the tree.
    fn whole(&self, number: usize) -> Vec<Range<usize>> {
        let own = &self.sections[number];
        if own.path.is_empty() {
            return vec![own.at.clone()];
        }
        let below = self.below.get(&own.path).map_or(&[][..], Vec::as_slice);
        std::iter::once(own)
            .chain(below.iter().map(|&at| &self.sections[at]))
            .map(|section| section.at.clone())
            .collect()
    }

    /// Returns the pair in which an offset lies.
    fn pair_around(&self, offset: usize) -> Option<&Range<usize>> {
        let next = self.pairs.partition_point(|pair| pair.start <= offset);
        self.pairs[..next].last().filter(|pair| pair.contains(&offset))
    }

    fn has_blank_line(&self, within: Range<usize>) -> bool {
        let next = self.blank.partition_point(|&at| at < within.start);
        self.blank.get(next).is_some_and(|&at| at < within.end)
    }

    /// Returns whether something stands above this line, with only comments and no blank line between.
    fn is_attached(&self, line_start: usize) -> bool {
        let before = self.lines[..self.lines.partition_point(|line| line.at.start < line_start)].last();
        before.is_some_and(|before| !self.has_blank_line(before.at.end..line_start))
    }
}

/// The white space of TOML within a line.
const BLANK: [char; 2] = [' ', '\t'];

/// A line that is neither blank nor a comment.
struct Line {
    at: Range<usize>,
    /// The position of its first character that is not white space.
    first: usize,
}

#[cfg(test)]
mod tests {
    use super::Constructs;

    /// Returns the parts that the comment with the word `here` belongs to: the line on which each begins, and its number
    /// of lines.
    fn covered(text: &str) -> Vec<(usize, usize)> {
        let constructs = Constructs::of(text);
        let comment = constructs.comments.iter().find(|at| text[(*at).clone()].contains("here"));
        let mut lines: Vec<(usize, usize)> = constructs
            .at(comment.expect("it has the comment"))
            .into_iter()
            .map(|part| (text[..part.start].matches('\n').count() + 1, text[part].trim_end().lines().count()))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    #[test]
    fn a_comment_belongs_to_the_construct_that_it_stands_at() {
        type Case = (&'static str, &'static str, &'static [(usize, usize)]);
        let table: [Case; 18] = [
            ("above a table", "# here\n[a]\nx = 1\n[b]\n", &[(2, 2)]),
            ("above an indented one", "[a]\n\n  # here\n  [a.b]\n  x = 1\n  [c]\n", &[(4, 2)]),
            ("with the tables below it", "# here\n[a]\n[a.b]\n[c]\n[a.d]\n", &[(2, 1), (3, 1), (5, 1)]),
            ("and not its namesakes", "# here\n[a]\n[ab]\n[\"a.b\"]\n", &[(2, 1)]),
            ("however they are written", "# here\n['a']\n[b]\n[\"\\u0061\".c]\n", &[(2, 1), (4, 1)]),
            ("an element of an array", "# here\n[[e]]\nx = 1\n[e.r]\n[[e]]\n[e.r]\n", &[(2, 2), (4, 1)]),
            ("directly below a header", "[a]\n# here\nx = 1\ny = 2\n[b]\n", &[(1, 4)]),
            ("above a key", "[a]\nx = 1\n# here\ny = [\n 2,\n]\nz = 3\n", &[(4, 3)]),
            ("above a key without a table", "# here\nx = 1\ny = 2\n", &[(2, 1)]),
            ("behind a header", "[a] # here\nx = 1\n[b]\n", &[(1, 1), (1, 2)]),
            ("behind a value", "[a]\nx = 1 # here\ny = 2\n", &[(2, 1)]),
            ("behind the end of a value", "[a]\nx = [\n 1,\n] # here\ny = 2\n", &[(2, 3), (4, 1)]),
            ("within a value", "x = [\n 1,\n # here\n 2,\n 3,\n]\n", &[(4, 1)]),
            ("at the end of a table", "[a]\nx = 1\n# here\n\n[b]\n", &[(1, 3)]),
            ("at the end of a document", "[a]\n\n[b]\nx = 1\n# here", &[(3, 3)]),
            ("behind a byte order mark", "\u{feff}# here\n[a]\nx = 1\n", &[(2, 2)]),
            ("apart from a table below a byte order mark", "\u{feff}# here\n\n[a]\nx = 1\n", &[(3, 2)]),
            ("apart from what is above", "[a]\nx = 1\n\n# here\n\n[b]\ny = 1\n", &[(6, 2)]),
        ];
        for (name, text, expected) in table {
            assert_eq!(covered(text), expected, "{name}: {text}");
        }
    }
}
