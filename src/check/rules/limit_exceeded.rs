//! # What it finds
//! More than the reader's limits allow: 64 MiB in a document, 1,000 documents, includes 16 deep, 1,000,000 entries; a
//! program can set others. In the example `level-1.toml` includes `level-2.toml`, and so on to `level-17.toml`; in the
//! mended one `level-1.toml` includes nothing.
//!
//! # Why it matters
//! A catalog can come from elsewhere. It must not be able to make the program that reads it run out of memory, or read
//! for ever. What is over a limit is refused as a whole, and never cut to what fits.
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
