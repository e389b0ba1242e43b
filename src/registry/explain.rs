//! Explains an answer: every candidate with the first test that it failed, and the changes that would admit it.
//!
//! Explanations are computed on request, over all entries; resolving pays nothing for them.

use super::mend::{self, Mend};
use super::policy::{Applied, Governed, Objection};
use super::resolve::Triple;
use super::{Demands, EntryRef, Refusal, Registry, Request, Selection};
use crate::catalog::entry::{EntryIndex, ProviderIndex};
use crate::graph::Unmet;
use crate::terms::{Dialect, Protocol, Role, Services, SocketType};

/// Explains the answer to one request: every candidate, and what would change the answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation<'r> {
    /// The result of [`Registry::resolve`].
    pub outcome: Result<Selection<'r>, Refusal>,
    /// Every selectable entry: the winner first if there is one, then those that got furthest, then catalog order.
    pub candidates: Vec<Candidate<'r>>,
    /// When the request is refused: the smallest changes that would admit a candidate, the most harmless first.
    pub mends: Vec<Mend<'r>>,
}

/// Describes an entry as a candidate: the first test that it failed, if any.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate<'r> {
    /// The entry.
    pub entry: EntryRef<'r>,
    /// The first test that the entry failed, or `None` for the winner.
    pub failed: Option<Test>,
    /// What that test wanted.
    pub wanted: String,
    /// What the entry had instead.
    pub had: String,
    /// The fact that the test needs and the source of the entry does not state, so that it counts as absent: `matches-zero`, or
    /// `protocol` where the end of the range is not stated.
    pub untold: Option<&'static str>,
    /// All tests that the candidate fails, in their order. Only the first one is reported as `failed`.
    pub(super) fails: Vec<Test>,
    passed: usize,
}

/// Lists the tests that a candidate can fail.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Test {
    /// The request says too little: neither a family nor a protocol.
    Request,
    /// Another entry is named.
    Entry,
    /// Another provider is named.
    Provider,
    /// The address family.
    Family,
    /// The socket type.
    Type,
    /// The protocol.
    Protocol,
    /// Services that the request requires.
    Require,
    /// Services that the request prohibits.
    Prohibit,
    /// The policy for the application that asks.
    Policy,
    /// The candidate passes every test, and another one comes before it.
    Order,
}

impl Test {
    /// Returns one word: `request`, `entry`, `provider`, `family`, `type`, `protocol`, `require`, `prohibit`, `policy` or `order`.
    pub const fn name(self) -> &'static str {
        match self {
            Test::Request => "request",
            Test::Entry => "entry",
            Test::Provider => "provider",
            Test::Family => "family",
            Test::Type => "type",
            Test::Protocol => "protocol",
            Test::Require => "require",
            Test::Prohibit => "prohibit",
            Test::Policy => "policy",
            Test::Order => "order",
        }
    }
}

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A request, resolved as far as possible before candidates are tested. The inner `None` is a name that leads to nothing.
pub(super) struct Asked<'q> {
    pub request: &'q Request,
    pub demands: &'q Demands,
    pub triple: Triple,
    pub named: Option<Option<EntryIndex>>,
    pub provider: Option<Option<ProviderIndex>>,
    pub policy: Governed<'q>,
}

