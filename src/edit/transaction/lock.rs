//! Who may change the files of a folder.
//!
//! A transaction holds the locks of the folders of every file that the catalogs are made of, not only of those that it changes:
//! what it checked must still hold when it writes. The lock is that of the folder itself (`flock` on Linux), which leaves
//! nothing behind and ends with the process, however it ends. Folders are locked in the order of their paths, so that two
//! transactions never wait for each other.
//!
//! Where folders cannot be locked, as on NFS and under Windows, the lock is that of a file in the folder, [`LOCK_FILE`], which stays
//! there. Where that cannot be made for lack of permission, this process can replace nothing either, and what it reads of the
//! folder is compared once more before it writes elsewhere.
//!
//! Locks are the process's own word among others of its kind: editors do not ask for them.

use crate::edit::write::{self, WriteError};
use crate::load::Loader;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file that is locked where folders cannot be.
const LOCK_FILE: &str = ".sockatlas-lock";

/// Locked folders; dropped, they are free again.
#[derive(Debug, Default)]
#[must_use]
pub struct Locks {
    folders: Vec<(PathBuf, Option<File>)>,
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
    ///
    /// What others are doing there is waited for; `waiting` is told once for each folder for which that is so, and says whether to
    /// wait at all.
    pub(super) fn of_catalogs(loader: &Loader, waiting: &mut dyn FnMut(&Path) -> bool) -> Result<Locks, WriteError> {
        let mut wanted = folders(loader);
        let mut told = BTreeSet::new();
        let mut waiting = |folder: &Path| told.contains(folder) || waiting(folder) && told.insert(folder.to_owned());
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

    /// Locks these folders, given by their canonical paths, and finishes what killed transactions left there, for which further
    /// folders may have to be locked.
    pub(in crate::edit) fn of(
        mut folders: BTreeSet<PathBuf>,
        waiting: &mut dyn FnMut(&Path) -> bool,
    ) -> Result<Locks, WriteError> {
        loop {
            let locks = Locks::taken(&folders, waiting)?;
            let further = write::finish(&locks)?;
            if further.is_empty() {
                return Ok(locks);
            }
            // All are let go before more are waited for, so that the order of the paths holds.
            folders.extend(further);
        }
    }

    fn taken(folders: &BTreeSet<PathBuf>, waiting: &mut dyn FnMut(&Path) -> bool) -> Result<Locks, LockError> {
        let mut locks = Locks::default();
        for folder in folders {
            locks.folders.push((folder.clone(), lock(folder, waiting)?));
        }
        Ok(locks)
    }

    /// The folders, by their canonical paths.
    pub(in crate::edit) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(folder, _)| folder.as_path())
    }

    /// Whether a folder is locked, by its canonical path.
    pub(in crate::edit) fn hold(&self, folder: &Path) -> bool {
        self.folders().any(|locked| locked == folder)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for file in self.folders.iter().filter_map(|(_, file)| file.as_ref()) {
            // Closing is not enough: a process that another thread has just forked has the same file open until it runs its program.
            let _ = file.unlock();
        }
    }
}

/// Locks a folder. Nothing is to be kept open for one that cannot be locked by anybody like this process.
fn lock(folder: &Path, waiting: &mut dyn FnMut(&Path) -> bool) -> Result<Option<File>, LockError> {
    if cfg!(unix) {
        let open = || File::open(folder).map(Some);
        if let Some(locked) = locked(folder, folder, open, waiting)? {
            return Ok(locked);
        }
    }
    let path = folder.join(LOCK_FILE);
    let open = || match File::options().read(true).write(true).create(true).truncate(false).open(&path) {
        // Who can make no file in a folder can replace none there.
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
            Ok(None)
        }
        opened => opened.map(Some),
    };
    match locked(folder, &path, open, waiting)? {
        Some(locked) => Ok(locked),
        None => Err(LockError::Io { folder: folder.to_owned(), error: io::ErrorKind::Unsupported.into() }),
    }
}

/// Opens and locks what stands for a folder; nothing if it is not of a kind that can be locked here.
fn locked(
    folder: &Path,
    path: &Path,
    open: impl Fn() -> io::Result<Option<File>>,
    waiting: &mut dyn FnMut(&Path) -> bool,
) -> Result<Option<Option<File>>, LockError> {
    let failed = |error| LockError::Io { folder: folder.to_owned(), error };
    let mut may_wait = false;
    loop {
        let Some(file) = open().map_err(failed)? else { return Ok(Some(None)) };
        let result = match file.try_lock() {
            Err(TryLockError::WouldBlock) if may_wait || waiting(folder) => {
                may_wait = true;
                file.lock()
            }
            Err(TryLockError::WouldBlock) => return Err(LockError::Busy { folder: folder.to_owned() }),
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => Ok(()),
        };
        match result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if cannot_be_locked(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
            // What was waited for may have been moved away, and another be in its place.
            Ok(()) if is_at(&file, path) => return Ok(Some(Some(file))),
            Ok(()) => {}
        }
    }
}

/// Whether the system says that this cannot be locked, now or ever, rather than that it went wrong. NFS wants a file that is open
/// for writing, which no folder is.
fn cannot_be_locked(error: &io::Error) -> bool {
    const EBADF: i32 = 9;
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory)
        || cfg!(unix) && error.raw_os_error() == Some(EBADF)
}

/// Whether an open file is still what is found at a path.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |metadata: io::Result<fs::Metadata>| metadata.map(|metadata| (metadata.dev(), metadata.ino())).ok();
        place(file.metadata()) == place(fs::metadata(path))
    }
    #[cfg(not(unix))]
    {
        // What is open cannot be moved away there.
        let _ = (file, path);
        true
    }
}

/// The folders of all files that a loader would load, by their canonical paths.
fn folders(loader: &Loader) -> BTreeSet<PathBuf> {
    let (sources, _) = loader.load_with_sources();
    let files = sources.iter().filter_map(|(_, source)| fs::canonicalize(source.file()?).ok());
    files.filter_map(|file| file.parent().map(Path::to_owned)).collect()
}
