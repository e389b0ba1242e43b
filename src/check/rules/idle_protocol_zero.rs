//! # What it finds
//! A protocol 0 behind other protocols of a set.
//!
//! # Why it matters
//! It has no effect. Whether requests with protocol 0 are matched is said by `matches-zero` alone, and a request that leaves the
//! protocol open gets the first one of the set. Who writes 0 there often means `matches-zero = true`.
//!
//! # Example
//! ```toml
//! format = 1
//! dialect = "linux"
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = [6, 0]
//! matches-zero = true
//! services = ["guaranteed-order"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! dialect = "linux"
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = 6
//! matches-zero = true
//! services = ["guaranteed-order"]
//! ```

use crate::catalog::{Remark, Severity};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule =
    Rule::lint("idle-protocol-zero", Severity::Warning, include_str!("idle_protocol_zero.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for remark in lints.registry.remarks() {
        let Remark::IdleZero { at } = remark else { continue };
        lints.found("protocol 0 has no effect behind others", *at, |finding| {
            finding.help("`matches-zero = true` makes the entry match requests with protocol 0")
        });
    }
}
