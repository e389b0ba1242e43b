use super::*;
use crate::net::machine::{Ends, Failure, Handshake, LayerFailure, Machine, Phase};
use crate::net::{Address, Origin};

mod hostile;
mod laws;
mod vectors;

/// The first bytes of every header of version 2.
const SIGNATURE: &[u8] = b"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a";

fn machine(handshake: impl Handshake + 'static) -> Machine {
    Machine::new([("proxy-protocol".to_owned(), Box::new(HandshakeSession::new(handshake)) as Box<dyn Session>)])
}

/// Passes `said` to an accepting machine in pieces of `piece` bytes, and then the end if `ends`.
fn hear(expected: Option<Version>, said: &[u8], piece: usize, ends: bool) -> (Machine, Result<(), LayerFailure>) {
    let mut machine = machine(Accepting::new(expected));
    machine.start().expect("it only listens");
    for piece in said.chunks(piece) {
        machine.room()[..piece.len()].copy_from_slice(piece);
        machine.received(piece.len());
        if let Err(failure) = machine.read(&mut []) {
            return (machine, Err(failure));
        }
    }
    if ends {
        machine.received_end();
        let result = machine.read(&mut []).map(drop);
        return (machine, result);
    }
    (machine, Ok(()))
}

fn ip(address: &str) -> Address {
    Address::Ip(address.parse().expect("an address and a port"))
}

fn unix(path: &str) -> Address {
    Address::Unix(path.into())
}

fn origin(source: Address, destination: Address) -> Origin {
    Origin { source, destination }
}

/// Returns a header of version 2 with this command and family, and `rest` behind its length.
fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).expect("it has a length").to_be_bytes();
    [SIGNATURE, &[0x20 | command, family], &length, rest].concat()
}

/// The addresses of TCP over IPv4, from 192.0.2.1:50000 to 198.51.100.7:443.
const TCP4: &[u8] = b"\xc0\x00\x02\x01\xc6\x33\x64\x07\xc3\x50\x01\xbb";

