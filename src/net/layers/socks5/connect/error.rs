//! The errors of the connecting side.

use super::super::message::{Method, Reply};
use crate::net::Target;
use crate::net::machine::{Denial, Failure, SessionError};
use std::fmt;

/// The reason why there is no connection through a SOCKS 5 proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Socks5Error {
    /// The target has no host and port.
    #[error("a SOCKS 5 proxy is asked for a host and a port, and `{}` is none", .target.to_string().escape_debug())]
    NoHost {
        /// The target.
        target: Target,
    },
    /// The name of the host cannot be sent: its length is sent as one byte, and a proxy may misread control characters.
    #[error("the name of the target is {} where 1 to 255 bytes without control characters are expected", name(*.length, *.control))]
    Name {
        /// The length of the name, in bytes.
        length: usize,
        /// Whether the name has control characters in it.
        control: bool,
    },
    /// A message of the proxy is of another version.
    #[error("the proxy {proxy} sent version {found} in {message}, where {expected} is expected")]
    Version {
        /// The proxy.
        proxy: Target,
        /// The message.
        message: Message,
        /// The version found.
        found: u8,
        /// The version expected: 5, and 1 for authentication (RFC 1929).
        expected: u8,
    },
    /// The proxy accepts none of the offered methods, and chose 0xFF.
    #[error(
        "the proxy {proxy} accepts none of the methods offered: {offered}{}",
        if .offered.contains("password") { "" } else { " (it may want a `username` and a password)" }
    )]
    NoMethod {
        /// The proxy.
        proxy: Target,
        /// The names of the offered methods.
        offered: String,
    },
    /// The proxy chose a method that was not offered.
    #[error("the proxy {proxy} chose {method}, which was not offered")]
    NotOffered {
        /// The proxy.
        proxy: Target,
        /// The method.
        method: Method,
    },
    /// The proxy did not accept the user and password.
    #[error("the proxy {proxy} did not accept user `{}` and the password: status {status}", .user.escape_debug())]
    Authentication {
        /// The proxy.
        proxy: Target,
        /// The user.
        user: String,
        /// The status that the proxy sent, which is not 0.
        status: u8,
    },
    /// The proxy did not connect to the target.
    #[error("the proxy {proxy} did not connect to {target}: {reply}")]
    Refused {
        /// The proxy.
        proxy: Target,
        /// The target.
        target: Target,
        /// The proxy's reply.
        reply: Reply,
    },
    /// The address in the reply is of an unknown type.
    #[error("the proxy {proxy} sent an address of type {found}, where 1, 3 or 4 is expected")]
    AddressType {
        /// The proxy.
        proxy: Target,
        /// The type found.
        found: u8,
    },
    /// The address in the reply is a name of 0 bytes.
    #[error("the proxy {proxy} sent a name of 0 bytes as its address")]
    EmptyName {
        /// The proxy.
        proxy: Target,
    },
    /// The proxy ended the connection in the handshake.
    #[error("the proxy {proxy} ended the connection after {received} bytes of {message}")]
    Truncated {
        /// The proxy.
        proxy: Target,
        /// The message.
        message: Message,
        /// The number of its bytes that were received.
        received: usize,
    },
}

fn name(length: usize, control: bool) -> String {
    format!("{length} bytes{}", if control { " with control characters" } else { "" })
}

/// A message of the proxy.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The method that it chose.
    Choice,
    /// Whether it accepted user and password.
    Status,
    /// Whether it connected to the target.
    Reply,
}

impl Socks5Error {
    /// Returns the kind of failure.
    pub fn failure(&self) -> Failure {
        match self {
            Socks5Error::NoHost { .. } | Socks5Error::Name { .. } => Failure::Unusable,
            Socks5Error::NoMethod { .. } | Socks5Error::Authentication { .. } => Failure::Authentication,
            Socks5Error::Refused { .. } => Failure::Refused,
            Socks5Error::Truncated { .. } => Failure::Truncated,
            Socks5Error::Version { .. }
            | Socks5Error::NotOffered { .. }
            | Socks5Error::AddressType { .. }
            | Socks5Error::EmptyName { .. } => Failure::Protocol,
        }
    }
}

impl From<Socks5Error> for SessionError {
    fn from(error: Socks5Error) -> Self {
        let denied = match &error {
            Socks5Error::Refused { target, reply, .. } => Some((target.clone(), denial(*reply))),
            _ => None,
        };
        let error = SessionError::new(error.failure(), error);
        match denied {
            Some((target, denial)) => error.denying(target, denial),
            None => error,
        }
    }
}

/// Returns the denial that a proxy's reply stands for, so that it can be reported to a client of this program.
fn denial(reply: Reply) -> Denial {
    match reply {
        Reply::NOT_ALLOWED => Denial::NotAllowed,
        Reply::NETWORK_UNREACHABLE => Denial::NetworkUnreachable,
        Reply::HOST_UNREACHABLE => Denial::HostUnreachable,
        Reply::CONNECTION_REFUSED => Denial::ConnectionRefused,
        Reply::TTL_EXPIRED => Denial::TimedOut,
        Reply::ADDRESS_TYPE_NOT_SUPPORTED => Denial::AddressNotSupported,
        _ => Denial::Failure,
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Message::Choice => "its choice of a method",
            Message::Status => "its answer to user and password",
            Message::Reply => "its reply to the request",
        })
    }
}
