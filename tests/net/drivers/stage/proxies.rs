//! Proxies on the way to a peer.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

/// A proxy that runs as long as the test does, and reads with this function where a connection is to lead.
pub fn proxy(target: fn(&mut TcpStream) -> String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut near = stream.expect("accepted");
            std::thread::spawn(move || {
                let far = TcpStream::connect(target(&mut near)).expect("the target is there");
                let other = (near.try_clone().expect("a handle"), far.try_clone().expect("a handle"));
                std::thread::spawn(move || forward(other.0, other.1));
                forward(far, near);
            });
        }
    });
    port
}

/// Hands on bytes and the end. What goes wrong, both peers see.
fn forward(mut from: TcpStream, mut to: TcpStream) {
    if std::io::copy(&mut from, &mut to).is_ok() {
        let _ = to.shutdown(Shutdown::Write);
    } else {
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

/// The proxy's part of RFC 1928.
pub fn socks_target(stream: &mut TcpStream) -> String {
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).expect("a request");
        bytes
    };
    let methods = bytes(2);
    assert_eq!(methods[0], 5);
    bytes(methods[1].into());
    stream.write_all(&[5, 0]).expect("answered");
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).expect("a request");
        bytes
    };
    let host = match bytes(4)[3] {
        1 => std::net::Ipv4Addr::from(<[u8; 4]>::try_from(bytes(4)).expect("four")).to_string(),
        3 => {
            let length = bytes(1)[0];
            String::from_utf8(bytes(length.into())).expect("a name")
        }
        other => panic!("address type {other}"),
    };
    let port = u16::from_be_bytes(bytes(2).try_into().expect("two"));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).expect("answered");
    format!("{host}:{port}")
}

/// The proxy's part of CONNECT.
pub fn http_target(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a request");
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("text");
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").expect("answered");
    head.split(' ').nth(1).expect("a target").to_owned()
}
