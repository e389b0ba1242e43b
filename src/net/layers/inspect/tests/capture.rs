//! Reads `pcapng` back by a reader that follows the draft only, and by etherparse.

use super::super::form::{Form, Moment};
use super::super::pcapng;
use super::super::recorder::{Direction, Inspected, RecordError};
use super::inspected;
use crate::net::{Address, Role};
use etherparse::{NetSlice, SlicedPacket, TcpHeader, TransportSlice, UdpHeader};
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

/// A packet of a file.
#[derive(Debug)]
struct Packet {
    nanoseconds: u64,
    outbound: bool,
    comment: Option<String>,
    bytes: Vec<u8>,
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}

/// Returns the blocks of a file: types and bodies.
fn blocks(mut file: &[u8]) -> Vec<(u32, &[u8])> {
    let mut blocks = Vec::new();
    while !file.is_empty() {
        let length = word(file, 4) as usize;
        assert!(
            length.is_multiple_of(4) && word(file, length - 4) as usize == length,
            "the length stands at both ends"
        );
        blocks.push((word(file, 0), &file[8..length - 4]));
        file = &file[length..];
    }
    blocks
}

/// Returns the options: codes and values; the last is `opt_endofopt`.
fn options(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut options = Vec::new();
    loop {
        let (code, length) = (word(bytes, 0) as u16, (word(bytes, 0) >> 16) as usize);
        let (value, rest) = bytes[4..].split_at(length.next_multiple_of(4));
        assert!(value[length..].iter().all(|&byte| byte == 0));
        if code == 0 {
            assert!(length == 0 && rest.is_empty());
            return options;
        }
        options.push((code, &value[..length]));
        bytes = rest;
    }
}

/// Returns the packets of records that contain nothing else.
fn packets(records: &[Vec<u8>]) -> Vec<Packet> {
    let blocks = records.iter().flat_map(|record| blocks(record));
    let packet = |(block_type, body): (u32, &[u8])| {
        assert_eq!((block_type, word(body, 0)), (6, 0), "an enhanced packet block of interface 0");
        let length = word(body, 12) as usize;
        assert_eq!(word(body, 16) as usize, length, "all of it is there");
        let options = options(&body[20 + length.next_multiple_of(4)..]);
        let [flags] =
            options.iter().filter(|(code, _)| *code == 2).map(|(_, value)| word(value, 0)).collect::<Vec<_>>()[..]
        else {
            panic!("{options:?}")
        };
        assert!([1, 2].contains(&flags));
        let comment = options.iter().find(|(code, _)| *code == 1);
        Packet {
            nanoseconds: u64::from(word(body, 4)) << 32 | u64::from(word(body, 8)),
            outbound: flags == 2,
            comment: comment.map(|(_, text)| String::from_utf8(text.to_vec()).expect("UTF-8")),
            bytes: body[20..20 + length].to_vec(),
        }
    };
    blocks.map(packet).collect()
}

/// An event on a connection.
#[derive(Clone, Debug)]
enum Step {
    Passed(Direction, Vec<u8>),
    Ended(Direction),
}

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_793_613_600, 123_456_789)
}

/// Returns the records of a connection that begins at `begun`; each step takes a millisecond, and the connection is dropped at
/// the end.
fn records(inspected: &Inspected, begun: SystemTime, steps: &[Step]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let mut write = |record: &[u8]| -> Result<(), RecordError> {
        records.push(record.to_vec());
        Ok(())
    };
    let mut since = Duration::ZERO;
    let mut next = || {
        let at = Moment { time: begun + since, since };
        since += Duration::from_millis(1);
        at
    };
    let mut account = Form::Pcapng.account(inspected, begun);
    account.begun(next(), &mut write).expect("written");
    for step in steps {
        match step {
            Step::Passed(direction, bytes) => account.passed(next(), *direction, bytes, &mut write),
            Step::Ended(direction) => account.ended(next(), *direction, &mut write),
        }
        .expect("written");
    }
    account.closed(next(), &mut write).expect("written");
    records
}

/// The transport header of a packet and its payload, after all checksums were verified.
enum Parsed {
    Tcp(TcpHeader, Vec<u8>),
    Udp(UdpHeader, Vec<u8>),
}

