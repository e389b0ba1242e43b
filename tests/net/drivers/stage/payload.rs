//! What is sent, in pieces or as messages, and what must arrive.

use sockatlas::net::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The longest message of chains that keep messages, in bytes: `max-message` of the catalog.
pub const LONGEST: usize = 200_000;

/// What goes out to the peer, and what comes back.
#[derive(Clone)]
pub struct Payload {
    pub out: Whole,
    pub back: Whole,
}

impl Payload {
    /// Streams of bytes, of this length or a little less.
    pub fn new(length: usize) -> Self {
        Payload::of(length, false)
    }

    /// The same as messages.
    pub fn of_messages(length: usize) -> Self {
        Payload::of(length, true)
    }

    fn of(length: usize, of_messages: bool) -> Self {
        // Lengths that differ, and fit into nothing.
        Payload {
            out: Whole::new(0x9e37_79b9, length.saturating_sub(13), of_messages),
            back: Whole::new(0x85eb_ca6b, length, of_messages),
        }
    }
}

/// What goes one way.
#[derive(Clone)]
pub struct Whole {
    bytes: Arc<[u8]>,
    /// The lengths of the messages that it is, in order; nothing: it is a stream.
    lengths: Option<Arc<[usize]>>,
}

/// The bytes of it.
impl std::ops::Deref for Whole {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Whole {
    fn new(seed: u64, length: usize, of_messages: bool) -> Self {
        let mut random = Random(seed);
        let words = (0..length.div_ceil(8)).flat_map(|_| random.next().to_le_bytes());
        let bytes = words.take(length).collect();
        Whole { bytes, lengths: of_messages.then(|| Whole::lengths(random, length)) }
    }

    /// From 0 to the longest, with empty ones first and last.
    fn lengths(mut random: Random, mut left: usize) -> Arc<[usize]> {
        let mut lengths = vec![0];
        while left > 0 {
            let length = match random.below(6) {
                0 => 0,
                1 => LONGEST,
                _ => random.size(),
            };
            lengths.push(length.min(left));
            left -= length.min(left);
        }
        lengths.push(0);
        lengths.into()
    }

    /// To be sent, in pieces of sizes that this decides if it is a stream.
    pub fn outgoing(&self, seed: u64) -> Outgoing {
        Outgoing { whole: self.clone(), at: 0, messages: 0, random: Random(seed) }
    }

    /// To be received.
    pub fn incoming(&self, seed: u64) -> Incoming {
        Incoming { whole: self.clone(), at: 0, messages: 0, is_over: false, room: None, random: Random(seed) }
    }

    /// The message of this number; nothing: there are no more.
    fn length(&self, number: usize) -> Option<usize> {
        self.lengths.as_ref().and_then(|lengths| lengths.get(number).copied())
    }
}

/// What is still to be sent.
pub struct Outgoing {
    whole: Whole,
    at: usize,
    messages: usize,
    random: Random,
}

impl Outgoing {
    /// What to write next: some bytes, or a message, which may be empty. Nothing: all is sent.
    pub fn piece(&mut self) -> Option<&[u8]> {
        let length = match &self.whole.lengths {
            None => self.random.size().min(self.whole.bytes.len() - self.at),
            Some(_) => self.whole.length(self.messages)?,
        };
        let is_over = self.whole.lengths.is_none() && length == 0;
        (!is_over).then(|| &self.whole.bytes[self.at..self.at + length])
    }

    /// So many bytes of the piece were taken.
    pub fn sent(&mut self, count: usize) {
        match self.whole.length(self.messages) {
            Some(length) => assert_eq!(count, length, "a message is taken whole"),
            None => assert!(count > 0, "a write that does not fail takes something"),
        }
        self.at += count;
        self.messages += 1;
    }

    pub fn stall(&mut self) {
        self.random.stall();
    }
}

/// What is still to be received.
pub struct Incoming {
    whole: Whole,
    at: usize,
    messages: usize,
    is_over: bool,
    /// Room that the next message needs.
    room: Option<usize>,
    random: Random,
}

impl Incoming {
    /// Whether the end has come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Room to read into: for a message now and then too little.
    pub fn room(&mut self) -> Vec<u8> {
        let size = self.random.size();
        vec![0; self.room.unwrap_or(if self.whole.lengths.is_some() && size > 5_000 { LONGEST } else { size })]
    }

    /// Room that is enough.
    pub fn enough_room(&mut self) -> Vec<u8> {
        let size = if self.whole.lengths.is_some() { LONGEST } else { self.random.size() };
        vec![0; size]
    }

    /// A read gave this; of messages, `ended` says whether one without bytes was the end.
    pub fn got(&mut self, bytes: &[u8], ended: bool) {
        let at = self.at;
        assert!(self.whole.bytes[at..].starts_with(bytes), "the bytes {at} to {} are others", at + bytes.len());
        self.at += bytes.len();
        self.is_over = bytes.is_empty() && (ended || self.whole.lengths.is_none());
        if let Some(lengths) = &self.whole.lengths {
            if self.is_over {
                assert_eq!(self.messages, lengths.len(), "the end comes behind the last message");
            } else {
                assert_eq!(Some(bytes.len()), self.whole.length(self.messages), "message {} is another", self.messages);
                self.messages += 1;
            }
        }
        assert!(!self.is_over || self.at == self.whole.bytes.len(), "the end comes behind the last byte");
        self.room = None;
    }

    /// A read failed: there must have been too little room.
    pub fn found_no_room(&mut self, error: &io::Error) {
        let Some(&Error::NoRoom { length, .. }) = Error::of(error) else { panic!("{error}") };
        assert_eq!(Some(length), self.whole.length(self.messages), "the length of message {}", self.messages);
        self.room = Some(length);
    }

    pub fn stall(&mut self) {
        self.random.stall();
    }
}

/// Numbers that are the same in each run.
pub struct Random(pub u64);

impl Random {
    /// Now and then a moment passes.
    fn stall(&mut self) {
        if self.below(64) == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// How much to move at a time: now and then a trickle.
    pub fn size(&mut self) -> usize {
        match self.below(8) {
            0 => 1 + self.below(9),
            1..4 => 1 + self.below(5_000),
            _ => 1 + self.below(100_000),
        }
    }
}
