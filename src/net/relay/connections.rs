//! The connections of a worker, in a slab whose places are used again, under keys that are not.

use slab::Slab;

/// The key of a connection. Once the connection is over the key finds nothing, even if its place is used by another.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    place: u32,
    /// The number of the connection among those of its worker, in 31 bits.
    serial: u32,
}

/// The largest serial number; the next one is 0 again.
const SERIALS: u32 = 0x7fff_ffff;

impl Key {
    /// Returns the key and one more bit, as user data of epoll(7).
    pub fn with_bit(self, bit: bool) -> u64 {
        u64::from(self.place) | u64::from(self.serial) << 32 | u64::from(bit) << 63
    }

    /// Returns the key and the bit of a value of [`with_bit`](Key::with_bit).
    pub fn from_bits(bits: u64) -> (Key, bool) {
        let key = Key { place: bits as u32, serial: (bits >> 32) as u32 & SERIALS };
        (key, bits >> 63 == 1)
    }
}

/// Connections with their keys.
pub(super) struct Connections<T> {
    slab: Slab<(Key, T)>,
    /// The serial number of the next connection.
    serial: u32,
}

impl<T> Connections<T> {
    pub const fn new() -> Self {
        Connections { slab: Slab::new(), serial: 0 }
    }

    pub fn len(&self) -> usize {
        self.slab.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slab.is_empty()
    }

    /// Stores a connection and returns its key.
    pub fn insert(&mut self, connection: T) -> Key {
        let vacant = self.slab.vacant_entry();
        let key = Key { place: vacant.key() as u32, serial: self.serial };
        vacant.insert((key, connection));
        self.serial = (self.serial + 1) & SERIALS;
        key
    }

    pub fn get(&self, key: Key) -> Option<&T> {
        self.slab.get(key.place as usize).filter(|(held, _)| *held == key).map(|(_, connection)| connection)
    }

    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.slab.get_mut(key.place as usize).filter(|(held, _)| *held == key).map(|(_, connection)| connection)
    }

    pub fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        self.slab.try_remove(key.place as usize).map(|(_, connection)| connection)
    }

    /// Returns the keys of all connections.
    pub fn keys(&self) -> Vec<Key> {
        self.slab.iter().map(|(_, (key, _))| *key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_nowhere_once_its_value_is_gone() {
        let mut connections = Connections::new();
        let one = connections.insert("one");
        assert_eq!(connections.remove(one), Some("one"));
        let two = connections.insert("two");
        assert_eq!(one.place, two.place, "the place is used again");
        assert_eq!((connections.get(one), connections.get(two)), (None, Some(&"two")));
        assert_eq!(connections.remove(one), None);
        assert_eq!((connections.len(), connections.keys()), (1, vec![two]));
    }

    #[test]
    fn a_key_comes_back_from_its_bits() {
        for (place, serial) in [(0, 0), (u32::MAX, SERIALS), (7, 9)] {
            for bit in [false, true] {
                let key = Key { place, serial };
                assert_eq!(Key::from_bits(key.with_bit(bit)), (key, bit));
            }
        }
    }
}
