//! The text of a catalog, edited by splices: every byte that an edit does not concern stays.
//!
//! | file | contents |
//! |---|---|
//! | `page` | the parts of a text and their places: headers, pairs of keys and values, arrays and inline tables |
//! | `lines` | lines, line breaks and the comments above a line |
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
//! Two laws hold, and the tests check them: an edit leaves all lines that it does not concern unchanged; and the edit
//! that removes an addition restores the text to the byte. Anything that an edit makes beyond the requested addition
//! (an array for its first name, `options` for its first option) is removed with it only if making it anew would give
//! the same text: so everything that an author wrote differently, or commented, stays.
//!
//! Every edit takes a text that is TOML and leaves a text that is TOML. An edit that cannot be made leaves the text as
//! it is, and returns `false`. Whether the result is a sound catalog is decided by loading it.

mod append;
mod block;
mod keys;
mod lines;
mod names;
mod page;
mod site;
mod tables;
#[cfg(test)]
mod tests;

pub(in crate::edit) use keys::key_parts;

use page::{Page, Path};
use std::ops::Range;

/// The text of a catalog.
#[derive(Clone, Debug)]
pub(in crate::edit) struct Text {
    text: String,
    page: Page,
}

/// A range of bytes, and the text that replaces it.
type Splice = (Range<usize>, String);

impl Text {
    /// Makes an editable text of one that was loaded, and so is TOML.
    pub fn new(text: &str) -> Text {
        Text { text: text.to_owned(), page: Page::read(text) }
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
    fn apply(&mut self, mut splices: Vec<Splice>) {
        splices.sort_by_key(|(at, _)| (at.start, at.end));
        for (at, text) in splices.into_iter().rev() {
            self.text.replace_range(at, &text);
        }
        self.page = Page::read(&self.text);
    }

    fn slice(&self, at: Range<usize>) -> &str {
        self.text.get(at).unwrap_or_default()
    }
}

fn path(table: &[&str], key: &[&str]) -> Path {
    table.iter().chain(key).map(|&part| part.to_owned()).collect()
}
