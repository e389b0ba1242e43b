//! One connection: the header goes out, or comes in, and the handshake is done.

use super::error::ProxyProtocolError;
use super::header::{Connection, Header, Version};
use super::{binary, line, reader};
use crate::net::Origin;
use crate::net::machine::{Buffer, Claims, Ends, Handshake, Progress, SessionError};

/// A session that sends a header.
pub(super) struct Connecting {
    version: Version,
    origin: Option<Origin>,
    /// The connection that was sent, or `None` before that.
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
        // The specification demands that the header is sent at once.
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

/// A session that reads a header.
pub(super) struct Accepting {
    expected: Option<Version>,
    /// The bytes of the header so far. They are copied out of the machine's buffer, which is too small for a header of 65,551
    /// bytes.
    bytes: Vec<u8>,
    header: Option<Header>,
}

impl Accepting {
    /// Creates a session that accepts this version, or both.
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
            // The bytes behind the header are for the layer above, so no more is taken than certainly belongs to the header.
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
