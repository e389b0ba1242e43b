//! Who may change the files of a folder.
//!
//! A transaction holds the locks of the folders of every file that the catalogs are made of, not only of those that it changes:
//! what it checked must still hold when it writes. Folders are locked in the order of their paths, so that two transactions never
//! wait for each other, and each that is being made by others is waited for only so long ([`Patience`]).
//!
//! The lock is that of a file in the folder (`flock` on Linux), [`LOCK_FILE`], which those alone can open who may make files in the
//! folder, and so replace those that are there. Whoever can open a file, be it only to read it, can hold its lock for ever,
//! and the same goes for a folder and for the locks of `fcntl`: so neither the folder nor a catalog is locked. The file is made
//! under another name, gets its rights, is locked, and only then gets its name; it goes when the transaction ends. One that a
//! killed process left is locked by nobody, and the next transaction takes it over.
//!
//! Where that file cannot be made for lack of permission, this process can replace nothing either, and what it reads of the folder
//! is compared once more before it writes elsewhere.
//!
//! Where everybody may make files and only their owners may replace them (the sticky bit, as in `/tmp`), the lock is its owner's
//! alone, and one that belongs neither to root, nor to the folder's owner, nor to this process's user is none: it is removed
//! where that is permitted, as it is to root, and else waited for as the others are.
//!
//! Elsewhere than on Unix the file is one of many, and stays.
//!
//! Locks are the process's own word among others of its kind: editors do not ask for them.

use super::{Holder, Patience};
use crate::catalog::journal::Owner;
use crate::edit::write::{self, WriteError};
use crate::load::Loader;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is locked in a folder.
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
    #[error("{}: another transaction is changing the catalogs of this folder: {holder}", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
        /// Who is making it.
        holder: Holder,
    },
    /// Another transaction is being made there, and was waited for too long.
    #[error(
        "{}: nothing is changed, because the lock of this folder, `{}`, has been held for {} by {holder}; if that makes no change, end \
         it, or remove the lock",
        folder.display(), lock.display(), humantime::format_duration(*after)
    )]
    Held {
        /// The folder.
        folder: PathBuf,
        /// The file that is locked.
        lock: PathBuf,
        /// How long it was waited for.
        after: Duration,
        /// Who holds it.
        holder: Holder,
    },
    /// What is to be locked is no regular file.
    #[error("{}: cannot lock this folder: {error}; remove it", lock.display())]
    NotALock {
        /// What is there in the place of the lock.
        lock: PathBuf,
        /// What it is.
        #[source]
        error: io::Error,
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
    /// What others are doing there is waited for.
    pub(super) fn of_catalogs(loader: &Loader, patience: &mut Patience<'_>) -> Result<Locks, WriteError> {
        let mut wanted = folders(loader);
        loop {
            let (folders, owners) = wanted.iter().cloned().unzip();
            let locks = Locks::of(folders, owners, patience)?;
            // Others may have changed meanwhile what is included.
            let now = self::folders(loader);
            if now.is_subset(&wanted) {
                return Ok(locks);
            }
            wanted.extend(now);
        }
    }

    /// Locks these folders, given by their canonical paths, and finishes what killed transactions left there, for which further
    /// folders may have to be locked. The owners are those of the files for which all this is done.
    pub(in crate::edit) fn of(
        mut folders: BTreeSet<PathBuf>,
        owners: BTreeSet<Owner>,
        patience: &mut Patience<'_>,
    ) -> Result<Locks, WriteError> {
        loop {
            let locks = Locks::taken(&folders, patience)?;
            let further = write::finish(&locks, &owners)?;
            if further.is_empty() {
                return Ok(locks);
            }
            // All are let go before more are waited for, so that the order of the paths holds.
            folders.extend(further);
        }
    }

    fn taken(folders: &BTreeSet<PathBuf>, patience: &mut Patience<'_>) -> Result<Locks, LockError> {
        let mut locks = Locks::default();
        for folder in folders {
            locks.folders.push((folder.clone(), system::lock(folder, patience)?));
        }
        Ok(locks)
    }

    /// Returns the folders, by their canonical paths.
    pub(in crate::edit) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(folder, _)| folder.as_path())
    }

    /// Returns whether a folder is locked, by its canonical path.
    pub(in crate::edit) fn hold(&self, folder: &Path) -> bool {
        self.folders().any(|locked| locked == folder)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for (folder, file) in &self.folders {
            let Some(file) = file else { continue };
            system::clear_away(file, &folder.join(LOCK_FILE));
            // Closing is not enough: a process that another thread has just forked has the same file open until it runs its program.
            let _ = file.unlock();
        }
    }
}

