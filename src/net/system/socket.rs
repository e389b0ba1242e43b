//! The system's sockets, as implementations of the traits that drivers use.

use super::address;
use super::options::{self, Stated};
use crate::catalog::OptionValue;
use crate::net::address::Address;
use crate::net::socket::{BaseListener, BaseSocket};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags};
use socket2::Socket;
use std::io::{self, IoSlice, Read as _};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

pub(super) struct SystemSocket {
    socket: Socket,
    stated: Stated,
    /// The connection was begun, and is not established yet.
    connecting: bool,
}

impl SystemSocket {
    pub(super) fn new(socket: Socket, stated: Stated, connecting: bool) -> Self {
        SystemSocket { socket, stated, connecting }
    }
}

impl BaseSocket for SystemSocket {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.socket.read(target)
    }

    fn read_message(&mut self, target: &mut [u8]) -> io::Result<usize> {
        // The flag makes the kernel return the full length of the message (recv(2)).
        Ok(rustix::net::recv(&self.socket, target, RecvFlags::TRUNC)?.1)
    }

    fn message_length(&mut self) -> io::Result<Option<usize>> {
        match rustix::net::recv(&self.socket, &mut [0; 0], RecvFlags::PEEK | RecvFlags::TRUNC) {
            Ok((_, length)) => Ok(Some(length)),
            // Older kernels do not support peeking at sequenced packets of vsock.
            Err(Errno::OPNOTSUPP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn is_at_end(&mut self) -> bool {
        let mut fds = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        if matches!(retry_on_intr(|| poll(&mut fds, Some(&at_once))), Ok(0)) {
            return false;
        }
        // The peer has ended its side, perhaps after an empty message that further messages follow. If only empty messages are
        // left, the kernel does not distinguish them from the end.
        let flags = RecvFlags::PEEK | RecvFlags::TRUNC | RecvFlags::DONTWAIT;
        !matches!(retry_on_intr(|| rustix::net::recv(&self.socket, &mut [0; 0], flags)), Ok((_, 1..)))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL)?)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.socket.send_vectored_with_flags(pieces, SendFlags::NOSIGNAL.bits() as i32)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        match self.socket.shutdown(Shutdown::Write) {
            // A peer that is gone needs no end; sockets without connections have none, and netlink and packet sockets do not
            // support shutdown(2).
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::NOTCONN | Errno::OPNOTSUPP)) => Ok(()),
            result => result,
        }
    }

    fn finish_connect(&mut self) -> io::Result<bool> {
        if self.connecting {
            let mut fds = [PollFd::new(&self.socket, PollFlags::OUT)];
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            if retry_on_intr(|| poll(&mut fds, Some(&at_once)))? == 0 {
                return Ok(false);
            }
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            // A socket without error and without a peer was shut down in the meantime.
            self.socket.peer_addr()?;
            self.stated.when_connected(&self.socket)?;
            self.connecting = false;
        }
        Ok(true)
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        // This takes one system call, and fcntl(2) takes two.
        Ok(rustix::io::ioctl_fionbio(&self.socket, nonblocking)?)
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_write_timeout(limit)
    }

    fn local(&self) -> Option<Address> {
        address::local(&self.socket)
    }

    fn peer(&self) -> Option<Address> {
        address::peer(&self.socket)
    }

    fn triple(&self) -> Option<(i32, i32, i32)> {
        let protocol = self.socket.protocol().ok()?.map_or(0, i32::from);
        Some((self.socket.domain().ok()?.into(), self.socket.r#type().ok()?.into(), protocol))
    }

    fn option(&self, name: &str) -> io::Result<OptionValue> {
        options::query(&self.socket, self.stated.family(), name)
    }

    fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        address::send_to(&self.socket, bytes, to)
    }

    fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        address::recv_from(&self.socket, self.stated.family(), target)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.as_fd())
    }

    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        Ok(self.socket.into())
    }
}

pub(super) struct SystemListener {
    socket: Socket,
    stated: Stated,
}

impl SystemListener {
    pub(super) fn new(socket: Socket, stated: Stated) -> Self {
        SystemListener { socket, stated }
    }
}

impl BaseListener for SystemListener {
    fn accept(&self) -> io::Result<Box<dyn BaseSocket>> {
        loop {
            match self.socket.accept() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok((socket, _)) => {
                    self.stated.when_accepted(&socket)?;
                    return Ok(Box::new(SystemSocket::new(socket, self.stated.clone(), false)));
                }
            }
        }
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        // This takes one system call, and fcntl(2) takes two.
        Ok(rustix::io::ioctl_fionbio(&self.socket, nonblocking)?)
    }

    fn local(&self) -> Option<Address> {
        address::local(&self.socket)
    }

    fn option(&self, name: &str) -> io::Result<OptionValue> {
        options::query(&self.socket, self.stated.family(), name)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.as_fd())
    }
}
