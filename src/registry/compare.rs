//! Which requests change their answer between two registries.
//!
//! Numbers are not tried. The families, types and protocols of both registries cut the space of requests into cells within
//! which nothing can differ: every family and type that either knows, 0, and one that neither knows; and in each of those the
//! protocol numbers between two boundaries of any set. One request a cell stands for all of it.
//!
//! Demands are looked into one at a time: each service that either offers required, prohibited, preferred and avoided, each provider, each entry,
//! each application. Cells in which both registries have the same candidates under the same policy need no such look.

use super::{Demands, ProviderDemand, Registry, Request};
use crate::catalog::entry::EntryIndex;
use crate::catalog::{EntryDemand, Policy};
use crate::terms::{ErrorCode, Family, Protocol, Services, SocketType};
use std::collections::{BTreeSet, HashMap};

/// Requests that are answered differently, and how.
///
/// Where both answers are refusals because nothing matches the triple, no service that is demanded besides changes them; such a
/// difference is listed once, without a demand, and speaks of those requests too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The family asked for.
    pub family: Asked<Family>,
    /// The type asked for.
    pub socket_type: Asked<SocketType>,
    /// The protocols asked for, inclusive, disjoint and ascending.
    pub protocols: Vec<(i32, i32)>,
    /// The application that asks; nothing: requests that name none, or one without a section.
    pub application: Option<String>,
    /// The one thing that is demanded besides, if anything is.
    pub demand: Option<Demand>,
    /// The answer that was given.
    pub was: Answer,
    /// The answer that is given.
    pub is: Answer,
}

/// A field of the requests that a difference speaks of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asked<T> {
    /// This value.
    Is(T),
    /// Every value that neither registry has an entry for; this is one of them.
    Other(T),
}

impl<T: Copy> Asked<T> {
    fn value(self) -> T {
        match self {
            Asked::Is(value) | Asked::Other(value) => value,
        }
    }
}

/// One demand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Demand {
    /// An entry by its name.
    Entry(String),
    /// A provider by its name.
    Provider(String),
    /// A service that is required.
    Require(Services),
    /// A service that is prohibited.
    Prohibit(Services),
    /// A service that is preferred.
    Prefer(Services),
    /// A service that is to be avoided.
    Avoid(Services),
}

impl std::fmt::Display for Demand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Demand::Entry(name) => write!(f, "entry={name}"),
            Demand::Provider(name) => write!(f, "provider={name}"),
            Demand::Require(service) => write!(f, "require={service}"),
            Demand::Prohibit(service) => write!(f, "prohibit={service}"),
            Demand::Prefer(service) => write!(f, "prefer={service}"),
            Demand::Avoid(service) => write!(f, "avoid={service}"),
        }
    }
}

/// What a request is answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answer {
    /// An entry. Two of one name differ when what would be opened differs.
    Entry {
        /// Its name.
        name: String,
        /// Its stack, top first.
        stack: Vec<String>,
        /// What it offers.
        services: Services,
        /// What else would be opened: family, type, providers, modules and options, in one line.
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

/// The requests whose answer changes from one registry to another.
pub fn compare(was: &Registry, is: &Registry) -> Vec<Difference> {
    let sides = [Side::new(was), Side::new(is)];
    let mut found = Found::default();
    let applications: BTreeSet<Option<String>> = sides
        .iter()
        .flat_map(|side| side.registry.applications())
        .filter(|name| *name != "*")
        .map(|name| Some(name.to_owned()))
        .chain([None])
        .collect();
    let services: BTreeSet<Services> = sides.iter().flat_map(Side::services).collect();
    for family in families(&sides) {
        for socket_type in types(&sides) {
            for (from, to) in segments(&sides, family.value()) {
                let cell = Cell { family, socket_type, from, to };
                for application in &applications {
                    cell_differences(&sides, cell, application.as_deref(), &services, &mut found);
                }
            }
        }
    }
    providers(&sides, &applications, &mut found);
    entries(&sides, &applications, &mut found);
    found.into_list()
}

/// A registry and what is looked up in it again and again.
struct Side<'r> {
    registry: &'r Registry,
    answers: HashMap<EntryIndex, Answer>,
}

/// Requests that nothing can tell apart.
#[derive(Copy, Clone)]
struct Cell {
    family: Asked<Family>,
    socket_type: Asked<SocketType>,
    from: i32,
    to: i32,
}

impl Cell {
    fn request(self) -> Request {
        Request::new(self.family.value(), self.socket_type.value(), Protocol::from_raw(self.from))
    }
}

impl<'r> Side<'r> {
    fn new(registry: &'r Registry) -> Self {
        let answers = registry.selectable().map(|entry| (entry.index(), answer(registry, entry.index())));
        Side { registry, answers: answers.collect() }
    }

