//! Stacks: chains flattened down to their base protocol, contracts checked on the way up.

use crate::catalog::entry::{Body, Chain, EntryIndex, Layer};
use crate::catalog::{Catalog, Clause, Fault, FaultKind, MAX_PROTOCOL_CHAIN, Span};
use crate::terms::{Family, Services, SocketType};

/// What a base protocol or chain is as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// The first `depth` are the entries, top first, the base protocol last; kept in place, as nearly all are short.
    entries: [EntryIndex; MAX_PROTOCOL_CHAIN],
    depth: u8,
    /// The entry whose protocol set this one answers to: itself, or the one that it takes the set from.
    pub protocols_of: EntryIndex,
    pub matches_zero: bool,
    pub family: Family,
    /// What is presented above.
    pub socket_type: SocketType,
    pub services: Services,
}

impl Stack {
    /// The layers from the top down, then the base protocol.
    pub fn entries(&self) -> &[EntryIndex] {
        &self.entries[..usize::from(self.depth)]
    }

    /// The layers from the top down.
    pub fn layers(&self) -> &[EntryIndex] {
        &self.entries[..usize::from(self.depth) - 1]
    }

    /// The entries in place, and how many of them count.
    pub fn raw(&self) -> ([EntryIndex; MAX_PROTOCOL_CHAIN], usize) {
        (self.entries, usize::from(self.depth))
    }

    /// The form of [`Stack::raw`] for an entry that has no stack.
    pub fn alone(index: EntryIndex) -> ([EntryIndex; MAX_PROTOCOL_CHAIN], usize) {
        ([index; MAX_PROTOCOL_CHAIN], 1)
    }

    /// The base protocol.
    pub fn base(&self) -> EntryIndex {
        self.entries[usize::from(self.depth) - 1]
    }
}

/// The stack of an entry whose own entries below have theirs; nothing for layers, disabled entries, and where a fault forbids.
pub(super) fn compute(
    catalog: &Catalog,
    index: EntryIndex,
    stacks: &[Option<Stack>],
    faults: &mut Vec<Fault>,
) -> Option<Stack> {
    let entry = catalog.entries[index.get()].as_ref().filter(|entry| entry.enabled)?;
    match &entry.body {
        Body::Layer(_) => None,
        Body::Base(base) => Some(Stack {
            entries: [index; MAX_PROTOCOL_CHAIN],
            depth: 1,
            protocols_of: index,
            matches_zero: base.matches_zero,
            family: base.family,
            socket_type: base.socket_type,
            services: base.services.clone(),
        }),
        Body::Chain(chain) => {
            let below = stacks[chain.base.0.get()].as_ref();
            let entries = flatten(catalog, index, chain, below, faults)?;
            let below = below?;
            let (services, socket_type) = climb(catalog, index, chain, below, faults)?;
            let mut stack = Stack {
                entries: [index; MAX_PROTOCOL_CHAIN],
                depth: entries.len() as u8,
                protocols_of: if chain.protocols.is_some() { index } else { below.protocols_of },
                matches_zero: chain.matches_zero.unwrap_or(below.matches_zero),
                family: below.family,
                socket_type,
                services: chain.services.clone().unwrap_or(services),
            };
            stack.entries[..entries.len()].copy_from_slice(&entries);
            Some(stack)
        }
    }
}

/// The entries of a chain, top first: at most seven, and no layer twice. Where what lies below has a fault of its own, the
/// chain's own layers can still be wrong.
fn flatten(
    catalog: &Catalog,
    index: EntryIndex,
    chain: &Chain,
    below: Option<&Stack>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<EntryIndex>> {
    let own = chain.layers().map(|(layer, _)| layer);
    let entries: Vec<EntryIndex> = own.chain(below.map_or(&[][..], Stack::entries).iter().copied()).collect();
    let name = || catalog.name(index).to_owned();
    if entries.len() > MAX_PROTOCOL_CHAIN {
        let stack = entries.iter().map(|&entry| catalog.name(entry).to_owned()).collect();
        let kind = FaultKind::ChainTooLong { chain: name(), stack, limit: MAX_PROTOCOL_CHAIN };
        faults.push(Fault::new(kind, catalog.at(index)));
        return None;
    }
    let mut sound = true;
    for (position, (layer, at)) in chain.layers().enumerate() {
        if entries[position + 1..].contains(&layer) {
            let kind = FaultKind::RepeatedLayer { chain: name(), layer: catalog.name(layer).to_owned() };
            faults.push(Fault::new(kind, at));
            sound = false;
        }
    }
    sound.then_some(entries)
}

/// From what lies below to what the chain offers, layer by layer: `(below - removes) + adds`. Every broken clause is a fault.
fn climb(
    catalog: &Catalog,
    index: EntryIndex,
    chain: &Chain,
    below: &Stack,
    faults: &mut Vec<Fault>,
) -> Option<(Services, SocketType)> {
    let mut services = below.services.clone();
    let mut socket_type = below.socket_type;
    let mut beneath = below.entries()[0];
    let mut sound = true;
    for (at, span) in chain.layers().rev() {
        let Body::Layer(layer) = &catalog.entries[at.get()].as_ref()?.body else { return None };
        for (broken, clause) in broken_clauses(catalog, layer, &services, beneath) {
            let kind = FaultKind::ContractBroken {
                chain: catalog.name(index).to_owned(),
                layer: catalog.name(at).to_owned(),
                below: catalog.name(beneath).to_owned(),
                broken,
            };
            let fault = Fault::new(kind, span);
            faults.push(match clause {
                Some(clause) => fault.because(clause, format!("`{}` states it here", catalog.name(at))),
                None => fault,
            });
            sound = false;
        }
        services.remove(&layer.removes);
        services.insert(&layer.adds);
        socket_type = layer.presents.unwrap_or(socket_type);
        beneath = at;
    }
    sound.then_some((services, socket_type))
}

fn broken_clauses(
    catalog: &Catalog,
    layer: &Layer,
    offered: &Services,
    beneath: EntryIndex,
) -> impl Iterator<Item = (Clause, Option<Span>)> {
    let lacking = (!offered.contains(&layer.needs)).then(|| layer.needs.difference(offered));
    let forbidden = offered.intersects(&layer.forbids).then(|| layer.forbids.intersection(offered));
    let allowed = layer.allow_below.as_ref().filter(|allowed| !allowed.contains(&beneath));
    let allowed = allowed.map(|allowed| allowed.iter().map(|&entry| catalog.name(entry).to_owned()).collect());
    let needs = lacking.map(|services| (Clause::Needs(services), layer.clauses.needs));
    let forbids = forbidden.map(|services| (Clause::Forbids(services), layer.clauses.forbids));
    let allows = allowed.map(|names| (Clause::AllowBelow(names), layer.clauses.allow_below));
    needs.into_iter().chain(forbids).chain(allows)
}
