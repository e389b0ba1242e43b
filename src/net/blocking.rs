//! The blocking driver: streams that wait, with `Read` and `Write`.

use super::cancel::{Cancel, Registration};
use super::connection::{Connection, Wants};
use super::error::{Error, Step};
use super::opened::Opened;
use super::opener::{BeginError, Opener, ToTarget};
use super::socket::{BaseListener, BaseSocket};
use super::{Address, ProviderError, Role, Target};
use crate::catalog::OptionValue;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// An open connection that waits: reads return when there is something, writes when it is on its way.
///
/// It ends as a socket does: [`shutdown_write`](Stream::shutdown_write) ends our side through every layer, and a read of 0 bytes
/// is the end of the peer's, said by the peer where the protocol can say it; a TLS stream that just stops is an error of kind
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof). Dropping it closes the socket without a word.
pub struct Stream {
    connection: Connection,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    registration: Option<Registration>,
}

/// The socket of a stream whose layers have all retired, and what had been read from it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Bare {
    /// The socket. It blocks.
    pub socket: OwnedFd,
    /// Bytes that were read from it already, and come before all others.
    pub unread: Vec<u8>,
}

impl Opener {
    /// Connects, shakes hands through all layers, and gives a stream that waits. Of several addresses the first that works counts.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; nothing is opened then.
    pub fn connect(&self, target: impl ToTarget) -> Result<Stream, Error> {
        let target = self.target(&target)?;
        let mut attempts = Vec::new();
        for address in self.addresses(&target)? {
            self.not_cancelled()?;
            match self.connect_address(&target, &address) {
                Ok(connection) => return self.established(connection),
                Err(BeginError::Socket(error)) => attempts.push((address, error)),
                Err(BeginError::Stack(error)) => return Err(error),
            }
        }
        Err(Error::Unreached { entry: self.base_name(), target, attempts })
    }

    /// A connection whose socket is connected.
    fn connect_address(&self, target: &Target, address: &Address) -> Result<Connection, BeginError> {
        let mut connection = self.begin(target, address)?;
        let limit = self.time_limit(Step::Connect);
        let deadline = limit.map(|limit| Instant::now() + limit);
        let error = loop {
            match connection.finish_connecting() {
                Ok(()) => return Ok(connection),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => break error,
            }
            match wait(&connection, deadline, self.cancel()) {
                Ok(true) => {}
                Ok(false) => break io::ErrorKind::TimedOut.into(),
                Err(_) if self.cancel().is_some_and(Cancel::is_cancelled) => {
                    return Err(BeginError::Stack(Error::Cancelled));
                }
                Err(error) => break error,
            }
        };
        Err(BeginError::Socket(ProviderError::system("connect", error)))
    }

