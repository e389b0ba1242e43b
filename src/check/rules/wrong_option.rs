//! # What it finds
//! An option with an invalid value: a value of another type or out of range, a time without a unit, an address without
//! a port. Also an option for sockets of another kind, such as a TCP option for a datagram socket, and two options that
//! exclude each other, such as two sources of one password.
//!
//! # Why it matters
//! An invalid option would have to be ignored, or would be noticed only when the first connection is opened. In a
//! catalog that loads, the effect of each option is certain.
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
//! options = { keepalive = true, tcp-user-timeout = 30 }
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
//! options = { keepalive = true, tcp-user-timeout = "30s" }
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("wrong-option", include_str!("wrong_option.rs"));
