//! The driver for tokio: `AsyncRead` and `AsyncWrite`. Requires the feature `tokio`.
//!
//! The runtime must have I/O and time enabled. To cancel, drop the future or the stream; `read`, `write` and the other methods of
//! tokio's extension traits are as safe to cancel as on a `TcpStream`.

mod connect;
mod register;

use super::address::ToTarget;
use super::connection::Connection;
use super::dialing::Dialing;
use super::error::{Error, Step};
use super::opened::Opened;
use super::opener::Opener;
use super::socket::BaseListener;
use super::{Address, Alternatives, Answer, Bare, Target};
use crate::catalog::OptionValue;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// An open connection for tokio.
pub struct Stream {
    /// A duplicate of the socket, which is registered with tokio.
    fd: AsyncFd<OwnedFd>,
    connection: Connection,
    wakers: Arc<Wakers>,
    /// The time limit of handshakes, for those that follow the answer to the client of a proxy.
    handshake_limit: Option<Duration>,
    read_limit: Limit,
    write_limit: Limit,
}

/// The wakers of the tasks that read (0) and write (1). Reading may wait until the socket is writable, and writing until it is
/// readable, so both are woken by either event.
#[derive(Default)]
struct Wakers {
    waiting: Mutex<[Option<Waker>; 2]>,
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

/// The time limit of a step, and the timer that runs while the step waits.
struct Limit {
    step: Step,
    limit: Option<Duration>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Limit {
    fn new(step: Step, limit: Option<Duration>) -> Self {
        Limit { step, limit, sleep: None }
    }

    /// Starts the timer with the first poll that has to wait; ready when the limit has passed.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(limit) = self.limit else { return Poll::Pending };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(sleep.as_mut().poll(cx));
        self.sleep = None;
        Poll::Ready(Error::TimedOut { step: self.step, layer: None, limit }.into())
    }
}

impl Opener {
    /// Connects, performs the handshakes of all layers, and returns a stream for tokio. Several addresses [race](super::race),
    /// and the first one that connects wins. Name lookups, and reads of the files that options name, run on tokio's blocking
    /// threads.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; nothing is opened then.
    pub async fn connect_tokio(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(Dialing::one(self, &target, connect::now())?).await
    }

    /// Listens at an address. The layers are prepared now, which may read files.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub fn listen_tokio(&self, at: impl ToTarget) -> Result<Listener, Error> {
        let listener = self.listener(&at)?;
        listener.set_nonblocking(true).map_err(|error| self.reported(error, "ioctl FIONBIO"))?;
        let fd = register::register(listener.fd().ok_or_else(|| self.without_fd())?);
        let fd = fd.map_err(|error| self.reported(error, "epoll_ctl"))?;
        Ok(Listener { fd, opener: self.clone(), listener })
    }

    fn without_fd(&self) -> Error {
        let problem =
            "its base protocol has no file descriptor to wait on; open it with the blocking driver".to_owned();
        Error::Unfit { entry: self.selection().name().to_owned(), problem }
    }
}

impl Alternatives {
    /// Connects with the first opener that succeeds, performs the handshakes, and returns a stream for tokio.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`], with the outcome of each attempt.
    pub async fn connect_tokio(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(self.dialing(&target, connect::now())?).await
    }
}

/// Returns the output, or `None` if the limit passed before.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => tokio::time::timeout_at(Instant::now() + limit, future).await.ok(),
        None => Some(future.await),
    }
}

impl Stream {
    fn new(opener: &Opener, connection: Connection) -> Result<Self, Error> {
        let fd = register::register(connection.socket.fd().ok_or_else(|| opener.without_fd())?);
        let fd = fd.map_err(|error| opener.reported(error, "epoll_ctl"))?;
        Ok(Stream::registered(opener, connection, fd))
    }

    fn registered(opener: &Opener, connection: Connection, fd: AsyncFd<OwnedFd>) -> Self {
        Stream {
            fd,
            connection,
            wakers: Arc::default(),
            handshake_limit: opener.time_limit(Step::Handshake),
            read_limit: Limit::new(Step::Read, opener.time_limit(Step::Read)),
            write_limit: Limit::new(Step::Write, opener.time_limit(Step::Write)),
        }
    }

    async fn established(mut self, opener: &Opener) -> Result<Stream, Error> {
        self.shaken_hands().await.map_err(|error| opener.reported(error, "handshake"))?;
        Ok(self)
    }

