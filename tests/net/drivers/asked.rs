//! Clients of a proxy that is accepted with tokio: they ask, and are answered. The other drivers' are in `accepting`.

use super::stage::Stage;
use super::tokio::runtime;
use sockatlas::net::tokio::Stream;
use sockatlas::net::{Answer, Denial, Error, Opener, Step};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Accepts a connection that asks, through TLS over SOCKS; `client` is told the port of the proxy.
async fn accepted<T: Send + 'static>(
    opener: Opener,
    client: impl FnOnce(u16) -> T + Send + 'static,
) -> (Stream, JoinHandle<T>) {
    let listener = opener.asking().listen_tokio("127.0.0.1:0").expect("it listens");
    let port = listener.local().and_then(|local| local.socket_addr()).expect("it is bound").port();
    let client = std::thread::spawn(move || client(port));
    let stream = listener.accept().await.expect("accepted").handshake().await.expect("it asks");
    assert_eq!(stream.asked().map(ToString::to_string).as_deref(), Some("127.0.0.1:7"));
    (stream, client)
}

/// A client of ours, which wants to be connected to the echo service of this host.
fn ours(stage: &Stage) -> impl FnOnce(u16) -> Result<String, Error> + Send + 'static {
    let opener = stage.opener("secure-socks");
    move |port| {
        let opener = opener.set_word("socks5", "proxy", &format!("127.0.0.1:{port}"))?;
        let mut stream = opener.connect("127.0.0.1:7")?;
        stream.write_all(b"hello").expect("written");
        stream.shutdown_write().expect("ended");
        let mut got = String::new();
        stream.read_to_string(&mut got).expect("read");
        Ok(got)
    }
}

#[test]
fn a_client_that_is_granted_its_target_shakes_hands_above() {
    let stage = Stage::new();
    runtime().block_on(async {
        let (mut stream, client) = accepted(stage.opener("secure-socks"), ours(&stage)).await;
        let error = stream.read(&mut [0; 9]).await.expect_err("it waits for its answer");
        assert!(matches!(Error::of(&error), Some(Error::Unanswered)), "{error}");
        stream.answer(&Answer::Granted(None)).await.expect("it shakes hands");
        assert_eq!((stream.asked(), stream.is_of_messages()), (None, false));
        let mut got = String::new();
        stream.read_to_string(&mut got).await.expect("read");
        assert!(got == "hello" && stream.has_ended() && !stream.is_endless());
        stream.write_all(b"hello yourself").await.expect("written");
        stream.shutdown().await.expect("ended");
        assert_eq!(client.join().expect("no panic").expect("it is connected"), "hello yourself");
    });
}

#[test]
fn a_client_that_is_refused_is_reported_why() {
    let stage = Stage::new();
    runtime().block_on(async {
        let (mut stream, client) = accepted(stage.opener("secure-socks"), ours(&stage)).await;
        stream.answer(&Answer::Refused(Denial::NotAllowed)).await.expect("it is told");
        let error = stream.write(b"x").await.expect_err("it has ended");
        assert!(matches!(Error::of(&error), Some(Error::Layer { layer, .. }) if layer == "socks5"), "{error}");
        let error = client.join().expect("no panic").expect_err("it is not connected");
        assert!(error.to_string().ends_with("reply 2 (connection not allowed by ruleset)"), "{error}");
    });
}

#[test]
fn a_client_that_is_answered_has_so_long_to_shake_hands_above() {
    const SHORT: Duration = Duration::from_millis(150);
    let stage = Stage::new();
    runtime().block_on(async {
        let opener = stage.opener("secure-socks").limit(Step::Handshake, Some(SHORT));
        // It speaks SOCKS, and then is silent.
        let (mut stream, client) = accepted(opener, |port| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
            stream.write_all(b"\x05\x01\x00\x05\x01\x00\x01\x7f\0\0\x01\0\x07").expect("written");
            stream
        })
        .await;
        // What the program takes for its answer does not count.
        tokio::time::sleep(2 * SHORT).await;
        let error = stream.answer(&Answer::Granted(None)).await.expect_err("nobody shakes hands");
        let Some(Error::TimedOut { step: Step::Handshake, layer, limit: SHORT }) = Error::of(&error) else {
            panic!("{error}")
        };
        assert_eq!(layer.as_deref(), Some("tls"));
        drop(client.join().expect("no panic"));
    });
}
