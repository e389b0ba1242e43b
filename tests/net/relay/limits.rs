//! Limits: of time, of connections, of file descriptors.

use super::{PATIENCE, Relay, TLS, chat, connect, echo};
use crate::net::drivers::stage::Stage;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

#[test]
fn at_the_limit_of_connections_the_next_waits_and_is_served() {
    let stage = Stage::new();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &["--max-connections", "2"]);
    let (mut one, mut two) = (connect(relay.address), connect(relay.address));
    chat(&mut one);
    chat(&mut two);
    // The kernel takes these; the relay does not.
    let mut waiting: Vec<_> = (0..5).map(|_| connect(relay.address)).collect();
    for stream in &mut waiting {
        stream.write_all(b"are you there?").expect("the kernel keeps it");
    }
    waiting[0].set_read_timeout(Some(Duration::from_millis(300))).expect("it is a socket");
    let early = waiting[0].read(&mut [0; 14]).expect_err("nobody answers yet");
    assert!(matches!(early.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{early}");
    chat(&mut one);
    drop((one, two));
    for mut stream in waiting {
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        let mut answer = [0; 14];
        stream.read_exact(&mut answer).expect("its time has come");
        assert_eq!(&answer, b"are you there?");
    }
    let left = relay.finish();
    left.ended_well();
    assert!(left.log.len() == 7 && left.log.iter().all(|line| line["outcome"] == "served"), "{:?}", left.log);
}

#[test]
fn for_want_of_file_descriptors_connections_wait_and_none_is_lost() {
    let stage = Stage::new();
    for (near, arguments) in
        [("tcp4", &[][..]), ("tcp4", &["--max-connections", "1000"]), (TLS, &["--max-connections", "1000"])]
    {
        // A log, a catalog and the like leave room for about ten connections.
        let relay = Relay::with_files(36, &stage, near, "tcp4", &echo(), arguments);
        let clients: Vec<_> = (0..60)
            .map(|_| {
                let opener = stage.opener(near).limit(sockatlas::net::Step::Handshake, Some(PATIENCE));
                let address = relay.address();
                std::thread::spawn(move || {
                    let mut stream = opener.connect(address.as_str()).unwrap_or_else(|error| panic!("{error}"));
                    stream.set_read_limit(Some(PATIENCE)).expect("it is a socket");
                    chat(&mut stream);
                    // Long enough for all to want to be there at once.
                    std::thread::sleep(Duration::from_millis(20));
                    chat(&mut stream);
                    stream.close().expect("it ends well");
                })
            })
            .collect();
        clients.into_iter().for_each(|client| client.join().expect("served"));
        let left = relay.finish();
        left.ended_well();
        let served = left.log.iter().filter(|line| line["outcome"] == "served").count();
        assert_eq!((served, left.log.len()), (60, 60), "{near}: {:?}", left.log);
        assert!(left.said.contains("60 connections in "), "{}", left.said);
    }
}

#[test]
fn more_connections_than_files_are_warned_of() {
    let stage = Stage::new();
    let relay = Relay::with_files(100, &stage, "tcp4", "tcp4", &echo(), &["--max-connections", "50", "--threads", "2"]);
    // What was said before it listened is passed over; it shows that there was something.
    let left = relay.finish();
    left.ended_well();
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "ulimit -n 100; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_sockatlas"),
        "relay",
        "--listen",
        "tcp4",
    ]);
    // It cannot listen there, and ends.
    command.args(["192.0.2.1:1", "--connect", "tcp4", "127.0.0.1:9", "--max-connections", "50", "--threads", "2"]);
    let output = command.env("NO_COLOR", "1").output().expect("it runs");
    let reported = String::from_utf8_lossy(&output.stderr);
    let expected =
        "warning: there are file descriptors for 39 connections, not for 50: this process may have 100 (ulimit -n)";
    assert!(reported.starts_with(expected), "{reported}");
}

#[test]
fn a_connection_that_carries_nothing_ends() {
    let stage = Stage::new();
    for near in ["tcp4", TLS] {
        let relay = Relay::start(&stage, near, "tcp4", &echo(), &["--idle-timeout", "400ms"]);
        let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
        stream.set_read_limit(Some(PATIENCE)).expect("it is a socket");
        let began = Instant::now();
        for _ in 0..4 {
            // It is not idle while something passes.
            std::thread::sleep(Duration::from_millis(150));
            chat(&mut stream);
        }
        assert!(stream.read(&mut [0]).is_err(), "it is reset");
        assert!(began.elapsed() >= Duration::from_millis(1000), "and not before its time");
        let log = relay.ended(1);
        assert_eq!([&log[0]["outcome"], &log[0]["error"]["kind"]], ["idle", "timed-out"], "{}", log[0]);
        assert_eq!(log[0]["error"]["message"], "nothing came from either side within 400ms");
    }
}

#[test]
fn handshakes_take_so_long_and_no_longer() {
    let stage = Stage::new();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = silent.local_addr().expect("it is bound").to_string();
    for (near, far, side) in [
        ("secure secure.handshake-timeout=200ms", "tcp4", "near"),
        ("tcp4", "secure secure.handshake-timeout=200ms", "far"),
    ] {
        let relay = Relay::start(&stage, near, far, &target, &[]);
        let mut client = connect(relay.address);
        // The end or a reset, whichever it is.
        let _ = client.read(&mut [0]);
        let log = relay.ended(1);
        assert_eq!([&log[0]["error"]["side"], &log[0]["error"]["kind"]], [side, "timed-out"], "{}", log[0]);
        assert_eq!(log[0]["error"]["message"], "layer `tls`: the handshakes did not end within 200ms");
    }
}

#[test]
fn the_limits_of_reading_and_writing_are_those_of_their_side() {
    let stage = Stage::new();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = silent.local_addr().expect("it is bound").to_string();
    let end = |near: &str, far: &str, flood: bool| {
        let relay = Relay::start(&stage, near, far, &target, &[]);
        let mut client = connect(relay.address);
        let (_far, _) = silent.accept().expect("it comes");
        if flood {
            // Until it is reset, as nobody reads.
            while client.write_all(&[0; 65_536]).is_ok() {}
        } else {
            assert!(client.read(&mut [0]).is_err(), "it is reset");
        }
        let log = relay.ended(1);
        let error = log[0]["error"].clone();
        ["side", "kind", "message"].map(|name| error[name].as_str().expect("text").to_owned())
    };
    let reported = end("tcp4", "tcp4 tcp4.read-timeout=200ms", false);
    assert_eq!(reported, ["far", "timed-out", "nothing to read within 200ms"]);
    let reported = end("tcp4 tcp4.read-timeout=200ms", "tcp4", false);
    assert_eq!(reported, ["near", "timed-out", "nothing to read within 200ms"]);
    let reported = end("tcp4", "tcp4 tcp4.write-timeout=200ms", true);
    assert_eq!(reported, ["far", "timed-out", "no room to write within 200ms"]);
}
