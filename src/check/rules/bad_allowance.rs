//! # What it finds
//! A comment that begins like an allowance, with `# sockatlas:`, but is not a valid one: it has another form, names an
//! unknown rule, names a fault, or gives no reason.
//!
//! # Why it matters
//! An allowance hides a finding from all readers of the report, so it must state a reason for whoever reads it later.
//! An allowance that cannot be read allows nothing. Faults cannot be allowed, because a catalog with a fault is not
//! loaded.
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
