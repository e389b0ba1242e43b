//! Falling back: races, one after the other, until a connection has shaken hands, or until somebody has failed to authenticate. What
//! all drivers share.
//!
//! A driver runs the look-ups, calls [`Dialing::progress`] as it would a [`Race`]'s, and shakes hands on what has won. When that
//! fails it says so by [`Dialing::rejected`], and goes on.

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
    /// What is raced when nothing of those before can be opened.
    later: VecDeque<Vec<(Opener, Target)>>,
    /// What is never raced.
    barred: Vec<Untried>,
    /// What came of the races before.
    attempts: Vec<Attempt>,
    /// How the error of all is stated; nothing where there is one opener, whose error is reported as it is.
    reported: Option<(String, Target)>,
    /// The number of the attempt that won.
    winner: Option<u64>,
}

impl Dialing {
    /// One opener, and no fallback.
    pub fn one(opener: &Opener, target: &impl ToTarget, now: Instant) -> Result<Self, Error> {
        let target = opener.target(target)?;
        let race = Race::new(opener.clone(), target, now);
        let (later, barred, attempts) = (VecDeque::new(), Vec::new(), Vec::new());
        Ok(Dialing { start: now, race, later, barred, attempts, reported: None, winner: None })
    }

    /// Groups of openers: each is raced when nothing of those before it can be opened. What is barred is named in errors.
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
            // The target is one of those alone that are never tried.
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

    /// Returns what is to be looked up now; to be asked after each [`progress`](Dialing::progress).
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

    /// Returns what has won could not be opened after all. After a failure of authentication that is the end of it.
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

    /// Tries nothing more: what came of all, and what is left untried.
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

    /// Returns the error of all, with what was not tried beside that which never is.
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
            None => Err(self.unreached(Vec::new())),
        }
    }

    /// Returns an error of I/O that ends it.
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

    /// Returns what may cancel it now.
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
