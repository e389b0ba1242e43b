//! Divides the space of requests into cells and compares the answers of each cell.

use super::super::resolve::Triple;
use super::asking::Question;
use super::combinations;
use super::difference::{Asked, Demand, Found};
use super::side::View;
use super::sweep::{Sweep, changed};
use super::{Demands, Request, Space};
use crate::catalog::entry::EntryIndex;
use crate::terms::{ErrorCode, Family, Protocol, Role, SocketType};

/// A set of requests that no entry and no rule distinguishes.
#[derive(Copy, Clone, Debug)]
pub(super) struct Cell {
    pub family: Asked<Family>,
    pub socket_type: Asked<SocketType>,
    pub from: i32,
    pub to: i32,
}

/// The demands that the requests of a comparison state.
pub(super) struct Asking {
    /// The demand that restricts the entries of both views.
    pub demand: Option<Demand>,
    /// Further demands, stated one at a time, for cells where the matching entries or the policies of the sides differ.
    pub further: Vec<(Demand, Demands)>,
}

/// Adds all differences between two views.
pub(super) fn differences<'c>(views: &[View<'_, 'c>; 2], space: &Space<'c>, asking: &Asking, found: &mut Found<'c>) {
    for &family in &space.families {
        let segments = segments(views, family.value());
        for &socket_type in &space.types {
            let group = Group { views, space, family, socket_type };
            group.differences(&segments, asking, found);
        }
    }
}

/// Splits the protocol numbers wherever the set of an entry that can match this family begins or ends. 0 is a segment of its own.
fn segments(views: &[View<'_, '_>; 2], family: Family) -> Vec<(i32, i32)> {
    let mut starts = vec![i64::from(i32::MIN), 0, 1];
    for view in views {
        let triple = view.registry().triple(&Request::new(family, SocketType::UNSPEC, Protocol::UNSPEC));
        for row in view.of_family(triple.family) {
            starts.extend(row.protocols.iter().flat_map(|&(from, to)| [i64::from(from), i64::from(to) + 1]));
        }
        starts.extend(view.registry().most_protocol(family).map(|most| i64::from(most) + 1));
    }
    starts.retain(|&start| start <= i64::from(i32::MAX));
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([i64::from(i32::MAX)]);
    starts.iter().zip(ends).map(|(&from, to)| (from as i32, to as i32)).collect()
}

/// The cells of one family and one type.
struct Group<'g, 's, 'c> {
    views: &'g [View<'s, 'c>; 2],
    space: &'g Space<'c>,
    family: Asked<Family>,
    socket_type: Asked<SocketType>,
}

impl<'c> Group<'_, '_, 'c> {
    fn differences(&self, segments: &[(i32, i32)], asking: &Asking, found: &mut Found<'c>) {
        let request = Request::new(self.family.value(), self.socket_type.value(), Protocol::UNSPEC);
        let triples = self.views.each_ref().map(|view| view.registry().triple(&request));
        let rows = [0, 1].map(|at: usize| self.views[at].group(triples[at]));
        let [mut was, mut is] = changed(rows).map(Sweep::new);
        // Most groups are the same on both sides and have no cell that needs the whole sweep.
        let mut all = None;
        for &(from, to) in segments {
            let [of_was, of_is] = [0, 1].map(|at: usize| self.views[at].find(Triple { protocol: from, ..triples[at] }));
            // Entries outside the changed part match, or do not match, on both sides alike.
            let same_matches = was.at(from).map(|row| row.kind).eq(is.at(from).map(|row| row.kind));
            let same_refusal = of_was.is_err() && of_was == of_is;
            if same_refusal || same_matches && of_was == of_is && self.space.same_policies {
                continue;
            }
            let sweeps: &mut [Sweep<'_, '_>; 2] = all.get_or_insert_with(|| rows.map(Sweep::new));
            let candidates = sweeps.each_mut().map(|sweep| sweep.at(from).map(|row| row.index).collect());
            let cell = Cell { family: self.family, socket_type: self.socket_type, from, to };
            self.cell_differences(
                cell,
                &Matches { found: [of_was, of_is], candidates, same: same_matches },
                asking,
                found,
            );
        }
    }

    fn cell_differences(&self, cell: Cell, matches: &Matches, asking: &Asking, found: &mut Found<'c>) {
        for asker in &self.space.applications {
            let mut question = Question::new(self.views.each_ref().map(View::side), self.space.roles, cell, asker);
            let demand = asking.demand.as_ref();
            let choose = |demands: &Demands, role| {
                [0, 1].map(|at: usize| {
                    matches.found[at]?;
                    self.views[at].side().choose(&matches.candidates[at], demands, role, asker.policies[at])
                })
            };
            question.ask(demand, |role| choose(Demands::none(), role), found);
            if matches.same && asker.same_policy || matches.candidates.iter().all(Vec::is_empty) {
                continue;
            }
            for (demand, demands) in &asking.further {
                question.ask(Some(demand), |role| choose(demands, role), found);
            }
            // Where no entry matches on a side, services do not change the refusal there.
            if matches.found == [Ok(()); 2] {
                combinations::differences(&mut question, &matches.candidates, demand, found);
            }
        }
    }
}

/// The entries that match in a cell, on both sides.
struct Matches {
    /// Whether an entry matches on each side, or the error code of the refusal.
    found: [Result<(), ErrorCode>; 2],
    /// The entries that pass the tests of the triple, in catalog order, even if the request is refused for another reason.
    candidates: [Vec<EntryIndex>; 2],
    /// Whether both sides have the same candidates.
    same: bool,
}

impl Cell {
    /// Returns the first request of the cell, for an application, a role and a demand.
    pub fn request(&self, application: Option<&str>, role: Role, demand: Option<&Demand>) -> Request {
        let protocol = Protocol::from_raw(self.from);
        let mut request = Request::new(self.family.value(), self.socket_type.value(), protocol).as_role(role);
        if application.is_some() || demand.is_some() {
            let demands = request.demands_mut();
            demands.application = application.map(str::to_owned);
            if let Some(demand) = demand {
                demand.add_to(demands);
            }
        }
        request
    }
}
