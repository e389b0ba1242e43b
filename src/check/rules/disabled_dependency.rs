//! # What it finds
//! An entry in `disable` that an enabled chain uses.
//!
//! # Why it matters
//! If a base protocol or layer is disabled while chains still use it, these chains cannot be opened, or would be opened
//! without it. In Winsock, the removal of a provider without its dependents broke the network of many machines. Disable
//! the chains too.
//!
//! # Example
//! ```toml
//! format = 1
//! disable = ["tcp4"]
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
//!
//! # Mended
//! ```toml
//! format = 1
//! disable = ["tcp4", "secure"]
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

pub(super) const RULE: Rule = Rule::fault("disabled-dependency", include_str!("disabled_dependency.rs"));
