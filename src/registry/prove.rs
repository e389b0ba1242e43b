//! Proofs about every request: does a guarantee hold, and which requests can reach an entry at all?
//!
//! The proofs do not sample requests. The number of requests is not bounded, but the number of entries that they can select is:
//!
//! - A request that selects an entry passes all its tests; the same request that also *names* the entry passes them too. So an
//!   entry is reachable by the requests that fit a pattern exactly if it is reachable by one that names it (unless the pattern
//!   itself contains the entry demand). A guarantee holds if no reachable entry breaks it. Where no entry is reachable at all, or
//!   where the guarantee claims what its own request demands, it claims nothing, and that is no proof.
//! - Among requests that name neither entry nor provider, the services of a request can do no more than to require all that an
//!   entry offers and to prohibit the rest. Then only earlier entries of the same family, type and services come before it; they
//!   hide it if their protocol sets together cover its own.

use super::policy::Governed;
use super::{Demands, Refusal, Registry, Request, family_key};
use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{Claim, EntryDemand, Guarantee, Policy, ProtocolSet, TestRequest};
use crate::terms::{ErrorCode, Protocol, Role, Services};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A request that a guarantee covers, and the entry that it selects against the guarantee.
pub(crate) struct Leak {
    pub request: Request,
    pub selected: EntryIndex,
}

/// The result of trying to prove a guarantee.
pub(crate) enum Proof {
    /// The guarantee holds for every request that it covers, and some of these requests are answered.
    Holds,
    /// A request breaks the guarantee.
    Broken(Box<Leak>),
    /// The guarantee cannot be broken, because it claims nothing.
    Vacuous(Vacuity),
}

/// The reason why a guarantee claims nothing.
pub(crate) enum Vacuity {
    /// The request of the guarantee already demands what the guarantee claims.
    Demanded,
    /// The guarantee names an application that has no section, where such applications are refused.
    UnknownApplication,
    /// No request that the guarantee covers is answered. Contains the entry that comes nearest, if any, and the refusal of a
    /// request that names it.
    Unanswered(Option<(EntryIndex, Refusal)>),
}

/// The entries that hide an entry from requests that name neither entry nor provider.
pub(crate) struct Shadow {
    /// The protocol numbers that earlier entries answer instead, disjoint and ascending, without protocol 0.
    pub hidden: Vec<(i32, i32)>,
    /// Whether an earlier entry answers the request with protocol 0.
    pub zero_hidden: bool,
    /// Whether no protocol is left for the entry.
    pub whole: bool,
    /// The earlier entries, in the order of declaration.
    pub by: Vec<EntryIndex>,
}

impl Registry {
    /// Tries to prove that a guarantee holds for every request, and that it claims anything.
    pub(crate) fn prove(&self, guarantee: &Guarantee) -> Proof {
        let pattern = &guarantee.request;
        let application = pattern.application.as_ref().map(|(name, _)| name.as_str());
        if matches!(self.policy(application), Governed::Unknown) {
            return Proof::Vacuous(Vacuity::UnknownApplication);
        }
        if matches!(&guarantee.claim, Claim::Services(services) if pattern.require.contains(services)) {
            return Proof::Vacuous(Vacuity::Demanded);
        }
        let applications = self.applications_of(pattern);
        // For this claim, a refusal of all requests is the very thing that is claimed.
        let mut is_answered = matches!(guarantee.claim, Claim::Refused);
        let mut nearest: Option<(EntryIndex, Refusal)> = None;
        let named = pattern.entry.as_ref().map(|entry| self.named(entry).ok());
        let within = named.as_ref().map_or(&self.stated().order[..], Option::as_slice);
        let roles = pattern.role.as_ref().map_or(&Role::ALL[..], std::slice::from_ref);
        for (&index, &role) in within.iter().flat_map(|index| roles.iter().map(move |role| (index, role))) {
            // An entry that cannot accept as the catalogs state it needs options from a program, and opening it tests what these
            // result in.
            let breaks =
                self.breaks(&guarantee.claim, role, index) && (role == Role::Connect || self.can_accept(index));
            if !breaks && is_answered {
                continue;
            }
            for &application in &applications {
                let naming = self.naming(pattern, role, application, index);
                match self.resolve(&naming) {
                    Ok(selection) => {
                        is_answered = true;
                        if breaks && selection.entry().index() == index {
                            return Proof::Broken(Box::new(self.leak(pattern, role, application, index, naming)));
                        }
                        if !breaks {
                            break;
                        }
                    }
                    Err(refusal) if is_answered => drop(refusal),
                    Err(refusal) => {
                        let got = how_far(&refusal);
                        if nearest.as_ref().is_none_or(|(_, known)| how_far(known) < got) {
                            nearest = Some((index, refusal));
                        }
                    }
                }
            }
        }
        if is_answered { Proof::Holds } else { Proof::Vacuous(Vacuity::Unanswered(nearest)) }
    }

