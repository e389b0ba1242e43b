//! # What it finds
//! A family and type whose entries all match only explicit protocol numbers: none of them has `matches-zero`.
//!
//! # Why it matters
//! Most programs request protocol 0, which means the usual protocol. Here they get `protocol-not-supported`. For some
//! types this is correct, for example for raw sockets on Linux. For streams, the usual cause is a forgotten
//! `matches-zero = true`.
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
//! ```

use crate::catalog::Severity;
use crate::catalog::entry::EntryIndex;
use crate::check::Lints;
use crate::report::Rule;
use crate::terms::{Family, SocketType};
use indexmap::IndexMap;

pub(super) const RULE: Rule = Rule::lint("no-protocol-zero", Severity::Note, include_str!("no_protocol_zero.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    // For each pair, its first entry and whether any of its entries matches protocol 0.
    let mut pairs: IndexMap<(Family, SocketType), (EntryIndex, bool)> = IndexMap::new();
    for entry in registry.selectable() {
        let stack = registry.stack(entry.index());
        let pair = pairs.entry((stack.family, stack.socket_type)).or_insert((entry.index(), false));
        pair.1 |= stack.matches_zero;
    }
    for ((family, socket_type), (first, _)) in pairs.into_iter().filter(|(_, (_, matches))| !matches) {
        let family = registry.family_text(family);
        let message =
            format!("no entry of family `{family}` and type `{socket_type}` answers a request with protocol 0");
        lints.found(message, registry.entry_at(first).at, |finding| {
            finding.help("say `matches-zero = true` in the one that is the usual protocol, if there is one")
        });
    }
}
