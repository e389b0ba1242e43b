//! What came of each address that was tried.

use super::{Error, ErrorKind};
use crate::net::address::Address;
use crate::net::provider::ProviderError;
use crate::terms::Services;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One try to open an entry, at one address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The name of the entry that was selected.
    pub entry: String,
    /// The address that the socket was to be connected to, which is a proxy's where there is one; nothing if it did not come to
    /// that, as when a name has no address.
    pub address: Option<Address>,
    /// When it began, counted from the first thing that was done to open anything.
    pub began: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// The outcome of an attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was the first to connect.
    Connected,
    /// The address could not be connected to, or not within the time for it.
    Failed(Arc<ProviderError>),
    /// Something else was in the way: the name could not be looked up, the stack cannot be opened here, or the address was
    /// connected to and a handshake failed.
    Unopened(Arc<Error>),
    /// Another attempt connected first; this one was closed.
    Overtaken,
}

impl Attempt {
    /// Returns whether it was a failure of authentication.
    pub(in crate::net) fn is_of_authentication(&self) -> bool {
        matches!(&self.outcome, Outcome::Unopened(error) if error.is_of_authentication())
    }

    /// Without the entry: `127.0.0.1:443: connect: Connection refused (os error 111)`.
    pub(super) fn reported(&self) -> String {
        let outcome = match &self.outcome {
            // The entry that it names is this one's base protocol.
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

/// An entry that was to choose from, and that was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untried {
    /// Its name.
    pub entry: String,
    /// Why it was not tried.
    pub why: Bar,
}

/// Why an entry is not fallen back to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bar {
    /// It lacks what the first entry has, and nobody said that it [may be lost](crate::net::Alternatives::may_lose).
    Lacks {
        /// What it lacks, of `encrypted` and `authenticated`.
        services: Services,
        /// The name of the first entry.
        first: String,
    },
    /// An entry before it failed to authenticate, or its peer did.
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
    /// In one line: `` `tcp4` (without `authenticated` and `encrypted` of `secure/tcp4`) ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.entry, self.why)
    }
}

/// Returns what follows the attempts in an error: those of one reason together. Nothing if all were tried.
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
    /// Whose failure it is, if it is one.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Outcome::Failed(error) if error.is_of_host() => Some(ErrorKind::Host),
            Outcome::Failed(_) => Some(ErrorKind::Network),
            Outcome::Unopened(error) => Some(error.kind()),
            Outcome::Connected | Outcome::Overtaken => None,
        }
    }
}

/// Returns what the last of them failed with that did fail.
pub(in crate::net) fn last_failure(attempts: &[Attempt]) -> Option<&Outcome> {
    let mut outcomes = attempts.iter().rev().map(|attempt| &attempt.outcome);
    outcomes.find(|outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Unopened(_)))
}

impl fmt::Display for Attempt {
    /// In one line: `` `tcp6`: [::1]:443: connect: Connection refused (os error 111) ``.
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
