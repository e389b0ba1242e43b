use super::error::Message;
use super::*;
use crate::net::machine::{Failure, LayerFailure, Machine, Phase};
use std::error::Error as _;

const PASSWORD: &str = "open sesame";

fn machine(user: Option<&str>, target: Target) -> Machine {
    machine_for(user.map(|name| (name.to_owned(), Secret::from(PASSWORD.to_owned()))), target)
}

/// Returns the machine of a client, with the credentials of this user if there is one.
pub fn machine_for(user: Option<(String, Secret)>, target: Target) -> Machine {
    let user = user.map(|(name, password)| User { name, password });
    let proxy = Arc::new(Proxy { address: Target::host("proxy.example", 1080), user });
    Machine::new([(
        "socks5".to_owned(),
        Box::new(HandshakeSession::new(Handshake::new(proxy, target))) as Box<dyn machine::Session>,
    )])
}

/// Passes `said` to the machine in pieces of `piece` bytes, and then the end if `ends`. Returns the bytes that it sent.
fn converse(machine: &mut Machine, said: &[u8], piece: usize, ends: bool) -> Result<Vec<u8>, LayerFailure> {
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
    Ok(machine.outbound().to_vec())
}

#[test]
fn the_proxy_is_asked_for_the_name_and_what_follows_its_reply_is_the_target_s() {
    for piece in [1, 3, 100] {
        let mut machine = machine(None, Target::host("example.org", 443));
        let said = b"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x10\x00hello";
        let sent = converse(&mut machine, said, piece, false).unwrap();
        assert_eq!(sent, b"\x05\x01\x00\x05\x01\x00\x03\x0bexample.org\x01\xbb");
        assert!(machine.is_bare());
        assert_eq!(machine.take_unread(), b"hello");
        let report = &machine.reports()[0];
        assert_eq!(report.phase, Phase::Retired);
        let facts = report.facts.iter().map(|(name, value)| (*name, value.as_str()));
        let expected =
            [("proxy", "proxy.example:1080"), ("authentication", "no authentication"), ("bound", "127.0.0.1:4096")];
        assert!(facts.eq(expected), "{:?}", report.facts);
    }
}

#[test]
fn a_user_is_sent_with_the_password_when_the_proxy_asks() {
    for piece in [1, 100] {
        let mut machine = machine(Some("alice"), Target::host("::1", 80));
        let said = b"\x05\x02\x01\x00\x05\x00\x00\x03\x04a\r\nb\x00\x50";
        let sent = converse(&mut machine, said, piece, false).unwrap();
        let mut expected = b"\x05\x02\x00\x02\x01\x05alice\x0bopen sesame\x05\x01\x00\x04".to_vec();
        expected.extend(std::net::Ipv6Addr::LOCALHOST.octets());
        expected.extend([0, 80]);
        assert_eq!(sent, expected);
        let facts = &machine.reports()[0].facts;
        assert_eq!(facts[1].1, "user and password");
        assert_eq!(facts[2].1, r"a\r\nb:80", "the proxy's words are escaped");
        assert!(!format!("{machine:?}{facts:?}").contains(PASSWORD));
    }
    let mut machine = machine(Some("alice"), Target::host("127.0.0.1", 80));
    let sent = converse(&mut machine, b"\x05\x00", 1, false).unwrap();
    assert_eq!(sent, b"\x05\x02\x00\x02\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", "not asked for, it is not sent");
}

#[test]
fn every_reply_has_the_words_of_the_rfc() {
    let words = [
        (1, "general SOCKS server failure"),
        (2, "connection not allowed by ruleset"),
        (3, "network unreachable"),
        (4, "host unreachable"),
        (5, "connection refused"),
        (6, "TTL expired"),
        (7, "command not supported"),
        (8, "address type not supported"),
        (9, "unassigned"),
        (255, "unassigned"),
    ];
    for (code, words) in words {
        let mut machine = machine(None, Target::host("example.org", 9));
        // The rest of the reply is missing, as with some proxies.
        let failure = converse(&mut machine, &[5, 0, 5, code], 1, false).unwrap_err();
        let reported = format!("the proxy proxy.example:1080 did not connect to example.org:9: reply {code} ({words})");
        assert_eq!((failure.source.to_string(), failure.source.kind()), (reported, Failure::Refused));
        let error = failure.source.source().and_then(|error| error.downcast_ref::<Socks5Error>());
        assert!(matches!(error, Some(Socks5Error::Refused { reply, .. }) if reply.0 == code));
    }
    assert_eq!(format!("{:?} {:?}", Reply::SUCCEEDED, Method(3)), "reply 0 (succeeded) method 3");
}

