use super::*;
use crate::net::machine::{Failure, LayerFailure, Machine, Phase};
use std::error::Error as _;
use std::net::Ipv6Addr;

const PASSWORD: &str = "open sesame";

fn machine(users: bool) -> Machine {
    machine_for(users.then(|| format!("bob:x\nalice:{PASSWORD}\n")))
}

/// Returns the machine of a proxy, for the users of this file or for everybody.
pub fn machine_for(users: Option<String>) -> Machine {
    let users = users.map(|text| Arc::new(Users::parse(&text, Some((255, "RFC 1929"))).expect("they are users")));
    Machine::new([(
        "socks5".to_owned(),
        Box::new(HandshakeSession::new(Handshake::new(users))) as Box<dyn machine::Session>,
    )])
}

/// Passes `said` to the machine in pieces of `piece` bytes, and then the end if `ends`.
fn hear(machine: &mut Machine, said: &[u8], piece: usize, ends: bool) -> Result<(), LayerFailure> {
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
    Ok(())
}

/// Returns the bytes that the machine has for the client, and marks them as sent.
fn answered(machine: &mut Machine) -> Vec<u8> {
    let bytes = machine.outbound().to_vec();
    machine.sent(bytes.len());
    bytes
}

const GREETING: &[u8] = b"\x05\x01\x00";
const LOGIN: &[u8] = b"\x05\x02\x00\x02\x01\x05alice\x0bopen sesame";
const REQUEST: &[u8] = b"\x05\x01\x00\x03\x0bexample.org\x01\xbb";

#[test]
fn a_client_is_asked_nothing_and_what_follows_its_request_is_for_its_target() {
    for piece in [1, 3, 100] {
        let mut machine = machine(false);
        hear(&mut machine, &[GREETING, REQUEST, b"hello"].concat(), piece, false).unwrap();
        assert!(machine.asks() && !machine.is_open());
        assert_eq!(machine.claims().target, Some(Target::host("example.org", 443)));
        assert_eq!(answered(&mut machine), b"\x05\x00", "the request is not answered yet");
        let facts = [("authentication", "no authentication".to_owned()), ("target", "example.org:443".to_owned())];
        assert_eq!(machine.reports()[0].facts, facts, "a program that decides may know them");

        machine.answer(&Answer::Granted(Some("127.0.0.1:4096".parse().unwrap()))).unwrap();
        assert_eq!(answered(&mut machine), b"\x05\x00\x00\x01\x7f\x00\x00\x01\x10\x00");
        assert!(machine.is_bare() && !machine.asks());
        assert_eq!(machine.take_unread(), b"hello");
        assert_eq!((machine.reports()[0].phase, &machine.reports()[0].facts[..]), (Phase::Retired, &facts[..]));
    }
}

#[test]
fn a_user_proves_itself_with_the_password_and_no_other_method_is_chosen() {
    for piece in [1, 100] {
        let mut machine = machine(true);
        let ip = Ipv6Addr::LOCALHOST.octets();
        hear(&mut machine, &[LOGIN, b"\x05\x01\xff\x04", &ip, &[0, 80]].concat(), piece, false).unwrap();
        assert_eq!(answered(&mut machine), b"\x05\x02\x01\x00");
        assert_eq!(machine.claims().target, Some(Target::host("::1", 80)));
        machine.answer(&Answer::Granted(Some("[::1]:9".parse().unwrap()))).unwrap();
        assert_eq!(answered(&mut machine), [b"\x05\x00\x00\x04", &ip[..], &[0, 9]].concat());
        let facts = &machine.reports()[0].facts;
        let expected = [("authentication", "user and password"), ("user", "alice"), ("target", "[::1]:80")];
        assert!(facts.iter().map(|(name, value)| (*name, value.as_str())).eq(expected), "{facts:?}");
        assert!(!format!("{machine:?}{facts:?}").contains(PASSWORD));
    }
}

#[test]
fn addresses_of_all_types_are_targets_and_an_unknown_end_is_written_as_none() {
    for (address, target) in [
        (&b"\x01\x7f\x00\x00\x01\x00\x50"[..], "127.0.0.1:80"),
        (b"\x03\x09127.0.0.1\x00\x50", "127.0.0.1:80"),
        (b"\x03\x03::1\x00\x50", "[::1]:80"),
        (b"\x03\x05k\xc3\xa4se\x00\x00", "käse:0"),
    ] {
        let mut machine = machine(false);
        hear(&mut machine, &[GREETING, b"\x05\x01\x00", address].concat(), 1, true).unwrap();
        assert_eq!(machine.claims().target.as_ref().map(Target::to_string).as_deref(), Some(target));
        machine.answer(&Answer::Granted(None)).unwrap();
        assert_eq!(answered(&mut machine), b"\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00");
        assert!(machine.has_ended(), "a client that sends no more may read still");
    }
}

