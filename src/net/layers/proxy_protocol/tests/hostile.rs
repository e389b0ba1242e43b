//! Tests of hostile peers, which send something else than a header.

use super::*;
use std::error::Error as _;

#[test]
fn whatever_is_no_header_is_reported_as_it_is_however_it_arrives() {
    let absent =
        |found: &str| format!("the connection begins with `{found}` where a PROXY protocol header is expected");
    let word = |found: &str, word: &str, expected: &str| {
        format!("`{found}` is the {word} in the header's line where {expected} is expected")
    };
    let (four, six) = ("an IPv4 address", "an IPv6 address");
    let port = "a port, 0 to 65535 without leading zeros,";
    let protocol =
        |found: &str| format!("the header's line is for `{found}` where `TCP4`, `TCP6` or `UNKNOWN` is expected");
    let words = |found: usize| {
        format!(
            "the header's line has {found} words behind its protocol where two addresses and two ports are expected"
        )
    };
    let end = |found: &str| format!(r"the header's line ends with `{found}` where `\r\n` is expected");
    let long = "the header's line does not end within 107 bytes".to_owned();
    let addresses = |found: usize, expected: usize| {
        format!("the header has {found} bytes for its addresses where {expected} are expected")
    };
    let truncated =
        |received: usize| format!("the connection ended after {received} bytes of the PROXY protocol header");
    let line = |text: &str| text.as_bytes().to_vec();
    let raw = |command: u8, family: u8, rest: &[u8]| [SIGNATURE, &[command, family], rest].concat();
    let refused: Vec<(Vec<u8>, String)> = vec![
        // A peer that sends the bytes of another protocol.
        (line("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), absent("G")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), absent(r"\u{16}")),
        (line("SSH-2.0-x\r\n"), absent("S")),
        (line("proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n"), absent("p")),
        (line(" PROXY UNKNOWN\r\n"), absent(" ")),
        (line("PROXY\r\n"), absent(r"PROXY\r")),
        (line("PROXYTCP4"), absent("PROXYT")),
        (b"\xff\xff".to_vec(), absent(r"\xff")),
        (b"\0".repeat(100), absent(r"\0")),
        (b"\r\n\r\n\0\r\nQUIT\r\n".to_vec(), absent(r"\r\n\r\n\0\r\nQUIT\r")),
        (line("\r\nPROXY UNKNOWN\r\n"), absent(r"\r\nP")),
        // Version 1.
        (line("PROXY \r\n"), protocol("")),
        (line("PROXY TCP4\r\nGET / HTTP/1.0\r\n\r\n"), words(0)),
        (line("PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n"), protocol("tcp4")),
        (line("PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n"), protocol("")),
        (line("PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n"), protocol("UDP4")),
        (line("PROXY UNKNOWNX\r\n"), protocol("UNKNOWNX")),
        (b"PROXY \x1b[2J,\xff 1 2 3 4\r\n".to_vec(), protocol(r"\x1b[2J\x2c\xff")),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n"), words(3)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n"), words(5)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n"), words(5)),
        (line("PROXY TCP4\t1.1.1.1 2.2.2.2 1 2\r\n"), protocol(r"TCP4\t1.1.1.1")),
        (line("PROXY TCP4  2.2.2.2 1 2\r\n"), word("", "source", four)),
        (line("PROXY TCP4 ::1 ::1 1 2\r\n"), word("::1", "source", four)),
        (line("PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n"), word("1.1.1", "source", four)),
        (line("PROXY TCP4 1.1.1.1 02.2.2.2 1 2\r\n"), word("02.2.2.2", "destination", four)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.256 1 2\r\n"), word("2.2.2.256", "destination", four)),
        (line("PROXY TCP6 1.1.1.1 ::1 1 2\r\n"), word("1.1.1.1", "source", six)),
        (line("PROXY TCP6 ::1 fe80::1%lo 1 2\r\n"), word("fe80::1%lo", "destination", six)),
        (line("PROXY TCP6 [::1] ::1 1 2\r\n"), word("[::1]", "source", six)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n"), word("+1", "source port", port)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n"), word("01", "source port", port)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n"), word("65536", "destination port", port)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 -2\r\n"), word("-2", "destination port", port)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 \r\n"), word("", "destination port", port)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\nGET /\r\n"), end(r"\n")),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\rGET /\r\n"), end(r"\r")),
        (line("PROXY TCP4 1.1.1.1\r 2.2.2.2 1 2\r\n"), end(r"\r")),
        (line("PROXY UNKNOWN\n"), end(r"\n")),
        (line(&format!("PROXY TCP4 {}", "1".repeat(1_000_000))), long.clone()),
        (line(&format!("PROXY UNKNOWN {}\r\n", "x".repeat(92))), long.clone()),
        (line(&format!("PROXY UNKNOWN {}", "\r".repeat(1000))), long),
        // Version 2.
        (raw(0x11, 0x11, b""), "the binary header is of version 1 where 2 is expected".to_owned()),
        (raw(0x31, 0x11, b""), "the binary header is of version 3 where 2 is expected".to_owned()),
        (raw(0x22, 0x11, b""), "the header has command 2 where 0 (LOCAL) or 1 (PROXY) is expected".to_owned()),
        (raw(0x2f, 0xff, b""), "the header has command 15 where 0 (LOCAL) or 1 (PROXY) is expected".to_owned()),
        (
            raw(0x21, 0x41, b""),
            "the header has address family 4 where 0 to 3 (unspecified, inet, inet6, unix) is expected".to_owned(),
        ),
        (
            raw(0x21, 0x13, b""),
            "the header has transport protocol 3 where 0 to 2 (unspecified, stream, datagram) is expected".to_owned(),
        ),
        (raw(0x21, 0x11, b"\0\x0b"), addresses(11, 12)),
        (raw(0x21, 0x10, b"\0\x00"), addresses(0, 12)),
        (raw(0x21, 0x21, b"\0\x0c"), addresses(12, 36)),
        (raw(0x21, 0x31, b"\0\xd7"), addresses(215, 216)),
    ];
    let ended = [
        (line(""), truncated(0)),
        (line("PROX"), truncated(4)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2"), truncated(30)),
        (line("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r"), truncated(31)),
        (line("PROXY UNKNOWN x\n"), truncated(16)),
        (SIGNATURE.to_vec(), truncated(12)),
        (binary(1, 0x11, TCP4)[..27].to_vec(), truncated(27)),
        (binary(0, 0, &[0; 65535])[..65550].to_vec(), truncated(65550)),
    ];
    let refused = refused.into_iter().map(|(said, reported)| (said, Failure::Protocol, reported));
    for (said, kind, reported) in
        refused.chain(ended.into_iter().map(|(said, reported)| (said, Failure::Truncated, reported)))
    {
        for piece in [1, 3, 100, 30_000] {
            let (mut machine, result) = hear(None, &said, piece, true);
            let failure = result.expect_err(&reported);
            assert_eq!(failure.source.to_string(), reported, "in pieces of {piece}");
            assert_eq!((failure.source.kind(), failure.phase), (kind, Phase::Handshake), "{reported}");
            assert_eq!((failure.layer.as_str(), failure.place), ("proxy-protocol", 1));
            let error = failure.source.source().and_then(|error| error.downcast_ref::<ProxyProtocolError>());
            assert_eq!(error.map(ProxyProtocolError::failure), Some(kind));
            assert!(machine.outbound().is_empty() && machine.claims().origin.is_none(), "{reported}");
            let taken = machine.reports()[0].traffic.received_below;
            assert!(taken <= 107 || kind == Failure::Truncated, "{taken} bytes were read before: {reported}");
            // The same error is reported for all further calls.
            machine.room()[..1].copy_from_slice(b"x");
            machine.received(1);
            assert_eq!(machine.read(&mut []).expect_err("it has failed").source.to_string(), reported);
        }
    }
}