#[test]
fn a_peer_that_breaks_the_protocol_is_answered_so() {
    let alice = Some("alice");
    #[rustfmt::skip]
    let table: [(Option<&str>, &[u8], Failure, &str); 15] = [
        (None, b"\x04\x00", Failure::Protocol, "sent version 4 in its choice of a method, where 5 is expected"),
        (None, b"HTTP/1.1 400", Failure::Protocol, "sent version 72 in its choice of a method, where 5 is expected"),
        (None, b"\x05\x03", Failure::Protocol, "chose method 3, which was not offered"),
        (None, b"\x05\x02", Failure::Protocol, "chose method 2 (user and password), which was not offered"),
        (alice, b"\x05\x01", Failure::Protocol, "chose method 1 (GSSAPI), which was not offered"),
        (None, b"\x05\xff", Failure::Authentication, "accepts none of the methods offered: no authentication (it may want a `username` and a password)"),
        (alice, b"\x05\xff", Failure::Authentication, "accepts none of the methods offered: no authentication, user and password"),
        (alice, b"\x05\x02\x05\x00", Failure::Protocol, "sent version 5 in its answer to user and password, where 1 is expected"),
        (alice, b"\x05\x02\x01\x01", Failure::Authentication, "did not accept user `alice` and the password: status 1"),
        (None, b"\x05\x00\x01\x00", Failure::Protocol, "sent version 1 in its reply to the request, where 5 is expected"),
        (None, b"\x05\x00\x05\x00\x00\x02", Failure::Protocol, "sent an address of type 2, where 1, 3 or 4 is expected"),
        (None, b"\x05\x00\x05\x00\x00\x03\x00", Failure::Protocol, "sent a name of 0 bytes as its address"),
        (None, b"", Failure::Truncated, "ended the connection after 0 bytes of its choice of a method"),
        (alice, b"\x05\x02\x01", Failure::Truncated, "ended the connection after 1 bytes of its answer to user and password"),
        (None, b"\x05\x00\x05\x00\x00\x03\x05loc", Failure::Truncated, "ended the connection after 8 bytes of its reply to the request"),
    ];
    for (user, said, kind, reported) in table {
        for piece in [1, 100] {
            let mut machine = machine(user, Target::host("example.org", 9));
            let failure = converse(&mut machine, said, piece, true).unwrap_err();
            assert_eq!(failure.source.to_string(), format!("the proxy proxy.example:1080 {reported}"));
            assert_eq!((failure.source.kind(), failure.phase), (kind, Phase::Handshake), "{reported}");
            assert!(!format!("{failure:?}").contains(PASSWORD));
        }
    }
}

#[test]
fn a_target_that_cannot_be_asked_for_is_never_mentioned_to_the_proxy() {
    let expected = "where 1 to 255 bytes without control characters are expected";
    for (target, reported) in [
        (Target::host("", 80), format!("the name of the target is 0 bytes {expected}")),
        (Target::host("x".repeat(256), 80), format!("the name of the target is 256 bytes {expected}")),
        (Target::host("a\0b", 80), format!("the name of the target is 3 bytes with control characters {expected}")),
        (
            Target::Address(crate::net::Address::Unix("/run/x\n".into())),
            r"a SOCKS 5 proxy is asked for a host and a port, and `/run/x\n` is none".to_owned(),
        ),
    ] {
        let mut machine = machine(None, target);
        let failure = machine.start().unwrap_err();
        assert_eq!((failure.source.to_string(), failure.source.kind()), (reported, Failure::Unusable));
        assert!(machine.outbound().is_empty());
    }
    let longest = "x".repeat(255);
    let sent = converse(&mut machine(None, Target::host(&longest, 80)), b"\x05\x00", 1, false).unwrap();
    assert_eq!(sent[7..9], [255, b'x']);
    assert_eq!(Message::Reply.to_string(), "its reply to the request");
}

#[test]
fn a_user_and_a_password_fit_into_their_message() {
    let reported = |name: &str, password: &str| {
        let password = Secret::from(password.to_owned());
        user(name, password).map(drop).map_err(|error| error.to_string())
    };
    let long = "x".repeat(256);
    assert_eq!(reported("alice", &long[1..]), Ok(()));
    for (name, password, option, length) in
        [(&*long, "x", "username", 256), ("alice", &long, "password", 256), ("", "x", "username", 0)]
    {
        let expected = format!("option `{option}`: {length} bytes where 1 to 255 are expected (RFC 1929)");
        assert_eq!(reported(name, password), Err(expected));
    }
}
