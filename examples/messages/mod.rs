//! The protocol of `messages_server` and `messages_client`, apart from all sockets: bytes go in as they come, messages
//! come out.
//!
//! A stream has no messages: what was written at once may come in pieces, and what was written apart may come together.
//! So each message says where it ends, in a header of a fixed size:
//!
//! | bytes | what |
//! |---|---|
//! | 0, 1 | `SM` |
//! | 2 | the version, 1 |
//! | 3 | what it is: 0 a request, 1 an answer, 2 a refusal |
//! | 4 to 7 | the length of the body in bytes, at most 65536; most significant byte first |
//! | from 8 | the body, in UTF-8 |
//!
//! The length is what the peer says, and a peer may lie: it is tested before anything is kept or waited for.

use std::fmt;

/// Bytes of a header.
const HEADER: usize = 8;
/// Bytes of the longest body.
pub const LONGEST: usize = 64 * 1024;

/// What a message is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Request = 0,
    Answer = 1,
    Refusal = 2,
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub kind: Kind,
    pub body: String,
}

/// What comes is no message of the protocol. Where the next one would begin is not known then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    Magic([u8; 2]),
    Version(u8),
    Kind(u8),
    Length(u64),
    Text { good: usize },
    Truncated { have: usize },
}

impl Message {
    /// Puts the message behind other bytes that are to be sent.
    ///
    /// # Errors
    ///
    /// [`Malformed::Length`]: the body is too long.
    pub fn encode(&self, into: &mut Vec<u8>) -> Result<(), Malformed> {
        let length = self.body.len();
        if length > LONGEST {
            return Err(Malformed::Length(length as u64));
        }
        into.extend([b'S', b'M', 1, self.kind as u8]);
        into.extend((length as u32).to_be_bytes());
        into.extend(self.body.as_bytes());
        Ok(())
    }
}

/// Bytes that have come, of which messages are made.
#[derive(Debug, Default)]
pub struct Incoming {
    bytes: Vec<u8>,
    /// The bytes before this place are taken.
    taken: usize,
}

impl Incoming {
    /// Adds bytes, however few or many.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.taken));
        self.bytes.extend(bytes);
    }

    /// Takes the next message, if it is all there. Ask again until it is not: several may have come together.
    ///
    /// # Errors
    ///
    /// What comes next is no message.
    pub fn take(&mut self) -> Result<Option<Message>, Malformed> {
        let rest = &self.bytes[self.taken..];
        let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else { return Ok(None) };
        let [magic @ .., version, kind, l0, l1, l2, l3] = *header;
        if magic != *b"SM" {
            return Err(Malformed::Magic(magic));
        }
        if version != 1 {
            return Err(Malformed::Version(version));
        }
        let known = [Kind::Request, Kind::Answer, Kind::Refusal].into_iter().find(|known| *known as u8 == kind);
        let kind = known.ok_or(Malformed::Kind(kind))?;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        if length > LONGEST as u32 {
            return Err(Malformed::Length(length.into()));
        }
        let Some(body) = rest.get(..length as usize) else { return Ok(None) };
        let body = std::str::from_utf8(body).map_err(|error| Malformed::Text { good: error.valid_up_to() })?;
        let message = Message { kind, body: body.to_owned() };
        self.taken += HEADER + length as usize;
        Ok(Some(message))
    }

    /// Tests that the stream may end here.
    ///
    /// # Errors
    ///
    /// [`Malformed::Truncated`]: a message has begun.
    pub fn end(&self) -> Result<(), Malformed> {
        match self.bytes.len() - self.taken {
            0 => Ok(()),
            have => Err(Malformed::Truncated { have }),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Magic(magic) => write!(f, "a message begins with `SM`, this with `{}`", magic.escape_ascii()),
            Malformed::Version(version) => write!(f, "the version is 1, not {version}"),
            Malformed::Kind(kind) => write!(f, "{kind} is no kind of message: 0, 1 and 2 are"),
            Malformed::Length(length) => write!(f, "a body has at most {LONGEST} bytes, not {length}"),
            Malformed::Text { good } => write!(f, "the body is no UTF-8 after {good} bytes"),
            Malformed::Truncated { have } => write!(f, "the stream ends after {have} bytes of a message"),
        }
    }
}

impl std::error::Error for Malformed {}
