//! Compares requests that name an entry, by its name or by its catalog entry id.
//!
//! Such a request concerns that entry alone. With all other fields left open, it shows whether the name leads to the same entry
//! in every role and for every application. The other fields can only refuse the request, because of properties of the entry: its
//! family, type and protocols, its provider, and its services. So where no answer differs with all fields left open, it is enough
//! to ask for each of these properties as one side has it and the other does not. Such a request is searched for only if no other
//! difference names the entry.
//!
//! Apart from that, an id is listed only where it leads to another entry; an entry that is added or removed is listed by its
//! name.

use super::asking::Question;
use super::cells::Cell;
use super::difference::{Answer, Asked, Demand, Found};
use super::side::{Outcome, Side};
use super::{Demands, Space};
use crate::catalog::EntryDemand;
use crate::catalog::entry::EntryIndex;
use crate::terms::{Family, Services, SocketType};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// A cell whose request leaves all fields open.
const OPEN: Cell =
    Cell { family: Asked::Is(Family::UNSPEC), socket_type: Asked::Is(SocketType::UNSPEC), from: 0, to: 0 };

/// Compares requests by name, then by id.
pub(super) fn differences<'c>(sides: &[Side<'c>; 2], space: &Space<'c>, found: &mut Found<'c>) {
    let spoken_of: HashSet<String> = found
        .list()
        .iter()
        .flat_map(|difference| [&difference.was, &difference.is])
        .filter_map(|answer| match answer {
            Answer::Entry { name, .. } => Some(name.clone()),
            Answer::Refused(_) => None,
        })
        .collect();
    let naming = Naming { sides: sides.each_ref(), space };
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| side.registry.entries().map(|entry| entry.name())).collect();
    for name in names {
        let demand = EntryDemand::Name(name.to_owned());
        let of = naming.named(&demand);
        let demand = Demand::Entry(name.to_owned());
        if naming.may_differ(of) && !naming.open(&demand, of, false, found) && !spoken_of.contains(name) {
            naming.stated(&demand, of, found);
        }
    }
    naming.ids(found);
}

struct Naming<'n, 'c> {
    sides: [&'n Side<'c>; 2],
    space: &'n Space<'c>,
}