impl Registry {
    /// Answers a request and explains the answer: the first test that each candidate failed, and the smallest changes that would admit one.
    ///
    /// ```
    /// use sockatlas::terms::{Family, Protocol, SocketType};
    /// use sockatlas::{Registry, Request};
    ///
    /// let registry = Registry::builtin();
    /// let request = Request::new(Family::INET, SocketType::STREAM, Protocol::UDP);
    /// let explanation = registry.explain(&request);
    /// let mends: Vec<String> = explanation.mends.iter().map(ToString::to_string).collect();
    /// assert!(mends.contains(&"ask for type `dgram` instead of `stream`".to_owned()), "{mends:?}");
    /// ```
    pub fn explain(&self, request: &Request) -> Explanation<'_> {
        let outcome = self.resolve(request);
        let demands = request.demands().unwrap_or(Demands::none());
        let asked = Asked {
            request,
            demands,
            triple: self.triple(request),
            named: demands.entry.as_ref().map(|entry| self.named(entry).ok()),
            provider: demands.provider.as_ref().map(|provider| self.provider_called(provider).ok()),
            policy: self.policy(demands.application.as_deref()),
        };
        let winner = outcome.as_ref().ok().map(|selection| selection.entry().index());
        let mut candidates: Vec<Candidate<'_>> =
            self.selectable().map(|entry| self.candidate(&asked, entry.index(), winner)).collect();
        let astray = asked.named == Some(None);
        candidates.sort_by_cached_key(|candidate| {
            // Where a wrong name was asked for, entries with a near name come first.
            let far = astray && mend::near_entry(self, &asked, candidate.entry.index()).is_none();
            (candidate.failed.is_some(), far, std::cmp::Reverse(candidate.passed), candidate.fails.len())
        });
        let mends = if winner.is_some() { Vec::new() } else { mend::mends(self, &asked, &candidates) };
        Explanation { outcome, candidates, mends }
    }

    fn candidate(&self, asked: &Asked<'_>, index: EntryIndex, winner: Option<EntryIndex>) -> Candidate<'_> {
        let tests = self.tests(asked, index);
        let fails: Vec<Test> = tests.iter().filter(|(_, passed)| !passed).map(|&(test, _)| test).collect();
        let passed = tests.iter().take_while(|(_, passed)| *passed).count();
        let failed = match (fails.first(), winner) {
            (Some(&first), _) => Some(first),
            (None, Some(winner)) if winner != index => Some(Test::Order),
            (None, _) => None,
        };
        let (wanted, had) =
            failed.map_or_else(Default::default, |test| self.wanted_and_had(asked, index, test, winner));
        let untold = failed.and_then(|test| self.untold(asked, index, test));
        Candidate { entry: self.at(index), failed, wanted, had, untold, fails, passed }
    }

    /// Returns every test that the request asks for, in the dialect's order, and whether the entry passes it.
    fn tests(&self, asked: &Asked<'_>, index: EntryIndex) -> Vec<(Test, bool)> {
        let Asked { triple, demands, .. } = *asked;
        let role = asked.request.role();
        let stack = self.stack(index);
        let services = stack.services(role);
        let unmet = stack.unmet(role);
        let provider = asked.provider.map(|provider| (Test::Provider, provider == Some(self.entry_at(index).provider)));
        let mut tests = Vec::with_capacity(9);
        if let Some(named) = asked.named {
            tests.push((Test::Entry, named == Some(index)));
        } else if self.dialect() != Dialect::Linux && triple.family == 0 && triple.protocol == 0 {
            tests.push((Test::Request, false));
        }
        let [family, socket_type, protocol] = self.passes(triple, index);
        let [family, socket_type, protocol] = match asked.named {
            // With a named entry, 0 and -1 stand for the value of the entry.
            Some(_) => [
                family || self.family_left_open(asked.request.family()),
                socket_type || matches!(triple.socket_type, 0 | -1),
                matches!(triple.protocol, 0 | -1) || self.protocols(index).contains(triple.protocol),
            ],
            None => {
                tests.extend(provider);
                [family, socket_type, protocol]
            }
        };
        let [family, socket_type, protocol] =
            [(Test::Family, family), (Test::Type, socket_type), (Test::Protocol, protocol)];
        let rule = self.inner.index.rule(triple.family);
        let out_of_range = rule.max_protocol.is_some_and(|most| triple.protocol < 0 || triple.protocol > most);
        tests.extend(match self.dialect() {
            Dialect::Windows => [socket_type, family, protocol],
            Dialect::Linux if rule.protocol_first || out_of_range => [family, protocol, socket_type],
            Dialect::Linux | Dialect::Documented => [family, socket_type, protocol],
        });
        if asked.named.is_some() {
            tests.extend(provider);
        }
        let lacks = unmet.is_some_and(|unmet| !unmet.lacking.is_empty());
        if !demands.require.is_empty() || lacks {
            tests.push((Test::Require, services.contains(&demands.require) && !lacks));
        }
        let has_forbidden = unmet.is_some_and(|unmet| !unmet.forbidden.is_empty());
        if !demands.prohibit.is_empty() || has_forbidden {
            tests.push((Test::Prohibit, !services.intersects(&demands.prohibit) && !has_forbidden));
        }
        if !matches!(asked.policy, Governed::Free) {
            tests.push((Test::Policy, self.lets(asked.policy, role, index)));
        }
        tests
    }

    fn wanted_and_had(
        &self,
        asked: &Asked<'_>,
        index: EntryIndex,
        test: Test,
        winner: Option<EntryIndex>,
    ) -> (String, String) {
        let stack = self.stack(index);
        let role = asked.request.role();
        let services = stack.services(role);
        match test {
            Test::Request => ("a family or a protocol".to_owned(), "neither".to_owned()),
            Test::Entry => {
                let wanted = asked.demands.entry.as_ref().map(ToString::to_string).unwrap_or_default();
                (wanted, self.name_at(index).to_owned())
            }
            Test::Provider => {
                let wanted = asked.demands.provider.as_ref().map(ToString::to_string).unwrap_or_default();
                (wanted, self.provider_at(self.entry_at(index).provider).name.clone())
            }
            Test::Family => {
                (self.family_text(self.scope().normal(asked.request.family())), self.family_text(stack.family))
            }
            Test::Type => (SocketType::from_raw(asked.triple.socket_type).to_string(), stack.socket_type.to_string()),
            Test::Protocol => {
                let had = self.protocols_text(index);
                match (asked.request.protocol(), self.untold(asked, index, test)) {
                    (Protocol::UNSPEC, Some(_)) => {
                        ("0".to_owned(), format!("{had} (its source does not state whether it matches 0)"))
                    }
                    (Protocol::UNSPEC, None) => ("0".to_owned(), format!("{had} (which does not match 0)")),
                    (protocol, Some(_)) => {
                        let wanted = self.protocol_text(protocol, stack.family);
                        (wanted, format!("{had} (its source does not state the range above it)"))
                    }
                    (protocol, None) => (self.protocol_text(protocol, stack.family), had),
                }
            }
            Test::Require => match stack.unmet(role) {
                Some(Unmet { lacking, .. }) if services.contains(&asked.demands.require) => {
                    (format!("{lacking} below a layer that needs it, {}", role.verb()), "none".to_owned())
                }
                _ => (asked.demands.require.to_string(), list(services)),
            },
            Test::Prohibit => match stack.unmet(role) {
                Some(Unmet { forbidden, .. }) if !services.intersects(&asked.demands.prohibit) => (
                    format!("none of {forbidden} below a layer that forbids it, {}", role.verb()),
                    forbidden.to_string(),
                ),
                _ => (
                    format!("none of {}", asked.demands.prohibit),
                    asked.demands.prohibit.intersection(services).to_string(),
                ),
            },
            Test::Policy => match asked.policy {
                Governed::Free => Default::default(),
                Governed::By(applied) => self.policy_wanted_and_had(applied, role, index),
                Governed::Unknown => {
                    let name = asked.demands.application.as_deref().unwrap_or_default();
                    (format!("a section for application `{name}` or `*`"), "none".to_owned())
                }
            },
            Test::Order => {
                let before = winner.map_or("", |winner| self.name_at(winner));
                let preferred = winner.is_some_and(|winner| {
                    self.preference(asked.demands, role, winner) != self.preference(asked.demands, role, index)
                });
                let had = if preferred { "fewer of the preferred services" } else { "a later place in catalog order" };
                (format!("to come before `{before}`"), had.to_owned())
            }
        }
    }

    fn policy_wanted_and_had(&self, applied: Applied<'_>, role: Role, index: EntryIndex) -> (String, String) {
        let Objection { lacking, prohibited, layer } = self.objection(applied.policy, role, index);
        let section = format!("application `{}`", applied.name);
        match layer {
            _ if !lacking.is_empty() => {
                (format!("{lacking} ({section} requires it)"), list(self.stack(index).services(role)))
            }
            _ if !prohibited.is_empty() => {
                (format!("none of {prohibited} ({section} prohibits it)"), prohibited.to_string())
            }
            Some(layer) => {
                let permit = applied.policy.permit.unwrap_or_default();
                let categories = self.categories(layer);
                let had = if categories.is_empty() { "none".to_owned() } else { categories.to_string() };
                (
                    format!("categories within {permit} ({section} permits those)"),
                    format!("layer `{}`: {had}", self.name_at(layer)),
                )
            }
            None => Default::default(),
        }
    }

    /// Returns the fact that a test needs and that the source of the entry does not state, if any.
    fn untold(&self, asked: &Asked<'_>, index: EntryIndex, test: Test) -> Option<&'static str> {
        let fact = match asked.request.protocol() {
            _ if test != Test::Protocol => return None,
            Protocol::UNSPEC => "matches-zero",
            // Ranges extend upwards from the protocol that is stated.
            _ if asked.triple.protocol < self.protocols(index).first() => return None,
            _ => "protocol",
        };
        self.fact_unknown(index, fact).then_some(fact)
    }

    /// Returns whether the entry's source did not state this fact, so that it counts as absent.
    fn fact_unknown(&self, index: EntryIndex, fact: &str) -> bool {
        self.entry_at(index).facts.as_ref().is_some_and(|facts| facts.unknown.contains(&fact))
    }
}

fn list(services: &Services) -> String {
    if services.is_empty() { "none".to_owned() } else { services.to_string() }
}
