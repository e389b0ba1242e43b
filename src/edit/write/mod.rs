//! Replaces files in one step, or not at all.
//!
//! | file | contents |
//! |---|---|
//! | `error` | the reasons why a file was not written, or a folder was not locked |
//! | `lock` | locks the folders whose files are replaced |
//! | `patience`, `holder` | the wait for other holders of a lock, and who they are |
//! | `temporary` | the temporary file that replaces another |
//! | `rights` | the attributes that the replacement keeps |
//! | `several` | replaces several files together, with a journal |
//! | `unfinished` | finishes the transactions of killed processes |
//!
//! The new content is written into a temporary file in the same folder, synced to the disk, and renamed to the file's
//! name with `rename`, which POSIX makes atomic: whoever opens the file, and whatever interrupts the replacement, finds
//! the whole old content or the whole new content. Then the folder is synced to the disk too, because it contains the
//! name.
//!
//! The replacement keeps the attributes described in `rights`; a symbolic link is followed, and still points to the
//! file. If something cannot be kept, the replacement is rejected. A file with several names (hard links) would become
//! two files by a rename; written in place, it could be seen half-written by those who read it under another name, in
//! whose folder there is no journal. So it is not replaced, and the error states the number of its names.
//!
//! Files are opened as described in [`regular`], without waiting and up to [`MOST_BYTES`], whatever is put in their
//! places.
//!
//! Whoever replaces files holds the locks of their folders. Editors do not use these locks, so the content of a file is
//! compared with the content that was read, and its attributes with those to be kept, finally directly before the
//! rename.

mod error;
mod holder;
mod lock;
mod patience;
mod rights;
mod several;
mod temporary;
mod unfinished;

pub use error::{LockError, WriteError};
pub use holder::Holder;
pub use lock::Locks;
pub(super) use patience::{PATIENCE, Patience};
pub(super) use unfinished::lock_and_finish;

use crate::catalog::journal::{self, Owner};
use crate::catalog::regular::{self, Links};
use error::failed;
use rights::Kept;
use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// The maximum size in bytes of a file that is replaced.
const MOST_BYTES: u64 = 1 << 30;

/// A file with the content that was read. It is replaced only while it still has that content.
#[derive(Clone, Debug)]
#[must_use]
pub struct Original {
    path: PathBuf,
    content: Vec<u8>,
    patience: Duration,
}

/// The outcome of writing files after the point of no return.
#[derive(Debug)]
#[non_exhaustive]
pub enum Written {
    /// The new content is on the disk, in its place.
    Whole,
    /// All readers of catalogs get the new content of all files, but a remaining step failed: replacing the last of
    /// several files, or making sure that the replacement survives a loss of power. The next change of these files
    /// tries that step again.
    Unfinished(WriteError),
}

impl Original {
    /// Reads a file. If an unfinished transaction changes it, the content is the one that the transaction gives it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, is not a regular file, or is larger than 1 GiB.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        let identity = fs::canonicalize(&path).map_err(failed(&path, "read it"))?;
        let Disk { metadata, content, .. } = Disk::read(&identity, &path)?;
        let content = journal::reading(&identity, Owner::of(&metadata), content).map_err(error::unfinished(&path))?;
        Ok(Original::known(path, content))
    }

    /// Creates an original from the content of a file that was read before.
    pub fn known(path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        Original { path: path.into(), content: content.into(), patience: PATIENCE }
    }

    /// Sets how long [`Original::replace`] waits for a transaction that holds the lock of the file's folder. The
    /// default is 10 seconds.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns the path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the content that was read.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Checks that the file still has the content that was read, or gets it by an unfinished transaction.
    ///
    /// # Errors
    ///
    /// Returns an error if the file has another content, is not a regular file, or cannot be read.
    pub fn is_unchanged(&self) -> Result<(), WriteError> {
        self.target().map(drop)
    }

    /// Replaces the old content with a new one, in one step. The file's folder is locked meanwhile. Waits for a
    /// transaction that holds the lock, at most as long as [`Original::wait_at_most`] allows.
    ///
    /// # Errors
    ///
    /// Returns an error if the file changed since it was read, if it is not a regular file, if it has several names (hard links),
    /// if one of its attributes cannot be kept, or if it or its folder cannot be locked or written. The file is then unchanged.
    pub fn replace(&self, content: impl AsRef<[u8]>) -> Result<Written, WriteError> {
        let (folder, owner) = self.found()?;
        let (folders, owners) = (BTreeSet::from([folder]), BTreeSet::from([owner]));
        let locks = lock_and_finish(folders, owners, &mut Patience::new(self.patience, &mut |_| true))?;
        self.ready(content.as_ref(), &locks)?.put()
    }

    /// Returns the canonical path of the folder of the file itself, after symbolic links, and the file's owner.
    pub(super) fn found(&self) -> Result<(PathBuf, Owner), WriteError> {
        let target = self.target()?;
        Ok((target.folder, Owner::of(&target.disk.metadata)))
    }

    /// Does everything except the rename.
    fn ready(&self, content: &[u8], locks: &Locks) -> Result<Ready<'_>, WriteError> {
        let target = self.target()?;
        if !locks.hold(&target.folder) {
            // A link has changed since the folders were locked.
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        Ready::new(self, target, content)
    }

    /// Returns the file itself, after symbolic links.
    fn target(&self) -> Result<Target, WriteError> {
        let path = fs::canonicalize(&self.path).map_err(failed(&self.path, "find it"))?;
        let Some(folder) = path.parent().map(Path::to_owned) else {
            return Err(WriteError::NotAFile { path: self.path.clone() });
        };
        let mut disk = Disk::read(&path, &self.path)?;
        let content = std::mem::take(&mut disk.content);
        let content = journal::reading(&path, Owner::of(&disk.metadata), content);
        if content.map_err(error::unfinished(&self.path))? != self.content {
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        Ok(Target { path, folder, disk })
    }
}

