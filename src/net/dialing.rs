//! Falling back: races, one after the other, until a connection has shaken hands. What all drivers share.
//!
//! A driver runs the look-ups, calls [`Dialing::progress`] as it would a [`Race`]'s, and shakes hands on what has won. When that
//! fails it says so by [`Dialing::rejected`], and goes on.

use super::Target;
use super::attempt::{Attempt, Outcome};
use super::cancel::Cancel;
use super::error::Error;
use super::opener::{Opener, ToTarget};
use super::race::{Found, Lookup, Race, Won};
use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

pub(super) struct Dialing {
    start: Instant,
    race: Race,
    /// What is raced when nothing of those before can be opened.
    later: VecDeque<Vec<(Opener, Target)>>,
    /// What came of the races before.
    attempts: Vec<Attempt>,
    /// How the error of all is told; nothing where there is one opener, whose error is told as it is.
    told: Option<(String, Target)>,
    /// The number of the attempt that won.
    winner: Option<u64>,
}

impl Dialing {
    /// One opener, and no fallback.
    pub fn one(opener: &Opener, target: &impl ToTarget, now: Instant) -> Result<Self, Error> {
        let target = opener.target(target)?;
        let race = Race::new(opener.clone(), target, now);
        Ok(Dialing { start: now, race, later: VecDeque::new(), attempts: Vec::new(), told: None, winner: None })
    }

    /// Groups of openers: each is raced when nothing of those before it can be opened.
    pub fn groups<'o>(
        groups: impl IntoIterator<Item = Vec<&'o Opener>>,
        target: &impl ToTarget,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut misfits = Vec::new();
        let mut later = VecDeque::new();
        let mut told = None;
        for group in groups {
            let mut targeted = Vec::new();
            for opener in group {
                match opener.target(target) {
                    Ok(target) => targeted.push((opener.clone(), target)),
                    Err(error) => misfits.push((opener, error)),
                }
            }
            if let Some((opener, target)) = targeted.first() {
                told.get_or_insert_with(|| (opener.selection().name().to_owned(), target.clone()));
                later.push_back(targeted);
            }
        }
        let Some(race) = later.pop_front().and_then(|group| race(group, now)) else {
            let first = misfits.into_iter().next().map(|(_, error)| error);
            return Err(first.unwrap_or_else(|| unreachable!("there is an opener")));
        };
        let attempts = misfits.into_iter().map(|(opener, error)| unopened(opener, error, Duration::ZERO)).collect();
        Ok(Dialing { start: now, race, later, attempts, told, winner: None })
    }

    /// What is to be looked up now; to be asked after each [`progress`](Dialing::progress).
    pub fn lookups(&mut self) -> Vec<Lookup> {
        self.race.lookups()
    }

    pub fn found(&mut self, found: Found, now: Instant) {
        self.race.found(found, now);
    }

    /// As [`Race::progress`], and falls back.
    pub fn progress(&mut self, now: Instant) -> Result<Option<Won>, Error> {
        loop {
            match self.race.progress(now) {
                Ok(won) => {
                    return Ok(won.map(|mut won| {
                        self.winner = Some(won.number());
                        won.connection.opened.attempts.splice(..0, self.attempts.iter().cloned());
                        won
                    }));
                }
                Err(error) => self.fall_back(error, now)?,
            }
        }
    }

    /// What has won could not be opened after all.
    pub fn rejected(&mut self, error: Error) -> Result<(), Error> {
        match self.winner.take() {
            Some(number) if self.told.is_some() && !matches!(error, Error::Cancelled) => {
                self.race.resume(number, error);
                Ok(())
            }
            _ => Err(error),
        }
    }

    fn fall_back(&mut self, error: Error, now: Instant) -> Result<(), Error> {
        let Some((entry, target)) = &self.told else { return Err(error) };
        match error {
            Error::Cancelled => return Err(Error::Cancelled),
            Error::Unreached { attempts, .. } => self.attempts.extend(attempts),
            // Only a race of one ends so.
            other => {
                let began = now.saturating_duration_since(self.start);
                self.attempts.extend(self.race.openers().next().map(|opener| unopened(opener, other, began)));
            }
        }
        match self.later.pop_front().and_then(|group| race(group, now)) {
            Some(next) => {
                self.race = next.after(self.start, &self.race);
                Ok(())
            }
            None => {
                let attempts = std::mem::take(&mut self.attempts);
                Err(Error::Unreached { entry: entry.clone(), target: target.clone(), attempts })
            }
        }
    }

    /// An error of I/O that ends it.
    pub fn told(&self, error: io::Error, call: &'static str) -> Error {
        let entry = self.race.openers().next().map(Opener::base_name).unwrap_or_default();
        Error::Socket { entry, call, source: error }
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.race.deadline()
    }

    pub fn sockets(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>)> {
        self.race.sockets()
    }

    /// What may cancel it now.
    pub fn cancels(&self) -> impl Iterator<Item = &Cancel> {
        self.race.openers().filter_map(Opener::cancel)
    }
}

fn race(group: Vec<(Opener, Target)>, now: Instant) -> Option<Race> {
    let mut group = group.into_iter();
    let (opener, target) = group.next()?;
    Some(group.fold(Race::new(opener, target, now), |race, (opener, target)| race.and(opener, target)))
}

fn unopened(opener: &Opener, error: Error, began: Duration) -> Attempt {
    let entry = opener.selection().name().to_owned();
    Attempt { entry, address: None, began, outcome: Outcome::Unopened(error.into()) }
}
