//! A file replaced in one step, or not at all.
//!
//! The new content goes into a temporary file in the same folder, is brought to the disk, and takes the file's name by
//! `rename`, which POSIX makes atomic: whoever opens the file, and whatever interrupts this, finds the old content or the
//! new one, whole. Then the folder is brought to the disk too, as the name lives there.
//!
//! What is kept: the mode; on Unix the owner and the group, as far as this process may give files away; a symbolic link,
//! which is followed and goes on pointing to the file. What a rename cannot keep: further hard links go on naming the old
//! content, and extended attributes are those of a new file.

use super::transaction::Locks;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file as it was read, to be replaced only while it still holds that.
#[derive(Clone, Debug)]
#[must_use]
pub struct Original {
    path: PathBuf,
    content: Vec<u8>,
}

/// Why a file was not written. It is then as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Somebody else changed it after it was read.
    #[error("{}: not written, because it changed since it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// It is a folder, a pipe or a device.
    #[error("{}: not written, because it is not a regular file", path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// It was to be created, and is there already.
    #[error("{}: not written, because it exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{}: cannot {doing}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as in "read it".
        doing: &'static str,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl Original {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        let content = fs::read(&path).map_err(failed(&path, "read it"))?;
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

    /// Whether the file still holds what was read.
    ///
    /// # Errors
    ///
    /// It does not, or it is no regular file, or it cannot be read.
    pub fn is_unchanged(&self) -> Result<(), WriteError> {
        self.target().map(drop)
    }

    /// Puts a new content in the place of the old one, in one step.
    ///
    /// # Errors
    ///
    /// The file changed since it was read, it is no regular file, or it or its folder cannot be written.
    pub fn replace(&self, content: impl AsRef<[u8]>) -> Result<(), WriteError> {
        let (target, metadata) = self.target()?;
        let folder = folder(&target);
        let temporary = written(folder, content.as_ref())?;
        keep(&temporary, &metadata).map_err(failed(&self.path, "keep its mode"))?;
        temporary.as_file().sync_all().map_err(failed(&self.path, "bring it to the disk"))?;
        // Once more, as writing took its time.
        self.target()?;
        temporary.persist(&target).map_err(|error| failed(&self.path, "replace it")(error.error))?;
        sync(folder)
    }

    /// The file itself, behind symbolic links.
    fn target(&self) -> Result<(PathBuf, Metadata), WriteError> {
        let target = fs::canonicalize(&self.path).map_err(failed(&self.path, "find it"))?;
        let metadata = fs::metadata(&target).map_err(failed(&self.path, "find it"))?;
        if !metadata.is_file() {
            return Err(WriteError::NotAFile { path: self.path.clone() });
        }
        if fs::read(&target).map_err(failed(&self.path, "read it"))? != self.content {
            return Err(WriteError::Changed { path: self.path.clone() });
        }
        Ok((target, metadata))
    }
}

/// Puts new texts in the place of old ones, all or none.
pub(super) fn replace_all(files: &[(Original, String)], _locks: &Locks) -> Result<(), WriteError> {
    files.iter().try_for_each(|(original, _)| original.is_unchanged())?;
    files.iter().try_for_each(|(original, text)| original.replace(text))
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
    let folder = folder(path);
    let temporary = written(folder, content.as_ref())?;
    temporary.as_file().sync_all().map_err(failed(path, "bring it to the disk"))?;
    match temporary.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteError::Exists { path: path.to_owned() })
        }
        Err(error) => Err(failed(path, "create it")(error.error)),
        Ok(_) => sync(folder),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file beside the one that it is to become; it goes away by itself unless it is given a name.
fn written(folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let mut builder = tempfile::Builder::new();
    // Not `*.toml`: a folder may be read as a catalog meanwhile.
    builder.prefix(".sockatlas-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: less what the umask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed(folder, "create a file in this folder"))?;
    file.write_all(content).map_err(failed(folder, "write a file in this folder"))?;
    Ok(file)
}

/// Gives the new file the owner and the mode of the old one.
fn keep(file: &NamedTempFile, of: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.as_file().metadata()?;
        if (own.uid(), own.gid()) != (of.uid(), of.gid()) {
            // Only root gives files away, and others may at least give them to a group of theirs. If not even that is
            // allowed, a file of one's own with the right content and mode is still what was asked for.
            let given = fchown(file.as_file(), Some(of.uid()), Some(of.gid()));
            let _ = given.or_else(|_| fchown(file.as_file(), None, Some(of.gid())));
        }
    }
    // After the owner, whose change takes set-id bits away.
    file.as_file().set_permissions(of.permissions())
}

/// Brings a folder to the disk, so that the new name outlives a crash. Elsewhere than on Unix, folders cannot be opened.
fn sync(folder: &Path) -> Result<(), WriteError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems have no such thing.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        Err(error) => Err(failed(folder, "bring this folder to the disk")(error)),
        Ok(()) => Ok(()),
    }
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io { path, doing, error }
}
