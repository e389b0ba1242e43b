//! # What it finds
//! A chain that contains the same layer twice after it is flattened.
//!
//! # Why it matters
//! A layer has one set of options, and its reports carry its name, so the second occurrence could not be distinguished
//! from the first. The usual cause is a chain over a chain that already contains the layer. Data would then be
//! encrypted twice, or a proxy asked to connect to itself. If the repetition is intended, as with TLS in TLS, declare a
//! second layer with the same provider.
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
//! layers = ["tls", "tls"]
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
//! [layer.inner-tls]
//! provider = "tls"
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["inner-tls", "tls"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("repeated-layer", include_str!("repeated_layer.rs"));
