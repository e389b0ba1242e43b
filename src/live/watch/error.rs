//! The reasons why files cannot be watched.

use std::io;
use std::path::PathBuf;

/// The reason why files cannot be watched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The user has reached the system's limit of watches: `ENOSPC` of inotify_add_watch(2).
    #[error(
        "{}: cannot watch this folder, because all {}watches of this user are taken \
         (raise `fs.inotify.max_user_watches`, or poll)",
        folder.display(),
        limit.map(|limit| format!("{limit} ")).unwrap_or_default(),
    )]
    NoMoreWatches {
        /// The folder.
        folder: PathBuf,
        /// The limit of watches, where it is known.
        limit: Option<u64>,
    },
    /// The user has reached the system's limit of event sources, or the process its limit of open files: `EMFILE` of
    /// inotify_init(2).
    #[error(
        "cannot watch files, because this user has as many as {}sources of events, or this process as many files, as there may be \
         (raise `fs.inotify.max_user_instances` or `ulimit -n`, or poll)",
        limit.map(|limit| format!("{limit} ")).unwrap_or_default(),
    )]
    NoMoreSources {
        /// The limit of event sources for a user, where it is known.
        limit: Option<u64>,
    },
    /// The system cannot watch a folder.
    #[error("{}: cannot watch this folder: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        #[source]
        error: io::Error,
    },
    /// The system cannot watch files, or has stopped watching them.
    #[error("cannot watch files: {error}")]
    System {
        /// The system's error.
        #[source]
        error: io::Error,
    },
    /// The system cannot start another thread.
    #[error("cannot start a thread that watches files: {error}")]
    Thread {
        /// The system's error.
        #[source]
        error: io::Error,
    },
}

impl WatchError {
    /// Converts an error that notify returned when it started.
    pub(super) fn of_system(error: notify::Error) -> WatchError {
        match system(error) {
            // The error code EMFILE, for which std has no error kind.
            error if cfg!(target_os = "linux") && error.raw_os_error() == Some(24) => {
                WatchError::NoMoreSources { limit: limit("instances") }
            }
            error => WatchError::System { error },
        }
    }

    /// Converts an error that notify returned for a folder.
    pub(super) fn of_folder(folder: PathBuf, error: notify::Error) -> WatchError {
        match error.kind {
            notify::ErrorKind::MaxFilesWatch => WatchError::NoMoreWatches { folder, limit: limit("watches") },
            _ => WatchError::Folder { folder, error: system(error) },
        }
    }

    /// Returns whether the folder to be watched no longer exists.
    pub(super) fn is_absence(&self) -> bool {
        let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
        matches!(self, WatchError::Folder { error, .. } if absent.contains(&error.kind()))
    }

    /// Returns whether a limit of the system is reached, so that nothing more can be watched.
    pub(super) fn is_want(&self) -> bool {
        matches!(self, WatchError::NoMoreWatches { .. } | WatchError::NoMoreSources { .. })
    }
}

/// Returns the system's error.
fn system(error: notify::Error) -> io::Error {
    match error.kind {
        notify::ErrorKind::Io(error) => error,
        notify::ErrorKind::PathNotFound => io::Error::from(io::ErrorKind::NotFound),
        notify::ErrorKind::Generic(message) => io::Error::other(message),
        _ => io::Error::other(error.to_string()),
    }
}

/// Returns the smaller of the two limits: the limit for each user from inotify(7), and that of the user namespace of
/// this process.
fn limit(what: &str) -> Option<u64> {
    let places = [format!("/proc/sys/fs/inotify/max_user_{what}"), format!("/proc/sys/user/max_inotify_{what}")];
    let limits = places.into_iter().filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    limits.min()
}
