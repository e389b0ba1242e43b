//! Stops a relay from another thread.

use super::inbox::Inbox;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Stops a relay, from another thread.
#[derive(Clone, Default)]
pub struct Stop {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: AtomicU8,
    inboxes: Mutex<Vec<Weak<Inbox>>>,
}

const GRACEFUL: u8 = 1;
const AT_ONCE: u8 = 2;

impl Stop {
    /// Creates a stop that has not been used.
    pub fn new() -> Self {
        Stop::default()
    }

    /// Accepts the connections that wait to be accepted, and then no more. Open connections continue until they end, as long as
    /// the relay's [grace](super::Relay::grace) allows.
    pub fn gracefully(&self) {
        self.set(GRACEFUL);
    }

    /// Cuts all connections.
    pub fn at_once(&self) {
        self.set(AT_ONCE);
    }

    fn set(&self, state: u8) {
        self.inner.state.fetch_max(state, Ordering::SeqCst);
        for inbox in self.inboxes().iter().filter_map(Weak::upgrade) {
            inbox.wake();
        }
    }

    fn inboxes(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Inbox>>> {
        self.inner.inboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the relay was asked to stop.
    pub fn is_asked(&self) -> bool {
        self.inner.state.load(Ordering::SeqCst) >= GRACEFUL
    }

    pub(super) fn is_at_once(&self) -> bool {
        self.inner.state.load(Ordering::SeqCst) >= AT_ONCE
    }

    /// Wakes this inbox with each stop from now on.
    pub(super) fn notifies(&self, inbox: &Arc<Inbox>) {
        let mut inboxes = self.inboxes();
        inboxes.retain(|known| known.strong_count() > 0);
        inboxes.push(Arc::downgrade(inbox));
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.inner.state.load(Ordering::SeqCst) {
            0 => "not asked",
            GRACEFUL => "gracefully",
            _ => "at once",
        };
        write!(f, "Stop({state})")
    }
}
