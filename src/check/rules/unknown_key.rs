//! # What it finds
//! A key that does not exist in its table. The help lists the keys of the table.
//!
//! # Why it matters
//! If unknown keys were ignored, a mistyped safeguard would disappear without a message: with `need` for `needs`, or
//! `allow_below` for `allow-below`, the layer could run over anything. This is the most common way in which
//! configuration fails open.
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
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! need = ["guaranteed-delivery"]
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
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! needs = ["guaranteed-delivery"]
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("unknown-key", include_str!("unknown_key.rs"));
