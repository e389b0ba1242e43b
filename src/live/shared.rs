//! The state that all handles of a live registry share, and how it replaces a version.
//!
//! There are two locks; readers take neither. `turn` is held while catalogs are loaded and checked, so that one load is
//! made at a time. `state` is held only for moments, never while a catalog is loaded, checked, freed or an event is
//! delivered.

use super::event::{Event, Kept, Rejection, Replaced};
use super::reader::Slot;
use super::retired::Retired;
use super::subscription::Subscribers;
use super::{judged, version::Version};
use crate::check::Settings;
use crate::load::Loader;
use crate::registry::Registry;
use arc_swap::ArcSwap;
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct Shared {
    current: CachePadded<ArcSwap<Version>>,
    /// The number of the current version. It has a cache line of its own, which changes only with reloads.
    newest: CachePadded<AtomicU64>,
    loader: Option<Loader>,
    /// The settings of the check that versions must pass, if any.
    settings: Option<Settings>,
    turn: Mutex<()>,
    state: Mutex<State>,
    /// Events are queued under the lock of `state`, so that they have the order of the versions.
    pub subscribers: Arc<Subscribers>,
}

#[derive(Default)]
struct State {
    /// The slots of the readers; a dropped reader leaves its slot behind.
    slots: Vec<Arc<Slot>>,
    retired: Retired,
    /// The reason why the catalogs were rejected when they were last loaded.
    rejection: Option<Arc<Rejection>>,
    /// Whether the current version was made elsewhere, so that it is not what the loader loads.
    is_given: bool,
}

impl Shared {
    pub fn new(registry: Registry, loader: Option<Loader>, settings: Option<Settings>) -> Self {
        Shared {
            current: CachePadded::new(ArcSwap::from_pointee(Version { number: 1, registry })),
            newest: CachePadded::new(AtomicU64::new(1)),
            loader,
            settings,
            turn: Mutex::default(),
            state: Mutex::default(),
            subscribers: Arc::default(),
        }
    }

    pub fn load(&self) -> arc_swap::Guard<Arc<Version>> {
        self.current.load()
    }

    #[inline]
    pub fn newest(&self) -> u64 {
        self.newest.load(Ordering::Acquire)
    }

    pub fn loader(&self) -> Option<&Loader> {
        self.loader.as_ref()
    }

    pub fn rejection(&self) -> Option<Arc<Rejection>> {
        self.state().rejection.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that panics runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the current version and a slot for a new reader, which receives all later versions.
    pub fn join(&self) -> (Arc<Version>, Arc<Slot>) {
        let slot = Arc::new(Slot::new(None));
        let mut state = self.state();
        if state.slots.len() == state.slots.capacity() {
            state.forget_slots();
        }
        state.slots.push(slot.clone());
        (self.current.load_full(), slot)
    }

    /// Frees the unused old versions, and returns the number of the others.
    pub fn release(&self) -> usize {
        let (unused, left) = {
            let mut state = self.state();
            state.forget_slots();
            (state.retired.unused(), state.retired.len())
        };
        drop(unused);
        left
    }

    /// Loads, makes the loaded registry current if it is accepted, and notifies the subscribers.
    pub fn change(&self, load: impl FnOnce() -> Result<Registry, Rejection>) -> Option<Event> {
        let event = {
            let _turn = self.take_turn();
            // The memory may be needed for the load.
            self.release();
            let was = self.current.load_full();
            match load() {
                Ok(registry) if !self.state().is_given && same_documents(&was.registry, &registry) => self.restore(was),
                Ok(registry) => Some(self.put(was, registry, false)),
                Err(rejection) => Some(self.keep(was, rejection)),
            }
        };
        self.subscribers.deliver();
        event
    }

    /// Makes a registry that was made elsewhere current, and notifies the subscribers.
    pub fn replace(&self, registry: Registry) -> Option<Event> {
        let event = {
            let _turn = self.take_turn();
            self.release();
            let was = self.current.load_full();
            if was.registry.is(&registry) {
                return None;
            }
            self.put(was, registry, true)
        };
        self.subscribers.deliver();
        Some(event)
    }

    /// Notifies the subscribers that the files are no longer watched.
    #[cfg(feature = "watch")]
    pub fn notify_unwatched(&self, error: super::WatchError) {
        let event = Event::Unwatched(super::Unwatched::new(self.current.load_full(), error));
        let state = self.state();
        self.subscribers.queue(event);
        drop(state);
        self.subscribers.deliver();
    }

    fn take_turn(&self) -> MutexGuard<'_, ()> {
        // The lock guards no data that a panic could leave inconsistent.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports that the catalogs are again those of the current version, if they were rejected before.
    fn restore(&self, was: Arc<Version>) -> Option<Event> {
        let mut state = self.state();
        state.rejection.take()?;
        Some(self.subscribers.queue(Event::Restored(was)))
    }

    fn keep(&self, was: Arc<Version>, rejection: Rejection) -> Event {
        let mut state = self.state();
        let is_known = state.rejection.as_ref().is_some_and(|known| known.to_string() == rejection.to_string());
        let rejection = Arc::new(rejection);
        state.rejection = Some(rejection.clone());
        let event = Event::Kept(Kept::new(was, rejection));
        if is_known { event } else { self.subscribers.queue(event) }
    }

    /// Makes a registry the current version, if it passes the check.
    fn put(&self, was: Arc<Version>, registry: Registry, is_given: bool) -> Event {
        let registry = match judged(registry, self.settings.as_ref()) {
            Ok(registry) => registry,
            Err(rejection) => return self.keep(was, rejection),
        };
        let is = Arc::new(Version { number: was.number.saturating_add(1), registry });
        let mut state = self.state();
        // Retired first, so that no other reference can be the last one.
        state.retired.add(was.clone(), &is.registry);
        self.current.store(is.clone());
        state.forget_slots();
        for slot in &state.slots {
            // An old version that the reader did not take is among the retired versions.
            slot.store(Some(is.clone()));
        }
        // Last, so that whoever sees the number finds the version in its slot.
        self.newest.store(is.number, Ordering::Release);
        state.rejection = None;
        state.is_given = is_given;
        self.subscribers.queue(Event::Replaced(Replaced::new(was, is)))
    }
}

impl State {
    /// Drops the slots of dropped readers.
    fn forget_slots(&mut self) {
        self.slots.retain(|slot| Arc::strong_count(slot) > 1);
    }
}

fn same_documents(one: &Registry, other: &Registry) -> bool {
    let (one, other) = (one.sources(), other.sources());
    let pairs = one.iter().zip(other.iter());
    one.len() == other.len()
        && pairs.into_iter().all(|((_, one), (_, other))| one.name() == other.name() && one.text() == other.text())
}
