//! What waits between two layers: bytes, and where messages end if they are messages.

use super::Buffer;
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

    /// Whether nothing waits; an empty message is something.
    pub fn is_empty(&self) -> bool {
        self.messages.as_ref().map_or(self.bytes.is_empty(), VecDeque::is_empty)
    }

    /// The first message, or all bytes of a stream; nothing: none waits.
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

    /// Drops all that waits.
    pub fn clear(&mut self) {
        self.bytes.consume(self.bytes.len());
        self.messages.iter_mut().for_each(VecDeque::clear);
    }
}
