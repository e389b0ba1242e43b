//! Streams of the blocking driver.

use crate::catalog::OptionValue;
use crate::net::cancel::Registration;
use crate::net::connection::Connection;
use crate::net::error::{Error, Step};
use crate::net::opened::{Bare, Opened};
use crate::net::opener::Opener;
use crate::net::{Answer, Target, readiness};
use std::io::{self, Read, Write};
use std::time::Duration;

/// Represents an open connection whose reads and writes block.
///
/// It ends as a socket does: [`shutdown_write`](Stream::shutdown_write) ends our side through every layer, and a read of 0 bytes
/// is the end of the peer's side, which the peer confirms where the protocol has a message for it. A TLS stream that ends without
/// it is an error of kind [`UnexpectedEof`](io::ErrorKind::UnexpectedEof). Dropping the stream closes the socket without closing
/// messages of the layers.
pub struct Stream {
    pub(super) connection: Connection,
    pub(super) read_limit: Option<Duration>,
    pub(super) write_limit: Option<Duration>,
    pub(super) registration: Option<Registration>,
}

impl Stream {
    /// Ends the writing side: pending bytes are sent, each layer sends its closing message, and the socket is shut down for
    /// writing. Reading continues until the peer ends its side.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        let result = self.connection.shutdown_write();
        result.map_err(|error| self.reported(error, Step::Write, self.write_limit))
    }

    /// Ends our side, and waits for the peer to end its own, as long as reads may wait; bytes that come until then are discarded.
    /// Datagrams have no end, so it does not wait for one.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed, or the peer's stream was cut off.
    pub fn close(mut self) -> io::Result<()> {
        self.shutdown_write()?;
        let mut rest = vec![0; 4096];
        while !self.connection.endless && !self.has_ended() {
            if let Err(error) = self.read(&mut rest).map(drop) {
                match Error::of(&error) {
                    Some(Error::NoRoom { length, .. }) => rest.resize(*length, 0),
                    _ => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Returns the name of the entry that was opened: of several [`Alternatives`](crate::net::Alternatives), the one that
    /// succeeded.
    pub fn entry(&self) -> &str {
        &self.connection.opened.entry
    }

    /// Returns a report of what was opened, with facts and byte counts of each layer.
    pub fn opened(&self) -> Opened {
        self.connection.report()
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report it.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.connection.socket.option(name)
    }

    /// Returns whether each read and each write is a whole message. If so, a read of 0 bytes may be an empty message:
    /// [`has_ended`](Stream::has_ended) distinguishes it from the end. A message for which there is no room is reported with its
    /// length, as [`Error::NoRoom`], and stays; but where no layer is left, it is truncated, as by recv(2).
    pub fn is_of_messages(&self) -> bool {
        self.connection.is_of_messages()
    }

    /// Returns whether a read has reached the end of the peer's side, after everything that it sent. Datagrams have no end.
    pub fn has_ended(&self) -> bool {
        self.connection.has_ended()
    }

    /// Returns the target that the client of a proxy layer wants to be connected to, while it waits for an
    /// [answer](Stream::answer): see [`Opener::asking`]. Until then nothing can be read or written.
    pub fn asked(&self) -> Option<&Target> {
        self.connection.asked()
    }

    /// Answers the client. If granted, the handshakes of the layers above continue, and the stream is open afterwards. If
    /// refused, the client is notified, and the connection has ended.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        let result = self.connection.answer(answer);
        result.map_err(|error| self.reported(error, Step::Write, self.write_limit))
    }

    /// Returns whether the stream is of messages and the peer has no way to end it, as with datagrams.
    pub fn is_endless(&self) -> bool {
        self.connection.endless
    }

    /// Returns whether every layer has retired, so that bytes go straight to the socket.
    pub fn is_bare(&self) -> bool {
        self.connection.machine.is_bare()
    }

    /// Sets how long a read may wait from now on; `None` is without limit.
    ///
    /// # Errors
    ///
    /// Those of setsockopt(2).
    pub fn set_read_limit(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.connection.socket.set_read_timeout(limit)?;
        self.read_limit = limit;
        Ok(())
    }

    /// Sets how long a write may wait from now on; `None` is without limit.
    ///
    /// # Errors
    ///
    /// Those of setsockopt(2).
    pub fn set_write_limit(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.connection.socket.set_write_timeout(limit)?;
        self.write_limit = limit;
        Ok(())
    }

    /// Returns the socket if no layer is left above it; otherwise the stream.
    ///
    /// # Errors
    ///
    /// The stream: a layer is still above the socket, or bytes are still to be sent, or messages have been read from the socket
    /// already, or the socket has no file descriptor.
    pub fn into_socket(self) -> Result<Bare, Box<Stream>> {
        let Stream { connection, read_limit, write_limit, registration } = self;
        connection
            .into_bare()
            .map_err(|connection| Box::new(Stream { connection: *connection, read_limit, write_limit, registration }))
    }

    /// Converts the connection into one whose calls never block.
    ///
    /// # Errors
    ///
    /// Its base protocol has no file descriptor to wait on.
    pub fn into_nonblocking(self, opener: &Opener) -> Result<readiness::Stream, Error> {
        self.connection.socket.set_nonblocking(true).map_err(|error| opener.reported(error, "ioctl FIONBIO"))?;
        opener.opened_already(self.connection)
    }

    fn reported(&self, error: io::Error, step: Step, limit: Option<Duration>) -> io::Error {
        if self.registration.as_ref().is_some_and(Registration::is_cancelled) {
            return Error::Cancelled.into();
        }
        match (error.kind(), limit) {
            (io::ErrorKind::WouldBlock, Some(limit)) => Error::TimedOut { step, layer: None, limit }.into(),
            _ => error,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let result = self.connection.read(target);
        match result {
            // A connection that was shut down by cancelling looks like one that ended.
            Ok(0) if self.registration.as_ref().is_some_and(Registration::is_cancelled) && !target.is_empty() => {
                Err(Error::Cancelled.into())
            }
            result => result.map_err(|error| self.reported(error, Step::Read, self.read_limit)),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.connection.write(bytes);
        result.map_err(|error| self.reported(error, Step::Write, self.write_limit))
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.connection.flush();
        result.map_err(|error| self.reported(error, Step::Write, self.write_limit))
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({})", self.opened())
    }
}
