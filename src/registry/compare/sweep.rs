//! Sweeps over the protocol numbers and keeps the set of entries that match.

use super::side::Row;
use std::collections::BTreeSet;

/// A list of entries, and those of them that match the current protocol of the sweep.
pub(super) struct Sweep<'s, 'r> {
    rows: &'s [&'s Row<'r>],
    /// The protocols at which an entry begins (true) or ceases (false) to match, ascending. At the same protocol, ends come
    /// before beginnings, since a beginning may be the next range of the same entry.
    turns: Vec<(i64, bool, usize)>,
    /// The number of turns that the sweep has passed.
    taken: usize,
    /// The places of the entries that match.
    matching: BTreeSet<usize>,
}

impl<'s, 'r> Sweep<'s, 'r> {
    /// Creates a sweep that stands before the least protocol.
    pub fn new(rows: &'s [&'s Row<'r>]) -> Self {
        let ranges = rows.iter().enumerate().flat_map(|(at, row)| row.protocols.iter().map(move |range| (at, *range)));
        let turns = ranges.flat_map(|(at, (from, to))| [(i64::from(from), true, at), (i64::from(to) + 1, false, at)]);
        let mut turns: Vec<(i64, bool, usize)> = turns.collect();
        turns.sort_unstable();
        Sweep { rows, turns, taken: 0, matching: BTreeSet::new() }
    }

    /// Advances to a protocol that is not below the current one. Returns the entries that match it, in catalog order.
    pub fn at(&mut self, protocol: i32) -> impl Iterator<Item = &'s Row<'r>> {
        while let Some(&(from, matches, place)) = self.turns.get(self.taken)
            && from <= i64::from(protocol)
        {
            if matches {
                self.matching.insert(place);
            } else {
                self.matching.remove(&place);
            }
            self.taken += 1;
        }
        let rows = self.rows;
        self.matching.iter().map(move |&place| rows[place])
    }
}

/// Returns the parts of two lists that remain without their common beginning and end, compared by kind.
pub(super) fn changed<'s, 'r>(lists: [&'s [&'s Row<'r>]; 2]) -> [&'s [&'s Row<'r>]; 2] {
    let [was, is] = lists;
    let same = |(was, is): &(&&Row<'_>, &&Row<'_>)| was.kind == is.kind;
    let before = was.iter().zip(is).take_while(same).count();
    let [was, is] = [was, is].map(|list| &list[before..]);
    let behind = was.iter().rev().zip(is.iter().rev()).take_while(same).count();
    [was, is].map(|list| &list[..list.len() - behind])
}
