//! What can go wrong with a client of an HTTP proxy.

use super::super::message::{LONGEST_HEADER, MOST_LINES};
use crate::net::layers::ClientProtocol;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// Why a client of an HTTP proxy was not heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpConnectClientError {
    /// The client speaks something else.
    #[error("the client began with {protocol}, where `CONNECT HOST:PORT HTTP/1.1` is expected{}", advice(*.protocol))]
    WrongProtocol {
        /// What it speaks.
        protocol: ClientProtocol,
    },
    /// The header is malformed.
    #[error("the header of the client's request is malformed: {problem}")]
    Malformed {
        /// What is wrong with it.
        problem: String,
    },
    /// The request is of a version that is not spoken here.
    #[error("the client's request is not of HTTP/1.1 or HTTP/1.0")]
    Version,
    /// The header is too long.
    #[error("the header of the client's request has more than {LONGEST_HEADER} bytes")]
    LongHeader,
    /// The header has too many lines.
    #[error("the header of the client's request has more than {MOST_LINES} lines")]
    ManyLines,
    /// The client wants something else than a connection.
    #[error("the client's request has the method `{}`, and only CONNECT is served here", shown(.method))]
    Method {
        /// The method.
        method: String,
    },
    /// The target is none.
    #[error("the client asked for `{}`, where HOST:PORT is expected", shown(.found))]
    Target {
        /// What it asked for.
        found: String,
    },
    /// There is no `Host`, or more than one, or it is no host.
    #[error("the client's request {problem}")]
    Host {
        /// What is wrong with it.
        problem: HostLine,
    },
    /// The request has content, which a CONNECT request must not have.
    #[error("the client's request announces content with `{field}`, and CONNECT has none")]
    Content {
        /// The field that says so.
        field: &'static str,
    },
    /// The client did not say who it is, or is not believed.
    #[error("{what}")]
    Authentication {
        /// What is wrong.
        what: Credentials,
    },
    /// The client ended the connection in the handshake.
    #[error("the client ended the connection after {received} bytes of the header of its request")]
    Truncated {
        /// How much of the header had come, in bytes.
        received: usize,
    },
}

/// What is wrong with the field `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostLine {
    /// There is none in a request of HTTP/1.1.
    Missing,
    /// There are several.
    Several,
    /// It is no host.
    Invalid {
        /// Its value, escaped.
        found: String,
    },
}

/// What is wrong with the field `Proxy-Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// There is none.
    None,
    /// There are several.
    Several,
    /// It is not of basic authentication.
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
    /// It is not base64 of a user, a colon and a password.
    Malformed,
    /// There is no such user with this password.
    Wrong {
        /// The user.
        user: String,
    },
}

impl HttpConnectClientError {
    /// Returns what kind of failure it is.
    pub fn failure(&self) -> Failure {
        match self {
            HttpConnectClientError::Authentication { what: Credentials::Several } => Failure::Protocol,
            HttpConnectClientError::Authentication { .. } => Failure::Authentication,
            HttpConnectClientError::Truncated { .. } => Failure::Truncated,
            HttpConnectClientError::WrongProtocol { .. }
            | HttpConnectClientError::Malformed { .. }
            | HttpConnectClientError::Version
            | HttpConnectClientError::LongHeader
            | HttpConnectClientError::ManyLines
            | HttpConnectClientError::Method { .. }
            | HttpConnectClientError::Target { .. }
            | HttpConnectClientError::Host { .. }
            | HttpConnectClientError::Content { .. } => Failure::Protocol,
        }
    }
}

impl From<HttpConnectClientError> for SessionError {
    fn from(error: HttpConnectClientError) -> Self {
        SessionError::new(error.failure(), error)
    }
}

impl fmt::Display for HostLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostLine::Missing => f.write_str("has no `Host`"),
            HostLine::Several => f.write_str("has more than one `Host`"),
            HostLine::Invalid { found } => write!(f, "has the `Host` \"{}\", which is none", shown(found)),
        }
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::None => f.write_str("the client sent no user and password"),
            Credentials::Several => f.write_str("the client's request has more than one `Proxy-Authorization`"),
            Credentials::OtherScheme { scheme } => {
                write!(f, "the client wants to prove who it is by `{}`, where Basic is expected", shown(scheme))
            }
            Credentials::Malformed => f.write_str("the client's user and password are not as RFC 7617 has them"),
            Credentials::Wrong { user } => write!(f, "user `{}` is not known, or has another password", shown(user)),
        }
    }
}

fn advice(protocol: ClientProtocol) -> &'static str {
    match protocol {
        ClientProtocol::Socks5 => "; the layer `socks5` accepts SOCKS 5",
        ClientProtocol::Tls => "; a chain with `tls` below this layer accepts TLS",
        _ => "",
    }
}

/// So many characters of what a client says are shown.
const SHOWN: usize = 80;

/// Returns what a client said: escaped, and no longer than a line.
fn shown(said: &str) -> String {
    let more = if said.chars().nth(SHOWN).is_some() { "..." } else { "" };
    format!("{}{more}", said.chars().take(SHOWN).collect::<String>().escape_debug())
}
