//! The queue between two layers: bytes and, for messages, their lengths.

use super::Buffer;
use std::collections::VecDeque;

/// How many bytes may wait between two layers before the lower one is stopped.
pub(super) const HIGH_WATER: usize = 64 * 1024;

/// How many messages may wait between two layers, however short they are.
pub(super) const MOST_MESSAGES: usize = 1024;

/// Bytes on their way from one layer to the next, or to the user or the socket.
#[derive(Default)]
pub(super) struct Pipe {
    pub bytes: Buffer,
    /// The lengths of complete messages; `None` for a stream.
    pub messages: Option<VecDeque<usize>>,
}

impl Pipe {
    pub fn new(of_messages: bool) -> Self {
        Pipe { bytes: Buffer::new(), messages: of_messages.then(VecDeque::new) }
    }

    /// Returns whether nothing waits; an empty message counts.
    pub fn is_empty(&self) -> bool {
        self.messages.as_ref().map_or(self.bytes.is_empty(), VecDeque::is_empty)
    }

    /// Returns whether so many bytes or messages wait that no more should be added.
    pub fn is_full(&self) -> bool {
        self.is_beyond(1)
    }

    /// Returns whether at least `times` as much waits as [fills](Pipe::is_full) a pipe.
    pub fn is_beyond(&self, times: usize) -> bool {
        let messages = self.messages.as_ref().map_or(0, VecDeque::len);
        self.bytes.len() >= times * HIGH_WATER || messages >= times * MOST_MESSAGES
    }

    /// Returns the first message, or all bytes of a stream; `None` if nothing waits.
    pub fn front(&self) -> Option<&[u8]> {
        match &self.messages {
            Some(messages) => messages.front().map(|&length| &self.bytes.bytes()[..length]),
            None => Some(self.bytes.bytes()).filter(|bytes| !bytes.is_empty()),
        }
    }

    /// Removes bytes from the front of a stream, or the whole first message.
    pub fn consume(&mut self, count: usize) {
        match &mut self.messages {
            Some(messages) => self.bytes.consume(messages.pop_front().unwrap_or_default()),
            None => self.bytes.consume(count),
        }
    }

    /// Moves the first message into an empty buffer; returns false if no message waits. The only message that waits is not
    /// copied.
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

    /// Takes back the memory of a message that was [lent](Pipe::lend), if the pipe is empty.
    pub fn take_back(&mut self, message: &mut Buffer) {
        message.consume(message.len());
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, message);
        }
    }

    /// Ends a message of this length at the back; without effect on a stream.
    pub fn end_message(&mut self, length: usize) {
        if let Some(messages) = &mut self.messages {
            messages.push_back(length);
        }
    }

    /// Adds the contents of another pipe of the same kind.
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

    /// Removes and returns all bytes, without their boundaries.
    pub fn take(&mut self) -> Vec<u8> {
        self.messages.iter_mut().for_each(VecDeque::clear);
        self.bytes.take()
    }

    /// Discards the contents.
    pub fn clear(&mut self) {
        self.bytes.consume(self.bytes.len());
        self.messages.iter_mut().for_each(VecDeque::clear);
    }
}