/// A regular file as it is on the disk.
struct Disk {
    file: File,
    metadata: Metadata,
    content: Vec<u8>,
}

impl Disk {
    /// Reads a file by its canonical path. Errors report it under `name`.
    fn read(path: &Path, name: &Path) -> Result<Disk, WriteError> {
        let (file, metadata) = regular::open(path, Links::Refused).map_err(error::unread(name))?;
        let content = regular::read(&file, &metadata, MOST_BYTES).map_err(error::unread(name))?;
        Ok(Disk { file, metadata, content })
    }

    /// Returns the attributes to be kept.
    fn kept(&self, name: &Path) -> Result<Kept, WriteError> {
        #[cfg(unix)]
        {
            // The metadata may have changed since the file was opened.
            let metadata = self.file.metadata().map_err(failed(name, "find it"))?;
            let links = std::os::unix::fs::MetadataExt::nlink(&metadata);
            if links > 1 {
                return Err(WriteError::Linked { path: name.to_owned(), links });
            }
        }
        Kept::of(&self.file).map_err(failed(name, "read what it has besides its content"))
    }
}

/// A file to be replaced, by its canonical path.
struct Target {
    path: PathBuf,
    folder: PathBuf,
    disk: Disk,
}

/// A file that only needs a rename to be replaced. Dropping it removes its temporary file.
struct Ready<'o> {
    original: &'o Original,
    target: Target,
    kept: Kept,
    temporary: NamedTempFile,
}

impl<'o> Ready<'o> {
    fn new(original: &'o Original, target: Target, content: &[u8]) -> Result<Self, WriteError> {
        let kept = target.disk.kept(&original.path)?;
        let temporary = temporary::instead_of(&original.path, &target.folder, &kept, content)?;
        Ok(Ready { original, target, kept, temporary })
    }

    /// Replaces the file.
    fn put(self) -> Result<Written, WriteError> {
        let folder = self.target.folder.clone();
        self.rename()?;
        Ok(temporary::sync(&folder).map_or_else(Written::Unfinished, |()| Written::Whole))
    }

    fn rename(self) -> Result<(), WriteError> {
        let path = &self.original.path;
        // Checked once more, because writing took time.
        let disk = Disk::read(&self.target.path, path)?;
        if disk.content != self.original.content || disk.kept(path)? != self.kept {
            return Err(WriteError::Changed { path: path.clone() });
        }
        let renamed = self.temporary.persist(&self.target.path);
        renamed.map(drop).map_err(|error| failed(path, "replace it")(error.error))
    }
}

/// Replaces the texts of all files, or of none.
pub(super) fn replace_all(files: &[(Original, String)], locks: &Locks) -> Result<Written, WriteError> {
    match files {
        [] => Ok(Written::Whole),
        [(original, text)] => original.ready(text.as_bytes(), locks)?.put(),
        _ => several::replace(files, locks),
    }
}

/// Creates a file with this content, in one step. An existing file stays.
///
/// # Errors
///
/// Returns an error if the file exists, or if its folder cannot be written.
pub fn create(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<(), WriteError> {
    let path = path.as_ref();
    // This early check avoids a needless write; the check that counts is the rename below.
    if fs::symlink_metadata(path).is_ok() {
        return Err(WriteError::Exists { path: path.to_owned() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = temporary::new(folder, content.as_ref())?;
    match temporary.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteError::Exists { path: path.to_owned() })
        }
        Err(error) => Err(failed(path, "create it")(error.error)),
        Ok(_) => temporary::sync(folder),
    }
}
