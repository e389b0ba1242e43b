//! Claims that the peer of an accepted connection makes about it, and answers to a client that asks for a target.

use crate::net::address::{Address, Target};
use std::fmt;
use std::net::SocketAddr;

/// The peer's claims about the connection. They are not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The target that the client of a proxy asked to be connected to.
    pub target: Option<Target>,
    /// The original connection, where this one was passed on.
    pub origin: Option<Origin>,
}

impl Claims {
    /// Creates the claim that the peer asked to be connected to this target.
    pub fn of_target(target: Target) -> Self {
        Claims { target: Some(target), origin: None }
    }

    /// Creates the claim that the peer passed on a connection of this origin.
    pub fn of_origin(origin: Origin) -> Self {
        Claims { target: None, origin: Some(origin) }
    }

    /// Adds the claims of another layer, which take precedence.
    pub(super) fn merge(&mut self, other: Claims) {
        self.target = other.target.or(self.target.take());
        self.origin = other.origin.or(self.origin.take());
    }
}

/// The original connection, in the place of which this one was passed on: that between the client and the one who passed it on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The source address: that of the client.
    pub source: Address,
    /// The destination address that the client connected to.
    pub destination: Address,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.source, self.destination)
    }
}

/// The answer to a client that asked for a target.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The client is connected to its target; with the local address of that connection, where it is known.
    Granted(Option<SocketAddr>),
    /// The client is not connected, for this reason.
    Refused(Denial),
}

/// The reason why a client is not connected to the target that it asked for, as precisely as SOCKS and HTTP can express it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// None of the other reasons.
    Failure,
    /// The client is not allowed to connect to the target.
    NotAllowed,
    /// The target's network is unreachable.
    NetworkUnreachable,
    /// The target is unreachable.
    HostUnreachable,
    /// The target's name has no address.
    NameUnknown,
    /// The target refused the connection.
    ConnectionRefused,
    /// The target did not answer in time.
    TimedOut,
    /// Connections to addresses of this kind are not supported.
    AddressNotSupported,
}

impl Denial {
    /// Returns a description in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Denial::Failure => "the target could not be connected to",
            Denial::NotAllowed => "the target is not allowed",
            Denial::NetworkUnreachable => "the target's network is unreachable",
            Denial::HostUnreachable => "the target is unreachable",
            Denial::NameUnknown => "the target's name has no address",
            Denial::ConnectionRefused => "the target refused the connection",
            Denial::TimedOut => "the target did not answer in time",
            Denial::AddressNotSupported => "the target has an address of a kind that cannot be connected to",
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
