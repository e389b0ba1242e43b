//! The text of a catalog, changed by splices: what a change is not about stays to the byte.
//!
//! | file | what |
//! |---|---|
//! | `page` | what stands where: headers, pairs of keys and values, arrays and inline tables |
//! | `lines` | lines, line breaks and the comments above something |
//! | `site` | where a table is written, and so where a new key of it goes, and how it is spaced there |
//! | `block` | members put into arrays and inline tables, and taken out |
//! | `names` | arrays of names |
//! | `keys` | values set and unset |
//! | `tables` | whole tables: taken out as text, removed |
//! | `append` | tables appended |
//!
//! Places come from `toml_parser`, the parser beneath `toml_edit`. That crate itself writes a document anew, and then a byte order mark,
//! CRLF, the order of dotted keys and a missing line break at the end are lost (measured with version 0.25).
//!
//! However TOML writes a table (a header, a header far away from that of its parent, dotted keys, an inline table), its path is the
//! same: `["chain", "tls4"]`. A member of an array of tables is called by its number, from 0: `["always#2"]`.
//!
//! Two laws hold, and the tests are made of them: lines that an edit is not about are the same after it; and an edit that adds
//! something is undone, to the byte, by the edit that takes it away. What an edit makes beyond what it was asked for (an array
//! for its first name, `options` for its first option) goes with it only if making it anew would give the very same text: so
//! what an author wrote otherwise, or wrote a comment to, stays.
//!
//! Every edit takes a text that is TOML and leaves one. What cannot be done leaves the text as it is, and says `false`. Whether
//! the result is a sound catalog is for loading to say.

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

/// What takes the place of a range of bytes.
type Splice = (Range<usize>, String);

impl Text {
    /// A text that loaded, and so is TOML.
    pub fn new(text: &str) -> Text {
        Text { text: text.to_owned(), page: Page::read(text) }
    }

    /// Returns the text as it is now.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text as it is now.
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
