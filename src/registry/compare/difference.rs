//! The result of a comparison: requests, the answer that each was given before, and the answer that it is given now.

use super::super::{Demands, ProviderDemand, Request};
use super::cells::Cell;
use super::side::{Given, Known, distinguished};
use crate::catalog::EntryDemand;
use crate::terms::{ErrorCode, Family, Role, Services, SocketType};
use std::collections::HashMap;
use uuid::Uuid;

/// Holds the requests that two registries answer differently, and what was not compared.
///
/// It dereferences to the list of its differences. An empty list with no `not_compared` means that every possible request has the
/// same answer in both registries: the comparison is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// The requests that are answered differently.
    pub differences: Vec<Difference>,
    /// The requests that were left out because comparing them would have taken too long.
    pub not_compared: Option<NotCompared>,
}

impl Comparison {
    /// Returns whether it is proved that every request is answered alike.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.not_compared.is_none()
    }
}

/// A comparison that left out requests equals no list.
impl<const N: usize> PartialEq<[Difference; N]> for Comparison {
    fn eq(&self, other: &[Difference; N]) -> bool {
        self.differences == *other && self.not_compared.is_none()
    }
}

impl std::ops::Deref for Comparison {
    type Target = [Difference];

    fn deref(&self) -> &[Difference] {
        &self.differences
    }
}

impl IntoIterator for Comparison {
    type Item = Difference;
    type IntoIter = std::vec::IntoIter<Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.differences.into_iter()
    }
}

/// Counts requests of which too many combinations of services exist to compare all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotCompared {
    /// How many kinds of requests were left out.
    pub kinds: usize,
    /// One of these requests.
    pub request: Request,
}

/// Describes requests that two registries answer differently.
///
/// Where both answers are refusals because no entry matches the triple, further demanded services do not change them. Such a
/// difference is listed once, without a demand, and covers those requests too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The family asked for.
    pub family: Asked<Family>,
    /// The type asked for.
    pub socket_type: Asked<SocketType>,
    /// The protocols asked for, inclusive, disjoint and ascending.
    pub protocols: Vec<(i32, i32)>,
    /// The application that asks, or `None` for requests that name none. `*` stands for every application without a section in
    /// either registry, where one of them refuses those; otherwise they are answered like requests that name no application.
    pub application: Option<String>,
    /// The role that is asked for, or `None` if the difference holds in both roles, each with the services that the entry offers
    /// there.
    pub role: Option<Role>,
    /// What the requests demand besides, if anything.
    pub demand: Option<Demand>,
    /// The answer that was given.
    pub was: Answer,
    /// The answer that is given.
    pub is: Answer,
}

impl Difference {
    /// Returns one of the requests that the difference covers.
    pub fn request(&self) -> Request {
        let &(from, to) = self.protocols.first().unwrap_or(&(0, 0));
        let cell = Cell { family: self.family, socket_type: self.socket_type, from, to };
        cell.request(self.application.as_deref(), self.role.unwrap_or_default(), self.demand.as_ref())
    }
}

/// Describes a field of the requests that a difference covers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asked<T> {
    /// This value.
    Is(T),
    /// Every value that neither registry has an entry for; this is one of them.
    Other(T),
}

impl<T: Copy> Asked<T> {
    pub(super) fn value(self) -> T {
        match self {
            Asked::Is(value) | Asked::Other(value) => value,
        }
    }
}

/// Describes a demand of the requests that a difference covers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Demand {
    /// An entry by its name.
    Entry(String),
    /// An entry by its catalog entry id.
    EntryId(i32),
    /// A provider by its name.
    Provider(String),
    /// A provider by its GUID.
    ProviderId(Uuid),
    /// Services that are required.
    Require(Services),
    /// Services that are prohibited.
    Prohibit(Services),
    /// Services that are preferred.
    Prefer(Services),
    /// Services that are to be avoided.
    Avoid(Services),
    /// Several of the others at once.
    Together(Vec<Demand>),
}

impl Demand {
    /// Combines several demands into one. Returns `None` for an empty list.
    pub(super) fn of(mut demands: Vec<Demand>) -> Option<Demand> {
        match demands.len() {
            0 | 1 => demands.pop(),
            _ => Some(Demand::Together(demands)),
        }
    }

    /// Adds this demand to the demands of a request.
    pub(super) fn add_to(&self, demands: &mut Demands) {
        match self {
            Demand::Entry(name) => demands.entry = Some(EntryDemand::Name(name.clone())),
            Demand::EntryId(id) => demands.entry = Some(EntryDemand::Id(*id)),
            Demand::Provider(name) => demands.provider = Some(ProviderDemand::Name(name.clone())),
            Demand::ProviderId(id) => demands.provider = Some(ProviderDemand::Id(*id)),
            Demand::Require(services) => demands.require.insert(services),
            Demand::Prohibit(services) => demands.prohibit.insert(services),
            Demand::Prefer(services) => demands.prefer.insert(services),
            Demand::Avoid(services) => demands.avoid.insert(services),
            Demand::Together(all) => all.iter().for_each(|demand| demand.add_to(demands)),
        }
    }
}