fn parse(bytes: &[u8]) -> (Parsed, [String; 2]) {
    let packet = SlicedPacket::from_ip(bytes).expect("a packet");
    let (ends, tcp, udp): ([String; 2], Option<u16>, Option<u16>) =
        match (packet.net.as_ref(), packet.transport.as_ref()) {
            (Some(NetSlice::Ipv4(ip)), Some(transport)) => {
                let header = ip.header().to_header();
                assert_eq!(header.header_checksum, header.calc_header_checksum());
                assert_eq!(usize::from(header.total_len), bytes.len());
                let ends =
                    [header.source, header.destination].map(|octets| std::net::Ipv4Addr::from(octets).to_string());
                match transport {
                    TransportSlice::Tcp(tcp) => {
                        (ends, tcp.calc_checksum_ipv4(header.source, header.destination).ok(), None)
                    }
                    TransportSlice::Udp(udp) => {
                        (ends, None, udp.to_header().calc_checksum_ipv4(&header, udp.payload()).ok())
                    }
                    other => panic!("{other:?}"),
                }
            }
            (Some(NetSlice::Ipv6(ip)), Some(transport)) => {
                let header = ip.header().to_header();
                assert_eq!(usize::from(header.payload_length) + 40, bytes.len());
                let ends =
                    [header.source, header.destination].map(|octets| std::net::Ipv6Addr::from(octets).to_string());
                match transport {
                    TransportSlice::Tcp(tcp) => {
                        (ends, tcp.calc_checksum_ipv6(header.source, header.destination).ok(), None)
                    }
                    TransportSlice::Udp(udp) => {
                        (ends, None, udp.to_header().calc_checksum_ipv6(&header, udp.payload()).ok())
                    }
                    other => panic!("{other:?}"),
                }
            }
            other => panic!("{other:?}"),
        };
    match packet.transport {
        Some(TransportSlice::Tcp(slice)) => {
            assert_eq!(tcp, Some(slice.checksum()));
            (Parsed::Tcp(slice.to_header(), slice.payload().to_vec()), ends)
        }
        Some(TransportSlice::Udp(slice)) => {
            assert_eq!(udp, Some(slice.checksum()));
            (Parsed::Udp(slice.to_header(), slice.payload().to_vec()), ends)
        }
        other => panic!("{other:?}"),
    }
}

/// Follows a stream as its receiver would. Returns the bytes that this end and the other one sent, and which of them ended.
fn follow(packets: &[Packet], first: usize) -> ([Vec<u8>; 2], [bool; 2]) {
    let mut streams = [Vec::new(), Vec::new()];
    let mut ended = [false; 2];
    let mut expected: [Option<u32>; 2] = [None; 2];
    let mut acknowledged = [0_u32; 2];
    for (at, packet) in packets.iter().enumerate() {
        let from = if packet.outbound { 0 } else { 1 };
        let (Parsed::Tcp(header, payload), _) = parse(&packet.bytes) else { panic!("{packet:?}") };
        let flags = (header.syn, header.ack, header.fin);
        match at {
            0 => assert_eq!((from, flags), (first, (true, false, false))),
            1 => assert_eq!((from, flags), (1 - first, (true, true, false))),
            2 => assert_eq!((from, flags), (first, (false, true, false))),
            _ => assert!(!header.syn && header.ack),
        }
        assert!(!header.rst && !header.urg);
        // Bytes that passed at once have the same time.
        let mut rest = packets[at + 1..].iter().take_while(|next| next.nanoseconds == packet.nanoseconds);
        let is_last = !rest.any(|next| next.outbound == packet.outbound);
        assert_eq!(header.psh, !payload.is_empty() && is_last, "the last segment of what passed at once is pushed");
        let next = expected[from].unwrap_or(header.sequence_number);
        assert_eq!(header.sequence_number, next, "packet {at}");
        assert!(!ended[from] || payload.is_empty(), "nothing follows a FIN");
        assert!(payload.len() <= 65_495);
        expected[from] = Some(next.wrapping_add(payload.len() as u32 + u32::from(header.syn) + u32::from(header.fin)));
        if header.ack {
            assert_eq!(
                Some(header.acknowledgment_number),
                expected[1 - from],
                "packet {at} acknowledges all there was"
            );
            acknowledged[1 - from] = header.acknowledgment_number;
        }
        if at > 1 {
            let in_flight = expected[from].unwrap_or_default().wrapping_sub(acknowledged[from]);
            assert!(in_flight < u32::from(header.window_size) << 7, "the window is not exceeded");
        }
        streams[from].extend(payload);
        ended[from] |= header.fin;
    }
    assert!(packets.len() >= 3);
    (streams, ended)
}

