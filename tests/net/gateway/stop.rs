//! How a gateway ends.

use super::{Gateway, connect, until};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// A client that is connected to a server, through a gateway; both ends.
fn through(gateway: &Gateway) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = listener.local_addr().expect("it is bound");
    let mut client = connect(gateway.http);
    write!(client, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n").expect("it reads");
    let (server, _) = listener.accept().expect("it comes");
    let mut answer = [0; "HTTP/1.1 200 Connection established\r\n\r\n".len()];
    client.read_exact(&mut answer).expect("it answers");
    assert_eq!(&answer, b"HTTP/1.1 200 Connection established\r\n\r\n");
    (client, server)
}

fn has_closed(address: SocketAddr) {
    // Addresses and states in hexadecimal, of which 0A is LISTEN: proc_net_tcp(5).
    let listening = format!(":{:04X} 00000000:0000 0A ", address.port());
    until("it has closed", || {
        let sockets = std::fs::read_to_string("/proc/net/tcp").expect("there are sockets");
        (!sockets.contains(&listening)).then_some(())
    });
}

#[test]
fn the_first_signal_lets_connections_go_on_to_their_end() {
    let gateway = Gateway::start(&["--connect", "tcp4"]);
    let (mut client, mut server) = through(&gateway);
    gateway.signal(Signal::TERM);
    has_closed(gateway.socks);
    has_closed(gateway.http);
    client.write_all(b"a question").unwrap();
    server.read_exact(&mut [0; 10]).unwrap();
    server.write_all(b"the answer").unwrap();
    drop(server);
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "the answer");
    drop(client);
    let left = gateway.wait();
    assert_eq!(left.status.code(), Some(0), "{}", left.said);
    assert!(left.said.contains("ending: 1 connection may go on to its end; once more cuts it"), "{}", left.said);
    assert!(left.said.contains(" 1 served, ") && left.said.contains("; 10 bytes up, 10 down\n"), "{}", left.said);
}

#[test]
fn the_second_signal_cuts_them() {
    let gateway = Gateway::start(&["--connect", "tcp4", "--grace", "none"]);
    let (mut client, _server) = through(&gateway);
    gateway.signal(Signal::TERM);
    has_closed(gateway.http);
    gateway.signal(Signal::TERM);
    assert!(client.read(&mut [0]).is_err(), "it is reset");
    let left = gateway.wait();
    assert_eq!(left.status.code(), Some(1), "{}", left.said);
    assert!(left.said.contains(", 1 cut; "), "{}", left.said);
}

#[test]
fn one_that_serves_nobody_ends_at_once() {
    let left = Gateway::start(&["--connect", "tcp4"]).finish();
    assert_eq!(left.status.code(), Some(0), "{}", left.said);
    assert!(left.said.starts_with("0 connections in "), "{}", left.said);
}
