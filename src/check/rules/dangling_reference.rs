//! # What it finds
//! A reference to an undeclared layer, base, provider or entry. References occur in chains, `allow-below`, `order`,
//! `disable`, `[[expect]]` and `[[always]]`.
//!
//! # Why it matters
//! A mistyped name must never shorten a stack. Some proxy clients connect directly if the configured chain does not
//! exist. In Winsock catalogs, a chain whose layer was uninstalled is the classic cause of a network failure that lasts
//! until someone resets the catalog.
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
//! protocol = "tcp"
//! matches-zero = true
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tpc4"
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
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("dangling-reference", include_str!("dangling_reference.rs"));
