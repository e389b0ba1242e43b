//! Splices: replacements of byte ranges.

use std::ops::Range;

/// A range of bytes, and the text that replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    pub at: Range<usize>,
    pub text: String,
}

impl Splice {
    /// Returns the splice that inserts a text before this byte.
    pub fn insertion(at: usize, text: String) -> Splice {
        Splice { at: at..at, text }
    }

    /// Returns the splice that removes these bytes.
    pub fn removal(at: Range<usize>) -> Splice {
        Splice { at, text: String::new() }
    }

    /// Applies splices that do not overlap.
    pub fn apply(text: &mut String, mut splices: Vec<Splice>) {
        splices.sort_by_key(|splice| (splice.at.start, splice.at.end));
        // In reverse, so that the positions of the earlier splices stay valid.
        for splice in splices.into_iter().rev() {
            text.replace_range(splice.at, &splice.text);
        }
    }
}
