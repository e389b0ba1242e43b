//! `pcapng`: what passes as packets, made up so that they add up.
//!
//! | what | packets |
//! |---|---|
//! | a stream begins | SYN, SYN and ACK, ACK (RFC 9293, section 3.5), from the side that connected |
//! | bytes of a stream | segments, the last of them with PSH; an ACK of the other side now and then |
//! | a side of a stream ends | FIN, and the other side's ACK |
//! | a stream is dropped before this side has ended | the same, with a comment |
//! | a message | a UDP packet; several, with comments, if it is longer than one can hold |
//!
//! All packets of one call are one record. An IPv4 packet has the identification 0, as it must not be cut (RFC 6864, section 4.1).

use super::form::{Account, Moment, Write, shown};
use super::pcapng::{self, Way};
use super::recorder::{Direction, Inspected, RecordError};
use crate::net::{Address, Role};
use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader, TcpOptionElement};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::SystemTime;

/// The most of a stream that a segment holds: what an IPv4 packet of 65,535 bytes leaves beside two headers of 20.
const LONGEST_SEGMENT: usize = 65_495;

/// The most of a message that a packet holds: what an IPv4 packet leaves beside its header and the 8 bytes of UDP's.
const LONGEST_DATAGRAM: usize = 65_507;

/// A side that has got so many bytes says so. The window is larger, so that nobody seems to send more than was allowed.
const UNACKNOWLEDGED: u32 = 1 << 20;

/// The window is 65,535 << 7, about 8 MiB (RFC 7323, section 2).
const WINDOW: u16 = u16::MAX;
const WINDOW_SHIFT: u8 = 7;

/// What a record has at most, about, in bytes.
const RECORD: usize = 256 * 1024;

const HOPS: u8 = 64;

/// The packets of one connection.
pub(super) struct Packets {
    /// This end, and the other.
    sides: [Side; 2],
    of_messages: bool,
    /// Which side connected.
    first: usize,
    /// What the first packet says of the connection.
    introduction: Option<String>,
    /// Packets that are not yet written.
    record: Vec<u8>,
}

/// One end of the connection.
struct Side {
    address: SocketAddr,
    /// The sequence number of what it sends next.
    next: u32,
    /// Bytes that it sent and the other side has not acknowledged.
    unacknowledged: u32,
    ended: bool,
}

/// What a segment is, beside its bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// It opens a side; with an acknowledgement it answers.
    Syn { answers: bool },
    /// It carries bytes, and may be the last of several.
    Data { last: bool },
    /// It acknowledges.
    Ack,
    /// It ends a side.
    Fin,
}

impl Packets {
    pub fn new(inspected: &Inspected, begun: SystemTime) -> Self {
        let first = if inspected.role == Role::Connect { 0 } else { 1 };
        let [local, peer] = addresses(inspected, first);
        // A clock that counts 4 microseconds, as RFC 9293 has it (section 3.4.1): where the same two ends connect again, Wireshark
        // takes it for another stream.
        let since = begun.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let number = (since.as_micros() / 4) as u32;
        let side = |address, next| Side { address, next, unacknowledged: 0, ended: false };
        Packets {
            sides: [side(local, number), side(peer, number ^ (1 << 31))],
            of_messages: inspected.of_messages,
            first,
            introduction: Some(shown(inspected)),
            record: Vec::new(),
        }
    }

    /// Adds a packet of a stream.
    fn segment(
        &mut self,
        at: Moment,
        from: usize,
        kind: Segment,
        bytes: &[u8],
        comment: Option<&str>,
    ) -> Result<(), RecordError> {
        let [source, destination] = [from, 1 - from].map(|side| self.sides[side].address);
        let (sequence, acknowledged) = (self.sides[from].next, self.sides[1 - from].next);
        let mut packet = internet(source, destination).tcp(source.port(), destination.port(), sequence, WINDOW);
        if kind != (Segment::Syn { answers: false }) {
            packet = packet.ack(acknowledged);
            self.sides[1 - from].unacknowledged = 0;
        }
        packet = match kind {
            Segment::Syn { .. } => opening(packet.syn())?,
            Segment::Data { last: true } => packet.psh(),
            Segment::Data { last: false } | Segment::Ack => packet,
            Segment::Fin => packet.fin(),
        };
        let introduction = self.introduction.take();
        let comment = introduction.as_deref().or(comment);
        pcapng::packet(&mut self.record, at.time, way(from), comment, |out| Ok(packet.write(out, bytes)?))?;
        // SYN and FIN count as a byte (RFC 9293, section 3.4).
        let counted = bytes.len() as u32 + u32::from(matches!(kind, Segment::Syn { .. } | Segment::Fin));
        let side = &mut self.sides[from];
        side.next = side.next.wrapping_add(counted);
        side.unacknowledged += counted;
        Ok(())
    }

