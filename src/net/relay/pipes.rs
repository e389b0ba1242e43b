//! Pipes for splice(2), taken only while bytes are in them, so that connections at rest own none.

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use std::os::fd::OwnedFd;

/// A pipe, and how many bytes are in it.
pub(super) struct Pipe {
    /// Where bytes go in.
    pub inlet: OwnedFd,
    /// Where they come out.
    pub outlet: OwnedFd,
    /// Bytes that went in and have not come out.
    pub filled: usize,
}

/// The pipes of a worker.
pub(super) struct Pipes {
    empty: Vec<Pipe>,
    /// Those that are with connections.
    lent: usize,
}

/// Bytes that a pipe is to hold: so many are on their way at most, and moved at a time. The system may grant less (pipe(7):
/// `pipe-max-size`, and `pipe-user-pages-soft`, which is 64 MiB for a user without rights).
pub(super) const CAPACITY: usize = 512 * 1024;

/// Pipes that one worker lends at a time. A connection that gets none has its bytes copied; were there no end to it, peers that do
/// not read would take the file descriptors from those that do.
const MOST: usize = 32;

/// Empty ones that are kept.
const KEPT: usize = 8;

impl Pipes {
    pub const fn new() -> Self {
        Pipes { empty: Vec::new(), lent: 0 }
    }

    /// Returns an empty pipe, or `None` if there are too many already, or the system has none to give.
    pub fn take(&mut self) -> Option<Pipe> {
        if self.lent >= MOST {
            return None;
        }
        let pipe = self.empty.pop().or_else(|| {
            let (outlet, inlet) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
            // A smaller one does as well.
            let _ = fcntl_setpipe_size(&inlet, CAPACITY);
            Some(Pipe { inlet, outlet, filled: 0 })
        })?;
        self.lent += 1;
        Some(pipe)
    }

    /// Takes a pipe back. One with bytes in it is closed: they were another's.
    pub fn put(&mut self, pipe: Pipe) {
        self.lent = self.lent.saturating_sub(1);
        if pipe.filled == 0 && self.empty.len() < KEPT {
            self.empty.push(pipe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_with_bytes_in_it_is_not_given_to_the_next() {
        let mut pipes = Pipes::new();
        let mut pipe = pipes.take().expect("the system has pipes");
        pipe.filled = rustix::io::write(&pipe.inlet, b"secret").expect("there is room");
        pipes.put(pipe);
        let pipe = pipes.take().expect("the system has pipes");
        assert_eq!(rustix::io::read(&pipe.outlet, &mut [0; 6]).err(), Some(rustix::io::Errno::AGAIN));
    }

    #[test]
    fn so_many_are_lent_and_no_more() {
        let mut pipes = Pipes::new();
        let lent: Vec<Pipe> = std::iter::from_fn(|| pipes.take()).collect();
        assert_eq!(lent.len(), MOST);
        lent.into_iter().for_each(|pipe| pipes.put(pipe));
        assert!(pipes.take().is_some() && pipes.empty.len() < KEPT);
    }
}
