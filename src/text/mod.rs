//! TOML as text, in which every byte counts. What the keys of a text mean is not known here.
//!
//! | file | what |
//! |---|---|
//! | `lines` | lines: where they begin and end, and the columns in them |
//! | `events` | the events of the parser: every token with its byte range |
//! | `outline` | the headers, pairs, arrays, inline tables and comments of a text, with their paths and places |
//! | `constructs` | the tables and keys that comments belong to |
//! | `values` | keys and values as text: quotes, headers, arrays, inline tables |
//! | `page` | a text that is written table by table |
//! | `layout` | the canonical layout: the same tables, values and comments, with uniform spacing |
//! | `splice` | replacements of byte ranges (feature `edit`) |
//! | `edits` | a text that is edited by splices: values, names and tables are inserted and removed (feature `edit`) |
//!
//! Imports nothing of this crate. Callers pass in what they know of their keys, such as their order.

mod constructs;
#[cfg(feature = "edit")]
mod edits;
mod events;
mod layout;
pub(crate) mod lines;
#[cfg_attr(
    not(feature = "edit"),
    expect(dead_code, reason = "only edits need the paths of pairs and the members of arrays")
)]
mod outline;
mod page;
#[cfg(feature = "edit")]
mod splice;
mod values;

pub(crate) use constructs::Constructs;
#[cfg(feature = "edit")]
pub(crate) use edits::{KeyOrder, Text, key_parts};
pub use layout::{FormatError, SyntaxError, format};
pub(crate) use outline::{Home, Outline, Pair};
pub(crate) use page::{Page, Table};
#[cfg(feature = "edit")]
pub(crate) use splice::Splice;
pub(crate) use values::{Value, inline, list, string};
