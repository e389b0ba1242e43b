//! The interface that receives the traffic of inspected connections.

use crate::net::{Address, Role, Target};
use std::error::Error;

/// Receives the traffic of every connection of a layer.
pub trait Recorder: Send + Sync {
    /// Begins the recording of a connection, when everything below the layer is open. The returned recording receives the
    /// traffic.
    ///
    /// # Errors
    ///
    /// The connection cannot be recorded; it ends.
    fn begin(&self, inspected: &Inspected) -> Result<Box<dyn Recording>, RecordError>;
}

/// Receives the traffic of one connection, in its order.
pub trait Recording: Send {
    /// Records bytes that are about to pass. Where there are messages, `bytes` is one whole message, which may be empty. The
    /// pieces in which the bytes of a stream arrive have no meaning.
    ///
    /// # Errors
    ///
    /// The bytes cannot be recorded; they do not pass, and the connection ends.
    fn passed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError>;

    /// Records that one side has ended: no more bytes come from there. The other side of datagrams never ends.
    ///
    /// # Errors
    ///
    /// The end cannot be recorded; the connection ends.
    fn ended(&mut self, direction: Direction) -> Result<(), RecordError>;

    /// Records that the connection is dropped, whether its sides have ended or not. This is the last call, and is made once. It
    /// cannot report an error; a recorder that must not lose records keeps the error and reports it at the next call.
    fn closed(&mut self);
}

/// The reason why traffic could not be recorded.
pub type RecordError = Box<dyn Error + Send + Sync>;

/// Describes a connection that is inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// The name of the layer's entry.
    pub entry: String,
    /// Whether the connection was made or accepted.
    pub role: Role,
    /// The target of the connection at the layer's place, which may differ from the peer of the socket; `None` if it was
    /// accepted.
    pub target: Option<Target>,
    /// The address of this end of the socket.
    pub local: Option<Address>,
    /// The address of the other end of the socket, which is that of the proxy where there is one.
    pub peer: Option<Address>,
    /// Whether the connection carries messages, and not a stream of bytes.
    pub of_messages: bool,
}

/// The direction of traffic.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From this end to the other one.
    Sent,
    /// From the other end to this one.
    Received,
}

impl Direction {
    /// Returns `sent` or `received`.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Sent => "sent",
            Direction::Received => "received",
        }
    }
}
