//! Many connections made at once: each connects, sends, and hears the same back, none waits for another.
//!
//! # What people get wrong
//!
//! - A connection that is begun without waiting is not there yet. It is when the socket is writable and has no error;
//!   the error must be asked for, or a refused connection looks like an open one. [`Stream::progress`] does that.
//! - Connecting needs a time limit of one's own: the system's is two minutes.
//! - Sending all and then reading all stops for ever when both sides' buffers are full. Here each turn writes and
//!   reads.
//! - The end of what is sent is said, by `shutdown_write`; only then can the server know that no more will come, and
//!   only the end that it says in turn tells that nothing was cut off.
//!
//! ```sh
//! cargo run --example echo_client -- 127.0.0.1:7000 2
//! ```
//!
//! Arguments: the address, the number of connections (2), the number of messages on each (2).

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sockatlas::net::readiness::Stream;
use sockatlas::net::{Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// So long nothing at all may happen.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(failed) => ExitCode::from(u8::from(failed)),
        Err(error) => {
            eprintln!("echo_client: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether a connection failed.
fn run() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).map_or(Ok(2), |word| word.parse::<usize>());
    let address = arguments.first().ok_or("the address of a server is missing")?;
    let (count, messages) = (number(1)?, number(2)?);

    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection);
    let target = opener.target(address)?;
    let addresses = opener.resolve(&target)?;

    let mut poll = Poll::new()?;
    let mut connections = Vec::new();
    for at in 0..count {
        let stream = opener.start(&target, &addresses[0], Instant::now())?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), Token(at), interest)?;
        let message = |number| format!("message {number} of connection {}\n", at + 1);
        let text: String = (1..=messages).map(message).collect();
        connections.push(Connection { stream, text: text.into(), sent: 0, received: 0, ended: false, result: None });
    }
    talk(&mut poll, &mut connections)?;
    for (at, connection) in connections.iter().enumerate() {
        match &connection.result {
            Some(Err(error)) => eprintln!("connection {}: {error}", at + 1),
            _ => println!("connection {}: {} bytes there and back", at + 1, connection.received),
        }
    }
    Ok(connections.iter().any(|connection| matches!(connection.result, Some(Err(_)))))
}

/// Goes on until every connection has its result.
fn talk(poll: &mut Poll, connections: &mut [Connection]) -> Result<(), Box<dyn Error>> {
    let mut events = Events::with_capacity(256);
    let mut heard = Instant::now();
    while connections.iter().any(|connection| connection.result.is_none()) {
        let open = || connections.iter().filter(|connection| connection.result.is_none());
        let deadline = open().filter_map(|connection| connection.stream.deadline()).chain([heard + PATIENCE]).min();
        let wait = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match poll.poll(&mut events, wait) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        }
        let now = Instant::now();
        if !events.is_empty() {
            heard = now;
        } else if now >= heard + PATIENCE {
            return Err(format!("nothing happened for {} seconds", PATIENCE.as_secs()).into());
        }
        let late = |connection: &Connection| connection.stream.deadline().is_some_and(|deadline| deadline <= now);
        for (at, connection) in connections.iter_mut().enumerate() {
            let reported = events.iter().any(|event| event.token() == Token(at));
            if connection.result.is_some() || !(reported || late(connection)) {
                continue;
            }
            connection.result = connection.progress(now).transpose();
            // What it wants may have changed: room, only while there is something to send.
            let descriptor = connection.stream.as_raw_fd();
            match connection.wanted() {
                Some(interest) => poll.registry().reregister(&mut SourceFd(&descriptor), Token(at), interest)?,
                None => poll.registry().deregister(&mut SourceFd(&descriptor))?,
            }
        }
    }
    Ok(())
}

struct Connection {
    stream: Stream,
    text: Vec<u8>,
    sent: usize,
    received: usize,
    /// Our side has ended.
    ended: bool,
    /// How it ended.
    result: Option<Result<(), Box<dyn Error>>>,
}

impl Connection {
    /// Does what needs no waiting; something once it is over.
    fn progress(&mut self, now: Instant) -> Result<Option<()>, Box<dyn Error>> {
        if !self.stream.progress(now)? {
            return Ok(None);
        }
        let mut buffer = [0; 16 * 1024];
        loop {
            let mut stuck = true;
            if self.sent < self.text.len()
                && let Some(count) = ready(self.stream.write(&self.text[self.sent..]))?
            {
                self.sent += count;
                stuck = false;
            }
            if self.sent == self.text.len() && !self.ended {
                self.ended = ready(self.stream.shutdown_write())?.is_some();
            }
            match ready(self.stream.read(&mut buffer))? {
                Some(0) if self.received < self.text.len() => {
                    return Err(format!("it ended after {} of {} bytes", self.received, self.text.len()).into());
                }
                Some(0) => return Ok(Some(())),
                Some(count) => {
                    let before = self.received;
                    let expected = &self.text[self.received..];
                    self.received +=
                        buffer[..count].iter().zip(expected).take_while(|(came, sent)| came == sent).count();
                    if self.received < before + count {
                        return Err(format!("other bytes came back after the first {}", self.received).into());
                    }
                }
                None if stuck => return Ok(None),
                None => {}
            }
        }
    }

    /// What to wait for: room only while there is something to send.
    fn wanted(&self) -> Option<Interest> {
        let wants = self.stream.wants();
        let writable = wants.writable || self.sent < self.text.len();
        match (self.result.is_none(), wants.readable, writable) {
            (false, ..) | (true, false, false) => None,
            (true, true, false) => Some(Interest::READABLE),
            (true, false, true) => Some(Interest::WRITABLE),
            (true, true, true) => Some(Interest::READABLE | Interest::WRITABLE),
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
