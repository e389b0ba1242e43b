//! The listener, which all workers share, and the limit of the number of open connections.

use crate::net::{BaseListener, BaseSocket};
use rustix::event::epoll::{self, EventData, EventFlags};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The listener and the number of connections that are inside, that is, open.
pub(super) struct Door {
    /// The listener: there until the door is closed. Of datagrams it is there until the last session is over, because their
    /// messages arrive through it.
    listener: Mutex<Option<Box<dyn BaseListener>>>,
    closed: AtomicBool,
    of_datagrams: bool,
    /// The largest number of connections that may be inside.
    most: usize,
    inside: AtomicUsize,
    /// A worker found the door full, and waits until a connection leaves.
    awaited: AtomicBool,
}

/// The result of [`Door::enter`].
pub(super) enum Entry {
    Somebody(Box<dyn BaseSocket>),
    /// No connection waits to be accepted.
    Nobody,
    /// The largest number of connections is reached.
    Full,
    /// The system lacks the resources for one more connection; it may have them later.
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

    /// Accepts the next connection.
    pub fn enter(&self) -> Entry {
        // The lock is held while the connection is counted, so that `inside` counts accepted connections only.
        let held = self.listener();
        let Some(listener) = &*held else { return Entry::Closed };
        let full = self.inside.load(Ordering::SeqCst) >= self.most || self.closed.load(Ordering::SeqCst);
        if full && !self.of_datagrams {
            return Entry::Full;
        }
        loop {
            match listener.accept() {
                // A datagram cannot be kept waiting: those behind it may belong to other sessions.
                Ok(_) if full => {}
                Ok(socket) => {
                    self.inside.fetch_add(1, Ordering::SeqCst);
                    return Entry::Somebody(socket);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Entry::Nobody,
                // This connection is gone already: accept(2), "Error handling".
                Err(error) if is_of_one_connection(&error) => {}
                // File descriptors are lacking, or the reason is unknown: an immediate retry could loop for ever.
                Err(_) => return Entry::Starved,
            }
        }
    }

    /// Records that a connection has left. Returns whether a worker waits for that, or whether it was the last one of a closed
    /// door.
    pub fn leave(&self) -> bool {
        let last = self.inside.fetch_sub(1, Ordering::SeqCst) == 1;
        self.awaited.swap(false, Ordering::SeqCst) || last && self.is_closed()
    }

    /// Asks for a notification when a connection leaves; returns false if one has left already.
    pub fn await_leaving(&self) -> bool {
        self.awaited.store(true, Ordering::SeqCst);
        self.inside.load(Ordering::SeqCst) >= self.most
    }

    /// Stops accepting connections.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if !self.of_datagrams {
            self.listener().take();
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Returns whether the door is closed and no connection is inside.
    pub fn is_done(&self) -> bool {
        self.is_closed() && self.inside.load(Ordering::SeqCst) == 0
    }

    /// Lets epoll notify a worker when a connection waits to be accepted; of several workers that wait, at least one is notified
    /// (`EPOLLEXCLUSIVE`).
    pub fn watch(&self, epoll: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        let listener = self.listener();
        let Some(fd) = listener.as_ref().and_then(|listener| listener.fd()) else { return Ok(()) };
        Ok(epoll::add(epoll, fd, EventData::new_u64(token), EventFlags::IN | EventFlags::EXCLUSIVE)?)
    }

    /// Stops the notifications of a worker.
    pub fn ignore(&self, epoll: BorrowedFd<'_>) -> io::Result<()> {
        let listener = self.listener();
        let Some(fd) = listener.as_ref().and_then(|listener| listener.fd()) else { return Ok(()) };
        Ok(epoll::delete(epoll, fd)?)
    }
}

/// Returns whether an error of accept(2) concerns only the one connection that would have been accepted.
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
