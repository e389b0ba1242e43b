//! One side of a relayed connection: a stream with layers, or the bare socket when they have retired.
//!
//! Sockets are registered once, edge-triggered, so a side remembers what was reported to it: it may be read, or written, until a call
//! says [`WouldBlock`](io::ErrorKind::WouldBlock).

use crate::net::{Bare, Opened, readiness};
use rustix::event::epoll::EventFlags;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SendFlags, Shutdown};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What a direction asks of the sides that it lies between.
pub(super) trait End {
    /// Returns bytes, or one message; 0 bytes of a stream are its end, and of messages an empty one, unless [it
    /// has](End::has_ended).
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize>;

    /// Returns whether the peer has ended its side, and all of it is read.
    fn has_ended(&self) -> bool;

    /// Takes bytes, or one message.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Ends the side that is written; `WouldBlock` says to call again.
    fn shutdown_write(&mut self) -> io::Result<()>;

    /// Returns whether bytes that were taken still wait for room: then no more should be given.
    fn holds_back(&self) -> bool;

    /// Returns the socket, if bytes go straight to it and come straight from it.
    fn bare(&self) -> Option<BorrowedFd<'_>>;
}

/// A side, and what is known of its readiness.
pub(super) struct Side<E> {
    pub end: E,
    /// A read may have something.
    pub readable: bool,
    /// A write may find room.
    pub writable: bool,
    /// The peer has said that it is done, or is gone: a read that finds little does not say that there is no more.
    pub hung: bool,
}

/// The peer will send no more, or is gone.
const HUNG: EventFlags = EventFlags::RDHUP.union(EventFlags::HUP).union(EventFlags::ERR);

impl<E: End> Side<E> {
    /// Creates a side of which epoll has reported this so far. Everything is tried once.
    pub fn new(end: E, reported: EventFlags) -> Self {
        Side { end, readable: true, writable: true, hung: reported.intersects(HUNG) }
    }

    /// Takes note of what epoll reported.
    pub fn reported(&mut self, flags: EventFlags) {
        let hung = flags.intersects(HUNG);
        // Layers may read because there is room again, and write because something came.
        let any = self.end.bare().is_none();
        self.readable |= any || hung || flags.contains(EventFlags::IN);
        self.writable |= any || flags.intersects(EventFlags::OUT | EventFlags::HUP | EventFlags::ERR);
        self.hung |= hung;
    }
}

/// What carries a side of a connection that is open.
pub(super) enum Carrier {
    /// A stream whose layers change the bytes, or whose socket cannot be taken out; and one of messages.
    Layered(Box<readiness::Stream>),
    /// The socket itself.
    Bare(OwnedFd),
}

impl Carrier {
    /// Of a stream that is open, and what had been read from it already.
    pub fn new(stream: Box<readiness::Stream>) -> (Self, Vec<u8>) {
        // A stream of messages knows an empty one from the end, and how long the next one is; a socket by itself does not.
        if stream.is_of_messages() {
            return (Carrier::Layered(stream), Vec::new());
        }
        match stream.into_socket() {
            Ok(Bare { socket, unread }) => (Carrier::Bare(socket), unread),
            Err(stream) => (Carrier::Layered(stream), Vec::new()),
        }
    }

    /// Sends what layers have for the socket; `WouldBlock` says that some is left.
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Carrier::Layered(stream) if stream.wants().writable => stream.flush(),
            _ => Ok(()),
        }
    }

    /// Frees the memory that layers keep for bytes, where no bytes are.
    pub fn release(&mut self) {
        if let Carrier::Layered(stream) = self {
            stream.release();
        }
    }

    /// Brings a report up to date: what passed through layers.
    pub fn note(&self, opened: &mut Opened) {
        if let Carrier::Layered(stream) = self {
            let now = stream.opened();
            (opened.layers, opened.sent, opened.received) = (now.layers, now.sent, now.received);
        }
    }

    /// Makes the peer see that the connection has failed, once it is dropped: TCP resets it (`SO_LINGER` with 0 of socket(7)), and
    /// no layer says goodbye. An end without a reset would look whole to a peer without layers.
    pub fn will_reset(&self) {
        // What is no TCP has no such thing, and is just closed.
        let _ = rustix::net::sockopt::set_socket_linger(self.as_fd(), Some(std::time::Duration::ZERO));
    }
}

impl AsFd for Carrier {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Carrier::Layered(stream) => stream.as_fd(),
            Carrier::Bare(socket) => socket.as_fd(),
        }
    }
}

impl End for Carrier {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        match self {
            Carrier::Layered(stream) => stream.read(target),
            Carrier::Bare(socket) => Ok(retry_on_intr(|| rustix::io::read(&*socket, &mut *target))?),
        }
    }

    fn has_ended(&self) -> bool {
        match self {
            Carrier::Layered(stream) => stream.has_ended(),
            // Nobody asks: messages do not get here, and the end of a stream is a read of 0 bytes.
            Carrier::Bare(_) => false,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Carrier::Layered(stream) => stream.write(bytes),
            Carrier::Bare(socket) => Ok(retry_on_intr(|| rustix::net::send(&*socket, bytes, SendFlags::NOSIGNAL))?),
        }
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        match self {
            Carrier::Layered(stream) => stream.shutdown_write(),
            Carrier::Bare(socket) => match rustix::net::shutdown(&*socket, Shutdown::Write) {
                // A peer that has gone needs no goodbye.
                Err(Errno::NOTCONN) => Ok(()),
                result => Ok(result?),
            },
        }
    }

    fn holds_back(&self) -> bool {
        match self {
            Carrier::Layered(stream) => stream.wants().writable,
            Carrier::Bare(_) => false,
        }
    }

    fn bare(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Carrier::Layered(_) => None,
            Carrier::Bare(socket) => Some(socket.as_fd()),
        }
    }
}
