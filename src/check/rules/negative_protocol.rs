//! # What it finds
//! A protocol number below 0 in a catalog of the dialect `linux` or `documented`.
//!
//! # Why it matters
//! No socket can be created with such a number: Linux accepts protocols from 0 (`socket(2)` fails with `EINVAL`), and
//! the numbers of IANA begin at 0. Only Winsock has negative protocols, for NetBIOS.
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
//! protocol = [6, -6]
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

pub(super) const RULE: Rule = Rule::lint("negative-protocol", Severity::Warning, include_str!("negative_protocol.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for remark in lints.registry.remarks() {
        let Remark::NegativeProtocol { number, at } = remark else { continue };
        lints.found(format!("no socket can be created with protocol {number}"), *at, |finding| {
            finding.help("protocols are numbered from 0 up, but for Winsock's NetBIOS")
        });
    }
}
