//! # What it finds
//! An option that the module of the entry's provider does not have. A base protocol takes the options of its module and
//! the time limits, a layer takes the options of its module, and a chain takes only the time limits, because the
//! options of its layers belong to the layers. `sockatlas show NAME` lists the options of an entry. The options of an
//! unknown module are not checked (see `unknown-module`).
//!
//! # Why it matters
//! An option that no module reads is a missing safeguard: with `min-versoin = "1.3"`, TLS 1.2 would still be used,
//! without any message. An option `password` is unknown too: the modules of sockatlas take the name of a file or of an
//! environment variable, so that a catalog contains no secret. The report does not show a line that may contain one.
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
//! options = { min-versoin = "1.3" }
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
//! options = { min-version = "1.3" }
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("unknown-option", include_str!("unknown_option.rs"));
