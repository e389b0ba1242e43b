//! The constructs of a document, as its parser sees them: tables with all their content, and keys with their values.
//!
//! Indentation and blank lines make no difference: a table ends where the next header begins, and the tables below it in the tree
//! belong to it wherever they stand.

use std::collections::HashMap;
use std::ops::Range;
use toml_parser::parser::{Event, EventKind, parse_document};

/// The constructs of one document.
pub(super) struct Constructs<'t> {
    text: &'t str,
    /// The blocks of the text, each begun by a header; the first one has none.
    blocks: Vec<Block>,
    /// The pairs of key and value outside of inline tables, in the order of the text.
    pairs: Vec<Range<usize>>,
    /// Every comment, in the order of the text. A `#` in a string does not begin one.
    pub comments: Vec<Range<usize>>,
    /// The lines that are neither blank nor a comment, and where blank lines begin.
    lines: Vec<Line>,
    blank: Vec<usize>,
    /// The numbers of the blocks below each table in the tree, by its path.
    below: HashMap<Vec<String>, Vec<usize>>,
    /// The numbers of the elements of each array of tables, by its path.
    elements: HashMap<Vec<String>, Vec<usize>>,
}

struct Block {
    /// The keys of its header.
    path: Vec<String>,
    /// Whether it is an element of an array of tables.
    is_element: bool,
    /// The block, from its header, if it has one, to the next header.
    at: Range<usize>,
    /// The offset after its header.
    body: usize,
}

