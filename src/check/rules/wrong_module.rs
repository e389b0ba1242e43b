//! # What it finds
//! A base protocol whose provider's module implements layers, or a layer whose provider's module implements base
//! protocols. What a module implements is known of those that sockatlas brings, and of those that a program adds when it
//! loads the catalog.
//!
//! # Why it matters
//! Such an entry can be put into a chain, is selected, and can never be opened. Its options are not looked at, for there
//! is nothing that they could be options of.
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
//! [layer.tls]
//! provider = "kernel"
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
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

pub(super) const RULE: Rule = Rule::fault("wrong-module", include_str!("wrong_module.rs"));