    /// Shakes hands, and makes the socket one that waits.
    fn established(&self, mut connection: Connection) -> Result<Stream, Error> {
        let limit = self.time_limit(Step::Handshake);
        let deadline = limit.map(|limit| Instant::now() + limit);
        loop {
            match connection.establish() {
                Ok(()) => break,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match wait(&connection, deadline, self.cancel()) {
                        Ok(true) => {}
                        Ok(false) => {
                            let layer = connection.machine.handshaking().map(|layer| layer.name.clone());
                            return Err(Error::TimedOut {
                                step: Step::Handshake,
                                layer,
                                limit: limit.unwrap_or_default(),
                            });
                        }
                        Err(error) => return Err(self.told(error, "poll")),
                    }
                }
                Err(error) => return Err(self.told(error, "handshake")),
            }
        }
        let (read_limit, write_limit) = (self.time_limit(Step::Read), self.time_limit(Step::Write));
        let registration = match (self.cancel(), connection.socket.fd()) {
            (Some(cancel), Some(fd)) => Some(cancel.register(fd).map_err(|error| self.told(error, "dup"))?),
            _ => None,
        };
        self.not_cancelled()?;
        let socket = &connection.socket;
        socket.set_nonblocking(false).map_err(|error| self.told(error, "fcntl"))?;
        if read_limit.is_some() {
            socket.set_read_timeout(read_limit).map_err(|error| self.told(error, "setsockopt SO_RCVTIMEO"))?;
        }
        if write_limit.is_some() {
            socket.set_write_timeout(write_limit).map_err(|error| self.told(error, "setsockopt SO_SNDTIMEO"))?;
        }
        Ok(Stream { connection, read_limit, write_limit, registration })
    }

    fn not_cancelled(&self) -> Result<(), Error> {
        if self.cancel().is_some_and(Cancel::is_cancelled) { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// An error of I/O as an error of opening.
    pub(super) fn told(&self, error: io::Error, call: &'static str) -> Error {
        if self.cancel().is_some_and(Cancel::is_cancelled) {
            return Error::Cancelled;
        }
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(source) => Error::Socket { entry: self.base_name(), call, source },
        }
    }

    /// Listens at an address. The layers are prepared now, so that what is wrong with them shows before the first connection.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub fn listen(&self, at: impl ToTarget) -> Result<Listener, Error> {
        let listener = self.listener(&at)?;
        if self.cancel().is_some() && listener.fd().is_some() {
            // A connection may be gone between being told of and being accepted, and nothing would end that wait.
            listener.set_nonblocking(true).map_err(|error| self.told(error, "fcntl"))?;
        }
        Ok(Listener { opener: self.clone(), listener })
    }

    pub(super) fn listener(&self, at: &impl ToTarget) -> Result<Box<dyn BaseListener>, Error> {
        let target = self.target(at)?;
        self.prepare(Role::Accept)?;
        self.with_base(|provider, base| {
            let failed = |address: Option<&Address>, source| Error::Provider {
                entry: base.name.to_owned(),
                address: address.cloned(),
                source,
            };
            let addresses = provider.resolve(base, &target).map_err(|error| failed(None, error))?;
            let Some(address) = addresses.first() else {
                return Err(failed(None, ProviderError::unresolved(&target, "it has no address")));
            };
            provider.listen(base, address).map_err(|error| failed(Some(address), error))
        })
    }

    /// Two streams connected to one another. The first is the one that connects.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; so if the stack has layers: which end would shake hands first?
    pub fn pair(&self) -> Result<[Stream; 2], Error> {
        let sockets = self.bare_only("a pair of sockets", |opener| {
            opener.with_base(|provider, base| {
                provider.pair(base).map_err(|source| Error::Provider {
                    entry: base.name.to_owned(),
                    address: None,
                    source,
                })
            })
        })?;
        let [one, two] =
            sockets.map(|socket| self.accepted(socket).and_then(|connection| self.established(connection)));
        Ok([one?, two?])
    }

    /// Does what has no meaning with layers in the stack.
    pub(super) fn bare_only<T>(&self, what: &str, work: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.prepare(Role::Connect)?;
        let selection = self.selection();
        if selection.stack().len() > 1 {
            let problem = format!("{what} cannot have layers: name a base protocol");
            return Err(Error::Unfit { entry: selection.name().to_owned(), problem });
        }
        work(self)
    }
}

