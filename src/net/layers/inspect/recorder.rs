//! What is reported of the connections that are inspected, and to whom.

use crate::net::{Address, Role, Target};
use std::error::Error;

/// Receives what passes on every connection of a layer.
pub trait Recorder: Send + Sync {
    /// Returns a connection begins: what lies below the layer is open. It is told to what this gives.
    ///
    /// # Errors
    ///
    /// It cannot be recorded; the connection ends.
    fn begin(&self, inspected: &Inspected) -> Result<Box<dyn Recording>, RecordError>;
}

/// Receives what passes on one connection, in the order in which it does.
pub trait Recording: Send {
    /// These bytes are about to pass; where there are messages, this is one, whole, and it may be empty. Of a stream, nothing
    /// follows from where one piece ends and the next begins.
    ///
    /// # Errors
    ///
    /// They cannot be recorded; they do not pass, and the connection ends.
    fn passed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError>;

    /// Returns one side has ended: nothing more comes from there. Datagrams know no end of the other side.
    ///
    /// # Errors
    ///
    /// It cannot be recorded; the connection ends.
    fn ended(&mut self, direction: Direction) -> Result<(), RecordError>;

    /// The connection is dropped, whatever had ended before. Stated once, and last. There is nobody left to learn of an error; a
    /// recorder that must not lose anything keeps it, and fails at the next occasion.
    fn closed(&mut self);
}

/// Why something could not be recorded.
pub type RecordError = Box<dyn Error + Send + Sync>;

/// A connection that is inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// The name of the layer's entry.
    pub entry: String,
    /// Whether the connection was made or accepted.
    pub role: Role,
    /// What it is to lead to at the layer's place, which need not be the peer of the socket; nothing when it was accepted.
    pub target: Option<Target>,
    /// The address of this end of the socket.
    pub local: Option<Address>,
    /// The address of the other end of the socket, which is a proxy's where there is one.
    pub peer: Option<Address>,
    /// Whether messages pass, and not a stream of bytes.
    pub of_messages: bool,
}

/// Which way something passes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From this end to the other.
    Sent,
    /// From the other end to this.
    Received,
}

impl Direction {
    /// `sent` or `received`.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Sent => "sent",
            Direction::Received => "received",
        }
    }
}
