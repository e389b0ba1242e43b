//! Records the changes that are not handled yet, in constant space.

use super::{WatchError, WatchOptions};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A signal of changes. The system's thread reports them, and the reloading thread waits for them.
#[derive(Debug, Default)]
pub(super) struct Signal {
    state: Mutex<State>,
    reported: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The times of the first and the last change.
    happened: Option<(Instant, Instant)>,
    pending: Pending,
    stopped: bool,
}

/// The part of the signal that the reloading thread must handle.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Events were lost, or a watched folder was replaced: the watches must be made anew.
    pub stale: bool,
    /// The error because of which watching failed, if it did.
    pub failure: Option<WatchError>,
}

impl Signal {
    /// Reports a change of a relevant file.
    pub fn changed(&self) {
        self.notify(|_| ());
    }

    /// Reports a change that the watches do not cover, so that they must be made anew.
    pub fn stale(&self) {
        self.notify(|pending| pending.stale = true);
    }

    /// Reports that watching failed; of several failures the first is kept.
    pub fn failed(&self, error: WatchError) {
        self.notify(|pending| {
            pending.stale = true;
            pending.failure.get_or_insert(error);
        });
    }

    /// Ends all waits.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.reported.notify_all();
    }

    fn notify(&self, what: impl FnOnce(&mut Pending)) {
        let now = Instant::now();
        let mut state = self.state();
        what(&mut state.pending);
        let first = state.happened.map_or(now, |(first, _)| first);
        state.happened = Some((first, now));
        drop(state);
        self.reported.notify_all();
    }

    /// Waits until changes were reported and have paused, or for at most `patience` if no change is reported. Returns
    /// `None` after [`Signal::stop`].
    pub fn wait(&self, options: &WatchOptions, patience: Option<Duration>) -> Option<Pending> {
        let begun = Instant::now();
        let mut state = self.state();
        loop {
            if state.stopped {
                return None;
            }
            let due = match state.happened {
                Some((first, last)) => Some(later(last, options.quiet).min(later(first, options.at_most))),
                None => patience.map(|patience| later(begun, patience)),
            };
            let now = Instant::now();
            state = match due {
                Some(due) if due <= now => {
                    state.happened = None;
                    return Some(std::mem::take(&mut state.pending));
                }
                Some(due) => {
                    let waited = self.reported.wait_timeout(state, due.duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.reported.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the time `by` later, but at most a year later, so that the sum does not overflow.
fn later(from: Instant, by: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    from + by.min(YEAR)
}
