//! Far sides that cannot be reached, near sides that speak something else: each told precisely, and no other connection disturbed.

use super::{Relay, TLS, chat, connect, echo};
use crate::net::drivers::stage::{Peer, Stage};
use crate::net::peer::free_port;
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::process::Command;

/// Connects, and gives what the relay notes when it has failed.
fn failing(stage: &Stage, near: &str, far: &str, target: &str) -> Value {
    let relay = Relay::start(stage, near, far, target, &[]);
    let mut client = connect(relay.address);
    // It may be reset before, while, or after this is written.
    let _ = client.write_all(b"anybody?");
    let error = client.read(&mut [0]).expect_err("a client without layers is reset, not ended");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    let log = relay.ended(1);
    relay.finish().ended_well();
    assert_eq!(log[0]["outcome"], "failed");
    log[0].clone()
}

fn fault(line: &Value) -> [&str; 3] {
    ["side", "kind", "message"].map(|name| line["error"][name].as_str().expect("text"))
}

#[test]
fn a_far_side_that_refuses() {
    let target = format!("127.0.0.1:{}", free_port());
    let line = failing(&Stage::new(), "tcp4", "tcp4", &target);
    let message = format!("`tcp4`: {target}: connect: Connection refused (os error 111)");
    assert_eq!(fault(&line), ["far", "refused", &message]);
    assert!(line["far"].is_null() && line["up"] == 0, "{line}");
    assert!(line["peer"].as_str().is_some_and(|peer| peer.starts_with("tcp://127.0.0.1:")), "{line}");
    assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')) && line["version"] == 1, "{line}");
}

#[test]
fn a_name_that_nobody_knows() {
    let line = failing(&Stage::new(), "tcp4", "tcp4", "nobody.invalid:1");
    let [side, kind, message] = fault(&line);
    assert_eq!([side, kind], ["far", "unresolved"]);
    assert!(message.starts_with("`tcp4`: looking up nobody.invalid: "), "{message}");
}

#[test]
fn a_name_is_looked_up_for_each_connection() {
    let stage = Stage::new();
    let port = echo().rsplit_once(':').expect("a port").1.to_owned();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &format!("localhost:{port}"), &[]);
    let mut clients: Vec<_> = (0..20).map(|_| connect(relay.address)).collect();
    clients.iter_mut().for_each(chat);
    drop(clients);
    let left = relay.finish();
    left.ended_well();
    assert!(left.log.len() == 20 && left.log.iter().all(|line| line["outcome"] == "served"));
    assert_eq!(left.log[0]["target"], format!("localhost:{port}"));
}

#[test]
fn a_far_side_that_speaks_no_tls() {
    let stage = Stage::new();
    let peer = stage.peer(Peer::Plain, false, |end| {
        end.write_all(b"220 mail.example ready\r\n").expect("written");
        let mut heard = Vec::new();
        // Its end or its reset, whichever comes.
        let _ = end.read_to_end(&mut heard);
    });
    let line = failing(&stage, "tcp4", TLS, &peer.address());
    peer.finish();
    let [side, kind, message] = fault(&line);
    assert_eq!([side, kind], ["far", "protocol"]);
    assert!(message.starts_with("layer `tls` (1 of 2, in the handshake): "), "{message}");
}

#[test]
fn a_far_side_that_cannot_prove_who_it_is() {
    let (stage, other) = (Stage::new(), Stage::new());
    let peer = other.peer(Peer::Tls, false, |end| {
        // The handshake fails, and with it this.
        let _ = end.read(&mut [0]);
    });
    let line = failing(&stage, "tcp4", TLS, &peer.address());
    peer.finish();
    assert_eq!(fault(&line)[..2], ["far", "not-authenticated"], "{line}");
}

