//! Connecting without blocking: from the lookup of the name to the last handshake.

use super::Stream;
use crate::net::address::ToTarget;
use crate::net::alternatives::Alternatives;
use crate::net::connection::Wants;
use crate::net::dialing::Dialing;
use crate::net::error::Error;
use crate::net::opener::Opener;
use crate::net::race::{Found, Lookup};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// A connection that is being made: lookups of names, the [race](crate::net::race) of their addresses, handshakes, and fallback
/// where there are [`Alternatives`].
///
/// It is driven like a race: call [`progress`](Dial::progress) at once, and again whenever a socket is ready as it is wanted, a
/// lookup is done, or the deadline has passed; after each call check the lookups and the sockets again.
///
/// ```no_run
/// # use sockatlas::net::{Opener, Providers};
/// # use sockatlas::{Registry, Request};
/// # let registry = Registry::builtin();
/// # let opener = Opener::new(&Providers::shipped(), &registry.resolve(&Request::named("tcp4"))?);
/// use rustix::event::{PollFd, PollFlags, Timespec, poll};
/// use std::time::Instant;
///
/// let mut dial = opener.dial("example.org:7", Instant::now())?;
/// let stream = loop {
///     if let Some(stream) = dial.progress(Instant::now())? {
///         break stream;
///     }
///     let lookups = dial.lookups();
///     if !lookups.is_empty() {
///         // A lookup may block, so a program with other connections runs it in a thread of its own.
///         lookups.into_iter().for_each(|lookup| dial.found(lookup.run(), Instant::now()));
///         continue;
///     }
///     let left = dial.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
///     let left = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() });
///     let sockets = dial.sockets().map(|(_, socket, wants)| {
///         let mut events = PollFlags::empty();
///         events.set(PollFlags::IN, wants.readable);
///         events.set(PollFlags::OUT, wants.writable);
///         PollFd::from_borrowed_fd(socket, events)
///     });
///     poll(&mut sockets.collect::<Vec<_>>(), left.as_ref())?;
/// };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Dial {
    dialing: Dialing,
    /// The winner of the race, which shakes hands, with the number of its attempt.
    shaking: Option<(u64, Stream)>,
    /// The number of the attempt whose stream was returned.
    winner: Option<u64>,
}

impl Opener {
    /// Begins to connect to a target. Names are not looked up here: see [`Dial::lookups`]. `now` is the start of time limits and
    /// attempts.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the target does not belong to the selection's address family.
    pub fn dial(&self, target: impl ToTarget, now: Instant) -> Result<Dial, Error> {
        Ok(Dial { dialing: Dialing::one(self, &target, now)?, shaking: None, winner: None })
    }
}

impl Alternatives {
    /// Begins to connect to a target, like [`Opener::dial`].
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the target does not belong to the address family of any selection.
    pub fn dial(&self, target: impl ToTarget, now: Instant) -> Result<Dial, Error> {
        Ok(Dial { dialing: self.dialing(&target, now)?, shaking: None, winner: None })
    }
}

impl Dial {
    /// Returns the lookups to be run now; each is returned once. The program runs them where they may block, and passes the
    /// results to [`found`](Dial::found).
    pub fn lookups(&mut self) -> Vec<Lookup> {
        self.dialing.lookups()
    }

    /// Records the result of a lookup, which was found at `now`; there may be progress then.
    pub fn found(&mut self, found: Found, now: Instant) {
        self.dialing.found(found, now);
    }

    /// Continues as far as is possible without waiting. Returns the stream once it is open, and `None` before and after that.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; nothing is opened then, and nothing is left to be done.
    pub fn progress(&mut self, now: Instant) -> Result<Option<Stream>, Error> {
        loop {
            let (number, mut stream) = match self.shaking.take() {
                Some(shaking) => shaking,
                None => {
                    let Some(won) = self.dialing.progress(now)? else { return Ok(None) };
                    let number = won.number();
                    match won.into_stream(now) {
                        Ok(stream) => (number, stream),
                        Err(error) => {
                            self.dialing.rejected(error)?;
                            continue;
                        }
                    }
                }
            };
            match stream.progress(now) {
                Ok(true) => {
                    self.winner = Some(number);
                    return Ok(Some(stream));
                }
                Ok(false) => {
                    self.shaking = Some((number, stream));
                    return Ok(None);
                }
                Err(error) => self.dialing.rejected(error)?,
            }
        }
    }

    /// Returns the number of the attempt whose stream was returned: an attempt that opened at once was never among the
    /// [sockets](Dial::sockets).
    pub fn winner(&self) -> Option<u64> {
        self.winner
    }

    /// Returns the time at which [`progress`](Dial::progress) is to be called at the latest; a time in the past means at once.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.shaking {
            Some((_, stream)) => stream.deadline(),
            None => self.dialing.deadline(),
        }
    }

    /// Returns the sockets to wait for: the number of each attempt, its socket, and the readiness that it waits for. A number is
    /// never used twice. A socket whose number is no longer returned is closed, except that of the stream.
    pub fn sockets(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>, Wants)> {
        let shaking = self.shaking.iter().map(|(number, stream)| (*number, stream.as_fd(), stream.wants()));
        let connecting = Wants { readable: false, writable: true };
        let racing = self.dialing.sockets().map(move |(number, socket)| (number, socket, connecting));
        shaking.chain(racing)
    }
}

impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dial").field("shaking", &self.shaking).finish_non_exhaustive()
    }
}