    fn services(&self) -> impl Iterator<Item = Services> + use<'_, 'r> {
        let offered = self.registry.selectable().flat_map(|entry| entry.services().iter());
        offered.filter_map(|name| Services::from_name(name).ok())
    }

    fn answer(&self, request: &Request) -> Answer {
        match self.registry.resolve(request) {
            Ok(selection) => self.answers[&selection.entry().index()].clone(),
            Err(refusal) => Answer::Refused(refusal.code()),
        }
    }

    /// All that match a request without demands, in catalog order.
    fn candidates(&self, request: &Request) -> Vec<EntryIndex> {
        let triple = self.registry.triple(request);
        let order = self.registry.selectable().map(|entry| entry.index());
        order.filter(|&index| self.registry.matches(triple, index)).collect()
    }
}

/// All by which an answer is told from another of the same name.
fn answer(registry: &Registry, index: EntryIndex) -> Answer {
    let entry = registry.at(index);
    let opened = entry.stack().map(|part| {
        let provider = part.provider();
        let options = part.options().iter().map(|option| format!(" {}={}", option.name, option.value));
        format!("{}[{}:{}{}]", part.name(), provider.name(), provider.module(), options.collect::<String>())
    });
    let stack = registry.stack(index);
    Answer::Entry {
        name: entry.name().to_owned(),
        stack: entry.stack().map(|part| part.name().to_owned()).collect(),
        services: entry.services().clone(),
        opened: format!("{} {} {}", stack.family, stack.socket_type, opened.collect::<Vec<_>>().join(" ")),
    }
}

