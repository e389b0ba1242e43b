use super::*;
use crate::net::Address;
use crate::net::machine::{Failure, LayerFailure, Machine, Phase};

fn machine(authorization: Option<Secret>, target: Target) -> Machine {
    let proxy = Arc::new(Proxy { address: Target::host("proxy.example", 3128), authorization });
    Machine::new([(
        "http-connect".to_owned(),
        Box::new(HandshakeSession::new(Handshake::new(proxy, target))) as Box<dyn machine::Session>,
    )])
}

/// Returns the machine of a client, with the credentials of this user if there is one.
pub fn machine_for(user: Option<(String, Secret)>, target: Target) -> Machine {
    machine(user.map(|(name, password)| authorization(&name, password.reveal()).expect("it can be written")), target)
}

fn example() -> Target {
    Target::host("example.org", 443)
}

fn alice() -> Option<Secret> {
    Some(authorization("alice", "open sesame").unwrap())
}

/// Passes `said` to the machine in pieces of `piece` bytes, and then the end if `ends`. Returns the bytes that it sent.
fn converse(machine: &mut Machine, said: &[u8], piece: usize, ends: bool) -> Result<String, LayerFailure> {
    machine.start()?;
    for piece in said.chunks(piece) {
        machine.room()[..piece.len()].copy_from_slice(piece);
        machine.received(piece.len());
        machine.read(&mut [])?;
    }
    if ends {
        machine.received_end();
        machine.read(&mut [])?;
    }
    Ok(String::from_utf8(machine.outbound().to_vec()).unwrap())
}

