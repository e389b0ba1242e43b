//! Sockets without a peer, for the blocking driver.

use crate::catalog::OptionValue;
use crate::net::Address;
use crate::net::opened::Opened;
use crate::net::socket::BaseSocket;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

/// A socket without layers and without a peer: for datagrams, raw packets, or messages of netlink.
pub struct Socket {
    pub(super) socket: Box<dyn BaseSocket>,
    pub(super) opened: Opened,
}

impl Socket {
    /// Sends a message to an address.
    ///
    /// # Errors
    ///
    /// Those of sendto(2).
    pub fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        self.socket.send_to(bytes, to)
    }

    /// Receives a message; returns its length and its sender.
    ///
    /// # Errors
    ///
    /// Those of recvfrom(2).
    pub fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.socket.recv_from(target)
    }

    /// Returns the address that it is bound to.
    pub fn local(&self) -> Option<Address> {
        self.socket.local()
    }

    /// Sets how long receiving may wait; `None`: without limit.
    ///
    /// # Errors
    ///
    /// Those of setsockopt(2).
    pub fn set_read_limit(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(limit)
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report it.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.socket.option(name)
    }

    /// Returns a report of what was opened.
    pub fn opened(&self) -> Opened {
        let mut opened = self.opened.clone();
        opened.ask(&*self.socket);
        opened
    }

    /// Returns the file descriptor to wait on, or `None` for a base protocol without one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.socket.fd()
    }

    /// Makes calls block, or return at once.
    ///
    /// # Errors
    ///
    /// Those of fcntl(2).
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }

    /// Returns the socket itself, or `None` for one without a file descriptor.
    pub fn into_socket(self) -> Option<OwnedFd> {
        self.socket.into_fd().ok()
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Socket({})", self.opened())
    }
}
