//! Computes the `order` list that produces a wanted order.
//!
//! A list names the beginning of an order; all other entries follow as they would without the list. So the list can be
//! cut off where the remaining entries are already in that order, and every cut between there and the end produces the
//! same order. Of these lists, one is chosen:
//!
//! - If the old list is as short as possible, so is the new one: a move and its inverse then restore the same list.
//! - A longer list was written by hand: the new list names the same entries, as far as possible.

use super::super::statements::Meanings;
use crate::catalog::entry::EntryIndex;
use std::collections::{HashMap, HashSet};

/// An `order` list, with the orders that come before and after it.
pub(super) struct List<'l> {
    pub meanings: &'l Meanings<'l>,
    /// The entries that the lists of later documents put first.
    pub first: &'l [EntryIndex],
    /// The order of all entries if only earlier documents had lists.
    pub behind: Vec<EntryIndex>,
    /// The names in the list now.
    pub names: Vec<&'l str>,
}

impl List<'_> {
    /// Returns the names that the list must contain to change the order `now` into the order `wanted`.
    pub fn of_order(&self, now: &[EntryIndex], wanted: &[EntryIndex]) -> Vec<&str> {
        let behind: HashMap<EntryIndex, usize> =
            self.behind.iter().enumerate().map(|(at, &index)| (index, at)).collect();
        let placing = self.placing();
        let named: HashSet<EntryIndex> = placing.iter().flat_map(|(_, placed)| placed).copied().collect();
        let [now, wanted] = [now, wanted].map(|order| order.get(self.first.len()..).unwrap_or_default());
        let least = shortest(wanted, &behind);
        let length = match named.len() == shortest(now, &behind) {
            true => least,
            false => nearest_length(wanted, least, &named),
        };
        self.written(&wanted[..length], &placing)
    }

    /// Returns each name of the list, with the entries that it places now.
    fn placing(&self) -> Vec<(&str, Vec<EntryIndex>)> {
        let mut placed: HashSet<EntryIndex> = self.first.iter().copied().collect();
        let entries = |name: &str| self.meanings.entries(name).unwrap_or_default();
        let mut fresh = |name| entries(name).into_iter().filter(|&index| placed.insert(index)).collect();
        self.names.iter().map(|&name| (name, fresh(name))).collect()
    }

    /// Returns the names for the beginning of an order.
    ///
    /// A chain over several bases is named as a whole where all of its entries stand together in their order, unless
    /// the list already names its entries one by one.
    fn written(&self, order: &[EntryIndex], placing: &[(&str, Vec<EntryIndex>)]) -> Vec<&str> {
        let mut waiting: HashSet<EntryIndex> = self.behind.iter().copied().collect();
        for index in self.first {
            waiting.remove(index);
        }
        let mut names = Vec::new();
        let mut at = 0;
        while let Some(&index) = order.get(at) {
            let mut name = self.meanings.name(index);
            let mut length = 1;
            if let Some((chain, members)) = self.meanings.group(index) {
                let left: Vec<EntryIndex> = members.iter().filter(|member| waiting.contains(member)).copied().collect();
                let is_whole = || left.len() == members.len() && !one_by_one(members, placing);
                let is_said = || placing.iter().any(|(name, placed)| *name == chain && *placed == left);
                if order[at..].starts_with(&left) && (is_said() || is_whole()) {
                    (name, length) = (chain, left.len());
                }
            }
            names.push(name);
            for index in &order[at..at + length] {
                waiting.remove(index);
            }
            at += length;
        }
        self.with_idle(names)
    }

    /// Returns the names together with those names of the old list that place nothing, because a later document places
    /// their entries. Such names are kept.
    fn with_idle<'n>(&'n self, mut names: Vec<&'n str>) -> Vec<&'n str> {
        let mut anchor = 0;
        for &name in &self.names {
            if let Some(at) = names.iter().position(|known| *known == name) {
                anchor = at + 1;
            } else if self
                .meanings
                .entries(name)
                .is_ok_and(|entries| entries.iter().all(|index| self.first.contains(index)))
            {
                names.insert(anchor, name);
                anchor += 1;
            }
        }
        names
    }
}

/// Returns the least number of entries that must be named: the others follow as they do without the list.
fn shortest(order: &[EntryIndex], behind: &HashMap<EntryIndex, usize>) -> usize {
    let places: Vec<Option<&usize>> = order.iter().map(|index| behind.get(index)).collect();
    let last_step_back = places.windows(2).rposition(|pair| pair[0] > pair[1]);
    last_step_back.map_or(0, |at| at + 1)
}

/// Returns the number of entries to name so that, as far as possible, they are the entries that were named before.
fn nearest_length(order: &[EntryIndex], least: usize, named: &HashSet<EntryIndex>) -> usize {
    let mut kept = 0;
    let mut nearest = (usize::MAX, least);
    for length in 0..=order.len() {
        let differing = length + named.len() - 2 * kept;
        if length >= least && differing < nearest.0 {
            nearest = (differing, length);
        }
        kept += usize::from(order.get(length).is_some_and(|index| named.contains(index)));
    }
    nearest.1
}

/// Returns whether a list names these entries one after the other, each by its own name.
fn one_by_one(members: &[EntryIndex], placing: &[(&str, Vec<EntryIndex>)]) -> bool {
    let run =
        |run: &[(&str, Vec<EntryIndex>)]| run.iter().zip(members).all(|((_, placed), member)| placed == &[*member]);
    placing.windows(members.len().max(1)).any(run)
}
