//! The two sets of Windows as one list: items that are alike in both are in the list once, and others separately for each set.

use crate::winsock::Bitness;
use crate::winsock::chains::Members;
use crate::winsock::store::{Item, Set, Store};

/// The sets of a catalog: the one for 64-bit programs first, then the other, if there is one.
pub(super) struct Both<'s> {
    pub sets: Vec<Members<'s>>,
    pub slots: Vec<Slot>,
    /// For each set, the index of the slot of each item.
    slot_of: Vec<Vec<usize>>,
}

/// An item of the merged list.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The index of the set from which the item is read.
    pub set: usize,
    /// The index of the item in that set.
    pub item: usize,
    /// The only set that has the item; `None` if both have it, or if there is only one set.
    pub bits: Option<Bitness>,
}

/// The index of the set for 64-bit programs, or of the only one.
const FIRST: usize = 0;
/// The index of the set for 32-bit programs.
const SECOND: usize = 1;

impl<'s> Both<'s> {
    pub fn new(store: &'s Store) -> Self {
        let mut sets: Vec<&Set> = store.sets.iter().collect();
        sets.sort_by_key(|set| set.bits == Some(Bitness::Bits32));
        let sets: Vec<Members<'s>> = sets.into_iter().take(2).map(|set| Members::new(&set.items)).collect();
        let (slots, slot_of) = match sets.as_slice() {
            [first, second] => merged(first, second),
            sets => {
                let items = sets.first().map_or(0, |set| set.items().len());
                let slots = (0..items).map(|item| Slot { set: FIRST, item, bits: None }).collect();
                (slots, vec![(0..items).collect()])
            }
        };
        Both { sets, slots, slot_of }
    }

    /// Returns the item of a slot.
    pub fn item(&self, slot: Slot) -> &'s Item {
        &self.sets[slot.set].items()[slot.item]
    }

    /// Returns the index of the slot of an item.
    pub fn slot_of(&self, set: usize, item: usize) -> usize {
        self.slot_of[set][item]
    }

    /// Returns the slots of the second set in its own order, or `None` if it is the order of the slots.
    pub fn order_32(&self) -> Option<&[usize]> {
        self.slot_of.get(SECOND).filter(|slots| !slots.is_sorted()).map(Vec::as_slice)
    }
}

/// Merges two sets in the order of the first one. An item that only the second set has comes before the next item of the second
/// set that is in both. Returns the slots and, for each set, the slot of each item.
fn merged(first: &Members<'_>, second: &Members<'_>) -> (Vec<Slot>, Vec<Vec<usize>>) {
    let alike = alike(first, second);
    let mut in_both = vec![false; second.items().len()];
    alike.iter().flatten().for_each(|&item| in_both[item] = true);
    let mut slots = Vec::with_capacity(first.items().len());
    let mut slot_of = vec![vec![0; first.items().len()], vec![0; second.items().len()]];
    let mut rest = 0;
    let mut only_second = |until: usize, slots: &mut Vec<Slot>, of: &mut [usize]| {
        for item in rest..until {
            if !in_both[item] {
                of[item] = slots.len();
                slots.push(Slot { set: SECOND, item, bits: Some(Bitness::Bits32) });
            }
        }
        rest = rest.max(until);
    };
    for (item, same) in alike.into_iter().enumerate() {
        if let Some(other) = same {
            only_second(other, &mut slots, &mut slot_of[SECOND]);
            slot_of[SECOND][other] = slots.len();
        }
        slot_of[FIRST][item] = slots.len();
        let bits = if same.is_some() { None } else { Some(Bitness::Bits64) };
        slots.push(Slot { set: FIRST, item, bits });
    }
    only_second(second.items().len(), &mut slots, &mut slot_of[SECOND]);
    (slots, slot_of)
}

/// Returns, for each item of the first set, the item of the second set that is equal to it and whose members are equal too.
fn alike(first: &Members<'_>, second: &Members<'_>) -> Vec<Option<usize>> {
    let mut alike: Vec<Option<usize>> =
        (0..).zip(first.items()).map(|(at, item)| same(first, at, item, second)).collect();
    // For each item, the chains that name it: an item that differs makes its chains differ, and these in turn make theirs differ.
    // This is not done by recursion, because chains may name one another as often as there are items.
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); alike.len()];
    for (at, item) in first.items().iter().enumerate() {
        for below in item.info.chain.ids().iter().filter_map(|&id| first.position(id)) {
            users[below].push(at);
        }
    }
    let mut different: Vec<usize> = (0..alike.len()).filter(|&at| alike[at].is_none()).collect();
    while let Some(at) = different.pop() {
        for &user in &users[at] {
            if alike[user].take().is_some() {
                different.push(user);
            }
        }
    }
    alike
}

/// Returns the item of the second set that has the same values, without comparing the members of chains. If several items share
/// an id, only the first one is considered.
fn same(first: &Members<'_>, at: usize, item: &Item, second: &Members<'_>) -> Option<usize> {
    let (position, other) = second.position(item.id()).zip(second.item(item.id()))?;
    let same = first.position(item.id()) == Some(at) && other.info == item.info && other.packed == item.packed;
    same.then_some(position)
}
