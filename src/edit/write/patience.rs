//! The wait for other holders of a folder's lock.

use super::error::LockError;
use super::holder::Holder;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The default for the longest wait for another transaction. A transaction takes milliseconds.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The shortest and the longest time between two attempts to take a lock that others hold.
const LOOKS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// The limits of the wait for other transactions.
pub struct Patience<'w> {
    most: Duration,
    /// Returns for a folder whether to wait at all.
    ask: &'w mut dyn FnMut(&Path) -> bool,
    asked: BTreeSet<PathBuf>,
    /// The lock that is waited for, and the start of the wait.
    held: Option<(Lock, Instant)>,
    pause: Duration,
}

/// Identifies the lock of one transaction, to distinguish it from that of the next.
#[derive(PartialEq, Eq)]
struct Lock {
    folder: PathBuf,
    /// The device, the inode and the change time of the lock: each transaction makes its lock anew where it can.
    #[cfg(unix)]
    made: Option<(u64, u64, i64, i64)>,
}

impl Lock {
    fn of(folder: &Path, metadata: Option<&Metadata>) -> Lock {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        let _ = &metadata;
        Lock {
            folder: folder.to_owned(),
            #[cfg(unix)]
            made: metadata.map(|file| (file.dev(), file.ino(), file.ctime(), file.ctime_nsec())),
        }
    }
}

impl<'w> Patience<'w> {
    /// Waits for each other transaction at most this long, and not at all in folders for which `ask` returns `false`.
    /// `ask` is called once for each folder.
    pub fn new(most: Duration, ask: &'w mut dyn FnMut(&Path) -> bool) -> Self {
        Patience { most, ask, asked: BTreeSet::new(), held: None, pause: LOOKS[0] }
    }

    /// Waits a moment for the process that holds the lock file of a folder.
    pub fn wait(&mut self, folder: &Path, lock: &Path) -> Result<(), LockError> {
        let metadata = fs::symlink_metadata(lock).ok();
        let holder = || Holder::of(metadata.as_ref());
        if !self.asked.contains(folder) {
            if !(self.ask)(folder) {
                return Err(LockError::Busy { folder: folder.to_owned(), holder: holder() });
            }
            self.asked.insert(folder.to_owned());
        }
        let held = Lock::of(folder, metadata.as_ref());
        let since = match &self.held {
            Some((waited_for, since)) if *waited_for == held => *since,
            _ => {
                self.pause = LOOKS[0];
                self.held.insert((held, Instant::now())).1
            }
        };
        let left = self.most.saturating_sub(since.elapsed());
        if left.is_zero() {
            let (folder, lock) = (folder.to_owned(), lock.to_owned());
            return Err(LockError::Held { folder, lock, after: self.most, holder: holder() });
        }
        thread::sleep(self.pause.min(left));
        self.pause = (self.pause * 2).min(LOOKS[1]);
        Ok(())
    }
}