#[test]
fn every_denial_has_a_reply() {
    for (denial, reply) in [
        (Denial::Failure, 1),
        (Denial::NotAllowed, 2),
        (Denial::NetworkUnreachable, 3),
        (Denial::HostUnreachable, 4),
        (Denial::NameUnknown, 4),
        (Denial::ConnectionRefused, 5),
        (Denial::TimedOut, 6),
        (Denial::AddressNotSupported, 8),
    ] {
        let mut machine = machine(false);
        hear(&mut machine, &[GREETING, REQUEST, b"hello"].concat(), 100, false).unwrap();
        answered(&mut machine);
        machine.answer(&Answer::Refused(denial)).unwrap();
        assert_eq!(answered(&mut machine), [5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        let failure = machine.read(&mut [0; 10]).unwrap_err();
        assert_eq!(failure.source.kind(), Failure::Refused);
        assert_eq!(failure.source.to_string(), format!("what was asked for was refused: {denial}"));
        assert!(!machine.asks() && answered(&mut machine).is_empty(), "it is reported once");
    }
}

/// Whether there are users; the bytes of the client; the kind of failure, its text, and the bytes that report it to the client.
type Row = (bool, Vec<u8>, Failure, &'static str, Vec<u8>);

#[test]
fn a_client_that_breaks_the_protocol_is_reported_so_in_its_own_words() {
    use Failure::{Authentication, Protocol};
    let http = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\
                 Content-Length: 43\r\n\r\nthis is a SOCKS 5 proxy, and no HTTP proxy\n";
    let failed = |code: u8, rest: &[u8]| [b"\x05\x00", &[5, code, 0, 1, 0, 0, 0, 0, 0, 0][..], rest].concat();
    let many = [&[5, 10], &[9; 10][..]].concat();
    let of = |request: &[u8]| [GREETING, request].concat();
    let as_user = |name: &str, password: &str| {
        let credentials = [&[name.len() as u8], name.as_bytes(), &[password.len() as u8], password.as_bytes()].concat();
        [b"\x05\x01\x02\x01", &credentials[..]].concat()
    };
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        (false, b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00".to_vec(), Protocol, "the client began with 4, as SOCKS 4 does, where 5, the version of SOCKS, is expected", b"\x00\x5b\0\0\0\0\0\0".to_vec()),
        (false, b"GET / HTTP/1.1\r\n\r\n".to_vec(), Protocol, "the client began with `G`, as HTTP does, where 5, the version of SOCKS, is expected; the layer `http-connect` accepts HTTP", http.to_vec()),
        (true, b"CONNECT a:1 HTTP/1.1\r\n\r\n".to_vec(), Protocol, "the client began with `C`, as HTTP does, where 5, the version of SOCKS, is expected; the layer `http-connect` accepts HTTP", http.to_vec()),
        (false, b"\x16\x03\x01\x00\xc8".to_vec(), Protocol, "the client began with 22, as TLS does, where 5, the version of SOCKS, is expected; a chain with `tls` below this layer accepts TLS", b"\x05\xff".to_vec()),
        (false, b"\0".to_vec(), Protocol, "the client began with 0, where 5, the version of SOCKS, is expected", b"\x05\xff".to_vec()),
        (false, b"\x05\x00".to_vec(), Authentication, "the client offered no method, where method 0 (no authentication) is expected", b"\x05\xff".to_vec()),
        (false, b"\x05\x02\x01\x02".to_vec(), Authentication, "the client offered method 1 (GSSAPI), method 2 (user and password), where method 0 (no authentication) is expected", b"\x05\xff".to_vec()),
        (true, b"\x05\x01\x00".to_vec(), Authentication, "the client offered method 0 (no authentication), where method 2 (user and password) is expected", b"\x05\xff".to_vec()),
        (true, many, Authentication, "the client offered method 9, method 9, method 9, method 9, method 9, method 9, method 9, method 9, 2 more, where method 2 (user and password) is expected", b"\x05\xff".to_vec()),
        (true, b"\x05\x01\x02\x05\x05alice".to_vec(), Protocol, "the client sent version 5 in its user and password, where 1 is expected", b"\x05\x02\x01\x01".to_vec()),
        (true, as_user("alice", "open sesam"), Authentication, "user `alice` is not known, or has another password", b"\x05\x02\x01\x01".to_vec()),
        (true, as_user("bob", PASSWORD), Authentication, "user `bob` is not known, or has another password", b"\x05\x02\x01\x01".to_vec()),
        (true, as_user("a\r\n\u{1b}", "x"), Authentication, r"user `a\r\n\u{1b}` is not known, or has another password", b"\x05\x02\x01\x01".to_vec()),
        (true, as_user("", ""), Authentication, "user `` is not known, or has another password", b"\x05\x02\x01\x01".to_vec()),
        (false, of(b"\x04\x01"), Protocol, "the client sent version 4 in its request, where 5 is expected", failed(1, b"")),
        (false, of(b"\x05\x02\x00\x01"), Protocol, "the client asked for command 2 (BIND), and only CONNECT is done here", failed(7, b"")),
        (false, of(b"\x05\x03\x00\x01"), Protocol, "the client asked for command 3 (UDP ASSOCIATE), and only CONNECT is done here", failed(7, b"")),
        (false, of(b"\x05\xf0"), Protocol, "the client asked for command 240, and only CONNECT is done here", failed(7, b"")),
        (false, of(b"\x05\x01\x00\x02"), Protocol, "the client asked for an address of type 2, where 1, 3 or 4 is expected", failed(8, b"")),
        (false, of(b"\x05\x01\x00\x03\x00"), Protocol, "the client asked for a name of 0 bytes", failed(1, b"")),
        (false, of(b"\x05\x01\x00\x03\x03a\0b\x00\x50"), Protocol, r#"the client asked for "a\x00b", where UTF-8 without control characters is expected"#, failed(1, b"")),
        (false, of(b"\x05\x01\x00\x03\x02\xff\n\x00\x50"), Protocol, r#"the client asked for "\xff\n", where UTF-8 without control characters is expected"#, failed(1, b"")),
    ];
    for (users, said, kind, reported, answer) in table {
        for piece in [1, 100] {
            let mut machine = machine(users);
            let failure = hear(&mut machine, &said, piece, true).unwrap_err();
            assert_eq!(failure.source.to_string(), reported);
            assert_eq!((failure.source.kind(), failure.phase), (kind, Phase::Handshake), "{reported}");
            assert_eq!(
                answered(&mut machine).escape_ascii().to_string(),
                answer.escape_ascii().to_string(),
                "{reported}"
            );
            assert!(!format!("{failure:?}{machine:?}").contains(PASSWORD));
            assert_eq!(machine.claims().target, None, "{reported}");
        }
    }
}

#[test]
fn a_client_that_ends_too_soon_is_reported_at_which_message() {
    let said = [LOGIN, REQUEST].concat();
    for cut in 0..said.len() {
        let mut machine = machine(true);
        let failure = hear(&mut machine, &said[..cut], 100, true).unwrap_err();
        let (message, start, answer) = match cut {
            0..4 => ("its greeting", 0, &b"\x05\xff"[..]),
            4..23 => ("its user and password", 4, &b"\x05\x02\x01\x01"[..]),
            _ => ("its request", 23, &b"\x05\x02\x01\x00\x05\x01\x00\x01\0\0\0\0\0\0"[..]),
        };
        let reported = format!("the client ended the connection after {} bytes of {message}", cut - start);
        assert_eq!((failure.source.to_string(), failure.source.kind()), (reported, Failure::Truncated));
        assert_eq!(answered(&mut machine), answer, "cut at {cut}");
        let error = failure.source.source().and_then(|error| error.downcast_ref());
        assert!(matches!(error, Some(Socks5ClientError::Truncated { received, .. }) if *received == cut - start));
    }
}

#[test]
fn a_client_that_talks_on_while_it_waits_is_not_heard_and_not_lost() {
    let mut machine = machine(false);
    let early = vec![7; 30_000];
    hear(&mut machine, &[GREETING, REQUEST, &early].concat(), 1000, false).unwrap();
    assert!(machine.asks());
    let before = machine.reports()[0].traffic;
    assert_eq!(before.received_below as usize, GREETING.len() + REQUEST.len());
    machine.answer(&Answer::Granted(None)).unwrap();
    assert_eq!(machine.take_unread(), early);
}
