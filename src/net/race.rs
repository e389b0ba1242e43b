//! Which of several addresses is connected to: happy eyeballs, RFC 8305, version 2.
//!
//! Attempts are begun one after the other: the next one a delay after the last was begun, or at once when the last has failed.
//! The first that connects wins, and the others are closed. Addresses of two families take turns, beginning with the family of
//! the first opener. Nothing here waits or reads a clock, so one race serves every driver and every event loop:
//!
//! 1. Run what [`Race::lookups`] gives, wherever it may block, and hand back what each [`Lookup::run`] found to [`Race::found`].
//!    A race begun by [`Opener::race`] has its addresses and nothing to look up.
//! 2. Call [`Race::progress`] until it gives the winner: first at once, then whenever a look-up is done, the [`Race::deadline`]
//!    has passed, or one of the [`Race::sockets`] is writable.
//! 3. After each call look at the sockets again. Each has a number that is never given twice: a number not seen before is a
//!    socket to be watched until it is writable, one that is gone has been closed, by which epoll(7) forgets it. The winner's
//!    socket stays open under the same descriptor, and is still watched as it was.
//!
//! ```no_run
//! # use sockatlas::net::{Opener, Providers};
//! # use sockatlas::{Registry, Request};
//! # let registry = Registry::builtin();
//! # let opener = Opener::new(&Providers::shipped(), &registry.resolve(&Request::named("tcp4"))?);
//! use rustix::event::{PollFd, PollFlags, Timespec, poll};
//! use std::time::Instant;
//!
//! let target = opener.target("example.org:7")?;
//! let addresses = opener.resolve(&target)?;
//! let mut race = opener.race(&target, addresses, Instant::now());
//! let won = loop {
//!     if let Some(won) = race.progress(Instant::now())? {
//!         break won;
//!     }
//!     let left = race.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
//!     let left = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() });
//!     let sockets = race.sockets().map(|(_, socket)| PollFd::from_borrowed_fd(socket, PollFlags::OUT));
//!     poll(&mut sockets.collect::<Vec<_>>(), left.as_ref())?;
//! };
//! let stream = won.into_stream(Instant::now())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The RFC
//!
//! | section | here |
//! |---|---|
//! | 3, hostname resolution | each family is looked up by itself, all at once. Addresses of a later opener that are there first are held back for 50 ms (Resolution Delay), for those of the openers before it; the RFC's wish to begin with IPv6 is the catalog's to make, by its order |
//! | 4, sorting | in one family the order is that of the system, which follows RFC 6724; families take turns one by one (First Address Family Count 1). No history of round trips is kept: a library has no place to keep it that all its users would want |
//! | 5, connection attempts | a fixed delay, 250 ms unless [`Opener::attempt_delay`] says otherwise. The race is over what the base protocol calls connecting, not over the handshakes of layers: a peer is to see no handshake that is then dropped |
//! | 6, changes of DNS while a race runs | left out: the system's resolver reports no changes |
//! | 7, NAT64 and DNS64 | left to the system's resolver, as no addresses are made up here |

mod lookup;
mod turns;

pub use lookup::{Found, Lookup};

use super::address::{Address, Target};
use super::connection::Connection;
use super::error::{Attempt, Error, Outcome, Step};
use super::opener::{BeginError, Opener};
use super::provider::ProviderError;
use super::readiness;
use crate::terms::Family;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use turns::{Candidate, Turns};

/// How long addresses are held back for those of the families before theirs: Resolution Delay, RFC 8305, section 8.
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// Connects to several addresses at once, until one is connected. See the [module](self).
pub struct Race {
    contenders: Vec<Contender>,
    turns: Turns,
    running: Vec<Running>,
    /// Attempts that are over, by their numbers.
    over: Vec<(u64, Attempt)>,
    /// Candidates whose attempts were overtaken.
    overtaken: Vec<Candidate>,
    /// What the times of attempts count from.
    start: Instant,
    delay: Duration,
    /// When the next attempt may begin; nothing: at once.
    due: Option<Instant>,
    /// Until when those that came first wait for the families before theirs.
    held: Option<Instant>,
    /// What ends the race whatever else there is.
    fatal: Option<Error>,
    /// The number of the next attempt.
    next: u64,
    /// That of the last one that was begun.
    last: Option<u64>,
    is_won: bool,
    /// Which of several races of one call it is.
    round: u32,
}

