//! One registry of a comparison: what distinguishes its entries, and which of them a request concerns.

use super::super::index::{self, Index};
use super::super::policy::Governed;
use super::super::prove::without_zero;
use super::super::resolve::Triple;
use super::super::{Demands, EntryRef, ProviderRef, Registry, family_key};
use super::Answer;
use crate::catalog::EntryKind;
use crate::catalog::entry::EntryIndex;
use crate::terms::{Dialect, ErrorCode, Family, Role, Services, SocketType};
use indexmap::IndexSet;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The outcome of a request on one side: an entry, or the error code of a refusal.
pub(super) type Outcome = Result<EntryIndex, ErrorCode>;

/// The answer to a request, in terms that mean the same on both sides.
pub(super) type Given = Result<Shown, ErrorCode>;

/// An entry as the request that selects it sees it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    /// The number of the answer in [`Known`].
    answer: usize,
    /// The protocol that is taken from the entry, where the request leaves the protocol open.
    protocol: Option<i32>,
}

/// The properties that distinguish entries of both sides; equal properties have equal numbers.
#[derive(Default)]
pub(super) struct Known {
    answers: IndexSet<Answer>,
    kinds: IndexSet<Kind>,
}

/// All properties of an entry that can make a difference. Entries of one kind match the same requests of the same applications
/// and give them the same answer.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    answers: [usize; 2],
    first: i32,
    family: Family,
    socket_type: SocketType,
    protocols: Vec<(i32, i32)>,
    /// Whether the entry can be used, in each role.
    usable: [bool; 2],
    /// Which applications may use the entry, in each role.
    permitted: [Vec<bool>; 2],
}

impl Known {
    /// Returns the answers of a change. Answers that differ in the protocol alone state it.
    pub fn answers(&self, given: [Given; 2]) -> [Answer; 2] {
        let same = matches!(given, [Ok(was), Ok(is)] if was.answer == is.answer);
        given.map(|given| match given {
            Ok(shown) => {
                let mut answer = self.answers[shown.answer].clone();
                if let (true, Answer::Entry { opened, .. }, Some(protocol)) = (same, &mut answer, shown.protocol) {
                    *opened = format!("protocol {protocol} of {opened}");
                }
                answer
            }
            Err(code) => Answer::Refused(code),
        })
    }

    /// Returns whether two changes between the same entries count as one. An entry can change in one role in another way than in
    /// the other role.
    pub fn is_alike(&self, one: [Given; 2], other: [Given; 2]) -> bool {
        let answer = |given: Given| given.ok().and_then(|shown| self.answers.get_index(shown.answer));
        let services = |given: [Given; 2]| match given.map(answer) {
            [
                Some(Answer::Entry { name, services: was, .. }),
                Some(Answer::Entry { name: new_name, services: is, .. }),
            ] if name == new_name => (was.difference(is), is.difference(was)),
            _ => (Services::NONE, Services::NONE),
        };
        services(one) == services(other)
    }
}

/// Reduces a pair of answers to the properties that distinguish them. The protocol is kept only where nothing else differs.
pub(super) fn distinguished(given: [Given; 2]) -> [Given; 2] {
    match given {
        [Ok(was), Ok(is)] if was.answer == is.answer => given,
        _ => given.map(|given| given.map(|shown| Shown { protocol: None, ..shown })),
    }
}

/// A registry, and the data that is looked up in it repeatedly.
pub(super) struct Side<'r> {
    pub registry: &'r Registry,
    /// The selectable entries, in catalog order.
    pub rows: Vec<Row<'r>>,
    /// The places of the selectable entries among the rows.
    places: HashMap<EntryIndex, usize>,
    /// Whether every entry is the same in both roles.
    pub is_alike_in_roles: bool,
}

/// A selectable entry.
pub(super) struct Row<'r> {
    pub index: EntryIndex,
    /// The number of the entry's kind.
    pub kind: usize,
    /// The protocol numbers of the requests that the entry matches, disjoint. 0 stands for requests with protocol 0, not for a
    /// protocol of the entry.
    pub protocols: Vec<(i32, i32)>,
    /// The numbers of the answers that the entry gives, in each role.
    answers: [usize; 2],
    /// The protocol of the answer to requests that leave it open.
    first: i32,
    pub provider: ProviderRef<'r>,
}

