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
    /// Version 1: a line of text.
    One,
    /// Version 2: binary.
    Two,
}

/// A name and a value.
pub(super) type Fact = (&'static str, String);

/// A header that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub version: Version,
    pub connection: Connection,
    /// The further facts in the header.
    pub facts: Vec<Fact>,
}

/// The connection that a header describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// The sender's own connection, which is not made on behalf of another.
    Own,
    /// The connection of an unknown origin.
    Unknown,
    /// The connection of this origin, whose addresses are both of one family: inet, inet6 or unix.
    PassedOn(Transport, Origin),
}

/// The transport of the client's connection.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Stream,
    Datagram,
}

impl Connection {
    /// Returns the connection of an origin, as far as a header of this version can express it.
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

    /// Returns the origin, or `None` if it is not known.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Connection::PassedOn(_, origin) => Some(origin),
            Connection::Own | Connection::Unknown => None,
        }
    }

    /// Returns the name of the protocol in version 1.
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

    /// Returns the facts of the connection, with the version of its header.
    pub fn facts(&self, version: Version) -> Vec<Fact> {
        let mut facts = vec![("version", version.to_string()), ("protocol", self.protocol().to_owned())];
        if let Some(origin) = self.origin() {
            facts.push(("source", reported(&origin.source)));
            facts.push(("destination", reported(&origin.destination)));
        }
        facts
    }
}

/// Converts both addresses to IPv6 unless they are of one family, and removes the parts that have a meaning on one host only,
/// such as scopes.
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

/// Returns the text of an address that may come from the peer.
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
