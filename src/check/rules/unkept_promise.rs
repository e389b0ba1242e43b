//! # What it finds
//! A base protocol or chain that promises `encrypted`, `authenticated`, `compressed`, `proxied`, `framed` or `metered`
//! although no module of its stack can provide this service there. The services of a chain are those that its layers
//! add, or are stated explicitly; what the modules do is known to sockatlas and to the program that supplies them.
//! Stacks with an unknown module are not checked.
//!
//! # Why it matters
//! Requests that demand `encrypted` would get a chain that encrypts nothing. Opening the chain is refused, so such an
//! entry is at best useless. A program that only asks for the answer, and opens the connection by other means, would
//! send its data unencrypted.
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
//! services = ["guaranteed-delivery", "guaranteed-order", "encrypted"]
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
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("unkept-promise", include_str!("unkept_promise.rs"));
