//! # What it finds
//! The second definition of a name: of an entry of any kind, of a provider, a family or an application, or of a key in
//! a table; or a name that occurs twice in one `order`.
//!
//! # Why it matters
//! If one of two definitions were used, the choice would depend on their places, and readers of the other definition
//! would be misled. Base protocols, layers and chains share one set of names, because requests and chains refer to all
//! of them in the same way. To replace a definition of another document on purpose, state `replace = true` in the
//! second one.
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
