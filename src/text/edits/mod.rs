//! A TOML text that is edited by splices: every byte that an edit does not concern stays.
//!
//! | file | what |
//! |---|---|
//! | `find` | finds the parts of an outline by their paths |
//! | `spacing` | line breaks and indentation, and the comments above and below a line |
//! | `site` | the place where a table is written, and so the place and spacing of its new keys |
//! | `block` | inserts and removes members of arrays and inline tables |
//! | `names` | arrays of names |
//! | `keys` | sets and unsets values |
//! | `tables` | whole tables: copies and removes them |
//! | `append` | appends tables |
//!
//! The places come from `toml_parser`, the parser beneath `toml_edit`. `toml_edit` itself rewrites a document, and
//! loses a byte order mark, CRLF, the order of dotted keys and a missing line break at the end (measured with version
//! 0.25).
//!
//! However TOML writes a table (a header, a header far away from that of its parent, dotted keys, an inline table), its
//! path is the same: `["chain", "tls4"]`. A member of an array of tables is named by its index, from 0: `["always#2"]`.
//!
//! Two laws hold, and tests check them: an edit leaves all lines that it does not concern unchanged; and the edit that
//! removes an addition restores the text to the byte. Anything that an edit makes beyond the requested addition (an
//! array for its first name, a table for its first key) is removed with it only if making it anew would give the same
//! text: so everything that an author wrote differently, or commented, stays.
//!
//! Every edit takes a text that is TOML and leaves a text that is TOML. An edit that cannot be made leaves the text as
//! it is, and returns `false`.

mod append;
mod block;
mod find;
mod keys;
mod names;
mod site;
mod spacing;
mod tables;

pub(crate) use keys::key_parts;

use crate::text::outline::{Outline, Path};
use crate::text::splice::Splice;
use std::marker::PhantomData;
use std::ops::Range;

/// The order in which new keys are inserted into a table.
pub(crate) trait KeyOrder: Clone {
    /// Returns the order of the keys of the table with this path.
    fn of(table: &[String]) -> Self;

    /// Returns the rank of a key, or `None` if the order does not know the key. New keys are inserted after those of
    /// lower rank, and unknown ones after all others.
    fn rank(&self, key: &str) -> Option<usize>;
}

/// A text that is edited, with its outline.
#[derive(Clone, Debug)]
pub(crate) struct Text<O> {
    text: String,
    outline: Outline,
    order: PhantomData<O>,
}

impl<O: KeyOrder> Text<O> {
    /// Makes an editable text of one that is TOML.
    pub fn new(text: &str) -> Self {
        Text { text: text.to_owned(), outline: Outline::read(text), order: PhantomData }
    }

    /// Returns the current text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the current text.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Applies splices that do not overlap.
    fn apply(&mut self, splices: Vec<Splice>) {
        Splice::apply(&mut self.text, splices);
        self.outline = Outline::read(&self.text);
    }

    fn slice(&self, at: Range<usize>) -> &str {
        self.text.get(at).unwrap_or_default()
    }
}

fn path(table: &[&str], key: &[&str]) -> Path {
    table.iter().chain(key).map(|&part| part.to_owned()).collect()
}
