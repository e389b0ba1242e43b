//! # What it finds
//! A layer whose chains cover one socket type of an address family but not another one for which there is a base protocol,
//! for example TCP but not UDP and RAW.
//!
//! # Why it matters
//! The layer then sees only a part of the traffic. In addition, `select()` fails for sockets of two different providers, as
//! the notes on Microsoft's sample explain.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1002  MSAFD Tcpip [UDP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1032  Acme over [MSAFD Tcpip [UDP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1002 MSAFD Tcpip [UDP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1002  MSAFD Tcpip [UDP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) const RULE: Rule =
    Rule::lint("winsock-partial-coverage", Severity::Warning, include_str!("partial_coverage.rs"));

/// Reports layers that run over some socket types of a family, but not over others for which there is a base protocol.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let mut bases: HashMap<i32, IndexMap<i32, &Item>> = HashMap::new();
    for base in judged.of_kind(ItemKind::Base) {
        bases.entry(base.info.address_family).or_default().entry(base.info.socket_type).or_insert(base);
    }
    // For each id and address family, the socket types of the chains that name the id.
    let mut covers: IndexMap<(u32, i32), BTreeSet<i32>> = IndexMap::new();
    for chain in judged.of_kind(ItemKind::Chain) {
        for &id in chain.info.chain.ids() {
            covers.entry((id, chain.info.address_family)).or_default().insert(chain.info.socket_type);
        }
    }
    // A broken chain was meant to cover its socket type too, and its own fault is enough.
    let broken =
        judged.of_kind(ItemKind::Chain).filter(|chain| judged.base_of(chain).is_none() || judged.misses(chain));
    let broken: HashSet<(i32, i32)> = broken.map(|chain| (chain.info.address_family, chain.info.socket_type)).collect();
    for ((id, family), types) in covers {
        let Some(layer) = judged.by_id(id).filter(|layer| layer.kind() == ItemKind::Layer) else { continue };
        let left = bases
            .get(&family)
            .into_iter()
            .flatten()
            .filter(|(socket_type, _)| !types.contains(*socket_type) && !broken.contains(&(family, **socket_type)));
        let left: Vec<&Item> = left.map(|(_, &base)| base).collect();
        let Some(&first) = left.first() else { continue };
        let types: Vec<String> = types.iter().map(i32::to_string).collect();
        let names: Vec<String> = left.iter().map(|base| base.name_and_id()).collect();
        let message = format!(
            "{} runs over socket type {} of address family {family}, and not over {}",
            layer.named(),
            types.join(", "),
            names.join(", ")
        );
        found.push(
            Finding::new(RULE.code, RULE.severity, message, layer.field_at(Field::CatalogEntryId))
                .label(first.at, "no chain of the layer runs over this")
                .help(
                    "`select()` over sockets of two providers fails: install the layer over all of them, or remove it",
                ),
        );
    }
}
