//! Pipes for splice(2). A connection has one only while bytes are in it, so that connections at rest have none.

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use std::os::fd::OwnedFd;

/// A pipe, and the number of bytes in it.
pub(super) struct Pipe {
    /// The end that is written.
    pub inlet: OwnedFd,
    /// The end that is read.
    pub outlet: OwnedFd,
    /// Bytes that were written and not read yet.
    pub filled: usize,
}

/// The pipes of a worker.
pub(super) struct Pipes {
    empty: Vec<Pipe>,
    /// The number of pipes that connections hold.
    lent: usize,
}

/// The capacity in bytes that a pipe is to have, and the largest number of bytes that are moved at a time. The system may grant
/// less (pipe(7): `pipe-max-size`, and `pipe-user-pages-soft`, which is 64 MiB for an unprivileged user).
pub(super) const CAPACITY: usize = 512 * 1024;

/// The largest number of pipes that one worker lends at a time. The bytes of a connection that gets no pipe are copied. Without a
/// limit, peers that do not read would take the file descriptors from those that do.
const MOST: usize = 32;

/// The number of empty pipes that are kept.
const KEPT: usize = 8;

impl Pipes {
    pub const fn new() -> Self {
        Pipes { empty: Vec::new(), lent: 0 }
    }

    /// Returns an empty pipe, or `None` if too many are lent already or the system has none to give.
    pub fn take(&mut self) -> Option<Pipe> {
        if self.lent >= MOST {
            return None;
        }
        let pipe = self.empty.pop().or_else(|| {
            let (outlet, inlet) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
            // A smaller capacity is sufficient.
            let _ = fcntl_setpipe_size(&inlet, CAPACITY);
            Some(Pipe { inlet, outlet, filled: 0 })
        })?;
        self.lent += 1;
        Some(pipe)
    }

    /// Takes a pipe back. A pipe with bytes in it is closed, because the bytes belong to another connection.
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
