//! Compares two registries: which requests change their answer?
//!
//! The comparison does not try every number. The families, types and protocols of both registries cut the space of requests into
//! cells within which no answer can differ. There are cells for each family and type that either registry knows, for 0, and for
//! one value that neither knows; in each of those, protocol numbers are cut at the boundaries of every set. One request stands
//! for all requests of its cell.
//!
//! Each cell is asked in both roles, for each application that either registry knows, for requests that name no application, and
//! for unknown applications. It is asked without further demands, and with each service that either registry offers required,
//! prohibited, preferred and avoided. These requests are listed one by one. *Combinations* of services are compared without
//! trying all of them. The same is done for the requests that name a provider, by its name or its GUID. Requests that name an
//! entry, by its name or its id, concern that entry alone. Cells in which both registries have the same candidates under the same
//! policy need no such look.
//!
//! So the list is empty exactly if no request is answered differently, whatever it demands. The result notes the requests whose
//! comparison would take too long.
//!
//! A small change of a large catalog costs about as much as reading both versions. The entries of a family and type are compared
//! once, as lists. The common beginning and end of both lists match in the same cells on both sides, so that only cells in which
//! one of the remaining entries matches are compared. The index gives the reason why a cell has no answer.
//!
//! | file | contents |
//! |---|---|
//! | `difference` | the result: differences between answers |
//! | `side` | one registry of a comparison: what distinguishes its entries, and which of them a request concerns |
//! | `cells` | the cells, and the differences within them |
//! | `sweep` | the entries that match, from one protocol to the next |
//! | `asking` | asks both sides the same question in each role |
//! | `combinations` | combinations of services whose requests are answered differently |
//! | `named` | requests that name an entry |

mod asking;
mod cells;
mod combinations;
mod difference;
mod named;
mod side;
mod sweep;

pub use difference::{Answer, Asked, Comparison, Demand, Difference, NotCompared};

use super::policy::Governed;
use super::{Demands, Registry, Request};
use crate::terms::{ErrorCode, Family, Role, Services, SocketType};
use cells::Asking;
use difference::Found;
use side::{Known, Side, View};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Returns the requests whose answer changes from one registry to another.
///
/// ```
/// use sockatlas::{Loader, compare};
///
/// let catalog = "format = 1\n[provider.kernel]\n[base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n";
/// let was = Loader::new().text("site.toml", catalog).load()?;
/// let is = Loader::new().text("site.toml", catalog.replace("\"tcp\"", "[\"tcp\", 262]")).load()?;
/// let comparison = compare(&was, &is);
/// let difference = &comparison[0];
/// assert_eq!(difference.request().to_string(), "unspec unspec mptcp");
/// assert_eq!(is.resolve(&difference.request())?.name(), "tcp4");
/// assert!(was.resolve(&difference.request()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(was: &Registry, is: &Registry) -> Comparison {
    if was.is(is) {
        return Comparison::default();
    }
    let names: BTreeSet<Option<&str>> = [was, is]
        .into_iter()
        .flat_map(Registry::applications)
        .filter(|name| *name != "*")
        .map(Some)
        .chain([None])
        // Where an application without a section meets no policy, or that of `*`, it is answered like a request that names no
        // application. Where it is refused, `*` stands for all such applications.
        .chain([was, is].iter().any(|side| side.refuses_unknown_applications()).then_some(Some("*")))
        .collect();
    let mut known = Known::default();
    let sides = [was, is].map(|registry| Side::new(registry, &names, &mut known));
    let space = Space::new(&sides, names);
    let mut found = Found::new(&known);
    plain(&sides, &space, &mut found);
    providers(&sides, &space, &mut found);
    provider_ids(&sides, &space, &mut found);
    named::differences(&sides, &space, &mut found);
    found.into_comparison()
}

/// The values of all fields with which requests are asked.
struct Space<'r> {
    families: Vec<Asked<Family>>,
    types: Vec<Asked<SocketType>>,
    applications: Vec<Asker<'r>>,
    /// The roles. One stands for both where every entry is the same in both roles.
    roles: &'static [Role],
    /// Whether every request meets the same policy on both sides.
    same_policies: bool,
    /// Whether requests that nothing matches are refused for the same reason on both sides.
    same_rules: bool,
}

/// An application, or `None` for requests that name no application.
struct Asker<'r> {
    name: Option<&'r str>,
    /// The policy that applies to the application on each side.
    policies: [Governed<'r>; 2],
    same_policy: bool,
}

impl<'r> Space<'r> {
    fn new(sides: &[Side<'r>; 2], names: BTreeSet<Option<&'r str>>) -> Self {
        let registries = sides.each_ref().map(|side| side.registry);
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
            roles: if sides.iter().all(|side| side.is_alike_in_roles) { &Role::ALL[..1] } else { &Role::ALL },
            same_rules: registries[0].inner.index.refuses_like(&registries[1].inner.index),
        }
    }
}

