//! The readiness driver: streams that never wait, for mio or any other selector, or for poll(2).
//!
//! The program waits until the socket is as [`Stream::wants`] says, then calls what it wanted to call. Nothing is lost by a call
//! that fails with [`WouldBlock`](io::ErrorKind::WouldBlock), and nothing happens twice: a write that fails so has taken nothing,
//! one that gave a number has taken just that many bytes, though some may still be on their way. With a selector that tells
//! edges, as mio does, read and write until `WouldBlock`.
//!
//! ```no_run
//! # use sockatlas::net::{readiness, Opener, Providers, Target};
//! # use sockatlas::{Registry, Request};
//! # use std::time::Instant;
//! # let registry = Registry::builtin();
//! # let selection = registry.resolve(&Request::named("tcp4"))?;
//! use mio::unix::SourceFd;
//! use mio::{Events, Interest, Poll, Token};
//! use std::os::fd::AsRawFd;
//!
//! let opener = Opener::new(&Providers::shipped(), &selection);
//! let target = opener.target("127.0.0.1:7")?;
//! let address = opener.resolve(&target)?.remove(0);
//! let mut stream = opener.start(&target, &address, Instant::now())?;
//!
//! let mut poll = Poll::new()?;
//! let interest = Interest::READABLE | Interest::WRITABLE;
//! poll.registry().register(&mut SourceFd(&stream.as_raw_fd()), Token(0), interest)?;
//! let mut events = Events::with_capacity(8);
//! while !stream.progress(Instant::now())? {
//!     let wait = stream.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
//!     poll.poll(&mut events, wait)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! That is one address. [`Dial`] makes a connection from the name on, over several addresses and entries.

mod dial;

pub use dial::Dial;

use super::address::ToTarget;
use super::connection::{Connection, Wants};
use super::error::{Attempt, Error, Outcome, Step};
use super::opened::Opened;
use super::opener::{BeginError, Opener};
use super::socket::BaseListener;
use super::{Address, Answer, Bare, ProviderError, Target};
use crate::catalog::OptionValue;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

/// A connection that never waits. See the [module](self).
pub struct Stream {
    connection: Connection,
    opener: Opener,
    /// What is under way until it is open.
    step: Step,
    /// How long that may take, and until when.
    limit: Option<(Duration, Instant)>,
    /// The limit counts from the next progress on.
    counts_anew: bool,
}

impl Opener {
    /// Returns the addresses to try for a target, best first: those of a proxy, where the stack leads through one. May block, as
    /// name servers are asked.
    ///
    /// # Errors
    ///
    /// The stack cannot be opened, or the name has no address.
    pub fn resolve(&self, target: &Target) -> Result<Vec<Address>, Error> {
        self.addresses(target)
    }

    /// Begins to connect to one of the [addresses](Opener::resolve) of a target. `now` is the time from which limits count.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`] that needs no waiting.
    pub fn start(&self, target: &Target, address: &Address, now: Instant) -> Result<Stream, Error> {
        let connection = self.begin(target, address).map_err(|error| match error {
            BeginError::Stack(error) => error,
            BeginError::Socket(source) => self.unreached(target, address, source),
        })?;
        self.watched(connection, Step::Connect, now)
    }

    pub(super) fn unreached(&self, target: &Target, address: &Address, source: ProviderError) -> Error {
        let entry = self.base_name();
        let attempt = Attempt {
            entry: self.selection().name().to_owned(),
            address: Some(address.clone()),
            began: Duration::ZERO,
            outcome: Outcome::Failed(source.into()),
        };
        Error::Unreached { entry, target: target.clone(), attempts: vec![attempt], untried: Vec::new() }
    }

    /// A connection that is open.
    pub(super) fn opened_already(&self, connection: Connection) -> Result<Stream, Error> {
        let mut stream = self.watched(connection, Step::Handshake, Instant::now())?;
        stream.limit = None;
        Ok(stream)
    }

    pub(super) fn watched(&self, connection: Connection, step: Step, now: Instant) -> Result<Stream, Error> {
        if connection.socket.fd().is_none() {
            let problem =
                "its base protocol has no file descriptor to wait on; open it with the blocking driver".to_owned();
            return Err(Error::Unfit { entry: self.selection().name().to_owned(), problem });
        }
        let limit = self.time_limit(step).map(|limit| (limit, now + limit));
        Ok(Stream { connection, opener: self.clone(), step, limit, counts_anew: false })
    }

    /// Listens at an address, without ever waiting. The layers are prepared now.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub fn listen_nonblocking(&self, at: impl ToTarget) -> Result<Listener, Error> {
        let listener = self.listener(&at)?;
        listener.set_nonblocking(true).map_err(|error| self.reported(error, "ioctl FIONBIO"))?;
        Ok(Listener { opener: self.clone(), listener })
    }
}

