//! What clients are told where a gateway cannot do what they ask for, and what the log says of it.

use super::{Files, Gateway, connect, until, web4};
use crate::net::peer::free_port;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A port of 127.0.0.1 that answers nobody: its listener has no room for one more, and the kernel lets them wait. For as long as
/// these are held.
fn silent() -> (SocketAddr, impl Sized) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    socket.listen(0).expect("it is bound");
    let address = socket.local_addr().expect("it is bound").as_socket().expect("of IPv4");
    // A backlog of 0 has room for one.
    let waiting = TcpStream::connect(address).expect("there is room");
    (address, (socket, waiting))
}

#[test]
fn curl_sees_the_reply_or_the_status_and_the_log_has_the_explanation() {
    let gateway = Gateway::start(&["--connect", "tcp4 tcp4.connect-timeout=300ms"]);
    let (nobody, (silent, _held)) = (free_port(), silent());
    let own = format!("http://localhost:{}/", gateway.socks.port());
    let other = format!("http://127.0.0.1:{}/", gateway.http.port());
    #[rustfmt::skip]
    let table = [
        (format!("http://127.0.0.1:{nobody}/"), 5, "502 Bad Gateway", "connection_refused", "the target refused the connection",
            format!("`tcp4`: 127.0.0.1:{nobody}: connect: Connection refused (os error 111)")),
        ("http://nowhere.invalid/".to_owned(), 4, "502 Bad Gateway", "dns_error", "the target's name has no address",
            "`tcp4`: looking up nowhere.invalid: ".to_owned()),
        (format!("http://[::1]:{nobody}/"), 8, "502 Bad Gateway", "destination_ip_unroutable",
            "the target has an address of a kind that cannot be connected to", "`tcp4`: looking up ::1: it has no address of inet".to_owned()),
        (format!("http://{silent}/"), 6, "504 Gateway Timeout", "connection_timeout", "the target did not answer in time",
            format!("`tcp4`: {silent}: connect: ")),
        (own, 2, "403 Forbidden", "http_request_denied", "the target is not allowed", format!("`tcp4`: {} is this gateway", gateway.socks)),
        (other, 2, "403 Forbidden", "http_request_denied", "the target is not allowed", format!("`tcp4`: {} is this gateway", gateway.http)),
    ];
    for (url, reply, http_status, kind, words, explained) in table {
        let Some((status, said)) = gateway.curl_socks(&[&url]) else { return };
        assert!(status == 97 && said.contains(&format!("({reply})")), "{url}: {status} {said}");
        let (status, said) = gateway.curl_http(&[&url]).unwrap();
        assert!(status == 56 && said.starts_with(&format!("HTTP/1.1 {http_status}\r\n")), "{url}: {status} {said}");
        assert!(
            said.contains(&format!("\r\nProxy-Status: sockatlas; error={kind}; details=\"{words}\"\r\n")),
            "{said}"
        );
        let is_explained = |line: &&Value| {
            let message = line["error"]["message"].as_str().unwrap_or_default();
            line["told"] == words && message.starts_with(&explained)
        };
        // One of each protocol, among those of others.
        let log = until(&format!("{url} is explained"), || {
            let log = gateway.ended(0);
            (log.iter().filter(is_explained).count() == 2).then_some(log)
        });
        for line in log.iter().filter(is_explained) {
            assert_eq!([&line["outcome"], &line["error"]["side"]], ["failed", "far"], "{line}");
        }
    }
}

#[test]
fn who_speaks_the_wrong_protocol_is_answered_in_that_protocol() {
    let gateway = Gateway::start(&["--connect", "tcp4"]);
    let url = format!("http://localhost:{}/", web4());
    let Some((status, said)) = super::curl(&["--include", "--proxy", &format!("http://{}", gateway.http), &url]) else {
        return;
    };
    assert!(status == 0 && said.starts_with("HTTP/1.1 405 Method Not Allowed\r\nAllow: CONNECT\r\n"), "{said}");
    let (status, said) = super::curl(&["--include", "--proxy", &format!("http://{}", gateway.socks), &url]).unwrap();
    assert!(status == 0 && said.ends_with("this is a SOCKS 5 proxy, and no HTTP proxy\n"), "{said}");
    let (status, _) = super::curl(&["--socks5", &gateway.http.to_string(), &url]).unwrap();
    assert_eq!(status, 97);
    let (status, _) = super::curl(&["--socks4", &gateway.socks.to_string(), &url]).unwrap();
    assert_eq!(status, 97);
    let log = gateway.ended(4);
    for (line, explained) in log.iter().zip([
        "the client's request has the method `GET`, and only CONNECT is served here",
        "the client began with `G`, as HTTP does",
        "the client began with 5, as SOCKS 5 does",
        "the client began with 4, as SOCKS 4 does",
    ]) {
        assert!(line["error"]["message"].as_str().unwrap().contains(explained), "{line}");
        assert_eq!([&line["error"]["side"], &line["error"]["kind"]], ["near", "protocol"], "{line}");
        assert!(line["target"].is_null() && line["told"].is_null() && line["far"].is_null(), "{line}");
    }
}

#[test]
fn a_client_that_has_much_to_say_reads_why_it_is_refused_all_the_same() {
    let gateway = Gateway::start(&["--connect", "tcp4"]);
    let nobody = free_port();
    for _ in 0..20 {
        let mut client = connect(gateway.http);
        let head = format!("CONNECT 127.0.0.1:{nobody} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        // What follows is for a target that it will not get, and nobody reads it.
        client.write_all(&[head.as_bytes(), &[b'x'; 200_000]].concat()).expect("the gateway takes it, or drops it");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("it is not reset");
        assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nthe target refused the connection\n"), "{answer}");
    }
}

#[test]
fn bytes_that_are_sent_ahead_of_the_answer_reach_the_target() {
    let gateway = Gateway::start(&["--connect", "tcp4"]);
    let port = web4();
    let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut client = connect(gateway.socks);
    let [high, low] = port.to_be_bytes();
    client
        .write_all(&[b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01", &[high, low][..], request.as_bytes()].concat())
        .unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer[..8], *b"\x05\x00\x05\x00\x00\x01\x7f\x00", "{}", answer.escape_ascii());
    assert!(super::is_of_web(&String::from_utf8_lossy(&answer[12..]), port));

    let mut client = connect(gateway.http);
    client.write_all(format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: a\r\n\r\n{request}").as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn a_spec_that_is_refused_is_explained_and_nothing_is_served() {
    let files = Files::new();
    let run = |connect: &[&str]| {
        let mut command = super::sockatlas(&["gateway", "--socks5", "127.0.0.1:0"]);
        let output = command.args(connect).arg("--log").arg(files.path("log")).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&["--connect", "inet/stream require=framed"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.starts_with("error[service-not-offered]: ") && said.contains("shows every candidate"), "{said}");
    let (status, said) = run(&["--connect", "unix-stream"]);
    let reported =
        "error: `unix-stream` is of the family unix, and clients of a proxy ask for hosts of inet and inet6\n";
    assert_eq!((status, said.as_str()), (Some(2), reported));
    let (status, said) = run(&["--connect", "udp4"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("what it accepts is of type stream, and `udp4` is dgram"), "{said}");
    let (status, said) = run(&["--connect", "secure/tcp4", "--connect", "tcp4"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("`tcp4`: it lacks `authenticated`, `encrypted`, so nothing falls back to it"), "{said}");
}
