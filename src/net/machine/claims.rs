//! What the peer of an accepted connection says of it, and what it is answered.

use crate::net::address::{Address, Target};
use std::fmt;
use std::net::SocketAddr;

/// What the peer says the connection is. Nobody has proved it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// What the client of a proxy asked to be connected to.
    pub target: Option<Target>,
    /// Whose connection it is, where it was passed on.
    pub origin: Option<Origin>,
}

impl Claims {
    /// That the peer asked to be connected to this target.
    pub fn of_target(target: Target) -> Self {
        Claims { target: Some(target), origin: None }
    }

    /// That the peer passes this connection on.
    pub fn of_origin(origin: Origin) -> Self {
        Claims { target: None, origin: Some(origin) }
    }

    /// Takes over what another layer was told.
    pub(super) fn merge(&mut self, other: Claims) {
        self.target = other.target.or(self.target.take());
        self.origin = other.origin.or(self.origin.take());
    }
}

/// The connection that another one stands for: that of the client to whom passed it on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Where it comes from: the client.
    pub source: Address,
    /// Where the client connected to.
    pub destination: Address,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.source, self.destination)
    }
}

/// What a client that asked for a target is told.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It is connected to its target; with the address of this end of that connection, where it is known.
    Granted(Option<SocketAddr>),
    /// It is not, and why.
    Refused(Denial),
}

/// Why a client is not connected to the target that it asked for: as precisely as SOCKS and HTTP can say it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// Something else.
    Failure,
    /// It is not allowed to.
    NotAllowed,
    /// There is no way to the target's network.
    NetworkUnreachable,
    /// There is no way to the target.
    HostUnreachable,
    /// The target's name has no address.
    NameUnknown,
    /// The target refused.
    ConnectionRefused,
    /// The target did not answer in time.
    TimedOut,
    /// Addresses of this kind cannot be connected to.
    AddressNotSupported,
}

impl Denial {
    /// In a few words.
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
