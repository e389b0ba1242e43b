//! # What it finds
//! A word that is not a known address family, socket type, protocol, service, category or error code in its place.
//! Protocols are known per family, and families per dialect: Windows has no `netlink`.
//!
//! # Why it matters
//! An unknown word would match nothing: the entry would appear to be in use, but no request would ever find it. An
//! unknown service would be worse, because a demand that no entry can meet refuses every request, and a prohibition
//! that no entry can violate forbids nothing. The name of a service of your own begins with `x-`.
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
//! family = "inte"
//! type = "stream"
//! protocol = "tcp"
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

pub(super) const RULE: Rule = Rule::fault("unknown-name", include_str!("unknown_name.rs"));
