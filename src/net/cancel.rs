//! Cancelling what blocks.

use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Cancels blocking calls from another thread: connecting, accepting, shaking hands, reading and writing.
///
/// What was cancelled stays so: a stream is of no use any more. Looking up a name cannot be cancelled; it is noticed after that.
#[derive(Clone, Debug)]
pub struct Cancel {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    wake: OwnedFd,
    /// Sockets that may block in a call of the system, by number.
    sockets: Mutex<Vec<(u64, OwnedFd)>>,
}

/// Keeps a socket known to a [`Cancel`].
#[derive(Debug)]
pub(super) struct Registration {
    cancel: Cancel,
    number: u64,
}

impl Cancel {
    /// One that nothing is cancelled by yet.
    ///
    /// # Errors
    ///
    /// The system has no file descriptor left.
    pub fn new() -> io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let inner = Inner { cancelled: AtomicBool::new(false), wake, sockets: Mutex::new(Vec::new()) };
        Ok(Cancel { inner: Arc::new(inner) })
    }

    /// Cancels.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::SeqCst);
        // A full counter is readable too.
        let _ = rustix::io::write(&self.inner.wake, &1_u64.to_ne_bytes());
        for (_, socket) in self.sockets().iter() {
            // One that is not connected blocks in nothing.
            let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Both);
        }
    }

    /// Returns whether it was.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst)
    }

    /// Readable once it was.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.inner.wake.as_fd()
    }

    fn sockets(&self) -> std::sync::MutexGuard<'_, Vec<(u64, OwnedFd)>> {
        self.inner.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shuts this socket down when it is cancelled, as long as the registration lives.
    pub(super) fn register(&self, socket: BorrowedFd<'_>) -> io::Result<Registration> {
        let socket = socket.try_clone_to_owned()?;
        let mut sockets = self.sockets();
        let number = sockets.last().map_or(0, |(number, _)| number + 1);
        if self.is_cancelled() {
            let _ = rustix::net::shutdown(&socket, rustix::net::Shutdown::Both);
        }
        sockets.push((number, socket));
        Ok(Registration { cancel: self.clone(), number })
    }
}

impl Registration {
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut sockets = self.cancel.sockets();
        sockets.retain(|(number, _)| *number != self.number);
    }
}
