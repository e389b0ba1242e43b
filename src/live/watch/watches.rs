//! The system's watches on the folders of the ways.

use super::WatchError;
use super::signal::Signal;
use super::ways::{Names, Ways};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Holds watches on the folders of the ways. Dropping the value removes the watches.
pub(super) struct Watches {
    ways: Ways,
    filter: Arc<Filter>,
    _watcher: RecommendedWatcher,
}

/// Filters file-system events: passes on those that concern the catalog's files.
struct Filter {
    folders: BTreeSet<PathBuf>,
    /// The names change while the folders stay, for example when a file beside others is included.
    names: Mutex<Names>,
}

impl Watches {
    /// Watches the folders of the ways, and reports relevant events to the signal.
    ///
    /// The watches are made as a whole and never changed, because notify's records differ from the kernel's for a
    /// folder that was moved, and for two paths to one folder.
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
                    // The folder was removed before it was watched, so the ways to its place must be computed anew.
                    error if error.is_absence() => signal.stale(),
                    error if folder.is_needed || error.is_want() => return Err(error),
                    _ => {}
                },
            }
        }
        Ok(Watches { ways, filter, _watcher: watcher })
    }

    /// Adopts other ways through the same folders. Returns `false` if the folders differ.
    pub fn fit(&mut self, ways: &mut Ways, signal: &Signal) -> bool {
        let fits = self.ways.lead_through_the_same(ways);
        if fits {
            let names = std::mem::take(&mut ways.names);
            let mut known = self.filter.names.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.hold(&names) {
                // Changes of the new names since the last reload were filtered out.
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
    /// The event concerns a watched folder itself.
    Stale,
}

impl Filter {
    fn judge(&self, event: &notify::Event) -> Counts {
        let is_of_folder = event.paths.iter().any(|path| self.folders.contains(path));
        match event.kind {
            // Reading is no change, and each reload reads the catalogs.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
            EventKind::Access(_) => return Counts::Not,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) if is_of_folder => {
                return Counts::Stale;
            }
            // The permissions of the folder may have changed.
            EventKind::Modify(ModifyKind::Metadata(_)) if is_of_folder => return Counts::Changed,
            _ => {}
        }
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = event.paths.iter().any(|path| names.count(path));
        if counts { Counts::Changed } else { Counts::Not }
    }
}
