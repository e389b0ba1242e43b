//! How many connections the process has file descriptors for.

use crate::cli::failure::warn;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are no connection's: the three of every process, the listener, the log, the pipe of the signals, and what a
/// resolver opens.
const FIXED: u64 = 16;

/// Those of each thread: its epoll, its way to be woken, the one that it keeps free for the next connection.
const A_THREAD: u64 = 3;

/// Those of a connection.
const A_CONNECTION: u64 = 2;

/// Lets the process have as many descriptors as it may (`RLIMIT_NOFILE` of getrlimit(2): the soft limit becomes the hard one).
/// How many connections there may then be at once: what was asked for, with a warning if it does not fit; else what fits.
pub(in crate::cli) fn connections(asked: Option<usize>, threads: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Without the right to, what is there has to do.
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
