//! Why files were not written.

use crate::catalog::journal::JournalError;
use crate::edit::transaction::LockError;
use std::io;
use std::path::{Path, PathBuf};

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
    /// An earlier transaction was interrupted, and cannot be finished.
    #[error("{}: {reason}", path.display())]
    Unfinished {
        /// A file that it changes, or the folder in which it stopped.
        path: PathBuf,
        /// Why not, and what to do about it.
        reason: String,
    },
    /// Its folder is not locked.
    #[error(transparent)]
    Lock(#[from] LockError),
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

pub(super) fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io { path, doing, error }
}

pub(super) fn unfinished(path: &Path) -> impl FnOnce(JournalError) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Unfinished { path, reason: error.to_string() }
}
