//! What can go wrong with an HTTP proxy.

use super::super::message::{LONGEST_HEADER, MOST_LINES};
use crate::net::Target;
use crate::net::machine::{Denial, Failure, SessionError};
use std::fmt;

/// Why there is no connection through an HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpConnectError {
    /// The target has no host and port.
    #[error("an HTTP proxy is asked for a host and a port, and `{}` is none", .target.to_string().escape_debug())]
    NoHost {
        /// The target.
        target: Target,
    },
    /// The host's name is empty or too long.
    #[error("the name of the target is {length} bytes where 1 to 255 are expected")]
    HostLength {
        /// How long the name is, in bytes.
        length: usize,
    },
    /// A character that must not be in the name of a host.
    #[error(
        "the name of the target has {character:?} in it, which cannot stand in a request{}",
        if .character.is_ascii() { "" } else { ": write the name as DNS has it, with `xn--`" }
    )]
    HostCharacter {
        /// The character.
        character: char,
    },
    /// What the proxy sent is no answer of HTTP/1.
    #[error("the proxy {proxy} sent \"{found}\" where `HTTP/1.1 200 ...` or the like is expected")]
    NoHttp {
        /// The proxy.
        proxy: Target,
        /// The beginning of what it sent, escaped.
        found: String,
    },
    /// The header of the answer is malformed.
    #[error("the header of the answer of the proxy {proxy} is malformed: {problem}")]
    Malformed {
        /// The proxy.
        proxy: Target,
        /// What is wrong with it.
        problem: String,
    },
    /// The header of the answer is too long.
    #[error("the header of the answer of the proxy {proxy} has more than {LONGEST_HEADER} bytes")]
    LongHeader {
        /// The proxy.
        proxy: Target,
    },
    /// The header of the answer has too many lines.
    #[error("the header of the answer of the proxy {proxy} has more than {MOST_LINES} lines")]
    ManyLines {
        /// The proxy.
        proxy: Target,
    },
    /// The proxy keeps announcing an answer.
    #[error("the proxy {proxy} sent {count} interim answers, the last of them {status}, and no final one")]
    Interim {
        /// The proxy.
        proxy: Target,
        /// How many there were.
        count: usize,
        /// The last one.
        status: Status,
    },
    /// The proxy switched to another protocol, which nobody asked for.
    #[error("the proxy {proxy} switched protocols, which was not asked for: {status}")]
    Switched {
        /// The proxy.
        proxy: Target,
        /// Its answer.
        status: Status,
    },
    /// The proxy wants a user and a password, or others than those it got.
    #[error("the proxy {proxy} {}: {status}{}", wish(*.sent), offer(.schemes))]
    Authentication {
        /// The proxy.
        proxy: Target,
        /// Its answer.
        status: Status,
        /// Whether it got a user and a password.
        sent: bool,
        /// The schemes that it offers.
        schemes: Vec<String>,
    },
    /// The proxy did not connect.
    #[error("the proxy {proxy} did not connect to {target}: {status}")]
    Refused {
        /// The proxy.
        proxy: Target,
        /// What it was to connect to.
        target: Target,
        /// What it answered.
        status: Status,
    },
    /// The proxy ended the connection in the handshake.
    #[error("the proxy {proxy} ended the connection after {received} bytes of the header of its answer")]
    Truncated {
        /// The proxy.
        proxy: Target,
        /// How much of the header had come, in bytes.
        received: usize,
    },
}

/// The status of an answer (RFC 9110, section 15). Shown with its reason phrase, escaped and no longer than a line: the proxy may
/// say what it likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The code.
    pub code: u16,
    /// The reason phrase, as the proxy sent it.
    pub reason: String,
}

/// So many characters of what a proxy says are shown.
const SHOWN: usize = 80;

impl HttpConnectError {
    /// Returns what kind of failure it is.
    pub fn failure(&self) -> Failure {
        match self {
            HttpConnectError::NoHost { .. }
            | HttpConnectError::HostLength { .. }
            | HttpConnectError::HostCharacter { .. } => Failure::Unusable,
            HttpConnectError::NoHttp { .. }
            | HttpConnectError::Malformed { .. }
            | HttpConnectError::LongHeader { .. }
            | HttpConnectError::ManyLines { .. }
            | HttpConnectError::Interim { .. }
            | HttpConnectError::Switched { .. } => Failure::Protocol,
            HttpConnectError::Authentication { .. } => Failure::Authentication,
            HttpConnectError::Refused { .. } => Failure::Refused,
            HttpConnectError::Truncated { .. } => Failure::Truncated,
        }
    }
}

impl From<HttpConnectError> for SessionError {
    fn from(error: HttpConnectError) -> Self {
        let denied = match &error {
            HttpConnectError::Refused { target, status, .. } => Some((target.clone(), denial(status))),
            _ => None,
        };
        let error = SessionError::new(error.failure(), error);
        match denied {
            Some((target, denial)) => error.denying(target, denial),
            None => error,
        }
    }
}

/// Returns what a proxy's answer says, for others to say it again. 502 and 503 say that it failed, and proxies differ in which they
/// say of what.
fn denial(status: &Status) -> Denial {
    match status.code {
        403 => Denial::NotAllowed,
        504 => Denial::TimedOut,
        _ => Denial::Failure,
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let mut reason = self.reason.trim().chars();
        let shown: String = reason.by_ref().take(SHOWN).collect();
        if !shown.is_empty() {
            let more = if reason.next().is_some() { "..." } else { "" };
            write!(f, " ({}{more})", shown.escape_debug())?;
        }
        Ok(())
    }
}

fn wish(sent: bool) -> &'static str {
    if sent { "did not accept the user and password" } else { "wants a `username` and a password" }
}

fn offer(schemes: &[String]) -> String {
    if schemes.is_empty() { String::new() } else { format!("; it offers {}", schemes.join(", ")) }
}
