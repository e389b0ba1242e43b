//! Attempts: the addresses and entries that were tried, and their outcomes.

use super::{Error, ErrorKind};
use crate::net::address::Address;
use crate::net::provider::ProviderError;
use crate::terms::Services;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// An attempt to open an entry at one address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The name of the entry that was selected.
    pub entry: String,
    /// The address to which the socket was to be connected, which is that of the proxy where there is one; `None` if the attempt
    /// failed earlier, for instance because the name has no address.
    pub address: Option<Address>,
    /// The time of its beginning, since the call began.
    pub began: Duration,
    /// The outcome.
    pub outcome: Outcome,
}

/// The outcome of an attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The attempt was the first to connect.
    Connected,
    /// The connection to the address failed, or was not made within the time limit.
    Failed(Arc<ProviderError>),
    /// Another error occurred: the name could not be resolved, the stack cannot be opened on this host, or a handshake failed
    /// after the address was connected.
    Unopened(Arc<Error>),
    /// Another attempt connected first; this one was closed.
    Overtaken,
}

impl Attempt {
    /// Returns whether the attempt was a failure of authentication.
    pub(in crate::net) fn is_of_authentication(&self) -> bool {
        matches!(&self.outcome, Outcome::Unopened(error) if error.is_of_authentication())
    }

    /// Formats the attempt without its entry: `127.0.0.1:443: connect: Connection refused (os error 111)`.
    pub(super) fn reported(&self) -> String {
        let outcome = match &self.outcome {
            // The entry that the error would name is the base protocol of this one.
            Outcome::Unopened(error) => match &**error {
                Error::Unresolved { source, .. } => source.to_string(),
                error => error.to_string(),
            },
            outcome => outcome.to_string(),
        };
        match &self.address {
            Some(address) => format!("{address}: {outcome}"),
            None => outcome,
        }
    }
}

/// An entry among the alternatives that was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untried {
    /// The name of the entry.
    pub entry: String,
    /// The reason why it was not tried.
    pub why: Bar,
}

/// The reason why an entry is not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bar {
    /// It lacks what the first entry has, and nobody said that it [may be lost](crate::net::Alternatives::may_lose).
    Lacks {
        /// The services that it lacks, of `encrypted` and `authenticated`.
        services: Services,
        /// The name of the first entry.
        first: String,
    },
    /// Authentication failed with an entry before it.
    Authentication {
        /// The name of that entry.
        failed: String,
    },
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bar::Lacks { services, first } => {
                let services: Vec<String> = services.iter().map(|service| format!("`{service}`")).collect();
                write!(f, "without {} of `{first}`", services.join(" and "))
            }
            Bar::Authentication { failed } => write!(f, "after the failure of authentication of `{failed}`"),
        }
    }
}

impl fmt::Display for Untried {
    /// Formats the entry in one line: `` `tcp4` (without `authenticated` and `encrypted` of `secure/tcp4`) ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.entry, self.why)
    }
}

/// Returns the text about untried entries at the end of an error, grouped by their reasons, or an empty text if all were tried.
pub(super) fn untried_words(untried: &[Untried]) -> String {
    let mut reasons: Vec<(&Bar, Vec<String>)> = Vec::new();
    for Untried { entry, why } in untried {
        let entry = format!("`{entry}`");
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, entries)) => entries.push(entry),
            None => reasons.push((why, vec![entry])),
        }
    }
    let reasons = reasons.into_iter().map(|(why, entries)| format!("; not tried: {} ({why})", entries.join(", ")));
    reasons.collect()
}

impl Outcome {
    /// Returns the kind of failure, or `None` if it is none.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Outcome::Failed(error) if error.is_of_host() => Some(ErrorKind::Host),
            Outcome::Failed(_) => Some(ErrorKind::Network),
            Outcome::Unopened(error) => Some(error.kind()),
            Outcome::Connected | Outcome::Overtaken => None,
        }
    }
}

/// Returns the outcome of the last attempt that failed.
pub(in crate::net) fn last_failure(attempts: &[Attempt]) -> Option<&Outcome> {
    let mut outcomes = attempts.iter().rev().map(|attempt| &attempt.outcome);
    outcomes.find(|outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Unopened(_)))
}

impl fmt::Display for Attempt {
    /// Formats the attempt in one line: `` `tcp6`: [::1]:443: connect: Connection refused (os error 111) ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.entry, self.reported())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Connected => f.write_str("connected"),
            Outcome::Failed(error) => error.fmt(f),
            Outcome::Unopened(error) => error.fmt(f),
            Outcome::Overtaken => f.write_str("overtaken"),
        }
    }
}
