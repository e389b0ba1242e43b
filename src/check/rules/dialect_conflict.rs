//! # What it finds
//! Documents that state different dialects. One that states none takes the dialect of the others.
//!
//! # Why it matters
//! The dialect says what numbers mean and in which order a request is tested: `inet6` is 10 on Linux, 23 on Windows and
//! 30 on macOS. Merged under one dialect, a document written for another would answer requests for something else.
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
