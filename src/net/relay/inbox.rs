//! The inboxes of workers: the messages to a worker, and the way to wake it.

use super::connections::Key;
use super::counters::Counters;
use crate::net::BaseSocket;
use crate::net::race::Found;
use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Messages of others to a worker.
pub(super) struct Inbox {
    messages: Mutex<Vec<Message>>,
    /// An eventfd(2). It is watched edge-triggered, so nobody needs to read it.
    wake: OwnedFd,
    /// The number of connections that the worker has, or is about to get.
    pub load: AtomicUsize,
    pub counters: Counters,
}

/// A message to a worker.
pub(super) enum Message {
    /// A connection that another worker accepted, and the file descriptor that is kept for its far side.
    Accepted(Box<dyn BaseSocket>, Option<OwnedFd>),
    /// The result of a lookup, for one of its connections.
    Found(Key, Found),
}

impl Inbox {
    pub fn new() -> io::Result<Self> {
        Ok(Inbox {
            messages: Mutex::new(Vec::new()),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            load: AtomicUsize::new(0),
            counters: Counters::default(),
        })
    }

    pub fn put(&self, message: Message) {
        let mut messages = self.messages();
        let first = messages.is_empty();
        messages.push(message);
        drop(messages);
        if first {
            self.wake();
        }
    }

    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.messages())
    }

    /// Wakes the worker, so that it checks for messages and for a stop.
    pub fn wake(&self) {
        // The counter is never read, and it never reaches 2^64.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    fn messages(&self) -> MutexGuard<'_, Vec<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsFd for Inbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
