//! Version 1, a line of text (section 2.1 of the specification).
//!
//! ```text
//! PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n
//! PROXY TCP6 2001:db8::1 2001:db8::2 50000 443\r\n
//! PROXY UNKNOWN whatever\r\n
//! ```

use super::error::{ProxyProtocolError, Word};
use super::escape::escaped;
use super::header::{Connection, Header, Transport, Version};
use crate::net::Origin;
use crate::net::address::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The first bytes of every line.
pub(super) const BEGINNING: &[u8] = b"PROXY ";

/// The first bytes of a line whose rest is ignored.
const IGNORED: &[u8] = b"PROXY UNKNOWN ";

const END: &[u8] = b"\r\n";

/// The length of the longest line including its end, in bytes.
const LONGEST: usize = 107;

/// Returns the number of further bytes that certainly belong to the line, or 0 if it is complete.
pub(super) fn missing(bytes: &[u8]) -> Result<usize, ProxyProtocolError> {
    if end(bytes).is_some() {
        return Ok(0);
    }
    let ended = bytes.iter().position(|byte| END.contains(byte));
    match ended.map(|at| &bytes[at..]) {
        None | Some(b"\r") => {}
        _ if bytes.starts_with(IGNORED) => {}
        Some(rest) => return Err(ProxyProtocolError::LineEnd { found: escaped(&rest[..1]) }),
    }
    let missing = if bytes.ends_with(b"\r") { 1 } else { END.len() };
    if bytes.len() + missing > LONGEST { Err(ProxyProtocolError::LongLine) } else { Ok(missing) }
}

/// Returns the position of the `\r\n` that ends the line. It begins at the first carriage return or line feed, unless the rest of
/// the line is ignored. Returns `None` if there is no such end.
fn end(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(IGNORED) {
        return bytes.windows(END.len()).position(|two| two == END);
    }
    bytes.iter().position(|byte| END.contains(byte)).filter(|&at| bytes[at..].starts_with(END))
}

/// Parses a complete line.
pub(super) fn read(bytes: &[u8]) -> Result<Header, ProxyProtocolError> {
    let line = &bytes[..end(bytes).unwrap_or(bytes.len())];
    let mut words = line.split(|&byte| byte == b' ').skip(1);
    let connection = match words.next() {
        Some(b"TCP4") => passed_on::<Ipv4Addr>(words, false)?,
        Some(b"TCP6") => passed_on::<Ipv6Addr>(words, true)?,
        Some(b"UNKNOWN") => Connection::Unknown,
        other => return Err(ProxyProtocolError::Protocol { found: escaped(other.unwrap_or_default()) }),
    };
    Ok(Header { version: Version::One, connection, facts: Vec::new() })
}

/// Parses two addresses of one family, and two ports.
fn passed_on<'a, A: std::str::FromStr + Into<IpAddr>>(
    words: impl Iterator<Item = &'a [u8]>,
    six: bool,
) -> Result<Connection, ProxyProtocolError> {
    let words: Vec<&[u8]> = words.collect();
    let &[source, destination, source_port, destination_port] = &*words else {
        return Err(ProxyProtocolError::Words { found: words.len() });
    };
    let wrong = |word, found: &[u8]| ProxyProtocolError::Word { word, six, found: escaped(found) };
    let ip = |word, text| match parse::<A>(text) {
        Some(ip) => Ok(ip.into()),
        None => Err(wrong(word, text)),
    };
    let port = |word, text| port(text).ok_or_else(|| wrong(word, text));
    let (source, destination) = (ip(Word::Source, source)?, ip(Word::Destination, destination)?);
    let source = SocketAddr::new(source, port(Word::SourcePort, source_port)?);
    let destination = SocketAddr::new(destination, port(Word::DestinationPort, destination_port)?);
    let origin = Origin { source: Address::Ip(source), destination: Address::Ip(destination) };
    Ok(Connection::PassedOn(Transport::Stream, origin))
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Parses a port, of digits without leading zeros; the parser of Rust would also accept a `+`.
fn port(text: &[u8]) -> Option<u16> {
    let canonical = text.iter().all(u8::is_ascii_digit) && (text == b"0" || !text.starts_with(b"0"));
    canonical.then(|| parse(text))?
}

/// Returns the line for a connection.
pub(super) fn write(connection: &Connection) -> Vec<u8> {
    match connection.origin() {
        Some(Origin { source: Address::Ip(source), destination: Address::Ip(destination) }) => {
            let protocol = if source.is_ipv4() { "TCP4" } else { "TCP6" };
            let (from, to) = (plain(source.ip()), plain(destination.ip()));
            format!("PROXY {protocol} {from} {to} {} {}\r\n", source.port(), destination.port()).into_bytes()
        }
        _ => b"PROXY UNKNOWN\r\n".to_vec(),
    }
}

/// Formats an address as the specification demands: IPv6 in hexadecimal digits alone, where Rust and inet_ntop(3) write the end
/// of a mapped address like one of IPv4.
fn plain(ip: IpAddr) -> String {
    match ip {
        IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some() => {
            let [.., high, low] = ip.segments();
            format!("::ffff:{high:x}:{low:x}")
        }
        ip => ip.to_string(),
    }
}