impl<'t> Constructs<'t> {
    /// Returns the constructs of a text, as far as it can be read.
    pub fn of(text: &'t str) -> Self {
        let source = toml_parser::Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events: Vec<Event> = Vec::new();
        parse_document(&tokens, &mut |event: Event| events.push(event), &mut ());
        let root = Block { path: Vec::new(), is_element: false, at: 0..text.len(), body: 0 };
        let mut constructs = Constructs {
            text,
            blocks: vec![root],
            pairs: Vec::new(),
            comments: Vec::new(),
            lines: Vec::new(),
            blank: Vec::new(),
            below: HashMap::new(),
            elements: HashMap::new(),
        };
        let (mut in_header, mut depth) = (false, 0_usize);
        // The start of a pair whose value has not ended yet.
        let mut key: Option<usize> = None;
        let mut has_separator = false;
        for event in &events {
            let (start, end) = (event.span().start(), event.span().end());
            let last = constructs.blocks.len() - 1;
            match event.kind() {
                EventKind::Comment => constructs.comments.push(start..end),
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    in_header = true;
                    constructs.blocks[last].at.end = start;
                    let is_element = event.kind() == EventKind::ArrayTableOpen;
                    constructs.blocks.push(Block { path: Vec::new(), is_element, at: start..text.len(), body: end });
                }
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    in_header = false;
                    constructs.blocks[last].body = end;
                }
                EventKind::SimpleKey if in_header => {
                    let mut decoded = std::borrow::Cow::Borrowed("");
                    if let Some(raw) = source.get(event) {
                        raw.decode_key(&mut decoded, &mut ());
                    }
                    constructs.blocks[last].path.push(decoded.into_owned());
                }
                EventKind::SimpleKey if depth == 0 && key.is_none() => (key, has_separator) = (Some(start), false),
                EventKind::KeyValSep if depth == 0 => has_separator = true,
                EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
                EventKind::ArrayClose | EventKind::InlineTableClose => depth = depth.saturating_sub(1),
                _ => {}
            }
            let closes =
                matches!(event.kind(), EventKind::Scalar | EventKind::ArrayClose | EventKind::InlineTableClose);
            if closes && depth == 0 && has_separator {
                constructs.pairs.extend(key.take().map(|key| key..end));
                has_separator = false;
            }
        }
        constructs.number();
        constructs.split();
        constructs
    }

    /// Numbers the blocks by their places in the tree.
    fn number(&mut self) {
        for (at, block) in self.blocks.iter().enumerate() {
            for depth in 1..block.path.len() {
                self.below.entry(block.path[..depth].to_vec()).or_default().push(at);
            }
            if block.is_element {
                self.elements.entry(block.path.clone()).or_default().push(at);
            }
        }
    }

    fn split(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let content = line.trim_start_matches(BLANK);
            if content.trim_end().is_empty() {
                self.blank.push(start);
            } else if !content.starts_with('#') {
                self.lines.push(Line { at: start..start + line.len(), first: start + line.len() - content.len() });
            }
            start += line.len();
        }
    }

    /// Returns the construct to which a comment belongs, as parts of the text.
    ///
    /// A comment after other text on its line belongs to the constructs that begin or end on that line. A comment on a line of
    /// its own belongs to the construct below it: the table whose header that is, or the key and its value. Directly below a
    /// header, before the first key, it belongs to that table, and so it does at the end of a table: where a blank line or
    /// nothing follows it, and no blank line comes before it. In the middle of a value it belongs to the next line of that value.
    pub fn at(&self, comment: &Range<usize>) -> Vec<Range<usize>> {
        let line_start = self.text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
        // A byte order mark does not belong to the first line.
        let before = self.text[line_start..comment.start].trim_start_matches('\u{feff}');
        if !before.trim_matches(BLANK).is_empty() {
            return self.of_line(line_start..comment.end);
        }
        let below = self.lines.get(self.lines.partition_point(|line| line.at.start <= comment.start));
        if let Some(value) = self.pair_around(comment.start) {
            let within = below.filter(|below| below.first < value.end);
            return within.into_iter().map(|below| below.at.clone()).collect();
        }
        let home = self.blocks.partition_point(|block| block.at.start <= comment.start).saturating_sub(1);
        let Some(below) = below else { return self.whole(home) };
        if let Ok(opened) = self.blocks.binary_search_by_key(&below.first, |block| block.at.start)
            && self.blocks[opened].body > 0
        {
            let is_apart = self.has_blank_line(comment.end..below.first);
            return self.whole(if is_apart && self.is_attached(line_start) { home } else { opened });
        }
        let Ok(pair) = self.pairs.binary_search_by_key(&below.first, |pair| pair.start) else {
            return vec![below.at.clone()];
        };
        let block = &self.blocks[home];
        let is_first = pair == 0 || self.pairs[pair - 1].start < block.at.start;
        let is_at_head = block.body > 0 && is_first && !self.has_blank_line(block.body..comment.start);
        if is_at_head { self.whole(home) } else { vec![self.pairs[pair].clone()] }
    }

    /// Returns the constructs to which a comment at the end of this line belongs.
    fn of_line(&self, line: Range<usize>) -> Vec<Range<usize>> {
        let first = self.blocks.partition_point(|block| block.at.start < line.start);
        let opened = self.blocks[first..].iter().take_while(|block| block.at.start < line.end).count();
        let tables = (first..first + opened).filter(|&at| self.blocks[at].body > 0).flat_map(|at| self.whole(at));
        let first = self.pairs.partition_point(|pair| pair.end <= line.start);
        let pairs = self.pairs[first..].iter().take_while(|pair| pair.start < line.end);
        let is_here = |pair: &&Range<usize>| line.contains(&pair.start) || line.contains(&(pair.end - 1));
        let mut parts: Vec<Range<usize>> = tables.chain(pairs.filter(is_here).cloned()).collect();
        parts.push(line);
        parts
    }

    /// Returns a table, with the tables below it in the tree.
    fn whole(&self, number: usize) -> Vec<Range<usize>> {
        let own = &self.blocks[number];
        if own.path.is_empty() {
            return vec![own.at.clone()];
        }
        // The next element of an array, its own or one that contains it, begins another tree.
        let (mut from, mut to) = (0, self.blocks.len());
        for depth in 1..=own.path.len() {
            let elements = self.elements.get(&own.path[..depth]).map_or(&[][..], Vec::as_slice);
            let next = elements.partition_point(|&at| at <= number);
            to = elements.get(next).map_or(to, |&at| to.min(at));
            from = elements[..next].last().map_or(from, |&at| from.max(at));
        }
        let below = self.below.get(&own.path).map_or(&[][..], Vec::as_slice);
        let below = below.iter().filter(|&&at| at >= from && at < to).map(|&at| self.blocks[at].at.clone());
        std::iter::once(own.at.clone()).chain(below).collect()
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

    /// Returns whether a key or header stands before this line, with no blank line between, but perhaps further comments.
    fn is_attached(&self, line_start: usize) -> bool {
        let before = self.lines[..self.lines.partition_point(|line| line.at.start < line_start)].last();
        before.is_some_and(|before| !self.has_blank_line(before.at.end..line_start))
    }
}

/// The characters that TOML treats as white space within a line.
const BLANK: [char; 2] = [' ', '\t'];

/// A line that is neither blank nor a comment.
struct Line {
    at: Range<usize>,
    /// Its first character that is not blank.
    first: usize,
}

#[cfg(test)]
mod tests {
    use super::Constructs;

    /// Returns the lines on which the parts begin to which the comment with the word `here` belongs, and the number of lines of
    /// each.
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
    fn a_comment_speaks_of_the_construct_that_it_stands_at() {
        type Case = (&'static str, &'static str, &'static [(usize, usize)]);
        let table: [Case; 17] = [
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
            ("apart from what is above", "[a]\nx = 1\n\n# here\n\n[b]\ny = 1\n", &[(6, 2)]),
        ];
        for (name, text, expected) in table {
            assert_eq!(covered(text), expected, "{name}: {text}");
        }
    }
}