struct Contender {
    opener: Arc<Opener>,
    target: Target,
    addresses: Addresses,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Addresses {
    /// Nothing has started to look them up.
    Unasked,
    Awaited,
    Known,
}

struct Running {
    number: u64,
    candidate: Candidate,
    connection: Connection,
    began: Instant,
    /// Until when it may take, and how long that was.
    until: Option<(Instant, Duration)>,
}

/// The attempt that won a race: connected, with its handshakes still to come.
pub struct Won {
    pub(super) opener: Arc<Opener>,
    pub(super) connection: Connection,
    number: u64,
    contender: usize,
}

impl Won {
    /// Whose it is: the place of its opener in the race, from 0.
    pub fn contender(&self) -> usize {
        self.contender
    }

    /// Returns the number of its attempt among the [sockets](Race::sockets).
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns every attempt of the race, in the order in which they were begun: the winner's and those of all others.
    pub fn attempts(&self) -> &[Attempt] {
        &self.connection.opened.attempts
    }

    /// Returns a stream, whose handshakes may take as long as its opener says, from `now` on.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the base protocol has no file descriptor to wait on.
    pub fn into_stream(self, now: Instant) -> Result<readiness::Stream, Error> {
        self.opener.watched(self.connection, Step::Handshake, now)
    }
}

impl Opener {
    /// Returns a race over addresses of a target, such as [`Opener::resolve`] gives.
    pub fn race(&self, target: &Target, addresses: Vec<Address>, now: Instant) -> Race {
        let mut race = Race::new(self.clone(), target.clone(), now);
        race.contenders[0].addresses = Addresses::Awaited;
        race.found(Found { result: Ok(addresses), contender: 0, round: 0 }, now);
        race
    }
}

impl Race {
    /// Creates a race to what this opener makes of a target; its delay between attempts is that of this opener.
    pub fn new(opener: Opener, target: Target, now: Instant) -> Self {
        let delay = opener.delay_between_attempts();
        let race = Race {
            contenders: Vec::new(),
            turns: Turns::default(),
            running: Vec::new(),
            over: Vec::new(),
            overtaken: Vec::new(),
            start: now,
            delay,
            due: None,
            held: None,
            fatal: None,
            next: 0,
            last: None,
            is_won: false,
            round: 0,
        };
        race.and(opener, target)
    }

    /// The same with a further contender. The addresses of the families of those before it have the first turns.
    #[must_use]
    pub fn and(mut self, opener: Opener, target: Target) -> Self {
        self.turns.announce(opener.selection().family());
        self.contenders.push(Contender { opener: opener.into(), target, addresses: Addresses::Unasked });
        self
    }

    /// Returns the same as the next race of a call: times count from the call's start, and no number is given again.
    pub(super) fn after(mut self, start: Instant, last: &Race) -> Self {
        (self.start, self.round, self.next) = (start, last.round + 1, last.next);
        self
    }

    /// Returns what is to be looked up: once for each contender.
    pub fn lookups(&mut self) -> Vec<Lookup> {
        let round = self.round;
        let unasked = self.contenders.iter_mut().enumerate().filter(|(_, known)| known.addresses == Addresses::Unasked);
        let asked = unasked.map(|(at, contender)| {
            contender.addresses = Addresses::Awaited;
            Lookup { opener: contender.opener.clone(), target: contender.target.clone(), contender: at, round }
        });
        asked.collect()
    }

