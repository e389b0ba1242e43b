//! The thread that reloads a live registry when its files change.

use super::super::{Live, Rejection};
use super::signal::{Pending, Signal};
use super::watches::Watches;
use super::ways::Ways;
use super::{WatchError, WatchOptions};
use crate::catalog::Sources;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The interval at which documents are reloaded while they cannot be watched.
const FALLBACK: Duration = Duration::from_secs(2);

/// Follows the files of a live registry.
pub(super) struct Follower {
    live: Live,
    options: WatchOptions,
    signal: Arc<Signal>,
    reloads: Arc<AtomicU64>,
    /// The watches; `None` while the documents are polled.
    watches: Option<Watches>,
}

impl Follower {
    /// Starts to watch.
    pub fn new(
        live: Live,
        options: WatchOptions,
        signal: Arc<Signal>,
        reloads: Arc<AtomicU64>,
    ) -> Result<Follower, WatchError> {
        let mut follower = Follower { live, options, signal, reloads, watches: None };
        if follower.options.poll.is_none() {
            let ways = Ways::to(follower.live.version().sources());
            follower.watches = Some(Watches::new(ways, &follower.signal)?);
        }
        // Reload for changes that were made between loading and watching.
        follower.signal.changed();
        Ok(follower)
    }

    /// Reloads whenever a change was reported, until the signal is stopped.
    pub fn run(mut self) {
        while let Some(pending) = self.signal.wait(&self.options, self.patience()) {
            let looked = self.reload();
            self.reloads.fetch_add(1, Ordering::Relaxed);
            if let (Some(sources), None) = (looked, self.options.poll) {
                self.watch(Ways::to(&sources), pending);
            }
        }
    }

    /// Reloads, and returns the documents that were read or looked for, or `None` if there is no loader.
    fn reload(&self) -> Option<Arc<Sources>> {
        let shared = &self.live.shared;
        let loader = shared.loader()?;
        let mut looked = None;
        let load = || {
            let (sources, loaded) = loader.load_and_look();
            looked = Some(sources);
            loaded.map_err(Rejection::Faults)
        };
        // A subscriber's panic prints its own message, and must not stop the watching for the others.
        let _ = catch_unwind(AssertUnwindSafe(|| shared.change(load)));
        looked
    }

    /// Returns how long to wait for a change.
    fn patience(&self) -> Option<Duration> {
        self.options.poll.or_else(|| self.watches.is_none().then_some(FALLBACK))
    }

    /// Updates the watches to the given ways.
    fn watch(&mut self, mut ways: Ways, pending: Pending) {
        if !pending.stale && self.watches.as_mut().is_some_and(|watches| watches.fit(&mut ways, &self.signal)) {
            return;
        }
        // Drop the old watches first, as the system may lack room for both.
        let was_watched = self.watches.take().is_some();
        let watches = pending.failure.map_or_else(|| Watches::new(ways, &self.signal), Err);
        match watches {
            Ok(watches) => {
                self.watches = Some(watches);
                // Reload for changes that were made between reloading and watching.
                self.signal.changed();
            }
            Err(error) if was_watched => {
                let notify = || self.live.shared.notify_unwatched(error);
                let _ = catch_unwind(AssertUnwindSafe(notify));
            }
            // This was reported before.
            Err(_) => {}
        }
    }
}
