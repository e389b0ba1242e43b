//! Combinations of services: whether requests of a cell that demand several things at once are answered otherwise.
//!
//! A cell, a role and an application leave a list of entries on each side, in catalog order, and a request says which services it
//! requires (R), prohibits (P), prefers (F) and avoids (V). There are too many such requests to try; these are enough.
//!
//! 1. Entries that offer the same services pass the same tests and are preferred alike, so that the first of them that policy lets
//!    through answers for all: a *class* for each set of services. It has an answer, or policy bars all of its entries. What cannot be
//!    used in the role answers nothing, and is left out. What passes R and P are the classes in the *interval* from R up to all that P
//!    leaves out, as sets go.
//! 2. The interval of one set, R = S and P = all but S, holds the class of S alone. So if all of these requests are answered alike,
//!    both sides have the same classes, each with the same answer or barred for the same reason, and can differ in their order alone.
//!    Then every request is refused alike as well: whether something passes, and whether policy bars all of that, is no matter of
//!    order.
//! 3. Suppose that R and P alone make a difference then: one side chooses x and the other y. Both sets lie in the interval, and so
//!    does the interval from their intersection to their union; x is still the first of its side in that, and y of the other. So it
//!    is enough to ask, for each pair that the sides have in opposite orders, the interval from `x & y` to `x | y`. One service
//!    preferred, one avoided, or one of each add nothing: they choose the first of those in a smaller interval, if there are any,
//!    else the first of the rest.
//! 4. Suppose that only requests with more in F and V differ, and one side chooses x and the other y. Each side finds no better one,
//!    so both are preferred alike, and again they are in opposite orders, and the smallest interval keeps them first. There, services
//!    of both or of neither count alike for all, so F and V can be taken from what x and y do not share. So it is enough to look, for each
//!    pair in opposite orders, for an F and a V that hold as many services of x alone as of y alone, such that each class of the interval that comes
//!    before x on the one side, or before y on the other, offers fewer of F, or as many and more of V. Conversely, whatever is found so
//!    is a difference.
//!
//! The work of steps 2 and 3 is at most the square of the number of classes, with a walk along the list for each pair in opposite
//! orders. Step 4 tries all F and V of a pair, which is the one thing that grows fast: where x and y do not share more than
//! [`MOST_TRIED`] services, or the steps of a comparison are spent, that is noted ([`NotCompared`](super::NotCompared)). It is only
//! done where steps 1 to 3 found no difference. Of a cell, each change of answers is listed once, by the first combination that
//! shows it, without the services that it does not need, and no more than [`MOST_SHOWN`] of a step.

use super::asking::Question;
use super::difference::{Demand, Found};
use super::side::Outcome;
use super::{Demands, policy_code};
use crate::catalog::entry::EntryIndex;
use crate::terms::{ErrorCode, Role, Services};
use std::collections::HashMap;

/// So many services that two classes do not share are tried in all combinations, at most.
const MOST_TRIED: usize = 14;

/// So many classes may stand before two others, in an interval, for step 4.
const MOST_BEFORE: usize = 64;

/// So many changes of a cell are listed that combinations show by step 2, and as many by step 3.
const MOST_SHOWN: usize = 16;

/// All combinations, where both sides find something that matches.
pub(super) fn differences<'c>(
    question: &mut Question<'_, 'c>,
    candidates: &[Vec<EntryIndex>; 2],
    base: Option<&Demand>,
    found: &mut Found<'c>,
) {
    for &role in question.roles {
        Search { candidates, base, role, classes: [0, 1].map(|at| Classes::of(question, candidates, role, at)) }
            .run(question, found);
    }
}

/// The classes of a side.
struct Classes<'q> {
    /// What each class comes to, by its services.
    all: HashMap<&'q Services, Outcome>,
    /// Those that policy lets through, in catalog order, by their first entry that it lets through.
    open: Vec<&'q Services>,
}

impl<'q> Classes<'q> {
    fn of<'c>(question: &Question<'q, 'c>, candidates: &[Vec<EntryIndex>; 2], role: Role, at: usize) -> Self {
        let (registry, policy) = (question.sides[at].registry, question.asker.policies[at]);
        let mut classes = Classes { all: HashMap::new(), open: Vec::new() };
        for &index in &candidates[at] {
            let stack = registry.stack(index);
            if stack.unmet(role).is_some() {
                continue;
            }
            let services = stack.services(role);
            let outcome = classes.all.entry(services).or_insert_with(|| Err(policy_code(policy)));
            if outcome.is_err() && registry.lets(policy, role, index) {
                *outcome = Ok(index);
                classes.open.push(services);
            }
        }
        classes
    }

    fn outcome(&self, services: &Services) -> Outcome {
        self.all.get(services).copied().unwrap_or(Err(ErrorCode::ServiceNotOffered))
    }

    /// Returns the first class of an interval.
    fn first(&self, interval: &Interval) -> Option<&'q Services> {
        self.open.iter().copied().find(|services| interval.holds(services))
    }
}

