//! A registry as it is compared: what tells its entries apart, and which of them a request is about.

use super::super::index::{self, Index};
use super::super::policy::Governed;
use super::super::prove::without_zero;
use super::super::resolve::Triple;
use super::super::{Demands, Registry, Request, family_key};
use super::Answer;
use crate::catalog::entry::EntryIndex;
use crate::terms::{Dialect, ErrorCode, Family, Role, Services, SocketType};
use indexmap::IndexSet;
use std::collections::{BTreeSet, HashMap};

/// What a request is given: the number of an answer with an entry, or the code of a refusal.
pub(super) type Given = Result<usize, ErrorCode>;

/// What entries of either side are told apart by; equal things have equal numbers.
#[derive(Default)]
pub(super) struct Known {
    answers: IndexSet<Answer>,
    kinds: IndexSet<Kind>,
}

/// All of an entry that can make a difference: entries of one kind match the same requests of the same applications, and give
/// them the same answer.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    answer: usize,
    family: Family,
    socket_type: SocketType,
    protocols: Vec<(i32, i32)>,
    /// By which applications it may be used.
    permitted: Vec<bool>,
}

impl Known {
    pub fn answer(&self, given: Given) -> Answer {
        match given {
            Ok(number) => self.answers[number].clone(),
            Err(code) => Answer::Refused(code),
        }
    }
}

/// A registry and what is looked up in it again and again.
pub(super) struct Side<'r> {
    pub registry: &'r Registry,
    /// The selectable entries, in catalog order.
    pub rows: Vec<Row<'r>>,
    /// What requests that select an entry are given.
    answers: HashMap<EntryIndex, usize>,
}

/// A selectable entry.
pub(super) struct Row<'r> {
    pub index: EntryIndex,
    /// The number of its kind.
    pub kind: usize,
    /// The protocol numbers of requests that it matches, disjoint; 0 as requests mean it, which is none of its protocols.
    pub protocols: Vec<(i32, i32)>,
    provider: &'r str,
}

impl<'r> Row<'r> {
    /// The row of an index that is asked only whether something matches.
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
        let mut answers = HashMap::new();
        let rows = registry.selectable().map(|entry| {
            let index = entry.index();
            let stack = registry.stack(index);
            let permits = |governed: &Governed<'_>| registry.lets(*governed, Role::Connect, index);
            let (answer, _) = known.answers.insert_full(answer(registry, index));
            answers.insert(index, answer);
            let mut protocols = without_zero(registry.protocols(index));
            protocols.extend(stack.matches_zero.then_some((0, 0)));
            let (kind, _) = known.kinds.insert_full(Kind {
                answer,
                family: stack.family,
                socket_type: stack.socket_type,
                protocols: protocols.clone(),
                permitted: policies.iter().map(permits).collect(),
            });
            Row { index, kind, protocols, provider: entry.provider().name() }
        });
        let rows = rows.collect();
        Side { registry, rows, answers }
    }

    /// Each service that an entry offers.
    pub fn services(&self) -> impl Iterator<Item = Services> + use<'_, 'r> {
        let names: BTreeSet<&str> = self.registry.selectable().flat_map(|entry| entry.services().iter()).collect();
        names.into_iter().filter_map(|name| Services::from_name(name).ok())
    }

    /// The entries of each provider that is known, in catalog order.
    pub fn by_provider(&self) -> HashMap<&'r str, Vec<&Row<'r>>> {
        let mut own: HashMap<&str, Vec<&Row<'r>>> =
            self.registry.providers().map(|provider| (provider.name(), Vec::new())).collect();
        for row in &self.rows {
            own.entry(row.provider).or_default().push(row);
        }
        own
    }

    pub fn resolve(&self, request: &Request) -> Given {
        let selection = self.registry.resolve(request).map_err(|refusal| refusal.code())?;
        Ok(self.answers[&selection.entry().index()])
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

/// The entries among which requests choose: all of a registry, or those of a provider.
pub(super) struct View<'s, 'r> {
    side: &'s Side<'r>,
    /// Why all requests are refused, whatever they ask for.
    refusal: Option<ErrorCode>,
    /// What answers if not all entries count; nothing: the registry's own index.
    index: Option<Index>,
    /// By family and type, each possibly 0 for any.
    groups: HashMap<(i32, i32), Vec<&'s Row<'r>>>,
}

impl<'s, 'r> View<'s, 'r> {
    pub fn of_all(side: &'s Side<'r>) -> Self {
        View { side, refusal: None, index: None, groups: groups(side.registry, side.rows.iter()) }
    }

    /// Those of a provider; nothing for one that is not known.
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

    /// The entries that match a family and type if the protocol is theirs, in catalog order.
    pub fn group(&self, triple: Triple) -> &[&'s Row<'r>] {
        let Triple { family, socket_type, .. } = triple;
        let any = self.registry().dialect() != Dialect::Linux;
        if any || family != 0 && socket_type != 0 { self.listed(family, socket_type) } else { &[] }
    }

    /// The entries that match a family, whatever their type.
    pub fn of_family(&self, family: i32) -> &[&'s Row<'r>] {
        let any = self.registry().dialect() != Dialect::Linux;
        if any || family != 0 { self.listed(family, 0) } else { &[] }
    }

    fn listed(&self, family: i32, socket_type: i32) -> &[&'s Row<'r>] {
        self.groups.get(&(family, socket_type)).map_or(&[], Vec::as_slice)
    }

    /// Whether some entry matches, or why none does.
    pub fn find(&self, triple: Triple) -> Result<(), ErrorCode> {
        if let Some(code) = self.refusal {
            return Err(code);
        }
        let index = self.index.as_ref().unwrap_or(&self.registry().inner.index);
        index.find(triple.family, triple.socket_type, triple.protocol).map(|_| ())
    }

    /// What a request is given that these match, in catalog order.
    pub fn choose(&self, matches: &[EntryIndex], demands: &Demands, policy: Governed<'_>) -> Given {
        let (registry, matches) = (self.registry(), matches.iter().copied());
        match registry.choose(matches.clone(), demands, Role::Connect, policy) {
            Some(chosen) => Ok(self.side.answers[&chosen]),
            None => Err(registry.code_of_none_admitted(matches, demands, Role::Connect, policy)),
        }
    }
}

fn groups<'s, 'r: 's>(
    registry: &'r Registry,
    rows: impl Iterator<Item = &'s Row<'r>>,
) -> HashMap<(i32, i32), Vec<&'s Row<'r>>> {
    let mut groups: HashMap<(i32, i32), Vec<&Row<'r>>> = HashMap::new();
    for row in rows {
        let index::Row { family, socket_type, .. } = row.listed(registry);
        // No entry has family or type 0.
        for place in [(family, socket_type), (family, 0), (0, socket_type), (0, 0)] {
            groups.entry(place).or_default().push(row);
        }
    }
    groups
}
