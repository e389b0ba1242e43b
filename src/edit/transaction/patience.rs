//! Waits for other holders of a folder's lock, and identifies them.

use super::LockError;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The default for the longest wait for another transaction. A transaction takes milliseconds.
pub(in crate::edit) const PATIENCE: Duration = Duration::from_secs(10);

/// The shortest and the longest time between two attempts to take a lock that others hold.
const LOOKS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];

/// The limits of the wait for other transactions.
pub(in crate::edit) struct Patience<'w> {
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

/// The process that holds a lock, as far as the system reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The process id.
    pub process: Option<u32>,
    /// The name that the process has given itself, which may be any text.
    pub name: Option<String>,
    /// The id of the user who owns the lock file.
    pub user: Option<u32>,
}

impl Holder {
    fn of(lock: Option<&Metadata>) -> Holder {
        #[cfg(unix)]
        let user = lock.map(std::os::unix::fs::MetadataExt::uid);
        #[cfg(not(unix))]
        let user = None;
        let process = lock.and_then(process);
        let name = process.and_then(|process| fs::read_to_string(format!("/proc/{process}/comm")).ok());
        Holder { process, name: name.map(|name| name.trim_end_matches('\n').escape_debug().to_string()), user }
    }
}

/// Displays the holder, as in "process 123 (`vim`)".
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.process, &self.name, self.user) {
            (Some(process), Some(name), _) => write!(f, "process {process} (`{name}`)"),
            (Some(process), None, _) => write!(f, "process {process}"),
            (None, _, Some(user)) => {
                write!(f, "a process that the system does not name; the lock belongs to user {user}")
            }
            (None, _, None) => f.write_str("a process that the system does not name"),
        }
    }
}

/// Returns the process that holds a lock on a file, from the kernel's list of locks.
#[cfg(target_os = "linux")]
fn process(file: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let (major, minor) = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    let place = format!("{major:02x}:{minor:02x}:{}", file.ino());
    in_list(&fs::read_to_string("/proc/locks").ok()?, &place)
}

#[cfg(not(target_os = "linux"))]
fn process(_: &Metadata) -> Option<u32> {
    None
}

/// Finds the process in a list with lines such as `1: FLOCK  ADVISORY  WRITE 706 fd:00:2097 0 EOF` (proc_locks(5)). A
/// process that waits for a lock has `->` after the number.
#[cfg(target_os = "linux")]
fn in_list(list: &str, place: &str) -> Option<u32> {
    list.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[_, "FLOCK", _, _, process, at, ..] = &*words else { return None };
        // For a process of another namespace the number is 0 or -1.
        process.parse().ok().filter(|process| at == place && *process > 0)
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const LIST: &str = "1: FLOCK  ADVISORY  WRITE 706 fd:00:2097 0 EOF\n\
                        1: -> FLOCK  ADVISORY  WRITE 707 fd:00:2097 0 EOF\n\
                        2: POSIX  ADVISORY  WRITE 708 fd:00:2098 0 EOF\n\
                        3: FLOCK  ADVISORY  READ 0 fd:00:2099 0 EOF\n\
                        4: FLOCK  ADVISORY  READ -1 fd:00:2100 0 EOF\n";

    #[test]
    fn the_holder_is_found_in_the_kernels_list_and_who_waits_is_not() {
        for (place, process) in [
            ("fd:00:2097", Some(706)),
            ("fd:00:2098", None),
            ("fd:00:2099", None),
            ("fd:00:2100", None),
            ("fd:01:2097", None),
        ] {
            assert_eq!(in_list(LIST, place), process, "{place}");
        }
    }

    #[test]
    fn a_holder_is_named_by_what_is_known_of_it() {
        let known = Holder { process: Some(7), name: Some("vim".to_owned()), user: Some(1) };
        assert_eq!(known.to_string(), "process 7 (`vim`)");
        assert_eq!(Holder { name: None, ..known.clone() }.to_string(), "process 7");
        let expected = "a process that the system does not name; the lock belongs to user 1";
        assert_eq!(Holder { process: None, ..known }.to_string(), expected);
    }
}
