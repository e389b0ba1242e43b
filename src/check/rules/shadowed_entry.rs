//! # What it finds
//! A base protocol or chain that no request can select without naming the entry or its provider: for each request that
//! it could answer, with whatever services demanded, an earlier entry answers first.
//!
//! An entry that an `[[expect]]` expects is not reported, and neither is the same chain over another base: such a test
//! can only name the entry or its provider, so its author knows how to request the entry. This is usual for several
//! chains with the same services.
//!
//! # Why it matters
//! The entry appears to be in use but is not, and its purpose (a driver, a proxy, a protection) is not fulfilled in any
//! connection. The usual cause is its position: the order of the catalog decides between entries that match equally.
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
//!
//! [base.fast-tcp4]
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
//! disable = ["tcp4"]
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
//!
//! [base.fast-tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```

use crate::catalog::{Outcome, Severity, Span, quoted};
use crate::check::Lints;
use crate::report::Rule;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule::lint("shadowed-entry", Severity::Warning, include_str!("shadowed_entry.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let expected: HashSet<Span> = registry
        .expectations()
        .iter()
        .chain(registry.unrun_expectations())
        .filter_map(|expectation| match expectation.outcome {
            Outcome::Entry(index) => Some(registry.entry_at(index).at),
            Outcome::Error(_) => None,
        })
        .collect();
    for (index, shadow) in registry.shadows() {
        let entry = registry.at(index);
        if expected.contains(&registry.entry_at(entry.index()).at) {
            continue;
        }
        let Some(shadow) = shadow.filter(|shadow| shadow.whole) else { continue };
        let by: Vec<&str> = shadow.by.iter().map(|&other| registry.at(other).name()).collect();
        let message = format!("no request can select `{}` without naming it: {} come first", entry.name(), quoted(&by));
        let message = if by.len() == 1 { message.replace(" come first", " comes first") } else { message };
        lints.found(message, registry.entry_at(entry.index()).at, |finding| {
            let first = shadow.by.first().map(|&other| registry.entry_at(other).at);
            let finding = match first {
                Some(at) => finding.label(at, "this one answers first"),
                None => finding,
            };
            finding.help(format!(
                "name `{}` in `order`, let it offer what the other does not, or expect it in a test that names it",
                entry.name()
            ))
        });
    }
}
