//! Cancellation of blocking calls.

use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Cancels blocking calls from another thread: connecting, handshakes, accepting, reading and writing.
///
/// A cancellation is permanent: a cancelled stream cannot be used any more. The resolution of a name cannot be interrupted; the
/// cancellation takes effect after it.
#[derive(Clone, Debug)]
pub struct Cancel {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    wake: OwnedFd,
    /// The sockets that may block in a system call, by number.
    sockets: Mutex<Vec<(u64, OwnedFd)>>,
}

/// Keeps a socket registered with a [`Cancel`] until it is dropped.
#[derive(Debug)]
pub(super) struct Registration {
    cancel: Cancel,
    number: u64,
}

impl Cancel {
    /// Creates a token that is not cancelled.
    ///
    /// # Errors
    ///
    /// The system has no file descriptors left.
    pub fn new() -> io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let inner = Inner { cancelled: AtomicBool::new(false), wake, sockets: Mutex::new(Vec::new()) };
        Ok(Cancel { inner: Arc::new(inner) })
    }

    /// Cancels all calls that use this token, now and in the future.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::SeqCst);
        // The write fails if the counter is full; it is readable then, too.
        let _ = rustix::io::write(&self.inner.wake, &1_u64.to_ne_bytes());
        for (_, socket) in self.sockets().iter() {
            // The call fails for a socket that is not connected, which blocks in no call.
            let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Both);
        }
    }

    /// Returns whether the token is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::SeqCst)
    }

    /// Returns a file descriptor that is readable once the token is cancelled.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.inner.wake.as_fd()
    }

    fn sockets(&self) -> std::sync::MutexGuard<'_, Vec<(u64, OwnedFd)>> {
        self.inner.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a socket, which is shut down on cancellation until the registration is dropped.
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
