//! Where connections come in: the listener, which all workers share, and how many may be inside.

use crate::net::{BaseListener, BaseSocket};
use rustix::event::epoll::{self, EventData, EventFlags};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The door.
pub(super) struct Door {
    /// Until it is closed, and of datagrams until nobody is inside: what comes for them comes through it.
    listener: Mutex<Option<Box<dyn BaseListener>>>,
    closed: AtomicBool,
    of_datagrams: bool,
    /// How many connections may be inside.
    most: usize,
    inside: AtomicUsize,
    /// A worker found it full, and waits until one leaves.
    awaited: AtomicBool,
}

/// Who came in.
pub(super) enum Entry {
    Somebody(Box<dyn BaseSocket>),
    /// Nobody waits outside.
    Nobody,
    /// There are as many inside as there may be.
    Full,
    /// The system cannot give what one more takes; it may later.
    Starved,
    /// The door is closed.
    Closed,
}

impl Door {
    pub fn new(listener: Box<dyn BaseListener>, most: usize, of_datagrams: bool) -> Self {
        Door {
            listener: Mutex::new(Some(listener)),
            closed: AtomicBool::new(false),
            of_datagrams,
            most: most.max(1),
            inside: AtomicUsize::new(0),
            awaited: AtomicBool::new(false),
        }
    }

    fn listener(&self) -> MutexGuard<'_, Option<Box<dyn BaseListener>>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next one in.
    pub fn enter(&self) -> Entry {
        // Counted while it is held, so that nobody is counted who was not let in.
        let held = self.listener();
        let Some(listener) = &*held else { return Entry::Closed };
        let full = self.inside.load(Ordering::SeqCst) >= self.most || self.closed.load(Ordering::SeqCst);
        if full && !self.of_datagrams {
            return Entry::Full;
        }
        loop {
            match listener.accept() {
                // A datagram cannot be kept waiting: those behind it may be for others.
                Ok(_) if full => {}
                Ok(socket) => {
                    self.inside.fetch_add(1, Ordering::SeqCst);
                    return Entry::Somebody(socket);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Entry::Nobody,
                // That one is gone already: accept(2), "Error handling".
                Err(error) if is_of_one_connection(&error) => {}
                // For want of files, or for a reason that is not known: not tried again at once, which would be for ever.
                Err(_) => return Entry::Starved,
            }
        }
    }

    /// Returns one has left; whether somebody waits for that, or it was the last.
    pub fn leave(&self) -> bool {
        let last = self.inside.fetch_sub(1, Ordering::SeqCst) == 1;
        self.awaited.swap(false, Ordering::SeqCst) || last && self.is_closed()
    }

    /// Registers for a notification when one leaves; returns false if one has left already.
    pub fn await_leaving(&self) -> bool {
        self.awaited.store(true, Ordering::SeqCst);
        self.inside.load(Ordering::SeqCst) >= self.most
    }

    /// Lets nobody in any more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if !self.of_datagrams {
            self.listener().take();
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Returns whether nobody is inside, nor will be.
    pub fn is_done(&self) -> bool {
        self.is_closed() && self.inside.load(Ordering::SeqCst) == 0
    }

    /// Has a worker told when somebody waits outside; of several workers that wait, one is.
    pub fn watch(&self, epoll: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        let listener = self.listener();
        let Some(fd) = listener.as_ref().and_then(|listener| listener.fd()) else { return Ok(()) };
        Ok(epoll::add(epoll, fd, EventData::new_u64(token), EventFlags::IN | EventFlags::EXCLUSIVE)?)
    }

    /// Has a worker told no more.
    pub fn ignore(&self, epoll: BorrowedFd<'_>) -> io::Result<()> {
        let listener = self.listener();
        let Some(fd) = listener.as_ref().and_then(|listener| listener.fd()) else { return Ok(()) };
        Ok(epoll::delete(epoll, fd)?)
    }
}

/// Errors of accept(2) that are those of the one connection that would have been accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use rustix::io::Errno;
    const PASSING: [Errno; 11] = [
        Errno::CONNABORTED,
        Errno::INTR,
        Errno::PERM,
        Errno::PROTO,
        Errno::NOPROTOOPT,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::NONET,
        Errno::CONNRESET,
    ];
    Errno::from_io_error(error).is_some_and(|errno| PASSING.contains(&errno))
}
