//! # What it finds
//! A base protocol whose provider has a module that implements layers, or a layer whose provider has a module that
//! implements base protocols. This is known of the modules of sockatlas, and of those that a program adds when it loads
//! the catalog.
//!
//! # Why it matters
//! Such an entry could be put into a chain and selected, but could never be opened. Its options are not checked,
//! because no module defines them.
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
