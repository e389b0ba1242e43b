//! The state that the workers of a relay share, and the messages between them.

use super::asked::Authorizer;
use super::counters::Counters;
use super::flow::Passes;
use super::limit_listener::LimitListener;
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

/// When a relay of datagrams is stopped, a session that carried nothing for this long is over. A request that is answered at all
/// is answered by then, or sent again.
const SILENT: Duration = Duration::from_secs(2);

/// The state that the workers of a relay share.
pub(super) struct Shared {
    /// The opener that listens.
    pub near: Opener,
    /// The route of new connections.
    pub route: Arc<ArcSwap<Route>>,
    pub authorizer: Option<Arc<dyn Authorizer>>,
    pub passes: Passes,
    /// How long connections may continue after the relay is stopped; `None`: until they end.
    pub grace: Option<Duration>,
    pub observer: Option<Arc<dyn Observer>>,
    pub listener: LimitListener,
    /// The sessions of datagrams, which all belong to one worker.
    pub peers: Option<Arc<Peers>>,
    pub lookups: Lookups,
    /// The inboxes of the workers.
    pub inboxes: Vec<Arc<Inbox>>,
    pub stop: Stop,
}

/// The limits of open connections, looked up once; the arrays are in the order of [`Party`](super::Party).
#[derive(Clone)]
pub(super) struct Limits {
    pub idle: Option<Duration>,
    pub read: [Option<Duration>; 2],
    pub write: [Option<Duration>; 2],
    /// There is no limit.
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

    /// Returns how long a connection may carry nothing. Datagrams have no end: when the relay is stopped, a silent session is
    /// over sooner.
    pub fn idle_limit(&self, limits: &Limits) -> Option<Duration> {
        if self.is_of_datagrams() && self.stop.is_asked() {
            return Some(limits.idle.map_or(SILENT, |limit| limit.min(SILENT)));
        }
        limits.idle
    }

    /// Returns the worker that has the fewest connections, or this one if it has at most one more.
    pub fn least_busy(&self, this: usize) -> usize {
        let load = |worker: usize| self.inboxes[worker].load.load(Ordering::Relaxed);
        let least = (0..self.inboxes.len()).min_by_key(|&worker| load(worker)).unwrap_or(this);
        if load(this) <= load(least) + 1 { this } else { least }
    }

    /// Wakes all workers but this one.
    pub fn wake_others(&self, this: usize) {
        for (at, inbox) in self.inboxes.iter().enumerate() {
            if at != this {
                inbox.wake();
            }
        }
    }
}

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
