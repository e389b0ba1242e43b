//! The readiness driver, with mio.

use super::every_chain;
use super::stage::{Payload, Stage};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sockatlas::net::{Wants, readiness};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

#[test]
fn ten_mebibytes_go_each_way() {
    every_chain(true, run);
}

/// Waits as a stream wants it to: told again of what was told before, as poll(2) does.
pub struct Waiting {
    poll: Poll,
    events: Events,
}

impl Waiting {
    pub fn new(stream: &readiness::Stream) -> Self {
        let poll = Poll::new().expect("a selector");
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), Token(0), interest).expect("registered");
        Waiting { poll, events: Events::with_capacity(8) }
    }

    pub fn until_ready(&mut self, stream: &readiness::Stream) {
        assert!(self.at_most(stream, Duration::from_secs(20)), "{stream:?} waits in vain, for {:?}", stream.wants());
    }

    /// Whether it was ready in time.
    pub fn at_most(&mut self, stream: &readiness::Stream, limit: Duration) -> bool {
        let interest = match stream.wants() {
            Wants { readable: true, writable: true } => Interest::READABLE | Interest::WRITABLE,
            Wants { readable: true, .. } => Interest::READABLE,
            Wants { writable: true, .. } => Interest::WRITABLE,
            _ => panic!("{stream:?} waits for nothing"),
        };
        self.poll.registry().reregister(&mut SourceFd(&stream.as_raw_fd()), Token(0), interest).expect("registered");
        self.poll.poll(&mut self.events, Some(limit)).expect("polled");
        !self.events.is_empty()
    }
}

/// An open stream.
pub fn connect(stage: &Stage, chain: &str, address: &str) -> (readiness::Stream, Waiting) {
    let opener = stage.opener(chain);
    let target = opener.target(address).expect("an address");
    let first = opener.resolve(&target).expect("addresses").remove(0);
    let mut stream = opener.start(&target, &first, Instant::now()).expect("it begins");
    let mut waiting = Waiting::new(&stream);
    while !stream.progress(Instant::now()).unwrap_or_else(|error| panic!("{chain}: {error}")) {
        assert!(stream.deadline().is_some_and(|deadline| deadline > Instant::now()));
        waiting.until_ready(&stream);
    }
    assert_eq!(stream.deadline(), None);
    (stream, waiting)
}

/// Nothing if it would have to wait.
pub fn now<T>(result: io::Result<T>) -> Option<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        result => Some(result.unwrap_or_else(|error| panic!("{error}"))),
    }
}

/// Writes and reads, one call of each at a time, and waits whenever the stream says that it should.
pub fn run(stage: &Stage, chain: &str, address: &str, payload: &Payload) {
    let (mut stream, mut waiting) = connect(stage, chain, address);
    let (mut outgoing, mut incoming) = (payload.out.outgoing(7), payload.back.incoming(11));
    let mut shut = false;
    while !shut || !incoming.is_over() {
        let wrote = match outgoing.piece() {
            Some(piece) => now(stream.write(piece)).map(|count| outgoing.sent(count)).is_some(),
            None if !shut => {
                shut = now(stream.shutdown_write()).is_some();
                shut
            }
            None => false,
        };
        let mut found_no_room = false;
        if !incoming.is_over() {
            let announced = stream.has_unread();
            let mut target = incoming.room();
            match stream.read(&mut target) {
                Ok(count) => incoming.got(&target[..count], stream.has_ended()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(!announced || !stream.is_of_messages(), "a message that is announced is there");
                }
                Err(error) => {
                    incoming.found_no_room(&error);
                    found_no_room = true;
                }
            }
        }
        let finished = shut && incoming.is_over();
        assert!(!found_no_room || stream.has_unread());
        if !wrote && !finished && !stream.has_unread() {
            waiting.until_ready(&stream);
        }
    }
    assert!(outgoing.piece().is_none() && stream.has_ended());
    assert_eq!(stream.wants(), Wants::default(), "nothing is left to wait for");
}