impl<'c> Naming<'_, 'c> {
    fn named(&self, demand: &EntryDemand) -> [Outcome; 2] {
        self.sides.map(|side| side.registry.named(demand).map_err(|refusal| refusal.code()))
    }

    /// Compares the requests for each id that leads to entries of different names.
    fn ids(&self, found: &mut Found<'c>) {
        let ids: BTreeSet<i32> =
            self.sides.iter().flat_map(|side| side.registry.entries().map(|entry| entry.catalog_entry_id())).collect();
        for id in ids {
            let [was, is] = self.sides.map(|side| side.registry.entry_by_id(id).map(|entry| entry.name()));
            let is_in = |at: usize, name: &str| self.sides[at].registry.entry(name).is_some();
            let is_other = match (was, is) {
                (Some(was), Some(is)) => was != is,
                (Some(was), None) => is_in(1, was),
                (None, Some(is)) => is_in(0, is),
                (None, None) => false,
            };
            if !is_other {
                continue;
            }
            let (demand, of) = (Demand::EntryId(id), self.named(&EntryDemand::Id(id)));
            if !self.open(&demand, of, true, found) {
                self.stated(&demand, of, found);
            }
        }
    }

    /// Returns whether any request can distinguish the entries that a name leads to.
    fn may_differ(&self, of: [Outcome; 2]) -> bool {
        match of {
            [Ok(was), Ok(is)] => {
                let [was_row, is_row] = [self.sides[0].row(was), self.sides[1].row(is)];
                was_row.kind != is_row.kind
                    || !self.space.same_policies
                    || self.provider(0, was) != self.provider(1, is)
            }
            [was, is] => was.err() != is.err(),
        }
    }

    /// Returns the provider of an entry, by the name and the GUID that lead to it.
    fn provider(&self, at: usize, index: EntryIndex) -> (&'c str, Option<Uuid>) {
        let side = self.sides[at];
        let provider = side.row(index).provider;
        let leads = |id: &Uuid| side.provider_by_id(*id) == Some(provider.name());
        (provider.name(), provider.id().filter(leads))
    }

    /// Asks requests that leave all fields open, for every application, or with `once` until one is answered differently. Returns
    /// whether any is.
    fn open(&self, demand: &Demand, of: [Outcome; 2], once: bool, found: &mut Found<'c>) -> bool {
        let before = found.list().len();
        for asker in &self.space.applications {
            let mut question = Question::new(self.sides, self.space.roles, OPEN, asker);
            let outcome = |at: usize, role| {
                let index = of[at]?;
                self.sides[at].choose(&[index], Demands::none(), role, asker.policies[at])
            };
            question.ask(Some(demand), |role| [outcome(0, role), outcome(1, role)], found);
            if once && found.list().len() > before {
                break;
            }
        }
        found.list().len() > before
    }

    /// Finds the first request that is answered differently because it states a property that only one side has.
    fn stated(&self, demand: &Demand, of: [Outcome; 2], found: &mut Found<'c>) {
        let [Ok(was), Ok(is)] = of else { return };
        let Some(asker) = self.space.applications.first() else { return };
        let indices = [was, is];
        let stacks = [0, 1].map(|at: usize| self.sides[at].registry.stack(indices[at]));
        let with = |further: Option<Demand>| Demand::of(std::iter::once(demand.clone()).chain(further).collect());
        let mut asked: Vec<(Cell, Option<Demand>)> = Vec::new();
        for stack in stacks {
            let cell = Cell { family: Asked::Is(stack.family), socket_type: Asked::Is(stack.socket_type), ..OPEN };
            asked.push((cell, with(None)));
        }
        if let Some(number) = self.protocol_of_one(indices) {
            asked.push((Cell { from: number, to: number, ..OPEN }, with(None)));
        }
        for at in [0, 1] {
            let (name, id) = self.provider(at, indices[at]);
            asked.push((OPEN, with(Some(Demand::Provider(name.to_owned())))));
            asked.extend(id.map(|id| (OPEN, with(Some(Demand::ProviderId(id))))));
        }
        for &role in self.space.roles {
            let services = stacks.map(|stack| stack.services(role));
            let of_one = [services[0].difference(services[1]), services[1].difference(services[0])];
            let first: Option<Services> = of_one.iter().flat_map(Services::each).next();
            asked.extend(first.map(|service| (OPEN, with(Some(Demand::Require(service))))));
        }
        for (cell, demand) in asked {
            let before = found.list().len();
            let mut question = Question::new(self.sides, self.space.roles, cell, asker);
            let outcome = |at: usize, role| -> Outcome {
                let request = cell.request(asker.name, role, demand.as_ref());
                let selection = self.sides[at].registry.resolve(&request);
                selection.map(|selection| selection.entry().index()).map_err(|refusal| refusal.code())
            };
            question.ask(demand.as_ref(), |role| [outcome(0, role), outcome(1, role)], found);
            if found.list().len() > before {
                return;
            }
        }
    }

    /// Returns a protocol that only one of two entries has. 0 and -1 are excluded, as requests with them state no protocol.
    fn protocol_of_one(&self, indices: [EntryIndex; 2]) -> Option<i32> {
        let sets = [0, 1].map(|at: usize| self.sides[at].registry.protocols(indices[at]));
        let ends = sets.iter().flat_map(|set| set.ranges().iter().copied()).flat_map(|(from, to)| {
            // A difference begins or ends at the end of a range; next to 0 and -1 it may do so at 1 or -2.
            [Some(from), from.checked_sub(1), Some(to), to.checked_add(1), Some(1), Some(-2)].into_iter().flatten()
        });
        let mut ends = ends.filter(|number| !matches!(number, 0 | -1));
        ends.find(|&number| sets[0].contains(number) != sets[1].contains(number))
    }
}
