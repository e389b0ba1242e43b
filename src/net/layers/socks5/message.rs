//! The parts of the messages that both sides share (RFC 1928, sections 3 to 6; RFC 1929, section 2).
//!
//! ```text
//! to the proxy                                 from the proxy
//! version 5, count, methods                    version 5, method
//! version 1, length, user, length, password    version 1, status             (if that is the method)
//! version 5, command, 0, type, address, port   version 5, reply, 0, type, address, port
//! ```

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The version of SOCKS.
pub(super) const VERSION: u8 = 5;
/// The version of the authentication with a password.
pub(super) const PASSWORD_VERSION: u8 = 1;

/// The types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// A method of authentication (RFC 1928, section 3).
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Method(pub u8);

/// The command of a request (RFC 1928, section 4).
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Command(pub u8);

/// The result in the reply to a request (RFC 1928, section 6).
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Reply(pub u8);

/// An address in a message.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Host<'b> {
    Ip(IpAddr),
    /// A name of 1 to 255 bytes, which need not be text.
    Name(&'b [u8]),
}

/// The reason why bytes are not an address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum NoAddress {
    Type(u8),
    EmptyName,
}

/// Parses an address and a port, which begin with the type of the address. Returns both and their length in bytes, or `None` if
/// they are incomplete.
pub(super) fn address(bytes: &[u8]) -> Result<Option<(Host<'_>, u16, usize)>, NoAddress> {
    let Some(&kind) = bytes.first() else { return Ok(None) };
    let (start, length) = match kind {
        IPV4 => (1, 4),
        IPV6 => (1, 16),
        NAME => match bytes.get(1) {
            None => return Ok(None),
            Some(0) => return Err(NoAddress::EmptyName),
            Some(&length) => (2, length.into()),
        },
        found => return Err(NoAddress::Type(found)),
    };
    let end = start + length;
    let Some(&[high, low]) = bytes.get(end..end + 2) else { return Ok(None) };
    let host = &bytes[start..end];
    let ip = match kind {
        IPV4 => <[u8; 4]>::try_from(host).ok().map(IpAddr::from),
        IPV6 => <[u8; 16]>::try_from(host).ok().map(IpAddr::from),
        _ => None,
    };
    let host = ip.map_or(Host::Name(host), Host::Ip);
    Ok(Some((host, u16::from_be_bytes([high, low]), end + 2)))
}

/// Returns the bytes of an address and a port, in the form that [`address`] parses.
pub(super) fn of_address(address: SocketAddr) -> Vec<u8> {
    let mut bytes = match address.ip() {
        IpAddr::V4(ip) => [&[IPV4][..], &ip.octets()].concat(),
        IpAddr::V6(ip) => [&[IPV6][..], &ip.octets()].concat(),
    };
    bytes.extend(address.port().to_be_bytes());
    bytes
}

/// Returns the bytes of a name and a port in the same form, or `None` unless the name has 1 to 255 bytes.
pub(super) fn of_name(name: &str, port: u16) -> Option<Vec<u8>> {
    let length = u8::try_from(name.len()).ok().filter(|&length| length > 0)?;
    let mut bytes = vec![NAME, length];
    bytes.extend(name.as_bytes());
    bytes.extend(port.to_be_bytes());
    Some(bytes)
}

impl Method {
    /// No authentication.
    pub const NONE: Method = Method(0);
    /// User and password (RFC 1929).
    pub const PASSWORD: Method = Method(2);
    /// None of the offered methods.
    pub const UNACCEPTABLE: Method = Method(0xFF);

    /// Returns the name of the method, or `None` if RFC 1928 does not name it.
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("no authentication"),
            1 => Some("GSSAPI"),
            2 => Some("user and password"),
            0xFF => Some("no acceptable method"),
            _ => None,
        }
    }
}

impl Command {
    /// Connect to a target.
    pub const CONNECT: Command = Command(1);

    /// Returns the name of the command, or `None` if RFC 1928 does not name it.
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            1 => Some("CONNECT"),
            2 => Some("BIND"),
            3 => Some("UDP ASSOCIATE"),
            _ => None,
        }
    }
}

impl Reply {
    /// The proxy has connected to the target.
    pub const SUCCEEDED: Reply = Reply(0);
    /// The connection failed for a reason without a reply of its own.
    pub const FAILURE: Reply = Reply(1);
    /// The rules of the proxy do not allow the connection.
    pub const NOT_ALLOWED: Reply = Reply(2);
    /// The network is unreachable.
    pub const NETWORK_UNREACHABLE: Reply = Reply(3);
    /// The host is unreachable.
    pub const HOST_UNREACHABLE: Reply = Reply(4);
    /// The host refused the connection.
    pub const CONNECTION_REFUSED: Reply = Reply(5);
    /// The time to live of a packet expired.
    pub const TTL_EXPIRED: Reply = Reply(6);
    /// The proxy does not support the command.
    pub const COMMAND_NOT_SUPPORTED: Reply = Reply(7);
    /// The proxy does not support this type of address.
    pub const ADDRESS_TYPE_NOT_SUPPORTED: Reply = Reply(8);

    /// Returns the text of the RFC for this reply.
    pub const fn words(self) -> &'static str {
        match self.0 {
            0 => "succeeded",
            1 => "general SOCKS server failure",
            2 => "connection not allowed by ruleset",
            3 => "network unreachable",
            4 => "host unreachable",
            5 => "connection refused",
            6 => "TTL expired",
            7 => "command not supported",
            8 => "address type not supported",
            _ => "unassigned",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "method", self.0, self.name())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "command", self.0, self.name())
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(f, "reply", self.0, Some(self.words()))
    }
}

fn named(f: &mut fmt::Formatter<'_>, what: &str, number: u8, name: Option<&str>) -> fmt::Result {
    write!(f, "{what} {number}")?;
    name.map_or(Ok(()), |name| write!(f, " ({name})"))
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
