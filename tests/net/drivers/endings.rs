//! How connections end, and what is left of those whose layers retire.

use super::readiness::{connect, now};
use super::stage::{LONGEST, Peer, Stage};
use sockatlas::net::Error;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

#[test]
fn a_truncated_stream_does_not_look_whole() {
    let stage = Stage::new();
    // The peer says something and hangs up below TLS.
    let cut = |kind: Peer| {
        let config = super::stage::raw_tls::server(&stage);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("accepted");
            let outer = super::stage::raw_tls::accept(&config, stream);
            let say = |stream: &mut dyn Write| {
                stream.write_all(b"half a sent").expect("written");
                stream.flush().expect("sent");
            };
            if kind == Peer::Twice {
                let mut inner = super::stage::raw_tls::accept(&config, outer);
                say(&mut inner);
                // The lower TLS says goodbye, the upper does not.
                super::stage::End::end(&mut inner.sock);
            } else {
                let mut outer = outer;
                say(&mut outer);
            }
        });
        address
    };
    for (chain, kind, layer) in [
        ("secure", Peer::Tls, "tls"),
        ("inside-secure-http-socks", Peer::Twice, "tls-inside"),
        ("inspected-secure-http-socks", Peer::Tls, "tls"),
        ("secure-inspected-socks", Peer::Tls, "tls"),
    ] {
        let reported = |got: &[u8], error: io::Error| {
            assert_eq!(got, b"half a sent", "what came before can be read");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
            assert!(matches!(Error::of(&error), Some(Error::Layer { layer: named, .. }) if named == layer), "{error}");
        };
        let mut got = Vec::new();
        let mut stream = stage.opener(chain).connect(cut(kind).as_str()).expect("open");
        let error = stream.read_to_end(&mut got).expect_err("it is cut off");
        reported(&got, error);

        let (mut stream, mut waiting) = connect(&stage, chain, &cut(kind));
        let mut got = Vec::new();
        let error = loop {
            let mut target = [0; 4];
            match stream.read(&mut target) {
                Ok(count) => got.extend(&target[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => waiting.until_ready(&stream),
                Err(error) => break error,
            }
        };
        reported(&got, error);

        #[cfg(feature = "tokio")]
        super::tokio::runtime().block_on(async {
            use tokio::io::AsyncReadExt;
            let mut got = Vec::new();
            let mut stream = stage.opener(chain).connect_tokio(cut(kind)).await.expect("open");
            let error = stream.read_to_end(&mut got).await.expect_err("it is cut off");
            reported(&got, error);
        });
    }
}

/// A chain; whether its peer speaks in TLS, what it says before it goes, and whether it says goodbye; the layer that fails, and
/// what it tells.
type Cut = (&'static str, bool, &'static [u8], bool, &'static str, &'static str);

const CUT: [Cut; 5] = [
    ("framed", false, b"\0\0\0\x02ok\0\0\0\x09half a", false, "frame", CUT_MESSAGE),
    ("framed", false, b"\0\0\0\x02ok\0\0\0", false, "frame", CUT_LENGTH),
    ("inspected-framed", false, b"\0\0\0\x02ok\0\0\0\x09half a", false, "frame", CUT_MESSAGE),
    // TLS says goodbye, in the middle of a message ...
    ("secure-framed", true, b"\0\0\0\x02ok\0\0\0\x09half a", true, "frame", CUT_MESSAGE),
    // ... and where it does not, even the end behind a message is none.
    ("secure-framed", true, b"\0\0\0\x02ok", false, "tls", "the peer's stream was cut off"),
];
const CUT_MESSAGE: &str = "the stream ended 3 bytes before the end of a message of 9 bytes";
const CUT_LENGTH: &str = "the stream ended after 3 of the 4 bytes of a message's length";

#[test]
fn a_message_that_is_cut_off_does_not_look_whole() {
    let stage = Stage::new();
    for (chain, secure, said, goodbye, layer, reported) in CUT {
        let peer = || {
            stage.peer(if secure { Peer::Tls } else { Peer::Plain }, false, move |end| {
                end.write_all(said).expect("written");
                end.flush().expect("sent");
                if goodbye {
                    end.end();
                }
            })
        };
        let failed = |got: &[Vec<u8>], error: io::Error| {
            assert_eq!(got, [b"ok"], "what was whole can be read");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
            assert!(matches!(Error::of(&error), Some(Error::Layer { layer: named, .. }) if named == layer), "{error}");
            assert!(error.to_string().ends_with(reported) || layer == "tls", "{chain}: {error}");
        };
        let running = peer();
        let mut stream = stage.opener(chain).connect(running.address()).expect("open");
        let mut got = Vec::new();
        let mut target = [0; 99];
        let error = loop {
            match stream.read(&mut target) {
                Ok(count) => got.push(target[..count].to_vec()),
                Err(error) => break error,
            }
        };
        failed(&got, error);
        assert!(stream.read(&mut target).is_err() && !stream.has_ended(), "nor later");
        running.finish();

        let running = peer();
        let (mut stream, mut waiting) = connect(&stage, chain, &running.address());
        let mut got = Vec::new();
        let error = loop {
            match stream.read(&mut target) {
                Ok(count) => got.push(target[..count].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => waiting.until_ready(&stream),
                Err(error) => break error,
            }
        };
        failed(&got, error);
        running.finish();

        #[cfg(feature = "tokio")]
        super::tokio::runtime().block_on(async {
            use tokio::io::AsyncReadExt;
            let running = peer();
            let mut stream = stage.opener(chain).connect_tokio(running.address()).await.expect("open");
            let mut got = Vec::new();
            let error = loop {
                match stream.read(&mut target).await {
                    Ok(count) => got.push(target[..count].to_vec()),
                    Err(error) => break error,
                }
            };
            failed(&got, error);
            running.finish();
        });
    }
}

#[test]
fn a_message_that_is_too_long_ends_the_connection_of_who_announces_it_only() {
    let stage = Stage::new();
    let peer = stage.peer(Peer::Plain, false, |end| {
        end.write_all(&200_001_u32.to_be_bytes()).expect("written");
        // It has gone, and nothing was sent to it.
        let mut got = Vec::new();
        end.read_to_end(&mut got).expect("read");
        assert!(got.is_empty());
    });
    let mut stream = stage.opener("framed").connect(peer.address()).expect("open");
    let error = stream.read(&mut [0; 9]).expect_err("it is too long");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(
        error.to_string(),
        "layer `frame` (1 of 2, while open): the peer announced a message of 200001 bytes, where at most 200000 are \
         accepted (`max-message`)"
    );
    assert!(stream.write(b"x").is_err());
    drop(stream);
    peer.finish();

    let peer = stage.peer(Peer::Framed, true, |end| {
        let mut target = vec![0; LONGEST];
        assert_eq!(end.read(&mut target).expect("the one that was sent"), LONGEST);
    });
    let mut stream = stage.opener("framed").connect(peer.address()).expect("open");
    let error = stream.write(&vec![7; LONGEST + 1]).expect_err("it is too long");
    assert!(matches!(Error::of(&error), Some(Error::TooLong { .. })), "{error}");
    assert_eq!(stream.write(&vec![7; LONGEST]).expect("it is not"), LONGEST);
    peer.finish();
}

/// All bytes to the end. No message of these is empty.
fn to_end(end: &mut (impl Read + ?Sized)) -> Vec<u8> {
    let mut got = Vec::new();
    let mut target = [0; 99];
    loop {
        match end.read(&mut target).expect("read") {
            0 => return got,
            count => got.extend(&target[..count]),
        }
    }
}

#[test]
fn one_side_may_end_long_before_the_other() {
    let stage = Stage::new();
    for (chain, kind) in super::stage::CHAINS {
        // The peer ends first, and reads on.
        let peer = stage.peer(*kind, kind.has_layers(), |end| {
            end.write_all(b"first").expect("written");
            end.flush().expect("sent");
            end.end();
            assert_eq!(to_end(end), b"afterwards");
        });
        let mut stream = stage.opener(chain).connect(peer.address().as_str()).expect("open");
        assert_eq!(to_end(&mut stream), b"first");
        stream.write_all(b"after").expect("written");
        stream.write_all(b"wards").expect("written");
        stream.shutdown_write().expect("ended");
        assert_eq!(stream.write(b"x").expect_err("it has ended").kind(), io::ErrorKind::BrokenPipe);
        peer.finish();
    }
}

#[test]
fn a_peer_that_never_reads_stops_a_writer_that_does_not_wait() {
    let stage = Stage::new();
    for (chain, kind) in super::stage::CHAINS {
        let (quit, wait) = std::sync::mpsc::channel::<()>();
        let peer = stage.peer(*kind, kind.has_layers(), move |_| _ = wait.recv());
        let (mut stream, _waiting) = connect(&stage, chain, &peer.address());
        let much = vec![7; if kind.is_of_messages() { LONGEST } else { 1 << 20 }];
        let (mut taken, mut refused) = (0, 0);
        // The system's buffers grow for a while.
        while refused < 20 {
            match now(stream.write(&much)) {
                Some(count) => taken += count as u64,
                None => {
                    refused += 1;
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            }
            assert!(taken < 64 << 20, "{chain}: it never stops");
        }
        let sent = stream.opened().sent;
        let one = if kind.is_of_messages() { LONGEST as u64 } else { 0 };
        assert!(taken <= sent + (128 << 10) + one, "{chain}: {taken} bytes are taken and {sent} sent");
        assert!(stream.wants().writable);
        drop((stream, quit));
        peer.finish();
    }
}

#[test]
fn the_socket_of_retired_layers_is_the_connection() {
    // A proxy whose answer comes in one piece with the first words of the target.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stage = Stage::with(listener.local_addr().expect("it is bound").port(), 1);
    let serve = std::thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().expect("accepted");
            let mut request = [0; 3];
            stream.read_exact(&mut request).expect("the methods");
            stream.write_all(&[5, 0]).expect("answered");
            let mut request = [0; 10];
            stream.read_exact(&mut request).expect("the request");
            stream.write_all(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00early").expect("answered");
            let mut got = [0; 4];
            stream.read_exact(&mut got).expect("read");
            stream.write_all(&got).expect("written");
        }
    });
    let on = |bare: sockatlas::net::Bare| {
        assert_eq!(bare.unread, b"early");
        let mut stream = TcpStream::from(bare.socket);
        stream.set_nonblocking(false).expect("it waits");
        stream.write_all(b"ping").expect("written");
        let mut got = String::new();
        stream.read_to_string(&mut got).expect("read");
        assert_eq!(got, "ping");
    };
    let opener = stage.opener("socks");
    let stream = opener.connect("127.0.0.1:7").expect("open");
    assert!(stream.is_bare());
    // It has come with the answer, on loopback; where it has not, it is with the socket.
    on(stream.into_socket().expect("it is bare"));

    let (stream, _) = connect(&stage, "socks", "127.0.0.1:7");
    assert!(stream.has_unread());
    on(stream.into_socket().expect("it is bare"));

    #[cfg(feature = "tokio")]
    super::tokio::runtime().block_on(async {
        let stream = opener.connect_tokio("127.0.0.1:7").await.expect("open");
        on(stream.into_socket().expect("it is bare"));
    });
    #[cfg(not(feature = "tokio"))]
    on(opener.connect("127.0.0.1:7").expect("open").into_socket().expect("it is bare"));
    serve.join().expect("the proxy is content");
}

#[test]
fn the_socket_of_layers_that_stay_is_not_given_away() {
    let stage = Stage::new();
    let peer = stage.peer(Peer::Tls, true, |end| {
        end.write_all(b"on").expect("written");
        end.flush().expect("sent");
        end.end();
    });
    let stream = stage.opener("secure").connect(peer.address().as_str()).expect("open");
    assert!(!stream.is_bare());
    let mut stream = stream.into_socket().expect_err("TLS is in the way");
    let mut got = String::new();
    stream.read_to_string(&mut got).expect("it goes on");
    assert_eq!(got, "on");
    peer.finish();
}
