//! Who hears of what became of the catalogs, and in which order.
//!
//! What happened is put into a queue in the moment in which it happens, with those who are subscribed then. Whoever finds nobody delivering
//! empties the queue, so that events are delivered one after the other, and a subscriber that reloads does not wait for itself.

use super::event::Event;
use super::shared::Shared;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Events are delivered until it is dropped. From [`Live::subscribe`](super::Live::subscribe).
///
/// A call that is under way on another thread when it is dropped goes on to its end.
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

    /// Events are delivered for as long as there is a handle of the live registry.
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
            // What a subscriber owns is dropped where no lock is held.
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
    /// Called by the thread that delivers, and by nobody else.
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
    /// Queues this for those who are subscribed now.
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
    /// Nothing when somebody is delivering, who will go on with what is new.
    pub fn begin(shared: &'s Shared) -> Option<Self> {
        let is_telling = std::mem::replace(&mut shared.state().subscribers.is_telling, true);
        // Not made in vain: dropped, it would take the right from the one who has it.
        (!is_telling).then(|| Telling { shared })
    }

    /// Delivers all events that are waiting. A panic of a subscriber is resumed when all are delivered.
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

    /// Returns the next event to deliver. When there is none, the right to deliver is given back in the same moment, so that nothing is
    /// left to nobody.
    fn next(&self) -> Option<(Event, Vec<Arc<Subscriber>>)> {
        let mut state = self.shared.state();
        let next = state.subscribers.queue.pop_front();
        state.subscribers.is_telling = next.is_some();
        next
    }
}

/// Reached only by a panic of what a subscriber owned.
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
        // Whatever a panic leaves half done is not called again.
        catch_unwind(AssertUnwindSafe(call)).inspect_err(|_| self.has_ended.store(true, Ordering::Release))
    }
}
