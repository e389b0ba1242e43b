//! # What it finds
//! A chain whose members exist but do not fit together. Either the chain begins with another chain in place of a layer, or
//! it names another chain and then continues with other members than that chain does.
//!
//! # Why it matters
//! A chain over another chain names that chain, and then the members below the layer of that chain. If the two chains
//! differ there, the lower chain was usually reinstalled or repaired and the upper chain was not. The two layers then
//! disagree about the provider below them.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1033  Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//!       kind            chain
//!       chain           1032 Zeta / 1031 Acme over [MSAFD Tcpip [TCP/IP]] / 1002 RSVP TCP Service Provider
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1002  RSVP TCP Service Provider
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
//!   1033  Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//!       kind            chain
//!       chain           1032 Zeta / 1031 Acme over [MSAFD Tcpip [TCP/IP]] / 1001 MSAFD Tcpip [TCP/IP]
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1002  RSVP TCP Service Provider
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

pub(super) const RULE: Rule =
    Rule::lint("winsock-chain-in-chain", Severity::Warning, include_str!("chain_in_chain.rs"));

/// Reports chains whose members exist but do not fit together.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let ids = chain.info.chain.ids();
        // The last id is the base. A base before it is a fault, which `malformed_chain` reports.
        for (at, &id) in ids.iter().enumerate().take(ids.len().saturating_sub(1)) {
            let Some(member) = judged.by_id(id) else { continue };
            let Some(reason) = reason(member, at, ids.get(at + 1..).unwrap_or_default()) else { continue };
            let message = format!("{} names {} as number {}, {reason}", chain.named(), member.named(), at + 1);
            found.push(
                Finding::new(RULE.code, RULE.severity, message, chain.field_at(Field::ChainEntries))
                    .label(member.field_at(Field::ChainLength), "it names this")
                    .help("install the provider of the chain anew, above what is there now"),
            );
        }
    }
}

/// Returns the reason why a member does not belong at this position, counted from 0, above the ids `below`, or `None` if it does.
fn reason(member: &Item, at: usize, below: &[u32]) -> Option<&'static str> {
    match member.kind() {
        ItemKind::Chain if at == 0 => Some("where a layer is expected"),
        // A chain over a chain names the lower chain in place of its top layer, and then the members below that layer.
        ItemKind::Chain if member.info.chain.ids().get(1..) != Some(below) => {
            Some("whose own chain goes on otherwise below")
        }
        _ => None,
    }
}
