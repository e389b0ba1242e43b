//! Counts connections and the bytes that they carried.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of a relay.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections that were accepted.
    pub accepted: u64,
    /// Accepted connections that have not ended.
    pub open: u64,
    /// Connections that both sides ended.
    pub served: u64,
    /// Connections that failed: in a handshake, while connecting, by an error of either side, or by a limit.
    pub failed: u64,
    /// Connections that were cut because the relay was stopped.
    pub cut: u64,
    /// Bytes that the far sides accepted.
    pub up: u64,
    /// Bytes that the near sides accepted.
    pub down: u64,
}

/// The counters of one worker, which is their only writer. They have a cache line of their own, so that workers do not slow each
/// other down.
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

/// A number that one thread writes and any thread reads.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, count: u64) {
        // There is one writer, so no increment is lost between the load and the store.
        self.0.store(self.0.load(Ordering::Relaxed) + count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl std::iter::Sum for Counts {
    /// Returns the sum of the counts of several relays.
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
        // A connection that is accepted and ends while the counters are read may be counted as ended only.
        counts.open = counts.accepted.saturating_sub(counts.served + counts.failed + counts.cut);
        counts
    }
}
