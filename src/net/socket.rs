//! What drivers ask of a base protocol's socket.

use super::address::Address;
use crate::catalog::OptionValue;
use std::io::{self, IoSlice};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

/// A socket of a base protocol.
///
/// It blocks or does not, as it was configured; when it does not, calls that would wait fail with [`io::ErrorKind::WouldBlock`], and
/// so do calls of a blocking socket whose time is up.
pub trait BaseSocket: Send {
    /// Receives bytes, or one message; 0 bytes of a stream are its end.
    ///
    /// # Errors
    ///
    /// As recv(2).
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize>;

    /// Receives one message: its length, which is more than `target` has room for where the socket knows that it was cut.
    ///
    /// # Errors
    ///
    /// As recv(2).
    fn read_message(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.read(target)
    }

    /// Returns the length of the next message, which goes on waiting; waits for one, as [`read`](BaseSocket::read) does. Nothing:
    /// the socket cannot tell, and is given room for 256 KiB.
    ///
    /// # Errors
    ///
    /// As recv(2).
    fn message_length(&mut self) -> io::Result<Option<usize>> {
        Ok(None)
    }

    /// After a read of 0 bytes from a socket that carries messages and has an end: whether that was the end, and not an empty
    /// message.
    fn is_at_end(&mut self) -> bool {
        true
    }

    /// Sends bytes, or one message.
    ///
    /// # Errors
    ///
    /// As send(2), without SIGPIPE.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends bytes, or one message, from several pieces.
    ///
    /// # Errors
    ///
    /// As [`write`](BaseSocket::write).
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.write(pieces.iter().find(|piece| !piece.is_empty()).map_or(&[], |piece| piece))
    }

    /// Ends the side that is written.
    ///
    /// # Errors
    ///
    /// As shutdown(2).
    fn shutdown_write(&mut self) -> io::Result<()>;

    /// Returns whether a connection that was begun is there; an error if it failed.
    ///
    /// # Errors
    ///
    /// Why it failed.
    fn finish_connect(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Makes calls wait, or not.
    ///
    /// # Errors
    ///
    /// As fcntl(2).
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()>;

    /// Returns how long a read may wait; nothing: without limit.
    ///
    /// # Errors
    ///
    /// As setsockopt(2).
    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Returns how long a write may wait; nothing: without limit.
    ///
    /// # Errors
    ///
    /// As setsockopt(2).
    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Returns the address of this end.
    fn local(&self) -> Option<Address>;

    /// Returns the address of the other end.
    fn peer(&self) -> Option<Address>;

    /// Returns the real family, type and protocol, as the system numbers them.
    fn triple(&self) -> Option<(i32, i32, i32)> {
        None
    }

    /// Returns the value of an option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report.
    fn option(&self, name: &str) -> io::Result<OptionValue> {
        let _ = name;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Sends a message to an address.
    ///
    /// # Errors
    ///
    /// As sendto(2).
    fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        let _ = (bytes, to);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Receives a message, and whose it is.
    ///
    /// # Errors
    ///
    /// As recvfrom(2).
    fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        let _ = target;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the file descriptor to wait on, or `None` for a socket that has none, which only the blocking driver can use.
    fn fd(&self) -> Option<BorrowedFd<'_>>;

    /// Returns the file descriptor itself, when nothing of the socket lies outside of it; else the socket comes back.
    ///
    /// # Errors
    ///
    /// The socket, which has none.
    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>>;
}

/// A socket that accepts connections.
pub trait BaseListener: Send {
    /// Returns the next connection. The socket that it gives blocks.
    ///
    /// # Errors
    ///
    /// As accept(2).
    fn accept(&self) -> io::Result<Box<dyn BaseSocket>>;

    /// Makes [`accept`](BaseListener::accept) wait, or not.
    ///
    /// # Errors
    ///
    /// As fcntl(2).
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()>;

    /// Returns the address at which it accepts.
    fn local(&self) -> Option<Address>;

    /// Returns the value of an option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report.
    fn option(&self, name: &str) -> io::Result<OptionValue> {
        let _ = name;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the file descriptor to wait on, if it has one.
    fn fd(&self) -> Option<BorrowedFd<'_>>;
}