    /// Takes what was found at `now`. What was looked up for another race does not count.
    pub fn found(&mut self, found: Found, now: Instant) {
        let Found { result, contender: at, round } = found;
        let Some(contender) = self.contenders.get_mut(at) else { return };
        if round != self.round || contender.addresses != Addresses::Awaited {
            return;
        }
        contender.addresses = Addresses::Known;
        let result = result.and_then(|addresses| match addresses.is_empty() {
            true => Err(contender.opener.without_address(&contender.target)),
            false => Ok(addresses),
        });
        match result {
            Ok(addresses) => {
                for address in addresses {
                    let candidate = Candidate { contender: at, address };
                    self.turns.push(self.family(&candidate), candidate);
                }
                self.held.get_or_insert(now + RESOLUTION_DELAY);
            }
            Err(error) if self.contenders.len() == 1 => self.fatal = Some(error),
            Err(error) => self.unopened(at, error, now),
        }
    }

    fn family(&self, candidate: &Candidate) -> Family {
        let stated = || self.contenders[candidate.contender].opener.selection().family();
        candidate.address.family().unwrap_or_else(stated)
    }

    /// Begins what is due at `now`, and looks at what is under way; the winner, once there is one, and nothing after that. What
    /// the base protocol does in its connect is done here.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`]: every attempt failed. What one contender alone meets with before an address is tried is reported as it
    /// is. The race is over then.
    pub fn progress(&mut self, now: Instant) -> Result<Option<Won>, Error> {
        if let Some(error) = self.fatal.take() {
            return Err(error);
        }
        if self.is_won {
            return Ok(None);
        }
        let mut seen = 0;
        loop {
            if let Some(at) = self.connected(seen, now) {
                return Ok(Some(self.win(at)));
            }
            seen = self.running.len();
            if !self.is_due(now) || !self.begin(now)? {
                break;
            }
        }
        let nothing_to_come = self.contenders.iter().all(|contender| contender.addresses == Addresses::Known);
        if self.running.is_empty() && nothing_to_come && self.turns.is_empty() {
            return Err(self.lost());
        }
        Ok(None)
    }

    /// Looks at the attempts from this place on; the place of the first that is connected.
    fn connected(&mut self, from: usize, now: Instant) -> Option<usize> {
        let mut at = from;
        while let Some(Running { connection, until, .. }) = self.running.get_mut(at) {
            let error = match connection.finish_connecting() {
                Ok(()) => return Some(at),
                // Without a descriptor there would be nothing to wait for.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && connection.socket.fd().is_some() => {
                    let Some((_, limit)) = until.filter(|(until, _)| *until <= now) else {
                        at += 1;
                        continue;
                    };
                    let late = format!("no answer within {}", humantime::format_duration(limit));
                    io::Error::new(io::ErrorKind::TimedOut, late)
                }
                Err(error) => error,
            };
            let Running { number, candidate, began, .. } = self.running.remove(at);
            if self.last == Some(number) {
                self.due = None;
            }
            self.end(number, candidate, began, Outcome::Failed(ProviderError::system("connect", error).into()));
        }
        None
    }

    fn is_due(&self, now: Instant) -> bool {
        !self.turns.is_empty() && self.next_begin() <= now
    }

    /// When the next attempt is to begin, if there is one.
    fn next_begin(&self) -> Instant {
        let due = self.due.unwrap_or(self.start);
        // Whose addresses have come first waits for those before him.
        let before = &self.contenders[..self.turns.first_contender().unwrap_or_default()];
        let waits = before.iter().any(|contender| contender.addresses != Addresses::Known);
        self.held.filter(|_| waits).map_or(due, |held| held.max(due))
    }

