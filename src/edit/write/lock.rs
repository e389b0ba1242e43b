//! Locks the folders whose files a transaction changes.
//!
//! A transaction holds the locks of the folders of all files of the catalogs, not only of those that it changes: the
//! state that it checked must still hold when it writes. Folders are locked in the order of their paths, so that two
//! transactions never wait for each other. The wait for each lock that others hold is limited ([`Patience`]).
//!
//! The lock is that of a file in the folder (`flock` on Linux), [`LOCK_FILE`]. Only those who may make files in the
//! folder, and so may replace the existing ones, can open it. Whoever can open a file, even only for reading, can hold
//! its lock forever, and the same is true for a folder and for the locks of `fcntl`: so neither the folder nor a
//! catalog is locked. The file is made under another name, gets its rights, is locked, and only then gets its name; it
//! is removed when the transaction ends. A file that a killed process left is not locked, and the next transaction
//! takes it over.
//!
//! If that file cannot be made for lack of permission, this process cannot replace files there either. The files that
//! it read in the folder are compared once more before it writes elsewhere.
//!
//! Where everybody may make files and only their owners may replace them (the sticky bit, as in `/tmp`), only the
//! lock's owner can open it. A lock that belongs neither to root, nor to the folder's owner, nor to this process's user
//! is not valid: it is removed where that is permitted, as it is to root, and otherwise waited for like the others.
//!
//! On systems other than Unix, all processes share one file, which stays.
//!
//! The locks are advisory: editors do not ask for them.

use super::error::LockError;
use super::patience::Patience;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file that is locked in a folder.
const LOCK_FILE: &str = ".sockatlas-lock";

/// Holds the locks of folders. Dropping the value releases them.
#[derive(Debug, Default)]
#[must_use]
pub struct Locks {
    folders: Vec<(PathBuf, Option<File>)>,
}

impl Locks {
    /// Locks these folders, given by their canonical paths, in this order. Waits for others who hold their locks.
    pub(super) fn of(folders: &BTreeSet<PathBuf>, patience: &mut Patience<'_>) -> Result<Locks, LockError> {
        let mut locks = Locks::default();
        for folder in folders {
            locks.folders.push((folder.clone(), system::lock(folder, patience)?));
        }
        Ok(locks)
    }

    /// Returns the canonical paths of the locked folders.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(folder, _)| folder.as_path())
    }

    /// Returns whether a folder, given by its canonical path, is locked.
    pub(super) fn hold(&self, folder: &Path) -> bool {
        self.folders().any(|locked| locked == folder)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for (folder, file) in &self.folders {
            let Some(file) = file else { continue };
            system::clear_away(file, &folder.join(LOCK_FILE));
            // Closing the file is not enough: a process that another thread has just forked keeps the same file open
            // until it executes its program.
            let _ = file.unlock();
        }
    }
}

/// Locks an open file, unless it is locked already. Returns whether it did.
fn try_lock(file: &File, folder: &Path) -> Result<bool, LockError> {
    loop {
        return match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(TryLockError::Error(error)) => Err(refused(folder)(error)),
        };
    }
}

fn refused(folder: &Path) -> impl Fn(io::Error) -> LockError {
    let folder = folder.to_owned();
    move |error| LockError::Io { folder: folder.clone(), error }
}

