//! The messages of one connection.

use super::error::FrameError;
use crate::net::machine::{self, Above, Buffer, Phase, SessionError};

pub(super) struct Session {
    /// The longest message, in bytes.
    longest: u32,
    phase: Phase,
    /// The message that is being received, or `None` while its length is incomplete.
    coming: Option<Coming>,
}

/// A message whose length is known, and whose bytes are still to be received.
#[derive(Copy, Clone)]
struct Coming {
    length: u32,
    /// The number of bytes that have not been received yet: at least 1.
    missing: u32,
}

impl Session {
    pub fn new(longest: u32) -> Self {
        Session { longest, phase: Phase::Handshake, coming: None }
    }

    /// Consumes a length at the front of the input, and ends the message if the length is 0. Returns false if the length is
    /// incomplete.
    fn begin(&mut self, input: &mut Buffer, above: &mut Above<'_>) -> Result<bool, FrameError> {
        let Some(&bytes) = input.bytes().first_chunk::<4>() else { return Ok(false) };
        let length = u32::from_be_bytes(bytes);
        if length > self.longest {
            return Err(FrameError::Announced { length, longest: self.longest });
        }
        input.consume(bytes.len());
        if length == 0 {
            above.end_message();
        } else {
            self.coming = Some(Coming { length, missing: length });
        }
        Ok(true)
    }

    /// Passes as many bytes of the message up as are there. Returns false if there are none.
    fn go_on(&mut self, coming: Coming, input: &mut Buffer, above: &mut Above<'_>) -> bool {
        let count = input.len().min(coming.missing as usize);
        above.push(&input.bytes()[..count]);
        input.consume(count);
        let missing = coming.missing - count as u32;
        self.coming = (missing > 0).then_some(Coming { missing, ..coming });
        if missing == 0 {
            above.end_message();
        }
        count > 0
    }
}

impl machine::Session for Session {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn keeps_messages(&self, _: bool) -> bool {
        true
    }

    fn longest_message(&self, _: usize) -> usize {
        self.longest as usize
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        self.phase = Phase::Open;
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        while !above.is_full() {
            let some = match self.coming {
                None => self.begin(input, above)?,
                Some(coming) => self.go_on(coming, input, above),
            };
            if !some {
                break;
            }
        }
        Ok(())
    }

    fn receive_end(&mut self, input: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        match self.coming {
            Some(Coming { length, missing }) => Err(FrameError::MessageCut { missing, length }.into()),
            None if !input.is_empty() => Err(FrameError::LengthCut { received: input.len() }.into()),
            None => Ok(()),
        }
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        let length = u32::try_from(bytes.len()).ok().filter(|&length| length <= self.longest);
        let Some(length) = length else {
            return Err(FrameError::TooLong { length: bytes.len(), longest: self.longest }.into());
        };
        below.push(&length.to_be_bytes());
        below.push(bytes);
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}