impl<'r> Row<'r> {
    /// Returns the row for an index that only reports whether an entry matches.
    fn listed(&self, registry: &'r Registry) -> index::Row<'r> {
        let stack = registry.stack(self.index);
        index::Row {
            family: family_key(&registry.inner.family_keys, registry.scope(), stack.family),
            socket_type: stack.socket_type.number(),
            protocols: registry.protocols(self.index).ranges(),
            matches_zero: stack.matches_zero,
            answer: 0,
        }
    }
}

impl<'r> Side<'r> {
    pub fn new(registry: &'r Registry, applications: &BTreeSet<Option<&str>>, known: &mut Known) -> Self {
        let policies: Vec<Governed<'_>> =
            applications.iter().map(|application| registry.policy(*application)).collect();
        let mut places = HashMap::new();
        let mut is_alike_in_roles = true;
        let rows = registry.selectable().enumerate().map(|(place, entry)| {
            let index = entry.index();
            let stack = registry.stack(index);
            places.insert(index, place);
            let usable = Role::ALL.map(|role| stack.unmet(role).is_none());
            let is_alike =
                stack.services(Role::Connect) == stack.services(Role::Accept) && usable.iter().all(|&usable| usable);
            is_alike_in_roles &= is_alike;
            let permitted =
                |role: Role| policies.iter().map(|governed| registry.lets(*governed, role, index)).collect();
            let mut answer = |role: Role| known.answers.insert_full(answer(registry, role, index)).0;
            let (answers, permitted): (_, [Vec<bool>; 2]) = if is_alike {
                let permitted: Vec<bool> = permitted(Role::Connect);
                ([answer(Role::Connect); 2], [permitted.clone(), permitted])
            } else {
                (Role::ALL.map(&mut answer), Role::ALL.map(permitted))
            };
            let mut protocols = without_zero(registry.protocols(index));
            protocols.extend(stack.matches_zero.then_some((0, 0)));
            let first = registry.protocols(index).first();
            let (kind, _) = known.kinds.insert_full(Kind {
                answers,
                first,
                family: stack.family,
                socket_type: stack.socket_type,
                protocols: protocols.clone(),
                usable,
                permitted,
            });
            Row { index, kind, protocols, answers, first, provider: entry.provider() }
        });
        let rows = rows.collect();
        Side { registry, rows, places, is_alike_in_roles }
    }

    /// Returns the row of a selectable entry.
    pub fn row(&self, index: EntryIndex) -> &Row<'r> {
        &self.rows[self.places[&index]]
    }

    /// Returns the answer that an outcome stands for in a role, to requests that leave the protocol open or that state it.
    pub fn given(&self, outcome: Outcome, role: Role, is_open: bool) -> Given {
        outcome.map(|index| {
            let row = self.row(index);
            Shown { answer: row.answers[role as usize], protocol: is_open.then_some(row.first) }
        })
    }

    /// Returns each service that any entry offers, by itself.
    pub fn services(&self) -> impl Iterator<Item = Services> + use<'_, 'r> {
        let roles = if self.is_alike_in_roles { &Role::ALL[..1] } else { &Role::ALL[..] };
        let offered = self.rows.iter().flat_map(|row| {
            let stack = self.registry.stack(row.index);
            roles.iter().flat_map(|&role| stack.services(role).iter())
        });
        let names: BTreeSet<&str> = offered.collect();
        names.into_iter().filter_map(|name| Services::from_name(name).ok())
    }

    /// Returns the entries of each known provider, in catalog order.
    pub fn by_provider(&self) -> HashMap<&'r str, Vec<&Row<'r>>> {
        let mut own: HashMap<&str, Vec<&Row<'r>>> =
            self.registry.providers().map(|provider| (provider.name(), Vec::new())).collect();
        for row in &self.rows {
            own.entry(row.provider.name()).or_default().push(row);
        }
        own
    }

    /// Returns the name of the provider with this GUID.
    pub fn provider_by_id(&self, id: Uuid) -> Option<&'r str> {
        let mut providers = self.registry.providers();
        providers.find(|provider| provider.id() == Some(id)).map(|provider| provider.name())
    }
}

