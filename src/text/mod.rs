//! TOML as text, in which every byte counts. What the keys of a text mean is not known here.
//!
//! | file | what |
//! |---|---|
//! | `lines` | lines: where they begin and end, and the columns in them |
//! | `events` | the events of the parser: every token with its byte range |
//! | `values` | keys and values as text: quotes, headers, arrays, inline tables |
//! | `page` | a text that is written table by table |
//! | `layout` | the canonical layout: the same tables, values and comments, with uniform spacing |
//!
//! Imports nothing of this crate.

mod events;
mod layout;
mod lines;
mod page;
mod values;

pub use layout::{FormatError, SyntaxError, format};
pub(crate) use page::{Page, Table};
pub(crate) use values::{Value, inline, key, list, string};
