//! Faulty chains: their length is not possible, members are missing, they run over themselves, or they differ from their base.

use super::super::fault::{ChainFlaw, Difference, WinsockFault};
use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Fault;

pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in &judged.set.items {
        match item.kind() {
            ItemKind::Malformed => {
                let flaw = ChainFlaw::Length(item.info.chain.length);
                faults.push(malformed(item, flaw).at(item.field_at(Field::ChainLength)));
            }
            ItemKind::Chain => {
                missing(judged, item, faults);
                repeated(item, faults);
                bases(judged, item, faults);
                ending(judged, item, faults);
                unlike(judged, item, faults);
            }
            ItemKind::Base | ItemKind::Layer => {}
        }
    }
    cycles(judged, faults);
}

fn malformed(item: &Item, flaw: ChainFlaw) -> WinsockFault {
    WinsockFault::MalformedChain { item: item.named(), flaw }
}

/// Reports ids that no item has, each once for a chain. In an excerpt the item may exist and be left out; the chain cannot be
/// loaded then, but it is not called broken.
fn missing(judged: &Judged<'_>, chain: &Item, faults: &mut Vec<Fault>) {
    let is_excerpt = !judged.store.fragments.is_empty();
    let ids = chain.info.chain.ids();
    for (at, &id) in ids.iter().enumerate() {
        if judged.by_id(id).is_none() && !ids[..at].contains(&id) {
            let fault =
                WinsockFault::BrokenChain { chain: chain.named(), id, position: at + 1, length: ids.len(), is_excerpt };
            faults.push(fault.at(chain.field_at(Field::ChainEntries)));
        }
    }
}

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

fn ending(judged: &Judged<'_>, chain: &Item, faults: &mut Vec<Fault>) {
    let Some(last) = chain.info.chain.ids().last().and_then(|&id| judged.by_id(id)) else { return };
    let is = match last.kind() {
        ItemKind::Layer => "a layer",
        ItemKind::Chain => "a chain",
        // A malformed item is reported at its own place.
        ItemKind::Base | ItemKind::Malformed => return,
    };
    let fault = WinsockFault::ChainWithoutBase { chain: chain.named(), last: last.name_and_id(), is };
    faults.push(
        fault
            .at(chain.field_at(Field::ChainEntries))
            .because(last.field_at(Field::ChainLength), "its last id names this"),
    );
}

/// Reports chains that differ from their base. The fields that netsh prints of real chains always equal those of their bases,
/// from which installers copy them.
fn unlike(judged: &Judged<'_>, chain: &Item, faults: &mut Vec<Fault>) {
    let Some(base) = judged.base_of(chain) else { return };
    let compared = [
        (Field::AddressFamily, chain.info.address_family, base.info.address_family),
        (Field::SocketType, chain.info.socket_type, base.info.socket_type),
        (Field::Protocol, chain.info.protocol, base.info.protocol),
        (Field::MaxAddressLength, chain.info.max_address_length, base.info.max_address_length),
        (Field::MinAddressLength, chain.info.min_address_length, base.info.min_address_length),
    ];
    let differing = compared.into_iter().filter(|(_, chain, base)| chain != base);
    let differences: Vec<_> = differing.map(|(field, chain, base)| Difference { field, chain, base }).collect();
    let Some(&Difference { field, .. }) = differences.first() else { return };
    let fault = WinsockFault::ChainUnlikeBase { chain: chain.named(), base: base.name_and_id(), differences };
    faults.push(fault.at(chain.field_at(field)).because(base.field_at(field), "its base"));
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