/// Waits until the socket is as the connection wants it; false: the deadline passed.
fn wait(connection: &Connection, deadline: Option<Instant>, cancel: Option<&Cancel>) -> io::Result<bool> {
    let Some(fd) = connection.socket.fd() else { return Err(io::ErrorKind::WouldBlock.into()) };
    let Wants { readable, writable } = connection.wants();
    // In a handshake, what is to be read is waited for even while something is to be sent.
    let mut events = PollFlags::empty();
    events.set(PollFlags::IN, readable);
    events.set(PollFlags::OUT, writable);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() });
        let mut fds = vec![PollFd::from_borrowed_fd(fd, events)];
        fds.extend(cancel.map(|cancel| PollFd::from_borrowed_fd(cancel.fd(), PollFlags::IN)));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Ok(false),
            Ok(_) if cancel.is_some_and(Cancel::is_cancelled) => return Err(Error::Cancelled.into()),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Stream {
    /// Ends our side: what was written is sent, each layer says goodbye to its peer, and the socket is shut down for writing.
    /// Reading goes on until the peer ends its side.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        let result = self.connection.shutdown_write();
        result.map_err(|error| self.told(error, Step::Write, self.write_limit))
    }

    /// Ends our side, and waits for the peer to end its own, as long as reads may wait; what comes until then is dropped.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed, or the peer's stream was cut off.
    pub fn close(mut self) -> io::Result<()> {
        self.shutdown_write()?;
        let mut rest = [0; 4096];
        while self.read(&mut rest)? > 0 {}
        Ok(())
    }

    /// What was opened, and how many bytes went where.
    pub fn opened(&self) -> Opened {
        self.connection.report()
    }

    /// The value of a socket option, as the system tells it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to tell.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.connection.socket.option(name)
    }

    /// Whether every layer has retired, so that bytes go straight to the socket.
    pub fn is_bare(&self) -> bool {
        self.connection.machine.is_bare()
    }

    /// How long a read may wait from now on; nothing: without limit.
    ///
    /// # Errors
    ///
    /// As setsockopt(2).
    pub fn set_read_limit(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.connection.socket.set_read_timeout(limit)?;
        self.read_limit = limit;
        Ok(())
    }

    /// How long a write may wait from now on; nothing: without limit.
    ///
    /// # Errors
    ///
    /// As setsockopt(2).
    pub fn set_write_limit(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.connection.socket.set_write_timeout(limit)?;
        self.write_limit = limit;
        Ok(())
    }

    /// Takes the socket out, when no layer is left above it; else the stream comes back.
    ///
    /// # Errors
    ///
    /// The stream: a layer is still in the way of its bytes, or bytes are still to be sent, or the socket has no file descriptor.
    pub fn into_socket(self) -> Result<Bare, Box<Stream>> {
        let Stream { connection, read_limit, write_limit, registration } = self;
        connection
            .into_bare()
            .map_err(|connection| Box::new(Stream { connection: *connection, read_limit, write_limit, registration }))
    }

    /// The same connection, as one that never waits.
    ///
    /// # Errors
    ///
    /// Its base protocol has no file descriptor to wait on.
    pub fn into_nonblocking(self, opener: &Opener) -> Result<super::readiness::Stream, Error> {
        self.connection.socket.set_nonblocking(true).map_err(|error| opener.told(error, "fcntl"))?;
        opener.opened_already(self.connection)
    }

    fn told(&self, error: io::Error, step: Step, limit: Option<Duration>) -> io::Error {
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
            // What was shut down by cancelling looks like an end.
            Ok(0) if self.registration.as_ref().is_some_and(Registration::is_cancelled) && !target.is_empty() => {
                Err(Error::Cancelled.into())
            }
            result => result.map_err(|error| self.told(error, Step::Read, self.read_limit)),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.connection.write(bytes);
        result.map_err(|error| self.told(error, Step::Write, self.write_limit))
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.connection.flush();
        result.map_err(|error| self.told(error, Step::Write, self.write_limit))
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({})", self.opened())
    }
}

/// Accepts connections, one after the other.
pub struct Listener {
    opener: Opener,
    listener: Box<dyn BaseListener>,
}

/// A connection that was accepted, before its handshakes.
///
/// A peer that dawdles in its handshake is to hold up nobody else: [`handshake`](Accepted::handshake) belongs in a thread of
/// its own.
pub struct Accepted {
    opener: Opener,
    connection: Connection,
}

