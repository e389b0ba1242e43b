//! The one place with unsafe code: a file descriptor made known to tokio.
#![allow(unsafe_code, reason = "tokio has no other way to wait on a file descriptor")]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use tokio::io::unix::AsyncFd;

/// Makes a socket known to the runtime that runs: a duplicate of it, so that it lives as long as tokio needs it.
pub(super) fn register(socket: BorrowedFd<'_>) -> io::Result<AsyncFd<OwnedFd>> {
    let duplicate = socket.try_clone_to_owned()?;
    // SAFETY: an `OwnedFd` always gives the same number, and is open until `AsyncFd`, which owns it, is dropped.
    unsafe { AsyncFd::register(duplicate) }.map_err(Into::into)
}
