//! What waits between two layers: bytes, and where messages end if they are messages.

use super::Buffer;
use super::session::{HIGH_WATER, MOST_MESSAGES};
use std::collections::VecDeque;

/// Bytes on their way from one layer to the next, or to the user or the socket.
#[derive(Default)]
pub(super) struct Pipe {
    pub bytes: Buffer,
    /// The lengths of whole messages; nothing for a stream.
    pub messages: Option<VecDeque<usize>>,
}

impl Pipe {
    pub fn new(of_messages: bool) -> Self {
        Pipe { bytes: Buffer::new(), messages: of_messages.then(VecDeque::new) }
    }

    /// Returns whether nothing waits; an empty message is something.
    pub fn is_empty(&self) -> bool {
        self.messages.as_ref().map_or(self.bytes.is_empty(), VecDeque::is_empty)
    }

    /// Returns whether so much waits, or so many messages, that no more should come.
    pub fn is_full(&self) -> bool {
        self.is_beyond(1)
    }

    /// Returns whether that many times as much waits as fills it.
    pub fn is_beyond(&self, times: usize) -> bool {
        let messages = self.messages.as_ref().map_or(0, VecDeque::len);
        self.bytes.len() >= times * HIGH_WATER || messages >= times * MOST_MESSAGES
    }

    /// Returns the first message, or all bytes of a stream; nothing: none waits.
    pub fn front(&self) -> Option<&[u8]> {
        match &self.messages {
            Some(messages) => messages.front().map(|&length| &self.bytes.bytes()[..length]),
            None => Some(self.bytes.bytes()).filter(|bytes| !bytes.is_empty()),
        }
    }

    /// Takes bytes off the front of a stream, or the first message, whole.
    pub fn consume(&mut self, count: usize) {
        match &mut self.messages {
            Some(messages) => self.bytes.consume(messages.pop_front().unwrap_or_default()),
            None => self.bytes.consume(count),
        }
    }

    /// Moves the first message into a buffer that is empty; false: none waits. One that waits alone is not copied.
    pub fn lend(&mut self, message: &mut Buffer) -> bool {
        let Some(length) = self.messages.as_mut().and_then(VecDeque::pop_front) else { return false };
        if self.bytes.len() == length {
            std::mem::swap(&mut self.bytes, message);
        } else {
            message.push(&self.bytes.bytes()[..length]);
            self.bytes.consume(length);
        }
        true
    }

    /// Takes the memory of a message back that it [lent](Pipe::lend), if it has no use for its own.
    pub fn take_back(&mut self, message: &mut Buffer) {
        message.consume(message.len());
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, message);
        }
    }

    /// A message of this length ends at the back; of no meaning to a stream.
    pub fn end_message(&mut self, length: usize) {
        if let Some(messages) = &mut self.messages {
            messages.push_back(length);
        }
    }

    /// Adds what waits in another pipe of the same kind.
    pub fn append(&mut self, other: &mut Pipe) {
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, &mut other.bytes);
        } else {
            self.bytes.push(other.bytes.bytes());
        }
        if let (Some(messages), Some(others)) = (&mut self.messages, &mut other.messages) {
            messages.append(others);
        }
        other.clear();
    }

    /// Gives all bytes away, without their boundaries.
    pub fn take(&mut self) -> Vec<u8> {
        self.messages.iter_mut().for_each(VecDeque::clear);
        self.bytes.take()
    }

    /// Drops all that waits.
    pub fn clear(&mut self) {
        self.bytes.consume(self.bytes.len());
        self.messages.iter_mut().for_each(VecDeque::clear);
    }
}
