//! Requests queued at once, answers as they come: the other end of `messages_server`.
//!
//! Each line of standard input is a request. All of them are queued, sent as the server takes them, and their answers,
//! which come in the order of the requests, are told as soon as they are whole.
//!
//! # What people get wrong
//!
//! - Waiting for each answer before the next request costs a round trip each. Sending all requests before reading any
//!   answer stops for ever, as soon as the answers fill the buffers on their way. Here both directions go on at once.
//! - An end that comes before the last answer is a failure, however orderly it looks.
//! - A server that says nothing more is given up after half a minute; an error it sent is told as it stands.
//!
//! ```sh
//! printf 'set colour blue\nget colour\n' | cargo run --example messages_client -- 127.0.0.1:7001
//! ```

mod messages;

use messages::{Incoming, Kind, Message};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sockatlas::net::readiness::Stream;
use sockatlas::net::{Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// So long the server may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("messages_client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("the address of a server is missing")?;
    let mut outgoing = Vec::new();
    let mut asked = VecDeque::new();
    for line in io::stdin().lines() {
        let body = line?;
        asked.push_back(body.split(' ').take(2).collect::<Vec<_>>().join(" "));
        Message { kind: Kind::Request, body }.encode(&mut outgoing)?;
    }

    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection);
    // Waits until it is open, within the limits of connecting; from then on nothing waits.
    let stream = opener.connect(&address)?.into_nonblocking(&opener)?;
    let mut poll = Poll::new()?;
    let interest = Interest::READABLE | Interest::WRITABLE;
    poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), Token(0), interest)?;
    let mut events = Events::with_capacity(8);
    let mut talk = Talk { stream, outgoing, sent: 0, incoming: Incoming::default(), asked };
    loop {
        if talk.go_on()? {
            return Ok(());
        }
        // Room is waited for only while requests are left.
        let interest = if talk.sent < talk.outgoing.len() { interest } else { Interest::READABLE };
        poll.registry().reregister(&mut SourceFd(&talk.stream.as_raw_fd()), Token(0), interest)?;
        let until = Instant::now() + PATIENCE;
        while let Err(error) = poll.poll(&mut events, Some(until.saturating_duration_since(Instant::now()))) {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error.into());
            }
        }
        if events.is_empty() {
            return Err(format!("the server has said nothing for {} seconds", PATIENCE.as_secs()).into());
        }
    }
}

struct Talk {
    stream: Stream,
    /// The requests, and how much of them is sent.
    outgoing: Vec<u8>,
    sent: usize,
    incoming: Incoming,
    /// What each answer that is to come is for.
    asked: VecDeque<String>,
}

impl Talk {
    /// Sends and receives until both would wait; whether all is answered.
    fn go_on(&mut self) -> Result<bool, Box<dyn Error>> {
        let mut buffer = [0; 16 * 1024];
        let mut moves = true;
        while moves {
            moves = false;
            if self.sent < self.outgoing.len()
                // A server that refuses may have ended before it took all; what it says is still to be read.
                && let Some(count) = ready(self.stream.write(&self.outgoing[self.sent..])).unwrap_or_default()
            {
                self.sent += count;
                moves = true;
            }
            let Some(count) = ready(self.stream.read(&mut buffer))? else { continue };
            moves = true;
            self.incoming.push(&buffer[..count]);
            while let Some(message) = self.incoming.take()? {
                self.tell(&message)?;
            }
            if count == 0 && !self.asked.is_empty() {
                self.incoming.end()?;
                return Err(format!("the server ended with {} requests unanswered", self.asked.len()).into());
            }
            if self.asked.is_empty() {
                return Ok(true);
            }
        }
        Ok(self.asked.is_empty())
    }

    fn tell(&mut self, message: &Message) -> Result<(), Box<dyn Error>> {
        let asked = self.asked.pop_front().ok_or("the server answered what was not asked")?;
        match message.kind {
            Kind::Answer => println!("{asked}: {}", message.body),
            Kind::Refusal => println!("{asked}: refused: {}", message.body),
            Kind::Request => return Err("the server sent a request, which only clients do".into()),
        }
        Ok(())
    }
}

/// Nothing, where the call would have to wait.
fn ready<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        result => result.map(Some),
    }
}
