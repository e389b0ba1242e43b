//! The interface between drivers and the sockets of base protocols.

use super::address::Address;
use crate::catalog::OptionValue;
use std::io::{self, IoSlice};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

/// A socket of a base protocol.
///
/// It is blocking or non-blocking, as configured. Calls of a non-blocking socket that would wait fail with
/// [`io::ErrorKind::WouldBlock`], and so do calls of a blocking socket whose time limit expires.
pub trait BaseSocket: Send {
    /// Receives bytes, or one message; 0 bytes of a stream are its end.
    ///
    /// # Errors
    ///
    /// The errors of recv(2).
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize>;

    /// Receives one message and returns its length, which is greater than that of `target` if the message was cut and the socket
    /// reports that.
    ///
    /// # Errors
    ///
    /// The errors of recv(2).
    fn read_message(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.read(target)
    }

    /// Returns the length of the next message without removing it; waits for one like [`read`](BaseSocket::read). Returns `None`
    /// if the socket cannot report lengths; the caller then provides a buffer of 256 KiB.
    ///
    /// # Errors
    ///
    /// The errors of recv(2).
    fn message_length(&mut self) -> io::Result<Option<usize>> {
        Ok(None)
    }

    /// Returns whether a read of 0 bytes was the end, and not an empty message. Called after such a read from a socket that
    /// carries messages and has an end.
    fn is_at_end(&mut self) -> bool {
        true
    }

    /// Sends bytes, or one message.
    ///
    /// # Errors
    ///
    /// The errors of send(2). SIGPIPE is not raised.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends bytes, or one message, gathered from several pieces.
    ///
    /// # Errors
    ///
    /// Like [`write`](BaseSocket::write).
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.write(pieces.iter().find(|piece| !piece.is_empty()).map_or(&[], |piece| piece))
    }

    /// Ends the sending side.
    ///
    /// # Errors
    ///
    /// The errors of shutdown(2).
    fn shutdown_write(&mut self) -> io::Result<()>;

    /// Returns whether a connection that was begun is established.
    ///
    /// # Errors
    ///
    /// The connection failed.
    fn finish_connect(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Makes the socket non-blocking, or blocking.
    ///
    /// # Errors
    ///
    /// The errors of fcntl(2).
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()>;

    /// Sets the time limit of a read, or none.
    ///
    /// # Errors
    ///
    /// The errors of setsockopt(2).
    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Sets the time limit of a write, or none.
    ///
    /// # Errors
    ///
    /// The errors of setsockopt(2).
    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Returns the address of this end.
    fn local(&self) -> Option<Address>;

    /// Returns the address of the other end.
    fn peer(&self) -> Option<Address>;

    /// Returns the actual family, type and protocol, by their numbers in the system.
    fn triple(&self) -> Option<(i32, i32, i32)> {
        None
    }

    /// Returns the value of an option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system does not return it.
    fn option(&self, name: &str) -> io::Result<OptionValue> {
        let _ = name;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Sends a message to an address.
    ///
    /// # Errors
    ///
    /// The errors of sendto(2).
    fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        let _ = (bytes, to);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Receives a message, and the address of its sender.
    ///
    /// # Errors
    ///
    /// The errors of recvfrom(2).
    fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        let _ = target;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the file descriptor to wait on, or `None` for a socket without one, which only the blocking driver can use.
    fn fd(&self) -> Option<BorrowedFd<'_>>;

    /// Returns the file descriptor itself, if all state of the socket is in it.
    ///
    /// # Errors
    ///
    /// The socket, if it has no such descriptor.
    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>>;
}

/// A socket that accepts connections.
pub trait BaseListener: Send {
    /// Returns the next connection, as a blocking socket.
    ///
    /// # Errors
    ///
    /// The errors of accept(2).
    fn accept(&self) -> io::Result<Box<dyn BaseSocket>>;

    /// Makes [`accept`](BaseListener::accept) non-blocking, or blocking.
    ///
    /// # Errors
    ///
    /// The errors of fcntl(2).
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()>;

    /// Returns the address at which the socket accepts connections.
    fn local(&self) -> Option<Address>;

    /// Returns the value of an option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system does not return it.
    fn option(&self, name: &str) -> io::Result<OptionValue> {
        let _ = name;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the file descriptor to wait on, or `None` if it has none.
    fn fd(&self) -> Option<BorrowedFd<'_>>;
}
