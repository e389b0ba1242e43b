//! The form `pcapng`: the traffic as packets, which are synthetic but consistent.
//!
//! | event | packets |
//! |---|---|
//! | a stream begins | SYN, SYN and ACK, ACK (RFC 9293, section 3.5), from the side that connected |
//! | bytes of a stream | segments, the last of them with PSH; an ACK of the other side now and then |
//! | a side of a stream ends | FIN, and the other side's ACK |
//! | a stream is dropped before this side has ended | the same, with a comment |
//! | a message | a UDP packet; several, with comments, if it is longer than one can hold |
//!
//! All packets of one call form one record. IPv4 packets have the identification 0, as they must not be fragmented (RFC 6864,
//! section 4.1).

use super::form::{Account, Moment, Write, shown};
use super::pcapng::{self, Way};
use super::recorder::{Direction, Inspected, RecordError};
use crate::net::{Address, Role};
use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep, TcpHeader, TcpOptionElement};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::SystemTime;

/// The length of the longest segment, in bytes: an IPv4 packet of 65,535 bytes without two headers of 20 bytes.
const LONGEST_SEGMENT: usize = 65_495;

/// The length of the longest message in one packet, in bytes: an IPv4 packet without its header and the 8 bytes of UDP's.
const LONGEST_DATAGRAM: usize = 65_507;

/// The number of received bytes after which a side acknowledges. The window is larger, so that no side appears to send more than
/// allowed.
const UNACKNOWLEDGED: u32 = 1 << 20;

/// The window of both sides: 65,535 << 7, about 8 MiB (RFC 7323, section 2).
const WINDOW: u16 = u16::MAX;
const WINDOW_SHIFT: u8 = 7;

/// The approximate length of the longest record, in bytes.
const RECORD: usize = 256 * 1024;

const HOPS: u8 = 64;

/// The packets of one connection.
pub(super) struct Packets {
    /// This end, and the other end.
    sides: [Side; 2],
    of_messages: bool,
    /// The index of the side that connected.
    first: usize,
    /// The comment of the first packet, which describes the connection.
    introduction: Option<String>,
    /// The packets that have not been written yet.
    record: Vec<u8>,
}

/// One end of the connection.
struct Side {
    address: SocketAddr,
    /// The sequence number of the next byte that it sends.
    next: u32,
    /// The number of bytes that it sent and the other side has not acknowledged.
    unacknowledged: u32,
    ended: bool,
}

/// The purpose of a segment.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Opens a side; with an acknowledgement if it answers the other's.
    Syn { answers: bool },
    /// Carries bytes, and is the last of several or not.
    Data { last: bool },
    /// Acknowledges bytes.
    Ack,
    /// Ends a side.
    Fin,
}

impl Packets {
    pub fn new(inspected: &Inspected, begun: SystemTime) -> Self {
        let first = if inspected.role == Role::Connect { 0 } else { 1 };
        let [local, peer] = addresses(inspected, first);
        // The initial sequence number is a clock of 4 microseconds, as in RFC 9293 (section 3.4.1), so that Wireshark takes a
        // second connection of the same two ends for another stream.
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

    /// Appends a packet of a stream.
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
        // SYN and FIN each count as one byte (RFC 9293, section 3.4).
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

/// Returns the index of the side that sends in this direction.
fn side_of(direction: Direction) -> usize {
    match direction {
        Direction::Sent => 0,
        Direction::Received => 1,
    }
}

fn way(from: usize) -> Way {
    if from == 0 { Way::Outbound } else { Way::Inbound }
}

/// Returns the IP header of a packet from one address to another, which are of one family.
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

/// Adds the options that only the opening segments of a side have: the longest segment, and the scale of the window.
fn opening(packet: PacketBuilderStep<TcpHeader>) -> Result<PacketBuilderStep<TcpHeader>, RecordError> {
    let longest = TcpOptionElement::MaximumSegmentSize(LONGEST_SEGMENT as u16);
    let options = [longest, TcpOptionElement::Noop, TcpOptionElement::WindowScale(WINDOW_SHIFT)];
    Ok(packet.options(&options)?)
}

/// Returns the addresses of this end and of the other, or substitutes where they are not of IP.
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

/// The substitute port of an end that accepted; IANA has reserved it.
const RESERVED_PORT: u16 = 49_151;

/// Returns the substitute port of an end that connected, a dynamic one (RFC 6335, section 6): a different one each time, and
/// probably different from those of other processes.
fn next_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    49_152 + (std::process::id() as u16).wrapping_mul(61).wrapping_add(count) % 16_384
}
