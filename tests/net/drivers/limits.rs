//! Limits of time, and cancelling.

use super::readiness::Waiting;
use super::stage::{Peer, Serving, Stage};
use sockatlas::net::{Cancel, Error, Opener, Step, Stream};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(150);

/// By then what was to be let go has been.
const PROMPT: Duration = Duration::from_secs(10);

/// A listener that nobody accepts at, so that the system shakes hands and nothing more.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound").to_string();
    (listener, address)
}

/// A listener whose queue is full: a connection to it is begun and gets no answer.
fn full() -> (socket2::Socket, Vec<socket2::Socket>, String) {
    full_at("127.0.0.1:0")
}

/// The same at this address.
pub fn full_at(address: &str) -> (socket2::Socket, Vec<socket2::Socket>, String) {
    use socket2::{Domain, Socket, Type};
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    listener.bind(&address.parse::<std::net::SocketAddr>().expect("an address").into()).expect("bound");
    listener.listen(0).expect("it listens");
    let address = listener.local_addr().expect("it is bound");
    let mut waiting = Vec::new();
    loop {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let answered = socket.connect_timeout(&address, Duration::from_millis(200)).is_ok();
        waiting.push(socket);
        if !answered {
            return (listener, waiting, address.as_socket().expect("an IP address").to_string());
        }
        assert!(waiting.len() < 64, "the queue has an end");
    }
}

/// Connects with each driver; what went wrong.
fn failures(opener: &Opener, address: &str) -> Vec<Error> {
    let ready = || -> Result<(), Error> {
        let target = opener.target(address)?;
        let first = opener.resolve(&target)?.remove(0);
        let mut stream = opener.start(&target, &first, Instant::now())?;
        let mut waiting = Waiting::new(&stream);
        while !stream.progress(Instant::now())? {
            let left = stream.deadline().expect("there is a limit").saturating_duration_since(Instant::now());
            waiting.at_most(&stream, left);
        }
        Ok(())
    };
    vec![
        opener.connect(address).expect_err("it fails"),
        ready().expect_err("it fails"),
        #[cfg(feature = "tokio")]
        super::tokio::runtime().block_on(opener.connect_tokio(address)).expect_err("it fails"),
    ]
}

#[test]
fn connecting_has_a_limit() {
    let (_listener, _waiting, address) = full();
    let stage = Stage::new();
    let opener = stage.opener("tcp4").limit(Step::Connect, Some(SHORT));
    let began = Instant::now();
    for failure in failures(&opener, &address) {
        let reported = io::Error::from(failure);
        assert_eq!(reported.kind(), io::ErrorKind::TimedOut, "{reported}");
    }
    assert!(began.elapsed() >= SHORT && began.elapsed() < PROMPT);
}

#[test]
fn shaking_hands_has_a_limit_and_the_layer_is_named() {
    let (_listener, address) = silent();
    let port = address.rsplit_once(':').expect("a port").1.parse().expect("a number");
    let stage = Stage::with(port, port);
    for (chain, name) in
        [("secure", "tls"), ("socks", "socks5"), ("secure-http-socks", "socks5"), ("http", "http-connect")]
    {
        let opener = stage.opener(chain).limit(Step::Handshake, Some(SHORT));
        for failure in failures(&opener, &address) {
            let Error::TimedOut { step: Step::Handshake, layer, limit: SHORT } = &failure else { panic!("{failure}") };
            assert_eq!(layer.as_deref(), Some(name));
            assert_eq!(failure.to_string(), format!("layer `{name}`: the handshakes did not end within 150ms"));
        }
    }
}

#[test]
fn an_accepted_peer_that_stays_silent_is_given_up() {
    let stage = Stage::new();
    for (chain, name) in [
        ("secure", "tls"),
        ("secure-framed", "tls"),
        ("forwarded", "proxy-protocol"),
        ("secure-framed-forwarded", "proxy-protocol"),
    ] {
        let opener = stage.opener(chain).limit(Step::Handshake, Some(SHORT));
        let listener = opener.listen("127.0.0.1:0").expect("it listens");
        let address = listener.local().expect("it is bound").socket_addr().expect("an IP address");
        let _silent = TcpStream::connect(address).expect("connected");
        let failure = listener.accept().expect("accepted").handshake().expect_err("nobody shakes hands");
        assert!(matches!(&failure, Error::TimedOut { layer: Some(layer), .. } if layer == name), "{chain}: {failure}");
    }
}

/// A peer that is open, and neither reads nor writes.
struct Idle {
    quit: Option<std::sync::mpsc::Sender<()>>,
    peer: Option<Serving>,
}

impl Idle {
    fn new(stage: &Stage, kind: Peer) -> Self {
        let (quit, wait) = std::sync::mpsc::channel::<()>();
        let peer = stage.peer(kind, true, move |_| _ = wait.recv());
        Idle { quit: Some(quit), peer: Some(peer) }
    }

