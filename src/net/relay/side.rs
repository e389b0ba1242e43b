//! One side of a relayed connection: a stream with layers, or the bare socket when they have retired.
//!
//! Sockets are registered once, edge-triggered, so a side remembers the events that were reported to it: it counts as readable or
//! writable until a call returns [`WouldBlock`](io::ErrorKind::WouldBlock).

use crate::net::{Bare, Opened, readiness};
use rustix::event::epoll::EventFlags;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SendFlags, Shutdown};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The operations that a direction needs of the two sides that it connects.
pub(super) trait End {
    /// Reads bytes, or one message. 0 bytes of a stream are its end; of messages they are an empty one, unless [the peer has
    /// ended](End::has_ended) its side.
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize>;

    /// Returns whether the peer has ended its side, and everything was read.
    fn has_ended(&self) -> bool;

    /// Writes bytes, or one message.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Ends the written side; on `WouldBlock` the call is to be repeated.
    fn shutdown_write(&mut self) -> io::Result<()>;

    /// Returns whether accepted bytes still wait for room; then no more should be written.
    fn holds_back(&self) -> bool;

    /// Returns the socket, if bytes are read and written without layers.
    fn bare(&self) -> Option<BorrowedFd<'_>>;
}

/// A side, and its known readiness.
pub(super) struct Side<E> {
    pub end: E,
    /// A read may find bytes.
    pub readable: bool,
    /// A write may find room.
    pub writable: bool,
    /// The peer has ended its side, or is gone: a read that does not fill the buffer does not show that there is no more.
    pub hung: bool,
}

/// The events that say that the peer will send no more, or is gone.
const HUNG: EventFlags = EventFlags::RDHUP.union(EventFlags::HUP).union(EventFlags::ERR);

impl<E: End> Side<E> {
    /// Creates a side of which epoll has reported these events so far. It counts as readable and writable until it is tried.
    pub fn new(end: E, reported: EventFlags) -> Self {
        Side { end, readable: true, writable: true, hung: reported.intersects(HUNG) }
    }

    /// Records the events that epoll reported.
    pub fn reported(&mut self, flags: EventFlags) {
        let hung = flags.intersects(HUNG);
        // Layers may be able to read because there is room to write, and to write because bytes came in.
        let any = self.end.bare().is_none();
        self.readable |= any || hung || flags.contains(EventFlags::IN);
        self.writable |= any || flags.intersects(EventFlags::OUT | EventFlags::HUP | EventFlags::ERR);
        self.hung |= hung;
    }
}

/// The carrier of an open side.
pub(super) enum Carrier {
    /// A stream whose layers change the bytes, or whose socket cannot be taken out, or that carries messages.
    Layered(Box<readiness::Stream>),
    /// The socket itself.
    Bare(OwnedFd),
}

impl Carrier {
    /// Creates the carrier of a stream that is open; also returns the bytes that were read from it already.
    pub fn new(stream: Box<readiness::Stream>) -> (Self, Vec<u8>) {
        // A stream of messages distinguishes an empty one from the end, and knows the length of the next one; a bare socket does
        // not.
        if stream.is_of_messages() {
            return (Carrier::Layered(stream), Vec::new());
        }
        match stream.into_socket() {
            Ok(Bare { socket, unread }) => (Carrier::Bare(socket), unread),
            Err(stream) => (Carrier::Layered(stream), Vec::new()),
        }
    }

    /// Sends the bytes that layers have for the socket; `WouldBlock` means that some are left.
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Carrier::Layered(stream) if stream.wants().writable => stream.flush(),
            _ => Ok(()),
        }
    }

    /// Frees the empty buffers of layers.
    pub fn release(&mut self) {
        if let Carrier::Layered(stream) = self {
            stream.release();
        }
    }

    /// Updates a report with the bytes that passed through the layers.
    pub fn note(&self, opened: &mut Opened) {
        if let Carrier::Layered(stream) = self {
            let now = stream.opened();
            (opened.layers, opened.sent, opened.received) = (now.layers, now.sent, now.received);
        }
    }

    /// Makes the peer see that the connection has failed, once it is dropped: TCP resets it (`SO_LINGER` with 0 of socket(7)),
    /// and no layer sends a closing message. Without a reset, a peer without layers would take the end for a regular one.
    pub fn will_reset(&self) {
        // A socket other than TCP has no reset, and is just closed.
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
            // This is never called: messages do not use bare sockets, and the end of a stream is a read of 0 bytes.
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
                // A peer that is gone needs no end.
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