impl Listener {
    /// Waits for the next connection; its handshakes are not begun.
    ///
    /// # Errors
    ///
    /// As accept(2), or [`Error::Cancelled`]. One that concerns a single connection, as ECONNABORTED does, can be passed over.
    pub fn accept(&self) -> Result<Accepted, Error> {
        let socket = loop {
            self.wait()?;
            match self.listener.accept() {
                Ok(socket) => break socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && self.opener.cancel().is_some() => {}
                Err(error) => return Err(self.opener.told(error, "accept")),
            }
        };
        let connection = self.opener.accepted(socket)?;
        Ok(Accepted { opener: self.opener.clone(), connection })
    }

    /// Waits until there is a connection, where that can be cancelled.
    fn wait(&self) -> Result<(), Error> {
        let (Some(cancel), Some(fd)) = (self.opener.cancel(), self.listener.fd()) else { return Ok(()) };
        let mut fds = [fd, cancel.fd()].map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        while let Err(error) = poll(&mut fds, None) {
            if error != rustix::io::Errno::INTR {
                return Err(self.opener.told(error.into(), "poll"));
            }
        }
        self.opener.not_cancelled()
    }

    /// The address at which it listens.
    pub fn local(&self) -> Option<Address> {
        self.listener.local()
    }

    /// The value of a socket option, as the system tells it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to tell.
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
    /// The address of the peer.
    pub fn peer(&self) -> Option<Address> {
        self.connection.socket.peer()
    }

    /// Shakes hands through all layers.
    ///
    /// # Errors
    ///
    /// A layer failed, or the time for handshakes passed.
    pub fn handshake(self) -> Result<Stream, Error> {
        let nonblocking = self.connection.socket.set_nonblocking(true);
        nonblocking.map_err(|error| self.opener.told(error, "fcntl"))?;
        self.opener.established(self.connection)
    }
}

/// A socket that takes no part in a connection of layers: datagrams, raw packets, messages of netlink.
pub struct Socket {
    socket: Box<dyn BaseSocket>,
    opened: Opened,
}

impl Opener {
    /// Opens a socket without a peer, and binds it to an address if there is one.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; so if the stack has layers.
    pub fn bind(&self, at: Option<&dyn ToTarget>) -> Result<Socket, Error> {
        let target = at.map(|at| self.target(at)).transpose()?;
        let socket = self.bare_only("a socket without a peer", |opener| {
            opener.with_base(|provider, base| {
                let failed = |source| Error::Provider { entry: base.name.to_owned(), address: None, source };
                let addresses =
                    target.as_ref().map(|target| provider.resolve(base, target)).transpose().map_err(failed)?;
                provider.open(base, addresses.as_ref().and_then(|addresses| addresses.first())).map_err(failed)
            })
        })?;
        let opened = Opened::new(&self.selection(), Role::Accept, target);
        Ok(Socket { socket, opened })
    }
}

impl Socket {
    /// Sends a message to an address.
    ///
    /// # Errors
    ///
    /// As sendto(2).
    pub fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        self.socket.send_to(bytes, to)
    }

    /// Receives a message, and whose it is.
    ///
    /// # Errors
    ///
    /// As recvfrom(2).
    pub fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        self.socket.recv_from(target)
    }

    /// The address that it is bound to.
    pub fn local(&self) -> Option<Address> {
        self.socket.local()
    }

    /// How long receiving may wait; nothing: without limit.
    ///
    /// # Errors
    ///
    /// As setsockopt(2).
    pub fn set_read_limit(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(limit)
    }

    /// The value of a socket option, as the system tells it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to tell.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.socket.option(name)
    }

    /// What was opened.
    pub fn opened(&self) -> Opened {
        let mut opened = self.opened.clone();
        opened.ask(&*self.socket);
        opened
    }

    /// The file descriptor to wait on; nothing for a base protocol without one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.socket.fd()
    }

    /// Makes calls wait, or not.
    ///
    /// # Errors
    ///
    /// As fcntl(2).
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }

    /// Takes the socket itself out; nothing for one without a file descriptor.
    pub fn into_socket(self) -> Option<OwnedFd> {
        self.socket.into_fd().ok()
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Socket({})", self.opened())
    }
}
