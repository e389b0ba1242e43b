//! Deadlines of connections: the times at which they have a turn even if nothing happened.
//!
//! Entries of the heap are checked only when their time comes: a connection whose deadline moves leaves its old entry in the
//! heap, and sets a new one when the old one is due. So bytes that pass cost nothing here, and the heap is never searched for a
//! connection.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Times, each with the key of a connection.
pub(super) struct Timers<K> {
    heap: BinaryHeap<Reverse<(Instant, K)>>,
}

/// Up to this number, entries are kept without a check whether their connections still exist.
const FEW: usize = 256;

impl<K: Ord + Copy> Timers<K> {
    pub const fn new() -> Self {
        Timers { heap: BinaryHeap::new() }
    }

    pub fn set(&mut self, at: Instant, key: K) {
        self.heap.push(Reverse((at, key)));
    }

    /// Returns the earliest time.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Removes and returns an entry whose time has come.
    pub fn due(&mut self, now: Instant) -> Option<(Instant, K)> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// Removes the entries of connections that are over, when the heap holds more than four entries for each live connection. So
    /// a sweep costs little on average, and a busy relay with long limits does not accumulate entries.
    pub fn sweep(&mut self, live: usize, is_live: impl Fn(K) -> bool) {
        if self.heap.len() > FEW && self.heap.len() > 4 * live {
            self.heap.retain(|Reverse((_, key))| is_live(*key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn entries_come_in_the_order_of_their_times_and_none_too_early(times in prop::collection::vec(0..50_u64, 0..40), now in 0..50_u64) {
            let began = Instant::now();
            let at = |time: u64| began + Duration::from_secs(time);
            let mut timers = Timers::new();
            for (key, time) in times.iter().enumerate() {
                timers.set(at(*time), key);
            }
            let mut due = Vec::new();
            while let Some((when, key)) = timers.due(at(now)) {
                prop_assert_eq!(when, at(times[key]));
                due.push((when, key));
            }
            let mut expected: Vec<_> = times.iter().enumerate().filter(|(_, time)| **time <= now).map(|(key, time)| (at(*time), key)).collect();
            expected.sort();
            prop_assert_eq!(due, expected);
            prop_assert_eq!(timers.next(), times.iter().filter(|time| **time > now).min().map(|time| at(*time)));
        }
    }

    #[test]
    fn entries_of_what_is_over_do_not_pile_up() {
        let mut timers = Timers::new();
        let later = Instant::now() + Duration::from_secs(3600);
        for key in 0..100_000_u32 {
            timers.set(later, key);
            timers.sweep(1, |live| live == key);
        }
        assert!(timers.heap.len() <= FEW + 1, "{}", timers.heap.len());
    }
}
