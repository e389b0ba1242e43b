//! Reloads when files change.
//!
//! | file | contents |
//! |---|---|
//! | `ways` | maps the paths at which loading looked to the folders to watch and the relevant names in them |
//! | `watches` | the system's watches on these folders |
//! | `signal` | the changes that are not handled yet, and the wait until they pause |
//! | `follow` | the thread that reloads |
//! | `error` | the reasons why files cannot be watched |
//!
//! # What is watched
//!
//! Folders are watched, never files, because an editor that saves puts a new file under the old name. On the way from
//! the root to a document each step is a name in a folder, and the catalogs depend on every one of these names: the
//! document itself, which may not exist yet; the journal of a transaction beside it; a symbolic link on the way, which
//! may be changed to point elsewhere; a folder, which may be moved away and come back. So each of these folders is
//! watched, for these names alone; a folder that is a catalog is watched for all its `*.toml` files too. The set of
//! folders is computed anew after each reload. If it, or a folder under one of its paths, differs from the watched set,
//! the watches are made anew and the catalogs are loaded once more, because changes in between were not observed.
//!
//! Two kinds of change are not observed: a file system that is mounted over a folder later, and changes by other hosts
//! on file systems such as NFS, which do not report them. Use [`WatchOptions::poll`] for these.
//!
//! # When it reloads
//!
//! A reload starts when no change was reported for [a while](WatchOptions::quiet), so that a save in several steps, or
//! of several files, causes one reload; while changes continue, it starts [after a maximum
//! time](WatchOptions::at_most). A change during a reload causes another one, so the last state is always loaded. A
//! half-written file then has faults, which are reported like any others; the current version stays, and the next
//! reload, when the file is complete, succeeds.

mod error;
mod follow;
mod signal;
mod watches;
mod ways;

pub use error::WatchError;

use super::Live;
use follow::Follower;
use signal::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Reloads a live registry when the files and folders of its catalogs change. Stops when it is dropped.
///
/// The result of each reload is delivered to the [subscribers](Live::subscribe).
///
/// ```no_run
/// use sockatlas::Loader;
/// use sockatlas::live::{Event, Live, Watcher};
///
/// let live = Live::load(Loader::new().path("/etc/sockatlas"))?;
/// let subscription = live.subscribe(|event| match event {
///     Event::Replaced(replaced) => println!("version {} counts", replaced.is().number),
///     Event::Kept(kept) => println!("the old version stays:\n{}", kept.rejection()),
///     _ => {}
/// });
/// let watcher = Watcher::new(&live)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "dropped, it follows the files no more"]
pub struct Watcher {
    signal: Arc<Signal>,
    reloads: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

/// The options of a [`Watcher`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct WatchOptions {
    quiet: Duration,
    at_most: Duration,
    poll: Option<Duration>,
}

impl WatchOptions {
    /// Relies on the system's reports. A reload starts after 50 ms without a change, and at most 1 s after the first
    /// change.
    pub fn new() -> Self {
        WatchOptions { quiet: Duration::from_millis(50), at_most: Duration::from_secs(1), poll: None }
    }

    /// Sets how long no change must be reported before a reload starts.
    pub fn quiet(self, quiet: Duration) -> Self {
        WatchOptions { quiet, ..self }
    }

    /// Sets the maximum time from the first change to the reload.
    pub fn at_most(self, at_most: Duration) -> Self {
        WatchOptions { at_most, ..self }
    }

    /// Reloads at this interval instead of relying on the system's reports, for file systems that other hosts change.
    ///
    /// The documents themselves are read and compared, because times and sizes of files cannot show every change.
    pub fn poll(self, interval: Duration) -> Self {
        WatchOptions { poll: Some(interval), ..self }
    }
}

impl Default for WatchOptions {
    fn default() -> Self {
        WatchOptions::new()
    }
}

impl Watcher {
    /// Follows the files of a live registry. Changes since the registry was loaded are observed too.
    ///
    /// # Errors
    ///
    /// Returns an error if the system cannot watch a necessary folder, or cannot provide another watch or thread. Such a failure
    /// at a later time is reported as [`Event::Unwatched`](super::Event::Unwatched), and the documents are reloaded every two
    /// seconds until they can be watched again.
    pub fn new(live: &Live) -> Result<Watcher, WatchError> {
        Watcher::with(live, WatchOptions::new())
    }

    /// Follows the files of a live registry with the given options.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Watcher::new`] does; with [`WatchOptions::poll`], only starting the thread can fail.
    pub fn with(live: &Live, options: WatchOptions) -> Result<Watcher, WatchError> {
        let signal = Arc::<Signal>::default();
        let reloads = Arc::<AtomicU64>::default();
        let follower = Follower::new(live.clone(), options, signal.clone(), reloads.clone())?;
        let thread = std::thread::Builder::new().name("sockatlas-watch".to_owned());
        let thread = thread.spawn(move || follower.run()).map_err(|error| WatchError::Thread { error })?;
        Ok(Watcher { signal, reloads, thread: Some(thread) })
    }

    /// Triggers a reload, as if a change to the files had been reported.
    pub fn look(&self) {
        self.signal.changed();
    }

    /// Returns the number of reloads so far, whatever their results.
    pub fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }
}

impl Drop for Watcher {
    /// Waits for a running reload to end, unless the thread that reloads drops the watcher itself.
    fn drop(&mut self) {
        self.signal.stop();
        let thread = self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id());
        let _ = thread.map(JoinHandle::join);
    }
}
