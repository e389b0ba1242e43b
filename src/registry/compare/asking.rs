//! Asks both sides the same question in every role, and collects the differences.

use super::super::Request;
use super::Asker;
use super::cells::Cell;
use super::difference::{Demand, Found, Place};
use super::side::{Given, Outcome, Side};
use crate::terms::Role;
use std::collections::HashSet;

/// Holds the fields that an application asks for in a cell, except demands and role, and the changes found so far.
pub(super) struct Question<'q, 'c> {
    pub sides: [&'q Side<'c>; 2],
    /// The roles in which answers can differ. One role stands for both where every entry is the same in both roles.
    pub roles: &'static [Role],
    pub cell: Cell,
    pub asker: &'q Asker<'c>,
    /// The changes found, by role.
    changes: HashSet<(Role, [Given; 2])>,
}

impl<'q, 'c> Question<'q, 'c> {
    pub fn new(sides: [&'q Side<'c>; 2], roles: &'static [Role], cell: Cell, asker: &'q Asker<'c>) -> Self {
        Question { sides, roles, cell, asker, changes: HashSet::new() }
    }

    /// Adds the outcomes of requests with this demand in each role. A change that is the same in both roles is one difference.
    pub fn ask(&mut self, demand: Option<&Demand>, outcomes: impl Fn(Role) -> [Outcome; 2], found: &mut Found<'c>) {
        let asked: Vec<(Role, [Outcome; 2], [Given; 2])> = self
            .roles
            .iter()
            .map(|&role| {
                let outcomes = outcomes(role);
                (role, outcomes, self.given(outcomes, role))
            })
            .filter(|(_, _, [was, is])| was != is)
            .collect();
        let is_one = match asked[..] {
            [_] => self.roles.len() == 1,
            [(_, one, given), (_, other, other_given)] => one == other && found.known().is_alike(given, other_given),
            _ => false,
        };
        for &(role, _, given) in &asked {
            self.changes.insert((role, given));
        }
        for (role, _, given) in asked.into_iter().take(if is_one { 1 } else { usize::MAX }) {
            let role = Some(role).filter(|_| !is_one);
            let place = Place { role, ..self.cell.place(self.asker.name, demand) };
            found.add(place, (self.cell.from, self.cell.to), given);
        }
    }

    pub fn given(&self, outcomes: [Outcome; 2], role: Role) -> [Given; 2] {
        [0, 1].map(|at: usize| self.sides[at].given(outcomes[at], role, self.cell.from == 0))
    }

    /// Returns whether a request of this cell was already found to change in this way in a role.
    pub fn is_known(&self, role: Role, given: [Given; 2]) -> bool {
        self.changes.contains(&(role, given))
    }

    /// Returns whether any request of this cell was found to change in a role.
    pub fn is_changed(&self, role: Role) -> bool {
        self.changes.iter().any(|(changed, _)| *changed == role)
    }

    /// Returns a request of the cell in a role.
    pub fn request(&self, role: Role, demand: Option<&Demand>) -> Request {
        self.cell.request(self.asker.name, role, demand)
    }
}
