//! Finds answers by position instead of by hash, for families with a name and types below 16.
//!
//! Nearly all requests are of this kind. Without hashing and probing, and with the first step of the range map stored in the slot
//! itself, a hit takes a third of the instructions.

use super::ranges::{NOTHING, RangeMap, Root, biased};
use crate::terms::Family;

/// Types from this number on are looked up in the hash table.
pub(super) const TYPES: usize = 16;

/// The answers of a family and type, with the first step of the lookup. It is aligned so that its address is computed by a shift.
#[derive(Copy, Clone, Debug)]
#[repr(align(32))]
pub(super) struct Slot {
    /// The answer for protocol 0.
    pub zero: u32,
    /// The start of the answers for all other protocols, or `None` where no entry has this family and type.
    pub root: Option<Root>,
    /// The first step, if `root` is a node: `width` biased numbers from `low` on, divided into slots of `1 << shift` numbers.
    low: u32,
    width: u32,
    shift: u32,
    first: u32,
}

impl Slot {
    const ABSENT: Slot = Slot { zero: NOTHING, root: None, low: 0, width: 0, shift: 0, first: 0 };

    pub fn new(zero: u32, root: Root, ranges: &RangeMap) -> Self {
        let (low, width, shift, first) = ranges.first_step(root);
        Slot { zero, root: Some(root), low, width, shift, first }
    }

    /// Returns whether an entry has this family and type.
    pub fn is_there(&self) -> bool {
        self.root.is_some()
    }

    #[inline]
    pub fn answer(&self, protocol: i32, ranges: &RangeMap) -> u32 {
        if protocol == 0 {
            return self.zero;
        }
        let offset = biased(protocol).wrapping_sub(self.low);
        if offset < self.width {
            return ranges.follow(self.first + (offset >> self.shift), protocol);
        }
        self.root.map_or(NOTHING, |root| ranges.get(root, protocol))
    }
}

#[derive(Debug)]
pub(super) struct Front {
    /// The row of slots of each known family. Row 0 is empty.
    rows: [u16; Family::KNOWN],
    slots: Vec<[Slot; TYPES]>,
}

impl Front {
    pub fn new() -> Self {
        Front { rows: [0; Family::KNOWN], slots: vec![[Slot::ABSENT; TYPES]] }
    }

    pub fn put(&mut self, known: usize, socket_type: usize, slot: Slot) {
        if self.rows[known] == 0 {
            self.rows[known] = self.slots.len() as u16;
            self.slots.push([Slot::ABSENT; TYPES]);
        }
        self.slots[usize::from(self.rows[known])][socket_type] = slot;
    }

    /// Returns the slot of a known family, or `None` for a type that has no slot.
    #[inline]
    pub fn get(&self, known: usize, socket_type: i32) -> Option<&Slot> {
        let row = &self.slots[usize::from(self.rows[known])];
        row.get(socket_type as u32 as usize)
    }

    /// Returns whether an entry has this family.
    pub fn has(&self, known: usize) -> bool {
        self.rows[known] != 0
    }

    pub fn heap_bytes(&self) -> usize {
        size_of::<[Slot; TYPES]>() * self.slots.capacity()
    }
}
