//! Opening from the name to the last handshake, without ever waiting.

use super::Stream;
use crate::net::alternatives::Alternatives;
use crate::net::connection::Wants;
use crate::net::dialing::Dialing;
use crate::net::error::Error;
use crate::net::opener::{Opener, ToTarget};
use crate::net::race::{Found, Lookup};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// A connection that is being made: names, the [race](crate::net::race) of their addresses, handshakes, and falling back where
/// there are [`Alternatives`].
///
/// It is driven as a race is: [`progress`](Dial::progress) at once, and whenever a socket is as it is wanted, a look-up is done or
/// the deadline has passed; after each call look at the look-ups and the sockets again.
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
///         // It may block, and belongs in a thread where others wait for this one.
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
    /// What has won and shakes hands, with the number of its attempt.
    shaking: Option<(u64, Stream)>,
    /// The number of the attempt whose stream was given.
    winner: Option<u64>,
}

impl Opener {
    /// Begins to connect to a target. Names are not looked up here: see [`Dial::lookups`]. `now` is the time from which limits
    /// and attempts count.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the target is none of the selection's family.
    pub fn dial(&self, target: impl ToTarget, now: Instant) -> Result<Dial, Error> {
        Ok(Dial { dialing: Dialing::one(self, &target, now)?, shaking: None, winner: None })
    }
}

impl Alternatives {
    /// Begins to connect to a target: [`Opener::dial`].
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the target is none of any selection's family.
    pub fn dial(&self, target: impl ToTarget, now: Instant) -> Result<Dial, Error> {
        Ok(Dial { dialing: self.dialing(&target, now)?, shaking: None, winner: None })
    }
}

impl Dial {
    /// Returns what is to be looked up now, each once. The program runs it where it may block, and hands over what was
    /// [found](Dial::found).
    pub fn lookups(&mut self) -> Vec<Lookup> {
        self.dialing.lookups()
    }

    /// Takes what a look-up found at `now`; then there may be progress.
    pub fn found(&mut self, found: Found, now: Instant) {
        self.dialing.found(found, now);
    }

    /// Goes on as far as that needs no waiting; the stream, once it is open, and nothing after that.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; then nothing is opened, and there is nothing left to be done.
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

    /// Returns the number of the attempt whose stream was given: one that opened at once was never among the
    /// [sockets](Dial::sockets).
    pub fn winner(&self) -> Option<u64> {
        self.winner
    }

    /// Until when [`progress`](Dial::progress) is to be called at the latest; a time that has passed means at once.
    pub fn deadline(&self) -> Option<Instant> {
        match &self.shaking {
            Some((_, stream)) => stream.deadline(),
            None => self.dialing.deadline(),
        }
    }

    /// Returns what is to be awaited: the number of each attempt, its socket, and what for. A number is never given twice; a socket
    /// whose number is no longer given is closed, but for that of the stream.
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
