//! Windows' two sets as one list: what both hold alike stands there once, and what differs twice.

use crate::winsock::Bitness;
use crate::winsock::chains::SetIndex;
use crate::winsock::store::{Item, Set, Store};

/// The sets of a catalog: the one that counts for programs of 64 bits, and the other, if there is one.
pub(super) struct Both<'s> {
    pub sets: Vec<SetIndex<'s>>,
    pub slots: Vec<Slot>,
    /// For each set the slot of each item.
    slot_of: Vec<Vec<usize>>,
}

/// An entry of the list.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The number of the set that it is read from.
    pub set: usize,
    /// Its place there.
    pub item: usize,
    /// The only set that has it, where there are two.
    pub bits: Option<Bitness>,
}

/// The set for programs of 64 bits, or the only one.
const FIRST: usize = 0;
/// The set for programs of 32 bits.
const SECOND: usize = 1;

impl<'s> Both<'s> {
    pub fn new(store: &'s Store) -> Self {
        let mut sets: Vec<&Set> = store.sets.iter().collect();
        sets.sort_by_key(|set| set.bits == Some(Bitness::Bits32));
        let sets: Vec<SetIndex<'s>> = sets.into_iter().take(2).map(|set| SetIndex::new(&set.items)).collect();
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

    /// Returns the number of the slot of an item.
    pub fn slot_of(&self, set: usize, item: usize) -> usize {
        self.slot_of[set][item]
    }

    /// Returns the slots of the second set in its own order, where that is another than the order of the slots.
    pub fn order_32(&self) -> Option<&[usize]> {
        self.slot_of.get(SECOND).filter(|slots| !slots.is_sorted()).map(Vec::as_slice)
    }
}

/// Returns the order of the first set is kept. What only the second has stands before what follows it there and is in both.
fn merged(first: &SetIndex<'_>, second: &SetIndex<'_>) -> (Vec<Slot>, Vec<Vec<usize>>) {
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

/// For each item of the first set the one of the second that says the same, and whose chain does.
fn alike(first: &SetIndex<'_>, second: &SetIndex<'_>) -> Vec<Option<usize>> {
    let mut alike: Vec<Option<usize>> =
        (0..).zip(first.items()).map(|(at, item)| same(first, at, item, second)).collect();
    // The chains that name each item, so that what differs makes its chains differ, and theirs; not by recursion, as chains may
    // name one another as often as there are items.
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); alike.len()];
    for (at, item) in first.items().iter().enumerate() {
        for below in item.info.chain.ids().iter().filter_map(|&id| first.place(id)) {
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

/// Returns the item of the second set that says the same, chains not looked into. Of several with one id only the first is
/// distinguished.
fn same(first: &SetIndex<'_>, at: usize, item: &Item, second: &SetIndex<'_>) -> Option<usize> {
    let place = second.place(item.id())?;
    let other = second.items().get(place)?;
    let same = first.place(item.id()) == Some(at) && other.info == item.info && other.packed == item.packed;
    same.then_some(place)
}
