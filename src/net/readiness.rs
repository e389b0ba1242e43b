//! The readiness driver: streams that never wait, for mio, other selectors, or poll(2).
//!
//! The program waits until the socket is ready as [`Stream::wants`] returns, and then repeats its call. A call that fails with
//! [`WouldBlock`](io::ErrorKind::WouldBlock) has lost nothing and done nothing twice: such a write has accepted no bytes, and a
//! successful one exactly as many as it returned, though some of these may not have been sent yet. With an edge-triggered
//! selector such as mio, read and write until `WouldBlock`.
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
//! The example connects to one address. [`Dial`] connects from the name on, over several addresses and entries.

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
    /// The current step, until the stream is open.
    step: Step,
    /// The time limit of the step, and its deadline.
    limit: Option<(Duration, Instant)>,
    /// Whether the time limit begins with the next progress.
    counts_anew: bool,
}

impl Opener {
    /// Returns the addresses to try for a target, best first: those of the proxy, where the stack leads through one. The call may
    /// block, as it queries name servers.
    ///
    /// # Errors
    ///
    /// The stack cannot be opened, or the name has no address.
    pub fn resolve(&self, target: &Target) -> Result<Vec<Address>, Error> {
        self.addresses(target)
    }

    /// Begins to connect to one of the [addresses](Opener::resolve) of a target. Time limits begin at `now`.
    ///
    /// # Errors
    ///
    /// Any [`Error`] that needs no waiting.
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

    /// Creates a stream from a connection that is open.
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

    /// Listens at an address, without ever waiting. The layers are prepared by this call.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub fn listen_nonblocking(&self, at: impl ToTarget) -> Result<Listener, Error> {
        let listener = self.listener(&at)?;
        listener.set_nonblocking(true).map_err(|error| self.reported(error, "ioctl FIONBIO"))?;
        Ok(Listener { opener: self.clone(), listener })
    }
}

impl Stream {
    /// Continues to connect and to perform the handshakes without waiting. Returns whether the stream is open. Reading and
    /// writing do this too.
    ///
    /// # Errors
    ///
    /// Connecting or a layer failed, or the time limit had expired at `now`. The stream cannot be used any more.
    pub fn progress(&mut self, now: Instant) -> Result<bool, Error> {
        let result = self.connection.establish();
        // A read or a write may have finished the connection.
        if self.step == Step::Connect && !self.connection.is_connecting() {
            self.step = Step::Handshake;
            self.counts_anew = true;
        }
        if std::mem::take(&mut self.counts_anew) {
            self.limit = self.opener.time_limit(Step::Handshake).map(|limit| (limit, now + limit));
        }
        match result {
            // The program decides how long an answer may take.
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

    /// Returns whether all handshakes are finished.
    pub fn is_open(&self) -> bool {
        !self.connection.is_connecting() && self.connection.machine.is_open()
    }

    /// Returns whether each read and each write is one whole message. Then a read of 0 bytes may be an empty message or the end,
    /// which [`has_ended`](Stream::has_ended) distinguishes. A message that is longer than the buffer is reported with its
    /// length, as [`Error::NoRoom`], and kept; but if no layer is left, it is cut, as by recv(2).
    pub fn is_of_messages(&self) -> bool {
        self.connection.is_of_messages()
    }

    /// Returns whether a read has reported that the peer ended its side, after everything that it had sent. Datagrams have no
    /// end.
    pub fn has_ended(&self) -> bool {
        self.connection.has_ended()
    }

    /// Returns whether the stream carries messages and the peer cannot end it, as with datagrams.
    pub fn is_endless(&self) -> bool {
        self.connection.endless
    }

    /// Returns the target that the client of a proxy layer asks for, while it waits for an [answer](Stream::answer): see
    /// [`Opener::asking`]. Until then the stream is not open, and does not wait for its socket.
    pub fn asked(&self) -> Option<&Target> {
        self.connection.asked()
    }

    /// Answers the client. After a grant the handshakes continue: see [`progress`](Stream::progress). After a refusal, which is
    /// sent to the client, drop the stream; `WouldBlock` means that the answer is not sent yet, and [`flush`](Write::flush) tries
    /// again.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        // The time that the program needed does not count against the client.
        self.counts_anew = true;
        self.connection.answer(answer)
    }

    /// Returns the readiness of the socket to wait for. It includes writable only while the stream is connecting or has something
    /// to send, or after a write that failed with `WouldBlock`. While there is something [unread](Stream::has_unread), read before
    /// waiting.
    pub fn wants(&self) -> Wants {
        self.connection.wants()
    }

    /// Returns whether the next read may return something without waiting for the socket: bytes that have come up through the
    /// layers, the end behind them, or a failure.
    pub fn has_unread(&self) -> bool {
        self.connection.has_unread()
    }

    /// Returns the time at which [`progress`](Stream::progress) must have opened the stream. The program itself enforces the
    /// limits of reading and writing: see [`Stream::limit`].
    pub fn deadline(&self) -> Option<Instant> {
        self.limit.filter(|_| !self.is_open() && self.asked().is_none()).map(|(_, until)| until)
    }

    /// Returns the time limit of a step, set by the call or the catalog.
    pub fn limit(&self, step: Step) -> Option<Duration> {
        self.opener.time_limit(step)
    }

    /// Ends this side. Fails with `WouldBlock` while bytes are still to be sent; then call it again.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, or a layer or the socket failed.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        self.connection.shutdown_write()
    }

    /// Frees the buffers of the layers that contain no bytes. Programs with many idle streams call it; the next bytes allocate
    /// the memory again.
    pub fn release(&mut self) {
        self.connection.machine.release();
    }

    /// Returns the report of the connection, with the numbers of bytes.
    pub fn opened(&self) -> Opened {
        self.connection.report()
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system does not return it.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.connection.socket.option(name)
    }

    /// Returns the socket, if no layer is left above it and no bytes are to be sent; otherwise the stream. The socket is
    /// non-blocking.
    ///
    /// # Errors
    ///
    /// The stream, if it still has layers or bytes to send.
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

    /// Sends the bytes that the layers hold for the socket; `WouldBlock` means that some are left.
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
    /// Returns the next connection, whose handshakes have not begun, or `None` if there is none now. Time limits begin at `now`.
    ///
    /// # Errors
    ///
    /// The errors of accept(2). An error of a single connection, such as ECONNABORTED, can be ignored.
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

    /// Returns the address at which the listener accepts connections.
    pub fn local(&self) -> Option<Address> {
        self.listener.local()
    }

    /// Returns the file descriptor to wait on until it is readable, or `None` if the base protocol has none.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.listener.fd()
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("readiness::Listener").field(&self.opener).field(&self.local()).finish()
    }
}
