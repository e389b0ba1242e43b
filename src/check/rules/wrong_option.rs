//! # What it finds
//! An option with a value that it does not take: of another type, out of its range, a time without a unit, an address
//! without a port. An option for sockets of which the entry's are none, such as one of TCP on a datagram socket. Two
//! options of which each excludes the other, such as two places of one password.
//!
//! # Why it matters
//! What could not be obeyed would have to be skipped, or be found out when the first connection is made. A catalog that
//! loads says of each option what will be done.
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