impl std::fmt::Display for Demand {
    /// Writes the demand as a line of a batch does.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |services: &Services| services.iter().collect::<Vec<_>>().join(",");
        match self {
            Demand::Entry(name) => write!(f, "entry={name}"),
            Demand::EntryId(id) => write!(f, "entry={id}"),
            Demand::Provider(name) => write!(f, "provider={name}"),
            Demand::ProviderId(id) => write!(f, "provider={id}"),
            Demand::Require(services) => write!(f, "require={}", list(services)),
            Demand::Prohibit(services) => write!(f, "prohibit={}", list(services)),
            Demand::Prefer(services) => write!(f, "prefer={}", list(services)),
            Demand::Avoid(services) => write!(f, "avoid={}", list(services)),
            Demand::Together(all) => {
                let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                f.write_str(&all.join(" "))
            }
        }
    }
}

/// Describes the answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// An entry. Two entries of one name differ if opening them would open different stacks.
    Entry {
        /// The name of the entry.
        name: String,
        /// The names of the entries in its stack, top first.
        stack: Vec<String>,
        /// The services that it offers.
        services: Services,
        /// The other properties of what would be opened: family, type, providers, modules and options, in one line.
        opened: String,
    },
    /// A refusal.
    Refused(ErrorCode),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Entry { name, stack, .. } => write!(f, "{name} ({})", stack.join(" > ")),
            Answer::Refused(code) => write!(f, "error {code}"),
        }
    }
}

/// The most steps that a comparison spends on combinations of services. A step is about one look at an entry, so that all of them
/// take a second at most, in a release build. Catalogs in use need some hundreds.
const STEPS: usize = 1 << 26;

/// Collects the differences; neighbouring protocols with the same change form one difference.
pub(super) struct Found<'c> {
    known: &'c Known,
    list: Vec<Difference>,
    places: HashMap<(Place<'c>, [Given; 2]), usize>,
    /// The number of steps that are left.
    steps: usize,
    not_compared: Option<NotCompared>,
}

/// The fields of a group of requests, except their protocols.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Place<'c> {
    pub family: Asked<Family>,
    pub socket_type: Asked<SocketType>,
    pub application: Option<&'c str>,
    pub role: Option<Role>,
    pub demand: Option<Demand>,
}

impl<'c> Found<'c> {
    pub fn new(known: &'c Known) -> Self {
        Found { known, list: Vec::new(), places: HashMap::new(), steps: STEPS, not_compared: None }
    }

    /// Adds the answers of both sides where they differ. The protocols of one place must be added in ascending order.
    pub fn add(&mut self, place: Place<'c>, (from, to): (i32, i32), given: [Given; 2]) {
        if given[0] == given[1] {
            return;
        }
        let given = distinguished(given);
        let at = *self.places.entry((place, given)).or_insert_with_key(|(place, given)| {
            let [was, is] = self.known.answers(*given);
            self.list.push(Difference {
                family: place.family,
                socket_type: place.socket_type,
                protocols: Vec::new(),
                application: place.application.map(str::to_owned),
                role: place.role,
                demand: place.demand.clone(),
                was,
                is,
            });
            self.list.len() - 1
        });
        let protocols = &mut self.list[at].protocols;
        match protocols.last_mut() {
            Some(last) if i64::from(last.1) + 1 == i64::from(from) => last.1 = to,
            _ => protocols.push((from, to)),
        }
    }

    pub fn known(&self) -> &'c Known {
        self.known
    }

    pub fn list(&self) -> &[Difference] {
        &self.list
    }

    /// Keeps those of the differences from `start` on for which `keep` holds, or the first of them if it holds for none. No
    /// protocols may be added to them afterwards.
    pub fn keep_from(&mut self, start: usize, keep: impl Fn(&Difference) -> bool) {
        let mut kept: Vec<Difference> = self.list.drain(start..).collect();
        let any = kept.iter().any(&keep);
        let mut at = 0;
        kept.retain(|difference| {
            at += 1;
            if any { keep(difference) } else { at == 1 }
        });
        self.list.extend(kept);
    }

    /// Spends steps. Returns whether that many were left.
    pub fn spend(&mut self, steps: usize) -> bool {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or(0);
        left.is_some()
    }

    /// Notes a kind of requests that was not compared completely.
    pub fn leave_out(&mut self, request: impl FnOnce() -> Request) {
        match &mut self.not_compared {
            Some(left_out) => left_out.kinds += 1,
            none => *none = Some(NotCompared { kinds: 1, request: request() }),
        }
    }

    pub fn into_comparison(self) -> Comparison {
        Comparison { differences: self.list, not_compared: self.not_compared }
    }
}

impl Cell {
    /// Returns the place of the cell's requests, without a role.
    pub fn place<'c>(&self, application: Option<&'c str>, demand: Option<&Demand>) -> Place<'c> {
        let Cell { family, socket_type, .. } = *self;
        Place { family, socket_type, application, role: None, demand: demand.cloned() }
    }
}
