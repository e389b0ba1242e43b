//! A relay that has nothing to do does nothing: no call of the system, whoever it waits for.

use super::{PATIENCE, Relay, TLS, chat, connect, echo};
use crate::net::drivers::stage::Stage;
use crate::net::peer::program;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A relay whose calls are written down.
fn traced(stage: &Stage, near: &str, far: &str, target: &str, log: &Path) -> Option<Relay> {
    let mut command = Command::new(program("strace")?);
    command.args(["-f", "-qq", "-I", "4", "-o"]).arg(log).arg(env!("CARGO_BIN_EXE_sockatlas"));
    Some(Relay::started_by(command, stage, [near, far], target, &[]))
}

/// Waits until no more calls are written down, and then as long again: those that were made meanwhile.
fn calls_at_rest(log: &Path) -> String {
    let read = || std::fs::read_to_string(log).expect("the tracer's log");
    let patience = Instant::now() + PATIENCE;
    // Longer than it takes a relay to free the memory of connections at rest.
    let pause = Duration::from_millis(1500);
    loop {
        let before = read();
        std::thread::sleep(pause);
        let after = read();
        if before == after || Instant::now() > patience {
            std::thread::sleep(pause);
            return read()[after.len()..].to_owned();
        }
    }
}

#[test]
fn with_idle_connections() {
    let stage = Stage::new();
    for near in ["tcp4", TLS] {
        let log = stage.file("calls");
        let Some(relay) = traced(&stage, near, "tcp4", &echo(), &log) else { return };
        let streams: Vec<_> = (0..20)
            .map(|_| {
                let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
                chat(&mut stream);
                stream
            })
            .collect();
        let calls = calls_at_rest(&log);
        assert!(calls.is_empty(), "{near}: {calls}");
        drop(streams);
    }
}

#[test]
fn while_a_peer_does_not_read() {
    let stage = Stage::new();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = silent.local_addr().expect("it is bound").to_string();
    for near in ["tcp4", TLS] {
        let log = stage.file("calls");
        let Some(relay) = traced(&stage, near, "tcp4", &target, &log) else { return };
        let mut stream = stage.opener(near).connect(relay.address().as_str()).expect("open");
        let (_far, _) = silent.accept().expect("it comes");
        stream.set_write_limit(Some(Duration::from_millis(500))).expect("it is a socket");
        // Until every buffer on the way is full.
        while stream.write(&[7; 65_536]).is_ok() {}
        let calls = calls_at_rest(&log);
        assert!(calls.is_empty(), "{near}: {calls}");
    }
}

#[test]
fn at_the_limit_of_connections_while_others_wait() {
    let stage = Stage::new();
    let log = stage.file("calls");
    let mut command = Command::new(match program("strace") {
        Some(strace) => strace,
        None => return,
    });
    command.args(["-f", "-qq", "-I", "4", "-o"]).arg(&log).arg(env!("CARGO_BIN_EXE_sockatlas"));
    let relay = Relay::started_by(command, &stage, ["tcp4", "tcp4"], &echo(), &["--max-connections", "1"]);
    let mut first = connect(relay.address);
    chat(&mut first);
    let _waiting: Vec<_> = (0..5).map(|_| connect(relay.address)).collect();
    let calls = calls_at_rest(&log);
    assert!(calls.is_empty(), "{calls}");
}

#[test]
fn bulk_takes_few_calls() {
    let stage = Stage::new();
    let log = stage.file("calls");
    let Some(relay) = traced(&stage, "tcp4", "tcp4", &echo(), &log) else { return };
    let mut stream = connect(relay.address);
    let mut writer = stream.try_clone().expect("a handle");
    const MUCH: usize = 32 << 20;
    let writing = std::thread::spawn(move || {
        writer.write_all(&vec![7; MUCH]).expect("written");
        writer.shutdown(std::net::Shutdown::Write).expect("ended");
    });
    let mut heard = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut heard).expect("whole");
    writing.join().expect("written");
    assert_eq!(heard.len(), MUCH);
    let calls = std::fs::read_to_string(&log).expect("the tracer's log").lines().count();
    // Twice 32 MiB at 16 kB a call, in and out, are 8,192; reads of 8 kB, as are common, would make 16,384, waits not counted.
    assert!(calls < 8192, "{calls} calls");
}
