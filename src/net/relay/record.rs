//! The record of one connection.

use crate::net::{Address, Answer, Error, Opened, Target};
use std::time::{Duration, SystemTime};

/// Receives the record of each connection when it has ended, in the thread that relayed it: a slow observer delays other
/// connections.
pub trait Observer: Send + Sync {
    /// Receives the record of a connection that has ended.
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
    /// The time at which it was accepted.
    pub began: SystemTime,
    /// How long it lasted.
    pub lasted: Duration,
    /// The address of the client.
    pub peer: Option<Address>,
    /// The target; `None` if the connection ended before the target was needed or named.
    pub target: Option<Target>,
    /// The answer that its client got, if it asked for the target.
    pub answer: Option<Answer>,
    /// The near side, which was accepted.
    pub near: Opened,
    /// The far side, which was connected; `None` if it never was.
    pub far: Option<Opened>,
    /// Bytes that the far side accepted.
    pub up: u64,
    /// Bytes that the near side accepted.
    pub down: u64,
    /// Datagrams that were lost because a side could not accept them.
    pub lost: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a connection ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Both sides ended, and each received everything that the other sent. Of datagrams: the session was silent for its limit.
    Served,
    /// A side failed, or took too long.
    Failed {
        /// The side that failed.
        party: Party,
        /// The error.
        error: Error,
    },
    /// Nothing was moved in either direction within this limit.
    Idle(Duration),
    /// The relay was stopped.
    Cut,
}

impl Outcome {
    /// Returns the name of the outcome: `served`, `failed`, `idle` or `cut`.
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
    /// The side that was accepted.
    Near,
    /// The side that was connected.
    Far,
}

impl Party {
    /// Returns `near` or `far`.
    pub const fn name(self) -> &'static str {
        match self {
            Party::Near => "near",
            Party::Far => "far",
        }
    }
}
