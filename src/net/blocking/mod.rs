//! The blocking driver: its calls wait.
//!
//! | file | contents |
//! |---|---|
//! | `connect` | the wait for a race |
//! | `stream` | [`Stream`]: an open connection, with `Read` and `Write` |
//! | `listener` | [`Listener`]: accepts connections |
//! | `socket` | [`Socket`]: datagrams, raw packets and messages, without a peer |

mod connect;
mod listener;
mod socket;
mod stream;

pub use listener::{Accepted, Listener};
pub use socket::Socket;
pub use stream::Stream;

use super::address::ToTarget;
use super::cancel::Cancel;
use super::connection::{Connection, Wants};
use super::dialing::Dialing;
use super::error::{Error, Step};
use super::opened::Opened;
use super::opener::Opener;
use super::socket::BaseListener;
use super::{Alternatives, Role};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::time::Instant;

impl Opener {
    /// Connects, performs the handshakes of all layers, and returns a blocking stream. Several addresses [race](super::race), and
    /// the first one that connects wins.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; nothing is opened then.
    pub fn connect(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(Dialing::one(self, &target, Instant::now())?)
    }

    /// Performs the handshakes, and makes the socket blocking.
    pub(super) fn established(&self, mut connection: Connection) -> Result<Stream, Error> {
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
                        Err(error) => return Err(self.reported(error, "poll")),
                    }
                }
                Err(error) => return Err(self.reported(error, "handshake")),
            }
        }
        let (read_limit, write_limit) = (self.time_limit(Step::Read), self.time_limit(Step::Write));
        let registration = match (self.cancel(), connection.socket.fd()) {
            (Some(cancel), Some(fd)) => Some(cancel.register(fd).map_err(|error| self.reported(error, "dup"))?),
            _ => None,
        };
        self.not_cancelled()?;
        let socket = &connection.socket;
        socket.set_nonblocking(false).map_err(|error| self.reported(error, "ioctl FIONBIO"))?;
        if read_limit.is_some() {
            socket.set_read_timeout(read_limit).map_err(|error| self.reported(error, "setsockopt SO_RCVTIMEO"))?;
        }
        if write_limit.is_some() {
            socket.set_write_timeout(write_limit).map_err(|error| self.reported(error, "setsockopt SO_SNDTIMEO"))?;
        }
        Ok(Stream { connection, read_limit, write_limit, registration })
    }

    pub(super) fn not_cancelled(&self) -> Result<(), Error> {
        if self.cancel().is_some_and(Cancel::is_cancelled) { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Converts an I/O error into an error of opening.
    pub(super) fn reported(&self, error: io::Error, call: &'static str) -> Error {
        if self.cancel().is_some_and(Cancel::is_cancelled) {
            return Error::Cancelled;
        }
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(source) => Error::Socket { entry: self.base_name(), call, source },
        }
    }

    /// Listens at an address. The layers are prepared now, so that errors in them show before the first connection.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub fn listen(&self, at: impl ToTarget) -> Result<Listener, Error> {
        let listener = self.listener(&at)?;
        if self.cancel().is_some() && listener.fd().is_some() {
            // A connection may be gone between poll(2) and accept(2), and nothing would end the wait of accept(2).
            listener.set_nonblocking(true).map_err(|error| self.reported(error, "ioctl FIONBIO"))?;
        }
        Ok(Listener { opener: self.clone(), listener })
    }

    pub(super) fn listener(&self, at: &impl ToTarget) -> Result<Box<dyn BaseListener>, Error> {
        let target = self.target(at)?;
        self.prepare(Role::Accept)?;
        self.with_base(|provider, base| {
            let address = &self.look_up(provider, base, &target)?[0];
            provider.listen(base, address).map_err(|source| Error::Provider {
                entry: base.name.to_owned(),
                address: Some(address.clone()),
                source,
            })
        })
    }

    /// Returns two streams that are connected to one another. The first is the one that connects.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]. A stack with layers is an error, because it is undefined which end would start the handshake.
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

    /// Performs an operation that is defined only for a stack without layers.
    pub(super) fn bare_only<T>(&self, what: &str, work: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.prepare(Role::Connect)?;
        let selection = self.selection();
        if selection.stack().len() > 1 {
            let problem = format!("{what} cannot have layers: name a base protocol");
            return Err(Error::Unfit { entry: selection.name().to_owned(), problem });
        }
        work(self)
    }

    /// Opens a socket without a peer, and binds it to an address if there is one.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]. A stack with layers is an error.
    pub fn bind(&self, at: Option<&dyn ToTarget>) -> Result<Socket, Error> {
        let target = at.map(|at| self.target(at)).transpose()?;
        let socket = self.bare_only("a socket without a peer", |opener| {
            opener.with_base(|provider, base| {
                let addresses = target.as_ref().map(|target| self.look_up(provider, base, target)).transpose()?;
                let address = addresses.as_ref().map(|addresses| &addresses[0]);
                provider.open(base, address).map_err(|source| Error::Provider {
                    entry: base.name.to_owned(),
                    address: address.cloned(),
                    source,
                })
            })
        })?;
        let opened = Opened::new(&self.selection(), Role::Accept, target);
        Ok(Socket { socket, opened })
    }
}

impl Alternatives {
    /// Connects with the first opener that succeeds, performs the handshakes, and returns a blocking stream.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`], with the outcome of each attempt; or [`Error::Cancelled`].
    pub fn connect(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(self.dialing(&target, Instant::now())?)
    }
}

/// Waits until the socket is ready as the connection wants it; returns false if the deadline passed.
fn wait(connection: &Connection, deadline: Option<Instant>, cancel: Option<&Cancel>) -> io::Result<bool> {
    let Some(fd) = connection.socket.fd() else { return Err(io::ErrorKind::WouldBlock.into()) };
    let Wants { readable, writable } = connection.wants();
    // In a handshake, it waits for input even while there is output to be sent.
    let mut events = PollFlags::empty();
    events.set(PollFlags::IN, readable);
    events.set(PollFlags::OUT, writable);
    loop {
        let mut fds = vec![PollFd::from_borrowed_fd(fd, events)];
        fds.extend(cancel.map(|cancel| PollFd::from_borrowed_fd(cancel.fd(), PollFlags::IN)));
        match poll(&mut fds, left(deadline).as_ref()) {
            Ok(0) => return Ok(false),
            Ok(_) if cancel.is_some_and(Cancel::is_cancelled) => return Err(Error::Cancelled.into()),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Returns the time until a deadline, in the form of poll(2).
fn left(deadline: Option<Instant>) -> Option<Timespec> {
    let left = deadline?.saturating_duration_since(Instant::now());
    Some(Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() })
}
