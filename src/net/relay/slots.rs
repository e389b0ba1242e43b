//! The storage of a worker's connections: places are used again, keys are not.

/// The key of a connection. Once the connection is over the key finds nothing, even if its place is used by another.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    place: u32,
    /// How often the place had been used before, in 31 bits.
    round: u32,
}

/// The largest round; the next one is 0 again.
const ROUNDS: u32 = 0x7fff_ffff;

impl Key {
    /// Returns the key and one more bit, as user data of epoll(7).
    pub fn with_bit(self, bit: bool) -> u64 {
        u64::from(self.place) | u64::from(self.round) << 32 | u64::from(bit) << 63
    }

    /// Returns the key and the bit of a value of [`with_bit`](Key::with_bit).
    pub fn from_bits(bits: u64) -> (Key, bool) {
        let key = Key { place: bits as u32, round: (bits >> 32) as u32 & ROUNDS };
        (key, bits >> 63 == 1)
    }
}

/// Values with keys.
pub(super) struct Slots<T> {
    places: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    pub const fn new() -> Self {
        Slots { places: Vec::new(), free: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores a value and returns its key.
    pub fn insert(&mut self, value: T) -> Key {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push((0, None));
            (self.places.len() - 1) as u32
        });
        let (round, held) = &mut self.places[place as usize];
        *held = Some(value);
        Key { place, round: *round }
    }

    pub fn get(&self, key: Key) -> Option<&T> {
        let (round, held) = self.places.get(key.place as usize)?;
        held.as_ref().filter(|_| *round == key.round)
    }

    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let (round, held) = self.places.get_mut(key.place as usize)?;
        held.as_mut().filter(|_| *round == key.round)
    }

    pub fn remove(&mut self, key: Key) -> Option<T> {
        let (round, held) = self.places.get_mut(key.place as usize)?;
        if *round != key.round {
            return None;
        }
        let value = held.take()?;
        *round = (*round + 1) & ROUNDS;
        self.free.push(key.place);
        Some(value)
    }

    /// Returns the keys of all stored values.
    pub fn keys(&self) -> Vec<Key> {
        let held = self.places.iter().enumerate().filter(|(_, (_, held))| held.is_some());
        held.map(|(place, (round, _))| Key { place: place as u32, round: *round }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_nowhere_once_its_value_is_gone() {
        let mut slots = Slots::new();
        let one = slots.insert("one");
        assert_eq!(slots.remove(one), Some("one"));
        let two = slots.insert("two");
        assert_eq!((slots.get(one), slots.get(two)), (None, Some(&"two")));
        assert_eq!(slots.remove(one), None);
        assert_eq!((slots.len(), slots.keys()), (1, vec![two]));
    }

    #[test]
    fn a_key_comes_back_from_its_bits() {
        for (place, round) in [(0, 0), (u32::MAX, ROUNDS), (7, 9)] {
            for bit in [false, true] {
                let key = Key { place, round };
                assert_eq!(Key::from_bits(key.with_bit(bit)), (key, bit));
            }
        }
    }
}
