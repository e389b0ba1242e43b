//! The server and the client of messages. The bytes are written out here, and not by the code that is tested.

use super::running::{Server, binary, printed, vanish};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread::spawn;

const REQUEST: u8 = 0;
const ANSWER: u8 = 1;
const REFUSAL: u8 = 2;

fn message(kind: u8, body: &str) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("it is short");
    [&[b'S', b'M', 1, kind][..], &length.to_be_bytes(), body.as_bytes()].concat()
}

fn receive(stream: &mut TcpStream) -> (u8, String) {
    let mut header = [0; 8];
    stream.read_exact(&mut header).expect("an answer comes");
    assert_eq!(header[..3], *b"SM\x01");
    let length = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body).expect("all of it comes");
    (header[3], String::from_utf8(body).expect("it is text"))
}

#[track_caller]
fn asks(stream: &mut TcpStream, request: &str, answer: (u8, &str)) {
    stream.write_all(&message(REQUEST, request)).expect("the server is there");
    let (kind, body) = receive(stream);
    assert_eq!((kind, body.as_str()), answer, "{request}");
}

/// What the server sends until it ends its side, which it does without a reset.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the server ends its side");
    rest
}

#[test]
fn two_messages_in_one_packet_have_two_answers() {
    let server = Server::start("messages_server", &[]);
    let mut stream = server.connect();
    let both = [message(REQUEST, "set colour sky blue"), message(REQUEST, "get colour")].concat();
    stream.write_all(&both).expect("the server is there");
    assert_eq!(receive(&mut stream), (ANSWER, "colour has 8 bytes".to_owned()));
    assert_eq!(receive(&mut stream), (ANSWER, "sky blue".to_owned()));
    stream.shutdown(Shutdown::Write).expect("it is connected");
    assert!(rest(stream).is_empty());
    server.says(": 2 requests answered");
}

#[test]
fn a_message_in_pieces_of_a_byte_has_one_answer_and_holds_up_nobody() {
    let server = Server::start("messages_server", &[]);
    let (mut slow, mut quick) = (server.connect(), server.connect());
    slow.set_nodelay(true).expect("it is a socket");
    for byte in message(REQUEST, "get nothing") {
        slow.write_all(&[byte]).expect("the server is there");
        asks(&mut quick, "set x y", (ANSWER, "x has 1 bytes"));
    }
    assert_eq!(receive(&mut slow), (REFUSAL, "nothing is called nothing".to_owned()));
}

#[test]
fn fifty_connections_see_the_same_texts() {
    let server = Server::start("messages_server", &[]);
    let mut streams: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for (at, stream) in streams.iter_mut().enumerate() {
        asks(
            stream,
            &format!("set name-{at} {at}"),
            (ANSWER, &format!("name-{at} has {} bytes", at.to_string().len())),
        );
    }
    for (at, stream) in streams.iter_mut().rev().enumerate() {
        asks(stream, &format!("get name-{at}"), (ANSWER, &at.to_string()));
    }
}

#[test]
fn what_is_no_request_is_refused_and_the_next_one_answered() {
    let server = Server::start("messages_server", &[]);
    let mut stream = server.connect();
    for request in ["", "get", "get a b", "set a", "put a b"] {
        asks(&mut stream, request, (REFUSAL, "a request is `set NAME TEXT` or `get NAME`"));
    }
    let name = "n".repeat(256);
    asks(&mut stream, &format!("set {name} x"), (REFUSAL, "a name has at most 255 bytes, not 256"));
    stream.write_all(&message(ANSWER, "x")).expect("the server is there");
    assert_eq!(receive(&mut stream), (REFUSAL, "only clients ask, and only servers answer".to_owned()));
    // The longest message, and all of its text.
    let text = "t".repeat(65_536 - "set long ".len());
    asks(&mut stream, &format!("set long {text}"), (ANSWER, &format!("long has {} bytes", text.len())));
    asks(&mut stream, "get long", (ANSWER, &text));
    for at in 1..1000 {
        asks(&mut stream, &format!("set name-{at} x"), (ANSWER, &format!("name-{at} has 1 bytes")));
    }
    asks(&mut stream, "set another x", (REFUSAL, "1000 texts are kept, and no more"));
    asks(&mut stream, "set long x", (ANSWER, "long has 1 bytes"));
}

#[test]
fn a_header_that_lies_is_refused_at_once_and_the_refusal_arrives() {
    let server = Server::start("messages_server", &[]);
    for (header, reported) in [
        (&b"SM\x01\x00\xff\xff\xff\xff"[..], "a body has at most 65536 bytes, not 4294967295"),
        (b"SM\x01\x00\x00\x01\x00\x01", "a body has at most 65536 bytes, not 65537"),
        (b"SM\x02\x00\x00\x00\x00\x00", "the version is 1, not 2"),
        (b"SM\x01\x09\x00\x00\x00\x00", "9 is no kind of message: 0, 1 and 2 are"),
        (b"GET / HTTP/1.1\r\n\r\n", "a message begins with `SM`, this with `GE`"),
        (b"SM\x01\x00\x00\x00\x00\x02\xc3\x28", "the body is no UTF-8 after 0 bytes"),
    ] {
        let mut stream = server.connect();
        let good = message(REQUEST, "get it");
        stream.write_all(&[&good, header].concat()).expect("the server is there");
        assert_eq!(receive(&mut stream), (REFUSAL, "nothing is called it".to_owned()));
        assert_eq!(receive(&mut stream), (REFUSAL, reported.to_owned()));
        assert_eq!(stream.read(&mut [0]).expect("the server ends its side"), 0);
        // What comes behind it is dropped; were the connection closed, the first piece would reset it, and the next one fail.
        for _ in 0..20 {
            stream.write_all(&[0; 10_000]).expect("it is still read");
        }
        stream.shutdown(Shutdown::Write).expect("it is connected");
        assert!(rest(stream).is_empty());
        server.says(&format!(": {reported}, after 1 requests"));
        assert!(server.says(":").ends_with(": 1 requests answered"), "and nothing more is said of it");
    }
}

