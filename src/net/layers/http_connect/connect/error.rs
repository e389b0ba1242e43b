//! The errors of the connecting side.

use super::super::message::{LONGEST_HEADER, MOST_LINES};
use crate::net::Target;
use crate::net::machine::{Denial, Failure, SessionError};
use std::fmt;

/// The reason why there is no connection through an HTTP proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpConnectError {
    /// The target has no host and port.
    #[error("an HTTP proxy is asked for a host and a port, and `{}` is none", .target.to_string().escape_debug())]
    NoHost {
        /// The target.
        target: Target,
    },
    /// The name of the host is empty or too long.
    #[error("the name of the target is {length} bytes where 1 to 255 are expected")]
    HostLength {
        /// The length of the name, in bytes.
        length: usize,
    },
    /// The name of the host has a character that is not allowed there.
    #[error(
        "the name of the target has {character:?} in it, which cannot stand in a request{}",
        if .character.is_ascii() { "" } else { ": write the name as DNS has it, with `xn--`" }
    )]
    HostCharacter {
        /// The character.
        character: char,
    },
    /// The bytes of the proxy are not an answer of HTTP/1.
    #[error("the proxy {proxy} sent \"{found}\" where `HTTP/1.1 200 ...` or the like is expected")]
    NoHttp {
        /// The proxy.
        proxy: Target,
        /// The first bytes that it sent, escaped.
        found: String,
    },
    /// The header of the answer is malformed.
    #[error("the header of the answer of the proxy {proxy} is malformed: {problem}")]
    Malformed {
        /// The proxy.
        proxy: Target,
        /// The problem, as the parser reports it.
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
    /// The proxy sent too many interim answers.
    #[error("the proxy {proxy} sent {count} interim answers, the last of them {status}, and no final one")]
    Interim {
        /// The proxy.
        proxy: Target,
        /// The number of interim answers.
        count: usize,
        /// The last of them.
        status: Status,
    },
    /// The proxy switched to another protocol, which was not requested.
    #[error("the proxy {proxy} switched protocols, which was not asked for: {status}")]
    Switched {
        /// The proxy.
        proxy: Target,
        /// The status of its answer.
        status: Status,
    },
    /// The proxy requires a user and a password, or rejects those that were sent.
    #[error("the proxy {proxy} {}: {status}{}", wish(*.sent), offer(.schemes))]
    Authentication {
        /// The proxy.
        proxy: Target,
        /// The status of its answer.
        status: Status,
        /// Whether a user and a password were sent.
        sent: bool,
        /// The schemes of authentication that the proxy offers.
        schemes: Vec<String>,
    },
    /// The proxy did not connect to the target.
    #[error("the proxy {proxy} did not connect to {target}: {status}")]
    Refused {
        /// The proxy.
        proxy: Target,
        /// The target.
        target: Target,
        /// The status of the proxy's answer.
        status: Status,
    },
    /// The proxy ended the connection in the handshake.
    #[error("the proxy {proxy} ended the connection after {received} bytes of the header of its answer")]
    Truncated {
        /// The proxy.
        proxy: Target,
        /// The number of bytes of the header that were received.
        received: usize,
    },
}

/// The status of an answer (RFC 9110, section 15). `Display` shows the code and the reason phrase, which is escaped and cut,
/// since the proxy may send any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The code.
    pub code: u16,
    /// The reason phrase, as the proxy sent it.
    pub reason: String,
}

/// The number of characters of a reason phrase that messages show.
const SHOWN: usize = 80;

impl HttpConnectError {
    /// Returns the kind of failure.
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

/// Returns the denial that a proxy's status stands for, so that it can be reported to a client of this program. 502 and 503 stand
/// for failures of several kinds, and proxies differ in which they use for what, so they are [`Denial::Failure`].
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
