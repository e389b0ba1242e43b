//! Proofs over every request: whether a guarantee holds, and which requests can reach an entry at all.
//!
//! Nothing is sampled. The space of requests is endless, but what they can select is not:
//!
//! - A request that selects an entry passes all its tests; the same request that also *names* the entry passes them too. So an
//!   entry is within reach of the requests that fit a pattern just when one that names it is (unless the pattern itself speaks
//!   of the entry demand). A guarantee holds when no entry within reach breaks it.
//! - Of requests that name neither entry nor provider, the most that services can do is to require all that an entry offers and
//!   to prohibit the rest. What then comes before it are earlier entries of the same family, type and services; they hide it
//!   when their protocol sets together cover its own.

use super::{Demands, Registry, Request, family_key};
use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{EntryDemand, Guarantee, Policy, ProtocolSet, TestRequest};
use crate::terms::{Protocol, Services};

/// A request that a guarantee speaks of, and what it gets against the guarantee.
pub(crate) struct Leak {
    pub request: Request,
    pub selected: EntryIndex,
}

/// What hides an entry from requests that name neither entry nor provider.
pub(crate) struct Shadow {
    /// The protocol numbers that earlier entries answer instead, disjoint and ascending; protocol 0 is not among them.
    pub hidden: Vec<(i32, i32)>,
    /// Whether a request with protocol 0 is among those answered by others.
    pub zero_hidden: bool,
    /// Whether nothing is left.
    pub whole: bool,
    /// The earlier entries, in catalog order.
    pub by: Vec<EntryIndex>,
}

impl Registry {
    /// A request that breaks a guarantee; nothing: it holds for every request.
    pub(crate) fn refute(&self, guarantee: &Guarantee) -> Option<Leak> {
        let pattern = &guarantee.request;
        self.inner.order.iter().find_map(|&index| {
            if !self.breaks(&guarantee.claim, index) {
                return None;
            }
            self.applications_of(pattern).into_iter().find_map(|application| self.reach(pattern, application, index))
        })
    }

    /// A request that fits the pattern, comes from an application, and selects the entry.
    fn reach(&self, pattern: &TestRequest, application: Option<&str>, index: EntryIndex) -> Option<Leak> {
        let mut naming = Request::from(pattern);
        let demands = naming.demands_mut();
        demands.application = application.map(str::to_owned);
        match &pattern.entry {
            // The pattern says which entry is asked for; whether it is this one is seen when it is resolved.
            Some(_) => {}
            None => demands.entry = Some(EntryDemand::Name(self.name_at(index).to_owned())),
        }
        let selects =
            |request: &Request| self.resolve(request).is_ok_and(|selection| selection.entry().index() == index);
        if !selects(&naming) {
            return None;
        }
        // A leak is shown by the plainest request that has it.
        let plain = self.plainest(pattern, application, index);
        let request = plain.into_iter().find(|request| selects(request)).unwrap_or(naming);
        Some(Leak { request, selected: index })
    }

    /// Requests that fit the pattern, would be matched by the entry, and do not name it; the plainest first.
    fn plainest(&self, pattern: &TestRequest, application: Option<&str>, index: EntryIndex) -> Vec<Request> {
        let stack = self.stack(index);
        let family = pattern.family.unwrap_or(stack.family);
        let socket_type = pattern.socket_type.unwrap_or(stack.socket_type);
        let zero = stack.matches_zero.then_some(Protocol::UNSPEC);
        let first = self.protocols(index).ranges().iter().find_map(|&(from, to)| match (from, to) {
            (0, 0) => None,
            (0, _) => Some(1),
            (from, _) => Some(from),
        });
        let protocols = match pattern.protocol {
            Some(protocol) => vec![protocol],
            None => zero.into_iter().chain(first.map(Protocol::from_raw)).collect(),
        };
        let mut demands = Request::from(pattern).demands().cloned().unwrap_or_default();
        demands.application = application.map(str::to_owned);
        let with = |demands: &Demands, protocol| {
            let mut request = Request::new(family, socket_type, protocol);
            if demands != Demands::none() {
                *request.demands_mut() = demands.clone();
            }
            request
        };
        let exactly = Demands { require: demands.require.union(&stack.services), ..demands.clone() };
        let plain = protocols.iter().map(|&protocol| with(&demands, protocol));
        plain.chain(protocols.iter().map(|&protocol| with(&exactly, protocol))).collect()
    }

