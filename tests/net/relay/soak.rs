//! A thousand connections with TLS, for as long as `SOCKATLAS_SOAK` says in seconds: all served, memory flat, and none lost when the
//! relay is ended with all of them under way.

use super::{PATIENCE, Relay, TLS};
use crate::net::drivers::stage::Stage;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use sockatlas::net::Stream;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 1000;

/// Threads that drive the clients.
const DRIVERS: usize = 8;

/// What a client sends at a time, and gets back.
const WORD: usize = 2000;

/// Kilobytes that the relay may take for each connection, its TLS session and its buffers: 40 kB of buffers while bytes pass, and
/// what rustls keeps.
const A_CONNECTION: u64 = 100;

#[test]
fn a_thousand_connections_with_tls() {
    let seconds = std::env::var("SOCKATLAS_SOAK").ok().map_or(3, |seconds| seconds.parse().expect("seconds"));
    let files = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: files.maximum, maximum: files.maximum }).expect("up to the maximum");
    let stage = Stage::new();
    let far = echo_in_one_thread();
    let relay = Relay::start(&stage, TLS, "tcp4", &far, &["--grace", "60s"]);
    let empty = resident(&relay);
    let (over, moved) = (AtomicBool::new(false), AtomicU64::new(0));
    // All are open; all have ended their sides.
    let open = Barrier::new(DRIVERS + 1);
    let mut sizes = Vec::new();
    std::thread::scope(|scope| {
        let drivers: Vec<_> = (0..DRIVERS)
            .map(|driver| {
                let (stage, relay, over, moved, open) = (&stage, &relay, &over, &moved, &open);
                scope.spawn(move || {
                    let opener = stage.opener(TLS).limit(sockatlas::net::Step::Handshake, Some(PATIENCE));
                    let mut clients: Vec<Client> = (driver..CONNECTIONS)
                        .step_by(DRIVERS)
                        .map(|number| {
                            let stream = opener.connect(relay.address().as_str());
                            Client::new(number, stream.unwrap_or_else(|error| panic!("{number}: {error}")))
                        })
                        .collect();
                    open.wait();
                    while !over.load(Ordering::Relaxed) {
                        for client in &mut clients {
                            client.ask();
                        }
                        for client in &mut clients {
                            client.hear();
                        }
                    }
                    for client in &mut clients {
                        client.ask();
                    }
                    // The relay is told to end while each has a question on its way.
                    open.wait();
                    open.wait();
                    for mut client in clients {
                        client.hear();
                        moved.fetch_add(client.finish(), Ordering::Relaxed);
                    }
                })
            })
            .collect();
        open.wait();
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            std::thread::sleep(Duration::from_secs(1).min(end.saturating_duration_since(Instant::now())));
            sizes.push(resident(&relay));
        }
        over.store(true, Ordering::Relaxed);
        open.wait();
        relay.signal(Signal::TERM);
        relay.has_closed();
        open.wait();
        drivers.into_iter().for_each(|driver| driver.join().expect("its clients are served"));
    });
    let left = relay.wait();
    left.ended_well();
    let served: Vec<_> = left.log.iter().filter(|line| line["outcome"] == "served").collect();
    assert_eq!(served.len(), CONNECTIONS, "{}", left.said);
    let sum = |way: &str| served.iter().map(|line| line[way].as_u64().expect("a number")).sum::<u64>();
    let moved = moved.into_inner();
    assert_eq!((sum("up"), sum("down")), (moved, moved), "each byte is counted");

    let (first, most) = (sizes[0], *sizes.iter().max().expect("some"));
    let each = most.saturating_sub(empty) / CONNECTIONS as u64;
    let _ = writeln!(
        std::io::stderr(),
        "SOAK: {CONNECTIONS} connections with TLS, {seconds} s, {moved} bytes each way: resident {empty} kB without, {first} kB \
         at first, {most} kB at most: {each} kB a connection"
    );
    assert!(each <= A_CONNECTION, "{each} kB a connection: {sizes:?}");
    // Flat: what is there after the first second is what is there at the end, but for a tenth.
    assert!(most <= first + first / 10, "{sizes:?}");
}

/// A client that knows what it sent.
struct Client {
    number: usize,
    stream: Stream,
    said: u64,
}

impl Client {
    fn new(number: usize, stream: Stream) -> Self {
        let mut client = Client { number, stream, said: 0 };
        client.stream.set_read_limit(Some(PATIENCE)).expect("it is a socket");
        client.stream.set_write_limit(Some(PATIENCE)).expect("it is a socket");
        client
    }

    fn word(&self) -> Vec<u8> {
        (0..WORD).map(|at| (at + self.number + self.said as usize) as u8).collect()
    }

    fn ask(&mut self) {
        self.stream.write_all(&self.word()).unwrap_or_else(|error| panic!("{}: {error}", self.number));
    }

    fn hear(&mut self) {
        let mut answer = vec![0; WORD];
        self.stream.read_exact(&mut answer).unwrap_or_else(|error| panic!("{}: {error}", self.number));
        assert!(answer == self.word(), "{} got another's answer", self.number);
        self.said += WORD as u64;
    }

    fn finish(mut self) -> u64 {
        self.stream.shutdown_write().expect("ended");
        assert_eq!(self.stream.read(&mut [0]).expect("its end comes back"), 0);
        self.said
    }
}

/// An echo for thousands, in one thread that polls.
fn echo_in_one_thread() -> String {
    use mio::{Events, Interest, Poll, Token};
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it is a socket");
    let mut listener = mio::net::TcpListener::from_std(listener);
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        let mut poll = Poll::new().expect("a selector");
        poll.registry().register(&mut listener, Token(usize::MAX), Interest::READABLE).expect("registered");
        let mut events = Events::with_capacity(1024);
        let mut streams: Vec<Option<mio::net::TcpStream>> = Vec::new();
        let mut bytes = vec![0; 65_536];
        loop {
            poll.poll(&mut events, None).expect("polled");
            for event in &events {
                if event.token() == Token(usize::MAX) {
                    while let Ok((mut stream, _)) = listener.accept() {
                        let token = Token(streams.len());
                        poll.registry().register(&mut stream, token, Interest::READABLE).expect("registered");
                        streams.push(Some(stream));
                    }
                    continue;
                }
                let held = &mut streams[event.token().0];
                while let Some(stream) = held {
                    match stream.read(&mut bytes) {
                        Ok(0) => *held = None,
                        // Its words are few and small: the socket has room for them.
                        Ok(count) => stream.write_all(&bytes[..count]).expect("there is room"),
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                        Err(_) => *held = None,
                    }
                }
            }
        }
    });
    address
}

/// Kilobytes of memory that the relay has: `VmRSS` of proc_pid_status(5).
fn resident(relay: &Relay) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", relay.child.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
