//! # What it finds
//! An allowance that allows nothing: the rule that it names finds nothing on the line or in the table to which the
//! allowance applies.
//!
//! # Why it matters
//! The finding was mended, or is now in another place. If the allowance remains, it will later hide a finding that
//! nobody has reviewed.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel] # sockatlas: allow(unknown-module) our own program brings this module
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
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

use crate::catalog::Severity;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("unused-allowance", Severity::Warning, include_str!("unused_allowance.rs"));
