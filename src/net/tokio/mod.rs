//! The driver for tokio: `AsyncRead` and `AsyncWrite`. Feature `tokio`.
//!
//! Calls need a runtime whose I/O and time are enabled. To cancel, drop the future or the stream; `read`, `write` and the other
//! methods of tokio's extension traits are as safe to cancel as on a `TcpStream`.

mod connect;
mod register;

use super::connection::Connection;
use super::dialing::Dialing;
use super::error::{Error, Step};
use super::opened::Opened;
use super::opener::{Opener, ToTarget};
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
    /// A duplicate of the socket, which tokio waits on.
    fd: AsyncFd<OwnedFd>,
    connection: Connection,
    wakers: Arc<Wakers>,
    /// How long shaking hands may take, once the client of a proxy is answered.
    handshake_limit: Option<Duration>,
    read_limit: Limit,
    write_limit: Limit,
}

/// Who waits. Reading may wait until the socket is writable, and writing until it is readable, so both are woken by either.
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

/// How long a step may wait, and since when it does.
struct Limit {
    step: Step,
    limit: Option<Duration>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Limit {
    fn new(step: Step, limit: Option<Duration>) -> Self {
        Limit { step, limit, sleep: None }
    }

    /// Counts from the first poll that had to wait.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(limit) = self.limit else { return Poll::Pending };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(sleep.as_mut().poll(cx));
        self.sleep = None;
        Poll::Ready(Error::TimedOut { step: self.step, layer: None, limit }.into())
    }
}

impl Opener {
    /// Connects, shakes hands through all layers, and gives a stream for tokio. Several addresses [race](super::race), and the
    /// first that connects counts. Names are looked up, and files of options read, on tokio's blocking threads.
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
    /// Connects to the first that can be opened, shakes hands, and gives a stream for tokio.
    ///
    /// # Errors
    ///
    /// [`Error::Unreached`], with what came of each.
    pub async fn connect_tokio(&self, target: impl ToTarget) -> Result<Stream, Error> {
        connect::connect(self.dialing(&target, connect::now())?).await
    }
}

/// Returns the output, or nothing when the limit passed before.
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

    /// Shakes hands to the end, or until a client is to be answered.
    async fn shaken_hands(&mut self) -> io::Result<()> {
        let limit = self.handshake_limit;
        let done = within(limit, std::future::poll_fn(|cx| self.poll(cx, 0, Connection::establish))).await;
        done.unwrap_or_else(|| {
            let layer = self.connection.machine.handshaking().map(|layer| layer.name.clone());
            Err(Error::TimedOut { step: Step::Handshake, layer, limit: limit.unwrap_or_default() }.into())
        })
    }

    /// Calls what never waits until it is done, and waits in between. `who` is 0 for those who read and 1 for those who write.
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
            // Only what is found not to be ready now, after it was reported so, is not ready: news in between stays.
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
    /// [answer](Stream::answer): see [`Opener::asking`]. Until then nothing can be read or written.
    pub fn asked(&self) -> Option<&Target> {
        self.connection.asked()
    }

    /// Answers the client. Granted, the handshakes of layers above go on, within the limit of time for handshakes, and the stream is
    /// open. Refused, the client is notified, within the limit for writing, and the connection has ended. Cancelled, it is answered all
    /// the same, and the next read or write goes on with what is left.
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

    /// How long a read may wait from now on; nothing: without limit.
    pub fn set_read_limit(&mut self, limit: Option<Duration>) {
        self.read_limit = Limit::new(Step::Read, limit);
    }

    /// How long a write may wait from now on; nothing: without limit.
    pub fn set_write_limit(&mut self, limit: Option<Duration>) {
        self.write_limit = Limit::new(Step::Write, limit);
    }

    /// Takes the socket out, when no layer is left above it and nothing is to be sent; else the stream comes back. The socket
    /// does not wait.
    ///
    /// # Errors
    ///
    /// The stream.
    pub fn into_socket(self) -> Result<Bare, Box<Stream>> {
        let Stream { fd, connection, wakers, handshake_limit, read_limit, write_limit } = self;
        connection.into_bare().map_err(|connection| {
            Box::new(Stream { fd, connection: *connection, wakers, handshake_limit, read_limit, write_limit })
        })
    }
}

/// A guard if it is ready, nothing if it is not.
fn guard<T>(poll: Poll<io::Result<T>>) -> io::Result<Option<T>> {
    match poll {
        Poll::Ready(guard) => guard.map(Some),
        Poll::Pending => Ok(None),
    }
}

/// Reads bytes, or one message a call.
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

/// Writes bytes, or one message a call.
impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_writing(cx, |connection| connection.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_writing(cx, Connection::flush)
    }

    /// Ends our side through all layers. Reading goes on.
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

/// A connection that was accepted, before its handshakes, which belong in a task of their own.
pub struct Accepted {
    opener: Opener,
    stream: Stream,
}

impl Listener {
    /// Waits for the next connection; its handshakes are not begun. Can be cancelled without losing one.
    ///
    /// # Errors
    ///
    /// As accept(2). One that concerns a single connection, as ECONNABORTED does, can be passed over.
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

    /// Shakes hands through all layers.
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
