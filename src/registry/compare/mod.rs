//! Which requests change their answer between two registries.
//!
//! Numbers are not tried. The families, types and protocols of both registries cut the space of requests into cells within
//! which nothing can differ: every family and type that either knows, 0, and one that neither knows; and in each of those the
//! protocol numbers between two boundaries of any set. One request a cell stands for all of it.
//!
//! Demands are looked into one at a time: each service that either offers required, prohibited, preferred and avoided, each
//! provider, each entry, each application. Cells in which both registries have the same candidates under the same policy need no such look.
//!
//! Small changes of large catalogs cost about what reading both costs. The entries of a family and type are compared once, as
//! lists; what both lists begin and end with matches in the same cells on both sides, so that a cell is looked into only where
//! something of what is left matches. Why a cell has no answer is asked of the index.
//!
//! | file | what |
//! |---|---|
//! | `difference` | what is found |
//! | `side` | a registry as it is compared: what tells its entries apart, and which of them a request is about |
//! | `cells` | the cells, and what differs in them |
//! | `sweep` | which entries match, from one protocol to the next |

mod cells;
mod difference;
mod side;
mod sweep;

pub use difference::{Answer, Asked, Demand, Difference};

use super::policy::Governed;
use super::{Demands, ProviderDemand, Registry, Request};
use crate::catalog::EntryDemand;
use crate::terms::{Family, Protocol, Services, SocketType};
use cells::{Asking, Cell};
use difference::Found;
use side::{Known, Side, View};
use std::collections::BTreeSet;

/// The requests whose answer changes from one registry to another.
pub fn compare(was: &Registry, is: &Registry) -> Vec<Difference> {
    if was.is(is) {
        return Vec::new();
    }
    let names: BTreeSet<Option<&str>> = [was, is]
        .into_iter()
        .flat_map(Registry::applications)
        .filter(|name| *name != "*")
        .map(Some)
        .chain([None])
        // Where an application without a section meets no policy, or that of `*`, it is answered as if it named none. Where it is
        // refused, `*` stands for all such applications.
        .chain([was, is].iter().any(|side| side.refuses_unknown_applications()).then_some(Some("*")))
        .collect();
    let mut known = Known::default();
    let sides = [was, is].map(|registry| Side::new(registry, &names, &mut known));
    let space = Space::new([was, is], names);
    let mut found = Found::new(&known);
    plain(&sides, &space, &mut found);
    providers(&sides, &space, &mut found);
    entries(&sides, &space, &mut found);
    found.into_list()
}

/// All that requests are asked with.
struct Space<'r> {
    families: Vec<Asked<Family>>,
    types: Vec<Asked<SocketType>>,
    applications: Vec<Asker<'r>>,
    /// Whether no request meets another policy on one side than on the other.
    same_policies: bool,
    /// Whether what matches on both sides alike is also refused alike.
    same_rules: bool,
}

/// An application, or nothing for requests that name none.
struct Asker<'r> {
    name: Option<&'r str>,
    /// What applies to it on each side.
    policies: [Governed<'r>; 2],
    same_policy: bool,
}

