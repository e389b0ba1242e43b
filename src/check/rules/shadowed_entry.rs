//! # What it finds
//! A base protocol or chain that no request can select unless it names the entry or its provider: whatever it answers, with
//! whatever services demanded, entries before it answer first.
//!
//! What an `[[expect]]` expects is not reported, nor is the same chain over another base: such a test can only name the entry
//! or its provider, so whoever wrote it knows how it is asked for. That is usual for several chains that offer the same.
//!
//! # Why it matters
//! The entry looks as if it were in use. It is not, and what was hoped of it (a driver, a proxy, a protection) is not in any
//! connection. The usual cause is its place: catalog order decides between entries that match equally.
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
