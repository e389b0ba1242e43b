//! Version 2 (section 2.2 of the specification).
//!
//! ```text
//! signature   version, command   family, transport   length   addresses, ports   vectors
//! 12 bytes    4 bits, 4 bits     4 bits, 4 bits      2 bytes  by the family      the rest of the length
//! ```

use super::error::ProxyProtocolError;
use super::header::{Connection, Header, Transport, Version};
use super::unix::{self, PATH};
use super::vectors;
use crate::net::Origin;
use crate::net::address::Address;
use std::net::{IpAddr, SocketAddr};

/// The first bytes of every header.
pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The length of the part before the addresses, in bytes.
const FIXED: usize = 16;

const VERSION: u8 = 2;
/// The commands.
const LOCAL: u8 = 0;
const PROXY: u8 = 1;
/// The address families.
const UNSPECIFIED: u8 = 0;
const INET: u8 = 1;
const INET6: u8 = 2;
const UNIX: u8 = 3;
/// The transport protocols; 0 is unspecified.
const STREAM: u8 = 1;
const DATAGRAM: u8 = 2;

/// Returns the number of further bytes that certainly belong to the header, or 0 if it is complete.
pub(super) fn missing(bytes: &[u8]) -> Result<usize, ProxyProtocolError> {
    let is_local = match bytes.get(SIGNATURE.len()).map(|&byte| halves(byte)) {
        Some((VERSION, LOCAL)) => true,
        None | Some((VERSION, PROXY)) => false,
        Some((VERSION, found)) => return Err(ProxyProtocolError::Command { found }),
        Some((found, _)) => return Err(ProxyProtocolError::BinaryVersion { found }),
    };
    // Everything behind the length of a LOCAL header is ignored.
    let (family, transport) = match bytes.get(SIGNATURE.len() + 1) {
        Some(&byte) if !is_local => halves(byte),
        _ => (UNSPECIFIED, 0),
    };
    if family > UNIX {
        return Err(ProxyProtocolError::Family { found: family });
    }
    if transport > DATAGRAM {
        return Err(ProxyProtocolError::Transport { found: transport });
    }
    let Some(length) = length(bytes) else { return Ok(FIXED - bytes.len()) };
    let expected = addresses_length(family);
    if length < expected {
        return Err(ProxyProtocolError::Addresses { found: length, expected });
    }
    Ok((FIXED + length).saturating_sub(bytes.len()))
}

/// Returns the upper and the lower four bits.
fn halves(byte: u8) -> (u8, u8) {
    (byte >> 4, byte & 0x0F)
}

/// Returns the number of bytes behind the fixed part, or `None` while the length is incomplete.
fn length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(FIXED - 2..FIXED)?.first_chunk()?;
    Some(u16::from_be_bytes(*length).into())
}

/// Returns the number of bytes of the addresses and ports of a family.
fn addresses_length(family: u8) -> usize {
    match family {
        INET => 2 * 4 + 2 * 2,
        INET6 => 2 * 16 + 2 * 2,
        UNIX => 2 * PATH,
        _ => 0,
    }
}

/// Parses a complete header.
pub(super) fn read(bytes: &[u8]) -> Result<Header, ProxyProtocolError> {
    let header = |connection, facts| Ok(Header { version: Version::Two, connection, facts });
    let (fixed, mut rest) = bytes.split_at(bytes.len().min(FIXED));
    let [.., command, family, _, _] = *fixed else { return header(Connection::Unknown, Vec::new()) };
    if halves(command).1 == LOCAL {
        return header(Connection::Own, Vec::new());
    }
    let (family, transport) = halves(family);
    let transport = match transport {
        STREAM => Some(Transport::Stream),
        DATAGRAM => Some(Transport::Datagram),
        _ => None,
    };
    // If the family or the transport is unspecified, so are the bytes behind them.
    match transport.zip(addresses(family, &mut rest)) {
        Some((transport, origin)) => {
            let facts = vectors::read(bytes, bytes.len() - rest.len())?;
            header(Connection::PassedOn(transport, origin), facts)
        }
        None => header(Connection::Unknown, Vec::new()),
    }
}

/// Consumes the addresses at the front.
fn addresses(family: u8, rest: &mut &[u8]) -> Option<Origin> {
    match family {
        INET => ips::<4>(rest),
        INET6 => ips::<16>(rest),
        UNIX => {
            let [source, destination] = [take(rest)?, take(rest)?].map(|bytes| unix::read(&bytes));
            Some(Origin { source, destination })
        }
        _ => None,
    }
}

fn ips<const N: usize>(rest: &mut &[u8]) -> Option<Origin>
where
    IpAddr: From<[u8; N]>,
{
    let [source, destination] = [take::<N>(rest)?, take(rest)?].map(IpAddr::from);
    let [source_port, destination_port] = [take(rest)?, take(rest)?].map(u16::from_be_bytes);
    let address = |ip, port| Address::Ip(SocketAddr::new(ip, port));
    Some(Origin { source: address(source, source_port), destination: address(destination, destination_port) })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*taken)
}

/// Returns the header for a connection.
pub(super) fn write(connection: &Connection) -> Vec<u8> {
    let (command, family, addresses) = match connection {
        Connection::Own => (LOCAL, UNSPECIFIED, Vec::new()),
        Connection::PassedOn(transport, origin) => match block(origin) {
            Some((family, addresses)) => {
                let transport = if *transport == Transport::Stream { STREAM } else { DATAGRAM };
                (PROXY, family << 4 | transport, addresses)
            }
            None => (PROXY, UNSPECIFIED, Vec::new()),
        },
        Connection::Unknown => (PROXY, UNSPECIFIED, Vec::new()),
    };
    // The length is at most that of two paths.
    let length = (addresses.len() as u16).to_be_bytes();
    [SIGNATURE, &[VERSION << 4 | command, family], &length, &addresses].concat()
}

/// Returns the family of two addresses, and their bytes.
fn block(Origin { source, destination }: &Origin) -> Option<(u8, Vec<u8>)> {
    match (source, destination) {
        (Address::Ip(source), Address::Ip(destination)) => {
            let (family, mut bytes) = match (source.ip(), destination.ip()) {
                (IpAddr::V4(source), IpAddr::V4(destination)) => {
                    (INET, [source.octets(), destination.octets()].concat())
                }
                (IpAddr::V6(source), IpAddr::V6(destination)) => {
                    (INET6, [source.octets(), destination.octets()].concat())
                }
                _ => return None,
            };
            bytes.extend(source.port().to_be_bytes());
            bytes.extend(destination.port().to_be_bytes());
            Some((family, bytes))
        }
        (source, destination) => Some((UNIX, [unix::write(source)?, unix::write(destination)?].concat())),
    }
}