/// Locks an open file, if nobody else has it locked.
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

/// Returns whether a file in a folder cannot be made or opened for lack of permission.
fn is_not_permitted(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

#[cfg(unix)]
mod system {
    use super::{File, LOCK_FILE, LockError, Path, Patience, fs, io, is_not_permitted, refused, try_lock};
    use crate::catalog::journal::{self, Owner, ROOT};
    use crate::catalog::regular::{self, Links, NotRegular};
    use crate::edit::write::{rights, temporary};
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    use std::fs::{Metadata, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    /// Locks a folder. There is nothing to lock where this process can make no file.
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
                // Another who may change this folder holds it, or left it when it was killed.
                Opened::NotPermitted if may_make_files(folder) => {
                    patience.wait(folder, &path)?;
                    continue;
                }
                Opened::NotPermitted => return Ok(None),
            };
            match () {
                // It was put there after it was looked at.
                () if is_a_strangers(folder, &metadata) => {}
                () if !try_lock(&file, folder)? => patience.wait(folder, &path)?,
                // What was waited for may be gone, and another be in its place.
                () if is_at(&file, &path) => return Ok(Some(file)),
                () => {}
            }
        }
    }

    /// Takes a lock away that is held.
    pub fn clear_away(file: &File, path: &Path) {
        if is_at(file, path) {
            // One that stays is locked by nobody.
            let _ = fs::remove_file(path);
        }
    }

    enum Made {
        Locked(File),
        /// A lock is there already.
        ByAnother,
        NotPermitted,
    }

    /// Makes a lock, which has its rights and is locked when it gets its name.
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
            // Fewer can open it where this fails, and others wait for its end all the same.
            let _ = rights::admit_writers(file.as_file(), inside, &of_folder);
        }
        if !try_lock(file.as_file(), folder)? {
            return Ok(Made::ByAnother);
        }
        match file.persist_noclobber(path) {
            Ok(file) => Ok(Made::Locked(file)),
            // Who holds the lock clears away what is not there by its name yet.
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

    /// Opens a lock that is there. Some file systems lock only what is open for writing.
    fn expect_lock(folder: &Path, path: &Path) -> Result<Opened, LockError> {
        match regular::open_as(path, Links::Refused, File::options().read(true).write(true)) {
            Ok((file, metadata)) => Ok(Opened::File(file, metadata)),
            Err(error) if NotRegular::is(&error) => Err(LockError::NotALock { lock: path.to_owned(), error }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Opened::Gone),
            Err(error) if is_not_permitted(&error) => Ok(Opened::NotPermitted),
            Err(error) => Err(refused(folder)(error)),
        }
    }

    /// Returns whether a lock belongs to somebody who cannot replace the files of this folder.
    fn is_a_strangers(folder: &Path, lock: &Metadata) -> bool {
        let owner = Owner::of(lock);
        let knows = |of_folder| owner == ROOT || owner == of_folder || owner == temporary::this_process();
        journal::sticky(folder).is_some_and(|of_folder| !knows(of_folder))
    }

    /// Returns whether this process may make files in a folder. If it cannot be known, it is taken for granted: one waits then.
    fn may_make_files(folder: &Path) -> bool {
        let may = accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        !may.is_err_and(|error| is_not_permitted(&error.into()))
    }

    /// Returns whether an open file is still what is found at a path.
    fn is_at(file: &File, path: &Path) -> bool {
        let place = |metadata: io::Result<Metadata>| metadata.map(|metadata| (metadata.dev(), metadata.ino())).ok();
        let is = place(file.metadata());
        is.is_some() && is == place(fs::symlink_metadata(path))
    }
}

#[cfg(not(unix))]
mod system {
    use super::{File, LOCK_FILE, LockError, Path, Patience, is_not_permitted, refused, try_lock};

    /// Locks a folder. There is nothing to lock where this process can make no file.
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

    /// What is open cannot be removed there.
    pub fn clear_away(_: &File, _: &Path) {}
}

/// Returns the folders of all files that a loader would load, by their canonical paths, each with the owners of its files.
fn folders(loader: &Loader) -> BTreeSet<(PathBuf, Owner)> {
    let (sources, _) = loader.load_with_sources();
    let files = sources.iter().filter_map(|(_, source)| fs::canonicalize(source.file()?).ok());
    files.filter_map(|file| Some((file.parent()?.to_owned(), Owner::of(&fs::metadata(&file).ok()?)))).collect()
}