/// Every family that either registry has, 0, and one that neither has.
fn families(sides: &[Side<'_>; 2]) -> Vec<Asked<Family>> {
    let known: BTreeSet<Family> = sides
        .iter()
        .flat_map(|side| side.registry.selectable().filter_map(|entry| entry.family()))
        .chain([Family::UNSPEC])
        .collect();
    let free = |number: &i32| {
        let family = Family::from_raw(*number);
        !sides.iter().any(|side| known.contains(&side.registry.scope().normal(family)))
    };
    let other = (1000..).find(free).map(|number| Asked::Other(Family::from_raw(number)));
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// Every type that either registry has, 0, and one that neither has.
fn types(sides: &[Side<'_>; 2]) -> Vec<Asked<SocketType>> {
    let known: BTreeSet<SocketType> = sides
        .iter()
        .flat_map(|side| side.registry.selectable().filter_map(|entry| entry.socket_type()))
        .chain([SocketType::UNSPEC])
        .collect();
    let other = (100..).map(SocketType::from_raw).find(|other| !known.contains(other)).map(Asked::Other);
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// The protocol numbers, cut wherever a set of either registry begins or ends that can speak of this family; 0 is alone.
fn segments(sides: &[Side<'_>; 2], family: Family) -> Vec<(i32, i32)> {
    let mut starts = BTreeSet::from([i64::from(i32::MIN), 0, 1]);
    for side in sides {
        let triple = side.registry.triple(&Request::new(family, SocketType::UNSPEC, Protocol::UNSPEC));
        for entry in side.registry.selectable() {
            if triple.family == 0 || side.registry.passes(triple, entry.index())[0] {
                for &(from, to) in side.registry.protocols(entry.index()).ranges() {
                    starts.extend([i64::from(from), i64::from(to) + 1]);
                }
            }
        }
        if let Some(most) = side.registry.most_protocol(family) {
            starts.extend([0, i64::from(most) + 1]);
        }
    }
    let starts: Vec<i64> = starts.into_iter().filter(|&start| start <= i64::from(i32::MAX)).collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([i64::from(i32::MAX)]);
    starts.iter().zip(ends).map(|(&from, to)| (from as i32, to as i32)).collect()
}

fn cell_differences(
    sides: &[Side<'_>; 2],
    cell: Cell,
    application: Option<&str>,
    services: &BTreeSet<Services>,
    found: &mut Found,
) {
    let plain = with_application(cell.request(), application);
    let answers = sides.each_ref().map(|side| side.answer(&plain));
    let candidates = sides.each_ref().map(|side| side.candidates(&plain));
    let same_candidates = {
        let [was, is] =
            [0, 1].map(|at: usize| candidates[at].iter().map(|index| &sides[at].answers[index]).collect::<Vec<_>>());
        was == is
    };
    let policies = [0, 1].map(|at: usize| policy_of(&sides[at], application, &candidates[at]));
    found.add(cell, application, None, answers);
    if same_candidates && policies[0] == policies[1] || candidates.iter().all(Vec::is_empty) {
        return;
    }
    for service in services {
        let demands = [
            Demand::Require(service.clone()),
            Demand::Prohibit(service.clone()),
            Demand::Prefer(service.clone()),
            Demand::Avoid(service.clone()),
        ];
        for demand in demands {
            let request = with_demand(plain.clone(), &demand);
            let answers = sides.each_ref().map(|side| side.answer(&request));
            found.add(cell, application, Some(demand), answers);
        }
    }
}

/// The policy that applies, and which of the candidates it permits.
fn policy_of<'s>(
    side: &Side<'s>,
    application: Option<&str>,
    candidates: &[EntryIndex],
) -> Option<(&'s Policy, Vec<bool>)> {
    let policy = side.registry.policy(application)?.policy;
    Some((policy, candidates.iter().map(|&index| side.registry.permits(policy, index)).collect()))
}

/// Requests for a provider narrow the entries first, so that the errors of others may differ too.
fn providers(sides: &[Side<'_>; 2], applications: &BTreeSet<Option<String>>, found: &mut Found) {
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| side.registry.providers().map(|provider| provider.name())).collect();
    for name in names {
        let of_provider = |side: &Side<'_>| -> Vec<_> {
            let own = side.registry.selectable().filter(|entry| entry.provider().name() == name);
            own.map(|entry| {
                let index = entry.index();
                (side.answers[&index].clone(), side.registry.protocols(index).ranges().to_vec(), entry.matches_zero())
            })
            .collect()
        };
        let known = sides.each_ref().map(|side| side.registry.providers().any(|provider| provider.name() == name));
        let same_policy = applications.iter().all(|application| {
            let policy =
                |side: &Side<'_>| side.registry.policy(application.as_deref()).map(|applied| applied.policy.clone());
            policy(&sides[0]) == policy(&sides[1])
        });
        if of_provider(&sides[0]) == of_provider(&sides[1]) && known[0] == known[1] && same_policy {
            continue;
        }
        let demand = Demand::Provider(name.to_owned());
        for family in families(sides) {
            for socket_type in types(sides) {
                for (from, to) in segments(sides, family.value()) {
                    let cell = Cell { family, socket_type, from, to };
                    for application in applications {
                        let request = with_application(cell.request(), application.as_deref());
                        let request = with_demand(request, &demand);
                        let answers = sides.each_ref().map(|side| side.answer(&request));
                        found.add(cell, application.as_deref(), Some(demand.clone()), answers);
                    }
                }
            }
        }
    }
}

/// Requests for an entry by its name, which leave the rest to it.
fn entries(sides: &[Side<'_>; 2], applications: &BTreeSet<Option<String>>, found: &mut Found) {
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| side.registry.entries().map(|entry| entry.name())).collect();
    let cell = Cell { family: Asked::Is(Family::UNSPEC), socket_type: Asked::Is(SocketType::UNSPEC), from: 0, to: 0 };
    for name in names {
        let demand = Demand::Entry(name.to_owned());
        for application in applications {
            let request = with_demand(with_application(cell.request(), application.as_deref()), &demand);
            let answers = sides.each_ref().map(|side| side.answer(&request));
            found.add(cell, application.as_deref(), Some(demand.clone()), answers);
        }
    }
}

fn with_application(request: Request, application: Option<&str>) -> Request {
    match application {
        Some(name) => request.application(name),
        None => request,
    }
}

fn with_demand(mut request: Request, demand: &Demand) -> Request {
    let demands: &mut Demands = request.demands_mut();
    match demand {
        Demand::Entry(name) => demands.entry = Some(EntryDemand::Name(name.clone())),
        Demand::Provider(name) => demands.provider = Some(ProviderDemand::Name(name.clone())),
        Demand::Require(services) => demands.require.insert(services),
        Demand::Prohibit(services) => demands.prohibit.insert(services),
        Demand::Prefer(services) => demands.prefer.insert(services),
        Demand::Avoid(services) => demands.avoid.insert(services),
    }
    request
}

/// The differences found so far; neighbouring protocols with the same change are one.
#[derive(Default)]
struct Found {
    list: Vec<Difference>,
    places: HashMap<Place, usize>,
}

/// What two findings have in common that differ in their protocols only.
type Place = (Asked<Family>, Asked<SocketType>, Option<String>, Option<Demand>, Answer, Answer);

impl Found {
    fn add(&mut self, cell: Cell, application: Option<&str>, demand: Option<Demand>, [was, is]: [Answer; 2]) {
        if was == is {
            return;
        }
        let Cell { family, socket_type, from, to } = cell;
        let application = application.map(str::to_owned);
        let place = (family, socket_type, application, demand, was, is);
        let at = *self.places.entry(place).or_insert_with_key(|place| {
            let (family, socket_type, application, demand, was, is) = place.clone();
            let protocols = Vec::new();
            self.list.push(Difference { family, socket_type, protocols, application, demand, was, is });
            self.list.len() - 1
        });
        let protocols = &mut self.list[at].protocols;
        match protocols.last_mut() {
            Some(last) if i64::from(last.1) + 1 == i64::from(from) => last.1 = to,
            _ => protocols.push((from, to)),
        }
    }

    fn into_list(self) -> Vec<Difference> {
        self.list
    }
}
