//! The reasons why files were not written, and why folders were not locked.

use super::holder::Holder;
use super::rights::NotKept;
use crate::catalog::journal::JournalError;
use crate::catalog::regular::NotRegular;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The reason why a file was not written. The file is then unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The file changed after it was read.
    #[error("{}: not written, because it changed since it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The path is a folder, a pipe, a socket or a device.
    #[error("{}: not written, because it is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file has further names (hard links), which would keep the old content.
    #[error(
        "{}: not written, because it has {links} names (hard links), and the others would keep the old content; make it a file of \
         its own, as by `cp -p FILE COPY` and `mv COPY FILE`, or make the other names symbolic links",
        path.display()
    )]
    Linked {
        /// The file.
        path: PathBuf,
        /// The number of its names.
        links: u64,
    },
    /// An attribute of the file, besides its content, cannot be given to the file that would replace it.
    #[error(
        "{}: not written, because {what} cannot be kept: {error}; let root or the file's owner make the change, or take that away",
        path.display()
    )]
    NotKept {
        /// The file.
        path: PathBuf,
        /// The attribute, as in "its mode".
        what: String,
        /// The system's error.
        #[source]
        error: io::Error,
    },
    /// The file was to be created, and exists already.
    #[error("{}: not written, because it exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// An earlier transaction was interrupted, and cannot be finished.
    #[error("{}: {reason}", path.display())]
    Unfinished {
        /// A file that the transaction changes, or the folder in which it stopped.
        path: PathBuf,
        /// The reason, and the advice on how to correct it.
        reason: String,
    },
    /// The folder of the file cannot be locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The system returned an error.
    #[error("{}: cannot {doing}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The attempted action, as in "read it".
        doing: &'static str,
        /// The system's error.
        #[source]
        error: io::Error,
    },
}

/// The reason why folders were not locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another transaction holds the lock, and the caller did not want to wait for it.
    #[error("{}: another transaction is changing the catalogs of this folder: {holder}", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
        /// The process that holds the lock.
        holder: Holder,
    },
    /// Another transaction held the lock for longer than the maximum wait.
    #[error(
        "{}: nothing is changed, because the lock of this folder, `{}`, has been held for {} by {holder}; if that makes no change, end \
         it, or remove the lock",
        folder.display(), lock.display(), humantime::format_duration(*after)
    )]
    Held {
        /// The folder.
        folder: PathBuf,
        /// The locked file.
        lock: PathBuf,
        /// The time that was spent waiting.
        after: Duration,
        /// The process that holds the lock.
        holder: Holder,
    },
    /// The lock is not a regular file.
    #[error("{}: cannot lock this folder: {error}; remove it", lock.display())]
    NotALock {
        /// The path of the lock.
        lock: PathBuf,
        /// The error that states its type.
        #[source]
        error: io::Error,
    },
    /// The system returned an error.
    #[error("{}: cannot lock this folder: {error}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        #[source]
        error: io::Error,
    },
}

pub(super) fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io { path, doing, error }
}

/// Makes the error for a file that cannot be opened or read.
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
