//! Finds the parts of an outline by their paths.

use crate::text::outline::{Block, Home, Outline, Pair};

impl Outline {
    /// Returns the pair with this path.
    pub fn pair(&self, path: &[String]) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.path == path)
    }

    /// Returns the index of a table's header.
    pub fn header(&self, path: &[String]) -> Option<usize> {
        self.headers.iter().position(|header| header.path == path)
    }

    /// Returns the index of the inline table of this path.
    pub fn inline(&self, path: &[String]) -> Option<usize> {
        self.blocks.iter().position(|block| !block.is_array && block.path == path)
    }

    /// Returns the array of this path.
    pub fn array(&self, path: &[String]) -> Option<&Block> {
        let block = self.pair(path)?.value.block.and_then(|block| self.blocks.get(block))?;
        block.is_array.then_some(block)
    }

    /// Returns the pairs of a home, in the order of the text.
    pub fn pairs_of(&self, home: Home) -> impl DoubleEndedIterator<Item = &Pair> {
        self.pairs.iter().filter(move |pair| pair.home == home)
    }
}

/// Returns whether a path is `above` or a path below it. Members are below their array.
pub(super) fn is_within(path: &[String], above: &[String]) -> bool {
    let Some((last, rest)) = above.split_last() else { return true };
    let is_last =
        |part: &String| part == last || part.strip_prefix(last.as_str()).is_some_and(|rest| rest.starts_with('#'));
    path.starts_with(rest) && path.get(rest.len()).is_some_and(is_last)
}