impl<'r> Space<'r> {
    fn new(registries: [&'r Registry; 2], names: BTreeSet<Option<&'r str>>) -> Self {
        let asker = |name| {
            let policies = registries.map(|registry| registry.policy(name));
            let [was, is] = policies;
            Asker { name, policies, same_policy: was.is_like(is) }
        };
        let applications: Vec<Asker<'r>> = names.into_iter().map(asker).collect();
        Space {
            families: families(registries),
            types: types(registries),
            same_policies: applications.iter().all(|asker| asker.same_policy),
            applications,
            same_rules: registries[0].inner.index.refuses_like(&registries[1].inner.index),
        }
    }
}

/// Every family that either registry has, 0, and one that neither has.
fn families(registries: [&Registry; 2]) -> Vec<Asked<Family>> {
    let selectable = registries.into_iter().flat_map(Registry::selectable);
    let known: BTreeSet<Family> = selectable.filter_map(|entry| entry.family()).chain([Family::UNSPEC]).collect();
    let free = |number: &i32| {
        let family = Family::from_raw(*number);
        !registries.iter().any(|registry| known.contains(&registry.scope().normal(family)))
    };
    let other = (1000..).find(free).map(|number| Asked::Other(Family::from_raw(number)));
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// Every type that either registry has, 0, and one that neither has.
fn types(registries: [&Registry; 2]) -> Vec<Asked<SocketType>> {
    let selectable = registries.into_iter().flat_map(Registry::selectable);
    let known: BTreeSet<SocketType> =
        selectable.filter_map(|entry| entry.socket_type()).chain([SocketType::UNSPEC]).collect();
    let other = (100..).map(SocketType::from_raw).find(|other| !known.contains(other)).map(Asked::Other);
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// Requests that name neither entry nor provider.
fn plain<'c>(sides: &[Side<'c>; 2], space: &Space<'c>, found: &mut Found<'c>) {
    let [was, is] = sides.each_ref().map(|side| side.rows.iter().map(|row| row.kind));
    if was.eq(is) && space.same_policies && space.same_rules {
        return;
    }
    let services: BTreeSet<Services> = sides.iter().flat_map(Side::services).collect();
    let each = services.into_iter().flat_map(|service| {
        [
            Demand::Require(service.clone()),
            Demand::Prohibit(service.clone()),
            Demand::Prefer(service.clone()),
            Demand::Avoid(service),
        ]
    });
    let further: Vec<(Demand, Demands)> = each.map(|demand| (demand.clone(), demands(&demand))).collect();
    let views = sides.each_ref().map(View::of_all);
    cells::differences(&views, space, &Asking { demand: None, further }, found);
}

/// Requests for a provider narrow the entries first, so that the errors of others may differ too.
fn providers<'c>(sides: &[Side<'c>; 2], space: &Space<'c>, found: &mut Found<'c>) {
    let own = sides.each_ref().map(Side::by_provider);
    let names: BTreeSet<&str> = own.iter().flat_map(|own| own.keys().copied()).collect();
    for name in names {
        let rows = own.each_ref().map(|own| own.get(name));
        let [was, is] = rows.map(|rows| rows.map(|rows| rows.iter().map(|row| row.kind).collect::<Vec<_>>()));
        if was == is && space.same_policies && space.same_rules {
            continue;
        }
        let views = [0, 1].map(|at: usize| View::of_provider(&sides[at], rows[at].map(Vec::as_slice)));
        let demand = Some(Demand::Provider(name.to_owned()));
        cells::differences(&views, space, &Asking { demand, further: Vec::new() }, found);
    }
}

/// Requests for an entry by its name, which leave the rest to it.
fn entries<'c>(sides: &[Side<'c>; 2], space: &Space<'c>, found: &mut Found<'c>) {
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| side.registry.entries().map(|entry| entry.name())).collect();
    let cell = Cell { family: Asked::Is(Family::UNSPEC), socket_type: Asked::Is(SocketType::UNSPEC), from: 0, to: 0 };
    for name in names {
        let demand = Demand::Entry(name.to_owned());
        for asker in &space.applications {
            let mut request = Request::new(Family::UNSPEC, SocketType::UNSPEC, Protocol::UNSPEC);
            *request.demands_mut() = Demands { application: asker.name.map(str::to_owned), ..demands(&demand) };
            let given = sides.each_ref().map(|side| side.resolve(&request));
            found.add(cell, asker.name, Some(&demand), given);
        }
    }
}

/// The demands of a request that demands this one thing.
fn demands(demand: &Demand) -> Demands {
    let mut demands = Demands::default();
    match demand {
        Demand::Entry(name) => demands.entry = Some(EntryDemand::Name(name.clone())),
        Demand::Provider(name) => demands.provider = Some(ProviderDemand::Name(name.clone())),
        Demand::Require(services) => demands.require.insert(services),
        Demand::Prohibit(services) => demands.prohibit.insert(services),
        Demand::Prefer(services) => demands.prefer.insert(services),
        Demand::Avoid(services) => demands.avoid.insert(services),
    }
    demands
}