    fn address(&self) -> String {
        self.peer.as_ref().map(Serving::address).expect("it runs")
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.quit.take();
        let peer = self.peer.take().expect("it runs");
        if !std::thread::panicking() {
            peer.finish();
        }
    }
}

/// A chain without layers, one whose layer has left, and some with layers that stay; the last of messages.
const KINDS: [(&str, Peer); 4] =
    [("tcp4", Peer::Plain), ("forwarded", Peer::Forwarded), ("secure", Peer::Tls), ("secure-framed", Peer::FramedTls)];

/// Writes until that fails.
fn fill(stream: &mut Stream) -> io::Error {
    loop {
        if let Err(error) = stream.write(&[7; 50_000]) {
            return error;
        }
    }
}

#[test]
fn reading_and_writing_have_limits() {
    let stage = Stage::new();
    for (chain, kind) in KINDS {
        let peer = Idle::new(&stage, kind);
        let opener = stage.opener(chain).limit(Step::Read, Some(SHORT)).limit(Step::Write, Some(SHORT));
        let mut stream = opener.connect(peer.address()).expect("open");
        let read = stream.read(&mut [0; 9]).expect_err("nothing comes");
        assert_eq!((read.kind(), read.to_string().as_str()), (io::ErrorKind::TimedOut, "nothing to read within 150ms"));
        let written = fill(&mut stream);
        assert_eq!(written.kind(), io::ErrorKind::TimedOut);
        assert_eq!(written.to_string(), "no room to write within 150ms");
        assert_eq!(stream.read(&mut [0; 9]).expect_err("nothing comes").kind(), io::ErrorKind::TimedOut);
    }
}

#[cfg(feature = "tokio")]
#[test]
fn reading_and_writing_have_limits_with_tokio() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let stage = Stage::new();
    super::tokio::runtime().block_on(async {
        for (chain, kind) in KINDS {
            let peer = Idle::new(&stage, kind);
            let opener = stage.opener(chain).limit(Step::Read, Some(SHORT)).limit(Step::Write, Some(SHORT));
            let mut stream = opener.connect_tokio(peer.address()).await.expect("open");
            let read = stream.read(&mut [0; 9]).await.expect_err("nothing comes");
            assert_eq!(
                (read.kind(), read.to_string().as_str()),
                (io::ErrorKind::TimedOut, "nothing to read within 150ms")
            );
            let written = loop {
                if let Err(error) = stream.write(&[7; 50_000]).await {
                    break error;
                }
            };
            assert_eq!(written.to_string(), "no room to write within 150ms");
        }
    });
}

/// Runs what blocks, and cancels it after a while.
fn cancelled<T>(run: impl FnOnce(&Cancel) -> T) -> T {
    let cancel = Cancel::new().expect("a file descriptor");
    let other = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(SHORT);
        other.cancel();
        Instant::now()
    });
    let result = run(&cancel);
    let took = canceller.join().expect("it cancels").elapsed();
    assert!(took < PROMPT, "it took {took:?} to notice");
    result
}

#[test]
fn opening_and_accepting_can_be_cancelled() {
    let stage = Stage::new();
    let (_listener, _waiting, full) = full();
    let failure = cancelled(|cancel| stage.opener("tcp4").cancelled_by(cancel).connect(full.as_str()));
    assert!(matches!(failure, Err(Error::Cancelled)), "{failure:?}");

    let (_listener, silent) = silent();
    let failure = cancelled(|cancel| stage.opener("secure").cancelled_by(cancel).connect(silent.as_str()));
    assert!(matches!(failure, Err(Error::Cancelled)), "{failure:?}");

    let failure = cancelled(|cancel| {
        let listener = stage.opener("secure").cancelled_by(cancel).listen("127.0.0.1:0").expect("it listens");
        listener.accept().map(drop)
    });
    assert!(matches!(failure, Err(Error::Cancelled)), "{failure:?}");

    let cancel = Cancel::new().expect("a file descriptor");
    cancel.cancel();
    let failure = stage.opener("tcp4").cancelled_by(&cancel).connect(silent.as_str());
    assert!(matches!(failure, Err(Error::Cancelled)), "what was cancelled before is not opened: {failure:?}");
}

#[test]
fn reading_and_writing_can_be_cancelled() {
    let stage = Stage::new();
    for (chain, kind) in KINDS {
        let peers = [Idle::new(&stage, kind), Idle::new(&stage, kind)];
        let open = |cancel: &Cancel, peer: &Idle| {
            stage.opener(chain).cancelled_by(cancel).connect(peer.address()).expect("open")
        };
        let read = cancelled(|cancel| open(cancel, &peers[0]).read(&mut [0; 9]).expect_err("cancelled"));
        let written = cancelled(|cancel| fill(&mut open(cancel, &peers[1])));
        for error in [read, written] {
            assert!(matches!(Error::of(&error), Some(Error::Cancelled)), "{chain}: {error}");
        }
    }
}