    /// Performs the handshakes to the end, or until a client is to be answered.
    async fn shaken_hands(&mut self) -> io::Result<()> {
        let limit = self.handshake_limit;
        let done = within(limit, std::future::poll_fn(|cx| self.poll(cx, 0, Connection::establish))).await;
        done.unwrap_or_else(|| {
            let layer = self.connection.machine.handshaking().map(|layer| layer.name.clone());
            Err(Error::TimedOut { step: Step::Handshake, layer, limit: limit.unwrap_or_default() }.into())
        })
    }

    /// Repeats a non-blocking call until it is done, and waits in between. `who` is 0 for reading and 1 for writing.
    fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        who: usize,
        mut call: impl FnMut(&mut Connection) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let would_block =
            |result: &io::Result<T>| matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        self.connection.take_blocked();
        let result = call(&mut self.connection);
        if !would_block(&result) {
            return Poll::Ready(result);
        }
        self.wakers.waiting.lock().unwrap_or_else(PoisonError::into_inner)[who] = Some(cx.waker().clone());
        let waker = Waker::from(self.wakers.clone());
        let mut both = Context::from_waker(&waker);
        loop {
            let blocked = self.connection.take_blocked();
            let mut readable = match blocked.readable {
                true => guard(self.fd.poll_read_ready(&mut both))?,
                false => None,
            };
            let mut writable = match blocked.writable {
                true => guard(self.fd.poll_write_ready(&mut both))?,
                false => None,
            };
            if readable.is_none() && writable.is_none() {
                return Poll::Pending;
            }
            // Readiness is cleared only if the call finds the socket not ready after it was reported so; events in between are
            // kept.
            let result = call(&mut self.connection);
            if !would_block(&result) {
                return Poll::Ready(result);
            }
            let blocked = self.connection.take_blocked();
            if blocked.readable
                && let Some(guard) = &mut readable
            {
                guard.clear_ready();
            }
            if blocked.writable
                && let Some(guard) = &mut writable
            {
                guard.clear_ready();
            }
            self.connection.put_blocked(blocked);
        }
    }

    /// Returns a report of what was opened, with facts and byte counts of each layer.
    pub fn opened(&self) -> Opened {
        self.connection.report()
    }

    /// Returns the value of a socket option, as the system reports it.
    ///
    /// # Errors
    ///
    /// The option is unknown, or the system refuses to report it.
    pub fn option(&self, name: &str) -> io::Result<OptionValue> {
        self.connection.socket.option(name)
    }

    /// Returns whether each read and each write is a whole message. If so, a read of 0 bytes may be an empty message:
    /// [`has_ended`](Stream::has_ended) distinguishes it from the end. A message for which there is no room is reported with its
    /// length, as [`Error::NoRoom`], and stays; but where no layer is left, it is truncated, as by recv(2).
    pub fn is_of_messages(&self) -> bool {
        self.connection.is_of_messages()
    }

    /// Returns whether a read has reached the end of the peer's side, after everything that it sent. Datagrams have no end.
    pub fn has_ended(&self) -> bool {
        self.connection.has_ended()
    }

    /// Returns whether the stream is of messages and the peer has no way to end it, as with datagrams.
    pub fn is_endless(&self) -> bool {
        self.connection.endless
    }

    /// Returns the target that the client of a proxy layer wants to be connected to, while it waits for an
    /// [answer](Stream::answer): see [`Opener::asking`]. Until then nothing can be read or written.
    pub fn asked(&self) -> Option<&Target> {
        self.connection.asked()
    }

    /// Answers the client. If granted, the handshakes of the layers above continue, within the time limit of handshakes, and the
    /// stream is open afterwards. If refused, the client is notified, within the limit of writing, and the connection has ended.
    /// If this call is cancelled, the client is answered nevertheless, and the next read or write continues the rest.
    ///
    /// # Errors
    ///
    /// A layer or the socket failed, or a limit passed.
    pub async fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        match self.connection.answer(answer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => result?,
        }
        match answer {
            Answer::Granted(_) => self.shaken_hands().await,
            Answer::Refused(_) => std::future::poll_fn(|cx| self.poll_writing(cx, Connection::flush)).await,
        }
    }

    /// Sets how long a read may wait from now on; `None`: without limit.
    pub fn set_read_limit(&mut self, limit: Option<Duration>) {
        self.read_limit = Limit::new(Step::Read, limit);
    }

    /// Sets how long a write may wait from now on; `None`: without limit.
    pub fn set_write_limit(&mut self, limit: Option<Duration>) {
        self.write_limit = Limit::new(Step::Write, limit);
    }

    /// Returns the socket, which is non-blocking, if no layer is left above it; otherwise the stream.
    ///
    /// # Errors
    ///
    /// The stream: a layer is still above the socket, or bytes are still to be sent, or messages have been read from the socket
    /// already, or the socket has no file descriptor.
    pub fn into_socket(self) -> Result<Bare, Box<Stream>> {
        let Stream { fd, connection, wakers, handshake_limit, read_limit, write_limit } = self;
        connection.into_bare().map_err(|connection| {
            Box::new(Stream { fd, connection: *connection, wakers, handshake_limit, read_limit, write_limit })
        })
    }
}

