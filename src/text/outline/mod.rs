//! The outline of a TOML text: its headers, its pairs of keys and values, its arrays, inline tables and comments, each
//! with its byte range.
//!
//! The outline is made from the parser's events. Every pair knows its whole path, however it is written, so that
//! `[chain.tls4]` and `base`, `[chain]` and `tls4.base`, and `chain = { tls4 = { base = ... } }` have the same path.

mod read;

use std::ops::Range;

/// The path of a table or key. A member of an array is the array's name with its index, from 0, as in `always#2`.
pub(crate) type Path = Vec<String>;

/// The parts of a text, with their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// The headers in the order of the text.
    pub headers: Vec<Header>,
    /// The pairs in the order of the text, including those of inline tables.
    pub pairs: Vec<Pair>,
    /// The arrays and inline tables in the order of the text.
    pub blocks: Vec<Block>,
    /// The byte ranges of the comments in the order of the text.
    pub comments: Vec<Range<usize>>,
}

/// A header, as in `[chain.tls4]` or `[[always]]`.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub path: Path,
    /// The byte ranges of the written parts of the path.
    pub parts: Vec<Range<usize>>,
    /// The byte range from bracket to bracket.
    pub at: Range<usize>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub path: Path,
    /// The byte ranges of the written parts of the key; they are the last parts of the path.
    pub parts: Vec<Range<usize>>,
    pub home: Home,
    pub value: Value,
}

/// The place where a pair stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// Above all headers.
    Top,
    /// Below the header at this index.
    Header(usize),
    /// In the inline table at this index.
    Block(usize),
}

/// The value of a pair, or a member of an array.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub at: Range<usize>,
    /// The decoded string, if the value is a string.
    pub string: Option<String>,
    /// The index of its block, if the value is an array or an inline table.
    pub block: Option<usize>,
}

/// An array or an inline table.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The path of an inline table that is not a member of a nested array.
    pub path: Path,
    pub is_array: bool,
    /// The byte range from bracket to bracket.
    pub at: Range<usize>,
    pub items: Vec<Item>,
}

/// A member of an array, or a pair of an inline table.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The byte range, including the key.
    pub at: Range<usize>,
    /// The position of the comma after it.
    pub comma: Option<usize>,
    pub value: Value,
}

impl Outline {
    /// Returns the path of the table that contains the pairs of this home.
    pub fn home(&self, home: Home) -> &[String] {
        let path = match home {
            Home::Top => None,
            Home::Header(at) => self.headers.get(at).map(|header| &header.path),
            Home::Block(at) => self.blocks.get(at).map(|block| &block.path),
        };
        path.map_or(&[], Vec::as_slice)
    }

    /// Returns the pairs that stand on lines of their own, which are all but those of inline tables.
    pub fn lines(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| !matches!(pair.home, Home::Block(_)))
    }
}

impl Pair {
    /// Returns the byte range of the key and the value.
    pub fn at(&self) -> Range<usize> {
        self.key().start..self.value.at.end
    }

    /// Returns the byte range of the key.
    pub fn key(&self) -> Range<usize> {
        let start = self.parts.first().map_or(self.value.at.start, |part| part.start);
        start..self.parts.last().map_or(self.value.at.start, |part| part.end)
    }

    /// Returns whether a scalar is assigned to an undotted key.
    pub fn is_plain(&self) -> bool {
        self.parts.len() == 1 && self.value.block.is_none()
    }
}