    /// Begins the attempt whose turn it is; whether there was one.
    fn begin(&mut self, now: Instant) -> Result<bool, Error> {
        let Some(candidate) = self.turns.next() else { return Ok(false) };
        let Contender { opener, target, .. } = &self.contenders[candidate.contender];
        match opener.begin(target, &candidate.address) {
            Ok(connection) => {
                let until = opener.time_limit(Step::Connect).map(|limit| (now + limit, limit));
                let number = self.number();
                self.last = Some(number);
                self.running.push(Running { number, candidate, connection, began: now, until });
                self.due = Some(now + self.delay);
            }
            Err(BeginError::Socket(error)) => {
                let number = self.number();
                self.due = None;
                self.end(number, candidate, now, Outcome::Failed(error.into()));
            }
            Err(BeginError::Stack(error)) if self.contenders.len() == 1 => return Err(error),
            Err(BeginError::Stack(error)) => {
                self.turns.forget(candidate.contender);
                self.unopened(candidate.contender, error, now);
            }
        }
        Ok(true)
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn end(&mut self, number: u64, candidate: Candidate, began: Instant, outcome: Outcome) {
        let Candidate { contender, address } = candidate;
        let attempt = Attempt {
            entry: self.contenders[contender].opener.selection().name().to_owned(),
            address: Some(address),
            began: began.saturating_duration_since(self.start),
            outcome,
        };
        self.over.push((number, attempt));
    }

    /// A contender falls out.
    fn unopened(&mut self, contender: usize, error: Error, now: Instant) {
        let attempt = Attempt {
            entry: self.contenders[contender].opener.selection().name().to_owned(),
            address: None,
            began: now.saturating_duration_since(self.start),
            outcome: Outcome::Unopened(error.into()),
        };
        let number = self.number();
        self.over.push((number, attempt));
    }

    fn win(&mut self, at: usize) -> Won {
        self.is_won = true;
        let Running { number, candidate, mut connection, began, .. } = self.running.remove(at);
        let contender = candidate.contender;
        self.end(number, candidate, began, Outcome::Connected);
        for Running { number, candidate, began, .. } in std::mem::take(&mut self.running) {
            self.overtaken.push(candidate.clone());
            self.end(number, candidate, began, Outcome::Overtaken);
        }
        connection.opened.attempts = self.attempts();
        Won { opener: self.contenders[contender].opener.clone(), connection, number, contender }
    }

    /// Goes on, as what was won came to nothing: with the addresses that were never tried, and with those whose attempts were
    /// overtaken, which are tried once more.
    pub(super) fn resume(&mut self, number: u64, error: Error) {
        self.is_won = false;
        self.due = None;
        if let Some((_, attempt)) = self.over.iter_mut().find(|(known, _)| *known == number) {
            attempt.outcome = Outcome::Unopened(error.into());
        }
        for candidate in std::mem::take(&mut self.overtaken).into_iter().rev() {
            self.turns.push_first(self.family(&candidate), candidate);
        }
    }

    /// Returns every attempt that is over, in the order in which they were begun.
    pub(super) fn attempts(&mut self) -> Vec<Attempt> {
        self.over.sort_by_key(|(number, _)| *number);
        self.over.iter().map(|(_, attempt)| attempt.clone()).collect()
    }

    fn lost(&mut self) -> Error {
        let attempts = self.attempts();
        let Contender { opener, target, .. } = &self.contenders[0];
        let entry = if self.contenders.len() == 1 { opener.base_name() } else { opener.selection().name().to_owned() };
        Error::Unreached { entry, target: target.clone(), attempts, untried: Vec::new() }
    }

    /// Until when [`progress`](Race::progress) is to be called at the latest; a time that has passed means at once. Nothing: not
    /// before a socket is writable or a name is looked up.
    pub fn deadline(&self) -> Option<Instant> {
        let limits = self.running.iter().filter_map(|running| running.until).map(|(until, _)| until);
        let begin = (!self.turns.is_empty() && !self.is_won).then(|| self.next_begin());
        limits.chain(begin).chain(self.fatal.as_ref().map(|_| self.start)).min()
    }

    /// Returns the attempts that are under way: the number of each, and its socket, which is to be awaited until it is writable.
    pub fn sockets(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>)> {
        self.running.iter().filter_map(|running| Some((running.number, running.connection.socket.fd()?)))
    }

    /// Returns the openers that take part.
    pub(super) fn openers(&self) -> impl Iterator<Item = &Opener> {
        self.contenders.iter().map(|contender| &*contender.opener)
    }
}

impl std::fmt::Debug for Race {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let running: Vec<&Address> = self.running.iter().map(|running| &running.candidate.address).collect();
        f.debug_struct("Race").field("running", &running).field("over", &self.over).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Won {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Won").field("number", &self.number).field("attempts", &self.attempts()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
