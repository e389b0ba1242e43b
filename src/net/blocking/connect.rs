//! Connecting with the blocking driver: waits with poll(2) for the race of addresses.

use super::{Stream, left};
use crate::net::cancel::Cancel;
use crate::net::dialing::Dialing;
use crate::net::error::Error;
use crate::net::race::{Found, Lookup, Won};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, mpsc};
use std::time::Instant;

/// Connects, and performs the handshakes, until a stream is open.
pub(super) fn connect(mut dialing: Dialing) -> Result<Stream, Error> {
    let mut lookups = Lookups::default();
    loop {
        let Won { opener, connection, .. } = win(&mut dialing, &mut lookups)?;
        match opener.established(connection) {
            Ok(stream) => return Ok(stream),
            Err(error) => dialing.rejected(error)?,
        }
    }
}

fn win(dialing: &mut Dialing, lookups: &mut Lookups) -> Result<Won, Error> {
    loop {
        while let Some(found) = lookups.found() {
            dialing.found(found, Instant::now());
        }
        if dialing.cancels().any(Cancel::is_cancelled) {
            return Err(Error::Cancelled);
        }
        if let Some(won) = dialing.progress(Instant::now())? {
            return Ok(won);
        }
        let asked = dialing.lookups();
        if asked.is_empty() {
            wait(dialing, lookups).map_err(|error| dialing.reported(error, "poll"))?;
        } else {
            lookups.run(asked).map_err(|(error, call)| dialing.reported(error, call))?;
        }
    }
}

/// Waits until there may be progress.
fn wait(dialing: &Dialing, lookups: &Lookups) -> io::Result<()> {
    let wanted = |fd, events| PollFd::from_borrowed_fd(fd, events);
    let mut fds: Vec<PollFd<'_>> = dialing.sockets().map(|(_, socket)| wanted(socket, PollFlags::OUT)).collect();
    fds.extend(dialing.cancels().map(|cancel| wanted(cancel.fd(), PollFlags::IN)));
    fds.extend(lookups.threads.iter().map(|threads| wanted(threads.wake.as_fd(), PollFlags::IN)));
    match poll(&mut fds, left(dialing.deadline()).as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Lookups of names: a single one runs in the thread that connects, several run in threads of their own, which end when the
/// system's resolver returns, even if nobody waits any more.
#[derive(Default)]
struct Lookups {
    done: VecDeque<Found>,
    threads: Option<Threads>,
}

struct Threads {
    /// Readable once a thread has a result.
    wake: Arc<OwnedFd>,
    sender: mpsc::Sender<Found>,
    receiver: mpsc::Receiver<Found>,
}

impl Threads {
    fn new() -> io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (sender, receiver) = mpsc::channel();
        Ok(Threads { wake, sender, receiver })
    }

    fn start(&self, lookup: Lookup) -> io::Result<()> {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let run = move || {
            // The receiver may be gone.
            let _ = sender.send(lookup.run());
            let _ = rustix::io::write(&wake, &1_u64.to_ne_bytes());
        };
        std::thread::Builder::new().name("look-up".to_owned()).spawn(run).map(drop)
    }
}

impl Lookups {
    /// Runs or starts lookups; an error contains the name of the call that failed.
    fn run(&mut self, asked: Vec<Lookup>) -> Result<(), (io::Error, &'static str)> {
        if asked.len() == 1 || asked.iter().all(Lookup::is_immediate) {
            self.done.extend(asked.into_iter().map(Lookup::run));
            return Ok(());
        }
        let threads = match self.threads.take() {
            Some(threads) => threads,
            None => Threads::new().map_err(|error| (error, "eventfd"))?,
        };
        let threads = self.threads.insert(threads);
        asked.into_iter().try_for_each(|lookup| threads.start(lookup)).map_err(|error| (error, "pthread_create"))
    }

    fn found(&mut self) -> Option<Found> {
        self.done.pop_front().or_else(|| {
            let threads = self.threads.as_ref()?;
            let found = threads.receiver.try_recv().ok();
            if found.is_none() {
                // A write after this read makes the descriptor readable again; results of earlier writes are found by the next
                // `try_recv`.
                let _ = rustix::io::read(&threads.wake, &mut [0; 8]);
                return threads.receiver.try_recv().ok();
            }
            found
        })
    }
}
