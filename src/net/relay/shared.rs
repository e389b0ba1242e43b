//! What the workers of a relay share, and how they reach each other.

use super::asked::Warden;
use super::counters::Counters;
use super::door::Door;
use super::flow::Passes;
use super::lookup::Lookups;
use super::peers::Peers;
use super::record::Observer;
use super::route::Route;
use super::slots::Key;
use super::stop::Stop;
use crate::net::race::Found;
use crate::net::{BaseSocket, Opener, Step};
use arc_swap::ArcSwap;
use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When a relay of datagrams is stopped, a session that carried nothing for so long is over. A request that is to be answered at
/// all is answered by then, or asked again.
const SILENT: Duration = Duration::from_secs(2);

/// What the workers of a relay share.
pub(super) struct Shared {
    /// What listens.
    pub near: Opener,
    /// How new connections are opened.
    pub route: Arc<ArcSwap<Route>>,
    pub warden: Option<Arc<dyn Warden>>,
    pub passes: Passes,
    /// How long connections may go on when it is stopped; nothing: to their ends.
    pub grace: Option<Duration>,
    pub observer: Option<Arc<dyn Observer>>,
    pub door: Door,
    /// The sessions of datagrams, which are all one worker's.
    pub peers: Option<Arc<Peers>>,
    pub lookups: Lookups,
    /// Of each worker.
    pub inboxes: Vec<Arc<Inbox>>,
    pub stop: Stop,
}

/// The limits of connections that are open, looked up once; those of the two sides in the order of [`Party`](super::Party).
#[derive(Clone)]
pub(super) struct Limits {
    pub idle: Option<Duration>,
    pub read: [Option<Duration>; 2],
    pub write: [Option<Duration>; 2],
    /// There is none.
    pub none: bool,
}

impl Limits {
    pub fn new(idle: Option<Duration>, near: &Opener, far: &Opener) -> Self {
        let read = [near, far].map(|opener| opener.time_limit(Step::Read));
        let write = [near, far].map(|opener| opener.time_limit(Step::Write));
        let none = idle.is_none() && read == [None; 2] && write == [None; 2];
        Limits { idle, read, write, none }
    }
}

impl Shared {
    pub fn is_of_datagrams(&self) -> bool {
        self.passes == Passes::Datagrams
    }

    /// Returns how long a connection may carry nothing. Datagrams have no end: when the relay is stopped, a session is over that is
    /// silent.
    pub fn idle_limit(&self, limits: &Limits) -> Option<Duration> {
        if self.is_of_datagrams() && self.stop.is_asked() {
            return Some(limits.idle.map_or(SILENT, |limit| limit.min(SILENT)));
        }
        limits.idle
    }

    /// Returns the worker that has fewest connections; this one, if it has hardly more.
    pub fn least_busy(&self, this: usize) -> usize {
        let load = |worker: usize| self.inboxes[worker].load.load(Ordering::Relaxed);
        let least = (0..self.inboxes.len()).min_by_key(|&worker| load(worker)).unwrap_or(this);
        if load(this) <= load(least) + 1 { this } else { least }
    }

    /// Wakes all workers but one.
    pub fn wake_others(&self, this: usize) {
        for (at, inbox) in self.inboxes.iter().enumerate() {
            if at != this {
                inbox.wake();
            }
        }
    }
}

/// What others have for a worker.
pub(super) struct Inbox {
    messages: Mutex<Vec<Message>>,
    /// An eventfd(2). It is watched edge-triggered, so nobody needs to read it.
    wake: OwnedFd,
    /// How many connections the worker has, or is about to have.
    pub load: AtomicUsize,
    pub counters: Counters,
}

/// What is brought to a worker.
pub(super) enum Message {
    /// A connection that another worker accepted, and the file descriptor that is kept for its far side.
    Accepted(Box<dyn BaseSocket>, Option<OwnedFd>),
    /// What a name came to, for one of its connections.
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

    /// Lets the worker look around.
    pub fn wake(&self) {
        // The counter is never read, and 2^64 are never reached.
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