fn facts(machine: &Machine) -> Vec<(&'static str, &str)> {
    machine.reports()[0].facts.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn a_header_is_read_and_what_follows_is_left_alone() {
    let six = [&[0; 15][..], &[1], b"\x20\x01\x0d\xb8", &[0; 11], &[2], b"\x00\x01\xff\xff"].concat();
    let paths = |source: &[u8], destination: &[u8]| {
        let mut bytes = vec![0; 216];
        bytes[..source.len()].copy_from_slice(source);
        bytes[108..108 + destination.len()].copy_from_slice(destination);
        bytes
    };
    let known = origin(ip("192.0.2.1:50000"), ip("198.51.100.7:443"));
    let ones = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let longest = format!("PROXY TCP6 {ones} {ones} 65535 65535\r\n");
    assert_eq!(longest.len(), 104);
    let one = |text: &str| text.as_bytes().to_vec();
    let table: [(Vec<u8>, &str, Option<Origin>); 19] = [
        (one("PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n"), "TCP4", Some(known.clone())),
        (one("PROXY TCP6 ::1 2001:DB8::2 1 65535\r\n"), "TCP6", Some(origin(ip("[::1]:1"), ip("[2001:db8::2]:65535")))),
        (one(&longest), "TCP6", Some(origin(ip(&format!("[{ones}]:65535")), ip(&format!("[{ones}]:65535"))))),
        (
            one("PROXY TCP4 0.0.0.0 255.255.255.255 0 0\r\n"),
            "TCP4",
            Some(origin(ip("0.0.0.0:0"), ip("255.255.255.255:0"))),
        ),
        // The form of inet_ntop(3).
        (
            one("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"),
            "TCP6",
            Some(origin(ip("[::ffff:192.0.2.1]:1"), ip("[::1]:2"))),
        ),
        (one("PROXY UNKNOWN\r\n"), "UNKNOWN", None),
        (one(&format!("PROXY UNKNOWN {ones} {ones} 65535 65535\r\n")), "UNKNOWN", None),
        (b"PROXY UNKNOWN a b c d e\rf\n\xff\x00 \r\n".to_vec(), "UNKNOWN", None),
        (binary(1, 0x11, TCP4), "TCP4", Some(known.clone())),
        (binary(1, 0x12, TCP4), "UDP4", Some(known)),
        (binary(1, 0x21, &six), "TCP6", Some(origin(ip("[::1]:1"), ip("[2001:db8::2]:65535")))),
        (binary(1, 0x22, &six), "UDP6", Some(origin(ip("[::1]:1"), ip("[2001:db8::2]:65535")))),
        (binary(1, 0x31, &paths(b"/run/a", b"/run/b\0x")), "unix stream", Some(origin(unix("/run/a"), unix("/run/b")))),
        (
            binary(1, 0x32, &paths(b"", &[b"\0a", &[b'b'; 106][..]].concat())),
            "unix datagram",
            Some(origin(unix(""), Address::UnixAbstract([b"a", &[b'b'; 106][..]].concat()))),
        ),
        // Headers without an origin: the family and the bytes are ignored.
        (binary(0, 0x00, &[]), "LOCAL", None),
        (binary(0, 0xFF, &[1; 5]), "LOCAL", None),
        (binary(0, 0x11, TCP4), "LOCAL", None),
        (binary(1, 0x00, &[9; 50]), "UNKNOWN", None),
        (binary(1, 0x10, TCP4), "UNKNOWN", None),
    ];
    for (header, protocol, claimed) in table {
        let version = if header[0] == b'P' { "1" } else { "2" };
        for piece in [1, 7, 1000] {
            let said = [&header[..], b"PROXY\r\n"].concat();
            let (mut machine, result) = hear(None, &said, piece, false);
            result.unwrap();
            assert!(machine.is_bare() && machine.outbound().is_empty(), "{protocol}");
            assert_eq!(machine.claims().origin, claimed);
            assert_eq!(facts(&machine)[..2], [("version", version), ("protocol", protocol)]);
            assert_eq!(facts(&machine).len(), if claimed.is_some() { 4 } else { 2 });
            assert_eq!(machine.reports()[0].phase, Phase::Retired);
            assert_eq!(machine.reports()[0].traffic.received_below as usize, header.len());
            assert_eq!(machine.take_unread(), b"PROXY\r\n");
        }
        let (machine, result) = hear(None, &header[..header.len() - 1], 1000, false);
        assert!(result.is_ok() && !machine.is_open(), "{protocol} is not whole yet");
    }
}

#[test]
fn the_longest_header_there_can_be_is_skipped_like_any() {
    for header in [binary(0, 0, &[7; 65535]), binary(1, 0x11, &[TCP4, &[4, 0xff, 0xf0], &[0; 0xfff0]].concat())] {
        for piece in [1000, 30_000] {
            let (mut machine, result) = hear(None, &[&header[..], b"x"].concat(), piece, false);
            result.unwrap();
            assert_eq!(machine.take_unread(), b"x");
        }
    }
}

#[test]
fn an_address_of_the_peer_is_reported_escaped() {
    let mut paths = [0; 216];
    paths[..9].copy_from_slice(b"/a\n\x1b[2J,\xff");
    paths[108..110].copy_from_slice(b"\0\n");
    let (machine, result) = hear(None, &binary(1, 0x31, &paths), 1000, false);
    result.unwrap();
    assert_eq!(facts(&machine)[2..], [("source", r"/a\n\x1b[2J\x2c\xff"), ("destination", r"@\n")]);
}

/// The ends of a socket, as far as they are known.
struct Socket(Option<Address>, Option<Address>);

impl Ends for Socket {
    fn local(&self) -> Option<Address> {
        self.0.clone()
    }

    fn peer(&self) -> Option<Address> {
        self.1.clone()
    }
}

/// Returns the bytes that are sent on behalf of an origin, or of none, before anything was received.
fn sent(version: Version, origin: Option<Origin>, socket: Socket) -> (Vec<u8>, Machine) {
    let mut machine = machine(Connecting::new(version, origin));
    machine.connected(&socket);
    machine.start().expect("nothing can go wrong");
    assert!(machine.is_bare(), "it has retired");
    (machine.outbound().to_vec(), machine)
}

fn our_ends() -> Socket {
    Socket(Some(ip("10.0.0.1:40000")), Some(ip("10.0.0.2:80")))
}

#[test]
fn an_origin_is_reported_in_either_version() {
    let long = "x".repeat(108);
    let padded = |name: &[u8]| [name, &vec![0; 108 - name.len()]].concat();
    let abstract_name = Address::UnixAbstract(b"name".to_vec());
    let scoped = Address::Ip(std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 7, 1, 2).into());
    let mapped = b"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01";
    let loopback = std::net::Ipv6Addr::LOCALHOST.octets();
    let link = [b"\xfe\x80".as_slice(), &[0; 13], &[1]].concat();
    let unknown = binary(1, 0, &[]);
    type Row = (Address, Address, &'static str, Vec<u8>);
    let table: [Row; 9] = [
        (
            ip("192.0.2.1:50000"),
            ip("198.51.100.7:443"),
            "PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n",
            binary(1, 0x11, TCP4),
        ),
        (
            scoped,
            ip("[::1]:8"),
            "PROXY TCP6 fe80::1 ::1 7 8\r\n",
            binary(1, 0x21, &[&link[..], &loopback, b"\0\x07\0\x08"].concat()),
        ),
        (
            ip("192.0.2.1:1"),
            ip("[::1]:2"),
            "PROXY TCP6 ::ffff:c000:201 ::1 1 2\r\n",
            binary(1, 0x21, &[&mapped[..], &loopback, b"\0\x01\0\x02"].concat()),
        ),
        (
            ip("[::1]:2"),
            ip("192.0.2.1:1"),
            "PROXY TCP6 ::1 ::ffff:c000:201 2 1\r\n",
            binary(1, 0x21, &[&loopback, &mapped[..], b"\0\x02\0\x01"].concat()),
        ),
        (
            abstract_name,
            unix(&long),
            "PROXY UNKNOWN\r\n",
            binary(1, 0x31, &[padded(b"\0name"), long.clone().into_bytes()].concat()),
        ),
        (unix(""), unix("/b"), "PROXY UNKNOWN\r\n", binary(1, 0x31, &[padded(b""), padded(b"/b")].concat())),
        // An origin that cannot be expressed is unknown, and never our own.
        (unix(&format!("{long}x")), unix("/b"), "PROXY UNKNOWN\r\n", unknown.clone()),
        (ip("192.0.2.1:1"), unix("/b"), "PROXY UNKNOWN\r\n", unknown.clone()),
        (Address::Vsock { cid: 3, port: 4 }, Address::Vsock { cid: 2, port: 5 }, "PROXY UNKNOWN\r\n", unknown),
    ];
    for (source, destination, line, bytes) in table {
        let origin = Some(origin(source, destination));
        assert_eq!(
            sent(Version::One, origin.clone(), our_ends()).0.escape_ascii().to_string(),
            line.as_bytes().escape_ascii().to_string()
        );
        assert_eq!(sent(Version::Two, origin, our_ends()).0, bytes);
    }
    for name in [&b""[..], b"x\0", &[b'x'; 108]] {
        let name = Address::UnixAbstract(name.to_vec());
        let (bytes, _) = sent(Version::Two, Some(origin(name.clone(), name)), our_ends());
        assert_eq!(bytes, binary(1, 0, &[]), "it would be read as another");
    }
    let (_, machine) = sent(Version::Two, Some(origin(ip("192.0.2.1:1"), ip("[::1]:2"))), our_ends());
    let reported =
        [("version", "2"), ("protocol", "TCP6"), ("source", "[::ffff:192.0.2.1]:1"), ("destination", "[::1]:2")];
    assert_eq!(facts(&machine), reported);
}

#[test]
fn a_connection_of_nobody_is_local_or_has_the_addresses_of_its_socket() {
    let (bytes, machine) = sent(Version::Two, None, our_ends());
    assert_eq!(bytes, binary(0, 0, &[]));
    assert_eq!(facts(&machine), [("version", "2"), ("protocol", "LOCAL")]);
    let (bytes, machine) = sent(Version::One, None, our_ends());
    assert_eq!(bytes, b"PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\n");
    assert_eq!(facts(&machine)[1..3], [("protocol", "TCP4"), ("source", "10.0.0.1:40000")]);
    for socket in [Socket(None, None), Socket(Some(unix("")), Some(unix("/b"))), Socket(our_ends().0, None)] {
        assert_eq!(sent(Version::One, None, socket).0, b"PROXY UNKNOWN\r\n");
    }
}

#[test]
fn the_option_names_the_one_version_that_is_taken() {
    let headers = [(Version::One, b"PROXY UNKNOWN\r\n".to_vec()), (Version::Two, binary(0, 0, &[]))];
    for (version, header) in &headers {
        for piece in [1, 1000] {
            assert!(hear(Some(*version), header, piece, false).1.is_ok());
            let other = if *version == Version::One { Version::Two } else { Version::One };
            let failure = hear(Some(other), header, piece, false).1.unwrap_err();
            let reported =
                format!("the PROXY protocol header is of version {version} where version {other} is expected");
            assert_eq!((failure.source.to_string(), failure.source.kind()), (reported, Failure::Protocol));
        }
    }
}
