//! # What it finds
//! The second definition of a name: of an entry, whatever its kind, of a provider, a family, an application, or of a
//! key in a table; or a name that stands twice in one `order`.
//!
//! # Why it matters
//! Of two definitions one would win, by chance of place, and whoever reads the other is deceived. Base protocols,
//! layers and chains share their names, because requests and chains name them all alike. To replace a definition of
//! another document on purpose, say `replace = true` in the second one.
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
//! [chain.tls]
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

pub(super) const RULE: Rule = Rule::fault("duplicate-name", include_str!("duplicate_name.rs"));
