//! The subscribers of a live registry, and the order in which events are delivered.
//!
//! An event is queued at the moment at which it happens, with the subscribers of that moment. A thread that finds no
//! other thread delivering empties the queue, so that events are delivered one after the other, and a subscriber that
//! reloads does not wait for itself.

use super::event::Event;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Delivers events until it is dropped. Made by [`Live::subscribe`](super::Live::subscribe).
///
/// A call that is running on another thread at the time of the drop runs to its end.
#[must_use = "events are delivered until the subscription is dropped"]
pub struct Subscription {
    subscribers: Weak<Subscribers>,
    subscriber: Arc<Subscriber>,
    is_forever: bool,
}

impl Subscription {
    pub(super) fn new(subscribers: &Arc<Subscribers>, call: Call) -> Self {
        let subscriber = Arc::new(Subscriber { call: Mutex::new(call), has_ended: AtomicBool::new(false) });
        subscribers.state().list.push(subscriber.clone());
        Subscription { subscribers: Arc::downgrade(subscribers), subscriber, is_forever: false }
    }

    /// Keeps the subscription for as long as there is a handle of the live registry.
    pub fn forever(mut self) {
        self.is_forever = true;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.is_forever {
            return;
        }
        self.subscriber.has_ended.store(true, Ordering::Release);
        if let Some(subscribers) = self.subscribers.upgrade() {
            subscribers.remove(&self.subscriber);
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

type Call = Box<dyn FnMut(&Event) + Send>;

struct Subscriber {
    /// Called only by the thread that delivers.
    call: Mutex<Call>,
    has_ended: AtomicBool,
}

/// The subscribers, and the events that are still to be delivered.
#[derive(Default)]
pub(super) struct Subscribers(Mutex<State>);

/// The lock is held only for moments: never while an event is delivered, or the closure of a subscriber is dropped.
#[derive(Default)]
struct State {
    list: Vec<Arc<Subscriber>>,
    queue: VecDeque<(Event, Vec<Arc<Subscriber>>)>,
    is_delivering: bool,
}

impl Subscribers {
    /// Queues an event for the current subscribers.
    pub fn queue(&self, event: Event) -> Event {
        let mut state = self.state();
        if !state.list.is_empty() {
            let current = state.list.clone();
            state.queue.push_back((event.clone(), current));
        }
        event
    }

    /// Delivers the queued events, unless another thread is delivering, which then also delivers these.
    pub fn deliver(&self) {
        Delivery::begin(self).into_iter().for_each(Delivery::all);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that panics runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(&self, subscriber: &Arc<Subscriber>) {
        let mut state = self.state();
        let at = state.list.iter().position(|known| Arc::ptr_eq(known, subscriber));
        let ended = at.map(|at| state.list.remove(at));
        // The closure of a subscriber is dropped where no lock is held.
        drop(state);
        drop(ended);
    }
}

/// The right to deliver, which one thread has at a time.
struct Delivery<'s>(&'s Subscribers);

impl<'s> Delivery<'s> {
    /// Returns `None` if another thread is delivering, which then also delivers the new events.
    fn begin(subscribers: &'s Subscribers) -> Option<Self> {
        let is_delivering = std::mem::replace(&mut subscribers.state().is_delivering, true);
        // Created only if this thread has the right, because dropping the value gives up the right.
        (!is_delivering).then(|| Delivery(subscribers))
    }

    /// Delivers all queued events. Resumes a subscriber's panic after all events are delivered.
    fn all(self) {
        let mut panic = None;
        while let Some((event, subscribers)) = self.next() {
            for subscriber in subscribers {
                if let Err(payload) = subscriber.notify(&event) {
                    self.0.remove(&subscriber);
                    panic.get_or_insert(payload);
                }
            }
        }
        std::mem::forget(self);
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }

    /// Returns the next event to deliver. If there is none, gives up the right to deliver under the same lock, so that
    /// no event is left behind.
    fn next(&self) -> Option<(Event, Vec<Arc<Subscriber>>)> {
        let mut state = self.0.state();
        let next = state.queue.pop_front();
        state.is_delivering = next.is_some();
        next
    }
}

/// Runs only if dropping a subscriber's closure panics.
impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        self.0.state().is_delivering = false;
    }
}

impl Subscriber {
    fn notify(&self, event: &Event) -> Result<(), Box<dyn Any + Send>> {
        if self.has_ended.load(Ordering::Acquire) {
            return Ok(());
        }
        let call = || self.call.lock().unwrap_or_else(PoisonError::into_inner)(event);
        // A closure that panicked is not called again, so that an inconsistent state cannot be seen.
        catch_unwind(AssertUnwindSafe(call)).inspect_err(|_| self.has_ended.store(true, Ordering::Release))
    }
}
