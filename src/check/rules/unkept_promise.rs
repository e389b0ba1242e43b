//! # What it finds
//! A base protocol or chain that promises one of `encrypted`, `authenticated`, `compressed`, `proxied`, `framed` and
//! `metered`, while no module of its stack can give it there. The services of a chain come from what its layers say that
//! they add, or are stated; what the modules behind them do is known to sockatlas, and to the program that brings them.
//! Stacks with a module that is not known are not judged.
//!
//! # Why it matters
//! Requests that demand `encrypted` would be answered with a chain that encrypts nothing. Opening it is refused, so such
//! an entry is at best of no use; but whoever only asks for the answer, and opens it by other means, would send in the
//! clear.
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
