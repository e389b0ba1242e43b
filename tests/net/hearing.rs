//! What a running program says.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{BufRead as _, BufReader};
use std::process::ChildStderr;

/// Waits until a program says this: all that it has said by then.
#[track_caller]
pub fn hear(stderr: &mut BufReader<ChildStderr>, what: &str) -> String {
    let mut said = String::new();
    while !said.contains(what) {
        if stderr.buffer().is_empty() {
            let mut fds = [PollFd::new(stderr.get_ref(), PollFlags::IN)];
            let ready = poll(&mut fds, Some(&Timespec { tv_sec: 60, tv_nsec: 0 }));
            assert_eq!(ready, Ok(1), "never said: {what}; but: {said}");
        }
        let count = stderr.read_line(&mut said).expect("it is text");
        assert!(count > 0, "it has ended, and never said: {what}; but: {said}");
    }
    said
}
