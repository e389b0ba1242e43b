//! The blocks of a console text: a header, a rule below it, and labelled lines, as far as each of them is there.

use super::fields::{self, CHAIN_LENGTH, LINES, PROVIDER_ID};
use super::lines::{Labelled, Line, Lines, Look};
use std::collections::HashMap;

/// A part of a text that is relevant.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    Block(Block<'t>),
    /// A line that is not labelled and not a header.
    Free(Line<'t>),
    /// A mark that text was left out, other than directly behind a block.
    Omission(Line<'t>),
}

/// Labelled lines that follow one another, with their header and rule.
#[derive(Debug)]
pub(super) struct Block<'t> {
    pub header: Option<Line<'t>>,
    pub rule: Option<Line<'t>>,
    /// At most fourteen lines; at least one if there is no rule.
    pub lines: Vec<Labelled<'t>>,
    /// The mark directly behind the block that text was left out.
    pub omission: Option<Line<'t>>,
}

impl<'t> Block<'t> {
    fn new(header: Option<Line<'t>>, rule: Option<Line<'t>>) -> Self {
        Block { header, rule, lines: Vec::new(), omission: None }
    }

    /// Returns the byte range of the first line of the block.
    pub fn beginning(&self) -> std::ops::Range<usize> {
        let line = self.header.or(self.rule).map(|line| line.start..line.end());
        line.or_else(|| self.lines.first().map(|line| line.start..line.end())).unwrap_or(0..0)
    }

    /// Returns the value of a line.
    pub fn value(&self, position: usize) -> Option<&'t str> {
        self.lines.get(position).map(|line| line.value)
    }

    /// Returns whether a further line cannot belong to this entry.
    fn is_closed(&self) -> bool {
        match self.lines.len() {
            ..LINES => false,
            LINES => {
                let is_entry = self.value(PROVIDER_ID).is_some_and(|value| fields::guid(value).is_some());
                is_entry && !self.value(CHAIN_LENGTH).is_some_and(fields::needs_chain)
            }
            _ => true,
        }
    }

    /// Returns whether the block has the form of a name-space provider: the GUID is in the second line, and no line has flags.
    pub fn is_name_space(&self) -> bool {
        self.rule.is_some()
            && self.value(1).is_some_and(|value| fields::guid(value).is_some())
            && !self.lines.iter().any(|line| fields::flags(line.value).is_some())
    }
}

/// An iterator over the pieces of a text.
pub(super) struct Blocks<'t> {
    lines: Lines<'t>,
    block: Option<Block<'t>>,
    /// A line that is a header if the next line is a rule.
    candidate: Option<Line<'t>>,
    /// Whether only blank lines have followed the last omission mark.
    is_omitted: bool,
    /// The pieces that are complete and not yet returned: at most three.
    done: std::collections::VecDeque<Piece<'t>>,
}

impl<'t> Blocks<'t> {
    pub fn new(text: &'t str) -> Self {
        Blocks {
            lines: Lines::new(text),
            block: None,
            candidate: None,
            is_omitted: false,
            done: std::collections::VecDeque::new(),
        }
    }

    fn finish(&mut self) {
        self.done.extend(self.block.take().map(Piece::Block));
    }

    fn no_header(&mut self) {
        self.done.extend(self.candidate.take().map(Piece::Free));
    }

    fn line(&mut self, line: Line<'t>) {
        self.is_omitted &= matches!(line.look, Look::Blank | Look::Omission);
        match line.look {
            Look::Blank => self.finish(),
            Look::Rule => {
                self.finish();
                self.block = Some(Block::new(self.candidate.take(), Some(line)));
            }
            Look::Omission => {
                self.no_header();
                // Omission marks on consecutive lines are one mark.
                if std::mem::replace(&mut self.is_omitted, true) {
                    return;
                }
                match self.block.take() {
                    Some(block) => self.done.push_back(Piece::Block(Block { omission: Some(line), ..block })),
                    None => self.done.push_back(Piece::Omission(line)),
                }
            }
            Look::Labelled(labelled) => {
                self.no_header();
                if self.block.as_ref().is_some_and(Block::is_closed) {
                    self.finish();
                }
                self.block.get_or_insert_with(|| Block::new(None, None)).lines.push(labelled);
            }
            Look::Free => {
                self.finish();
                self.no_header();
                self.candidate = Some(line);
            }
        }
    }
}

impl<'t> Iterator for Blocks<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        while self.done.is_empty() {
            match self.lines.next() {
                Some(line) => self.line(line),
                None => {
                    self.finish();
                    self.no_header();
                    break;
                }
            }
        }
        self.done.pop_front()
    }
}

/// The language of a text, learned from its whole blocks so that the lines of incomplete ones can be placed.
#[derive(Debug, Default)]
pub(super) struct Language<'t> {
    entry_header: Option<&'t str>,
    name_space_header: Option<&'t str>,
    /// The position of the line with each label; `None` for a label that occurs at several positions.
    positions: HashMap<&'t str, Option<usize>>,
    /// Whether any entry is marked as visible to 32-bit programs.
    pub tells_bits: bool,
}

/// The number of whole entries from which a language is learned.
const LESSONS: usize = 16;

impl<'t> Language<'t> {
    pub fn learn(text: &'t str) -> Self {
        let mut language = Language::default();
        let mut lessons = 0;
        for piece in Blocks::new(text) {
            let Piece::Block(block) = piece else { continue };
            let header = block.header.map(|header| header.text);
            if block.is_name_space() {
                language.name_space_header = language.name_space_header.or(header);
                continue;
            }
            language.tells_bits |= block.rule.is_some() && block.value(fields::ENTRY_TYPE).is_some_and(fields::is_32);
            if lessons < LESSONS && fields::read(&block.lines).is_some() {
                lessons += 1;
                language.entry_header = language.entry_header.or(header);
                for (position, line) in block.lines.iter().enumerate() {
                    let known = language.positions.entry(line.label).or_insert(Some(position));
                    *known = known.filter(|&known| known == position);
                }
            }
        }
        language
    }

    /// Returns whether this line is the header of an entry.
    pub fn is_entry_header(&self, line: &Line<'_>) -> bool {
        self.entry_header == Some(line.text)
    }

    /// Returns whether this line is the header of a name-space provider.
    pub fn is_name_space_header(&self, line: &Line<'_>) -> bool {
        self.name_space_header == Some(line.text) && !self.is_entry_header(line)
    }

    /// Returns whether the text has a whole entry from which the language was learned.
    pub fn is_known(&self) -> bool {
        !self.positions.is_empty()
    }

    /// Returns the position of the line with this label, or `None` if it is not known.
    pub fn position(&self, label: &str) -> Option<usize> {
        self.positions.get(label).copied().flatten()
    }
}
