//! The echo server and client.

use super::running::{PATIENCE, Server, binary, printed, run, vanish};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::thread::spawn;
use std::time::Duration;

/// Sends bytes and has them come back.
#[track_caller]
fn echoes(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("the server is there");
    let mut back = vec![0; bytes.len()];
    stream.read_exact(&mut back).expect("the server answers");
    assert_eq!(back, bytes);
}

#[test]
fn fifty_connections_at_once_each_hear_their_own_bytes() {
    let server = Server::start("echo_server", &[]);
    let mut streams: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for turn in 0..3 {
        for (at, stream) in streams.iter_mut().enumerate() {
            stream.write_all(format!("turn {turn} of connection {at:2}").as_bytes()).expect("the server is there");
        }
        for (at, stream) in streams.iter_mut().enumerate().rev() {
            let mut back = [0; 23];
            stream.read_exact(&mut back).expect("the server answers");
            assert_eq!(String::from_utf8_lossy(&back), format!("turn {turn} of connection {at:2}"));
        }
    }
}

#[test]
fn bytes_that_come_one_by_one_go_back_one_by_one() {
    let server = Server::start("echo_server", &[]);
    let mut stream = server.connect();
    stream.set_nodelay(true).expect("it is a socket");
    for byte in 0..=255 {
        echoes(&mut stream, &[byte]);
    }
}

#[test]
fn a_peer_that_ends_its_side_still_gets_all_its_bytes_and_then_the_end() {
    let server = Server::start("echo_server", &[]);
    let mut stream = server.connect();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let mut sender = stream.try_clone().expect("it is a socket");
    let sent = bytes.clone();
    let sending = spawn(move || {
        sender.write_all(&sent).expect("the server is there");
        sender.shutdown(Shutdown::Write).expect("it is connected");
    });
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("the server ends its side too");
    assert!(back == bytes, "{} of {} bytes came back", back.len(), bytes.len());
    sending.join().expect("all was sent");
    server.says(": 3000000 bytes echoed");
}

#[test]
fn an_end_that_comes_while_bytes_wait_ends_nothing_before_they_are_sent() {
    let server = Server::start("echo_server", &[]);
    let (mut stream, mut other) = (server.connect(), server.connect());
    let mut sent = Vec::new();
    // Until the server waits for room: then it has bytes that it could not send, and still reads.
    while server.interests().iter().all(|events| events & OUT == 0) {
        let piece: Vec<u8> = (0..16_384).map(|at| ((sent.len() + at) % 251) as u8).collect();
        stream.write_all(&piece).expect("the server reads");
        sent.extend(piece);
        // It has had its turns when another has had some.
        for _ in 0..3 {
            echoes(&mut other, b"another");
        }
        assert!(sent.len() < 256 << 20, "somebody keeps all that is sent");
    }
    stream.shutdown(Shutdown::Write).expect("it is connected");
    for _ in 0..3 {
        echoes(&mut other, b"another");
    }
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("the server ends its side too");
    assert!(back == sent, "{} of {} bytes came back", back.len(), sent.len());
}

#[test]
fn a_peer_that_never_reads_fills_no_memory_and_holds_up_nobody() {
    let server = Server::start("echo_server", &[]);
    let mut stream = server.connect();
    stream.set_nonblocking(true).expect("it is a socket");
    let mut sent = 0_usize;
    let mut refused = 0;
    // It is full when it takes nothing while the server has had the time to serve another.
    while refused < 20 {
        match stream.write(&[7; 65_536]) {
            Ok(count) => (sent, refused) = (sent + count, 0),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                refused += 1;
                echoes(&mut server.connect(), b"another");
            }
        }
        assert!(sent < 256 << 20, "somebody keeps all that is sent");
    }
    assert!(server.peak() < 32 << 20, "the server has had {} bytes", server.peak());
    assert!(server.interests().iter().any(|events| events & (IN | OUT) == OUT), "room is waited for, and nothing else");

    // Nothing is lost: once it reads, all comes back.
    stream.set_nonblocking(false).expect("it is a socket");
    stream.shutdown(Shutdown::Write).expect("it is connected");
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("the server ends its side too");
    assert_eq!(back.len(), sent);
}

/// Bits of epoll_ctl(2).
const IN: u32 = 1;
const OUT: u32 = 4;

#[test]
fn a_connection_that_idles_costs_no_processor_and_room_is_not_asked_for() {
    let server = Server::start("echo_server", &[]);
    let mut stream = server.connect();
    echoes(&mut stream, b"there");
    let before = server.used();
    // Nothing comes within that time: a loop that does not sleep would use most of it.
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("it is a socket");
    assert_eq!(stream.read(&mut [0]).expect_err("nobody sent").kind(), ErrorKind::WouldBlock);
    assert!(server.used() - before <= 100, "{} ms of 500", server.used() - before);
    let interests = server.interests();
    assert_eq!(interests.len(), 2, "the listener and the connection");
    assert!(interests.iter().all(|events| events & (IN | OUT) == IN), "{interests:x?}");
}

