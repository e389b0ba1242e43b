//! Compares combinations of services: do requests of a cell that demand several services at once get another answer?
//!
//! A cell, a role and an application leave a list of entries on each side, in catalog order. A request states which services it
//! requires (R), prohibits (P), prefers (F) and avoids (V). There are too many such requests to try all of them; the following
//! ones are enough.
//!
//! 1. Entries that offer the same services pass the same tests and are preferred alike. So the first of them that policy permits
//!    answers for all: there is one *class* for each set of services. A class has an answer, or policy bars all of its entries.
//!    Entries that cannot be used in the role answer nothing and are left out. The classes that pass R and P are those in the
//!    *interval* of sets from R up to the complement of P.
//! 2. The interval of one set, R = S and P = all but S, holds the class of S alone. So if all of these requests are answered
//!    alike, both sides have the same classes, each with the same answer or barred for the same reason, and the sides can differ
//!    only in the order of the classes. Then every request is refused alike as well: the order affects neither whether a class
//!    passes nor whether policy bars all that pass.
//! 3. Suppose that R and P alone then make a difference: one side chooses x and the other y. Both sets lie in the interval, and
//!    so does the interval from their intersection to their union. In that smaller interval x is still the first of its side, and y
//!    the first of the other. So it is enough to ask for the interval from `x & y` to `x | y`, for each pair that the sides have in
//!    opposite orders. One service preferred, one avoided, or one of each add no case: they choose the first class of a smaller
//!    interval, if it has any, else the first of the rest.
//! 4. Suppose that only requests with more services in F and V differ, and one side chooses x and the other y. Each side finds
//!    none that is preferred to its own, so x and y are preferred alike; again they are in opposite orders, and the smallest
//!    interval keeps each of them first. Within it, services that both offer or that neither offers count alike for all classes, so
//!    F and V need only hold services that x and y do not share. So it is enough to look, for each pair in opposite orders, for an F
//!    and a V that hold as many services of x alone as of y alone, such that each class of the interval that comes before x on the
//!    one side, or before y on the other, offers fewer services of F, or as many of F and more of V. Conversely, each F and V found
//!    in this way is a difference.
//!
//! The work of steps 2 and 3 is at most the square of the number of classes, with a walk along the list for each pair in opposite
//! orders. Step 4 tries all F and V of a pair, and is the only step whose cost grows exponentially: where x and y differ in more
//! than [`MOST_TRIED`] services, or no steps of the comparison are left, the result notes it
//! ([`NotCompared`](super::NotCompared)). Step 4 runs only where steps 1 to 3 found no difference. Each change of answers in a
//! cell is listed once, by the first combination that shows it, without the services that it does not need. A step lists at most
//! [`MOST_SHOWN`] of them.

use super::asking::Question;
use super::difference::{Demand, Found};
use super::side::Outcome;
use super::{Demands, policy_code};
use crate::catalog::entry::EntryIndex;
use crate::terms::{ErrorCode, Role, Services};
use std::collections::HashMap;

/// The most unshared services of two classes for which step 4 tries all combinations.
const MOST_TRIED: usize = 14;

/// The most classes that may come before the two of a pair, in their interval, for step 4.
const MOST_BEFORE: usize = 64;

/// The most changes of a cell that step 2 lists, and likewise step 3.
const MOST_SHOWN: usize = 16;

/// Compares all combinations of services in a cell where both sides have a matching entry.
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

/// The classes of one side.
struct Classes<'q> {
    /// The outcome of each class, by its set of services.
    all: HashMap<&'q Services, Outcome>,
    /// The classes that policy permits, in the catalog order of their first permitted entry.
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

    /// Returns the first permitted class in an interval.
    fn first(&self, interval: &Interval) -> Option<&'q Services> {
        self.open.iter().copied().find(|services| interval.holds(services))
    }
}

/// The sets of services between a lower and an upper bound, both included.
struct Interval {
    from: Services,
    to: Services,
}

impl Interval {
    /// Returns the smallest interval that holds both sets.
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

    /// Runs step 2: asks for each class alone.
    fn run_sets<'c>(&self, question: &mut Question<'q, 'c>, found: &mut Found<'c>) {
        let [was, is] = &self.classes;
        // Permitted classes come first, in catalog order.
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

    /// Returns the classes that both sides answer alike, in the order of the first side, each with its place on the other side.
    /// The list is empty where the order is the same on both sides.
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

    /// Runs step 3. Returns whether it looked at all pairs.
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

    /// Runs step 4 for one pair.
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
        // For each V: the classes before the pair that offer more of it than the pair does.
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

    /// Returns the demands that only the classes of an interval meet.
    fn only(&self, interval: &Interval) -> Demands {
        let known = self.classes.iter().flat_map(|classes| classes.all.keys().map(|&services| services.clone()));
        let known: Services = known.collect();
        let prohibit = known.difference(&interval.to);
        Demands { require: interval.from.clone(), prohibit, ..Demands::default() }
    }

    /// Asks a request with these demands, after removing the services that do not affect the change.
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
            // Where no steps are left, the demands are shown unreduced.
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

/// The effect that preferred and avoided services have on a pair in opposite orders.
enum Tie {
    /// No preference separates the pair.
    None,
    /// The sides choose differently if these services are preferred and those avoided.
    By(Services, Services),
    /// Not all preferences were tried.
    Unknown,
}
