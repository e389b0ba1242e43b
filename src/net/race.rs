//! Races between the addresses of a target: happy eyeballs, RFC 8305, version 2.
//!
//! Attempts begin one after the other: each a fixed delay after the one before it, or as soon as that has failed. The first that
//! connects wins, and the others are closed. Addresses of two families take turns, beginning with the family of the first opener.
//! The race neither waits nor reads a clock, so it works with every driver and every event loop:
//!
//! 1. Run the lookups that [`Race::lookups`] returns in a place where blocking is acceptable, and pass the result of each
//!    [`Lookup::run`] to [`Race::found`]. A race created by [`Opener::race`] has its addresses and needs no lookups.
//! 2. Call [`Race::progress`] until it returns the winner: first at once, then whenever a lookup is done, the [`Race::deadline`]
//!    has passed, or one of the [`Race::sockets`] is writable.
//! 3. After each call check the sockets again. Each has a number that is never used twice: a new number is a socket that must be
//!    watched until it is writable, and a number that is no longer returned is a socket that was closed, which epoll(7) then
//!    forgets. The socket of the winner stays open under the same descriptor, and is still watched as before.
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
//! # Implementation of the RFC
//!
//! | section | implementation |
//! |---|---|
//! | 3, hostname resolution | each family is looked up separately, all at once. If the addresses of a later opener are found first, they are held back for 50 ms (Resolution Delay) to wait for those of the openers before it; the order of the catalog decides whether IPv6 is first, as the RFC recommends |
//! | 4, sorting | within a family the order is that of the system, which follows RFC 6724; families take turns one by one (First Address Family Count 1). No history of round trips is kept, as a library has no place for it that suits all users |
//! | 5, connection attempts | the delay is fixed, 250 ms unless [`Opener::attempt_delay`] sets another. The race ends with the connection of the base protocol and does not include the handshakes of layers, so that no peer sees a handshake that is then dropped |
//! | 6, changes of DNS while a race runs | not implemented: the resolver of the system reports no changes |
//! | 7, NAT64 and DNS64 | left to the resolver of the system; the race synthesizes no addresses |

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

/// The time for which addresses are held back to wait for those of earlier contenders: Resolution Delay, RFC 8305, section 8.
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// Connects to several addresses at once until one is connected. See the [module](self).
pub struct Race {
    contenders: Vec<Contender>,
    turns: Turns,
    running: Vec<Running>,
    /// The attempts that are over, with their numbers.
    over: Vec<(u64, Attempt)>,
    /// The candidates whose attempts were overtaken.
    overtaken: Vec<Candidate>,
    /// The time from which the times of attempts are counted.
    start: Instant,
    delay: Duration,
    /// The time at which the next attempt may begin, or `None` for at once.
    due: Option<Instant>,
    /// The time until which the addresses that were found first wait for those of earlier contenders.
    held: Option<Instant>,
    /// An error that ends the race at the next call.
    fatal: Option<Error>,
    /// The number of the next attempt.
    next: u64,
    /// The number of the last attempt that was begun.
    last: Option<u64>,
    is_won: bool,
    /// The number of the race among the races of one call.
    round: u32,
}

struct Contender {
    opener: Arc<Opener>,
    target: Target,
    addresses: Addresses,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Addresses {
    /// No lookup has been started.
    Unasked,
    Awaited,
    Known,
}

struct Running {
    number: u64,
    candidate: Candidate,
    connection: Connection,
    began: Instant,
    /// The time at which the attempt expires, and its time limit.
    until: Option<(Instant, Duration)>,
}

/// The winner of a race: a connected attempt, whose handshakes have not begun.
pub struct Won {
    pub(super) opener: Arc<Opener>,
    pub(super) connection: Connection,
    number: u64,
    contender: usize,
}

impl Won {
    /// Returns the index of the winner's opener in the race, from 0.
    pub fn contender(&self) -> usize {
        self.contender
    }

    /// Returns the number of the attempt among the [sockets](Race::sockets).
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns all attempts of the race, in the order in which they began, including the winner.
    pub fn attempts(&self) -> &[Attempt] {
        &self.connection.opened.attempts
    }

