//! What is found: requests, what they were answered and what they are answered.

use super::cells::Cell;
use super::side::{Given, Known};
use crate::terms::{ErrorCode, Family, Services, SocketType};
use std::collections::HashMap;

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
    /// The application that asks; nothing: requests that name none. `*` stands for every application without a section in either
    /// registry, where one of them refuses those; else they are answered as requests that name none.
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
    pub(super) fn value(self) -> T {
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

/// The differences found so far; neighbouring protocols with the same change are one.
pub(super) struct Found<'c> {
    known: &'c Known,
    list: Vec<Difference>,
    places: HashMap<Place<'c>, usize>,
}

/// What two findings have in common that differ in their protocols only.
type Place<'c> = (Asked<Family>, Asked<SocketType>, Option<&'c str>, Option<Demand>, [Given; 2]);

impl<'c> Found<'c> {
    pub fn new(known: &'c Known) -> Self {
        Found { known, list: Vec::new(), places: HashMap::new() }
    }

    /// Takes what requests are given on both sides; protocols of one place come ascending.
    pub fn add(&mut self, cell: Cell, application: Option<&'c str>, demand: Option<&Demand>, given: [Given; 2]) {
        if given[0] == given[1] {
            return;
        }
        let Cell { family, socket_type, from, to } = cell;
        let place = (family, socket_type, application, demand.cloned(), given);
        let at = *self.places.entry(place).or_insert_with(|| {
            let [was, is] = given.map(|given| self.known.answer(given));
            let (application, demand) = (application.map(str::to_owned), demand.cloned());
            self.list.push(Difference { family, socket_type, protocols: Vec::new(), application, demand, was, is });
            self.list.len() - 1
        });
        let protocols = &mut self.list[at].protocols;
        match protocols.last_mut() {
            Some(last) if i64::from(last.1) + 1 == i64::from(from) => last.1 = to,
            _ => protocols.push((from, to)),
        }
    }

    pub fn into_list(self) -> Vec<Difference> {
        self.list
    }
}
