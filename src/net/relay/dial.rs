//! Connects the far side: looks up its name, races its addresses, performs the handshakes of all layers, and falls back where
//! there are alternatives.

use super::connections::Key;
use super::inbox::Inbox;
use super::lookup::Lookups;
use crate::net::race::Found;
use crate::net::{Alternatives, Error, Step, Target, readiness};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Instant;

/// A connection to the far side that is being made.
pub(super) struct Dial {
    target: Target,
    /// `None` before the first attempt, and again after the system ran out of file descriptors: the next call starts anew.
    dialling: Option<readiness::Dial>,
    /// The number of names that are being looked up.
    awaited: usize,
    /// Sockets with numbers below this one were registered.
    shown: u64,
}

/// How far a [`Dial`] has come.
pub(super) enum Progress {
    /// Waits for its sockets, or for a name.
    Waits,
    /// The system has no file descriptor to give at the moment.
    Starves(Error),
    Open(Box<readiness::Stream>),
}

impl Dial {
    pub fn new(target: Target) -> Self {
        Dial { target, dialling: None, awaited: 0, shown: 0 }
    }

    /// Returns the target that is to be reached.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Records the result of a lookup.
    pub fn found(&mut self, found: Found, now: Instant) {
        self.awaited = self.awaited.saturating_sub(1);
        if let Some(dialling) = &mut self.dialling {
            dialling.found(found, now);
        }
    }

    /// Continues as far as is possible without waiting. Passes each new socket to `register`; results of lookups arrive in the
    /// inbox.
    pub fn progress(
        &mut self,
        far: &Alternatives,
        now: Instant,
        lookups: &Lookups,
        place: (Key, &Arc<Inbox>),
        mut register: impl FnMut(BorrowedFd<'_>) -> io::Result<()>,
    ) -> Result<Progress, Error> {
        loop {
            let dialling = match &mut self.dialling {
                Some(dialling) => dialling,
                none => none.insert(far.dial(&self.target, now)?),
            };
            match dialling.progress(now) {
                Ok(Some(stream)) => {
                    if dialling.winner().is_some_and(|number| number >= self.shown) {
                        register(stream.as_fd()).map_err(|error| far.openers()[0].reported(error, "epoll_ctl"))?;
                    }
                    return Ok(Progress::Open(Box::new(stream)));
                }
                Ok(None) => {}
                Err(error) if is_want_of_files(&error) => {
                    self.dialling = None;
                    return Ok(Progress::Starves(error));
                }
                Err(error) => return Err(error),
            }
            let mut next = self.shown;
            for (number, socket, _) in dialling.sockets().filter(|(number, ..)| *number >= self.shown) {
                next = next.max(number + 1);
                register(socket).map_err(|error| far.openers()[0].reported(error, "epoll_ctl"))?;
            }
            self.shown = next;
            let asked = dialling.lookups();
            if asked.is_empty() {
                return Ok(Progress::Waits);
            }
            for lookup in asked {
                if lookup.is_immediate() {
                    dialling.found(lookup.run(), now);
                } else {
                    self.awaited += 1;
                    lookups.ask(lookup, place.0, place.1.clone()).map_err(|source| Error::Socket {
                        entry: far.openers()[0].base_name(),
                        call: "pthread_create",
                        source,
                    })?;
                }
            }
        }
    }

    /// Returns the time at which [`progress`](Dial::progress) must be called at the latest. An attempt that began at `since` and
    /// has no socket yet has the time limit of connecting.
    pub fn deadline(&self, far: &Alternatives, since: Instant) -> Option<Instant> {
        let dialling = self.dialling.as_ref().and_then(readiness::Dial::deadline);
        let begun = self.dialling.as_ref().is_some_and(|dialling| dialling.sockets().next().is_some());
        let looking_up = far.openers()[0].time_limit(Step::Connect).map(|limit| since + limit).filter(|_| !begun);
        [dialling, looking_up].into_iter().flatten().min()
    }

    /// Returns whether a lookup is under way and there is no socket yet.
    pub fn is_looking_up(&self) -> bool {
        self.awaited > 0 && self.dialling.as_ref().is_some_and(|dialling| dialling.sockets().next().is_none())
    }
}

/// Returns whether the error says that the process or the system has no file descriptor or no memory left for a socket, which may
/// be a passing state.
pub(super) fn is_want_of_files(error: &Error) -> bool {
    let wanting = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].map(Errno::raw_os_error);
    error.errno().is_some_and(|errno| wanting.contains(&errno))
}
