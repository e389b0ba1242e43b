//! # What it finds
//! A key that the table does not have. The keys that it has are named in the help.
//!
//! # Why it matters
//! A reader that skips what it does not know makes a mistyped safeguard vanish without a word: with `need` for `needs`,
//! or `allow_below` for `allow-below`, the layer would run over anything. This is the commonest way in which
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
