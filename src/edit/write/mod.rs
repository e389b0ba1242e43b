//! Files replaced in one step, or not at all.
//!
//! | file | what |
//! |---|---|
//! | `error` | why a file was not written |
//! | `temporary` | the file that is to take another's place, and what it keeps of it |
//! | `several` | several files replaced together, by a journal |
//! | `unfinished` | transactions that were killed, finished by the next one |
//!
//! The new content goes into a temporary file in the same folder, is brought to the disk, and takes the file's name by
//! `rename`, which POSIX makes atomic: whoever opens the file, and whatever interrupts this, finds the old content or the
//! new one, whole. Then the folder is brought to the disk too, as the name lives there.
//!
//! What is kept: the mode; on Unix the owner and the group, as far as this process may give files away; a symbolic link,
//! which is followed and goes on pointing to the file. What a rename cannot keep: further hard links go on naming the old
//! content, and extended attributes are those of a new file.
//!
//! Whoever replaces files holds the locks of their folders. Editors know nothing of that, so what a file holds is compared with
//! what was read of it, last of all directly before the rename.

mod error;
mod several;
mod temporary;
mod unfinished;

pub use error::WriteError;
use error::failed;
pub(super) use unfinished::finish;

use super::transaction::Locks;
use crate::catalog::journal;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file as it was read, to be replaced only while it still holds that.
#[derive(Clone, Debug)]
#[must_use]
pub struct Original {
    path: PathBuf,
    content: Vec<u8>,
}

/// What became of files whose new content counts.
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
    /// It cannot be read.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        let content = fs::read(&path).map_err(failed(&path, "read it"))?;
        let identity = fs::canonicalize(&path).map_err(failed(&path, "find it"))?;
        let content = journal::reading(&identity, content).map_err(error::unfinished(&path))?;
        Ok(Original { path, content })
    }

    /// A file that was read before, with this content.
    pub fn known(path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        Original { path: path.into(), content: content.into() }
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file held.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether the file still holds what was read, or is to hold it by an unfinished transaction.
    ///
    /// # Errors
    ///
    /// It does not, or it is no regular file, or it cannot be read.
    pub fn is_unchanged(&self) -> Result<(), WriteError> {
        self.target().map(drop)
    }

    /// Puts a new content in the place of the old one, in one step. Meanwhile the file's folder is locked; a transaction that is
    /// being made there is waited for, also one of this thread, which would wait for ever.
    ///
    /// # Errors
    ///
    /// The file changed since it was read, it is no regular file, or it or its folder cannot be locked or written. The file is
    /// then as it was.
    pub fn replace(&self, content: impl AsRef<[u8]>) -> Result<Written, WriteError> {
        let locks = Locks::of(BTreeSet::from([self.folder()?]), &mut |_| true)?;
        self.ready(content.as_ref(), &locks)?.put()
    }

    /// The folder of the file itself, behind symbolic links, by its canonical path.
    pub(super) fn folder(&self) -> Result<PathBuf, WriteError> {
        Ok(self.target()?.folder)
    }

    /// Everything done but the rename.
    fn ready(&self, content: &[u8], locks: &Locks) -> Result<Ready<'_>, WriteError> {
        let target = self.target()?;
        if !locks.hold(&target.folder) {
            // A link leads elsewhere than when the folders were locked.
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        let temporary = temporary::instead_of(&self.path, &target, content)?;
        Ok(Ready { original: self, target, temporary })
    }

    /// The file itself, behind symbolic links.
    fn target(&self) -> Result<Target, WriteError> {
        let path = fs::canonicalize(&self.path).map_err(failed(&self.path, "find it"))?;
        let metadata = fs::metadata(&path).map_err(failed(&self.path, "find it"))?;
        let (true, Some(folder)) = (metadata.is_file(), path.parent().map(Path::to_owned)) else {
            return Err(WriteError::NotAFile { path: self.path.clone() });
        };
        let disk = fs::read(&path).map_err(failed(&self.path, "read it"))?;
        if journal::reading(&path, disk).map_err(error::unfinished(&self.path))? != self.content {
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        Ok(Target { path, folder, metadata })
    }
}

/// A file to be replaced, by its canonical path.
struct Target {
    path: PathBuf,
    folder: PathBuf,
    metadata: Metadata,
}

/// A file that needs but a rename to be replaced. Dropped, it leaves nothing behind.
struct Ready<'o> {
    original: &'o Original,
    target: Target,
    temporary: NamedTempFile,
}

impl Ready<'_> {
    /// Replaces the file.
    fn put(self) -> Result<Written, WriteError> {
        let folder = self.target.folder.clone();
        self.rename()?;
        Ok(temporary::sync(&folder).map_or_else(Written::Unfinished, |()| Written::Whole))
    }

    fn rename(self) -> Result<(), WriteError> {
        // Once more, as writing took its time.
        let disk = fs::read(&self.target.path).map_err(failed(&self.original.path, "read it"))?;
        if disk != self.original.content {
            return Err(WriteError::Changed { path: self.original.path.clone() });
        }
        let renamed = self.temporary.persist(&self.target.path);
        renamed.map(drop).map_err(|error| failed(&self.original.path, "replace it")(error.error))
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
