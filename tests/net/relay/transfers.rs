//! Ten mebibytes each way, byte for byte, through every sort of relay, with peers that dawdle; against programs of others too.

use super::{Relay, TLS, connect, echo};
use crate::net::drivers::stage::{Payload, Peer, Stage};
use crate::net::drivers::{blocking, readiness};
use crate::net::peer::{Running, free_port, listening, program};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

const MUCH: usize = 10 << 20;

/// What the relay accepts on, connects on, and who the far peer then is.
const RELAYS: [(&str, &str, Peer); 7] = [
    ("tcp4", "tcp4", Peer::Plain),
    (TLS, "tcp4", Peer::Plain),
    ("tcp4", TLS, Peer::Tls),
    (TLS, TLS, Peer::Tls),
    ("tcp4", "socks", Peer::Plain),
    (TLS, "secure-http-socks", Peer::Tls),
    ("secure-twice", "http", Peer::Plain),
];

fn every_relay(both_ways: bool, run: impl Fn(&Stage, &str, &str, &Payload)) {
    let stage = Stage::new();
    for (near, far, kind) in RELAYS {
        let payload = Payload::new(MUCH);
        let other = payload.clone();
        let peer = stage.peer(kind, false, move |end| if both_ways { end.talk(&other) } else { end.answer(&other) });
        let relay = Relay::start(&stage, near, far, &peer.address(), &[]);
        run(&stage, near, &relay.address(), &payload);
        peer.finish();
        let left = relay.finish();
        left.ended_well();
        let [line] = &left.log[..] else { panic!("{near} to {far}: {:?}", left.log) };
        assert_eq!(line["outcome"], "served", "{line}");
        assert_eq!([&line["up"], &line["down"]], [payload.out.len(), payload.back.len()], "{line}");
        assert_eq!([&line["near"]["entry"], &line["far"]["entry"]], [near, far]);
    }
}

#[test]
fn both_ways_at_once() {
    every_relay(true, readiness::run);
}

#[test]
fn first_one_way_to_its_end_and_then_the_other() {
    every_relay(false, blocking::run);
}

#[test]
fn the_far_side_may_end_first() {
    let stage = Stage::new();
    for (near, far, kind) in RELAYS {
        let peer = stage.peer(kind, false, |end| {
            end.write_all(b"take it or leave it").expect("written");
            end.end();
            let mut heard = Vec::new();
            end.read_to_end(&mut heard).expect("the near side ends too");
            assert_eq!(heard, b"taken");
        });
        let relay = Relay::start(&stage, near, far, &peer.address(), &[]);
        let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).expect("it ends");
        assert_eq!(heard, b"take it or leave it", "{near} to {far}");
        stream.write_all(b"taken").expect("our side is open still");
        stream.shutdown_write().expect("ended");
        peer.finish();
        relay.finish().ended_well();
    }
}

#[test]
fn openssl_in_front_and_socat_behind() {
    let (Some(openssl), Some(socat)) = (program("openssl"), program("socat")) else { return };
    let stage = Stage::new();
    let port = free_port();
    let mut far = Command::new(socat);
    far.arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork")).arg("EXEC:cat");
    let _far = Running::start(far.stdout(Stdio::null()));
    listening(port);
    let relay = Relay::start(&stage, TLS, "tcp4", &format!("127.0.0.1:{port}"), &[]);
    let mut client = Command::new(openssl);
    client.args(["s_client", "-quiet", "-verify_return_error", "-connect", &relay.address(), "-CAfile"]);
    client.arg(stage.file("certificate.pem")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut client = client.spawn().expect("it was found");
    client.stdin.as_mut().expect("piped").write_all(b"stressed\n").expect("it reads");
    let mut answer = [0; 9];
    client.stdout.as_mut().expect("piped").read_exact(&mut answer).expect("it answers");
    assert_eq!(&answer, b"stressed\n");
    // It ends no half of a connection, so it is ended.
    client.kill().expect("it runs");
    client.wait().expect("it was started");
    let log = relay.ended(1);
    assert_eq!([&log[0]["up"], &log[0]["down"]], [9, 9], "{}", log[0]);
    let version = log[0]["near"]["layers"]["tls"]["version"].as_str().expect("it was negotiated");
    assert!(version.starts_with("TLS 1."), "{version}");
    relay.finish().ended_well();
}

#[test]
fn a_hundred_connections_at_once_each_get_their_own() {
    let stage = Stage::new();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &[]);
    let clients: Vec<_> = (0..100_usize)
        .map(|number| {
            let mut stream = connect(relay.address);
            std::thread::spawn(move || {
                let mine: Vec<u8> = (0..100_000).map(|at| (at * (number + 1)) as u8).collect();
                let mut writer = stream.try_clone().expect("a handle");
                let sent = mine.clone();
                let writing = std::thread::spawn(move || {
                    writer.write_all(&sent).expect("written");
                    writer.shutdown(std::net::Shutdown::Write).expect("ended");
                });
                let mut heard = Vec::new();
                stream.read_to_end(&mut heard).expect("it ends");
                writing.join().expect("written");
                assert!(heard == mine, "connection {number} got another's bytes");
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().expect("served"));
    let left = relay.finish();
    left.ended_well();
    assert_eq!(left.log.iter().filter(|line| line["outcome"] == "served" && line["up"] == 100_000).count(), 100);
    assert!(left.said.contains("100 connections in ") && left.said.contains("100 served, 0 failed"), "{}", left.said);
    assert!(left.said.contains("; 10000000 bytes up, 10000000 down"), "{}", left.said);
}

#[test]
fn messages_pass_whole_the_empty_and_the_longest_too() {
    let stage = Stage::new();
    let listener = stage.opener("framed").listen("127.0.0.1:0").expect("it listens");
    let address = listener.local().expect("it is bound").to_string();
    let echo = std::thread::spawn(move || {
        let mut stream = listener.accept().expect("accepted").handshake().expect("open");
        let mut room = vec![0; 1 << 20];
        loop {
            let count = stream.read(&mut room).expect("a message or the end");
            if count == 0 && stream.has_ended() {
                return stream.shutdown_write().expect("ended");
            }
            assert_eq!(stream.write(&room[..count]).expect("sent"), count);
        }
    });
    let relay = Relay::start(&stage, "framed", "framed", &address, &[]);
    let mut stream = stage.opener("framed").connect(relay.address().as_str()).expect("open");
    let mut room = vec![0; 1 << 20];
    for length in [0, 1, 70_000, 0, 200_000, 0] {
        let message: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
        assert_eq!(stream.write(&message).expect("sent"), length);
        assert_eq!(stream.read(&mut room).expect("answered"), length);
        assert!(room[..length] == message && !stream.has_ended(), "{length} bytes");
    }
    stream.shutdown_write().expect("ended");
    assert_eq!(stream.read(&mut room).expect("it ends"), 0);
    assert!(stream.has_ended());
    echo.join().expect("the far side is content");
    relay.finish().ended_well();
}
