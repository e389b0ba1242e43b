//! One connection: the header goes out, or comes in, and the handshake is done.

use super::error::ProxyProtocolError;
use super::header::{Connection, Header, Version};
use super::{binary, line, reader};
use crate::net::Origin;
use crate::net::machine::{Buffer, Claims, Ends, Handshake, Progress, SessionError};

/// Sends a header.
pub(super) struct Connecting {
    version: Version,
    origin: Option<Origin>,
    /// What was reported.
    reported: Option<Connection>,
}

impl Connecting {
    pub fn new(version: Version, origin: Option<Origin>) -> Self {
        Connecting { version, origin, reported: None }
    }
}

impl Handshake for Connecting {
    fn connected(&mut self, ends: &dyn Ends) {
        if self.origin.is_none() && self.version == Version::One {
            let ends = ends.local().zip(ends.peer());
            self.origin = ends.map(|(source, destination)| Origin { source, destination });
        }
    }

    fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
        let connection = match (&self.origin, self.version) {
            (Some(origin), version) => Connection::of(origin, version),
            (None, Version::One) => Connection::Unknown,
            (None, Version::Two) => Connection::Own,
        };
        // In one piece, as the specification demands.
        below.push(&match self.version {
            Version::One => line::write(&connection),
            Version::Two => binary::write(&connection),
        });
        self.reported = Some(connection);
        Ok(Progress::Done)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        self.reported.as_ref().map_or_else(Vec::new, |connection| connection.facts(self.version))
    }
}

/// Reads a header.
pub(super) struct Accepting {
    expected: Option<Version>,
    /// What came of it. It is taken out of the machine's buffer, in which a header of 65,551 bytes would have no room.
    bytes: Vec<u8>,
    header: Option<Header>,
}

impl Accepting {
    /// Of this version, or of either.
    pub fn new(expected: Option<Version>) -> Self {
        Accepting { expected, bytes: Vec::new(), header: None }
    }

    fn read(&mut self, input: &mut Buffer) -> Result<Progress, ProxyProtocolError> {
        loop {
            let missing = reader::missing(&self.bytes, self.expected)?;
            if missing == 0 {
                self.header = Some(reader::read(&self.bytes)?);
                return Ok(Progress::Done);
            }
            // Never more than surely belongs to the header: what is behind it is for above.
            let some = &input.bytes()[..missing.min(input.len())];
            if some.is_empty() {
                return Ok(Progress::Continues);
            }
            self.bytes.extend(some);
            let count = some.len();
            input.consume(count);
        }
    }
}

impl Handshake for Accepting {
    fn receive(&mut self, input: &mut Buffer, _: &mut Buffer) -> Result<Progress, SessionError> {
        Ok(self.read(input)?)
    }

    fn receive_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Err(ProxyProtocolError::Truncated { received: self.bytes.len() }.into())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(header) = &self.header else { return Vec::new() };
        let mut facts = header.connection.facts(header.version);
        facts.extend(header.facts.iter().cloned());
        facts
    }

    fn claims(&self) -> Claims {
        let origin = self.header.as_ref().and_then(|header| header.connection.origin());
        origin.map_or_else(Claims::default, |origin| Claims::of_origin(origin.clone()))
    }
}
