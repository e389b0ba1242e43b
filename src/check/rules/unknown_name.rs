//! # What it finds
//! A word that names no address family, socket type, protocol, service, category or error code that is known where it
//! stands. Protocols are known in the scope of their family, and families by the dialect: Windows has no `netlink`.
//!
//! # Why it matters
//! A word that nobody knows would match nothing: the entry would look as if it were in use, and no request would ever
//! find it. As a service it would be worse, for a demand that no entry can meet refuses everything, and a prohibition
//! that no entry can break forbids nothing. A service of your own begins with `x-`.
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
