//! # What it finds
//! A source that exceeds a limit of the reader: 64 MiB in a document, 1,000 documents, 16 levels of includes, or
//! 1,000,000 entries. Programs can set other limits. In the example, `level-1.toml` includes `level-2.toml`, and so on
//! to `level-17.toml`; in the mended example, `level-1.toml` includes nothing.
//!
//! # Why it matters
//! A catalog can come from an untrusted source. It must not be able to exhaust the memory of the program that reads it,
//! or to keep it reading without end. A source that exceeds a limit is refused as a whole and never truncated.
//!
//! # Example
//! ```toml
//! format = 1
//! include = ["level-1.toml"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! include = ["level-1.toml"]
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("limit-exceeded", include_str!("limit_exceeded.rs"));