/// Returns every family that either registry has, 0, and one that neither has.
fn families(registries: [&Registry; 2]) -> Vec<Asked<Family>> {
    let selectable = registries.into_iter().flat_map(Registry::selectable);
    let mut known: BTreeSet<Family> = selectable.filter_map(|entry| entry.family()).chain([Family::UNSPEC]).collect();
    if is_read_otherwise(registries) {
        // A plain number can stand for one family in one dialect, and for another family or none in the other.
        let numbers = registries.into_iter().flat_map(|registry| {
            let system = registry.scope().system();
            known.iter().filter_map(move |family| family.number(system)).collect::<Vec<_>>()
        });
        let numbers: Vec<Family> = numbers.map(Family::from_raw).collect();
        known.extend(numbers);
    }
    let free = |number: &i32| {
        let family = Family::from_raw(*number);
        !registries.iter().any(|registry| known.contains(&registry.scope().normal(family)))
    };
    let other = (1000..).find(free).map(|number| Asked::Other(Family::from_raw(number)));
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// Returns every type that either registry has, 0, and one that neither has.
fn types(registries: [&Registry; 2]) -> Vec<Asked<SocketType>> {
    let selectable = registries.into_iter().flat_map(Registry::selectable);
    let mut known: BTreeSet<SocketType> =
        selectable.filter_map(|entry| entry.socket_type()).chain([SocketType::UNSPEC]).collect();
    if is_read_otherwise(registries) {
        // Only the Linux dialect removes flags from the type.
        let flags = SocketType::SOCK_NONBLOCK | SocketType::SOCK_CLOEXEC;
        let flagged: Vec<SocketType> = known.iter().map(|known| SocketType::from_raw(known.number() | flags)).collect();
        known.extend(flagged);
    }
    let other = (100..).map(SocketType::from_raw).find(|other| !known.contains(other)).map(Asked::Other);
    known.into_iter().map(Asked::Is).chain(other).collect()
}

/// Returns whether the dialects read numbers differently.
fn is_read_otherwise(registries: [&Registry; 2]) -> bool {
    let [was, is] = registries.map(Registry::dialect);
    was != is
}

/// Compares the requests that name neither an entry nor a provider.
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
    let with_demands = |demand: Demand| {
        let mut demands = Demands::default();
        demand.add_to(&mut demands);
        (demand, demands)
    };
    let further: Vec<(Demand, Demands)> = each.map(with_demands).collect();
    let views = sides.each_ref().map(View::of_all);
    cells::differences(&views, space, &Asking { demand: None, further }, found);
}

/// Compares the requests that name a provider. They narrow the entries first, so that the errors for other requests may differ
/// too.
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

/// Compares the requests that name a provider by its GUID. Where both sides know the GUID as that of a provider of the same name,
/// the requests by name cover them. Where the provider itself is added or removed, the difference is listed by its name.
fn provider_ids<'c>(sides: &[Side<'c>; 2], space: &Space<'c>, found: &mut Found<'c>) {
    let ids: BTreeSet<Uuid> =
        sides.iter().flat_map(|side| side.registry.providers().filter_map(|provider| provider.id())).collect();
    if ids.is_empty() {
        return;
    }
    let own = sides.each_ref().map(Side::by_provider);
    for id in ids {
        let names = sides.each_ref().map(|side| side.provider_by_id(id));
        let is_other = match names {
            [Some(was), Some(is)] => was != is,
            [Some(was), None] => own[1].contains_key(was),
            [None, Some(is)] => own[0].contains_key(is),
            [None, None] => false,
        };
        if !is_other {
            continue;
        }
        let rows = [0, 1].map(|at: usize| names[at].and_then(|name| own[at].get(name)));
        let views = [0, 1].map(|at: usize| View::of_provider(&sides[at], rows[at].map(Vec::as_slice)));
        let before = found.list().len();
        let demand = Some(Demand::ProviderId(id));
        cells::differences(&views, space, &Asking { demand, further: Vec::new() }, found);
        if names.contains(&None) {
            // Every request with this GUID is answered differently; the requests that are answered at all suffice to show it.
            let is_answered = |answer: &Answer| matches!(answer, Answer::Entry { .. });
            found.keep_from(before, |difference| {
                difference.application.is_none() && (is_answered(&difference.was) || is_answered(&difference.is))
            });
        }
    }
}

/// Returns the error code with which policy refuses the entries that it does not permit.
fn policy_code(policy: Governed<'_>) -> ErrorCode {
    match policy {
        Governed::Unknown => ErrorCode::NoSuchApplication,
        Governed::Free | Governed::By(_) => ErrorCode::NotPermitted,
    }
}
