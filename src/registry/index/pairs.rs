//! Maps (family, type) to the answers for its protocols: a flat hash table with linear probing, at most half full.
//!
//! The hash table of std would do as well. This one keeps key and value in 16 bytes that are read with one access, and that
//! access is most of the cost of a plain resolve.

use super::ranges::{NOTHING, Root};

/// The answers of one pair of family and type.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pair {
    /// The answer for protocol 0.
    pub zero: u32,
    /// The start of the answers for all other protocols.
    pub root: Root,
}

impl Pair {
    /// A pair without an answer for any protocol.
    pub const EMPTY: Pair = Pair { zero: NOTHING, root: Root::NOTHING };
}

#[derive(Copy, Clone, Debug)]
struct Slot {
    family: i32,
    socket_type: i32,
    pair: Pair,
}

/// Marks a free slot. No family has this number: catalogs accept none below 1, and families that the host lacks are numbered from
/// -2 down.
const FREE: i32 = i32::MIN;

#[derive(Debug)]
pub(super) struct Pairs {
    /// The slots; their number is a power of two.
    slots: Box<[Slot]>,
    shift: u32,
}

impl Pairs {
    pub fn for_at_most(pairs: usize) -> Self {
        let capacity = (2 * pairs).next_power_of_two().max(4);
        let free = Slot { family: FREE, socket_type: 0, pair: Pair::EMPTY };
        Pairs { slots: vec![free; capacity].into_boxed_slice(), shift: 64 - capacity.trailing_zeros() }
    }

    #[inline]
    fn home(&self, family: i32, socket_type: i32) -> usize {
        // Fibonacci hashing: the high bits of the product with 2^64 / golden ratio.
        let key = u64::from(family as u32) << 32 | u64::from(socket_type as u32);
        let key = key ^ (key >> 29);
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    pub fn insert(&mut self, family: i32, socket_type: i32, pair: Pair) {
        let mask = self.slots.len() - 1;
        let mut at = self.home(family, socket_type);
        while self.slots[at].family != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = Slot { family, socket_type, pair };
    }

    pub fn get(&self, family: i32, socket_type: i32) -> Option<&Pair> {
        let mask = self.slots.len() - 1;
        let mut at = self.home(family, socket_type);
        loop {
            let slot = &self.slots[at & mask];
            if slot.family == family && slot.socket_type == socket_type {
                return Some(&slot.pair);
            }
            if slot.family == FREE {
                return None;
            }
            at += 1;
        }
    }

    pub fn heap_bytes(&self) -> usize {
        std::mem::size_of_val::<[Slot]>(&self.slots)
    }
}
