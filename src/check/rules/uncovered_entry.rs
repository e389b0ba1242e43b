//! # What it finds
//! A base protocol or chain that no `[[expect]]` expects as its answer. The rule applies only with `--coverage`; the
//! last line of the report then states how many entries are expected somewhere. Entries of shipped catalogs are tested
//! there, and do not count if another catalog includes them.
//!
//! # Why it matters
//! Entries without a test can change without a failing test: another entry is put before them, a service is dropped, a
//! protocol is mistyped. One `[[expect]]` for each important entry protects its answers.
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
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [[expect]]
//! request = { family = "inet", type = "stream" }
//! entry = "tcp4"
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
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [[expect]]
//! request = { family = "inet", type = "stream" }
//! entry = "tcp4"
//!
//! [[expect]]
//! request = { family = "inet", type = "dgram" }
//! entry = "udp4"
//! ```

use crate::catalog::{Outcome, Severity};
use crate::check::Lints;
use crate::registry::{EntryRef, Registry};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("uncovered-entry", Severity::Note, include_str!("uncovered_entry.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    if !lints.settings.coverage {
        return;
    }
    let registry = lints.registry;
    let reached = reached(registry);
    for entry in counted(registry).filter(|entry| !reached[entry.index().get()]) {
        let message = format!("no `[[expect]]` expects {} `{}`", entry.kind(), entry.name());
        lints.found(message, registry.entry_at(entry.index()).at, |finding| finding);
    }
}

/// Returns the number of selectable entries that some `[[expect]]` expects, and the number of all selectable entries.
pub(in crate::check) fn coverage(registry: &Registry) -> (usize, usize) {
    let reached = reached(registry);
    (counted(registry).filter(|entry| reached[entry.index().get()]).count(), counted(registry).count())
}

/// Returns the selectable entries, except those of shipped catalogs whose own tests are not run here.
fn counted(registry: &Registry) -> impl Iterator<Item = EntryRef<'_>> {
    let runs = registry.sources().run_tests_that_ship();
    let of = |entry: &EntryRef<'_>| registry.sources().get(registry.entry_at(entry.index()).at.file);
    registry.selectable().filter(move |entry| runs || !of(entry).is_shipped())
}

/// Returns, for each entry, whether some `[[expect]]` expects it.
fn reached(registry: &Registry) -> Vec<bool> {
    let mut reached = vec![false; registry.entries().len()];
    for expectation in registry.expectations() {
        if let Outcome::Entry(index) = expectation.outcome {
            reached[index.get()] = true;
        }
    }
    reached
}
