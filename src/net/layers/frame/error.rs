//! What can go wrong with messages over a stream.

use crate::net::machine::{Failure, SessionError};

/// Why messages cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The peer announced a message that is too long; or what it sends is no length at all, because it speaks something else.
    #[error("the peer announced a message of {length} bytes, where at most {longest} are accepted (`max-message`)")]
    Announced {
        /// The length announced, in bytes.
        length: u32,
        /// The longest accepted, in bytes.
        longest: u32,
    },
    /// A message to be sent is too long.
    #[error("a message of {length} bytes cannot be sent, where at most {longest} are accepted (`max-message`)")]
    TooLong {
        /// Its length, in bytes.
        length: usize,
        /// The longest accepted, in bytes.
        longest: u32,
    },
    /// The stream ended in the middle of a message.
    #[error("the stream ended {missing} bytes before the end of a message of {length} bytes")]
    MessageCut {
        /// The bytes that did not come.
        missing: u32,
        /// The length announced, in bytes.
        length: u32,
    },
    /// The stream ended in the middle of a length.
    #[error("the stream ended after {received} of the 4 bytes of a message's length")]
    LengthCut {
        /// The bytes of it that came: 1 to 3.
        received: usize,
    },
}

impl FrameError {
    /// Returns what kind of failure it is.
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
