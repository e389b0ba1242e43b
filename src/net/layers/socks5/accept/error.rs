//! What can go wrong with a client of a SOCKS 5 proxy.

use super::super::message::{Command, Method};
use crate::net::layers::ClientProtocol;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// Why a client of a SOCKS 5 proxy was not heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Socks5ClientError {
    /// The client speaks something else.
    #[error("the client began with {protocol}, where 5, the version of SOCKS, is expected{}", advice(*.protocol))]
    WrongProtocol {
        /// What it speaks.
        protocol: ClientProtocol,
    },
    /// A message of the client is of another version.
    #[error("the client sent version {found} in {message}, where {expected} is expected")]
    Version {
        /// The message.
        message: Message,
        /// The version found.
        found: u8,
        /// The version expected: 5, and 1 for authentication (RFC 1929).
        expected: u8,
    },
    /// The client does not offer the method that is expected.
    #[error("the client offered {}, where {expected} is expected", offer(.offered))]
    NoMethod {
        /// What it offered.
        offered: Vec<Method>,
        /// What is expected: the password's where there is a `users-file`, else none.
        expected: Method,
    },
    /// The client is none of the users.
    #[error("user `{}` is not known, or has another password", .user.escape_debug())]
    Authentication {
        /// The user that it claims to be.
        user: String,
    },
    /// The client wants something else than to be connected.
    #[error("the client asked for {command}, and only CONNECT is done here")]
    Command {
        /// What it asked for.
        command: Command,
    },
    /// The target has an address of an unknown type.
    #[error("the client asked for an address of type {found}, where 1, 3 or 4 is expected")]
    AddressType {
        /// The type found.
        found: u8,
    },
    /// The target's name has 0 bytes.
    #[error("the client asked for a name of 0 bytes")]
    EmptyName,
    /// The target's name is no text, or has control characters in it.
    #[error("the client asked for \"{found}\", where UTF-8 without control characters is expected")]
    Name {
        /// The name, escaped.
        found: String,
    },
    /// The client ended the connection in the handshake.
    #[error("the client ended the connection after {received} bytes of {message}")]
    Truncated {
        /// The message.
        message: Message,
        /// How much of it had come, in bytes.
        received: usize,
    },
}

/// A message of a client.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Which methods it offers.
    Greeting,
    /// Who it is.
    Password,
    /// What it wants.
    Request,
}

impl Socks5ClientError {
    /// Returns what kind of failure it is.
    pub fn failure(&self) -> Failure {
        match self {
            Socks5ClientError::NoMethod { .. } | Socks5ClientError::Authentication { .. } => Failure::Authentication,
            Socks5ClientError::Truncated { .. } => Failure::Truncated,
            Socks5ClientError::WrongProtocol { .. }
            | Socks5ClientError::Version { .. }
            | Socks5ClientError::Command { .. }
            | Socks5ClientError::AddressType { .. }
            | Socks5ClientError::EmptyName
            | Socks5ClientError::Name { .. } => Failure::Protocol,
        }
    }
}

impl From<Socks5ClientError> for SessionError {
    fn from(error: Socks5ClientError) -> Self {
        SessionError::new(error.failure(), error)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Message::Greeting => "its greeting",
            Message::Password => "its user and password",
            Message::Request => "its request",
        })
    }
}

fn advice(protocol: ClientProtocol) -> &'static str {
    match protocol {
        ClientProtocol::Http(_) => "; the layer `http-connect` accepts HTTP",
        ClientProtocol::Tls => "; a chain with `tls` below this layer accepts TLS",
        _ => "",
    }
}

/// So many methods are told of the 255 that there may be.
const SHOWN: usize = 8;

fn offer(methods: &[Method]) -> String {
    let mut reported: Vec<String> = methods.iter().take(SHOWN).map(Method::to_string).collect();
    if methods.len() > SHOWN {
        reported.push(format!("{} more", methods.len() - SHOWN));
    }
    if reported.is_empty() { "no method".to_owned() } else { reported.join(", ") }
}
