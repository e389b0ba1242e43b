//! The errors of the accepting side: what a client of an HTTP proxy can do wrong.

use super::super::message::{LONGEST_HEADER, MOST_LINES};
use crate::net::layers::ClientProtocol;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// The reason why the request of a client of an HTTP proxy was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpConnectClientError {
    /// The client speaks another protocol.
    #[error("the client began with {protocol}, where `CONNECT HOST:PORT HTTP/1.1` is expected{}", advice(*.protocol))]
    WrongProtocol {
        /// The protocol that it seems to speak.
        protocol: ClientProtocol,
    },
    /// The header is malformed.
    #[error("the header of the client's request is malformed: {problem}")]
    Malformed {
        /// The problem, as the parser reports it.
        problem: String,
    },
    /// The request is of a version of HTTP that is not supported.
    #[error("the client's request is not of HTTP/1.1 or HTTP/1.0")]
    Version,
    /// The header is too long.
    #[error("the header of the client's request has more than {LONGEST_HEADER} bytes")]
    LongHeader,
    /// The header has too many lines.
    #[error("the header of the client's request has more than {MOST_LINES} lines")]
    ManyLines,
    /// The request has another method than CONNECT.
    #[error("the client's request has the method `{}`, and only CONNECT is served here", shown(.method))]
    Method {
        /// The method.
        method: String,
    },
    /// The target of the request is not HOST:PORT.
    #[error("the client asked for `{}`, where HOST:PORT is expected", shown(.found))]
    Target {
        /// The target as the client sent it.
        found: String,
    },
    /// The field `Host` is missing, is there more than once, or is not a host.
    #[error("the client's request {problem}")]
    Host {
        /// The problem.
        problem: HostLine,
    },
    /// The request has content, which a CONNECT request must not have.
    #[error("the client's request announces content with `{field}`, and CONNECT has none")]
    Content {
        /// The field that announces content.
        field: &'static str,
    },
    /// The client did not authenticate, or its credentials are wrong.
    #[error("{what}")]
    Authentication {
        /// The problem.
        what: Credentials,
    },
    /// The client ended the connection in the handshake.
    #[error("the client ended the connection after {received} bytes of the header of its request")]
    Truncated {
        /// The number of bytes of the header that were received.
        received: usize,
    },
}

/// The problem of the field `Host`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostLine {
    /// The field is missing in a request of HTTP/1.1.
    Missing,
    /// The field is there more than once.
    Several,
    /// The value is not a host with or without a port.
    Invalid {
        /// The value, escaped.
        found: String,
    },
}

/// The problem of the field `Proxy-Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// The field is missing.
    None,
    /// The field is there more than once.
    Several,
    /// The field is of another scheme than basic authentication.
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
    /// The token is not base64 of a user, a colon and a password.
    Malformed,
    /// No user has this name and this password.
    Wrong {
        /// The name of the user.
        user: String,
    },
}

impl HttpConnectClientError {
    /// Returns the kind of failure.
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

/// The number of characters of a client's text that messages show.
const SHOWN: usize = 80;

/// Returns the client's text, escaped and cut to [`SHOWN`] characters.
fn shown(said: &str) -> String {
    let more = if said.chars().nth(SHOWN).is_some() { "..." } else { "" };
    format!("{}{more}", said.chars().take(SHOWN).collect::<String>().escape_debug())
}
