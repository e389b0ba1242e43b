//! # What it finds
//! Documents that state different dialects. A document without a dialect takes the dialect of the others.
//!
//! # Why it matters
//! The dialect determines the meaning of numbers and the order in which a request is tested: `inet6` is 10 on Linux, 23
//! on Windows and 30 on macOS. If a document were merged under a dialect other than its own, it would answer other
//! requests than its author intended.
//!
//! # Example
//! ```toml
//! format = 1
//! dialect = "windows"
//! include = ["builtin:linux.toml"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! dialect = "linux"
//! include = ["builtin:linux.toml"]
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("dialect-conflict", include_str!("dialect_conflict.rs"));
