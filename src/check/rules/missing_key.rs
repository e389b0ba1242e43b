//! # What it finds
//! A required key that is missing, such as `provider`, `family`, `type` or `protocol` in a base protocol.
//!
//! # Why it matters
//! The identity of an entry has no defaults. A base protocol without `protocol` could mean no protocol or all
//! protocols; the catalog must state which, and `protocol = "any"` means all.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! matches-zero = true
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("missing-key", include_str!("missing_key.rs"));
