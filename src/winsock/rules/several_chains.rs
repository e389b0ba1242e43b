//! # What it finds
//! Several chains for one address family, socket type and protocol of which none runs over another. The finding states
//! which of them is selected.
//!
//! # Why it matters
//! The first chain in the order gets all traffic, and the others get none unless a program requests them. Two layers that
//! both have to see the traffic must be installed one over the other.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1033  Zeta over [MSAFD Tcpip [RAW/IP]]
//!       kind            chain
//!       chain           1032 Zeta / 1003 MSAFD Tcpip [RAW/IP]
//!   1031  Acme over [MSAFD Tcpip [RAW/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1003 MSAFD Tcpip [RAW/IP]
//!   1003  MSAFD Tcpip [RAW/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!   1032  Zeta
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1033  Zeta over [MSAFD Tcpip [RAW/IP]]
//!       kind            chain
//!       chain           1032 Zeta / 1031 Acme over [MSAFD Tcpip [RAW/IP]] / 1003 MSAFD Tcpip [RAW/IP]
//!   1031  Acme over [MSAFD Tcpip [RAW/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1003 MSAFD Tcpip [RAW/IP]
//!   1003  MSAFD Tcpip [RAW/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!   1032  Zeta
//!       kind            layer
//! ```

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use indexmap::IndexMap;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule::lint("winsock-several-chains", Severity::Note, include_str!("several_chains.rs"));

/// Reports several chains of one family, type and protocol of which none runs over another, and which of them wins.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let chains = || judged.of_kind(ItemKind::Chain);
    let inner: HashSet<u32> = chains().flat_map(|chain| chain.info.chain.ids()).copied().collect();
    let mut by_triple: IndexMap<(i32, i32, i32), Vec<&Item>> = IndexMap::new();
    for chain in chains().filter(|chain| !inner.contains(&chain.id())) {
        by_triple.entry(chain.info.triple()).or_default().push(chain);
    }
    for ((family, socket_type, protocol), chains) in by_triple {
        let [winner, others @ ..] = chains.as_slice() else { continue };
        if others.is_empty() {
            continue;
        }
        let message = format!(
            "{} chains are for address family {family}, socket type {socket_type}, protocol {protocol}: {} wins, the first",
            chains.len(),
            winner.name_and_id()
        );
        let finding = Finding::new(RULE.code, RULE.severity, message, winner.field_at(Field::ChainEntries));
        let finding = others.iter().fold(finding, |finding, other| finding.label(other.at, "behind it"));
        found.push(finding.help("if all are to see the traffic, install them over one another"));
    }
}
