//! The contents of headers, in either version.

use super::escape::escaped;
use super::unix;
use crate::net::Origin;
use crate::net::address::Address;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::ffi::OsStrExt;

/// A version of the PROXY protocol.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// A line of text.
    One,
    /// Binary.
    Two,
}

/// A name and a value.
pub(super) type Fact = (&'static str, String);

/// A header that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub version: Version,
    pub connection: Connection,
    /// What is reported besides, of the client and of the header.
    pub facts: Vec<Fact>,
}

/// Whose connection it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// The sender's own: it is nobody else's.
    Own,
    /// Somebody's; the header does not say whose.
    Unknown,
    /// That of the origin. Both addresses are of one family, inet, inet6 or unix.
    PassedOn(Transport, Origin),
}

/// How the client is connected.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Stream,
    Datagram,
}

impl Connection {
    /// That of an origin, as a header of this version can report it.
    pub fn of(origin: &Origin, version: Version) -> Connection {
        let (source, destination) = match (&origin.source, &origin.destination) {
            (Address::Ip(source), Address::Ip(destination)) => {
                let (source, destination) = of_one_family(*source, *destination);
                (Address::Ip(source), Address::Ip(destination))
            }
            (source, destination)
                if version == Version::Two && [source, destination].iter().all(|end| unix::write(end).is_some()) =>
            {
                (source.clone(), destination.clone())
            }
            _ => return Connection::Unknown,
        };
        Connection::PassedOn(Transport::Stream, Origin { source, destination })
    }

    /// Returns the origin, if it is known.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Connection::PassedOn(_, origin) => Some(origin),
            Connection::Own | Connection::Unknown => None,
        }
    }

    /// Returns its protocol, as version 1 calls it.
    fn protocol(&self) -> &'static str {
        let (transport, origin) = match self {
            Connection::Own => return "LOCAL",
            Connection::Unknown => return "UNKNOWN",
            Connection::PassedOn(transport, origin) => (transport, origin),
        };
        match (&origin.source, transport) {
            (Address::Ip(SocketAddr::V4(_)), Transport::Stream) => "TCP4",
            (Address::Ip(SocketAddr::V4(_)), Transport::Datagram) => "UDP4",
            (Address::Ip(SocketAddr::V6(_)), Transport::Stream) => "TCP6",
            (Address::Ip(SocketAddr::V6(_)), Transport::Datagram) => "UDP6",
            (_, Transport::Stream) => "unix stream",
            (_, Transport::Datagram) => "unix datagram",
        }
    }

    /// Returns what it is, with the version that reports it.
    pub fn facts(&self, version: Version) -> Vec<Fact> {
        let mut facts = vec![("version", version.to_string()), ("protocol", self.protocol().to_owned())];
        if let Some(origin) = self.origin() {
            facts.push(("source", reported(&origin.source)));
            facts.push(("destination", reported(&origin.destination)));
        }
        facts
    }
}

/// Both as they are, or both of IPv6; without what means something on one host only, as scopes do.
fn of_one_family(source: SocketAddr, destination: SocketAddr) -> (SocketAddr, SocketAddr) {
    let mixed = source.is_ipv4() != destination.is_ipv4();
    let plain = |address: SocketAddr| {
        let ip = match address.ip() {
            IpAddr::V4(ip) if mixed => ip.to_ipv6_mapped().into(),
            ip => ip,
        };
        SocketAddr::new(ip, address.port())
    };
    (plain(source), plain(destination))
}

/// An address that the peer may have named.
fn reported(address: &Address) -> String {
    match address.path() {
        Some(path) if !path.as_os_str().is_empty() => escaped(path.as_os_str().as_bytes()),
        _ => address.to_string(),
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::One => "1",
            Version::Two => "2",
        })
    }
}
