//! `frame` with programs of others, and as a user of the command has it.

use super::opener;
use crate::net::command::{certificates, listen, run, sockatlas};
use crate::net::peer::{Running, free_port, program};
use sockatlas::net::{Listener, Opener, Providers, Stream};
use sockatlas::{Loader, Request};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An entry of the catalog that is built in.
fn builtin(entry: &str) -> Opener {
    let registry = Loader::new().builtin().load().expect("it is tested");
    Opener::new(&Providers::shipped(), &registry.resolve(&Request::named(entry)).expect("it is there"))
}

/// Lengths around those at which Python does something else.
const LENGTHS: [usize; 8] = [0, 1, 5, 0, 16_384, 16_385, 70_000, 1 << 20];

fn message(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// Sends a message of each length, and expects each back with its bytes in reverse.
fn converse(stream: &mut Stream) {
    assert!(stream.is_of_messages());
    let mut target = vec![0; 1 << 20];
    for length in LENGTHS {
        assert_eq!(stream.write(&message(length)).expect("sent"), length);
        assert_eq!(stream.read(&mut target).expect("answered"), length);
        assert!(!stream.has_ended() && target[..length].iter().rev().eq(&message(length)), "{length} bytes");
    }
    stream.shutdown_write().expect("ended");
    assert_eq!((stream.read(&mut target).expect("the end"), stream.has_ended()), (0, true));
}

/// Answers each message with its bytes in reverse, until the end; in Python's own words.
const REVERSE: &str = "
import sys
from multiprocessing.connection import Client, Listener
address = ('127.0.0.1', int(sys.argv[2]))
connection = Listener(address).accept() if sys.argv[1] == 'listen' else Client(address)
while True:
    try:
        message = connection.recv_bytes()
    except EOFError:
        break
    connection.send_bytes(message[::-1])
";

fn reversing(role: &str, port: u16) -> Option<Running> {
    let python = program("python3")?;
    Some(Running::start(Command::new(python).args(["-c", REVERSE, role, &port.to_string()])))
}

#[test]
fn python_s_connections_are_framed_as_ours() {
    let port = free_port();
    let Some(_server) = reversing("listen", port) else { return };
    // It accepts one connection only, so that one is tried until it is there.
    let patience = Instant::now() + Duration::from_secs(20);
    let mut stream = loop {
        match builtin("framed/tcp4").connect(format!("127.0.0.1:{port}")) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    converse(&mut stream);

    let listener: Listener = builtin("framed/tcp4").listen("127.0.0.1:0").expect("it listens");
    let port = listener.local().and_then(|local| local.socket_addr()).expect("it is bound").port();
    let _client = reversing("connect", port);
    converse(&mut listener.accept().expect("accepted").handshake().expect("open"));
}

#[test]
fn an_agent_of_ssh_is_spoken_to_in_messages() {
    let Some(agent) = program("ssh-agent") else { return };
    let folder = tempfile::tempdir().expect("made");
    let path = folder.path().join("agent");
    let mut command = Command::new(agent);
    let _agent = Running::start(command.arg("-D").arg("-a").arg(&path).stdout(Stdio::null()));
    let layer =
        "[layer.of-test]\nprovider = \"frame\"\ntype = \"seqpacket\"\nadds = [\"framed\", \"message-oriented\"]";
    let opener = opener(&Providers::shipped(), layer, "unix-stream");
    let patience = Instant::now() + Duration::from_secs(20);
    let mut stream = loop {
        match opener.connect(path.to_str().expect("text")) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    // draft-miller-ssh-agent: SSH_AGENTC_REQUEST_IDENTITIES is answered with SSH_AGENT_IDENTITIES_ANSWER, and none.
    assert_eq!(stream.write(&[11]).expect("asked"), 1);
    let mut target = [0; 99];
    let count = stream.read(&mut target).expect("answered");
    assert_eq!(target[..count], [12, 0, 0, 0, 0]);
    // SSH_AGENTC_REMOVE_ALL_IDENTITIES is answered with SSH_AGENT_SUCCESS.
    assert_eq!(stream.write(&[19]).expect("asked"), 1);
    let count = stream.read(&mut target).expect("answered");
    assert_eq!(target[..count], [6]);
}

#[test]
fn both_ends_of_the_command_get_what_the_other_was_given_in_frames_and_in_tls() {
    let folder = tempfile::tempdir().expect("made");
    let [certificate, key] = certificates(folder.path());
    let there = [format!("tls.certificate={certificate}"), format!("tls.key={key}")];
    let here = [format!("tls.roots={certificate}")];
    for (spec, there, here) in [("framed/tcp4", &[][..], &[][..]), ("secure-framed/tcp4", &there, &here)] {
        let with = |arguments: &[&str], options: &[String]| -> Vec<String> {
            let options = options.iter().flat_map(|option| ["--set".to_owned(), option.clone()]);
            arguments.iter().map(|argument| (*argument).to_owned()).chain(options).collect()
        };
        let words = with(&[spec, "127.0.0.1:0", "-v"], there);
        let server = listen(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let port = server.address.rsplit_once(':').expect("a port").1.to_owned();
        let words = with(&["connect", spec, &format!("localhost:{port}")], here);
        let client = std::thread::spawn(move || {
            run(&mut sockatlas(&words.iter().map(String::as_str).collect::<Vec<_>>()), &message(700_001))
        });
        let (received, said, well) = server.answer(&message(300_017));
        let client = client.join().expect("no panic");
        assert!(well && client.status.success(), "{spec}: {said} {}", String::from_utf8_lossy(&client.stderr));
        assert!(received == message(700_001) && client.stdout == message(300_017), "{spec}");
        assert!(said.contains(" 300017 bytes sent as "), "{said}");
    }
}

#[test]
fn the_command_reads_and_writes_frames_of_any_peer_and_tells_of_those_that_are_cut_off() {
    let peer = |said: &'static [u8]| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("accepted");
            let mut asked = [0; 4 + 8];
            stream.read_exact(&mut asked).expect("a message");
            assert_eq!(&asked, b"\0\0\0\x08question");
            stream.write_all(said).expect("written");
        });
        (address, thread)
    };
    for (said, printed, reported) in [
        (&b"\0\0\0\x03an \0\0\0\0\0\0\0\x06answer"[..], "an answer", None),
        (
            b"\0\0\0\x03an \0\0\0\x09answ",
            "an ",
            Some("the stream ended 5 bytes before the end of a message of 9 bytes"),
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "",
            Some(
                "the peer announced a message of 1213486160 bytes, where at most 1048576 are accepted (`max-message`)",
            ),
        ),
    ] {
        let (address, thread) = peer(said);
        let output = run(&mut sockatlas(&["connect", "framed/tcp4", &address]), b"question");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{errors}");
        assert_eq!(output.status.success(), reported.is_none(), "{errors}");
        let reported = reported.map(|reported| format!("error: layer `frame` (1 of 2, while open): {reported}\n"));
        assert_eq!(errors, reported.unwrap_or_default());
        thread.join().expect("the peer is content");
    }
}
