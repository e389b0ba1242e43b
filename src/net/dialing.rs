//! Fallback: runs races one after the other, until a connection has finished its handshakes or authentication has failed. All
//! drivers share it.
//!
//! A driver runs the lookups, calls [`Dialing::progress`] like that of a [`Race`], and performs the handshakes of the winner. If
//! these fail, it calls [`Dialing::rejected`] and continues.

use super::Target;
use super::address::ToTarget;
use super::cancel::Cancel;
use super::error::{Attempt, Bar, Error, Outcome, Untried};
use super::opener::Opener;
use super::race::{Found, Lookup, Race, Won};
use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

pub(super) struct Dialing {
    start: Instant,
    race: Race,
    /// The groups of openers that race when all before them have failed.
    later: VecDeque<Vec<(Opener, Target)>>,
    /// The entries that are never tried.
    barred: Vec<Untried>,
    /// The attempts of the races before this one.
    attempts: Vec<Attempt>,
    /// The entry and the target of the error if all fail, or `None` where there is one opener, whose own error is returned.
    reported: Option<(String, Target)>,
    /// The number of the attempt that won.
    winner: Option<u64>,
}

impl Dialing {
    /// Dials with one opener, without fallback.
    pub fn one(opener: &Opener, target: &impl ToTarget, now: Instant) -> Result<Self, Error> {
        let target = opener.target(target)?;
        let race = Race::new(opener.clone(), target, now);
        let (later, barred, attempts) = (VecDeque::new(), Vec::new(), Vec::new());
        Ok(Dialing { start: now, race, later, barred, attempts, reported: None, winner: None })
    }

    /// Dials with groups of openers: each group races when all before it have failed. Errors name the barred entries.
    pub fn groups<'o>(
        groups: impl IntoIterator<Item = Vec<&'o Opener>>,
        barred: Vec<(&'o Opener, Bar)>,
        target: &impl ToTarget,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut misfits = Vec::new();
        let mut later = VecDeque::new();
        let mut reported = None;
        for group in groups {
            let mut targeted = Vec::new();
            for opener in group {
                match opener.target(target) {
                    Ok(target) => targeted.push((opener.clone(), target)),
                    Err(error) => misfits.push((opener, error)),
                }
            }
            if let Some((opener, target)) = targeted.first() {
                reported.get_or_insert_with(|| (opener.selection().name().to_owned(), target.clone()));
                later.push_back(targeted);
            }
        }
        let would_be = barred.iter().find_map(|(opener, _)| opener.target(target).ok());
        let barred: Vec<Untried> = barred.into_iter().map(|(opener, why)| untried(opener, why)).collect();
        let race = later.pop_front().and_then(|group| race(group, now));
        let unfit = |(opener, error): (&Opener, Error)| unopened(opener, error, Duration::ZERO);
        match (race, would_be) {
            (Some(race), _) => {
                let attempts = misfits.into_iter().map(unfit).collect();
                Ok(Dialing { start: now, race, later, barred, attempts, reported, winner: None })
            }
            // Only entries that are never tried could open the target.
            (None, Some(target)) => {
                let attempts: Vec<Attempt> = misfits.into_iter().map(unfit).collect();
                let entry = attempts.first().map(|attempt| attempt.entry.clone()).unwrap_or_default();
                Err(Error::Unreached { entry, target, attempts, untried: barred })
            }
            (None, None) => {
                let first = misfits.into_iter().next().map(|(_, error)| error);
                Err(first.unwrap_or_else(|| unreachable!("the first opener is never barred")))
            }
        }
    }

    /// Returns the lookups that must be run now. A driver calls it after each [`progress`](Dialing::progress).
    pub fn lookups(&mut self) -> Vec<Lookup> {
        self.race.lookups()
    }

    pub fn found(&mut self, found: Found, now: Instant) {
        self.race.found(found, now);
    }

    /// Continues like [`Race::progress`], and falls back to the next group.
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

    /// Records that the winner could not be opened after all. A failure of authentication ends the dialing.
    pub fn rejected(&mut self, error: Error) -> Result<(), Error> {
        match self.winner.take() {
            Some(number) if self.reported.is_some() && !matches!(error, Error::Cancelled) => {
                let is_of_authentication = error.is_of_authentication();
                self.race.resume(number, error);
                if is_of_authentication { Err(self.stopped()) } else { Ok(()) }
            }
            _ => Err(error),
        }
    }

    /// Ends the attempts, and returns an error with their outcomes and with the entries that were not tried.
    fn stopped(&mut self) -> Error {
        self.attempts.extend(self.race.attempts());
        let failed = self.attempts.iter().rev().find(|attempt| attempt.is_of_authentication());
        let failed = failed.map_or_else(String::new, |attempt| attempt.entry.clone());
        let later = std::mem::take(&mut self.later);
        let openers = self.race.openers().chain(later.iter().flatten().map(|(opener, _)| opener));
        let names = openers.map(|opener| opener.selection().name().to_owned());
        let untried: Vec<Untried> = names
            .filter(|name| !self.attempts.iter().any(|attempt| attempt.entry == *name))
            .map(|entry| Untried { entry, why: Bar::Authentication { failed: failed.clone() } })
            .collect();
        self.unreached(untried)
    }

    /// Returns the error for the failure of all attempts, with these untried entries and those that are never tried.
    fn unreached(&mut self, mut untried: Vec<Untried>) -> Error {
        untried.append(&mut self.barred);
        let attempts = std::mem::take(&mut self.attempts);
        let (entry, target) = self.reported.clone().unwrap_or_else(|| unreachable!("there are several entries"));
        Error::Unreached { entry, target, attempts, untried }
    }

    fn fall_back(&mut self, error: Error, now: Instant) -> Result<(), Error> {
        if self.reported.is_none() {
            return Err(error);
        }
        match error {
            Error::Cancelled => return Err(Error::Cancelled),
            Error::Unreached { attempts, .. } => self.attempts.extend(attempts),
            // Only a race of one contender ends with another error.
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
            None => Err(self.unreached(Vec::new())),
        }
    }

    /// Returns an I/O error that ends the dialing.
    pub fn reported(&self, error: io::Error, call: &'static str) -> Error {
        let entry = self.race.openers().next().map(Opener::base_name).unwrap_or_default();
        Error::Socket { entry, call, source: error }
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.race.deadline()
    }

    pub fn sockets(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>)> {
        self.race.sockets()
    }

    /// Returns the tokens that can cancel the dialing now.
    pub fn cancels(&self) -> impl Iterator<Item = &Cancel> {
        self.race.openers().filter_map(Opener::cancel)
    }
}

fn race(group: Vec<(Opener, Target)>, now: Instant) -> Option<Race> {
    let mut group = group.into_iter();
    let (opener, target) = group.next()?;
    Some(group.fold(Race::new(opener, target, now), |race, (opener, target)| race.and(opener, target)))
}

fn untried(opener: &Opener, why: Bar) -> Untried {
    Untried { entry: opener.selection().name().to_owned(), why }
}

fn unopened(opener: &Opener, error: Error, began: Duration) -> Attempt {
    let entry = opener.selection().name().to_owned();
    Attempt { entry, address: None, began, outcome: Outcome::Unopened(error.into()) }
}
