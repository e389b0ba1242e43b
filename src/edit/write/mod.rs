//! Files replaced in one step, or not at all.
//!
//! | file | what |
//! |---|---|
//! | `error` | why a file was not written |
//! | `temporary` | the file that is to take another's place |
//! | `rights` | what it keeps of the other one |
//! | `several` | several files replaced together, by a journal |
//! | `unfinished` | transactions that were killed, finished by the next one |
//!
//! The new content goes into a temporary file in the same folder, is brought to the disk, and takes the file's name by
//! `rename`, which POSIX makes atomic: whoever opens the file, and whatever interrupts this, finds the old content or the
//! new one, whole. Then the folder is brought to the disk too, as the name lives there.
//!
//! What is kept: see `rights`; and a symbolic link, which is followed and goes on pointing to the file. What cannot be kept is not
//! lost but refused: a file with several names (hard links) would become two by a rename, and written in place it would be seen
//! half written by whoever reads it by another name, in whose folder there is no journal. So it is not replaced, and the
//! error says how many names it has.
//!
//! Files are opened as [`regular`] has it, without waiting and up to [`MOST_BYTES`], whatever is put in their places.
//!
//! Whoever replaces files holds the locks of their folders. Editors know nothing of that, so what a file holds is compared with
//! what was read of it, and what it has besides with what is kept, last of all directly before the rename.

mod error;
pub(in crate::edit) mod rights;
mod several;
pub(in crate::edit) mod temporary;
mod unfinished;

pub use error::WriteError;
use error::failed;
pub(super) use unfinished::finish;

use super::transaction::{Locks, PATIENCE, Patience};
use crate::catalog::journal::{self, Owner};
use crate::catalog::regular::{self, Links};
use rights::Kept;
use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// The most bytes of a file that is replaced.
const MOST_BYTES: u64 = 1 << 30;

/// A file as it was read, to be replaced only while it still holds that.
#[derive(Clone, Debug)]
#[must_use]
pub struct Original {
    path: PathBuf,
    content: Vec<u8>,
    patience: Duration,
}

/// The outcome of writing files whose new content counts.
#[derive(Debug)]
#[non_exhaustive]
pub enum Written {
    /// It is on the disk, in its place.
    Whole,
    /// Whoever reads catalogs gets the new content of all files, but the system refused a step of what remained to be done: to
    /// replace the last of several files, or to make sure that what is replaced outlives a loss of power. The next change of
    /// these files tries that again.
    Unfinished(WriteError),
}

impl Original {
    /// Reads a file. Where an unfinished transaction changes it, this is what it is to be.
    ///
    /// # Errors
    ///
    /// It cannot be read, or it is no regular file, or one of more than 1 GiB.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        let identity = fs::canonicalize(&path).map_err(failed(&path, "read it"))?;
        let Disk { metadata, content, .. } = Disk::read(&identity, &path)?;
        let content = journal::reading(&identity, Owner::of(&metadata), content).map_err(error::unfinished(&path))?;
        Ok(Original::known(path, content))
    }

    /// Creates a file that was read before, with this content.
    pub fn known(path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        Original { path: path.into(), content: content.into(), patience: PATIENCE }
    }

    /// How long [`Original::replace`] waits for a transaction that is being made in the file's folder: 10 seconds unless changed.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns the path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what the file held.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Returns whether the file still holds what was read, or is to hold it by an unfinished transaction.
    ///
    /// # Errors
    ///
    /// It does not, or it is no regular file, or it cannot be read.
    pub fn is_unchanged(&self) -> Result<(), WriteError> {
        self.target().map(drop)
    }

    /// Puts a new content in the place of the old one, in one step. Meanwhile the file's folder is locked; a transaction that is
    /// being made there is waited for, as long as [`Original::wait_at_most`] has it.
    ///
    /// # Errors
    ///
    /// The file changed since it was read, it is no regular file, it has several names (hard links), something that it has besides
    /// its content cannot be kept, or it or its folder cannot be locked or written. The file is then as it was.
    pub fn replace(&self, content: impl AsRef<[u8]>) -> Result<Written, WriteError> {
        let (folder, owner) = self.found()?;
        let (folders, owners) = (BTreeSet::from([folder]), BTreeSet::from([owner]));
        let locks = Locks::of(folders, owners, &mut Patience::new(self.patience, &mut |_| true))?;
        self.ready(content.as_ref(), &locks)?.put()
    }

    /// Returns the folder of the file itself, behind symbolic links, by its canonical path; and its owner.
    pub(super) fn found(&self) -> Result<(PathBuf, Owner), WriteError> {
        let target = self.target()?;
        Ok((target.folder, Owner::of(&target.disk.metadata)))
    }

    /// Everything done but the rename.
    fn ready(&self, content: &[u8], locks: &Locks) -> Result<Ready<'_>, WriteError> {
        let target = self.target()?;
        if !locks.hold(&target.folder) {
            // A link leads elsewhere than when the folders were locked.
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        Ready::new(self, target, content)
    }

    /// Returns the file itself, behind symbolic links.
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
    /// Reads a file by its canonical path; it is called otherwise in errors.
    fn read(path: &Path, name: &Path) -> Result<Disk, WriteError> {
        let (file, metadata) = regular::open(path, Links::Refused).map_err(error::unread(name))?;
        let content = regular::read(&file, &metadata, MOST_BYTES).map_err(error::unread(name))?;
        Ok(Disk { file, metadata, content })
    }

    /// Returns what is to be kept of it.
    fn kept(&self, name: &Path) -> Result<Kept, WriteError> {
        #[cfg(unix)]
        {
            // As it is now.
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

/// A file that needs but a rename to be replaced. Dropped, it leaves nothing behind.
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
        // Once more, as writing took its time.
        let disk = Disk::read(&self.target.path, path)?;
        if disk.content != self.original.content || disk.kept(path)? != self.kept {
            return Err(WriteError::Changed { path: path.clone() });
        }
        let renamed = self.temporary.persist(&self.target.path);
        renamed.map(drop).map_err(|error| failed(path, "replace it")(error.error))
    }
}

/// Puts new texts in the place of old ones, all or none.
pub(super) fn replace_all(files: &[(Original, String)], locks: &Locks) -> Result<Written, WriteError> {
    match files {
        [] => Ok(Written::Whole),
        [(original, text)] => original.ready(text.as_bytes(), locks)?.put(),
        _ => several::replace(files, locks),
    }
}

/// Makes a file with this content, in one step. One that is there stays.
///
/// # Errors
///
/// It exists, or its folder cannot be written.
pub fn create(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<(), WriteError> {
    let path = path.as_ref();
    // Looked at first, so that nothing is written for nothing; what counts is the rename below.
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
