//! Requests and answers in a protocol of one's own: a header, a body, several requests at once, messages in pieces.
//!
//! The server keeps texts under names. `set NAME TEXT` and `get NAME` are its requests; the protocol itself, which
//! needs no socket, is in `messages`.
//!
//! # What people get wrong
//!
//! - One read is not one message. Bytes are collected, and as many messages are taken as are whole: none, one, or
//!   several.
//! - A length that the peer states is believed. Here more than 64 KiB is refused when the header is there, and nothing
//!   is reserved.
//! - Small requests can ask for large answers. While answers of 64 KiB or more wait to be sent, no further request is
//!   answered, and nothing is read.
//! - Closing while bytes of the peer are unread resets the connection, and what was sent last, the refusal, is lost on
//!   its way. Here our side ends first, and what still comes is read and dropped for as long as the connection may
//!   idle.
//! - A peer that vanishes without a word sends no end. Whoever is silent for half a minute is let go.
//!
//! ```sh
//! cargo run --example messages_server -- 127.0.0.1:7001
//! ```
//!
//! Arguments: the address, and for how many seconds a connection may be silent (30).

mod accepting;
mod messages;

use accepting::Failure;
use messages::{Incoming, Kind, Malformed, Message};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sockatlas::net::readiness::{Listener, Stream};
use sockatlas::net::{Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const LISTENER: Token = Token(0);
/// While so many bytes of answers wait, no more requests are taken.
const MOST_WAITING: usize = 64 * 1024;
/// So many texts are kept, each shorter than a message, under names of so many bytes.
const MOST_TEXTS: usize = 1000;
const LONGEST_NAME: usize = 255;
/// How often silent connections, and descriptors that were freed, are looked for.
const TICK: Duration = Duration::from_millis(250);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("messages_server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let at = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let idle = Duration::from_secs(std::env::args().nth(2).map_or(Ok(30), |word| word.parse())?);
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection).set_word(selection.name(), "reuse-address", "true")?;
    let listener = opener.listen_nonblocking(&at)?;
    let local = listener.local().ok_or("the listener has no address")?;
    println!("listening at {}", opener.shown(&local));

    let mut poll = Poll::new()?;
    let descriptor = listener.fd().ok_or("the listener has no file descriptor")?.as_raw_fd();
    poll.registry().register(&mut SourceFd(&descriptor), LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(256);
    let mut buffer = vec![0; 16 * 1024];
    let mut texts = Texts::default();
    let mut connections = HashMap::new();
    let mut ready = BTreeSet::new();
    let mut swept = Instant::now();
    let mut next = LISTENER.0 + 1;
    loop {
        match poll.poll(&mut events, Some(if ready.is_empty() { TICK } else { Duration::ZERO })) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        }
        ready.extend(events.iter().map(|event| event.token()));
        // Each time, whether it is told of or not: a connection for which there was no descriptor is not stated of again.
        while let Some(stream) = accept(&listener)? {
            let token = Token(next);
            next += 1;
            poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), token, Interest::READABLE)?;
            let peer = stream.opened().peer.map_or_else(|| "(gone)".to_owned(), |peer| opener.shown(&peer));
            connections.insert(token, Connection::new(stream, peer));
            ready.insert(token);
        }
        for token in std::mem::take(&mut ready) {
            let Some(connection) = connections.get_mut(&token) else { continue };
            match connection.turn(&mut texts, &mut buffer, poll.registry(), token) {
                Ok(Turn::More) => {
                    ready.insert(token);
                    continue;
                }
                Ok(Turn::Wait) => continue,
                Ok(Turn::Ended) => println!("{}: {} requests answered", connection.peer, connection.answered),
                Err(error) => eprintln!("{}: {error}, after {} requests", connection.peer, connection.answered),
            }
            connections.remove(&token);
        }
        if swept.elapsed() >= TICK {
            swept = Instant::now();
            connections.retain(|_, connection| {
                connection.heard.elapsed() < idle || {
                    eprintln!("{}: silent for {} s", connection.peer, idle.as_secs());
                    false
                }
            });
        }
    }
}

/// The next connection, if there is one.
fn accept(listener: &Listener) -> Result<Option<Stream>, Box<dyn Error>> {
    loop {
        match listener.accept(Instant::now()) {
            Ok(stream) => return Ok(stream),
            Err(error) => match accepting::failure(&error) {
                Failure::Connection => {}
                Failure::Resources => return Ok(None),
                Failure::Listener => return Err(error.into()),
            },
        }
    }
}

/// What one connection has to remember.
struct Connection {
    stream: Stream,
    peer: String,
    incoming: Incoming,
    /// Answers, and how much of them is sent.
    outgoing: Vec<u8>,
    sent: usize,
    answered: u64,
    /// The peer broke the protocol: what it sends is dropped.
    refused: bool,
    /// The peer has ended its side.
    peer_ended: bool,
    /// We have ended ours.
    ended: bool,
    /// When bytes came or went.
    heard: Instant,
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

impl Connection {
    fn new(stream: Stream, peer: String) -> Self {
        Connection {
            stream,
            peer,
            incoming: Incoming::default(),
            outgoing: Vec::new(),
            sent: 0,
            answered: 0,
            refused: false,
            peer_ended: false,
            ended: false,
            heard: Instant::now(),
            interest: Interest::READABLE,
        }
    }

