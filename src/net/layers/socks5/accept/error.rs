//! The errors of the accepting side: what a client of a SOCKS 5 proxy can do wrong.

use super::super::message::{Command, Method};
use crate::net::layers::ClientProtocol;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// The reason why a client of a SOCKS 5 proxy was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Socks5ClientError {
    /// The client speaks another protocol.
    #[error("the client began with {protocol}, where 5, the version of SOCKS, is expected{}", advice(*.protocol))]
    WrongProtocol {
        /// The protocol that it seems to speak.
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
    /// The client does not offer the required method.
    #[error("the client offered {}, where {expected} is expected", offer(.offered))]
    NoMethod {
        /// The methods that it offered.
        offered: Vec<Method>,
        /// The required method: user and password where there is a `users-file`, otherwise no authentication.
        expected: Method,
    },
    /// The credentials of the client are wrong.
    #[error("user `{}` is not known, or has another password", .user.escape_debug())]
    Authentication {
        /// The name of the user that it sent.
        user: String,
    },
    /// The client sent another command than CONNECT.
    #[error("the client asked for {command}, and only CONNECT is done here")]
    Command {
        /// The command.
        command: Command,
    },
    /// The target has an address of an unknown type.
    #[error("the client asked for an address of type {found}, where 1, 3 or 4 is expected")]
    AddressType {
        /// The type found.
        found: u8,
    },
    /// The target is a name of 0 bytes.
    #[error("the client asked for a name of 0 bytes")]
    EmptyName,
    /// The target is a name that is not UTF-8, or has control characters in it.
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
        /// The number of its bytes that were received.
        received: usize,
    },
}

/// A message of a client.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The methods that the client offers.
    Greeting,
    /// The user and the password.
    Password,
    /// The command, and the target.
    Request,
}

impl Socks5ClientError {
    /// Returns the kind of failure.
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

/// The number of methods that a message lists, of the 255 that a client can offer.
const SHOWN: usize = 8;

fn offer(methods: &[Method]) -> String {
    let mut reported: Vec<String> = methods.iter().take(SHOWN).map(Method::to_string).collect();
    if methods.len() > SHOWN {
        reported.push(format!("{} more", methods.len() - SHOWN));
    }
    if reported.is_empty() { "no method".to_owned() } else { reported.join(", ") }
}
