//! # What it finds
//! A reference to nothing: a layer, base, provider or entry that no document declares. References stand in chains,
//! `allow-below`, `order`, `disable`, `[[expect]]` and `[[always]]`.
//!
//! # Why it matters
//! A mistyped name must never shorten a stack. There are proxies that dial directly when the chain they are told to use
//! does not exist; and in Winsock catalogs the orphan chain, whose layer has been uninstalled, is the classic way to
//! lose the network until someone resets it all.
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
