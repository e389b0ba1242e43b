use super::*;
use crate::net::machine::{Denial, Failure, LayerFailure, Machine, Phase};

/// The base64 text of `alice:open sesame`.
const ALICE: &str = "YWxpY2U6b3BlbiBzZXNhbWU=";

fn machine(users: bool) -> Machine {
    machine_for(users.then(|| "bob:x\nalice:open sesame\ntest:123£".to_owned()))
}

/// Returns the machine of a proxy, for the users of this file or for everybody.
pub fn machine_for(users: Option<String>) -> Machine {
    let users = users.map(|text| Arc::new(Users::parse(&text, None).expect("they are users")));
    Machine::new([(
        "http-connect".to_owned(),
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
fn answered(machine: &mut Machine) -> String {
    let bytes = machine.outbound().to_vec();
    machine.sent(bytes.len());
    String::from_utf8(bytes).expect("it is text")
}

/// Returns the answer with this status, field and text.
fn answer(status: &str, field: &str, kind: &str, words: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{field}Proxy-Status: sockatlas; error={kind}; details=\"{words}\"\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{words}\n",
        words.len() + 1
    )
}

#[test]
fn a_client_names_its_target_and_what_follows_the_header_is_for_that() {
    for (head, target) in [
        ("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", "example.org:443"),
        ("CONNECT [::1]:80 HTTP/1.0\r\n\r\n", "[::1]:80"),
        ("CONNECT 127.0.0.1:80 HTTP/1.0\n\n", "127.0.0.1:80"),
        ("\r\nCONNECT a:1 HTTP/1.1\r\nhost: another.example\r\n\r\n", "a:1"),
        ("CONNECT a:1 HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\nProxy-Connection: Keep-Alive\r\n\r\n", "a:1"),
        ("CONNECT a:1 HTTP/1.1\r\nHost: [::1]:\r\nProxy-Authorization: Negotiate x\r\n\r\n", "a:1"),
    ] {
        for piece in [1, 7, 1000] {
            let mut machine = machine(false);
            hear(&mut machine, format!("{head}\r\nhello").as_bytes(), piece, false).unwrap();
            assert!(machine.asks() && !machine.is_open() && answered(&mut machine).is_empty(), "{head:?}");
            assert_eq!(machine.claims().target.as_ref().map(Target::to_string).as_deref(), Some(target));
            let facts = [("authentication", "no authentication".to_owned()), ("target", target.to_owned())];
            assert_eq!(machine.reports()[0].facts, facts, "a program that decides may know them");

            machine.answer(&Answer::Granted(Some("127.0.0.1:4096".parse().unwrap()))).unwrap();
            assert_eq!(answered(&mut machine), "HTTP/1.1 200 Connection established\r\n\r\n");
            assert!(machine.is_bare() && !machine.asks());
            assert_eq!(machine.take_unread(), b"\r\nhello", "{head:?}");
            assert_eq!((machine.reports()[0].phase, &machine.reports()[0].facts[..]), (Phase::Retired, &facts[..]));
        }
    }
}

#[test]
fn a_user_proves_itself_by_basic_authentication() {
    for (credentials, user) in [
        (&*format!("Basic {ALICE}"), "alice"),
        (&format!("bASIC   {ALICE}"), "alice"),
        ("Basic dGVzdDoxMjPCow==", "test"),
    ] {
        for piece in [1, 1000] {
            let mut machine = machine(true);
            let said = format!("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nProxy-Authorization: {credentials}\r\n\r\n");
            hear(&mut machine, said.as_bytes(), piece, false).unwrap();
            let facts = &machine.reports()[0].facts;
            let expected = [("authentication", "user and password"), ("user", user), ("target", "a:1")];
            assert!(facts.iter().map(|(name, value)| (*name, value.as_str())).eq(expected), "{facts:?}");
            assert!(!format!("{machine:?}{facts:?}").contains("sesame"));
        }
    }
}

#[test]
fn every_denial_has_a_status_and_a_type_of_error() {
    for (denial, status, kind, words) in [
        (Denial::Failure, "502 Bad Gateway", "destination_unavailable", "the target could not be connected to"),
        (Denial::NotAllowed, "403 Forbidden", "http_request_denied", "the target is not allowed"),
        (
            Denial::NetworkUnreachable,
            "502 Bad Gateway",
            "destination_ip_unroutable",
            "the target's network is unreachable",
        ),
        (Denial::HostUnreachable, "502 Bad Gateway", "destination_ip_unroutable", "the target is unreachable"),
        (Denial::NameUnknown, "502 Bad Gateway", "dns_error", "the target's name has no address"),
        (Denial::ConnectionRefused, "502 Bad Gateway", "connection_refused", "the target refused the connection"),
        (Denial::TimedOut, "504 Gateway Timeout", "connection_timeout", "the target did not answer in time"),
        (
            Denial::AddressNotSupported,
            "502 Bad Gateway",
            "destination_ip_unroutable",
            "the target has an address of a kind that cannot be connected to",
        ),
    ] {
        let mut machine = machine(false);
        hear(&mut machine, b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nhello", 1000, false).unwrap();
        machine.answer(&Answer::Refused(denial)).unwrap();
        assert_eq!(answered(&mut machine), answer(status, "", kind, words));
        let failure = machine.read(&mut [0; 10]).unwrap_err();
        assert_eq!(failure.source.kind(), Failure::Refused);
        assert_eq!(failure.source.to_string(), format!("what was asked for was refused: {words}"));
        assert!(!machine.asks() && answered(&mut machine).is_empty(), "it is reported once");
    }
}

#[test]
fn a_client_that_asks_wrongly_is_reported_so_with_the_status_that_fits() {
    use Failure::{Authentication, Protocol};
    let request = |lines: &str| format!("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n{lines}\r\n");
    let as_user = |value: &str| request(&format!("Proxy-Authorization: {value}\r\n"));
    let bad = |words: &str| answer("400 Bad Request", "", "http_request_error", words);
    let large = |words: &str| answer("431 Request Header Fields Too Large", "", "http_request_error", words);
    let challenge = "Proxy-Authenticate: Basic realm=\"sockatlas\", charset=\"UTF-8\"\r\n";
    let closed = |words: &str| answer("407 Proxy Authentication Required", challenge, "http_request_error", words);
    let members = closed("this proxy is for those who have a user and a password");
    let wrong = closed("the user is not known, or has another password");
    let tunnel = answer(
        "405 Method Not Allowed",
        "Allow: CONNECT\r\n",
        "http_request_error",
        "this proxy serves CONNECT only: for an http URL too, the client must ask for a tunnel",
    );
    let version =
        answer("505 HTTP Version Not Supported", "", "http_request_error", "this proxy speaks HTTP/1.1 and HTTP/1.0");
    let target = bad("the target of CONNECT is HOST:PORT, with an IPv6 address in brackets");
    let host = bad("a request has one Host, which is a host with or without a port");
    let content = bad("a CONNECT request has no content");
    let malformed = bad("the header is malformed");
    #[rustfmt::skip]
    let table: Vec<(bool, String, Failure, String, String)> = vec![
        (false, "\x04\x01\0\x50".to_owned(), Protocol, "the client began with 4, as SOCKS 4 does, where `CONNECT HOST:PORT HTTP/1.1` is expected".to_owned(), "\0[\0\0\0\0\0\0".to_owned()),
        (false, "\x16\x03\x01".to_owned(), Protocol, "the client began with 22, as TLS does, where `CONNECT HOST:PORT HTTP/1.1` is expected; a chain with `tls` below this layer accepts TLS".to_owned(), String::new()),
        (true, "\0".to_owned(), Protocol, "the client began with 0, where `CONNECT HOST:PORT HTTP/1.1` is expected".to_owned(), String::new()),
        (true, "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), Protocol, "the client's request has the method `GET`, and only CONNECT is served here".to_owned(), tunnel.clone()),
        (false, "connect a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n".to_owned(), Protocol, "the client's request has the method `connect`, and only CONNECT is served here".to_owned(), tunnel.clone()),
        (false, format!("{} * HTTP/1.0\r\n\r\n", "X".repeat(100)), Protocol, format!("the client's request has the method `{}...`, and only CONNECT is served here", "X".repeat(80)), tunnel),
        (false, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), Protocol, "the client's request is not of HTTP/1.1 or HTTP/1.0".to_owned(), version),
        (false, "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), Protocol, "the client asked for `a`, where HOST:PORT is expected".to_owned(), target.clone()),
        (true, "CONNECT http://a:1/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), Protocol, "the client asked for `http://a:1/`, where HOST:PORT is expected".to_owned(), target.clone()),
        (false, format!("CONNECT {}:1 HTTP/1.0\r\n\r\n", "x".repeat(256)), Protocol, format!("the client asked for `{}...`, where HOST:PORT is expected", "x".repeat(80)), target),
        (false, "CONNECT a:1 HTTP/1.1\r\n\r\n".to_owned(), Protocol, "the client's request has no `Host`".to_owned(), host.clone()),
        (false, request("HOST: a:1\r\n"), Protocol, "the client's request has more than one `Host`".to_owned(), host.clone()),
        (false, "CONNECT a:1 HTTP/1.0\r\nHost: a b\r\n\r\n".to_owned(), Protocol, "the client's request has the `Host` \"a b\", which is none".to_owned(), host.clone()),
        (false, "CONNECT a:1 HTTP/1.1\r\nHost: a:x\r\n\r\n".to_owned(), Protocol, "the client's request has the `Host` \"a:x\", which is none".to_owned(), host.clone()),
        (false, "CONNECT a:1 HTTP/1.1\r\nHost: ::1\r\n\r\n".to_owned(), Protocol, "the client's request has the `Host` \"::1\", which is none".to_owned(), host),
        (false, request("Content-Length: 5\r\n"), Protocol, "the client's request announces content with `Content-Length`, and CONNECT has none".to_owned(), content.clone()),
        (false, request("Content-Length: 0\r\nContent-Length: 5\r\n"), Protocol, "the client's request announces content with `Content-Length`, and CONNECT has none".to_owned(), content.clone()),
        (false, request("transfer-encoding: chunked\r\n"), Protocol, "the client's request announces content with `Transfer-Encoding`, and CONNECT has none".to_owned(), content),
        (false, request("a b: c\r\n"), Protocol, "the header of the client's request is malformed: invalid header name".to_owned(), malformed.clone()),
        (false, request("a: b\r\n folded\r\n"), Protocol, "the header of the client's request is malformed: invalid header name".to_owned(), malformed.clone()),
        (false, request("a: \x07\r\n"), Protocol, "the header of the client's request is malformed: invalid header value".to_owned(), malformed.clone()),
        (false, "CONNECT a:1\r\n\r\n".to_owned(), Protocol, "the header of the client's request is malformed: invalid token".to_owned(), malformed.clone()),
        (false, "\r\n\r\n".to_owned(), Protocol, "the header of the client's request is malformed: invalid new line".to_owned(), malformed),
        (false, request(&format!("a: {}\r\n", "x".repeat(16 * 1024))), Protocol, "the header of the client's request has more than 16384 bytes".to_owned(), large("the header has more than 16384 bytes")),
        (false, request(&"a: b\r\n".repeat(128)), Protocol, "the header of the client's request has more than 128 lines".to_owned(), large("the header has more than 128 lines")),
        (true, request(""), Authentication, "the client sent no user and password".to_owned(), members.clone()),
        (true, as_user("Negotiate abc=="), Authentication, "the client wants to prove who it is by `Negotiate`, where Basic is expected".to_owned(), members.clone()),
        (true, as_user(&format!("BasicX {ALICE}")), Authentication, "the client wants to prove who it is by `BasicX`, where Basic is expected".to_owned(), members.clone()),
        (true, as_user("Basic !"), Authentication, "the client's user and password are not as RFC 7617 has them".to_owned(), members.clone()),
        (true, as_user("Basic YWxpY2U="), Authentication, "the client's user and password are not as RFC 7617 has them".to_owned(), members),
        (true, as_user("Basic YWxpY2U6b3BlbiBzZXNhbQ=="), Authentication, "user `alice` is not known, or has another password".to_owned(), wrong.clone()),
        (true, as_user("Basic bWFsbG9yeTpvcGVuIHNlc2FtZQ=="), Authentication, "user `mallory` is not known, or has another password".to_owned(), wrong.clone()),
        (true, as_user("Basic Og=="), Authentication, "user `` is not known, or has another password".to_owned(), wrong),
        (true, request(&format!("Proxy-Authorization: Basic {ALICE}\r\n").repeat(2)), Protocol, "the client's request has more than one `Proxy-Authorization`".to_owned(), bad("a request has at most one Proxy-Authorization")),
    ];
    for (users, said, kind, reported, answer) in table {
        for piece in [1, 1000] {
            let mut machine = machine(users);
            let failure = hear(&mut machine, said.as_bytes(), piece, true).unwrap_err();
            assert_eq!(failure.source.to_string(), reported);
            assert_eq!((failure.source.kind(), failure.phase), (kind, Phase::Handshake), "{reported}");
            assert_eq!(answered(&mut machine), answer, "{reported}");
            assert!(!format!("{failure:?}{machine:?}").contains("sesame"));
            assert_eq!(machine.claims().target, None, "{reported}");
        }
    }
    let mut machine = machine(false);
    let failure = hear(&mut machine, b"\x05\x01\x00", 1, false).unwrap_err();
    assert_eq!(
        failure.source.to_string(),
        "the client began with 5, as SOCKS 5 does, where `CONNECT HOST:PORT HTTP/1.1` is expected; \
         the layer `socks5` accepts SOCKS 5"
    );
    assert_eq!(machine.outbound(), b"\x05\xff");
}

#[test]
fn a_header_of_the_greatest_size_is_read_byte_by_byte_and_no_more_is_kept() {
    let start = "CONNECT a:1 HTTP/1.0\r\na: ";
    let header = format!("{start}{}\r\n\r\n", "x".repeat(16 * 1024 - start.len() - 4));
    let mut whole = machine(false);
    hear(&mut whole, header.as_bytes(), 1, false).unwrap();
    assert!(whole.asks());
    let mut lines = machine(false);
    hear(&mut lines, format!("CONNECT a:1 HTTP/1.0\r\n{}\r\n", "a: b\r\n".repeat(128)).as_bytes(), 1, false).unwrap();
    assert!(lines.asks());

    let mut endless = machine(false);
    let said = "CONNECT a:1 HTTP/1.0\r\na: b".repeat(2000);
    let failure = hear(&mut endless, said.as_bytes(), 1, false).unwrap_err();
    assert!(failure.source.to_string().ends_with("more than 16384 bytes"), "{}", failure.source);
    assert_eq!(endless.reports()[0].traffic.received_below, 0);
}

#[test]
fn a_client_that_ends_too_soon_is_reported_so() {
    let said = "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n";
    for cut in 0..said.len() {
        let mut machine = machine(false);
        let failure = hear(&mut machine, &said.as_bytes()[..cut], 1000, true).unwrap_err();
        let reported = format!("the client ended the connection after {cut} bytes of the header of its request");
        assert_eq!((failure.source.to_string(), failure.source.kind()), (reported, Failure::Truncated));
        let words = "the request ended before the end of its header";
        assert_eq!(answered(&mut machine), answer("400 Bad Request", "", "http_request_error", words));
    }
    let mut whole = machine(false);
    hear(&mut whole, said.as_bytes(), 1000, true).unwrap();
    assert!(whole.asks(), "a client may end its side behind its request");
}
