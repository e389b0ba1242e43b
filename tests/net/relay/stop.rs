//! Ending a relay: by one signal gracefully, by two at once.

use super::{PATIENCE, Relay, TLS, chat, connect, echo};
use crate::net::drivers::stage::{Payload, Peer, Stage};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

#[test]
fn everything_arrives_that_was_on_its_way() {
    let stage = Stage::new();
    for (near, far, kind) in [("tcp4", "tcp4", Peer::Plain), (TLS, TLS, Peer::Tls)] {
        let payload = Payload::new(3 << 20);
        let other = payload.clone();
        let peer = stage.peer(kind, false, move |end| end.answer(&other));
        let relay = Relay::start(&stage, near, far, &peer.address(), &[]);
        let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
        stream.write_all(&payload.out[..100_000]).expect("written");
        relay.signal(Signal::TERM);
        relay.has_closed();
        stream.write_all(&payload.out[100_000..]).expect("it goes on");
        stream.shutdown_write().expect("ended");
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).expect("whole");
        assert!(heard[..] == payload.back[..]);
        peer.finish();
        let left = relay.wait();
        left.ended_well();
        assert_eq!(left.log[0]["outcome"], "served", "{}", left.log[0]);
    }
}

#[test]
fn who_waits_to_be_accepted_is_served_first() {
    let stage = Stage::new();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &["--max-connections", "1"]);
    let mut first = connect(relay.address);
    chat(&mut first);
    let mut waiting: Vec<_> = (0..10).map(|_| connect(relay.address)).collect();
    relay.signal(Signal::TERM);
    drop(first);
    for stream in &mut waiting {
        chat(stream);
        stream.shutdown(std::net::Shutdown::Both).expect("ended");
    }
    let left = relay.wait();
    left.ended_well();
    assert_eq!(left.log.len(), 11);
    assert!(left.said.contains("11 served, 0 failed;"), "{}", left.said);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let stage = Stage::new();
    for near in ["tcp4", TLS] {
        let relay = Relay::start(&stage, near, "tcp4", &echo(), &["--grace", "none"]);
        let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
        stream.set_read_limit(Some(PATIENCE)).expect("it is a socket");
        chat(&mut stream);
        relay.signal(Signal::INT);
        relay.has_closed();
        chat(&mut stream);
        relay.signal(Signal::TERM);
        assert!(stream.read(&mut [0]).is_err(), "{near}: it is reset");
        let left = relay.wait();
        assert_eq!(left.status.code(), Some(1), "{}", left.said);
        assert_eq!(left.log[0]["outcome"], "cut");
        assert!(
            left.said.starts_with("ending: 1 connection may go on to its end; once more cuts it\n"),
            "{}",
            left.said
        );
        assert!(left.said.contains("0 served, 0 failed, 1 cut;"), "{}", left.said);
    }
}

#[test]
fn connections_are_cut_when_the_grace_is_over() {
    let stage = Stage::new();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &["--grace", "500ms"]);
    let mut streams: Vec<_> = (0..20).map(|_| connect(relay.address)).collect();
    streams.iter_mut().for_each(chat);
    let began = Instant::now();
    relay.signal(Signal::TERM);
    let left = relay.wait();
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(500) && took < PATIENCE, "{took:?}");
    assert_eq!(left.status.code(), Some(1), "{}", left.said);
    assert_eq!(left.log.iter().filter(|line| line["outcome"] == "cut").count(), 20);
    assert!(streams.iter_mut().all(|stream| stream.read(&mut [0]).is_err()), "they are reset");
}

#[test]
fn a_relay_without_connections_ends_at_once() {
    let stage = Stage::new();
    for threads in ["1", "2", "7"] {
        for _ in 0..5 {
            let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &["--threads", threads, "--grace", "none"]);
            let left = relay.finish();
            left.ended_well();
            assert!(left.said.starts_with("0 connections in "), "{}", left.said);
        }
    }
}
