//! Stacks: chains flattened down to their base protocol, with contracts checked on the way up.

use super::Standing;
use super::effects::{Does, Effects};
use super::offer::Offer;
use crate::catalog::entry::{Base, Body, Chain, EntryIndex, Layer};
use crate::catalog::faults::{Faults, Reported};
use crate::catalog::{Clause, Draft, Fault, FaultKind, MAX_PROTOCOL_CHAIN, Span};
use crate::terms::{Family, Role, Services, SocketType};

/// The stack of a base protocol or chain.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// The first `depth` are the entries, top first, the base protocol last; kept in place, as nearly all are short.
    entries: [EntryIndex; MAX_PROTOCOL_CHAIN],
    depth: u8,
    /// The entry whose protocol set this stack answers to: itself, or the entry whose set it takes.
    pub protocols_of: EntryIndex,
    pub matches_zero: bool,
    pub family: Family,
    /// The socket type that is presented above.
    pub socket_type: SocketType,
    /// The services that are offered to those who connect.
    services: Services,
    /// The services that differ for those who accept, or as stated; `None` for most stacks.
    otherwise: Option<Box<Otherwise>>,
    /// Whether the modules of all its entries are known, so that its services are those that the modules give.
    is_known: bool,
}

/// The services of a stack where they differ between roles or from the statement.
#[derive(Clone, Debug)]
struct Otherwise {
    /// The services that are offered to those who accept.
    accepting: Services,
    /// The services that the catalog states.
    stated: Services,
    /// For each role, clauses of the layers' contracts that do not hold in it.
    unmet: [Unmet; 2],
}

/// The clauses of a stack's layers that do not hold in a role: services that they need or forbid below them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unmet {
    pub lacking: Services,
    pub forbidden: Services,
}

impl Unmet {
    fn is_empty(&self) -> bool {
        self.lacking.is_empty() && self.forbidden.is_empty()
    }
}

impl Stack {
    /// Returns the layers from the top down, then the base protocol.
    pub fn entries(&self) -> &[EntryIndex] {
        &self.entries[..usize::from(self.depth)]
    }

    /// Returns the layers from the top down.
    pub fn layers(&self) -> &[EntryIndex] {
        &self.entries[..usize::from(self.depth) - 1]
    }

    /// Returns the array of entries, and the number of entries that count.
    pub fn raw(&self) -> ([EntryIndex; MAX_PROTOCOL_CHAIN], usize) {
        (self.entries, usize::from(self.depth))
    }

    /// Returns the form of [`Stack::raw`] for an entry that has no stack.
    pub fn alone(index: EntryIndex) -> ([EntryIndex; MAX_PROTOCOL_CHAIN], usize) {
        ([index; MAX_PROTOCOL_CHAIN], 1)
    }

    /// Returns the services that are offered in a role.
    #[inline]
    pub fn services(&self, role: Role) -> &Services {
        match (role, &self.otherwise) {
            (Role::Accept, Some(otherwise)) => &otherwise.accepting,
            (Role::Connect, _) | (Role::Accept, None) => &self.services,
        }
    }

    /// Sets the services that are offered.
    fn offer(&mut self, offer: Offer) {
        let Offer { stated, real: [connecting, accepting], unmet, is_known: _ } = offer;
        if stated != connecting || accepting != connecting || unmet.iter().any(|unmet| !unmet.is_empty()) {
            self.otherwise = Some(Box::new(Otherwise { accepting, stated, unmet }));
        }
        self.services = connecting;
    }

    /// Returns whether the modules of all its entries are known.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Returns the services that the catalog states, for the entries above.
    pub(super) fn stated(&self) -> &Services {
        self.otherwise.as_ref().map_or(&self.services, |otherwise| &otherwise.stated)
    }

    /// Returns the clauses of its layers' contracts that do not hold in a role, and so prevent its use there.
    pub fn unmet(&self, role: Role) -> Option<&Unmet> {
        let unmet = &self.otherwise.as_ref()?.unmet[role as usize];
        (!unmet.is_empty()).then_some(unmet)
    }

    /// Returns the base protocol.
    pub fn base(&self) -> EntryIndex {
        self.entries[usize::from(self.depth) - 1]
    }
}

/// Returns the stack of an entry, when those of the entries below it are known, or `None` for layers and disabled entries.
pub(super) fn compute(
    draft: &Draft,
    effects: &Effects,
    index: EntryIndex,
    below: &[Standing],
    faults: &mut Faults,
) -> Option<Standing> {
    let entry = match &draft.entries[index.get()] {
        Ok(entry) if entry.enabled => entry,
        Ok(_) => return None,
        Err(reported) => return Some(Standing::Faulty(*reported)),
    };
    let stack = match &entry.body {
        Body::Layer(_) => return None,
        Body::Base(base) => Ok(based(index, base, effects.of(index))),
        Body::Chain(chain) => compose(draft, effects, index, chain, &below[chain.base.0.get()], faults),
    };
    Some(stack.map_or_else(Standing::Faulty, Standing::Whole))
}

/// Returns the stack of a base protocol alone.
fn based(index: EntryIndex, base: &Base, does: &Does) -> Stack {
    let offer = Offer::of_base(&base.services, does);
    let mut stack = Stack {
        entries: [index; MAX_PROTOCOL_CHAIN],
        depth: 1,
        protocols_of: index,
        matches_zero: base.matches_zero,
        family: base.family,
        socket_type: base.socket_type,
        services: Services::NONE,
        otherwise: None,
        is_known: offer.is_known,
    };
    stack.offer(offer);
    stack
}

