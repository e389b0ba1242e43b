//! # What it finds
//! A chain that is not possible: its length is below 0 or above 7, it contains an id twice, it contains its own id, it has a
//! base protocol before its end, or it runs over a chain that runs over it.
//!
//! # Why it matters
//! Seven is `MAX_PROTOCOL_CHAIN`: an item has no space for more ids, and installers that try to exceed it get error 11003. If
//! a layer occurs twice in a chain, or if chains form a cycle, each call is forwarded without end.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
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
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::fault::{ChainFlaw, WinsockFault};
use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-malformed-chain", include_str!("malformed_chain.rs"));

/// Reports chains whose length is not possible, that repeat an id, that have a base protocol before their end, or that run over
/// themselves.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in &judged.set.items {
        match item.kind() {
            ItemKind::Malformed => {
                let flaw = ChainFlaw::Length(item.info.chain.length);
                faults.push(malformed(item, flaw).at(item.field_at(Field::ChainLength)));
            }
            ItemKind::Chain => {
                repeated(item, faults);
                bases(judged, item, faults);
            }
            ItemKind::Base | ItemKind::Layer => {}
        }
    }
    cycles(judged, faults);
}

fn malformed(item: &Item, flaw: ChainFlaw) -> WinsockFault {
    WinsockFault::MalformedChain { item: item.named(), flaw }
}

/// Reports ids that occur twice in a chain, and chains that name themselves.
fn repeated(chain: &Item, faults: &mut Vec<Fault>) {
    let ids = chain.info.chain.ids();
    let own = chain.id();
    let mut found = |flaw| faults.push(malformed(chain, flaw).at(chain.field_at(Field::ChainEntries)));
    if ids.contains(&own) {
        found(ChainFlaw::Itself(own));
    }
    for (at, &id) in ids.iter().enumerate() {
        let before = ids[..at].iter().filter(|&&other| other == id).count();
        if before == 1 && id != own {
            found(ChainFlaw::Repeated(id));
        }
    }
}

/// Reports base protocols before the end of a chain, each once. If the chain does not end in a base, only its end is reported.
fn bases(judged: &Judged<'_>, chain: &Item, faults: &mut Vec<Fault>) {
    let Some((&last, upper)) = chain.info.chain.ids().split_last() else { return };
    if judged.by_id(last).is_some_and(|last| last.kind() != ItemKind::Base) {
        return;
    }
    for (at, &id) in upper.iter().enumerate().filter(|&(at, id)| !upper[..at].contains(id)) {
        let Some(base) = judged.by_id(id).filter(|item| item.kind() == ItemKind::Base) else { continue };
        let fault = malformed(chain, ChainFlaw::BaseBeforeEnd(base.name_and_id()));
        let label = format!("its id number {} names this", at + 1);
        faults.push(fault.at(chain.field_at(Field::ChainEntries)).because(base.field_at(Field::ChainLength), label));
    }
}

/// The progress of the walk over an item.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Seen {
    No,
    /// The item is on the current path, at this position.
    OnPath(usize),
    Done,
}

/// Reports chains that run over one another: each cycle once, at the chain where the walk entered it.
fn cycles(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    let items = &judged.set.items;
    let mut seen = vec![Seen::No; items.len()];
    for start in 0..items.len() {
        // The path, with the number of ids that were visited in each chain. It may be as long as the catalog, so this is not done
        // by recursion.
        let mut path: Vec<(usize, usize)> = Vec::new();
        if seen[start] == Seen::No {
            seen[start] = Seen::OnPath(0);
            path.push((start, 0));
        }
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some(&id) = items[at].info.chain.ids().get(*next) else {
                seen[at] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let Some(below) = judged.position(id) else { continue };
            match seen[below] {
                Seen::No => {
                    seen[below] = Seen::OnPath(path.len());
                    path.push((below, 0));
                }
                // A chain that names itself is already reported as such.
                Seen::OnPath(place) if below != at => faults.push(cycle(items, &path[place..])),
                Seen::OnPath(_) | Seen::Done => {}
            }
        }
    }
}

/// Returns the fault of a cycle, in which each chain names the next one and the last names the first.
fn cycle(items: &[Item], path: &[(usize, usize)]) -> Fault {
    // As many ids as a chain can have are enough to show the defect; a hostile catalog may have cycles as long as itself.
    let shown: Vec<&Item> = path.iter().take(7).map(|&(at, _)| &items[at]).collect();
    let flaw = ChainFlaw::Cycle { ids: shown.iter().map(|item| item.id()).collect(), length: path.len() };
    let first = shown[0];
    let fault = malformed(first, flaw).at(first.field_at(Field::ChainEntries));
    shown
        .iter()
        .skip(1)
        .fold(fault, |fault, item| fault.because(item.field_at(Field::ChainEntries), "and through this"))
}