    /// Returns whether the catalogs state all options that are required to accept.
    fn can_accept(&self, index: EntryIndex) -> bool {
        self.at(index).stack().all(|part| {
            let needed = part.specs().filter(|spec| spec.is_required_to(Role::Accept));
            needed.into_iter().all(|spec| part.option(spec.name()).is_some())
        })
    }

    /// Returns a guarantee that covers this entry for these demands in this role and that these services would break. Options
    /// given at opening must keep what was proved of the catalogs.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(crate) fn broken_by(
        &self,
        index: EntryIndex,
        demands: &Demands,
        role: Role,
        services: &Services,
    ) -> Option<&Guarantee> {
        let stack = self.stack(index);
        let speaks = |pattern: &TestRequest| {
            let fits = |asked: Option<Protocol>| match asked {
                None => true,
                Some(Protocol::UNSPEC) => stack.matches_zero,
                Some(protocol) => self.protocols(index).contains(protocol.number()),
            };
            let key = |family| family_key(&self.inner.family_keys, self.scope(), family);
            pattern.role.is_none_or(|only| only == role)
                && pattern.family.is_none_or(|family| key(family) == key(stack.family))
                && pattern.socket_type.is_none_or(|socket_type| socket_type == stack.socket_type)
                && fits(pattern.protocol)
                && pattern.entry.as_ref().is_none_or(|entry| self.named(entry).ok() == Some(index))
                && pattern.application.as_ref().is_none_or(|(name, _)| demands.application.as_ref() == Some(name))
                && demands.require.contains(&pattern.require)
                && demands.prohibit.contains(&pattern.prohibit)
        };
        self.guarantees().iter().find(|guarantee| match &guarantee.claim {
            Claim::Services(claimed) => !services.contains(claimed) && speaks(&guarantee.request),
            Claim::Never(_) | Claim::Refused => false,
        })
    }

    /// Returns a request that fits the pattern, comes from an application, and names the entry, unless the pattern itself names
    /// one. Resolving it shows whether the named entry is this one.
    fn naming(&self, pattern: &TestRequest, role: Role, application: Option<&str>, index: EntryIndex) -> Request {
        let mut naming = Request::from(pattern).as_role(role);
        let demands = naming.demands_mut();
        demands.application = application.map(str::to_owned);
        if pattern.entry.is_none() {
            demands.entry = Some(EntryDemand::Name(self.name_at(index).to_owned()));
        }
        naming
    }

    /// Returns the leak with the plainest request that shows it.
    fn leak(
        &self,
        pattern: &TestRequest,
        role: Role,
        application: Option<&str>,
        index: EntryIndex,
        naming: Request,
    ) -> Leak {
        let selects =
            |request: &Request| self.resolve(request).is_ok_and(|selection| selection.entry().index() == index);
        let plain = self.plainest(pattern, role, application, index);
        Leak { request: plain.into_iter().find(selects).unwrap_or(naming), selected: index }
    }

    /// Returns the requests that fit the pattern, that the entry matches, and that do not name it; the plainest come first.
    fn plainest(
        &self,
        pattern: &TestRequest,
        role: Role,
        application: Option<&str>,
        index: EntryIndex,
    ) -> Vec<Request> {
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
            let mut request = Request::new(family, socket_type, protocol).as_role(role);
            if demands != Demands::none() {
                *request.demands_mut() = demands.clone();
            }
            request
        };
        let exactly = Demands { require: demands.require.union(stack.services(role)), ..demands.clone() };
        let plain = protocols.iter().map(|&protocol| with(&demands, protocol));
        plain.chain(protocols.iter().map(|&protocol| with(&exactly, protocol))).collect()
    }

    /// Returns one application for each policy that requests of a pattern can meet. `None` stands for requests that name no
    /// application.
    fn applications_of<'p>(&'p self, pattern: &'p TestRequest) -> Vec<Option<&'p str>> {
        match &pattern.application {
            Some((name, _)) => vec![Some(name)],
            None => std::iter::once(None).chain(self.applications().filter(|name| *name != "*").map(Some)).collect(),
        }
    }

    /// Returns for each selectable entry, in catalog order, what hides it from requests without entry and provider. `None` means
    /// that the entry is reached by each such request that it alone could answer best.
    pub(crate) fn shadows(&self) -> Vec<(EntryIndex, Option<Shadow>)> {
        // Only requests that are hidden under every policy are unreachable, so the smallest shadow counts.
        let mut least: Vec<Option<Option<Shadow>>> = self.stated().order.iter().map(|_| None).collect();
        // In most catalogs all services are the same in both roles, and one role is enough.
        let alike = self.stated().order.iter().all(|&index| {
            let stack = self.stack(index);
            stack.services(Role::Accept) == stack.services(Role::Connect) && stack.unmet(Role::Accept).is_none()
        });
        let roles = if alike { &Role::ALL[..1] } else { &Role::ALL[..] };
        let under = self.policies().into_iter().flat_map(|policy| roles.iter().map(move |&role| (policy, role)));
        for (policy, role) in under {
            for (least, found) in least.iter_mut().zip(self.shadows_under(policy, role)) {
                let Some(found) = found else { continue };
                let smaller = match (&*least, &found) {
                    (None, _) | (Some(Some(_)), None) => true,
                    (Some(None), _) => false,
                    (Some(Some(known)), Some(found)) => {
                        known.whole && !found.whole || covered(&found.hidden) < covered(&known.hidden)
                    }
                };
                if smaller {
                    *least = Some(found);
                }
            }
        }
        self.stated().order.iter().copied().zip(least.into_iter().map(Option::flatten)).collect()
    }

    /// Returns the shadow of each selectable entry under one policy, or an outer `None` for an entry that the policy does not
    /// permit.
    fn shadows_under(&self, policy: Option<&Policy>, role: Role) -> impl Iterator<Item = Option<Option<Shadow>>> {
        // Rivals have family, type and services in common. The protocols that the entries before this one answer are kept as
        // disjoint ranges, so that the cost of an entry depends only on the ranges that it overlaps.
        let mut answered: HashMap<(i32, i32, &Services), Answered> = HashMap::new();
        self.stated().order.iter().map(move |&index| {
            let own = self.stack(index);
            if own.unmet(role).is_some() || !policy.is_none_or(|policy| self.permits(policy, role, index)) {
                return None;
            }
            let family = family_key(&self.inner.family_keys, self.scope(), own.family);
            let before = answered.entry((family, own.socket_type.number(), own.services(role))).or_default();
            Some(before.hide(index, &without_zero(self.protocols(index)), own.matches_zero))
        })
    }

    /// Returns the services that a selectable entry offers by its composition, whatever chains state of themselves: `(below -
    /// removes) + adds`.
    pub(crate) fn computed_services(&self, index: EntryIndex) -> Services {
        let stack = self.stack(index);
        let mut services = self.stack(stack.base()).services(Role::Connect).clone();
        for &layer in stack.layers().iter().rev() {
            if let Body::Layer(layer) = &self.entry_at(layer).body {
                services.remove(&layer.removes);
                services.insert(&layer.adds);
            }
        }
        services
    }

    fn policies(&self) -> Vec<Option<&Policy>> {
        let sections = &self.stated().applications;
        let rest = sections.get("*").map(|section| &section.policy);
        let own = sections.iter().filter(|(name, _)| *name != "*").map(|(_, section)| Some(&section.policy));
        own.chain([rest]).collect()
    }
}

