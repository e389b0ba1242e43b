//! The system's watches on the folders of the ways.

use super::WatchError;
use super::signal::Signal;
use super::ways::{Names, Ways};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Watches; dropped, they are no more.
pub(super) struct Watches {
    ways: Ways,
    filter: Arc<Filter>,
    _watcher: RecommendedWatcher,
}

/// Tells what counts of what happens.
struct Filter {
    folders: BTreeSet<PathBuf>,
    /// They change while the folders stay, as when a file is included beside others.
    names: Mutex<Names>,
}

impl Watches {
    /// Watches the folders of the ways, and notifies the signal of what counts.
    ///
    /// They are made as a whole and never changed: of a folder that was moved, and of two paths to one folder, notify keeps another
    /// account than the kernel.
    pub fn new(mut ways: Ways, signal: &Arc<Signal>) -> Result<Watches, WatchError> {
        let folders = ways.folders.keys().cloned().collect();
        let filter = Arc::new(Filter { folders, names: Mutex::new(std::mem::take(&mut ways.names)) });
        let (reported, wanted) = (signal.clone(), filter.clone());
        let notify = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if event.need_rescan() => reported.stale(),
            Ok(event) => match wanted.judge(&event) {
                Counts::Not => {}
                Counts::Changed => reported.changed(),
                Counts::Stale => reported.stale(),
            },
            Err(error) => reported.failed(WatchError::of_system(error)),
        };
        let mut watcher = notify::recommended_watcher(notify).map_err(WatchError::of_system)?;
        for (path, folder) in &ways.folders {
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                Err(error) => match WatchError::of_folder(path.clone(), error) {
                    // It went while nobody watched; where it was is to be worked out anew.
                    error if error.is_absence() => signal.stale(),
                    error if folder.is_needed || error.is_want() => return Err(error),
                    _ => {}
                },
            }
        }
        Ok(Watches { ways, filter, _watcher: watcher })
    }

    /// Takes other ways through the same folders; false where the folders are others.
    pub fn fit(&mut self, ways: &mut Ways, signal: &Signal) -> bool {
        let fits = self.ways.lead_through_the_same(ways);
        if fits {
            let names = std::mem::take(&mut ways.names);
            let mut known = self.filter.names.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.hold(&names) {
                // What happened to new names since they were read did not count yet.
                signal.changed();
            }
            *known = names;
        }
        fits
    }
}

enum Counts {
    Not,
    Changed,
    /// It happened to a watched folder itself.
    Stale,
}

impl Filter {
    fn judge(&self, event: &notify::Event) -> Counts {
        let is_of_folder = event.paths.iter().any(|path| self.folders.contains(path));
        match event.kind {
            // Reading is no change, and the catalogs are read at each reload.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
            EventKind::Access(_) => return Counts::Not,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) if is_of_folder => {
                return Counts::Stale;
            }
            // Who may read it.
            EventKind::Modify(ModifyKind::Metadata(_)) if is_of_folder => return Counts::Changed,
            _ => {}
        }
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = event.paths.iter().any(|path| names.count(path));
        if counts { Counts::Changed } else { Counts::Not }
    }
}
