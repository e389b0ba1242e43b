//! Why files were not written.

use super::rights::NotKept;
use crate::catalog::journal::JournalError;
use crate::catalog::regular::NotRegular;
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
    /// It is a folder, a pipe, a socket or a device.
    #[error("{}: not written, because it is not a regular file", path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// It has further names, hard links, which would go on naming the old content.
    #[error(
        "{}: not written, because it has {links} names (hard links), and the others would keep the old content; make it a file of \
         its own, as by `cp -p FILE COPY` and `mv COPY FILE`, or make the other names symbolic links",
        path.display()
    )]
    Linked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// Something that it has besides its content cannot be given to what would replace it.
    #[error(
        "{}: not written, because {what} cannot be kept: {error}; let root or the file's owner make the change, or take that away",
        path.display()
    )]
    NotKept {
        /// The file.
        path: PathBuf,
        /// What it is, as in "its mode".
        what: String,
        /// What the system said.
        #[source]
        error: io::Error,
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

/// Of a file that is to be opened and read.
pub(super) fn unread(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| match NotRegular::is(&error) {
        true => WriteError::NotAFile { path },
        false => WriteError::Io { path, doing: "read it", error },
    }
}

pub(super) fn not_kept(path: &Path) -> impl FnOnce(NotKept) -> WriteError {
    let path = path.to_owned();
    move |(what, error)| WriteError::NotKept { path, what, error }
}

pub(super) fn unfinished(path: &Path) -> impl FnOnce(JournalError) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Unfinished { path, reason: error.to_string() }
}