/// Returns how many kinds of tests of its request a refused entry passed.
fn how_far(refusal: &Refusal) -> u8 {
    match refusal.code() {
        ErrorCode::NotPermitted | ErrorCode::NoSuchApplication => 3,
        ErrorCode::ServiceNotOffered => 2,
        ErrorCode::EntryMismatch => 1,
        _ => 0,
    }
}

/// The protocols that a set of entries answers.
#[derive(Default)]
struct Answered {
    /// Disjoint ranges by their first number: the last number, and the entry that answers.
    ranges: BTreeMap<i32, (i32, EntryIndex)>,
    zero: Option<EntryIndex>,
}

impl Answered {
    /// Returns the part of an entry's protocols that is already answered. The entry answers the rest from now on.
    fn hide(&mut self, index: EntryIndex, wanted: &[(i32, i32)], matches_zero: bool) -> Option<Shadow> {
        let mut hidden = Vec::new();
        let mut by = BTreeSet::new();
        let mut free = Vec::new();
        for &(from, to) in wanted {
            let before = self.ranges.range(..from).next_back().map(|(&start, &(end, owner))| (start, end, owner));
            let inside = self.ranges.range(from..=to).map(|(&start, &(end, owner))| (start, end, owner));
            let mut next = i64::from(from);
            for (start, end, owner) in before.into_iter().chain(inside).filter(|&(_, end, _)| end >= from) {
                let (start, end) = (start.max(from), end.min(to));
                if i64::from(start) > next {
                    free.push((next as i32, start - 1));
                }
                hidden.push((start, end));
                by.insert(owner);
                next = i64::from(end) + 1;
            }
            if next <= i64::from(to) {
                free.push((next as i32, to));
            }
        }
        self.ranges.extend(free.iter().map(|&(from, to)| (from, (to, index))));
        let zero_hidden = matches_zero && self.zero.is_some();
        by.extend(self.zero.filter(|_| zero_hidden));
        if matches_zero {
            self.zero.get_or_insert(index);
        }
        let hidden = ProtocolSet::of(&hidden, 0).map_or(Vec::new(), |set| set.ranges().to_vec());
        let whole = free.is_empty() && zero_hidden == matches_zero;
        (!by.is_empty()).then(|| Shadow { hidden, zero_hidden, whole, by: by.into_iter().collect() })
    }
}

/// Returns the ranges of a set without the number 0, since a request with protocol 0 does not ask for that protocol.
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

fn covered(ranges: &[(i32, i32)]) -> u64 {
    ranges.iter().map(|&(from, to)| (i64::from(to) - i64::from(from) + 1) as u64).sum()
}
