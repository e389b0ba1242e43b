//! A raw socket of IPv4: what is received begins with the IP header.
//!
//! An echo request is sent, and what the raw socket receives is told: over loopback the request itself, and the reply.
//!
//! # What people get wrong
//!
//! - The header is taken for 20 bytes. Its length is in its first byte, and options make it up to 60 bytes (RFC 791,
//!   section 3.1).
//! - The header is expected of IPv6 too, where it never is there: see `raw_icmpv6`.
//! - What comes is taken for the answer. A raw socket gets every ICMP message of the host; ours are told by identifier
//!   and sequence number (RFC 792), and the wait for them has a deadline, which others' messages do not put off.
//! - The checksum of ICMP is the program's to compute, that of the IP header the kernel's; for ICMPv6 the kernel does
//!   both.
//! - It takes the right to: CAP_NET_RAW. Without it the kernel refuses, and so does this program.
//!
//! ```sh
//! cargo run --example raw_icmpv4 -- 127.0.0.1
//! ```

use sockatlas::net::{Address, Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// So long the reply may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Types of RFC 792.
const ECHO_REPLY: u8 = 0;
const ECHO_REQUEST: u8 = 8;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("raw_icmpv4: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let host: Ipv4Addr = std::env::args().nth(1).map_or(Ok(Ipv4Addr::LOCALHOST), |word| word.parse())?;
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::RAW, Protocol::ICMP))?;
    let socket = Opener::new(&Providers::shipped(), &selection).bind(None)?;

    let identifier = std::process::id() as u16;
    let request = echo_request(identifier, 1, b"sockatlas");
    // Protocols below ports have none; 0 stands in its place.
    socket.send_to(&request, &Address::Ip(SocketAddr::from((host, 0))))?;
    println!("sent: {} bytes of ICMP", request.len());

    let deadline = Instant::now() + PATIENCE;
    let mut buffer = vec![0; 65_535];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(format!("{host}: no reply within {} seconds", PATIENCE.as_secs()).into());
        }
        socket.set_read_limit(Some(left))?;
        let count = match socket.recv_from(&mut buffer) {
            Ok((count, _)) => count,
            // The limit has passed, which the next turn tells.
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(packet) = Packet::parse(&buffer[..count]) else {
            println!("received: {count} bytes that are no packet of IPv4");
            continue;
        };
        let Some(echo) = packet.payload.first_chunk::<8>() else { continue };
        if echo[4..] != request[4..8] || ![ECHO_REPLY, ECHO_REQUEST].contains(&echo[0]) {
            // Somebody else's.
            continue;
        }
        let Packet { header, protocol, source, destination, payload } = packet;
        println!("received: {count} bytes, of which the first is {:#x}", buffer[0]);
        println!(
            "  version {}, header of {header} bytes, protocol {protocol}, {source} to {destination}",
            buffer[0] >> 4
        );
        println!(
            "  then {} bytes of ICMP: type {}, {:?}",
            payload.len(),
            echo[0],
            payload[8..].escape_ascii().to_string()
        );
        if echo[0] == ECHO_REPLY {
            return Ok(());
        }
    }
}

/// What an IP header says (RFC 791, section 3.1), as far as it is stated here.
struct Packet<'a> {
    /// Bytes of the header.
    header: usize,
    protocol: u8,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    payload: &'a [u8],
}

impl<'a> Packet<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk::<20>()?;
        let header = usize::from(fixed[0] & 0x0f) * 4;
        if fixed[0] >> 4 != 4 || header < fixed.len() {
            return None;
        }
        let address = |at: usize| Ipv4Addr::new(fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]);
        let payload = bytes.get(header..)?;
        Some(Packet { header, protocol: fixed[9], source: address(12), destination: address(16), payload })
    }
}

/// An echo request with its checksum (RFC 792).
fn echo_request(identifier: u16, sequence: u16, text: &[u8]) -> Vec<u8> {
    let [i0, i1] = identifier.to_be_bytes();
    let [s0, s1] = sequence.to_be_bytes();
    let mut message = [&[ECHO_REQUEST, 0, 0, 0, i0, i1, s0, s1], text].concat();
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}

/// The checksum of the Internet (RFC 1071): the complement of the sum, in ones' complement, of all pairs of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let pair = |pair: &[u8]| u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    let mut sum: u32 = bytes.chunks(2).map(pair).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