#[test]
fn a_peer_that_vanishes_is_reported_with_its_address_and_others_go_on() {
    let server = Server::start("echo_server", &[]);
    let mut other = server.connect();
    echoes(&mut other, b"before");
    let mut stream = server.connect();
    echoes(&mut stream, b"there");
    let address = stream.local_addr().expect("it is bound");
    vanish(stream);
    let said = server.says("reset by peer");
    assert_eq!(said, format!("tcp://{address}: Connection reset by peer (os error 104) after 5 bytes"));
    echoes(&mut other, b"after");
}

#[test]
fn when_descriptors_run_out_connections_wait_and_are_served_later() {
    let mut command = Command::new("bash");
    let script = "ulimit -n 20; exec \"$0\" 127.0.0.1:0";
    let server = Server::of(command.args(["-c", script]).arg(binary("echo_server")));
    // The system accepts them on behalf of the server, as many as its queue has room for.
    let mut streams: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    server.says("connections are open, others wait: `tcp4`: accept: Too many open files (os error 24)");
    let before = server.used();
    echoes(&mut streams[0], b"one that was accepted");
    let (early, late) = streams.split_at_mut(5);
    late[34].set_read_timeout(Some(Duration::from_millis(300))).expect("it is a socket");
    late[34].write_all(b"one that waits").expect("the system takes it");
    assert_eq!(late[34].read(&mut [0; 20]).expect_err("it waits").kind(), ErrorKind::WouldBlock);
    assert!(server.used() - before <= 100, "it does not spin meanwhile");
    echoes(&mut early[0], b"still served");
    late[34].set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    let mut last = streams.pop().expect("there are 40");
    drop(streams);
    let mut back = [0; 14];
    last.read_exact(&mut back).expect("there are descriptors again");
    assert_eq!(&back, b"one that waits");
}

#[test]
fn an_address_in_use_is_reported_and_one_that_was_in_use_is_not() {
    let server = Server::start("echo_server", &[]);
    let address = server.address();
    let (_, reported) = printed(&run("echo_server", &[&address]), 1);
    assert_eq!(reported, format!("echo_server: `tcp4`: {address}: bind: Address already in use (os error 98)\n"));

    // A connection that the server ends first leaves the address in TIME_WAIT.
    let mut stream = server.connect();
    echoes(&mut stream, b"accepted");
    drop(server);
    drop(stream);
    let mut again = Command::new(binary("echo_server"));
    assert_eq!(Server::of(again.arg(&address)).address(), address);
}

#[test]
fn the_client_talks_on_fifty_connections_at_once() {
    let server = Server::start("echo_server", &[]);
    let (reported, errors) = printed(&run("echo_client", &[&server.address(), "50", "2000"]), 0);
    assert_eq!(errors, "");
    let expected = |at: usize| {
        let bytes: usize = (1..=2000).map(|number| format!("message {number} of connection {at}\n").len()).sum();
        format!("connection {at}: {bytes} bytes there and back\n")
    };
    assert_eq!(reported, (1..=50).map(expected).collect::<String>());
}

#[test]
fn the_client_tells_each_connection_that_is_refused() {
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback");
    let (_, reported) = printed(&run("echo_client", &[&nobody.to_string(), "2"]), 1);
    let refused = format!("`tcp4`: {nobody}: connect: Connection refused (os error 111)");
    assert_eq!(reported, format!("connection 1: {refused}\nconnection 2: {refused}\n"));
}

/// What the client says of a server that answers a message so.
fn reported_of(answer: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("it is bound").to_string();
    let serving = spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client comes");
        let mut sent = Vec::new();
        stream.read_to_end(&mut sent).expect("the client ends its side");
        assert_eq!(sent, b"message 1 of connection 1\n");
        answer(stream);
    });
    let output = run("echo_client", &[&address, "1", "1"]);
    serving.join().expect("it answered");
    printed(&output, 1).1
}

#[test]
fn the_client_believes_no_server_that_sends_less_more_or_other_bytes() {
    let reported = reported_of(|mut stream| stream.write_all(b"message").expect("it is connected"));
    assert_eq!(reported, "connection 1: it ended after 7 of 26 bytes\n");
    let reported = reported_of(|mut stream| stream.write_all(b"massage 1 of connection 1\n").expect("it is connected"));
    assert_eq!(reported, "connection 1: other bytes came back after the first 1\n");
    let reported =
        reported_of(|mut stream| stream.write_all(b"message 1 of connection 1\n\n").expect("it is connected"));
    assert_eq!(reported, "connection 1: other bytes came back after the first 26\n");
    let reported = reported_of(vanish);
    assert_eq!(reported, "connection 1: Connection reset by peer (os error 104)\n");
}
