//! Datagrams: a session for each peer, boundaries kept, and an end by silence.

use super::{Left, PATIENCE, Relay, until};
use crate::net::drivers::stage::Stage;
use rustix::process::Signal;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    socket
}

fn client(relay: &Relay) -> UdpSocket {
    let socket = socket();
    socket.connect(relay.address).expect("it is an address");
    socket
}

/// A server that gives every datagram back to its sender, and its address.
fn echo() -> String {
    let server = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        let mut datagram = vec![0; 65_536];
        loop {
            let (count, from) = server.recv_from(&mut datagram).expect("it is bound");
            // A sender that has gone is told to a socket without a connection by nobody.
            let _ = server.send_to(&datagram[..count], from);
        }
    });
    address
}

fn relay(stage: &Stage, target: &str, arguments: &[&str]) -> Relay {
    // The catalog of the stage has streams only.
    std::fs::write(stage.file("site.toml"), include_str!("../../../catalogs/linux.toml")).expect("written");
    Relay::start(stage, "udp4", "udp4", target, arguments)
}

fn ask(client: &UdpSocket, datagram: &[u8]) -> Vec<u8> {
    client.send(datagram).expect("sent");
    let mut answer = vec![0; 65_536];
    let count = client.recv(&mut answer).expect("answered");
    answer.truncate(count);
    answer
}

fn served(left: &Left, sessions: usize) {
    left.ended_well();
    assert_eq!(left.log.len(), sessions, "{:?}", left.log);
    assert!(left.log.iter().all(|line| line["outcome"] == "served"), "{:?}", left.log);
}

#[test]
fn boundaries_are_kept_from_nothing_to_the_longest() {
    let stage = Stage::new();
    let relay = relay(&stage, &echo(), &[]);
    let client = client(&relay);
    // The longest of UDP over IPv4: 65,535 less the two headers.
    for length in [0, 1, 1400, 9000, 65_507] {
        let datagram: Vec<u8> = (0..length).map(|at| at as u8).collect();
        assert!(ask(&client, &datagram) == datagram, "{length}");
    }
    let left = relay.finish();
    served(&left, 1);
    assert_eq!([&left.log[0]["up"], &left.log[0]["down"]], [75_908, 75_908], "{}", left.log[0]);
    let peer = client.local_addr().expect("it is bound");
    assert_eq!(left.log[0]["peer"], format!("udp://{peer}"));
}

#[test]
fn each_peer_is_a_session_and_gets_its_own_answers() {
    let stage = Stage::new();
    let server = socket();
    let relay = relay(&stage, &server.local_addr().expect("bound").to_string(), &[]);
    let clients: Vec<UdpSocket> = (0..50).map(|_| client(&relay)).collect();
    for (number, client) in clients.iter().enumerate() {
        client.send(&[number as u8]).expect("sent");
    }
    let mut sessions: Vec<(u8, SocketAddr)> = Vec::new();
    for _ in &clients {
        let mut datagram = [0; 9];
        let (count, from) = server.recv_from(&mut datagram).expect("it comes");
        assert_eq!(count, 1);
        sessions.push((datagram[0], from));
    }
    let mut ports: Vec<u16> = sessions.iter().map(|(_, from)| from.port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 50, "each has a socket of its own");
    // Answers in another order than the questions.
    sessions.reverse();
    for (number, from) in sessions {
        server.send_to(&[number, number], from).expect("sent");
    }
    for (number, client) in clients.iter().enumerate() {
        let mut answer = [0; 9];
        assert_eq!(client.recv(&mut answer).expect("answered"), 2);
        assert_eq!(answer[..2], [number as u8; 2]);
    }
    served(&relay.finish(), 50);
}