impl Stream {
    /// Connects and shakes hands as far as that goes now; whether the stream is open. Reading and writing do so too.
    ///
    /// # Errors
    ///
    /// Connecting or a layer failed, or the time for it had passed at `now`; the stream is of no use then.
    pub fn progress(&mut self, now: Instant) -> Result<bool, Error> {
        let result = self.connection.establish();
        // It may have been a read or a write that connected.
        if self.step == Step::Connect && !self.connection.is_connecting() {
            self.step = Step::Handshake;
            self.counts_anew = true;
        }
        if std::mem::take(&mut self.counts_anew) {
            self.limit = self.opener.time_limit(Step::Handshake).map(|limit| (limit, now + limit));
        }
        match result {
            // How long an answer may take is the program's business.
            Ok(()) if self.asked().is_some() => Ok(false),
            Ok(()) => {
                self.limit = None;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => match self.limit {
                Some((limit, until)) if until <= now => {
                    let layer = match self.step {
                        Step::Connect => None,
                        _ => self.connection.machine.handshaking().map(|layer| layer.name.clone()),
                    };
                    Err(Error::TimedOut { step: self.step, layer, limit })
                }
                _ => Ok(false),
            },
            Err(error) if self.connection.is_connecting() => match &self.connection.opened {
                Opened { target: Some(target), peer: Some(peer), .. } => {
                    Err(self.opener.unreached(target, peer, ProviderError::system("connect", error)))
                }
                _ => Err(self.opener.reported(error, "connect")),
            },
            Err(error) => Err(self.opener.reported(error, "handshake")),
        }
    }

    /// Returns whether every handshake is over.
    pub fn is_open(&self) -> bool {
        !self.connection.is_connecting() && self.connection.machine.is_open()
    }

    /// Returns whether each read and each write is a message, whole. Then a read of 0 bytes may be an empty one:
    /// [`has_ended`](Stream::has_ended) tells. A message for which there is no room is reported with its length, as
    /// [`Error::NoRoom`], and stays; but where no layer is left, it is cut, as recv(2) does.
    pub fn is_of_messages(&self) -> bool {
        self.connection.is_of_messages()
    }

    /// Returns whether a read has reported that the peer ended its side, behind all that it had sent. Datagrams know no end.
    pub fn has_ended(&self) -> bool {
        self.connection.has_ended()
    }

    /// Returns whether it is of messages and the peer has no way to end it, as with datagrams.
    pub fn is_endless(&self) -> bool {
        self.connection.endless
    }

    /// Returns the target that the client of a proxy layer wants to be connected to, while it waits for an
    /// [answer](Stream::answer): see [`Opener::asking`]. Until then the stream is not open, and wants nothing of its socket.
    pub fn asked(&self) -> Option<&Target> {
        self.connection.asked()
    }

    /// Answers the client. Granted, the handshakes go on: see [`progress`](Stream::progress). Refused, the client is notified, and the
    /// stream is to be dropped; `WouldBlock` says that it cannot be reported yet, and [`flush`](Write::flush) tries again.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        // The time until now was not the client's.
        self.counts_anew = true;
        self.connection.answer(answer)
    }

    /// Returns what to wait for. After a write that failed with `WouldBlock` it wants the socket writable; it never does for
    /// nothing. While something is [unread](Stream::has_unread), read before waiting.
    pub fn wants(&self) -> Wants {
        self.connection.wants()
    }

    /// Returns whether the next read may have something without waiting for the socket: bytes that have come up through the layers,
    /// the end behind them, or a failure.
    pub fn has_unread(&self) -> bool {
        self.connection.has_unread()
    }

    /// Until when [`progress`](Stream::progress) must have opened it. The limits of reading and writing are kept by the program,
    /// which knows when it wants to: see [`Stream::limit`].
    pub fn deadline(&self) -> Option<Instant> {
        self.limit.filter(|_| !self.is_open() && self.asked().is_none()).map(|(_, until)| until)
    }

    /// Returns how long a step may take, by the call or the catalog.
    pub fn limit(&self, step: Step) -> Option<Duration> {
        self.opener.time_limit(step)
    }

    /// Ends our side; fails with `WouldBlock` while something is still to be sent, and then is to be called again.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, or a layer or the socket failed.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        self.connection.shutdown_write()
    }

    /// Frees the memory that the layers keep for bytes on their way, as far as no bytes are in it. For a program that has many
    /// streams at rest; the next bytes take it anew.
    pub fn release(&mut self) {
        self.connection.machine.release();
    }

    /// Returns what was opened, and how many bytes went where.
    pub fn opened(&self) -> Opened {
        self.connection.report()
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.connection.socket.option(name)
    }

    /// Takes the socket out, when no layer is left above it and nothing is to be sent; else the stream comes back. The socket
    /// does not wait.
    ///
    /// # Errors
    ///
    /// The stream.
    pub fn into_socket(self) -> Result<Bare, Box<Stream>> {
        let Stream { connection, opener, step, limit, counts_anew } = self;
        let back = |connection: Box<Connection>| {
            Box::new(Stream { connection: *connection, opener, step, limit, counts_anew })
        };
        connection.into_bare().map_err(back)
    }
}

impl Read for Stream {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.connection.read(target)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.connection.write(bytes)
    }

    /// Sends what the layers hold for the socket; `WouldBlock` says that some is left.
    fn flush(&mut self) -> io::Result<()> {
        self.connection.flush()
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.socket.fd().expect("tested when it was made")
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "readiness::Stream({})", self.opened())
    }
}

/// Accepts connections without ever waiting.
pub struct Listener {
    opener: Opener,
    listener: Box<dyn BaseListener>,
}

impl Listener {
    /// Returns the next connection, whose handshakes are not begun, or `None` if there is none now. `now` is the time from which
    /// limits count.
    ///
    /// # Errors
    ///
    /// As accept(2). One that concerns a single connection, as ECONNABORTED does, can be passed over.
    pub fn accept(&self, now: Instant) -> Result<Option<Stream>, Error> {
        let socket = match self.listener.accept() {
            Ok(socket) => socket,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(self.opener.reported(error, "accept")),
        };
        socket.set_nonblocking(true).map_err(|error| self.opener.reported(error, "ioctl FIONBIO"))?;
        let connection = self.opener.accepted(socket)?;
        self.opener.watched(connection, Step::Handshake, now).map(Some)
    }

    /// Returns the address at which it listens.
    pub fn local(&self) -> Option<Address> {
        self.listener.local()
    }

    /// Returns the file descriptor to wait on until it is readable, or `None` for a base protocol without one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.listener.fd()
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("readiness::Listener").field(&self.opener).field(&self.local()).finish()
    }
}
