//! The listener that all workers share, and the limit of open connections.

use crate::net::{BaseListener, BaseSocket};
use rustix::event::epoll::{self, EventData, EventFlags};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A listener with a limit of open connections.
pub(super) struct LimitListener {
    /// The listener, until it is closed. A listener of datagrams stays until the last session is over, because their messages
    /// arrive through it.
    listener: Mutex<Option<Box<dyn BaseListener>>>,
    closed: AtomicBool,
    of_datagrams: bool,
    /// The largest number of open connections.
    limit: usize,
    open: AtomicUsize,
    /// Whether a worker that reached the limit waits until a connection is released.
    awaited: AtomicBool,
}

/// The result of [`LimitListener::accept`].
pub(super) enum Accept {
    Connection(Box<dyn BaseSocket>),
    /// No connection waits to be accepted.
    Empty,
    /// The largest number of connections is reached.
    Full,
    /// The system lacks the resources for one more connection; it may have them later.
    Exhausted,
    /// The listener is closed.
    Closed,
}

impl LimitListener {
    pub fn new(listener: Box<dyn BaseListener>, limit: usize, of_datagrams: bool) -> Self {
        LimitListener {
            listener: Mutex::new(Some(listener)),
            closed: AtomicBool::new(false),
            of_datagrams,
            limit: limit.max(1),
            open: AtomicUsize::new(0),
            awaited: AtomicBool::new(false),
        }
    }

    fn listener(&self) -> MutexGuard<'_, Option<Box<dyn BaseListener>>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts the next connection, and counts it as open until it is [released](LimitListener::release).
    pub fn accept(&self) -> Accept {
        // The lock is held while the connection is counted, so that `open` counts accepted connections only.
        let held = self.listener();
        let Some(listener) = &*held else { return Accept::Closed };
        let full = self.open.load(Ordering::SeqCst) >= self.limit || self.closed.load(Ordering::SeqCst);
        if full && !self.of_datagrams {
            return Accept::Full;
        }
        loop {
            match listener.accept() {
                // A datagram cannot be kept waiting: those behind it may belong to other sessions.
                Ok(_) if full => {}
                Ok(socket) => {
                    self.open.fetch_add(1, Ordering::SeqCst);
                    return Accept::Connection(socket);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Accept::Empty,
                // This connection is gone already: accept(2), "Error handling".
                Err(error) if is_of_one_connection(&error) => {}
                // File descriptors are lacking, or the reason is unknown: an immediate retry could loop for ever.
                Err(_) => return Accept::Exhausted,
            }
        }
    }

    /// Records that a connection is over. Returns whether a worker waits for that, or whether it was the last one of a closed
    /// listener.
    pub fn release(&self) -> bool {
        let last = self.open.fetch_sub(1, Ordering::SeqCst) == 1;
        self.awaited.swap(false, Ordering::SeqCst) || last && self.is_closed()
    }

    /// Asks for a notification when a connection is released; returns false if one was released already.
    pub fn await_release(&self) -> bool {
        self.awaited.store(true, Ordering::SeqCst);
        self.open.load(Ordering::SeqCst) >= self.limit
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

    /// Returns whether the listener is closed and no connection is open.
    pub fn is_drained(&self) -> bool {
        self.is_closed() && self.open.load(Ordering::SeqCst) == 0
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
