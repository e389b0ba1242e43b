//! What all handles share: how a version takes the place of another.
//!
//! Two locks, and readers take none. `turn` is held while catalogs are loaded and checked, so that one load is made at a time. `state`
//! is held for moments only, never while anything is loaded, checked, freed or delivered.

use super::event::{Event, Kept, Rejection, Replaced};
use super::reader::Slot;
use super::retired::Retired;
use super::subscription::{Subscribers, Telling};
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
    /// The number of the version that counts. On a line of its own, which changes with reloads only.
    newest: CachePadded<AtomicU64>,
    loader: Option<Loader>,
    /// How versions are checked, if they are.
    settings: Option<Settings>,
    turn: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// Those of the readers; a reader that is gone leaves its slot behind.
    slots: Vec<Arc<Slot>>,
    retired: Retired,
    /// What is wrong with the catalogs as they were loaded last.
    rejection: Option<Arc<Rejection>>,
    /// Whether the version that counts was made elsewhere, and so is not what the loader loads.
    is_given: bool,
    pub subscribers: Subscribers,
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

    pub fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that panics runs under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a new reader's slot, and the version that counts: of all later ones it hears.
    pub fn join(&self) -> (Arc<Version>, Arc<Slot>) {
        let slot = Arc::new(Slot::new(None));
        let mut state = self.state();
        if state.slots.len() == state.slots.capacity() {
            state.forget_slots();
        }
        state.slots.push(slot.clone());
        (self.current.load_full(), slot)
    }

    /// Frees what nobody has any more, and counts the rest.
    pub fn release(&self) -> usize {
        let (unused, left) = {
            let mut state = self.state();
            state.forget_slots();
            (state.retired.unused(), state.retired.len())
        };
        drop(unused);
        left
    }

    /// Loads, puts what was loaded in its place if it is good, and notifies.
    pub fn change(&self, load: impl FnOnce() -> Result<Registry, Rejection>) -> Option<Event> {
        let event = {
            let _turn = self.take_turn();
            // The room that it takes may be needed.
            self.release();
            let was = self.current.load_full();
            match load() {
                Ok(registry) if !self.state().is_given && same_documents(&was.registry, &registry) => self.restore(was),
                Ok(registry) => Some(self.put(was, registry, false)),
                Err(rejection) => Some(self.keep(was, rejection)),
            }
        };
        self.notify();
        event
    }

    /// Puts a registry that was made elsewhere in its place, and notifies.
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
        self.notify();
        Some(event)
    }

    /// Tells that the files are not watched any more.
    #[cfg(feature = "watch")]
    pub fn notify_unwatched(&self, error: super::WatchError) {
        let event = Event::Unwatched(super::Unwatched::new(self.current.load_full(), error));
        self.state().subscribers.queue(event);
        self.notify();
    }

    fn take_turn(&self) -> MutexGuard<'_, ()> {
        // It guards no data that a panic could leave half done.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the version that counted is what the catalogs say.
    fn restore(&self, was: Arc<Version>) -> Option<Event> {
        let mut state = self.state();
        state.rejection.take()?;
        Some(state.subscribers.queue(Event::Restored(was)))
    }

    fn keep(&self, was: Arc<Version>, rejection: Rejection) -> Event {
        let mut state = self.state();
        let is_known = state.rejection.as_ref().is_some_and(|known| known.to_string() == rejection.to_string());
        let rejection = Arc::new(rejection);
        state.rejection = Some(rejection.clone());
        let event = Event::Kept(Kept::new(was, rejection));
        if is_known { event } else { state.subscribers.queue(event) }
    }

    /// Puts a registry in the place of the version that counts, if it passes the check.
    fn put(&self, was: Arc<Version>, registry: Registry, is_given: bool) -> Event {
        let registry = match judged(registry, self.settings.as_ref()) {
            Ok(registry) => registry,
            Err(rejection) => return self.keep(was, rejection),
        };
        let is = Arc::new(Version { number: was.number.saturating_add(1), registry });
        let mut state = self.state();
        // Kept before it can be anybody's last.
        state.retired.add(was.clone(), &is.registry);
        self.current.store(is.clone());
        state.forget_slots();
        for slot in &state.slots {
            // What was not taken is among the retired.
            slot.store(Some(is.clone()));
        }
        // Last: who sees it finds the version in its slot.
        self.newest.store(is.number, Ordering::Release);
        state.rejection = None;
        state.is_given = is_given;
        state.subscribers.queue(Event::Replaced(Replaced::new(was, is)))
    }

    fn notify(&self) {
        Telling::begin(self).into_iter().for_each(Telling::all);
    }
}

impl State {
    /// Drops the slots of readers that are gone.
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
