//! The blocking driver: what waits.
//!
//! | file | what |
//! |---|---|
//! | `connect` | a race, and waiting for it |
//! | `stream` | [`Stream`]: an open connection, with `Read` and `Write` |
//! | `listener` | [`Listener`]: accepts them |
//! | `socket` | [`Socket`]: datagrams, raw packets and messages, without a peer |

mod connect;
mod listener;
mod socket;
mod stream;

pub use listener::{Accepted, Listener};
pub use socket::Socket;
pub use stream::{Bare, Stream};

use super::cancel::Cancel;
use super::connection::{Connection, Wants};
use super::dialing::Dialing;
use super::error::{Error, Step};
use super::opened::Opened;
use super::opener::{Opener, ToTarget};
use super::socket::BaseListener;
use super::{Alternatives, Role};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::time::Instant;

impl Opener {
    /// Connects, shakes hands through all layers, and gives a stream that waits. Several addresses [race](super::race), and the
    /// first that connects counts.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; nothing is opened then.
    pub fn connect(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(Dialing::one(self, &target, Instant::now())?)
    }

    /// Shakes hands, and makes the socket one that waits.
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

    /// An error of I/O as an error of opening.
    pub(super) fn reported(&self, error: io::Error, call: &'static str) -> Error {
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

    /// Returns two streams connected to one another. The first is the one that connects.
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

    /// Opens a socket without a peer, and binds it to an address if there is one.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; so if the stack has layers.
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
    /// Connects to the first that can be opened, shakes hands, and gives a stream that waits.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`], with what came of each; or [`Error::Cancelled`].
    pub fn connect(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(self.dialing(&target, Instant::now())?)
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

/// Returns the time until a deadline, as poll(2) takes it.
fn left(deadline: Option<Instant>) -> Option<Timespec> {
    let left = deadline?.saturating_duration_since(Instant::now());
    Some(Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() })
}
