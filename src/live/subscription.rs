//! The subscribers of a live registry, and the order in which events are delivered.
//!
//! An event is queued at the moment at which it happens, with the subscribers of that moment. A thread that finds no
//! other thread delivering empties the queue, so that events are delivered one after the other, and a subscriber that
//! reloads does not wait for itself.

use super::event::Event;
use super::shared::Shared;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Delivers events until it is dropped. Made by [`Live::subscribe`](super::Live::subscribe).
///
/// A call that is running on another thread at the time of the drop runs to its end.
#[must_use = "events are delivered until the subscription is dropped"]
pub struct Subscription {
    shared: Weak<Shared>,
    subscriber: Arc<Subscriber>,
    is_forever: bool,
}

impl Subscription {
    pub(super) fn new(shared: &Arc<Shared>, call: Call) -> Self {
        let subscriber = Arc::new(Subscriber { call: Mutex::new(call), has_ended: AtomicBool::new(false) });
        shared.state().subscribers.list.push(subscriber.clone());
        Subscription { shared: Arc::downgrade(shared), subscriber, is_forever: false }
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
        if let Some(shared) = self.shared.upgrade() {
            // The closure of a subscriber is dropped where no lock is held.
            let ended = shared.state().subscribers.remove(&self.subscriber);
            drop(ended);
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
pub(super) struct Subscribers {
    list: Vec<Arc<Subscriber>>,
    queue: VecDeque<(Event, Vec<Arc<Subscriber>>)>,
    is_telling: bool,
}

impl Subscribers {
    /// Queues an event for the current subscribers.
    pub fn queue(&mut self, event: Event) -> Event {
        if !self.list.is_empty() {
            self.queue.push_back((event.clone(), self.list.clone()));
        }
        event
    }

    fn remove(&mut self, subscriber: &Arc<Subscriber>) -> Option<Arc<Subscriber>> {
        let at = self.list.iter().position(|known| Arc::ptr_eq(known, subscriber))?;
        Some(self.list.remove(at))
    }
}

/// The right to deliver, which one thread has at a time.
pub(super) struct Telling<'s> {
    shared: &'s Shared,
}

impl<'s> Telling<'s> {
    /// Returns `None` if another thread is delivering, which then also delivers the new events.
    pub fn begin(shared: &'s Shared) -> Option<Self> {
        let is_telling = std::mem::replace(&mut shared.state().subscribers.is_telling, true);
        // Created only if this thread has the right, because dropping the value gives up the right.
        (!is_telling).then(|| Telling { shared })
    }

    /// Delivers all queued events. Resumes a subscriber's panic after all events are delivered.
    pub fn all(self) {
        let mut panic = None;
        while let Some((event, subscribers)) = self.next() {
            for subscriber in subscribers {
                if let Err(payload) = subscriber.notify(&event) {
                    let ended = self.shared.state().subscribers.remove(&subscriber);
                    drop(ended);
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
        let mut state = self.shared.state();
        let next = state.subscribers.queue.pop_front();
        state.subscribers.is_telling = next.is_some();
        next
    }
}

/// Runs only if dropping a subscriber's closure panics.
impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.shared.state().subscribers.is_telling = false;
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