#[test]
fn a_peer_that_ends_inside_of_a_message_is_reported_so_and_one_that_vanishes_harms_nobody() {
    let server = Server::start("messages_server", &[]);
    let mut other = server.connect();
    asks(&mut other, "set x y", (ANSWER, "x has 1 bytes"));

    let mut stream = server.connect();
    stream.write_all(&message(REQUEST, "get x")[..11]).expect("the server is there");
    stream.shutdown(Shutdown::Write).expect("it is connected");
    assert_eq!(receive(&mut stream), (REFUSAL, "the stream ends after 11 bytes of a message".to_owned()));
    assert!(rest(stream).is_empty());

    let mut stream = server.connect();
    asks(&mut stream, "get x", (ANSWER, "y"));
    stream.write_all(&message(REQUEST, "get x")[..11]).expect("the server is there");
    vanish(stream);
    server.says("Connection reset by peer (os error 104), after 1 requests");
    asks(&mut other, "get x", (ANSWER, "y"));
}

#[test]
fn a_peer_that_says_nothing_is_let_go() {
    let server = Server::start("messages_server", &["1"]);
    let mut stream = server.connect();
    stream.write_all(&message(REQUEST, "get x")[..3]).expect("the server is there");
    assert!(rest(stream).is_empty());
    server.says(": silent for 1 s");
}

#[test]
fn large_answers_to_small_requests_fill_no_memory() {
    let server = Server::start("messages_server", &[]);
    let mut stream = server.connect();
    let text = "t".repeat(60_000);
    asks(&mut stream, &format!("set x {text}"), (ANSWER, "x has 60000 bytes"));
    stream.set_nonblocking(true).expect("it is a socket");
    let requests = message(REQUEST, "get x").repeat(1000);
    let (mut sent, mut refused) = (0, 0);
    // It is full when it takes nothing while the server has had the time to serve another.
    while refused < 20 {
        match stream.write(&requests[sent % requests.len()..]) {
            Ok(count) => (sent, refused) = (sent + count, 0),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                refused += 1;
                asks(&mut server.connect(), "get y", (REFUSAL, "nothing is called y"));
            }
        }
        assert!(sent < 256 << 20, "somebody keeps all that is sent");
    }
    assert!(server.peak() < 32 << 20, "the server has had {} bytes", server.peak());
    // More than the buffers of the system: it goes on where it stopped.
    stream.set_nonblocking(false).expect("it is a socket");
    for at in 0..200 {
        assert!(receive(&mut stream) == (ANSWER, text.clone()), "answer {at}");
    }
}

/// Runs the client with these requests.
fn client(address: &str, requests: String) -> Output {
    let mut command = Command::new(binary("messages_client"));
    command.arg(address).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it is a program");
    let mut input = child.stdin.take().expect("it is piped");
    let writing = spawn(move || drop(input.write_all(requests.as_bytes())));
    let output = child.wait_with_output().expect("it ends");
    writing.join().expect("writing does not panic");
    output
}

#[test]
fn the_client_has_more_on_the_way_each_way_than_the_buffers_hold() {
    let server = Server::start("messages_server", &[]);
    let text = "t".repeat(60_000);
    // 30 MB of requests, and as many of answers.
    let requests = format!("set x {text}\nget x\n").repeat(500);
    let (reported, errors) = printed(&client(&server.address(), requests), 0);
    assert_eq!(errors, "");
    let expected = format!("set x: x has 60000 bytes\nget x: {text}\n").repeat(500);
    assert!(reported == expected, "{} of {} bytes", reported.len(), expected.len());
}

/// What the client says of a server that answers its two requests so.
fn reported_of(answer: Vec<u8>) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("it is bound").to_string();
    let serving = spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client comes");
        let expected = [message(REQUEST, "get a"), message(REQUEST, "get b")].concat();
        let mut sent = vec![0; expected.len()];
        stream.read_exact(&mut sent).expect("the client asks");
        assert_eq!(sent, expected);
        stream.write_all(&answer).expect("the client is there");
    });
    let output = client(&address, "get a\nget b\n".to_owned());
    serving.join().expect("it answered");
    printed(&output, 1)
}

#[test]
fn the_client_believes_no_server_that_ends_early_or_lies() {
    let first = message(ANSWER, "a");
    let reported = |rest: &[u8]| {
        let (reported, errors) = reported_of([&first, rest].concat());
        assert_eq!(reported, "get a: a\n", "what was whole is told");
        errors.trim_start_matches("messages_client: ").trim_end().to_owned()
    };
    assert_eq!(reported(b""), "the server ended with 1 requests unanswered");
    assert_eq!(reported(&first[..5]), "the stream ends after 5 bytes of a message");
    assert_eq!(reported(b"SM\x01\x01\xff\xff\xff\xff"), "a body has at most 65536 bytes, not 4294967295");
    assert_eq!(reported(&message(REQUEST, "x")), "the server sent a request, which only clients do");
}

#[test]
fn the_client_sends_no_request_that_is_too_long() {
    let requests = format!("set x {}\n", "t".repeat(65_536));
    let (_, errors) = printed(&client("127.0.0.1:1", requests), 1);
    assert_eq!(errors, "messages_client: a body has at most 65536 bytes, not 65542\n");
}
