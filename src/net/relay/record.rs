//! What became of one connection.

use crate::net::{Address, Answer, Error, Opened, Target};
use std::time::{Duration, SystemTime};

/// Is notified of each connection when it is over, in the thread that relayed it: what takes long here holds up others.
pub trait Observer: Send + Sync {
    /// A connection is over.
    fn ended(&self, record: &Record);
}

impl<F: Fn(&Record) + Send + Sync> Observer for F {
    fn ended(&self, record: &Record) {
        self(record);
    }
}

/// The record of one connection that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record {
    /// When it was accepted.
    pub began: SystemTime,
    /// How long it was there.
    pub lasted: Duration,
    /// Whose it was.
    pub peer: Option<Address>,
    /// Where it was to lead; nothing, if its client never came to say so.
    pub target: Option<Target>,
    /// The answer that its client was given, if it asked for the target.
    pub answer: Option<Answer>,
    /// The near side, which was accepted.
    pub near: Opened,
    /// The far side, which was connected; nothing if it never was.
    pub far: Option<Opened>,
    /// Bytes that the far side took.
    pub up: u64,
    /// Bytes that the near side took.
    pub down: u64,
    /// Datagrams that were lost, because a side could not take them.
    pub lost: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a connection ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Both sides ended, and each got all that the other sent. Of datagrams: nothing came any more.
    Served,
    /// A side failed, or took too long.
    Failed {
        /// Which.
        party: Party,
        /// Why.
        error: Error,
    },
    /// Nothing came from either side within this limit.
    Idle(Duration),
    /// The relay was stopped.
    Cut,
}

impl Outcome {
    /// In a word: `served`, `failed`, `idle`, `cut`.
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Served => "served",
            Outcome::Failed { .. } => "failed",
            Outcome::Idle(_) => "idle",
            Outcome::Cut => "cut",
        }
    }
}

/// A side of a relayed connection.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The one that was accepted.
    Near,
    /// The one that was connected.
    Far,
}

impl Party {
    /// `near` or `far`.
    pub const fn name(self) -> &'static str {
        match self {
            Party::Near => "near",
            Party::Far => "far",
        }
    }
}
