//! A worker: a thread with an epoll(7) instance of its own, and its connections.
//!
//! Sockets are registered once, edge-triggered, so that moving bytes takes no further call to learn of them. The listener is
//! level-triggered and exclusive in every worker: a worker that is free accepts, and gives the connection to the worker that has
//! the fewest. In its turn a connection moves a bounded number of bytes, and then the next one has its turn.

use super::connections::{Connections, Key};
use super::flow::{SCRATCH, Tools};
use super::inbox::{Inbox, Message};
use super::limit_listener::Accept;
use super::pair::Pair;
use super::pipes::Pipes;
use super::record::{Outcome, Party};
use super::shared::Shared;
use super::timers::Timers;
use super::turn::{Turn, TurnContext};
use crate::net::{BaseSocket, Error, Step};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A thread that relays.
pub(super) struct Worker {
    index: usize,
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
    epoll: OwnedFd,
    pairs: Connections<Pair>,
    /// Connections that have something to do.
    ready: VecDeque<Key>,
    /// Connections that wait for file descriptors.
    starving: VecDeque<Key>,
    timers: Timers<Key>,
    /// Times at which connections may be at rest.
    rests: Timers<Key>,
    tools: Tools,
    /// A file descriptor that is kept free for the far side of the next connection.
    spare: Option<OwnedFd>,
    accepting: Accepting,
    /// Whether epoll watches the listener.
    watching: bool,
    /// The time at which connections without file descriptors are tried again, even if none of ours was closed.
    retry: Option<Instant>,
    /// The time at which connections are cut, once the relay is stopped.
    cut: Option<Instant>,
    stopping: bool,
}

/// Whether the worker accepts connections.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Accepting {
    /// The worker waits until epoll reports that a connection waits to be accepted.
    Awaiting,
    /// A connection may wait to be accepted.
    Ready,
    /// epoll does not watch the listener: there is no room for a connection.
    Paused,
}

/// User data of epoll events that do not belong to a connection.
const WAKE: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;

/// The number of events that are taken from epoll at a time.
const EVENTS: usize = 256;

/// The number of connections that are accepted at a time, before the existing ones have their turn.
const ACCEPTED: usize = 16;

/// How long to wait for file descriptors that others in the process or the system may free.
const STARVED: Duration = Duration::from_millis(100);

/// The memory of a connection is freed after this time without a byte.
const STILL: Duration = Duration::from_secs(1);

impl Worker {
    pub fn new(index: usize, shared: Arc<Shared>) -> Result<Self, Error> {
        let inbox = shared.inboxes[index].clone();
        let failed = |call| {
            let entry = shared.near.base_name();
            move |error: Errno| Error::Socket { entry, call, source: error.into() }
        };
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(failed("epoll_create1"))?;
        epoll::add(&epoll, &*inbox, EventData::new_u64(WAKE), EventFlags::IN | EventFlags::ET)
            .map_err(failed("epoll_ctl"))?;
        shared.listener.watch(epoll.as_fd(), LISTENER).map_err(|error| shared.near.reported(error, "epoll_ctl"))?;
        shared.stop.notifies(&inbox);
        Ok(Worker {
            index,
            shared,
            inbox,
            epoll,
            pairs: Connections::new(),
            ready: VecDeque::new(),
            starving: VecDeque::new(),
            timers: Timers::new(),
            rests: Timers::new(),
            tools: Tools { scratch: vec![0; SCRATCH], pipes: Pipes::new() },
            spare: None,
            accepting: Accepting::Awaiting,
            watching: true,
            retry: None,
            cut: None,
            stopping: false,
        })
    }