#[test]
fn any_2xx_opens_and_what_follows_the_header_is_the_target_s() {
    for (header, status) in [
        ("HTTP/1.1 200 OK\r\n\r\n", "200"),
        ("HTTP/1.0 200 Connection established\r\nProxy-Agent: x\r\n\r\n", "200"),
        ("HTTP/1.1 200\n\n", "200"),
        ("HTTP/1.1 299 \r\na: b\r\n c\r\n\r\n", "299"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n", "200"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\na: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "200"),
    ] {
        for piece in [1, 7, 1000] {
            let mut machine = machine(None, example());
            let sent = converse(&mut machine, format!("{header}\r\nhello").as_bytes(), piece, false).unwrap();
            assert_eq!(sent, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
            assert!(machine.is_bare());
            assert_eq!(machine.take_unread(), b"\r\nhello", "{header:?}");
            let report = &machine.reports()[0];
            assert_eq!(report.phase, Phase::Retired);
            let facts = [("proxy", "proxy.example:3128".to_owned()), ("status", status.to_owned())];
            assert_eq!(report.facts, facts);
        }
    }
}

#[test]
fn credentials_and_literals_are_written_as_the_rfcs_have_them() {
    let sent = converse(&mut machine(alice(), Target::host("::1", 80)), b"", 1, false).unwrap();
    let expected = "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\
                    Proxy-Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n\r\n";
    assert_eq!(sent, expected);
    // RFC 7617, section 2.1: the example of a password that is not ASCII.
    let test = authorization("test", "123£").unwrap();
    assert_eq!(test.reveal(), "Basic dGVzdDoxMjPCow==");
}

#[test]
fn credentials_that_cannot_be_written_are_not_taken() {
    for (name, password, expected) in [
        ("a:b", "x", "option `username`: a colon, which would end the user's name (RFC 7617)"),
        ("a\r\nb", "x", "option `username`: a control character, which RFC 7617 forbids"),
        ("a", "x\0", "option `password`: a control character, which RFC 7617 forbids"),
    ] {
        assert_eq!(authorization(name, password).unwrap_err().to_string(), expected);
    }
    assert!(authorization("a", "x:y").is_ok());
}

#[test]
fn a_refusal_is_reported_with_its_status() {
    let refused = "did not connect to example.org:443";
    let long = format!("HTTP/1.1 500 {}\r\n\r\n", "x".repeat(81));
    let cut = format!("{refused}: 500 ({}...)", "x".repeat(80));
    #[rustfmt::skip]
    let table = [
        ("HTTP/1.1 403 Filtered\r\n\r\n", None, Failure::Refused, format!("{refused}: 403 (Filtered)")),
        ("HTTP/1.1 502 Bad\tGateway\r\nContent-Length: 9\r\n\r\n<html>", None, Failure::Refused, format!(r"{refused}: 502 (Bad\tGateway)")),
        ("HTTP/1.0 302 \r\nLocation: http://x/\r\n\r\n", None, Failure::Refused, format!("{refused}: 302")),
        ("HTTP/1.1 042 x\r\n\r\n", None, Failure::Refused, format!("{refused}: 42 (x)")),
        (&long, None, Failure::Refused, cut),
        ("HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"a, b\", Digest nonce=\"c\"\r\nproxy-authenticate: basic, Negotiate\r\n\r\n",
            None, Failure::Authentication, "wants a `username` and a password: 407 (Who?); it offers Basic, Digest, Negotiate".to_owned()),
        ("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\r\n", alice(), Failure::Authentication, "did not accept the user and password: 401 (No); it offers Basic".to_owned()),
        ("HTTP/1.1 407 No\r\n\r\n", alice(), Failure::Authentication, "did not accept the user and password: 407 (No)".to_owned()),
    ];
    for (said, authorization, kind, reported) in table {
        for piece in [1, 1000] {
            let mut machine = machine(authorization.clone(), example());
            let failure = converse(&mut machine, said.as_bytes(), piece, false).unwrap_err();
            assert_eq!(failure.source.to_string(), format!("the proxy proxy.example:3128 {reported}"));
            assert_eq!((failure.source.kind(), failure.phase), (kind, Phase::Handshake), "{reported}");
            assert!(!format!("{failure:?}{machine:?}").contains("sesame"));
        }
    }
}

#[test]
fn a_peer_that_breaks_the_protocol_is_answered_so() {
    let proxy = "the proxy proxy.example:3128";
    let header = "the header of the answer of the proxy proxy.example:3128";
    let long = format!("HTTP/1.1 200 OK\r\na: {}", "x".repeat(16 * 1024));
    let lines = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(129));
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(5);
    #[rustfmt::skip]
    let table: [(&[u8], Failure, String); 12] = [
        (b"SSH-2.0-x\r\n", Failure::Protocol, format!("{proxy} sent \"SSH-2.0-x\\r\\n\" where `HTTP/1.1 200 ...` or the like is expected")),
        (b"HTTP/2 200\r\n\r\n", Failure::Protocol, format!("{proxy} sent \"HTTP/2 200\\r\\n\\r\\n\" where `HTTP/1.1 200 ...` or the like is expected")),
        (b"\x05\xff", Failure::Protocol, format!("{proxy} sent \"\\x05\\xff\" where `HTTP/1.1 200 ...` or the like is expected")),
        (b"HTTP/1.7 200 OK\r\n\r\n", Failure::Protocol, format!("{header} is malformed: invalid HTTP version")),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", Failure::Protocol, format!("{header} is malformed: invalid response status")),
        (b"HTTP/1.1 200 \x07\r\n\r\n", Failure::Protocol, format!("{header} is malformed: invalid response status")),
        (b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n", Failure::Protocol, format!("{header} is malformed: invalid header name")),
        (long.as_bytes(), Failure::Protocol, format!("{header} has more than 16384 bytes")),
        (lines.as_bytes(), Failure::Protocol, format!("{header} has more than 128 lines")),
        (interim.as_bytes(), Failure::Protocol, format!("{proxy} sent 5 interim answers, the last of them 100 (Continue), and no final one")),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", Failure::Protocol, format!("{proxy} switched protocols, which was not asked for: 101 (Switching Protocols)")),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", Failure::Truncated, format!("{proxy} ended the connection after 17 bytes of the header of its answer")),
    ];
    for (said, kind, reported) in table {
        let mut machine = machine(None, example());
        let failure = converse(&mut machine, said, 1000, true).unwrap_err();
        assert_eq!((failure.source.to_string(), failure.source.kind()), (reported.clone(), kind));
    }
    let failure = converse(&mut machine(None, example()), b"", 1, true).unwrap_err();
    assert_eq!(
        failure.source.to_string(),
        format!("{proxy} ended the connection after 0 bytes of the header of its answer")
    );
}

#[test]
fn a_header_of_the_greatest_size_is_read_byte_by_byte() {
    let start = "HTTP/1.1 200 OK\r\na: ";
    let header = format!("{start}{}\r\n\r\n", "x".repeat(16 * 1024 - start.len() - 4));
    let mut whole = machine(None, example());
    converse(&mut whole, header.as_bytes(), 1, false).unwrap();
    assert!(whole.is_bare());
    let lines = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(128));
    converse(&mut machine(None, example()), lines.as_bytes(), 1, false).unwrap();

    let mut endless = machine(None, example());
    let failure = converse(&mut endless, "HTTP/1.1 200 OK\r\na: b".repeat(2000).as_bytes(), 1, false).unwrap_err();
    let read = format!("{}", failure.source);
    assert!(read.ends_with("more than 16384 bytes"), "{read}");
    assert_eq!(endless.reports()[0].traffic.received_below, 0);
}

#[test]
fn nothing_can_be_smuggled_into_the_request() {
    for (target, reported) in [
        (Target::host("a\r\nHost: b", 80), r"the name of the target has '\r' in it, which cannot stand in a request"),
        (Target::host("a b", 80), "the name of the target has ' ' in it, which cannot stand in a request"),
        (Target::host("a@b", 80), "the name of the target has '@' in it, which cannot stand in a request"),
        (Target::host("a:1", 80), "the name of the target has ':' in it, which cannot stand in a request"),
        (Target::host("a/b?", 80), "the name of the target has '/' in it, which cannot stand in a request"),
        (Target::host("a\0", 80), r"the name of the target has '\0' in it, which cannot stand in a request"),
        (
            Target::host("käse.example", 80),
            "the name of the target has 'ä' in it, which cannot stand in a request: write the name as DNS has it, with \
             `xn--`",
        ),
        (Target::host("", 80), "the name of the target is 0 bytes where 1 to 255 are expected"),
        (
            Target::Address(Address::Unix("/run/x\r\n".into())),
            r"an HTTP proxy is asked for a host and a port, and `/run/x\r\n` is none",
        ),
    ] {
        let mut machine = machine(alice(), target);
        let failure = machine.start().unwrap_err();
        assert_eq!((failure.source.to_string().as_str(), failure.source.kind()), (reported, Failure::Unusable));
        assert!(machine.outbound().is_empty());
    }
}
