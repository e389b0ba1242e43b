//! Registers a file descriptor with tokio: the one module with unsafe code.
#![allow(unsafe_code, reason = "tokio has no other way to wait on a file descriptor")]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use tokio::io::unix::AsyncFd;

/// Registers a duplicate of a socket with the current runtime; a duplicate, so that it stays open as long as tokio needs it.
pub(super) fn register(socket: BorrowedFd<'_>) -> io::Result<AsyncFd<OwnedFd>> {
    let duplicate = socket.try_clone_to_owned()?;
    // SAFETY: an `OwnedFd` always gives the same number, and is open until `AsyncFd`, which owns it, is dropped.
    unsafe { AsyncFd::register(duplicate) }.map_err(Into::into)
}
