//! Many connections in one thread: a readiness loop, and what each connection has to remember.
//!
//! Every byte goes back to where it came from. The loop sleeps until a socket is ready, gives each ready one a turn,
//! and never waits for any single one. The listening socket is told from the connections by its token.
//!
//! # What people get wrong
//!
//! - A selector of edges, as mio is, tells once that a socket is ready. Whoever stops before `WouldBlock` is not stated
//!   again; so here a connection stays among the ready ones until both reading and writing would wait.
//! - A loop that reads one connection until it is empty starves the others while a fast peer sends; here a turn is one
//!   write and one read.
//! - A socket is nearly always writable. Who always asks for that is woken by it without end, or at least for nothing;
//!   here it is asked for only while bytes wait.
//! - A write may take a part of the bytes. What it left is kept with its connection, and bounded: while 64 KiB wait,
//!   nothing more is read, so that a peer that sends and never reads fills its own memory, and not ours.
//! - A read of 0 bytes is the end of the peer's side, not of the connection: what waits is still sent back, then our
//!   side ends.
//! - Errors concern one connection. Only a broken listener ends the program; see `accepting`.
//!
//! ```sh
//! cargo run --example echo_server -- 127.0.0.1:7000
//! ```

mod accepting;

use accepting::Failure;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sockatlas::net::readiness::{Listener, Stream};
use sockatlas::net::{Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The token of the listener; connections count from the next one.
const LISTENER: Token = Token(0);
/// While so many bytes wait to be sent back, no more are read.
const MOST_WAITING: usize = 64 * 1024;
/// How long to wait for descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo_server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let at = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection);
    // Else the address is in use for a minute after connections that this side ended first.
    let opener = opener.set_word(selection.name(), "reuse-address", "true")?;
    let listener = opener.listen_nonblocking(&at)?;
    let local = listener.local().ok_or("the listener has no address")?;
    println!("listening at {}", opener.shown(&local));
    Server { poll: Poll::new()?, opener, listener, connections: HashMap::new(), paused: false, next: 1 }.serve()
}

struct Server {
    poll: Poll,
    opener: Opener,
    listener: Listener,
    connections: HashMap<Token, Connection>,
    /// Accepting waits for descriptors or memory.
    paused: bool,
    next: usize,
}

/// What one connection has to remember.
struct Connection {
    stream: Stream,
    peer: String,
    /// Received, and not yet sent back.
    waiting: Vec<u8>,
    echoed: u64,
    peer_ended: bool,
    interest: Interest,
}

/// What came of a turn.
#[derive(PartialEq, Eq)]
enum Turn {
    /// Another turn may do more at once.
    More,
    /// There is nothing to do until the selector tells so.
    Wait,
    /// It is over.
    Ended,
}

impl Server {
    fn serve(mut self) -> Result<(), Box<dyn Error>> {
        let descriptor = self.listener.fd().ok_or("the listener has no file descriptor")?.as_raw_fd();
        self.poll.registry().register(&mut SourceFd(&descriptor), LISTENER, Interest::READABLE)?;
        let mut events = Events::with_capacity(256);
        let mut buffer = vec![0; 16 * 1024];
        let mut ready = BTreeSet::new();
        loop {
            let wait = match (ready.is_empty(), self.paused) {
                (false, _) => Some(Duration::ZERO),
                (true, true) => Some(PAUSE),
                (true, false) => None,
            };
            match self.poll.poll(&mut events, wait) {
                // A signal came.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            }
            ready.extend(events.iter().map(|event| event.token()));
            if self.paused {
                ready.insert(LISTENER);
            }
            for token in std::mem::take(&mut ready) {
                let turn = if token == LISTENER { self.accept(&mut ready)? } else { self.turn(token, &mut buffer) };
                if turn == Turn::More {
                    ready.insert(token);
                }
            }
        }
    }

    /// Accepts one connection.
    fn accept(&mut self, ready: &mut BTreeSet<Token>) -> Result<Turn, Box<dyn Error>> {
        let stream = match self.listener.accept(Instant::now()) {
            Ok(Some(stream)) => stream,
            Ok(None) => return Ok(Turn::Wait),
            Err(error) => match accepting::failure(&error) {
                Failure::Connection => return Ok(Turn::More),
                Failure::Resources => {
                    if !std::mem::replace(&mut self.paused, true) {
                        eprintln!("{} connections are open, others wait: {error}", self.connections.len());
                    }
                    return Ok(Turn::Wait);
                }
                Failure::Listener => return Err(error.into()),
            },
        };
        self.paused = false;
        let token = Token(self.next);
        self.next += 1;
        let peer = stream.opened().peer.map_or_else(|| "(gone)".to_owned(), |peer| self.opener.shown(&peer));
        let interest = Interest::READABLE;
        self.poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), token, interest)?;
        let connection = Connection { stream, peer, waiting: Vec::new(), echoed: 0, peer_ended: false, interest };
        self.connections.insert(token, connection);
        ready.insert(token);
        Ok(Turn::More)
    }

    /// Gives a connection its turn, and waits for what it then wants.
    fn turn(&mut self, token: Token, buffer: &mut [u8]) -> Turn {
        // An event may be left of one that has ended.
        let Some(connection) = self.connections.get_mut(&token) else { return Turn::Ended };
        let registry = self.poll.registry();
        let result = connection.turn(buffer).and_then(|turn| {
            let interest = connection.wanted();
            if turn == Turn::Wait && interest != connection.interest {
                registry.reregister(&mut SourceFd(&connection.stream.as_raw_fd()), token, interest)?;
                connection.interest = interest;
            }
            Ok(turn)
        });
        match &result {
            Ok(Turn::Ended) => println!("{}: {} bytes echoed", connection.peer, connection.echoed),
            Err(error) => eprintln!("{}: {error} after {} bytes", connection.peer, connection.echoed),
            Ok(turn) => return if *turn == Turn::More { Turn::More } else { Turn::Wait },
        }
        // A descriptor that is closed leaves the selector by itself.
        self.connections.remove(&token);
        Turn::Ended
    }
}

impl Connection {
    /// One write and one read.
    fn turn(&mut self, buffer: &mut [u8]) -> io::Result<Turn> {
        let mut turn = Turn::Wait;
        if !self.waiting.is_empty()
            && let Some(count) = ready(self.stream.write(&self.waiting))?
        {
            self.waiting.drain(..count);
            self.echoed += count as u64;
            turn = Turn::More;
        }
        if self.reads()
            && let Some(count) = ready(self.stream.read(buffer))?
        {
            self.waiting.extend(&buffer[..count]);
            self.peer_ended = count == 0;
            turn = Turn::More;
        }
        if self.peer_ended && self.waiting.is_empty() {
            return Ok(ready(self.stream.shutdown_write())?.map_or(Turn::Wait, |()| Turn::Ended));
        }
        Ok(turn)
    }

    fn reads(&self) -> bool {
        !self.peer_ended && self.waiting.len() < MOST_WAITING
    }

    /// What to wait for: room while bytes wait, bytes while there is room.
    fn wanted(&self) -> Interest {
        match (self.reads(), !self.waiting.is_empty() || self.stream.wants().writable) {
            (true, false) => Interest::READABLE,
            (true, true) => Interest::READABLE | Interest::WRITABLE,
            (false, _) => Interest::WRITABLE,
        }
    }
}

/// Nothing, where the call would have to wait.
fn ready<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        result => result.map(Some),
    }
}