fn compose(
    draft: &Draft,
    effects: &Effects,
    index: EntryIndex,
    chain: &Chain,
    below: &Standing,
    faults: &mut Faults,
) -> Result<Stack, Reported> {
    let below = match below {
        Standing::Whole(stack) => Ok(stack),
        Standing::Faulty(reported) => Err(*reported),
        // An enabled chain cannot run over a layer or a disabled entry: both are faults already.
        Standing::Apart => Err(faults.push(Fault::new(
            FaultKind::DisabledDependency {
                name: draft.name(chain.base.0).to_owned(),
                users: vec![draft.name(index).to_owned()],
            },
            chain.base.1,
        ))),
    };
    let entries = flatten(draft, index, chain, below.ok(), faults)?;
    let below = below?;
    let (offer, socket_type) = climb(draft, effects, index, chain, below, faults)?;
    let offer = offer.of_chain(draft, index, chain, faults)?;
    let mut stack = Stack {
        entries: [index; MAX_PROTOCOL_CHAIN],
        depth: entries.len() as u8,
        protocols_of: if chain.protocols.is_some() { index } else { below.protocols_of },
        matches_zero: chain.matches_zero.unwrap_or(below.matches_zero),
        family: below.family,
        socket_type,
        services: Services::NONE,
        otherwise: None,
        is_known: offer.is_known,
    };
    stack.offer(offer);
    stack.entries[..entries.len()].copy_from_slice(&entries);
    Ok(stack)
}

/// Returns the entries of a chain, top first: at most seven, and no layer twice. If the entry below has a fault of its own, the
/// chain's own layers are still checked.
fn flatten(
    draft: &Draft,
    index: EntryIndex,
    chain: &Chain,
    below: Option<&Stack>,
    faults: &mut Faults,
) -> Result<Vec<EntryIndex>, Reported> {
    let own = chain.layers().map(|(layer, _)| layer);
    let entries: Vec<EntryIndex> = own.chain(below.map_or(&[][..], Stack::entries).iter().copied()).collect();
    let name = || draft.name(index).to_owned();
    if entries.len() > MAX_PROTOCOL_CHAIN {
        let stack = entries.iter().map(|&entry| draft.name(entry).to_owned()).collect();
        let kind = FaultKind::ChainTooLong { chain: name(), stack, limit: MAX_PROTOCOL_CHAIN };
        return Err(faults.of_chain(Fault::new(kind, draft.at(index))));
    }
    let mut sound = Ok(());
    for (position, (layer, at)) in chain.layers().enumerate() {
        if entries[position + 1..].contains(&layer) {
            let chain = draft.written_name(index).to_owned();
            let kind = FaultKind::RepeatedLayer { chain, layer: draft.name(layer).to_owned() };
            sound = Err(faults.of_chain(Fault::new(kind, at)));
        }
    }
    sound.map(|()| entries)
}

/// Computes the offer of a chain from the offer below it, layer by layer: `(below - removes) + adds`, and the effects of the
/// modules. Every clause that the catalog's statements break is a fault; a clause that is broken in one role prevents the use of
/// the chain in it.
fn climb(
    draft: &Draft,
    effects: &Effects,
    index: EntryIndex,
    chain: &Chain,
    below: &Stack,
    faults: &mut Faults,
) -> Result<(Offer, SocketType), Reported> {
    let mut offer = Offer::of_stack(below);
    let mut socket_type = below.socket_type;
    let mut beneath = below.entries()[0];
    let mut sound = Ok(());
    for (at, span) in chain.layers().rev() {
        let entry = draft.entries[at.get()].as_ref().map_err(|reported| *reported)?;
        // The layers of a chain are layers: a name of another kind is already a fault.
        let Body::Layer(layer) = &entry.body else { continue };
        for (broken, clause) in broken_clauses(draft, layer, &offer.stated, beneath) {
            let kind = FaultKind::ContractBroken {
                chain: draft.name(index).to_owned(),
                bases: 1,
                layer: draft.name(at).to_owned(),
                below: vec![draft.name(beneath).to_owned()],
                broken,
            };
            let fault = Fault::new(kind, span);
            sound = Err(faults.of_chain(match clause {
                Some(clause) => fault.because(clause, format!("`{}` states it here", draft.name(at))),
                None => fault,
            }));
        }
        offer.put(layer, effects.of(at));
        socket_type = layer.presents.unwrap_or(socket_type);
        beneath = at;
    }
    sound.map(|()| (offer, socket_type))
}

fn broken_clauses(
    draft: &Draft,
    layer: &Layer,
    offered: &Services,
    beneath: EntryIndex,
) -> impl Iterator<Item = (Clause, Option<Span>)> {
    let lacking = (!offered.contains(&layer.needs)).then(|| layer.needs.difference(offered));
    let forbidden = offered.intersects(&layer.forbids).then(|| layer.forbids.intersection(offered));
    let allowed = layer.allow_below.as_ref().filter(|allowed| !allowed.contains(&beneath));
    let allowed = allowed.map(|allowed| allowed.iter().map(|&entry| draft.name(entry).to_owned()).collect());
    let needs = lacking.map(|services| (Clause::Needs(services), layer.clauses.needs));
    let forbids = forbidden.map(|services| (Clause::Forbids(services), layer.clauses.forbids));
    let allows = allowed.map(|names| (Clause::AllowBelow(names), layer.clauses.allow_below));
    needs.into_iter().chain(forbids).chain(allows)
}