    /// Converts the winner into a stream. The time limit of its opener for handshakes begins at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the base protocol has no file descriptor to wait on.
    pub fn into_stream(self, now: Instant) -> Result<readiness::Stream, Error> {
        self.opener.watched(self.connection, Step::Handshake, now)
    }
}

impl Opener {
    /// Creates a race over addresses of a target, such as those from [`Opener::resolve`].
    pub fn race(&self, target: &Target, addresses: Vec<Address>, now: Instant) -> Race {
        let mut race = Race::new(self.clone(), target.clone(), now);
        race.contenders[0].addresses = Addresses::Awaited;
        race.found(Found { result: Ok(addresses), contender: 0, round: 0 }, now);
        race
    }
}

impl Race {
    /// Creates a race over the addresses that this opener finds for a target; the delay between attempts is that of this opener.
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

    /// Adds a contender. The addresses of the families of earlier contenders have the first turns.
    #[must_use]
    pub fn and(mut self, opener: Opener, target: Target) -> Self {
        self.turns.announce(opener.selection().family());
        self.contenders.push(Contender { opener: opener.into(), target, addresses: Addresses::Unasked });
        self
    }

    /// Makes this the race that follows `last` in one call: times are counted from the start of the call, and numbers continue.
    pub(super) fn after(mut self, start: Instant, last: &Race) -> Self {
        (self.start, self.round, self.next) = (start, last.round + 1, last.next);
        self
    }

    /// Returns the lookups that must be run, once for each contender.
    pub fn lookups(&mut self) -> Vec<Lookup> {
        let round = self.round;
        let unasked = self.contenders.iter_mut().enumerate().filter(|(_, known)| known.addresses == Addresses::Unasked);
        let asked = unasked.map(|(at, contender)| {
            contender.addresses = Addresses::Awaited;
            Lookup { opener: contender.opener.clone(), target: contender.target.clone(), contender: at, round }
        });
        asked.collect()
    }

    /// Records the result of a lookup at `now`. Results for another race are ignored.
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

    /// Begins the attempts that are due at `now`, and checks those that are running. Returns the winner once, and `None` before
    /// and after that. A base protocol that blocks while it connects blocks this call.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`]: every attempt failed. If the only contender fails before an address is tried, its own error is
    /// returned. The race is over then.
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

    /// Checks the attempts from this index on, and returns the index of the first that is connected.
    fn connected(&mut self, from: usize, now: Instant) -> Option<usize> {
        let mut at = from;
        while let Some(Running { connection, until, .. }) = self.running.get_mut(at) {
            let error = match connection.finish_connecting() {
                Ok(()) => return Some(at),
                // A socket without a descriptor cannot be waited for.
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

    /// Returns the time at which the next attempt may begin.
    fn next_begin(&self) -> Instant {
        let due = self.due.unwrap_or(self.start);
        // Addresses that were found first wait for those of earlier contenders.
        let before = &self.contenders[..self.turns.first_contender().unwrap_or_default()];
        let waits = before.iter().any(|contender| contender.addresses != Addresses::Known);
        self.held.filter(|_| waits).map_or(due, |held| held.max(due))
    }

    /// Begins the next attempt. Returns false if there is no candidate.
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

    /// Removes a contender that cannot be opened.
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

    /// Continues after the winner could not be opened, with the addresses that were never tried and with those whose attempts
    /// were overtaken, which are tried once more.
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

    /// Returns all attempts that are over, in the order in which they began.
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

    /// Returns the time at which [`progress`](Race::progress) must be called at the latest; a time in the past means at once.
    /// Returns `None` if the race waits for sockets and lookups only.
    pub fn deadline(&self) -> Option<Instant> {
        let limits = self.running.iter().filter_map(|running| running.until).map(|(until, _)| until);
        let begin = (!self.turns.is_empty() && !self.is_won).then(|| self.next_begin());
        limits.chain(begin).chain(self.fatal.as_ref().map(|_| self.start)).min()
    }

    /// Returns the running attempts: the number of each, and its socket, which must be watched until it is writable.
    pub fn sockets(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>)> {
        self.running.iter().filter_map(|running| Some((running.number, running.connection.socket.fd()?)))
    }

    /// Returns the openers of the contenders.
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
