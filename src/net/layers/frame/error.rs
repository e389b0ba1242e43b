//! The errors of messages over a stream.

use crate::net::machine::{Failure, SessionError};

/// The reason why a message cannot be sent or received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The peer announced a message that is too long, or it speaks another protocol, so that its bytes are not a length.
    #[error("the peer announced a message of {length} bytes, where at most {longest} are accepted (`max-message`)")]
    Announced {
        /// The length announced, in bytes.
        length: u32,
        /// The longest accepted, in bytes.
        longest: u32,
    },
    /// The program tried to send a message that is too long.
    #[error("a message of {length} bytes cannot be sent, where at most {longest} are accepted (`max-message`)")]
    TooLong {
        /// The length of the message, in bytes.
        length: usize,
        /// The longest accepted, in bytes.
        longest: u32,
    },
    /// The stream ended in the middle of a message.
    #[error("the stream ended {missing} bytes before the end of a message of {length} bytes")]
    MessageCut {
        /// The number of bytes that are missing.
        missing: u32,
        /// The length announced, in bytes.
        length: u32,
    },
    /// The stream ended in the middle of a length.
    #[error("the stream ended after {received} of the 4 bytes of a message's length")]
    LengthCut {
        /// The number of bytes of the length that were received: 1 to 3.
        received: usize,
    },
}

impl FrameError {
    /// Returns the kind of failure.
    pub fn failure(&self) -> Failure {
        match self {
            FrameError::Announced { .. } => Failure::Protocol,
            FrameError::TooLong { .. } => Failure::Unusable,
            FrameError::MessageCut { .. } | FrameError::LengthCut { .. } => Failure::Truncated,
        }
    }
}

impl From<FrameError> for SessionError {
    fn from(error: FrameError) -> Self {
        SessionError::new(error.failure(), error)
    }
}