fn ends() -> impl Strategy<Value = (Option<Address>, Option<Address>)> {
    let ip = |text: &str| Some(Address::Ip(text.parse().expect("an address")));
    let unix = || (Some(Address::Unix("/run/x".into())), Some(Address::Unix("".into())));
    let (four, six) = (("127.0.0.1:50000", "192.0.2.7:80"), ("[2001:db8::1]:50000", "[::1]:80"));
    prop_oneof![
        Just((ip(four.0), ip(four.1))),
        Just((ip(six.0), ip(six.1))),
        Just((ip(six.0), ip(four.1))),
        Just(unix()),
        Just((None, None)),
        Just((ip(four.0), None)),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Sent), Just(Direction::Received)]
}

/// Generates lengths around those at which the packets change.
fn passed() -> impl Strategy<Value = (Direction, Vec<u8>)> {
    let length = prop_oneof![4 => 0..200_usize, 2 => 65_490..65_512_usize, 1 => 130_980..131_020_usize, 1 => Just(1_500_000_usize)];
    (direction(), length, any::<u8>()).prop_map(|(direction, length, seed)| {
        (direction, (0..length).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)).collect())
    })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Connect), Just(Role::Accept)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_reassembles_to_exactly_what_passed(
        (local, peer) in ends(),
        role in role(),
        passed in prop::collection::vec(passed(), 0..8),
        endings in prop::collection::vec(direction(), 0..3),
        // The initial sequence number comes from a clock; near its end it wraps around within the connection.
        clock in prop_oneof![Just(0_u64), Just((u64::from(u32::MAX) - 1000) * 4), Just((u64::from(u32::MAX >> 1) - 1000) * 4), any::<u32>().prop_map(u64::from)],
    ) {
        let connection = Inspected { role, local, peer, ..inspected(false) };
        let begun = SystemTime::UNIX_EPOCH + Duration::from_micros(clock);
        let mut steps: Vec<Step> = Vec::new();
        let mut expected: [Vec<u8>; 2] = [Vec::new(), Vec::new()];
        for (direction, bytes) in passed {
            // A stream passes no empty pieces.
            if !bytes.is_empty() {
                expected[usize::from(direction == Direction::Received)].extend(&bytes);
                steps.push(Step::Passed(direction, bytes));
            }
        }
        steps.extend(endings.iter().map(|direction| Step::Ended(*direction)));
        let records = records(&connection, begun, &steps);
        prop_assert!(records.iter().all(|record| record.len() < 400_000), "records stay bounded");
        let packets = packets(&records);
        let (streams, ended) = follow(&packets, usize::from(role == Role::Accept));
        prop_assert!(streams == expected);
        prop_assert_eq!(ended, [true, endings.contains(&Direction::Received)], "dropped, this side has ended in any case");
        prop_assert!(packets.is_sorted_by_key(|packet| packet.nanoseconds));
    }

    #[test]
    fn each_message_is_a_packet(
        (local, peer) in ends(),
        passed in prop::collection::vec(passed(), 0..8),
    ) {
        let connection = Inspected { local, peer, ..inspected(true) };
        let steps: Vec<Step> = passed.iter().cloned().map(|(direction, bytes)| Step::Passed(direction, bytes)).collect();
        let records = records(&connection, start(), &steps);
        let mut packets = packets(&records).into_iter();
        for (at, (direction, message)) in passed.iter().enumerate() {
            let mut whole = Vec::new();
            loop {
                let packet = packets.next().expect("it is there");
                let (Parsed::Udp(header, payload), _) = parse(&packet.bytes) else { panic!("{packet:?}") };
                prop_assert_eq!(usize::from(header.length), payload.len() + 8);
                prop_assert_eq!(packet.outbound, *direction == Direction::Sent);
                prop_assert_eq!(packet.nanoseconds, 1_793_613_600_123_456_789 + (at as u64 + 1) * 1_000_000);
                let part = format!("bytes {} to {} of a message of {}", whole.len(), whole.len() + payload.len(), message.len());
                let is_part = payload.len() < message.len();
                prop_assert_eq!(packet.comment.as_ref().is_some_and(|comment| comment.ends_with(&part)), is_part);
                whole.extend(payload);
                if whole.len() >= message.len() {
                    break;
                }
            }
            prop_assert!(&whole == message);
        }
        prop_assert!(packets.next().is_none());
    }
}

