//! # What it finds
//! A value of the wrong type, out of range, or at odds with another one.
//!
//! # Why it matters
//! Tools that take `"yes"` for true, or cut a number to the bits that they have, do something else than what is
//! written. The Winsock catalog has such fields: a negative `iProtocolMaxOffset`, a chain length above seven. Here each
//! value is what its key expects, or it is refused.
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
//! matches-zero = "yes"
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
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("wrong-value", include_str!("wrong_value.rs"));