    /// Works until the relay is stopped and the last connection is over.
    pub fn run(mut self) -> Result<(), Error> {
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            self.wait(&mut events)?;
            let now = Instant::now();
            for event in events.drain(..) {
                self.reported(event);
            }
            for message in self.inbox.take() {
                self.open(message, now);
            }
            self.heed_stop(now);
            self.accept(now);
            self.deliver();
            self.wake_due(now);
            for _ in 0..self.ready.len() {
                let Some(key) = self.ready.pop_front() else { break };
                self.turn(key, now);
            }
            self.rest(now);
            // A connection on its way to another worker is in no worker's list, but the listener counts it.
            if self.stopping && self.pairs.is_empty() && self.shared.listener.is_drained() {
                return Ok(());
            }
        }
    }

    /// Waits until there is something to do.
    fn wait(&mut self, events: &mut Vec<Event>) -> Result<(), Error> {
        // The relay may have been stopped before this worker could be woken.
        let news = self.shared.stop.is_asked() && !self.stopping;
        let at_once = news || !self.ready.is_empty() || self.accepting == Accepting::Ready;
        let until = [self.timers.next(), self.rests.next(), self.retry, self.cut].into_iter().flatten().min();
        let timeout = match (at_once, until) {
            (true, _) => Some(Duration::ZERO),
            // Rounded up to the next millisecond, so that the worker does not wake slightly too early again and again.
            (false, Some(until)) => Some(until.saturating_duration_since(Instant::now()) + Duration::from_micros(999)),
            (false, None) => None,
        };
        let timeout = timeout.map(|timeout| Timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: i64::from(timeout.subsec_millis()) * 1_000_000,
        });
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(events), timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(self.shared.near.reported(error.into(), "epoll_wait")),
        }
    }

    fn reported(&mut self, event: Event) {
        match event.data.u64() {
            WAKE => {
                if self.accepting == Accepting::Paused {
                    self.accepting = Accepting::Ready;
                }
            }
            LISTENER => self.accepting = Accepting::Ready,
            bits => {
                let (key, is_far) = Key::from_bits(bits);
                if let Some(pair) = self.pairs.get_mut(key) {
                    pair.reported(if is_far { Party::Far } else { Party::Near }, event.flags);
                    self.queue(key);
                }
            }
        }
    }

    /// Puts a connection into the queue, unless it is there already.
    fn queue(&mut self, key: Key) {
        if let Some(pair) = self.pairs.get_mut(key)
            && !std::mem::replace(&mut pair.queued, true)
        {
            self.ready.push_back(key);
        }
    }

    /// Handles a message of the inbox.
    fn open(&mut self, message: Message, now: Instant) {
        match message {
            Message::Accepted(socket, spare) => self.admit(socket, spare, now),
            Message::Found(key, found) => {
                let Some(pair) = self.pairs.get_mut(key) else { return };
                pair.found(found, now);
                self.queue(key);
            }
        }
    }

    /// Accepts waiting connections, and gives each to the worker that has the fewest.
    fn accept(&mut self, now: Instant) {
        if self.accepting != Accepting::Ready {
            return;
        }
        for _ in 0..ACCEPTED {
            if self.spare.is_none() {
                self.spare = fcntl_dupfd_cloexec(&*self.inbox, 0).ok();
            }
            // Without a file descriptor for its far side, an accepted connection would be lost.
            let accept = if self.spare.is_some() { self.shared.listener.accept() } else { Accept::Exhausted };
            match accept {
                Accept::Connection(socket) => {
                    self.inbox.counters.accepted.add(1);
                    let spare = self.spare.take();
                    let worker = self.shared.least_busy(self.index);
                    self.shared.inboxes[worker].load.fetch_add(1, Ordering::Relaxed);
                    if worker == self.index {
                        self.admit(socket, spare, now);
                    } else {
                        self.shared.inboxes[worker].put(Message::Accepted(socket, spare));
                    }
                }
                Accept::Empty if self.stopping && !self.shared.is_of_datagrams() => {
                    self.shared.listener.close();
                    self.shared.wake_others(self.index);
                    return self.pause();
                }
                Accept::Empty => return self.resume(),
                Accept::Full => {
                    self.pause();
                    if self.shared.listener.await_release() {
                        return;
                    }
                    self.accepting = Accepting::Ready;
                }
                Accept::Exhausted => {
                    self.retry = Some(now + STARVED);
                    return self.pause();
                }
                Accept::Closed => return self.pause(),
            }
        }
    }

    /// Queues the sessions of datagrams that have received something through the listener.
    fn deliver(&mut self) {
        let Some(peers) = self.shared.peers.clone() else { return };
        for key in peers.take_reported() {
            if let Some(pair) = self.pairs.get_mut(key) {
                pair.reported(Party::Near, EventFlags::IN);
                self.queue(key);
            }
        }
    }

    /// Lets epoll report connections that wait to be accepted.
    fn resume(&mut self) {
        self.watching = self.watching || self.shared.listener.watch(self.epoll.as_fd(), LISTENER).is_ok();
        self.accepting = Accepting::Awaiting;
    }

    /// Stops the reports of connections that wait to be accepted, because there is no room for them.
    fn pause(&mut self) {
        if std::mem::take(&mut self.watching) {
            // A closed listener is not watched, so an error is ignored.
            let _ = self.shared.listener.ignore(self.epoll.as_fd());
        }
        self.accepting = Accepting::Paused;
    }

    /// Creates a connection of an accepted socket.
    fn admit(&mut self, socket: Box<dyn BaseSocket>, spare: Option<OwnedFd>, now: Instant) {
        let route = self.shared.route.load_full();
        let opener = &route.near;
        let near = socket.set_nonblocking(true).map_err(|error| opener.reported(error, "ioctl FIONBIO"));
        let near = near.and_then(|()| opener.accepted(socket));
        let near = near.and_then(|connection| opener.watched(connection, Step::Handshake, now));
        let Ok(near) = near else {
            // The socket is gone already, or a layer has no session for it: nothing is known that a record could contain.
            self.inbox.counters.failed.add(1);
            return self.leave();
        };
        let pair = Pair::new(near, route, spare, self.shared.observer.is_some(), now);
        let key = self.pairs.insert(pair);
        let registered = match (&self.shared.peers, self.pairs.get(key)) {
            // All sessions share the socket of the listener, which is registered already.
            (Some(peers), _) => {
                peers.introduce(key);
                Ok(())
            }
            (None, Some(pair)) => pair.register(self.epoll.as_fd(), key),
            (None, None) => Ok(()),
        };
        match registered {
            Ok(()) => self.queue(key),
            Err(error) => self.end(key, Outcome::Failed { party: Party::Near, error }, now),
        }
    }

    /// Gives a connection its turn.
    fn turn(&mut self, key: Key, now: Instant) {
        let Some(pair) = self.pairs.get_mut(key) else { return };
        pair.queued = false;
        let mut context = TurnContext {
            shared: &self.shared,
            inbox: &self.inbox,
            tools: &mut self.tools,
            epoll: self.epoll.as_fd(),
            key,
            now,
        };
        let turn = pair.turn(&mut context);
        let (up, down) = pair.count();
        if up > 0 {
            self.inbox.counters.up.add(up);
        }
        if down > 0 {
            self.inbox.counters.down.add(down);
        }
        match turn {
            Turn::Over(outcome) => return self.end(key, outcome, now),
            Turn::Again => {
                pair.queued = true;
                self.ready.push_back(key);
            }
            Turn::Starves => {
                if !self.starving.contains(&key) {
                    self.starving.push_back(key);
                }
                self.retry = Some(now + STARVED);
            }
            Turn::Waits if !pair.rests && pair.may_rest() => {
                pair.rests = true;
                self.rests.set(now + STILL, key);
            }
            Turn::Waits => {}
        }
        if let Some(deadline) = pair.deadline(&self.shared)
            && pair.alarm.is_none_or(|alarm| deadline < alarm)
        {
            pair.alarm = Some(deadline);
            self.timers.set(deadline, key);
        }
    }

    /// Queues the connections whose time has come.
    fn wake_due(&mut self, now: Instant) {
        if self.retry.is_some_and(|retry| retry <= now) {
            self.retry = None;
            while let Some(key) = self.starving.pop_front() {
                self.queue(key);
            }
            if self.accepting == Accepting::Paused {
                self.accepting = Accepting::Ready;
            }
        }
        while let Some((at, key)) = self.timers.due(now) {
            let Some(pair) = self.pairs.get_mut(key) else { continue };
            if pair.alarm == Some(at) {
                pair.alarm = None;
                // The connection sets its next alarm in its turn.
                self.queue(key);
            }
        }
        let pairs = &self.pairs;
        self.timers.sweep(pairs.len(), |key| pairs.get(key).is_some());
    }

    /// Frees the memory of connections through which nothing passes.
    fn rest(&mut self, now: Instant) {
        while let Some((_, key)) = self.rests.due(now) {
            let Some(pair) = self.pairs.get_mut(key) else { continue };
            pair.rests = !pair.rest(STILL, now);
            if pair.rests {
                self.rests.set(now + STILL, key);
            }
        }
        let pairs = &self.pairs;
        self.rests.sweep(pairs.len(), |key| pairs.get(key).is_some());
    }

    /// Ends a connection: counts it, and passes its record to the observer.
    fn end(&mut self, key: Key, outcome: Outcome, now: Instant) {
        let Some(pair) = self.pairs.remove(key) else { return };
        let counters = &self.inbox.counters;
        match outcome {
            Outcome::Served => counters.served.add(1),
            Outcome::Failed { .. } | Outcome::Idle(_) => counters.failed.add(1),
            Outcome::Cut => counters.cut.add(1),
        }
        let record = pair.end(outcome, &mut self.tools, now);
        if let (Some(record), Some(observer)) = (record, &self.shared.observer) {
            observer.ended(&record);
        }
        self.leave();
        // The connection's two file descriptors are free now.
        for _ in 0..2 {
            if let Some(key) = self.starving.pop_front() {
                self.queue(key);
            }
        }
    }

    fn leave(&mut self) {
        self.inbox.load.fetch_sub(1, Ordering::Relaxed);
        if self.shared.listener.release() {
            self.shared.wake_others(self.index);
        }
        if self.accepting == Accepting::Paused {
            self.accepting = Accepting::Ready;
        }
    }

    /// Applies a stop of the relay, if there was one.
    fn heed_stop(&mut self, now: Instant) {
        if !self.shared.stop.is_asked() {
            return;
        }
        if !std::mem::replace(&mut self.stopping, true) {
            self.cut = self.shared.grace.map(|grace| now + grace);
            // Connections that wait are accepted before the listener is closed.
            self.accepting = Accepting::Ready;
            if self.shared.is_of_datagrams() {
                self.shared.listener.close();
                // Another limit holds from now on.
                for key in self.pairs.keys() {
                    self.queue(key);
                }
            }
        }
        if self.shared.stop.is_at_once() || self.cut.is_some_and(|cut| cut <= now) {
            self.cut = None;
            self.shared.listener.close();
            for key in self.pairs.keys() {
                self.end(key, Outcome::Cut, now);
            }
        }
    }
}
