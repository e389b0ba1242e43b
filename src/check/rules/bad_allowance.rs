//! # What it finds
//! A comment that begins as an allowance does, `# sockatlas:`, and is none: it has another form, names no rule, names a
//! fault, or gives no reason.
//!
//! # Why it matters
//! An allowance keeps a finding from everybody's eyes, so it must say why, for the one who reads it next year. One that
//! cannot be read allows nothing. Faults cannot be allowed: a catalog that has one is not loaded.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel] # sockatlas: allow(unknown-module)
//! module = "acme-kernel"
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
//! [provider.kernel] # sockatlas: allow(unknown-module) our own program brings this module
//! module = "acme-kernel"
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

pub(super) const RULE: Rule = Rule::lint("bad-allowance", Severity::Warning, include_str!("bad_allowance.rs"));
