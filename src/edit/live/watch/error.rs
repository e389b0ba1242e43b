//! Why files cannot be watched.

use std::io;
use std::path::PathBuf;

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The system watches no more folders for this user: `ENOSPC` of inotify_add_watch(2).
    #[error(
        "{}: cannot watch this folder, because all {}watches of this user are taken \
         (raise `fs.inotify.max_user_watches`, or poll)",
        folder.display(),
        limit.map(|limit| format!("{limit} ")).unwrap_or_default(),
    )]
    NoMoreWatches {
        /// The folder.
        folder: PathBuf,
        /// How many there may be, where that is known.
        limit: Option<u64>,
    },
    /// The system has no further source of events for this user: `EMFILE` of inotify_init(2).
    #[error(
        "cannot watch files, because this user has as many as {}sources of events, or this process as many files, as there may be \
         (raise `fs.inotify.max_user_instances` or `ulimit -n`, or poll)",
        limit.map(|limit| format!("{limit} ")).unwrap_or_default(),
    )]
    NoMoreSources {
        /// How many sources there may be for a user, where that is known.
        limit: Option<u64>,
    },
    /// The system cannot watch a folder.
    #[error("{}: cannot watch this folder: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The system cannot watch files, or does so no more.
    #[error("cannot watch files: {error}")]
    System {
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The system has no thread to give.
    #[error("cannot start a thread that watches files: {error}")]
    Thread {
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl WatchError {
    /// Returns what notify could not begin.
    pub(super) fn of_system(error: notify::Error) -> WatchError {
        match system(error) {
            // EMFILE; the kind of that has no name in std.
            error if cfg!(target_os = "linux") && error.raw_os_error() == Some(24) => {
                WatchError::NoMoreSources { limit: limit("instances") }
            }
            error => WatchError::System { error },
        }
    }

    /// Returns what notify could not do for a folder.
    pub(super) fn of_folder(folder: PathBuf, error: notify::Error) -> WatchError {
        match error.kind {
            notify::ErrorKind::MaxFilesWatch => WatchError::NoMoreWatches { folder, limit: limit("watches") },
            _ => WatchError::Folder { folder, error: system(error) },
        }
    }

    /// Returns whether there is nothing to watch any more where a folder was.
    pub(super) fn is_absence(&self) -> bool {
        let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
        matches!(self, WatchError::Folder { error, .. } if absent.contains(&error.kind()))
    }

    /// Returns whether the system lacks something, so that nothing more can be watched.
    pub(super) fn is_want(&self) -> bool {
        matches!(self, WatchError::NoMoreWatches { .. } | WatchError::NoMoreSources { .. })
    }
}

/// Returns what the system said.
fn system(error: notify::Error) -> io::Error {
    match error.kind {
        notify::ErrorKind::Io(error) => error,
        notify::ErrorKind::PathNotFound => io::Error::from(io::ErrorKind::NotFound),
        notify::ErrorKind::Generic(message) => io::Error::other(message),
        _ => io::Error::other(error.to_string()),
    }
}

/// Returns how many there may be: for each user by inotify(7), or in the whole name space of users that this process is in.
fn limit(what: &str) -> Option<u64> {
    let places = [format!("/proc/sys/fs/inotify/max_user_{what}"), format!("/proc/sys/user/max_inotify_{what}")];
    let limits = places.into_iter().filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    limits.min()
}
