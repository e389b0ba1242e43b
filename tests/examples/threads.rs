//! The server with a thread for each connection.

use super::running::{Server, vanish};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Sends what is to be the rest of the connection, and gives all that comes back.
fn finish(mut stream: TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).expect("the server is there");
    stream.shutdown(Shutdown::Write).expect("it is connected");
    let mut back = String::new();
    stream.read_to_string(&mut back).expect("the server ends its side");
    back
}

#[test]
fn lines_come_back_in_capitals_whole_or_in_pieces_and_the_last_without_its_end() {
    let server = Server::start("thread_per_connection", &[]);
    assert_eq!(finish(server.connect(), b"one\ntwo\r\nthree"), "ONE\nTWO\r\nTHREE");
    server.says(": 3 lines");
    let mut stream = server.connect();
    stream.set_nodelay(true).expect("it is a socket");
    for byte in b"drip\n" {
        stream.write_all(&[*byte]).expect("the server is there");
    }
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).expect("the server answers");
    assert_eq!(line, "DRIP\n");
}

#[test]
fn fifty_connections_are_served_at_once() {
    let server = Server::start("thread_per_connection", &[]);
    let streams: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    // Each while all others are open, the last one first.
    for (at, stream) in streams.into_iter().enumerate().rev() {
        assert_eq!(finish(stream, format!("number {at}\n").as_bytes()), format!("NUMBER {at}\n"));
    }
}

#[test]
fn one_connection_more_than_there_are_places_waits_until_another_ends() {
    let server = Server::start("thread_per_connection", &["2"]);
    let mut served = [server.connect(), server.connect()];
    for stream in &mut served {
        stream.write_all(b"here\n").expect("the server is there");
        stream.read_exact(&mut [0; 5]).expect("it is served");
    }
    let mut third = server.connect();
    third.write_all(b"and i\n").expect("the system takes it");
    third.set_read_timeout(Some(Duration::from_millis(200))).expect("it is a socket");
    assert_eq!(third.read(&mut [0]).expect_err("it waits").kind(), ErrorKind::WouldBlock);
    let [first, second] = served;
    // However it ends.
    vanish(first);
    third.set_read_timeout(Some(super::running::PATIENCE)).expect("it is a socket");
    assert_eq!(finish(third, b""), "AND I\n");
    assert_eq!(finish(second, b"still here\n"), "STILL HERE\n");
}

#[test]
fn a_line_without_end_is_refused_and_the_refusal_arrives() {
    let server = Server::start("thread_per_connection", &[]);
    assert_eq!(finish(server.connect(), &[b'x'; 4096]), "X".repeat(4096));
    let mut stream = server.connect();
    stream.write_all(&[b'x'; 5000]).expect("the server is there");
    let mut reported = String::new();
    (&stream).read_to_string(&mut reported).expect("the server ends its side");
    assert_eq!(reported, "a line has at most 4096 bytes\n");
    // Were the connection closed meanwhile, a piece would reset it, and the next one fail.
    for _ in 0..20 {
        assert_eq!(finish(server.connect(), b"another\n"), "ANOTHER\n");
        stream.write_all(&[b'x'; 10_000]).expect("it is still read");
    }
    drop(stream);
    server.says(": a line has at most 4096 bytes");
}