    fn stream(&mut self, at: Moment, from: usize, bytes: &[u8], write: Write<'_>) -> Result<(), RecordError> {
        let mut pieces = bytes.chunks(LONGEST_SEGMENT).peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            self.segment(at, from, Segment::Data { last }, piece, None)?;
            if self.sides[from].unacknowledged >= UNACKNOWLEDGED {
                self.segment(at, 1 - from, Segment::Ack, &[], None)?;
            }
            if self.record.len() >= RECORD {
                self.write(write)?;
            }
        }
        self.write(write)
    }

    fn message(&mut self, at: Moment, from: usize, bytes: &[u8], write: Write<'_>) -> Result<(), RecordError> {
        let [source, destination] = [from, 1 - from].map(|side| self.sides[side].address);
        let mut pieces = bytes.chunks(LONGEST_DATAGRAM);
        // An empty message is a packet too.
        let mut piece = pieces.next().unwrap_or_default();
        let mut start = 0;
        loop {
            let part = (piece.len() < bytes.len())
                .then(|| format!("bytes {start} to {} of a message of {}", start + piece.len(), bytes.len()));
            let comment = match (self.introduction.take(), part) {
                (Some(introduction), Some(part)) => Some(format!("{introduction}; {part}")),
                (introduction, part) => introduction.or(part),
            };
            let packet = internet(source, destination).udp(source.port(), destination.port());
            let build = |out: &mut Vec<u8>| Ok(packet.write(out, piece)?);
            pcapng::packet(&mut self.record, at.time, way(from), comment.as_deref(), build)?;
            start += piece.len();
            match pieces.next() {
                Some(next) => piece = next,
                None => return self.write(write),
            }
            if self.record.len() >= RECORD {
                self.write(write)?;
            }
        }
    }

    fn end(&mut self, at: Moment, side: usize, comment: Option<&str>, write: Write<'_>) -> Result<(), RecordError> {
        if self.of_messages || std::mem::replace(&mut self.sides[side].ended, true) {
            return Ok(());
        }
        self.segment(at, side, Segment::Fin, &[], comment)?;
        self.segment(at, 1 - side, Segment::Ack, &[], None)?;
        self.write(write)
    }

    fn write(&mut self, write: Write<'_>) -> Result<(), RecordError> {
        let written = if self.record.is_empty() { Ok(()) } else { write(&self.record) };
        self.record.clear();
        written
    }
}

impl Account for Packets {
    fn begun(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        if self.of_messages {
            return Ok(());
        }
        self.segment(at, self.first, Segment::Syn { answers: false }, &[], None)?;
        self.segment(at, 1 - self.first, Segment::Syn { answers: true }, &[], None)?;
        self.segment(at, self.first, Segment::Ack, &[], None)?;
        self.write(write)
    }

    fn passed(&mut self, at: Moment, direction: Direction, bytes: &[u8], write: Write<'_>) -> Result<(), RecordError> {
        match self.of_messages {
            true => self.message(at, side_of(direction), bytes, write),
            false => self.stream(at, side_of(direction), bytes, write),
        }
    }

    fn ended(&mut self, at: Moment, direction: Direction, write: Write<'_>) -> Result<(), RecordError> {
        self.end(at, side_of(direction), None, write)
    }

    fn closed(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        self.end(at, side_of(Direction::Sent), Some("dropped: this side had not ended"), write)
    }
}

/// Returns the side that something comes from.
fn side_of(direction: Direction) -> usize {
    match direction {
        Direction::Sent => 0,
        Direction::Received => 1,
    }
}

fn way(from: usize) -> Way {
    if from == 0 { Way::Outbound } else { Way::Inbound }
}

/// A packet from one address to another. They are of one family.
fn internet(source: SocketAddr, destination: SocketAddr) -> PacketBuilderStep<IpHeaders> {
    match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            PacketBuilder::ipv4(source.octets(), destination.octets(), HOPS)
        }
        (source, destination) => {
            let octets = |address| match address {
                IpAddr::V4(address) => Ipv4Addr::to_ipv6_mapped(&address).octets(),
                IpAddr::V6(address) => address.octets(),
            };
            PacketBuilder::ipv6(octets(source), octets(destination), HOPS)
        }
    }
}

/// With what only segments that open a side have: how long segments may be, and how the window is to be read.
fn opening(packet: PacketBuilderStep<TcpHeader>) -> Result<PacketBuilderStep<TcpHeader>, RecordError> {
    let longest = TcpOptionElement::MaximumSegmentSize(LONGEST_SEGMENT as u16);
    let options = [longest, TcpOptionElement::Noop, TcpOptionElement::WindowScale(WINDOW_SHIFT)];
    Ok(packet.options(&options)?)
}

/// Returns the addresses of this end and of the other; where they are not IP's, some that stand for them.
fn addresses(inspected: &Inspected, first: usize) -> [SocketAddr; 2] {
    let real = |end: &Option<Address>| end.as_ref().and_then(Address::socket_addr);
    if let (Some(local), Some(peer)) = (real(&inspected.local), real(&inspected.peer)) {
        return [local, peer];
    }
    let mut ports = [RESERVED_PORT; 2];
    ports[first] = next_port();
    [
        SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), ports[0])),
        SocketAddr::from((Ipv4Addr::new(192, 0, 2, 2), ports[1])),
    ]
}

/// The port of an end that accepted and has none: IANA keeps it for nobody.
const RESERVED_PORT: u16 = 49_151;

/// A port for an end that connected and has none, one of those for any use (RFC 6335, section 6): another one each time, and
/// likely another one than that of another process.
fn next_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    49_152 + (std::process::id() as u16).wrapping_mul(61).wrapping_add(count) % 16_384
}
