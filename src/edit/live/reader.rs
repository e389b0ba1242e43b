//! Reading without any cost but an atomic load.
//!
//! Each reader has a slot into which whoever reloads puts the new version. A reader looks at the number of the version that counts,
//! which is one load of a word that changes with reloads only; when it is another than that of the version that it has, it
//! takes what is in its slot with one atomic swap. There is no lock, nothing of the thread's own, and so nothing to be
//! allocated on whatever thread it reads.

use super::Live;
use super::version::Version;
use crossbeam_utils::atomic::AtomicCell;
use std::sync::Arc;

/// Where a new version waits for its reader; nothing when the reader has the newest.
pub(super) type Slot = AtomicCell<Option<Arc<Version>>>;

// Else it would be a lock in disguise.
const _: () = assert!(Slot::is_lock_free());

/// Reads a live registry, for one thread or task. From [`Live::reader`].
///
/// ```
/// use sockatlas::edit::Live;
/// use sockatlas::terms::{Family, Protocol, SocketType};
/// use sockatlas::{Loader, Request};
///
/// let live = Live::load(Loader::new().builtin())?;
/// let mut reader = live.reader();
/// let worker = std::thread::spawn(move || {
///     let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
///     reader.version().resolve(&request).is_ok()
/// });
/// assert!(worker.join().is_ok_and(|resolved| resolved));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It never goes back: each version that it gives has the number of the last one or a higher one. What it gives is never older than
/// the version that counted when it was asked.
///
/// It keeps its live registry alive, and the version that it gave last; a reader that is left lying keeps the newest one besides.
pub struct Reader {
    version: Arc<Version>,
    slot: Arc<Slot>,
    live: Live,
}

impl Reader {
    pub(super) fn new(live: Live) -> Self {
        let (version, slot) = live.shared.join();
        Reader { version, slot, live }
    }

    /// Returns the version that counts now. It never waits, never allocates and never frees, on any thread.
    ///
    /// What was selected of it must be done with, or [kept](crate::Selection::keep), before the next one is asked for.
    #[inline]
    pub fn version(&mut self) -> &Version {
        if self.live.shared.newest() != self.version.number {
            self.take();
        }
        &self.version
    }

    /// Outside of the line: it happens once for each reload.
    #[cold]
    fn take(&mut self) {
        // Nothing is there while a newer version than the one that counts was taken already, and counts at any moment.
        if let Some(newer) = self.slot.take() {
            // Never the last reference to the old one: it is kept among the retired.
            self.version = newer;
        }
    }

    /// Returns the live registry that it reads.
    pub fn live(&self) -> &Live {
        &self.live
    }
}

/// Another reader of the same live registry, as [`Live::reader`] makes it.
impl Clone for Reader {
    fn clone(&self) -> Self {
        self.live.reader()
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("version", &self.version).finish_non_exhaustive()
    }
}