/// Returns the answer with all properties that distinguish it from another of the same name.
fn answer(registry: &Registry, role: Role, index: EntryIndex) -> Answer {
    let entry = registry.at(index);
    let options = |part: &EntryRef<'_>| -> String {
        part.options().iter().map(|option| format!(" {}={}", option.name, option.value)).collect()
    };
    let opened = entry.stack().map(|part| {
        let provider = part.provider();
        format!("{}[{}:{}{}]", part.name(), provider.name(), provider.module(), options(&part))
    });
    // A chain is no part of its own stack, but it can have options: time limits.
    let own = Some(options(&entry)).filter(|own| entry.kind() == EntryKind::Chain && !own.is_empty());
    let own = own.map(|own| format!("with{own}"));
    let stack = registry.stack(index);
    let opened: Vec<String> = opened.chain(own).collect();
    Answer::Entry {
        name: entry.name().to_owned(),
        stack: entry.stack().map(|part| part.name().to_owned()).collect(),
        services: stack.services(role).clone(),
        opened: format!("{} {} {}", stack.family, stack.socket_type, opened.join(" ")),
    }
}

/// The entries among which requests choose: all entries of a registry, or those of a provider.
pub(super) struct View<'s, 'r> {
    side: &'s Side<'r>,
    /// The error code with which all requests are refused, whatever they ask for.
    refusal: Option<ErrorCode>,
    /// The index of the entries in this view, or `None` for the registry's own index, which covers all entries.
    index: Option<Index>,
    /// The entries by family and type, each of which can be 0 for any.
    groups: HashMap<(i32, i32), Vec<&'s Row<'r>>>,
}

impl Side<'_> {
    /// Returns the outcome of a request that these entries match, in catalog order.
    pub fn choose(&self, matches: &[EntryIndex], demands: &Demands, role: Role, policy: Governed<'_>) -> Outcome {
        let (registry, matches) = (self.registry, matches.iter().copied());
        let chosen = registry.choose(matches.clone(), demands, role, policy);
        chosen.ok_or_else(|| registry.code_of_none_admitted(matches, demands, role, policy))
    }
}

impl<'s, 'r> View<'s, 'r> {
    pub fn of_all(side: &'s Side<'r>) -> Self {
        View { side, refusal: None, index: None, groups: groups(side.registry, side.rows.iter()) }
    }

    /// Returns the view of a provider's entries. `None` stands for an unknown provider.
    pub fn of_provider(side: &'s Side<'r>, rows: Option<&[&'s Row<'r>]>) -> Self {
        let registry = side.registry;
        let Some(rows) = rows else {
            return View { side, refusal: Some(ErrorCode::NoSuchProvider), index: None, groups: HashMap::new() };
        };
        let listed: Vec<index::Row<'_>> = rows.iter().map(|row| row.listed(registry)).collect();
        let index = Some(registry.inner.index.of_rows(&registry.inner.family_keys, &listed));
        View { side, refusal: None, index, groups: groups(registry, rows.iter().copied()) }
    }

    pub fn registry(&self) -> &'r Registry {
        self.side.registry
    }

    /// Returns the entries that match a family and a type, whatever their protocols, in catalog order.
    pub fn group(&self, triple: Triple) -> &[&'s Row<'r>] {
        let Triple { family, socket_type, .. } = triple;
        let any = self.registry().dialect() != Dialect::Linux;
        if any || family != 0 && socket_type != 0 { self.listed(family, socket_type) } else { &[] }
    }

    /// Returns the entries that match a family, whatever their type.
    pub fn of_family(&self, family: i32) -> &[&'s Row<'r>] {
        let any = self.registry().dialect() != Dialect::Linux;
        if any || family != 0 { self.listed(family, 0) } else { &[] }
    }

    fn listed(&self, family: i32, socket_type: i32) -> &[&'s Row<'r>] {
        self.groups.get(&(family, socket_type)).map_or(&[], Vec::as_slice)
    }

    /// Returns `Ok` if an entry matches, or else the error code.
    pub fn find(&self, triple: Triple) -> Result<(), ErrorCode> {
        if let Some(code) = self.refusal {
            return Err(code);
        }
        let index = self.index.as_ref().unwrap_or(&self.registry().inner.index);
        index.find(triple.family, triple.socket_type, triple.protocol).map(|_| ())
    }

    pub fn side(&self) -> &'s Side<'r> {
        self.side
    }
}

fn groups<'s, 'r: 's>(
    registry: &'r Registry,
    rows: impl Iterator<Item = &'s Row<'r>>,
) -> HashMap<(i32, i32), Vec<&'s Row<'r>>> {
    let mut groups: HashMap<(i32, i32), Vec<&Row<'r>>> = HashMap::new();
    for row in rows {
        let index::Row { family, socket_type, .. } = row.listed(registry);
        // Family and type of an entry are never 0, so 0 can stand for any.
        for place in [(family, socket_type), (family, 0), (0, socket_type), (0, 0)] {
            groups.entry(place).or_default().push(row);
        }
    }
    groups
}
