//! Reloading when files change.
//!
//! | file | what |
//! |---|---|
//! | `ways` | from the paths at which loading looked to the folders that are watched, and the names that count there |
//! | `watches` | the system's watches on these folders |
//! | `signal` | what has happened and is not dealt with yet; the wait until it is quiet |
//! | `follow` | the thread that reloads |
//! | `error` | why files cannot be watched |
//!
//! # What is watched
//!
//! Folders, never files: an editor that saves puts a new file under the old name. On the way from the root to a document each step
//! is a name in a folder, and what the documents are depends on every one of these names: the document itself, which may be missing
//! so far; the journal of a transaction beside it; a symbolic link on the way, which may be made to point elsewhere; a folder, which
//! may be moved away and come back. So
//! each of these folders is watched, for these names alone; a folder that is a catalog, for all its `*.toml` files too. The set is
//! worked out anew after each reload, and when it, or what stands under its paths, is another than that which is watched, the watches
//! are made anew and the catalogs are loaded once more, as nobody saw what happened in between.
//!
//! Not seen are file systems that are mounted over a folder later, and those that report nothing that other hosts do, as NFS:
//! [`WatchOptions::poll`] is for these.
//!
//! # When it reloads
//!
//! When it has been quiet for [a while](WatchOptions::quiet), so that a save in several steps, or of several files, makes one reload;
//! while it does not get quiet, [every so often](WatchOptions::at_most). What happens during a reload leads to another one: the last
//! state is always seen. A file that is found half-written then has faults, which are reported like any others; the version that counts
//! stays, and the rest of the file, once it is there, mends them.

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

/// Reloads a live registry when the files and folders change that its catalogs are made of. Dropped, it follows them no more.
///
/// What becomes of each reload is delivered to those who [subscribed](Live::subscribe).
///
/// ```no_run
/// use sockatlas::Loader;
/// use sockatlas::edit::{Event, Live, Watcher};
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

/// How files are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct WatchOptions {
    quiet: Duration,
    at_most: Duration,
    poll: Option<Duration>,
}

impl WatchOptions {
    /// Follows what the system reports; 50 ms without it is quiet, and 1 s is waited for that.
    pub fn new() -> Self {
        WatchOptions { quiet: Duration::from_millis(50), at_most: Duration::from_secs(1), poll: None }
    }

    /// How long nothing must happen before it is reloaded.
    pub fn quiet(self, quiet: Duration) -> Self {
        WatchOptions { quiet, ..self }
    }

    /// How long that is waited for at most, from the first thing that happens.
    pub fn at_most(self, at_most: Duration) -> Self {
        WatchOptions { at_most, ..self }
    }

    /// Does not rely on the system to report what happens, but reloads this often; for file systems of other hosts.
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
    /// Follows the files of a live registry. What changed since that was loaded is seen too.
    ///
    /// # Errors
    ///
    /// The system cannot watch a folder that matters, or has no further watches or threads to give. Where that comes later, it is reported
    /// as [`Event::Unwatched`](super::Event::Unwatched), and the documents are read every two seconds until they can be watched again.
    pub fn new(live: &Live) -> Result<Watcher, WatchError> {
        Watcher::with(live, WatchOptions::new())
    }

    /// Follows the files of a live registry in another way.
    ///
    /// # Errors
    ///
    /// As [`Watcher::new`]; when it [polls](WatchOptions::poll), only threads can be wanting.
    pub fn with(live: &Live, options: WatchOptions) -> Result<Watcher, WatchError> {
        let signal = Arc::<Signal>::default();
        let reloads = Arc::<AtomicU64>::default();
        let follower = Follower::new(live.clone(), options, signal.clone(), reloads.clone())?;
        let thread = std::thread::Builder::new().name("sockatlas-watch".to_owned());
        let thread = thread.spawn(move || follower.run()).map_err(|error| WatchError::Thread { error })?;
        Ok(Watcher { signal, reloads, thread: Some(thread) })
    }

    /// Has the catalogs loaded again, as if something had happened to their files.
    pub fn look(&self) {
        self.signal.changed();
    }

    /// Returns how often it has had the catalogs loaded so far, whatever came of it.
    pub fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }
}

impl Drop for Watcher {
    /// Waits until a reload that is under way is over, unless a subscriber does this.
    fn drop(&mut self) {
        self.signal.stop();
        let thread = self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id());
        let _ = thread.map(JoinHandle::join);
    }
}
