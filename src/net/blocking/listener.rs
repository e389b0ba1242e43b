//! Listening with the blocking driver.

use super::Stream;
use crate::catalog::OptionValue;
use crate::net::Address;
use crate::net::connection::Connection;
use crate::net::error::Error;
use crate::net::opener::Opener;
use crate::net::socket::BaseListener;
use rustix::event::{PollFd, PollFlags, poll};
use std::io;

/// Accepts connections, one after the other.
pub struct Listener {
    pub(super) opener: Opener,
    pub(super) listener: Box<dyn BaseListener>,
}

/// A connection that was accepted, before its handshakes.
///
/// A peer that is slow in its handshake should not delay others: call [`handshake`](Accepted::handshake) in a thread of its own.
pub struct Accepted {
    pub(super) opener: Opener,
    pub(super) connection: Connection,
}

impl Listener {
    /// Waits for the next connection. Its handshakes are not started.
    ///
    /// # Errors
    ///
    /// Those of accept(2), or [`Error::Cancelled`]. An error that concerns a single connection, such as ECONNABORTED, can be
    /// ignored.
    pub fn accept(&self) -> Result<Accepted, Error> {
        let socket = loop {
            self.wait()?;
            match self.listener.accept() {
                Ok(socket) => break socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && self.opener.cancel().is_some() => {}
                Err(error) => return Err(self.opener.reported(error, "accept")),
            }
        };
        let connection = self.opener.accepted(socket)?;
        Ok(Accepted { opener: self.opener.clone(), connection })
    }

    /// Waits until there is a connection, if the wait can be cancelled.
    fn wait(&self) -> Result<(), Error> {
        let (Some(cancel), Some(fd)) = (self.opener.cancel(), self.listener.fd()) else { return Ok(()) };
        let mut fds = [fd, cancel.fd()].map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        while let Err(error) = poll(&mut fds, None) {
            if error != rustix::io::Errno::INTR {
                return Err(self.opener.reported(error.into(), "poll"));
            }
        }
        self.opener.not_cancelled()
    }

    /// Returns the address at which it listens.
    pub fn local(&self) -> Option<Address> {
        self.listener.local()
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report it.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.listener.option(name)
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Listener").field(&self.opener).field(&self.local()).finish()
    }
}

impl std::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Accepted").field(&self.opener).field(&self.peer()).finish()
    }
}

impl Accepted {
    /// Returns the address of the peer.
    pub fn peer(&self) -> Option<Address> {
        self.connection.socket.peer()
    }

    /// Performs the handshakes of all layers.
    ///
    /// # Errors
    ///
    /// A layer failed, or the time for handshakes passed.
    pub fn handshake(self) -> Result<Stream, Error> {
        let nonblocking = self.connection.socket.set_nonblocking(true);
        nonblocking.map_err(|error| self.opener.reported(error, "ioctl FIONBIO"))?;
        self.opener.established(self.connection)
    }
}
