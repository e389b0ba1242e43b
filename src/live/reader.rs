//! Reads a live registry at the cost of one atomic load.
//!
//! Each reader has a slot into which the reloading thread puts the new version. A reader loads the number of the
//! current version, from a word that changes only with reloads. If it differs from the number of the version that the
//! reader has, the reader takes the version in its slot with one atomic swap. There is no lock and no thread-local
//! state, so a read never allocates, on any thread.

use super::Live;
use super::version::Version;
use crossbeam_utils::atomic::AtomicCell;
use std::sync::Arc;

/// The slot where a new version waits for its reader; `None` if the reader has the newest version.
pub(super) type Slot = AtomicCell<Option<Arc<Version>>>;

// Otherwise the cell would use a lock.
const _: () = assert!(Slot::is_lock_free());

/// Reads a live registry, for one thread or task. Made by [`Live::reader`].
///
/// ```
/// use sockatlas::live::Live;
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
/// A reader never goes back: each version that it returns has the number of the last one or a higher one. The returned
/// version is never older than the version that was current at the time of the call.
///
/// A reader keeps its live registry alive, and the version that it returned last; an idle reader also keeps the newest
/// version alive.
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

    /// Returns the current version. It never waits, never allocates and never frees, on any thread.
    ///
    /// A selection from this version must be dropped, or [kept](crate::Selection::keep), before the next call.
    #[inline]
    pub fn version(&mut self) -> &Version {
        if self.live.shared.newest() != self.version.number {
            self.take();
        }
        &self.version
    }

    /// Not inlined, because it runs once for each reload.
    #[cold]
    fn take(&mut self) {
        // The slot is empty if the reader took a newer version already, whose number is about to be published.
        if let Some(newer) = self.slot.take() {
            // This never drops the last reference to the old version, which the list of retired versions keeps.
            self.version = newer;
        }
    }

    /// Returns the live registry that this reader reads.
    pub fn live(&self) -> &Live {
        &self.live
    }
}

/// Makes another reader of the same live registry, as [`Live::reader`] does.
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