#[test]
fn a_session_ends_by_silence_and_the_next_datagram_begins_another() {
    let stage = Stage::new();
    let relay = relay(&stage, &echo(), &["--idle-timeout", "300ms"]);
    let client = client(&relay);
    assert_eq!(ask(&client, b"one"), b"one");
    let log = relay.ended(1);
    assert!(log[0]["outcome"] == "served" && log[0]["up"] == 3, "{}", log[0]);
    assert!(log[0]["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.3), "{}", log[0]);
    assert_eq!(ask(&client, b"again"), b"again");
    served(&relay.finish(), 2);
}

#[test]
fn a_far_side_that_is_not_there_ends_the_session() {
    let stage = Stage::new();
    let nobody = socket().local_addr().expect("bound").to_string();
    let relay = relay(&stage, &nobody, &[]);
    let client = client(&relay);
    client.send(b"anybody?").expect("sent");
    let log = relay.ended(1);
    assert_eq!([&log[0]["outcome"], &log[0]["error"]["side"], &log[0]["error"]["kind"]], ["failed", "far", "refused"]);
    // It is not the end of the relay.
    client.send(b"anybody?").expect("sent");
    assert_eq!(relay.ended(2).len(), 2);
    relay.finish().ended_well();
}

#[test]
fn at_the_limit_of_sessions_those_that_are_there_go_on() {
    let stage = Stage::new();
    let relay = relay(&stage, &echo(), &["--max-connections", "2"]);
    let (one, two, three) = (client(&relay), client(&relay), client(&relay));
    assert_eq!(ask(&one, b"one"), b"one");
    assert_eq!(ask(&two, b"two"), b"two");
    three.send(b"three").expect("sent");
    // Behind it in the same queue, so it has been passed over by then.
    assert_eq!(ask(&one, b"one again"), b"one again");
    three.set_read_timeout(Some(Duration::from_millis(200))).expect("it is a socket");
    three.recv(&mut [0; 9]).expect_err("there is no room for it");
    served(&relay.finish(), 2);
}

#[test]
fn a_relay_of_datagrams_ends_when_its_sessions_fall_silent() {
    let stage = Stage::new();
    let server = socket();
    let relay = relay(&stage, &server.local_addr().expect("bound").to_string(), &[]);
    let one = client(&relay);
    one.send(b"a question").expect("sent");
    let mut question = [0; 64];
    let (_, from) = server.recv_from(&mut question).expect("it comes");
    relay.signal(Signal::TERM);
    until("it has heard the signal", || {
        let stranger = client(&relay);
        stranger.send(b"late").expect("sent");
        // Nobody who is new gets through, and the one who asked still does.
        one.send(b"ping").expect("sent");
        let heard = |socket: &UdpSocket| {
            let mut datagram = [0; 64];
            let (count, _) = socket.recv_from(&mut datagram).expect("it comes");
            datagram[..count].to_vec()
        };
        (heard(&server) == b"ping").then_some(())
    });
    server.send_to(b"an answer", from).expect("sent");
    let mut answer = [0; 64];
    let count = one.recv(&mut answer).expect("it still comes");
    assert_eq!(&answer[..count], b"an answer");
    let left = relay.wait();
    left.ended_well();
    assert!(left.said.contains(" served, 0 failed;"), "{}", left.said);
}

#[test]
fn unix_datagrams_by_path() {
    use std::os::unix::net::UnixDatagram;
    let folder = tempfile::tempdir().expect("made");
    let path = |name: &str| folder.path().join(name);
    let server = UnixDatagram::bind(path("server")).expect("bound");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.env_remove("SOCKATLAS_CATALOG").args(["relay", "--listen", "unix-dgram"]).arg(path("relay"));
    command.args(["--connect", "unix-dgram"]).arg(path("server"));
    let mut relay = command.stderr(std::process::Stdio::null()).spawn().expect("it runs");
    let there = |path: &Path| path.exists().then_some(());
    until("it listens", || there(&path("relay")));
    let client = UnixDatagram::bind(path("client")).expect("bound");
    client.send_to(&[7; 100_000], path("relay")).expect("sent");
    server.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    let mut datagram = vec![0; 200_000];
    assert_eq!(server.recv(&mut datagram).expect("it comes"), 100_000, "longer than any of UDP");
    rustix::process::kill_process(rustix::process::Pid::from_child(&relay), Signal::INT).expect("it runs");
    assert!(relay.wait().expect("it ends").success());
}