/// Returns the guard if the poll is ready, and `None` if it is pending.
fn guard<T>(poll: Poll<io::Result<T>>) -> io::Result<Option<T>> {
    match poll {
        Poll::Ready(guard) => guard.map(Some),
        Poll::Pending => Ok(None),
    }
}

/// Reads bytes, or one message for each call.
impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, target: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        match stream.poll(cx, 0, |connection| connection.read(target.initialize_unfilled())) {
            Poll::Ready(result) => {
                stream.read_limit.sleep = None;
                Poll::Ready(result.map(|count| target.advance(count)))
            }
            Poll::Pending => stream.read_limit.poll(cx).map(Err),
        }
    }
}

/// Writes bytes, or one message for each call.
impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_writing(cx, |connection| connection.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_writing(cx, Connection::flush)
    }

    /// Ends our side through all layers. Reading continues.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_writing(cx, Connection::shutdown_write)
    }
}

impl Stream {
    fn poll_writing<T>(
        &mut self,
        cx: &mut Context<'_>,
        call: impl FnMut(&mut Connection) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        match self.poll(cx, 1, call) {
            Poll::Ready(result) => {
                self.write_limit.sleep = None;
                Poll::Ready(result)
            }
            Poll::Pending => self.write_limit.poll(cx).map(Err),
        }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tokio::Stream({})", self.opened())
    }
}

/// Accepts connections for tokio.
pub struct Listener {
    fd: AsyncFd<OwnedFd>,
    opener: Opener,
    listener: Box<dyn BaseListener>,
}

/// A connection that was accepted, before its handshakes, which should run in a task of their own.
pub struct Accepted {
    opener: Opener,
    stream: Stream,
}

impl Listener {
    /// Waits for the next connection. Its handshakes are not started. Cancelling the call does not lose a connection.
    ///
    /// # Errors
    ///
    /// Those of accept(2). An error that concerns a single connection, such as ECONNABORTED, can be ignored.
    pub async fn accept(&self) -> Result<Accepted, Error> {
        loop {
            let mut guard = self.fd.readable().await.map_err(|error| self.opener.reported(error, "epoll_wait"))?;
            let socket = match self.listener.accept() {
                Ok(socket) => socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    guard.clear_ready();
                    continue;
                }
                Err(error) => return Err(self.opener.reported(error, "accept")),
            };
            socket.set_nonblocking(true).map_err(|error| self.opener.reported(error, "ioctl FIONBIO"))?;
            let stream = Stream::new(&self.opener, self.opener.accepted(socket)?)?;
            return Ok(Accepted { opener: self.opener.clone(), stream });
        }
    }

    /// Returns the address at which it listens.
    pub fn local(&self) -> Option<Address> {
        self.listener.local()
    }
}

impl Accepted {
    /// Returns the address of the peer.
    pub fn peer(&self) -> Option<Address> {
        self.stream.connection.socket.peer()
    }

    /// Performs the handshakes of all layers.
    ///
    /// # Errors
    ///
    /// A layer failed, or the time for handshakes passed.
    pub async fn handshake(self) -> Result<Stream, Error> {
        self.stream.established(&self.opener).await
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("tokio::Listener").field(&self.opener).field(&self.local()).finish()
    }
}

impl std::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("tokio::Accepted").field(&self.opener).field(&self.peer()).finish()
    }
}
