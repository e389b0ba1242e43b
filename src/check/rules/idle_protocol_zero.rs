//! # What it finds
//! A protocol 0 that is not the first protocol of a set.
//!
//! # Why it matters
//! It has no effect. Only `matches-zero` determines whether requests with protocol 0 match, and a request that leaves
//! the protocol open gets the first protocol of the set. The intention is often `matches-zero = true`.
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
