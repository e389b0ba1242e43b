//! A raw socket of IPv6: what is received never has the IP header before it.
//!
//! An echo request is sent, and what the raw socket receives is told: over loopback the request itself, and the reply.
//! Byte 0 is the type of the ICMPv6 message, whatever the system and its settings (RFC 3542, section 3).
//!
//! # What people get wrong
//!
//! - The packet is parsed as with IPv4, see `raw_icmpv4`: the header of 40 bytes is skipped, and the message with it.
//!   Type 128 or 129 in byte 0 looks like version 8 there, not like version 6.
//! - What the header says is missed. The sender comes with the message, from recvfrom(2); hop limit and destination are
//!   asked for as ancillary data (RFC 3542, section 4).
//! - The checksum is computed. It covers the addresses, which the kernel chooses, and so the kernel computes it (RFC
//!   3542, section 3.1).
//! - It takes the right to: CAP_NET_RAW. Without it the kernel refuses, and so does this program.
//!
//! ```sh
//! cargo run --example raw_icmpv6 -- ::1
//! ```

use sockatlas::net::{Address, Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::net::{Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// So long the reply may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Types of RFC 4443, section 4.
const ECHO_REQUEST: u8 = 128;
const ECHO_REPLY: u8 = 129;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("raw_icmpv6: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let host: Ipv6Addr = std::env::args().nth(1).map_or(Ok(Ipv6Addr::LOCALHOST), |word| word.parse())?;
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET6, SocketType::RAW, Protocol::ICMPV6))?;
    let socket = Opener::new(&Providers::shipped(), &selection).bind(None)?;

    let [i0, i1] = (std::process::id() as u16).to_be_bytes();
    let request = [&[ECHO_REQUEST, 0, 0, 0, i0, i1, 0, 1], &b"sockatlas"[..]].concat();
    // Protocols below ports have none; 0 stands in its place.
    socket.send_to(&request, &Address::Ip(SocketAddr::from((host, 0))))?;
    println!("sent: {} bytes of ICMPv6, checksum {:02x}{:02x}", request.len(), request[2], request[3]);

    let deadline = Instant::now() + PATIENCE;
    let mut buffer = vec![0; 65_535];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(format!("{host}: no reply within {} seconds", PATIENCE.as_secs()).into());
        }
        socket.set_read_limit(Some(left))?;
        let (count, sender) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            // The limit has passed, which the next turn tells.
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        };
        let Some((echo, text)) = buffer[..count].split_first_chunk::<8>() else { continue };
        if echo[4..] != request[4..8] || ![ECHO_REQUEST, ECHO_REPLY].contains(&echo[0]) {
            // Somebody else's, or a neighbour's question.
            continue;
        }
        let sender = sender.and_then(|sender| sender.ip()).ok_or("a message without a sender")?;
        println!("received: {count} bytes from {sender}, of which the first is {:#x}", echo[0]);
        println!("  no IP header: type {}, {:?}", echo[0], text.escape_ascii().to_string());
        println!("  the kernel's checksum is {}there", if echo[2..4] == [0, 0] { "not " } else { "" });
        if echo[0] == ECHO_REPLY {
            return Ok(());
        }
    }
}
