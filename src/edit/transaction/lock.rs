//! Who may change the files of a folder.
//!
//! A transaction holds the locks of the folders of every file that the catalogs are made of, not only of those that it changes:
//! what it checked must still hold when it writes. The lock is that of the folder itself (`flock` on Linux), which leaves
//! nothing behind and ends with the process, however it ends. Folders are locked in the order of their paths, so that two
//! transactions never wait for each other.

use crate::load::Loader;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Locked folders; dropped, they are free again.
#[derive(Debug, Default)]
#[must_use]
pub struct Locks {
    folders: Vec<(PathBuf, File)>,
}

/// Why folders were not locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another transaction is being made there, and was not to be waited for.
    #[error("{}: another transaction is changing the catalogs of this folder", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The system refused.
    #[error("{}: cannot lock this folder: {error}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl Locks {
    /// Locks the folders of all files that a loader would load.
    pub(super) fn of_catalogs(loader: &Loader, mut waiting: impl FnMut(&Path) -> bool) -> Result<Locks, LockError> {
        let mut wanted = folders(loader);
        loop {
            let locks = Locks::of(wanted.clone(), &mut waiting)?;
            // Others may have changed meanwhile what is included.
            let now = folders(loader);
            if now.is_subset(&wanted) {
                return Ok(locks);
            }
            wanted.extend(now);
        }
    }

    /// Locks these folders, given by their canonical paths.
    pub(crate) fn of(folders: BTreeSet<PathBuf>, mut waiting: impl FnMut(&Path) -> bool) -> Result<Locks, LockError> {
        let mut locks = Locks::default();
        for folder in folders {
            let failed = |error| LockError::Io { folder: folder.clone(), error };
            let file = File::open(&folder).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if waiting(&folder) => file.lock().map_err(failed)?,
                Err(TryLockError::WouldBlock) => return Err(LockError::Busy { folder }),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            locks.folders.push((folder, file));
        }
        Ok(locks)
    }
}

/// The folders of all files that a loader would load, by their canonical paths.
fn folders(loader: &Loader) -> BTreeSet<PathBuf> {
    let (sources, _) = loader.load_with_sources();
    let files = sources.iter().filter_map(|(_, source)| fs::canonicalize(source.file()?).ok());
    files.filter_map(|file| file.parent().map(Path::to_owned)).collect()
}
