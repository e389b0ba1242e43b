//! `frame`: keeps the boundaries of messages over a stream, by writing the length of each message before it.
//!
//! | file | what |
//! |---|---|
//! | `session` | the messages of one connection |
//! | `error` | the errors, and their texts |
//!
//! # The format
//!
//! ```text
//!   0               4               4 + length
//!  +---------------+---------------+
//!  |    length     |    message    |   and so on, to the end of the stream
//!  +---------------+---------------+
//! ```
//!
//! The length counts the bytes of the message without the length itself; it is an integer of 4 bytes in network order. An empty
//! message has the length 0. There is no handshake, nothing is negotiated, and no bytes precede the first message or follow the
//! last.
//!
//! The format is common, and other software speaks it: `multiprocessing.connection` of Python (messages below 2 GiB), agents of
//! SSH (draft-miller-ssh-agent; the first byte of each message is its type), Apache Kafka (requests and responses), and
//! `LengthDelimitedCodec` of tokio-util with its default settings. Some formats look alike but differ: record marking of ONC RPC
//! uses the highest bit to mark the last fragment (RFC 5531, section 11), gRPC writes a byte before the length, and DNS over TCP
//! has lengths of 2 bytes (RFC 1035, section 4.2.2).
//!
//! # Limits
//!
//! No message is longer than the option `max-message`, by default 1 MiB. If a program sends a longer one, it is refused, and the
//! connection stays usable. If the peer announces a longer one, the connection fails before any of the message is kept. A message
//! is passed to the program when it is complete, so the memory that a peer can fill is one message of that length, and the fixed
//! buffers of the machine.

mod error;
mod session;
#[cfg(test)]
mod tests;

pub use error::FrameError;

use crate::catalog::{Module, modules};
use crate::net::machine;
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use session::Session;
use std::sync::Arc;

/// The module `frame`.
#[derive(Copy, Clone, Debug, Default)]
pub struct Frame;

/// The layer with its options: creates sessions with one limit.
#[derive(Copy, Clone, Debug)]
struct Prepared {
    /// The longest message, in bytes.
    longest: u32,
}

/// The length of the longest message in bytes, unless the option is set: 1 MiB.
const LONGEST: u32 = 1 << 20;

impl LayerProvider for Frame {
    fn module(&self) -> &'static Module {
        &modules::frame::FRAME
    }

    fn prepare(&self, settings: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        let longest = match settings.integer("max-message") {
            None => LONGEST,
            Some(stated) => u32::try_from(stated)
                .map_err(|_| ProviderError::option("max-message", format!("{stated} is no length of 4 bytes")))?,
        };
        Ok(Arc::new(Prepared { longest }))
    }
}

impl Layer for Prepared {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        Ok(Box::new(Session::new(self.longest)))
    }
}
