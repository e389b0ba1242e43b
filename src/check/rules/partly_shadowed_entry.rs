//! # What it finds
//! A base protocol or chain that is shadowed for some of its protocols: an earlier entry with the same family, type and
//! services answers these. The finding names the earlier entry and the requests.
//!
//! # Why it matters
//! This is often intended, when a specific entry comes before a general one. If it is not, some programs get another
//! provider than others.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.icmp4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = "icmp"
//!
//! [base.raw4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = { from = 1, to = 255 }
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
//! [base.icmp4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = "icmp"
//!
//! [base.raw4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = { from = 2, to = 255 }
//! matches-zero = true
//! ```

use crate::catalog::{Severity, quoted};
use crate::check::Lints;
use crate::registry::Shadow;
use crate::report::Rule;

pub(super) const RULE: Rule =
    Rule::lint("partly-shadowed-entry", Severity::Note, include_str!("partly_shadowed_entry.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for (index, shadow) in registry.shadows() {
        let entry = registry.at(index);
        let Some(shadow) = shadow.filter(|shadow| !shadow.whole) else { continue };
        let by: Vec<&str> = shadow.by.iter().map(|&other| registry.at(other).name()).collect();
        let message =
            format!("{} answers instead of `{}` for protocol {}", quoted(&by), entry.name(), protocols(&shadow));
        lints.found(message, registry.entry_at(entry.index()).at, |finding| match shadow.by.first() {
            Some(&other) => finding.label(registry.entry_at(other).at, "this one answers first"),
            None => finding,
        });
    }
}

fn protocols(shadow: &Shadow) -> String {
    let zero = shadow.zero_hidden.then(|| "0".to_owned());
    let ranges =
        shadow.hidden.iter().map(|&(from, to)| if from == to { from.to_string() } else { format!("{from} to {to}") });
    zero.into_iter().chain(ranges).collect::<Vec<_>>().join(", ")
}
