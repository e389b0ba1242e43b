//! The process that holds a folder's lock.

use std::fmt;
use std::fs::{self, Metadata};

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
    pub(super) fn of(lock: Option<&Metadata>) -> Holder {
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
