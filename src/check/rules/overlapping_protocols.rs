//! # What it finds
//! Two base protocols with the same family and type that answer the same protocol and offer different services. If they
//! offer the same services, the later one is shadowed, and `shadowed-entry` or `partly-shadowed-entry` reports it.
//!
//! # Why it matters
//! The earlier entry answers unless a request demands a service that only the later one offers. The order of the
//! catalog is therefore significant, and a program can get another provider by requiring one more service. This can be
//! intended: Windows has its TCP and UDP entries twice, once with quality of service.
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
//! services = ["connectionless", "message-oriented"]
//!
//! [base.raw4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = { from = 1, to = 255 }
//! matches-zero = true
//! services = ["message-oriented"]
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
//! services = ["connectionless", "message-oriented"]
//!
//! [base.raw4]
//! provider = "kernel"
//! family = "inet"
//! type = "raw"
//! protocol = { from = 2, to = 255 }
//! matches-zero = true
//! services = ["message-oriented"]
//! ```

use crate::catalog::entry::EntryIndex;
use crate::catalog::{EntryKind, Severity};
use crate::check::Lints;
use crate::report::Rule;
use crate::terms::{Family, Role, SocketType};
use std::collections::{BTreeMap, HashMap};

pub(super) const RULE: Rule =
    Rule::lint("overlapping-protocols", Severity::Note, include_str!("overlapping_protocols.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let mut taken: HashMap<(Family, SocketType), Taken> = HashMap::new();
    for base in registry.selectable().filter(|entry| entry.kind() == EntryKind::Base) {
        let index = base.index();
        let stack = registry.stack(index);
        let taken = taken.entry((stack.family, stack.socket_type)).or_default();
        let mut overlaps = Vec::new();
        for &(from, to) in registry.protocols(index).ranges() {
            taken.take(from, to, index, &mut overlaps);
        }
        let differs = |other: EntryIndex| {
            Role::ALL.iter().any(|&role| registry.stack(other).services(role) != stack.services(role))
        };
        let Some(&(other, ..)) = overlaps.iter().find(|&&(other, ..)| differs(other)) else { continue };
        let common = overlaps.iter().filter(|&&(holder, ..)| holder == other);
        let text =
            |&(_, from, to): &(_, i32, i32)| if from == to { from.to_string() } else { format!("{from} to {to}") };
        let common = common.map(text).collect::<Vec<_>>().join(", ");
        let first = registry.at(other);
        let message = format!("`{}` and `{}` both answer to protocol {common}", first.name(), base.name());
        lints.found(message, registry.entry_at(index).at, |finding| {
            finding
                .label(registry.entry_at(other).at, "this one answers first")
                .help("requests that demand services distinguish them; other requests get the first")
        });
    }
}

/// The protocol numbers of a family and type that entries answer, with these entries: disjoint ranges by their starts.
#[derive(Default)]
struct Taken {
    ranges: BTreeMap<i32, (i32, EntryIndex)>,
}

impl Taken {
    /// Assigns the free part of a range to an entry, and reports the entries that have the rest.
    fn take(&mut self, from: i32, to: i32, by: EntryIndex, overlaps: &mut Vec<(EntryIndex, i32, i32)>) {
        let before = self.ranges.range(..=from).next_back().map_or(from, |(&start, _)| start);
        let held: Vec<(i32, i32, EntryIndex)> =
            self.ranges.range(before..=to).map(|(&start, &(end, holder))| (start, end, holder)).collect();
        // The number behind a range can exceed `i32`.
        let mut free = i64::from(from);
        for (start, end, holder) in held.into_iter().filter(|&(_, end, _)| end >= from) {
            if i64::from(start) > free {
                self.ranges.insert(free as i32, (start - 1, by));
            }
            overlaps.push((holder, start.max(from), end.min(to)));
            free = i64::from(end) + 1;
        }
        if free <= i64::from(to) {
            self.ranges.insert(free as i32, (to, by));
        }
    }
}