/// Returns whether the error is a lack of permission to make or open a file in a folder.
fn is_not_permitted(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

#[cfg(unix)]
mod system {
    use super::super::{rights, temporary};
    use super::{File, LOCK_FILE, LockError, Path, Patience, fs, io, is_not_permitted, refused, try_lock};
    use crate::catalog::journal::{self, Owner, ROOT};
    use crate::catalog::regular::{self, Links, NotRegular};
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    use std::fs::{Metadata, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    /// Locks a folder. Returns `None` if this process may not make files in it, and so has nothing to lock.
    pub fn lock(folder: &Path, patience: &mut Patience<'_>) -> Result<Option<File>, LockError> {
        let path = folder.join(LOCK_FILE);
        let inside = temporary::open(folder).map_err(refused(folder))?;
        loop {
            let there = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => match make(folder, &inside, &path)? {
                    Made::Locked(file) => return Ok(Some(file)),
                    Made::NotPermitted => return Ok(None),
                    Made::ByAnother => continue,
                },
                there => there.map_err(refused(folder))?,
            };
            if is_a_strangers(folder, &there) {
                match fs::remove_file(&path) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(_) if there.is_file() => patience.wait(folder, &path)?,
                    Err(_) => expect_lock(folder, &path).map(drop)?,
                }
                continue;
            }
            let opened = expect_lock(folder, &path)?;
            let (file, metadata) = match opened {
                Opened::File(file, metadata) => (file, metadata),
                Opened::Gone => continue,
                // Another user who may change this folder holds the lock, or left it when the process was killed.
                Opened::NotPermitted if may_make_files(folder) => {
                    patience.wait(folder, &path)?;
                    continue;
                }
                Opened::NotPermitted => return Ok(None),
            };
            match () {
                // The file was replaced after its metadata was read.
                () if is_a_strangers(folder, &metadata) => {}
                () if !try_lock(&file, folder)? => patience.wait(folder, &path)?,
                // The lock that was waited for may be removed, and replaced by another.
                () if is_at(&file, &path) => return Ok(Some(file)),
                () => {}
            }
        }
    }

    /// Removes a lock that this process holds.
    pub fn clear_away(file: &File, path: &Path) {
        if is_at(file, path) {
            // If the file cannot be removed, it stays without a lock.
            let _ = fs::remove_file(path);
        }
    }

    enum Made {
        Locked(File),
        /// A lock exists already.
        ByAnother,
        NotPermitted,
    }

    /// Makes a lock file, which has its rights and is locked before it gets its name.
    fn make(folder: &Path, inside: &File, path: &Path) -> Result<Made, LockError> {
        let refused = refused(folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(temporary::PREFIX).suffix(temporary::SUFFIX).permissions(Permissions::from_mode(0o600));
        let file = match builder.tempfile_in(folder) {
            Err(error) if is_not_permitted(&error) => return Ok(Made::NotPermitted),
            made => made.map_err(&refused)?,
        };
        if journal::sticky(folder).is_none() {
            let of_folder = inside.metadata().map_err(&refused)?;
            // If this fails, fewer users can open the lock; the others still wait for its end.
            let _ = rights::admit_writers(file.as_file(), inside, &of_folder);
        }
        if !try_lock(file.as_file(), folder)? {
            return Ok(Made::ByAnother);
        }
        match file.persist_noclobber(path) {
            Ok(file) => Ok(Made::Locked(file)),
            // The holder of the lock may remove this file as a leftover before it has its name.
            Err(error) if matches!(error.error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                Ok(Made::ByAnother)
            }
            Err(error) => Err(refused(error.error)),
        }
    }

    enum Opened {
        File(File, Metadata),
        Gone,
        NotPermitted,
    }

    /// Opens an existing lock. It is opened for writing, because some file systems lock only such files.
    fn expect_lock(folder: &Path, path: &Path) -> Result<Opened, LockError> {
        match regular::open_as(path, Links::Refused, File::options().read(true).write(true)) {
            Ok((file, metadata)) => Ok(Opened::File(file, metadata)),
            Err(error) if NotRegular::is(&error) => Err(LockError::NotALock { lock: path.to_owned(), error }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Opened::Gone),
            Err(error) if is_not_permitted(&error) => Ok(Opened::NotPermitted),
            Err(error) => Err(refused(folder)(error)),
        }
    }

    /// Returns whether a lock belongs to a user who cannot replace the files of this folder.
    fn is_a_strangers(folder: &Path, lock: &Metadata) -> bool {
        let owner = Owner::of(lock);
        let knows = |of_folder| owner == ROOT || owner == of_folder || owner == temporary::this_process();
        journal::sticky(folder).is_some_and(|of_folder| !knows(of_folder))
    }

    /// Returns whether this process may make files in a folder. Returns `true` if that is unknown, so that the caller
    /// waits.
    fn may_make_files(folder: &Path) -> bool {
        let may = accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        !may.is_err_and(|error| is_not_permitted(&error.into()))
    }

    /// Returns whether an open file is still the file at a path.
    fn is_at(file: &File, path: &Path) -> bool {
        let place = |metadata: io::Result<Metadata>| metadata.map(|metadata| (metadata.dev(), metadata.ino())).ok();
        let is = place(file.metadata());
        is.is_some() && is == place(fs::symlink_metadata(path))
    }
}

#[cfg(not(unix))]
mod system {
    use super::{File, LOCK_FILE, LockError, Path, Patience, is_not_permitted, refused, try_lock};

    /// Locks a folder. Returns `None` if this process may not make files in it, and so has nothing to lock.
    pub fn lock(folder: &Path, patience: &mut Patience<'_>) -> Result<Option<File>, LockError> {
        let path = folder.join(LOCK_FILE);
        let file = match File::options().read(true).write(true).create(true).truncate(false).open(&path) {
            Err(error) if is_not_permitted(&error) => return Ok(None),
            opened => opened.map_err(refused(folder))?,
        };
        while !try_lock(&file, folder)? {
            patience.wait(folder, &path)?;
        }
        Ok(Some(file))
    }

    /// An open file cannot be removed on such systems.
    pub fn clear_away(_: &File, _: &Path) {}
}