/// The sets of services from one up to another.
struct Interval {
    from: Services,
    to: Services,
}

impl Interval {
    /// Returns the smallest that holds both.
    fn over(one: &Services, other: &Services) -> Self {
        Interval { from: one.intersection(other), to: one.union(other) }
    }

    fn holds(&self, services: &Services) -> bool {
        services.contains(&self.from) && self.to.contains(services)
    }
}

/// Returns the pairs that the sides have in opposite orders.
fn opposite<'l, 'q>(common: &'l [(&'q Services, usize)]) -> impl Iterator<Item = (&'q Services, &'q Services)> + 'l {
    common.iter().enumerate().flat_map(move |(at, &(one, place))| {
        let behind = common[at + 1..].iter().filter(move |&&(_, other)| other < place);
        behind.map(move |&(other, _)| (one, other))
    })
}

struct Search<'s, 'q> {
    candidates: &'s [Vec<EntryIndex>; 2],
    base: Option<&'s Demand>,
    role: Role,
    classes: [Classes<'q>; 2],
}

impl<'q> Search<'_, 'q> {
    fn run<'c>(&self, question: &mut Question<'q, 'c>, found: &mut Found<'c>) {
        self.run_sets(question, found);
        let common = self.common(question);
        let mut is_whole = self.run_intervals(&common, question, found);
        if is_whole && !question.is_changed(self.role) {
            for (one, other) in opposite(&common) {
                match self.tie(one, other, found) {
                    Tie::None => {}
                    Tie::By(prefer, avoid) => {
                        let interval = Interval::over(one, other);
                        self.show(&Demands { prefer, avoid, ..self.only(&interval) }, question, found);
                        break;
                    }
                    Tie::Unknown => is_whole = false,
                }
            }
        }
        if !is_whole && !question.is_changed(self.role) {
            found.leave_out(|| question.request(self.role, self.base));
        }
    }

    /// Step 2.
    fn run_sets<'c>(&self, question: &mut Question<'q, 'c>, found: &mut Found<'c>) {
        let [was, is] = &self.classes;
        // In catalog order, those that policy lets through first.
        let barred = |classes: &Classes<'q>| {
            let mut barred: Vec<&Services> =
                classes.all.iter().filter(|(_, outcome)| outcome.is_err()).map(|(&services, _)| services).collect();
            barred.sort_unstable();
            barred
        };
        let all = was.open.iter().copied().chain(barred(was)).chain(is.open.iter().copied()).chain(barred(is));
        let mut shown = 0;
        for services in all {
            let outcomes = [was.outcome(services), is.outcome(services)];
            let given = question.given(outcomes, self.role);
            if given[0] != given[1] && !question.is_known(self.role, given) {
                self.show(&self.only(&Interval { from: services.clone(), to: services.clone() }), question, found);
                shown += 1;
                if shown == MOST_SHOWN {
                    break;
                }
            }
        }
    }

    /// Returns the classes that both sides answer alike, in the order of the first side, each with its place on the other; none
    /// where the order is the same.
    fn common(&self, question: &Question<'q, '_>) -> Vec<(&'q Services, usize)> {
        let [was, is] = &self.classes;
        let places: HashMap<&Services, usize> = is.open.iter().enumerate().map(|(place, &set)| (set, place)).collect();
        let common = was.open.iter().filter_map(|&services| {
            let [was, is] = question.given([was.outcome(services), is.outcome(services)], self.role);
            Some((services, *places.get(services)?)).filter(|_| was == is)
        });
        let common: Vec<(&Services, usize)> = common.collect();
        if common.is_sorted_by_key(|&(_, place)| place) { Vec::new() } else { common }
    }

    /// Step 3; whether all pairs were looked at.
    fn run_intervals<'c>(
        &self,
        common: &[(&'q Services, usize)],
        question: &mut Question<'q, 'c>,
        found: &mut Found<'c>,
    ) -> bool {
        let mut shown = 0;
        if !found.spend(common.len().saturating_mul(common.len())) {
            return false;
        }
        let [was, is] = &self.classes;
        for (one, other) in opposite(common) {
            if !found.spend(was.open.len() + is.open.len()) {
                return false;
            }
            let interval = Interval::over(one, other);
            let (Some(first), Some(other_first)) = (was.first(&interval), is.first(&interval)) else { continue };
            let given = question.given([was.outcome(first), is.outcome(other_first)], self.role);
            if given[0] != given[1] && !question.is_known(self.role, given) {
                self.show(&self.only(&interval), question, found);
                shown += 1;
                if shown == MOST_SHOWN {
                    break;
                }
            }
        }
        true
    }

    /// Step 4.
    fn tie(&self, one: &Services, other: &Services, found: &mut Found<'_>) -> Tie {
        let unshared: Vec<Services> = one.difference(other).each().chain(other.difference(one).each()).collect();
        let of_one = one.difference(other).len();
        if of_one == 0 || of_one == unshared.len() {
            return Tie::None;
        }
        let interval = Interval::over(one, other);
        let bits = |services: &Services| -> u32 {
            let bit = |(bit, service): (usize, &Services)| u32::from(services.contains(service)) << bit;
            unshared.iter().take(u32::BITS as usize).enumerate().map(bit).sum()
        };
        let before = |at: usize, end: &Services| {
            let open = self.classes[at].open.iter().copied();
            open.take_while(|&services| services != end).filter(|services| interval.holds(services)).collect::<Vec<_>>()
        };
        let mut before: Vec<u32> = before(0, one).into_iter().chain(before(1, other)).map(bits).collect();
        before.sort_unstable();
        before.dedup();
        if unshared.len() > MOST_TRIED || before.len() > MOST_BEFORE {
            return Tie::Unknown;
        }
        let half = (1_u32 << of_one) - 1;
        let balanced: Vec<u32> = (0..1_u32 << unshared.len())
            .filter(|set| (set & half).count_ones() == (set & !half).count_ones())
            .collect();
        if !found.spend((1 << unshared.len()) + balanced.len() * before.len() * 2) {
            return Tie::Unknown;
        }
        let places = |holds: &dyn Fn(u32) -> bool| -> u64 {
            before.iter().enumerate().map(|(place, &set)| u64::from(holds(set)) << place).sum()
        };
        let common = |one: u32, other: u32| (one & other).count_ones();
        // For each V, which of those before have more of it than the pair.
        let mut avoiding: Vec<(u64, u32)> = Vec::new();
        for &avoid in &balanced {
            let worse = places(&|set| common(set, avoid) > avoid.count_ones() / 2);
            if !avoiding.iter().any(|&(known, _)| known & worse == worse) {
                avoiding.push((worse, avoid));
            }
        }
        for &prefer in &balanced {
            let half = prefer.count_ones() / 2;
            if before.iter().any(|&set| common(set, prefer) > half) {
                continue;
            }
            let level = places(&|set| common(set, prefer) == half);
            if !found.spend(avoiding.len()) {
                return Tie::Unknown;
            }
            if let Some(&(_, avoid)) = avoiding.iter().find(|&&(worse, _)| worse & level == level) {
                let services = |bits: u32| {
                    let named = unshared.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
                    named.map(|(_, service)| service.clone()).collect::<Services>()
                };
                return Tie::By(services(prefer), services(avoid));
            }
        }
        Tie::None
    }

    /// Demands that let through just an interval.
    fn only(&self, interval: &Interval) -> Demands {
        let known = self.classes.iter().flat_map(|classes| classes.all.keys().map(|&services| services.clone()));
        let known: Services = known.collect();
        let prohibit = known.difference(&interval.to);
        Demands { require: interval.from.clone(), prohibit, ..Demands::default() }
    }

    /// Takes a request with these demands, without those that it does not need.
    fn show<'c>(&self, demands: &Demands, question: &mut Question<'q, 'c>, found: &mut Found<'c>) {
        let (sides, policies) = (question.sides, question.asker.policies);
        let outcomes = |demands: &Demands, role| {
            [0, 1].map(|at: usize| sides[at].choose(&self.candidates[at], demands, role, policies[at]))
        };
        let given = |demands: &Demands| question.given(outcomes(demands, self.role), self.role);
        let change = given(demands);
        let mut demands = demands.clone();
        let fields: [fn(&mut Demands) -> &mut Services; 4] = [
            |demands| &mut demands.prohibit,
            |demands| &mut demands.require,
            |demands| &mut demands.avoid,
            |demands| &mut demands.prefer,
        ];
        for field in fields {
            let each: Vec<Services> = field(&mut demands).each().collect();
            // Where no steps are left it is shown as it is.
            if !found.spend(each.len() * (self.candidates[0].len() + self.candidates[1].len())) {
                continue;
            }
            for service in each {
                let mut without = demands.clone();
                field(&mut without).remove(&service);
                if given(&without) == change {
                    demands = without;
                }
            }
        }
        let Demands { require, prohibit, prefer, avoid, .. } = &demands;
        let parts = [
            (require, Demand::Require as fn(Services) -> Demand),
            (prohibit, Demand::Prohibit),
            (prefer, Demand::Prefer),
            (avoid, Demand::Avoid),
        ];
        let parts = parts.into_iter().filter(|(services, _)| !services.is_empty());
        let parts = parts.map(|(services, demand)| demand(services.clone()));
        let demand = Demand::of(self.base.cloned().into_iter().chain(parts).collect());
        question.ask(demand.as_ref(), |role| outcomes(&demands, role), found);
    }
}

/// What services preferred and avoided do to a pair in opposite orders.
enum Tie {
    /// Nothing.
    None,
    /// Each side chooses another of the two if these are preferred and avoided.
    By(Services, Services),
    /// Not all of them were tried.
    Unknown,
}
