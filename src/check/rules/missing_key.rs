//! # What it finds
//! A key that must be there and is not, such as `provider`, `family`, `type` or `protocol` in a base protocol.
//!
//! # Why it matters
//! There are no defaults for what an entry is. A base protocol without `protocol` could mean none, or all: the catalog
//! says which, and `protocol = "any"` is how it says all.
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
