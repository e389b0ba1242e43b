//! Determines the number of connections that the process has file descriptors for.

use crate::cli::failure::warn;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The number of descriptors that belong to no connection: the three of every process, the listener, the log, the pipe
/// of the signals, and those that a resolver opens.
const FIXED: u64 = 16;

/// The number of descriptors of each thread: its epoll, its wake-up descriptor, and the one that it keeps free for the
/// next connection.
const A_THREAD: u64 = 3;

/// The number of descriptors of a connection.
const A_CONNECTION: u64 = 2;

/// Raises the limit of descriptors to the maximum (`RLIMIT_NOFILE` of getrlimit(2): the soft limit becomes the hard
/// one). Returns the number of connections that may be open at once: `asked`, with a warning if it does not fit;
/// otherwise the number that fits.
pub(in crate::cli) fn connections(asked: Option<usize>, threads: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // If the limit cannot be raised, the current one has to do.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
    let Some(files) = getrlimit(Resource::Nofile).current else { return asked.unwrap_or(usize::MAX) };
    let fit = (files.saturating_sub(FIXED + A_THREAD * threads as u64) / A_CONNECTION).max(1) as usize;
    if let Some(asked) = asked
        && asked > fit
    {
        warn(format_args!(
            "there are file descriptors for {fit} connections, not for {asked}: this process may have {files} (ulimit -n)"
        ));
    }
    asked.unwrap_or(fit)
}