    /// Sends, answers and receives once.
    fn turn(
        &mut self,
        texts: &mut Texts,
        buffer: &mut [u8],
        registry: &mio::Registry,
        token: Token,
    ) -> Result<Turn, Box<dyn Error>> {
        let mut turn = Turn::Wait;
        if self.waiting() > 0
            && let Some(count) = ready(self.stream.write(&self.outgoing[self.sent..]))?
        {
            self.sent += count;
            turn = Turn::More;
        }
        if self.answer(texts)? {
            turn = Turn::More;
        }
        if (self.refused || self.peer_ended) && self.waiting() == 0 && !self.ended {
            self.ended = ready(self.stream.shutdown_write())?.is_some();
        }
        if self.ended && self.peer_ended {
            return Ok(Turn::Ended);
        }
        if self.reads()
            && let Some(count) = ready(self.stream.read(buffer))?
        {
            self.peer_ended = count == 0;
            if !self.refused {
                self.incoming.push(&buffer[..count]);
                if self.peer_ended {
                    self.incoming.end().or_else(|error| self.refuse(error))?;
                }
            }
            turn = Turn::More;
        }
        if turn == Turn::More {
            // One that was refused is not let to go on for ever.
            if !self.ended {
                self.heard = Instant::now();
            }
            return Ok(turn);
        }
        let interest = match (self.reads(), self.waiting() > 0 || self.stream.wants().writable) {
            (true, false) => Interest::READABLE,
            (true, true) => Interest::READABLE | Interest::WRITABLE,
            (false, _) => Interest::WRITABLE,
        };
        if interest != self.interest {
            registry.reregister(&mut SourceFd(&self.stream.as_raw_fd()), token, interest)?;
            self.interest = interest;
        }
        Ok(turn)
    }

    fn waiting(&self) -> usize {
        self.outgoing.len() - self.sent
    }

    fn reads(&self) -> bool {
        !self.peer_ended && self.waiting() < MOST_WAITING
    }

    /// Answers what has come, while there is room for answers; whether that was anything.
    fn answer(&mut self, texts: &mut Texts) -> Result<bool, Malformed> {
        let before = self.answered;
        while !self.refused && self.waiting() < MOST_WAITING {
            match self.incoming.take() {
                Ok(Some(request)) => {
                    self.reply(&texts.answer(&request))?;
                    self.answered += 1;
                }
                Ok(None) => break,
                Err(error) => {
                    self.refuse(error)?;
                    return Ok(true);
                }
            }
        }
        Ok(self.answered > before)
    }

    /// Gives the peer up, who is told why: where its next message would begin is not known.
    fn refuse(&mut self, error: Malformed) -> Result<(), Malformed> {
        eprintln!("{}: {error}, after {} requests", self.peer, self.answered);
        self.refused = true;
        self.reply(&refusal(error.to_string()))
    }

    fn reply(&mut self, answer: &Message) -> Result<(), Malformed> {
        // What is sent makes room.
        self.outgoing.drain(..std::mem::take(&mut self.sent));
        answer.encode(&mut self.outgoing)
    }
}

/// What the server keeps.
#[derive(Default)]
struct Texts(BTreeMap<String, String>);

impl Texts {
    fn answer(&mut self, request: &Message) -> Message {
        let words: Vec<&str> = request.body.splitn(3, ' ').collect();
        match (request.kind, &words[..]) {
            // Else an answer with the name in it might not fit into a message.
            (Kind::Request, [_, name, ..]) if name.len() > LONGEST_NAME => {
                refusal(format!("a name has at most {LONGEST_NAME} bytes, not {}", name.len()))
            }
            (Kind::Request, ["set", name, _]) if self.0.len() >= MOST_TEXTS && !self.0.contains_key(*name) => {
                refusal(format!("{MOST_TEXTS} texts are kept, and no more"))
            }
            (Kind::Request, ["set", name, text]) => {
                self.0.insert((*name).to_owned(), (*text).to_owned());
                Message { kind: Kind::Answer, body: format!("{name} has {} bytes", text.len()) }
            }
            (Kind::Request, ["get", name]) => match self.0.get(*name) {
                Some(text) => Message { kind: Kind::Answer, body: text.clone() },
                None => refusal(format!("nothing is called {name}")),
            },
            (Kind::Request, _) => refusal("a request is `set NAME TEXT` or `get NAME`".to_owned()),
            _ => refusal("only clients ask, and only servers answer".to_owned()),
        }
    }
}

fn refusal(body: String) -> Message {
    Message { kind: Kind::Refusal, body }
}

/// Nothing, where the call would have to wait.
fn ready<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        result => result.map(Some),
    }
}
