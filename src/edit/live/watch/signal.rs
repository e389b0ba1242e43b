//! What has happened and is not dealt with yet. However much happens, it takes no more room.

use super::{WatchError, WatchOptions};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What has happened, reported by the system's thread and awaited by the one that reloads.
#[derive(Debug, Default)]
pub(super) struct Signal {
    state: Mutex<State>,
    reported: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// When the first and the last thing happened.
    happened: Option<(Instant, Instant)>,
    pending: Pending,
    stopped: bool,
}

/// What is to be dealt with.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Events were lost, or a watched folder is another one: the watches must be made anew.
    pub stale: bool,
    /// What the system said when watching failed.
    pub failure: Option<WatchError>,
}

impl Signal {
    /// Something happened to a file that counts.
    pub fn changed(&self) {
        self.notify(|_| ());
    }

    /// Something happened that the watches as they are do not show.
    pub fn stale(&self) {
        self.notify(|pending| pending.stale = true);
    }

    /// Watching failed; of several failures the first is kept.
    pub fn failed(&self, error: WatchError) {
        self.notify(|pending| {
            pending.stale = true;
            pending.failure.get_or_insert(error);
        });
    }

    /// Nothing is to be awaited any more.
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

    /// Waits until something has happened and it is quiet, or for this long if nothing happens; nothing when it was stopped.
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

/// A time that far ahead; what no clock can say is a year.
fn later(from: Instant, by: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    from + by.min(YEAR)
}
