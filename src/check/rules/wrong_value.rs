//! # What it finds
//! A value that has the wrong type, is out of range, or contradicts another value.
//!
//! # Why it matters
//! Tools that accept `"yes"` for true, or truncate a number to the available bits, do something other than what is
//! written. The Winsock catalog has such fields: a negative `iProtocolMaxOffset`, or a chain length above seven. Here,
//! a value that its key does not accept is refused.
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
