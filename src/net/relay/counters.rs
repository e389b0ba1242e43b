//! How many connections there are and were, and how many bytes went where.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of a relay.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections that were accepted.
    pub accepted: u64,
    /// Those of them that are not over.
    pub open: u64,
    /// Those that both sides ended.
    pub served: u64,
    /// Those that failed: in a handshake, in being connected, by an error of either side, or by a limit.
    pub failed: u64,
    /// Those that were cut, because the relay was stopped.
    pub cut: u64,
    /// Bytes that the far sides took.
    pub up: u64,
    /// Bytes that the near sides took.
    pub down: u64,
}

/// The counts of one worker, which alone writes them. On a line of the cache of its own, so that workers do not disturb each other.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Counters {
    pub accepted: Counter,
    pub served: Counter,
    pub failed: Counter,
    pub cut: Counter,
    pub up: Counter,
    pub down: Counter,
}

/// A number that one thread writes and any reads.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, count: u64) {
        // There is one writer, so nothing is lost between the two.
        self.0.store(self.0.load(Ordering::Relaxed) + count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl std::iter::Sum for Counts {
    /// Returns what several relays have done together.
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Self {
        counts.fold(Counts::default(), |sum, one| Counts {
            accepted: sum.accepted + one.accepted,
            open: sum.open + one.open,
            served: sum.served + one.served,
            failed: sum.failed + one.failed,
            cut: sum.cut + one.cut,
            up: sum.up + one.up,
            down: sum.down + one.down,
        })
    }
}

impl Counts {
    /// Returns the sum over all workers.
    pub(super) fn of<'c>(workers: impl Iterator<Item = &'c Counters>) -> Self {
        let mut counts = workers.fold(Counts::default(), |sum, worker| Counts {
            accepted: sum.accepted + worker.accepted.get(),
            open: 0,
            served: sum.served + worker.served.get(),
            failed: sum.failed + worker.failed.get(),
            cut: sum.cut + worker.cut.get(),
            up: sum.up + worker.up.get(),
            down: sum.down + worker.down.get(),
        });
        // Those that ended while the numbers were read may have been counted there only.
        counts.open = counts.accepted.saturating_sub(counts.served + counts.failed + counts.cut);
        counts
    }
}
