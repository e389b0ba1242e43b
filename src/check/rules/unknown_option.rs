//! # What it finds
//! An option that the module of the entry's provider does not have. A base protocol takes the options of its module and
//! the time limits, a layer those of its module, a chain the time limits alone: what a layer of it is to do stands on the
//! layer. `sockatlas show NAME` lists the options that an entry takes. The options of a module that is not known are not
//! looked at (see `unknown-module`).
//!
//! # Why it matters
//! An option that nobody reads is a safeguard that is not there: with `min-versoin = "1.3"`, TLS 1.2 would still be
//! spoken, and nothing would ever say so. An option called `password` is unknown too: the modules that come with
//! sockatlas take the name of a file or of a variable of the environment, so that no secret stands in a catalog. The
//! report does not show the line where one may stand.
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