    /// One application for each policy that requests of a pattern can meet; nothing stands for a request that names none.
    fn applications_of<'p>(&'p self, pattern: &'p TestRequest) -> Vec<Option<&'p str>> {
        match &pattern.application {
            Some((name, _)) => vec![Some(name)],
            None => std::iter::once(None).chain(self.applications().filter(|name| *name != "*").map(Some)).collect(),
        }
    }

    /// What hides a selectable entry from requests without entry and provider; nothing: each request that it alone could
    /// answer best reaches it.
    pub(crate) fn shadow(&self, index: EntryIndex) -> Option<Shadow> {
        // For every policy that a request can meet there is a shadow; only what all of them hide cannot be reached.
        let policies = self.policies();
        let permitting: Vec<Option<&Policy>> =
            policies.into_iter().filter(|policy| policy.is_none_or(|policy| self.permits(policy, index))).collect();
        let mut shadows = permitting.iter().map(|policy| self.shadow_under(*policy, index));
        let mut smallest = shadows.next()??;
        for shadow in shadows {
            let shadow = shadow?;
            if covered(&shadow.hidden) < covered(&smallest.hidden) || smallest.whole && !shadow.whole {
                smallest = shadow;
            }
        }
        Some(smallest)
    }

    /// What a selectable entry offers by what it is made of, whatever chains state of themselves: `(below - removes) + adds`.
    pub(crate) fn computed_services(&self, index: EntryIndex) -> Services {
        let stack = self.stack(index);
        let mut services = self.stack(stack.base()).services.clone();
        for &layer in stack.layers().iter().rev() {
            if let Body::Layer(layer) = &self.entry_at(layer).body {
                services.remove(&layer.removes);
                services.insert(&layer.adds);
            }
        }
        services
    }

    fn policies(&self) -> Vec<Option<&Policy>> {
        let sections = &self.inner.applications;
        let rest = sections.get("*").map(|section| &section.policy);
        let own = sections.iter().filter(|(name, _)| *name != "*").map(|(_, section)| Some(&section.policy));
        own.chain([rest]).collect()
    }

    fn shadow_under(&self, policy: Option<&Policy>, index: EntryIndex) -> Option<Shadow> {
        let own = self.stack(index);
        let key = |family| family_key(&self.inner.family_keys, self.scope(), family);
        let earlier = self.inner.order.iter().copied().take_while(|&other| other != index);
        let rivals = earlier.filter(|&other| {
            let stack = self.stack(other);
            key(stack.family) == key(own.family)
                && stack.socket_type == own.socket_type
                && stack.services == own.services
                && policy.is_none_or(|policy| self.permits(policy, other))
        });
        let wanted = without_zero(self.protocols(index));
        let mut hidden = Vec::new();
        let mut zero_hidden = false;
        let mut by = Vec::new();
        for rival in rivals {
            let common = intersection(&wanted, &without_zero(self.protocols(rival)));
            let zero = own.matches_zero && self.stack(rival).matches_zero;
            if !common.is_empty() || zero {
                by.push(rival);
                hidden.extend(common);
                zero_hidden |= zero;
            }
        }
        let hidden = ProtocolSet::of(&hidden, 0).map_or(Vec::new(), |set| set.ranges().to_vec());
        let whole = hidden == wanted && zero_hidden == own.matches_zero;
        (!by.is_empty()).then_some(Shadow { hidden, zero_hidden, whole, by })
    }
}

/// The ranges of a set without the number 0, which no request asks for by its number.
pub(crate) fn without_zero(set: &ProtocolSet) -> Vec<(i32, i32)> {
    let mut ranges = Vec::with_capacity(set.ranges().len() + 1);
    for &(from, to) in set.ranges() {
        if from > 0 || to < 0 {
            ranges.push((from, to));
            continue;
        }
        if from < 0 {
            ranges.push((from, -1));
        }
        if to > 0 {
            ranges.push((1, to));
        }
    }
    ranges
}

/// The numbers in both of two lists of disjoint ascending ranges.
pub(crate) fn intersection(one: &[(i32, i32)], other: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let (mut at, mut other_at) = (0, 0);
    let mut common = Vec::new();
    while let (Some(&(from, to)), Some(&(other_from, other_to))) = (one.get(at), other.get(other_at)) {
        let (start, end) = (from.max(other_from), to.min(other_to));
        if start <= end {
            common.push((start, end));
        }
        if to < other_to { at += 1 } else { other_at += 1 }
    }
    common
}

fn covered(ranges: &[(i32, i32)]) -> u64 {
    ranges.iter().map(|&(from, to)| (i64::from(to) - i64::from(from) + 1) as u64).sum()
}
