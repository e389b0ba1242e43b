//! `frame`: keeps the boundaries of messages over a stream, by putting the length of each before it.
//!
//! | file | what |
//! |---|---|
//! | `session` | the messages of one connection |
//! | `error` | what can go wrong, and how it is told |
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
//! The length counts the bytes of the message, without itself; it is 4 bytes in network order, the highest first. 0 is the length of
//! an empty message. There is no handshake, nothing is negotiated, and nothing stands before the first message or behind the last.
//!
//! It is a common format, and peers that are not of sockatlas speak it: `multiprocessing.connection` of Python (messages below
//! 2 GiB), agents of SSH (draft-miller-ssh-agent; the first byte of each message is its type), Apache Kafka (requests
//! and responses), and `LengthDelimitedCodec` of tokio-util as it is unless configured otherwise. Others look alike and are not: record
//! marking of ONC RPC takes the highest bit for the last fragment (RFC 5531, section 11), gRPC puts a byte before the length, and
//! DNS over TCP has 2 bytes (RFC 1035, section 4.2.2).
//!
//! # Limits
//!
//! No message is longer than the option `max-message`, by default 1 MiB. One that a program sends is refused, and the connection
//! goes on. One that the peer announces ends the connection, before any of it is kept. A message comes up when all of it is there,
//! so the memory that a peer can fill is one message of that length, and what the machine holds besides.

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

/// Sessions with one limit.
#[derive(Copy, Clone, Debug)]
struct Prepared {
    /// The longest message, in bytes.
    longest: u32,
}

/// The longest message unless the option states another: 1 MiB.
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