#[test]
fn a_section_has_one_interface_of_raw_packets_and_nanoseconds() {
    let preamble = pcapng::preamble();
    assert!(preamble.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
    let [(0x0a0d_0d0a, section), (1, interface)] = blocks(&preamble)[..] else { panic!("{preamble:?}") };
    assert_eq!((word(section, 0), word(section, 4)), (0x1a2b_3c4d, 1), "the byte order, and version 1.0");
    assert_eq!(section[8..16], [0xff; 8], "the length is not stated");
    assert_eq!(options(&section[16..]), [(4, concat!("sockatlas ", env!("CARGO_PKG_VERSION")).as_bytes())]);
    assert_eq!((word(interface, 0), word(interface, 4)), (101, 0), "LINKTYPE_RAW, and no limit");
    let options = options(&interface[8..]);
    assert!(options.contains(&(9, &[9])) && options.contains(&(2, b"sockatlas")), "{options:?}");
    assert_eq!(Form::Pcapng.preamble(), preamble);
    assert!(Form::Counts.preamble().is_empty() && Form::Hexdump.preamble().is_empty());
}

#[test]
fn the_ends_are_the_socket_s_or_are_reported_in_a_comment() {
    let steps = [Step::Passed(Direction::Sent, b"x".to_vec()), Step::Passed(Direction::Received, b"y".to_vec())];
    let seen = |connection: &Inspected| {
        let packets = packets(&records(connection, start(), &steps));
        let ends: Vec<[String; 2]> = packets.iter().map(|packet| parse(&packet.bytes).1).collect();
        (ends, packets[0].comment.clone().unwrap_or_default())
    };
    let pair = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
    let (ends, comment) = seen(&inspected(true));
    assert_eq!(ends, [pair("127.0.0.1", "127.0.0.1"), pair("127.0.0.1", "127.0.0.1")]);
    assert_eq!(comment, "entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80 target=localhost:80");
    let vsock = Inspected {
        role: Role::Accept,
        target: None,
        local: Some(Address::Vsock { cid: 2, port: 1024 }),
        peer: Some(Address::Vsock { cid: 3, port: 70_000 }),
        ..inspected(true)
    };
    let (ends, comment) = seen(&vsock);
    assert_eq!(ends, [pair("192.0.2.1", "192.0.2.2"), pair("192.0.2.2", "192.0.2.1")]);
    assert_eq!(comment, "entry=inspect role=accept local=2:1024 peer=3:70000");
    // Two such connections are distinguished by their ports.
    let ports = || {
        let packets = packets(&records(&vsock, start(), &steps));
        let (Parsed::Udp(header, _), _) = parse(&packets[0].bytes) else { panic!("{packets:?}") };
        (header.source_port, header.destination_port)
    };
    let (one, two) = (ports(), ports());
    assert!(one.0 == 49_151 && two.0 == 49_151 && one.1 >= 49_152 && one.1 != two.1, "{one:?} {two:?}");
}

#[test]
fn a_connection_that_is_dropped_before_this_side_ended_says_so() {
    let comments = |steps: &[Step]| -> Vec<String> {
        let packets = packets(&records(&inspected(false), start(), steps));
        packets.into_iter().skip(1).filter_map(|packet| packet.comment).collect()
    };
    assert_eq!(comments(&[]), ["dropped: this side had not ended"]);
    assert_eq!(comments(&[Step::Ended(Direction::Received)]), ["dropped: this side had not ended"]);
    assert!(comments(&[Step::Ended(Direction::Sent)]).is_empty());
}