#[test]
fn garbage_on_the_near_side_is_answered_by_its_layer_and_disturbs_nobody() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let far = listener.local_addr().expect("it is bound").to_string();
    let relay = Relay::start(&stage, TLS, "tcp4", &far, &[]);
    let mut client = connect(relay.address);
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("written");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("an alert, and the end");
    assert!(matches!(answer[..], [21, 3, _, 0, 2, 2, _]), "a fatal alert (RFC 8446, section 6): {answer:?}");
    let log = relay.ended(1);
    let [side, kind, message] = fault(&log[0]);
    assert_eq!([side, kind], ["near", "protocol"]);
    assert!(message.starts_with("layer `tls` (1 of 2, in the handshake): "), "{message}");
    listener.set_nonblocking(true).expect("it is a socket");
    assert!(listener.accept().is_err(), "nobody was connected for it");
    relay.finish().ended_well();
}

#[test]
fn sides_that_do_not_go_together_are_refused_before_anything_listens() {
    let reported = |listen: [&str; 2], connect: [&str; 2]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1").args(["relay", "--listen"]).args(listen);
        let output = command.arg("--connect").args(connect).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let here = "127.0.0.1:0";
    let (status, text) = reported(["tcp4", here], ["udp4", "127.0.0.1:9"]);
    assert_eq!(status, Some(2));
    assert_eq!(text, "error: `tcp4`: what it accepts is of type stream, and `udp4` is dgram\n");
    let (status, text) = reported(["tpc4", here], ["tcp4", "127.0.0.1:9"]);
    assert!(status == Some(1) && text.starts_with("error[no-such-entry]: "), "{text}");
    let (status, text) = reported(["tcp4 require=encrypted", here], ["tcp4", "127.0.0.1:9"]);
    assert!(status == Some(1) && text.starts_with("error[service-not-offered]: "), "{text}");
    let (status, text) = reported(["tcp4 nonsense", here], ["tcp4", "127.0.0.1:9"]);
    assert_eq!(status, Some(2));
    assert!(text.starts_with("error: `nonsense` is neither a demand nor ENTRY.OPTION=VALUE\n"), "{text}");
    let (status, text) = reported(["tcp4 'tcp4.nodelay=true", here], ["tcp4", "127.0.0.1:9"]);
    assert!(status == Some(2) && text.contains("a quote is not closed"), "{text}");
    let (status, text) = reported(["secure/tcp4", here], ["tcp4", "127.0.0.1:9"]);
    assert_eq!(status, Some(2));
    assert!(text.contains("option `certificate`"), "{text}");
    let (status, text) = reported(["tcp4", here], ["socks/tcp4", "localhost:1"]);
    assert!(status == Some(2) && text.contains("option `proxy`"), "{text}");
    let taken = TcpListener::bind(here).expect("a port");
    let taken = taken.local_addr().expect("it is bound").to_string();
    let (status, text) = reported(["tcp4", &taken], ["tcp4", "127.0.0.1:9"]);
    assert_eq!(status, Some(2));
    assert!(text.contains(&format!("`tcp4`: {taken}: ")) && text.contains("Address already in use"), "{text}");
}

#[test]
fn a_log_that_cannot_be_written_is_reported() {
    let run = |log: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1");
        command.args(["relay", "--listen", "tcp4", "127.0.0.1:0", "--connect", "tcp4", "127.0.0.1:9", "--log", log]);
        command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command
    };
    let output = run("/nowhere/log").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let reported = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(reported, "error: /nowhere/log: No such file or directory (os error 2)\n");

    // The device that is always full: null(4).
    let mut relay = run("/dev/full").spawn().expect("it runs");
    let mut stderr = io::BufReader::new(relay.stderr.take().expect("piped"));
    let mut line = String::new();
    io::BufRead::read_line(&mut stderr, &mut line).expect("text");
    let address = line.trim_end().strip_prefix("listening at tcp://").expect("it listens").to_owned();
    for _ in 0..2 {
        let mut client = connect(&address);
        assert!(client.read(&mut [0]).is_err(), "nobody is at the discard port");
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&relay), rustix::process::Signal::TERM)
        .expect("it runs");
    let mut reported = String::new();
    stderr.read_to_string(&mut reported).expect("text");
    assert_eq!(relay.wait().expect("it ends").code(), Some(2));
    assert!(reported.contains("warning: /dev/full: No space left on device"), "{reported}");
    assert!(
        reported.contains("error: /dev/full: 2 lines of the log could not be written: No space left"),
        "{reported}"
    );
}
