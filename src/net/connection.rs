//! Connections: a machine with a socket, which all drivers share.
//!
//! The same code serves blocking and non-blocking sockets. Where a call with a blocking socket waits, one with a non-blocking
//! socket fails with [`WouldBlock`](io::ErrorKind::WouldBlock) and is repeated; nothing is lost in between, as the machine holds
//! the unfinished work.

use super::address::{Address, Target};
use super::error::Error;
use super::machine::{Answer, Ends, LayerFailure, Machine};
use super::opened::{Bare, Opened};
use super::provider::Role;
use super::socket::BaseSocket;
use std::io;
use std::sync::Arc;

pub(super) struct Connection {
    pub machine: Machine,
    pub socket: Box<dyn BaseSocket>,
    /// The parts of the report that do not change.
    pub opened: Opened,
    /// Whether the socket carries messages without an end, so that a read of 0 bytes is an empty message.
    pub endless: bool,
    /// Whether the program answers a client that asks for a target; otherwise the connection grants it.
    pub asks: bool,
    /// Whether each layer offers `encrypted` or `authenticated`, top first.
    pub securing: Arc<[bool]>,
    state: State,
    reading: Reading,
    writing: Writing,
    /// The first error of sending while the program was reading, until it is reported.
    send_failed: Option<io::Error>,
    /// The calls of the socket that would have blocked since they were [taken](Connection::take_blocked).
    blocked: Wants,
}

/// The state of a connection.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The socket begins to connect.
    Connecting,
    /// The socket is connected, and the layers are not notified of that yet.
    Connected,
    /// The layers shake hands.
    Handshaking,
    /// Whether the handshakes are over, and their last bytes are sent.
    Established,
}

/// The result of the user's last read.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Reading {
    /// The next read needs the socket.
    Waiting,
    /// The next read may have a result without the socket: bytes, the end, a failure.
    More,
    /// The peer ended its side.
    Ended,
}

/// The state of the side that the user writes.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Writing {
    Open,
    /// The last write found no room.
    Blocked,
    /// It is to be shut down once everything is sent.
    Closing,
    Closed,
}

/// The readiness of its socket for which a connection waits.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Whether it waits until the socket is readable.
    pub readable: bool,
    /// Whether it waits until the socket is writable.
    pub writable: bool,
}

impl Connection {
    /// Creates a connection over a socket that is [connecting](State::Connecting) or [connected](State::Connected).
    pub fn new(machine: Machine, socket: Box<dyn BaseSocket>, opened: Opened, state: State, endless: bool) -> Self {
        Connection {
            machine,
            socket,
            opened,
            endless,
            asks: false,
            securing: Arc::default(),
            state,
            reading: Reading::Waiting,
            writing: Writing::Open,
            send_failed: None,
            blocked: Wants::default(),
        }
    }

    /// Returns the calls of the socket that would have blocked since the last call of this method.
    #[cfg(feature = "tokio")]
    pub fn take_blocked(&mut self) -> Wants {
        std::mem::take(&mut self.blocked)
    }

    /// Restores what [`take_blocked`](Connection::take_blocked) returned.
    #[cfg(feature = "tokio")]
    pub fn put_blocked(&mut self, blocked: Wants) {
        self.blocked = blocked;
    }

    /// Returns whether the next read may return something without the socket: bytes that came up, the end, or a failure.
    pub fn has_unread(&self) -> bool {
        // The last bytes of the handshakes must be sent before.
        self.state == State::Established && (self.machine.has_unread() || self.reading == Reading::More)
    }

    /// Returns whether a read has reported that the peer ended its side.
    pub fn has_ended(&self) -> bool {
        self.reading == Reading::Ended
    }

    /// Returns whether the socket is not connected yet.
    pub fn is_connecting(&self) -> bool {
        self.state == State::Connecting
    }

    /// Returns the socket, if no layer is left above it, no bytes are to be sent, and no message waits that would lose its
    /// boundaries; otherwise the connection.
    pub fn into_bare(mut self) -> Result<Bare, Box<Connection>> {
        let messages_wait = self.machine.is_of_messages() && self.machine.has_unread();
        if self.is_connecting() || !self.machine.is_bare() || messages_wait || self.send().is_err() {
            return Err(Box::new(self));
        }
        match self.socket.into_fd() {
            Ok(socket) => Ok(Bare { socket, unread: self.machine.take_unread() }),
            Err(socket) => Err(Box::new(Connection { socket, ..self })),
        }
    }

    /// Reads bytes from the socket into the machine, or directly into `target`.
    fn socket_read(&mut self, target: Option<&mut [u8]>) -> io::Result<usize> {
        let Connection { socket, machine, blocked, .. } = self;
        let target = match target {
            Some(target) => target,
            None => machine.room(),
        };
        let result = uninterrupted(|| socket.read(target));
        blocked.readable |= would_block(&result);
        let count = result?;
        self.opened.received += count as u64;
        Ok(count)
    }

    /// Reads a message from the socket into the machine, with as much room as the message needs.
    fn socket_read_message(&mut self) -> io::Result<usize> {
        let Connection { socket, machine, blocked, .. } = self;
        let mut read = || {
            let room = match uninterrupted(|| socket.message_length())? {
                Some(length) => machine.room_for(length),
                None => machine.room(),
            };
            let length = uninterrupted(|| socket.read_message(room))?;
            if length > room.len() { Err(Error::Cut { length, room: room.len() }.into()) } else { Ok(length) }
        };
        let result = read();
        blocked.readable |= would_block(&result);
        let length = result?;
        self.opened.received += length as u64;
        Ok(length)
    }

    /// Returns whether a read of this many bytes from the socket is its end.
    fn is_end(&mut self, count: usize) -> bool {
        count == 0 && !self.endless && (!self.machine.is_over_messages() || self.socket.is_at_end())
    }

    /// Notifies the machine that the socket has ended.
    fn end(&mut self) -> io::Result<()> {
        if let Some(error) = self.send_failed.take() {
            // The system reports once that a connection is broken, and after that only its end.
            return Err(error);
        }
        self.machine.received_end();
        Ok(())
    }

    fn socket_write(&mut self, bytes: Option<&[u8]>) -> io::Result<usize> {
        let Connection { socket, machine, blocked, .. } = self;
        let bytes = bytes.unwrap_or_else(|| machine.outbound());
        let result = uninterrupted(|| socket.write(bytes));
        blocked.writable |= would_block(&result);
        let count = result?;
        self.opened.sent += count as u64;
        Ok(count)
    }

    fn layer(&self, failure: LayerFailure) -> io::Error {
        let secures = self.securing.get(failure.place.saturating_sub(1)).is_some_and(|secures| *secures);
        Error::layer(failure, self.opened.stack.len(), secures).into()
    }

    /// Continues to connect as far as is possible without waiting.
    pub fn finish_connecting(&mut self) -> io::Result<()> {
        if self.is_connecting() {
            if !self.socket.finish_connect()? {
                self.blocked.writable = true;
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.state = State::Connected;
        }
        Ok(())
    }

    /// Connects and performs the handshakes as far as is possible without waiting, or completely with a blocking socket.
    pub fn establish(&mut self) -> io::Result<()> {
        if self.state == State::Established {
            return Ok(());
        }
        self.finish_connecting()?;
        if !self.machine.is_open() {
            if std::mem::replace(&mut self.state, State::Handshaking) == State::Connected {
                self.machine.connected(&SocketEnds(&*self.socket));
            }
            self.machine.start().map_err(|failure| self.layer_reported(failure))?;
        }
        loop {
            while self.machine.asks() {
                if self.asks {
                    // The program must answer; the bytes of the layers below can be sent meanwhile.
                    let flushed = self.send();
                    return if would_block(&flushed) { Ok(()) } else { flushed };
                }
                self.machine.answer(&Answer::Granted(None)).map_err(|failure| self.layer_reported(failure))?;
            }
            let flushed = self.send();
            if self.machine.is_open() {
                if flushed.is_ok() {
                    self.state = State::Established;
                }
                return flushed;
            }
            match flushed {
                // The peer may read only after its own bytes have been read.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.machine.is_clogged() => {}
                flushed => flushed?,
            }
            self.fill()?;
            self.machine.start().map_err(|failure| self.layer_reported(failure))?;
        }
    }

    /// Returns the error of a layer, after sending its report to the peer as far as that needs no waiting.
    fn layer_reported(&mut self, failure: LayerFailure) -> io::Error {
        let _ = self.send();
        self.layer(failure)
    }

    /// Sends the bytes that the layers have for the socket.
    pub fn flush(&mut self) -> io::Result<()> {
        self.reported_of_messages()?;
        self.send()
    }

    /// Reports to a writer the error of sending that occurred while the program was reading. Streams need no such report, as a
    /// broken stream fails again.
    fn reported_of_messages(&mut self) -> io::Result<()> {
        match self.send_failed.take_if(|_| self.machine.is_over_messages()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.writing == Writing::Closed {
            // The bytes of a layer after the shutdown come too late, and are dropped.
            while self.machine.has_outbound() {
                self.machine.sent(self.machine.outbound().len());
            }
            return Ok(());
        }
        while self.machine.has_outbound() {
            let all = self.machine.outbound().len();
            let messages = self.machine.is_over_messages();
            let error = match self.socket_write(None) {
                Ok(count) if count == all || count > 0 && !messages => {
                    self.machine.sent(count);
                    continue;
                }
                Ok(_) => io::ErrorKind::WriteZero.into(),
                Err(error) => error,
            };
            // A message that the socket rejects is lost, like any message that cannot be sent; those behind it are not.
            if messages && error.kind() != io::ErrorKind::WouldBlock {
                self.machine.sent(all);
            }
            return Err(error);
        }
        if self.writing == Writing::Closing {
            self.socket.shutdown_write()?;
            self.writing = Writing::Closed;
        }
        Ok(())
    }

    /// Reads once from the socket into the machine.
    fn fill(&mut self) -> io::Result<()> {
        let result = if self.machine.is_over_messages() { self.socket_read_message() } else { self.socket_read(None) };
        if would_block(&result) && self.is_of_messages() {
            self.machine.release_long();
        }
        let count = result?;
        if self.is_end(count) {
            return self.end();
        }
        self.machine.received(count);
        Ok(())
    }

    /// Returns whether each read and each write is one whole message.
    pub fn is_of_messages(&self) -> bool {
        self.machine.is_of_messages()
    }

    /// Returns the target that a client asks for, while the program has not answered.
    pub fn asked(&self) -> Option<&Target> {
        self.machine.claims().target.as_ref().filter(|_| self.asks && self.machine.asks())
    }

    /// Answers the client that asks for a target. After a grant the handshakes continue as far as is possible without waiting. A
    /// refusal is sent to the client and ends the connection.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        self.machine.answer(answer).map_err(|failure| self.layer_reported(failure))?;
        match answer {
            Answer::Granted(_) => match self.establish() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                result => result,
            },
            Answer::Refused(_) => {
                self.close();
                self.send()
            }
        }
    }

    /// Continues the handshakes, and fails if they cannot continue before the client is answered.
    fn open(&mut self) -> io::Result<()> {
        self.establish()?;
        if self.machine.asks() { Err(Error::Unanswered.into()) } else { Ok(()) }
    }

    /// Reads bytes, or one message. 0 bytes of a stream are its end; 0 bytes of messages are the end if the connection then [has
    /// ended](Connection::has_ended).
    pub fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let messages = self.is_of_messages();
        // A socket drops a message that is read into an empty buffer.
        if target.is_empty() && (!messages || self.machine.is_bare()) {
            return Ok(0);
        }
        self.open()?;
        if self.reading == Reading::More {
            self.reading = Reading::Waiting;
        }
        let count = self.try_read(target)?;
        self.reading = match count {
            None => Reading::Ended,
            Some(count) if !self.machine.is_bare() && self.has_more(messages, count, target.len()) => Reading::More,
            Some(_) => Reading::Waiting,
        };
        Ok(count.unwrap_or(0))
    }

    /// Returns whether the next read may return something without the socket, after `count` bytes were read into a buffer of
    /// `room` bytes, or after a message.
    fn has_more(&mut self, messages: bool, count: usize, room: usize) -> bool {
        if messages && !self.machine.has_unread() {
            // Pass up what waits between the layers. The next read reports a failure.
            let _ = self.machine.next_message();
        }
        // If the buffer is full, more bytes may be left. The end and a failure are reported after the bytes before them.
        let full = if messages { self.machine.has_unread() } else { count == room };
        full || self.machine.has_ended() || self.machine.has_failed()
    }

    /// Reads like [`read`](Connection::read), after the handshakes. Returns `None` at the end.
    fn try_read(&mut self, target: &mut [u8]) -> io::Result<Option<usize>> {
        loop {
            if let Some(count) = self.come_up(target)? {
                return Ok(Some(count));
            }
            if self.machine.has_ended() {
                return Ok(None);
            }
            if self.machine.has_outbound() {
                self.send_while_reading()?;
            }
            if self.machine.is_bare() {
                let count = self.socket_read(Some(target))?;
                if self.is_end(count) {
                    self.end()?;
                    return Ok(None);
                }
                return Ok(Some(count));
            }
            self.fill()?;
        }
    }

    /// Sends what it can, and fails if reading must wait for that.
    fn send_while_reading(&mut self) -> io::Result<()> {
        while self.machine.has_outbound() {
            match self.send() {
                Ok(()) => {}
                // Bytes to send can wait until the peer reads; reading continues, unless it produces more and more to send.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return if self.machine.is_clogged() { Err(error) } else { Ok(()) };
                }
                // The error of sending is reported to writers. The received bytes are still valid.
                Err(error) => {
                    self.send_failed.get_or_insert(error);
                    if !self.machine.is_over_messages() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the length of what has come up through the layers, bytes of a stream or one message, or `None` if nothing has.
    fn come_up(&mut self, target: &mut [u8]) -> io::Result<Option<usize>> {
        if !self.is_of_messages() {
            let count = self.machine.read(target).map_err(|failure| self.layer_reported(failure))?;
            return Ok(Some(count).filter(|&count| count > 0));
        }
        let next = self.machine.next_message().map_err(|failure| self.layer_reported(failure))?;
        match next {
            Some(length) if length > target.len() => Err(Error::NoRoom { length, room: target.len() }.into()),
            Some(_) => Ok(Some(self.machine.take_message(target))),
            None => Ok(None),
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.try_write(bytes);
        if !self.is_closing() {
            self.writing = if would_block(&result) { Writing::Blocked } else { Writing::Open };
        }
        result
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open()?;
        if self.is_closing() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.send_failed.is_some() {
            self.reported_of_messages()?;
        }
        if self.machine.has_outbound() {
            self.send()?;
        }
        if self.machine.is_bare() {
            return self.socket_write(Some(bytes));
        }
        let taken = if self.is_of_messages() {
            let longest = self.machine.longest_message();
            if bytes.len() > longest {
                return Err(Error::TooLong { length: bytes.len(), longest }.into());
            }
            self.machine.send_message(bytes).map(|taken| taken.then_some(bytes.len()))
        } else {
            self.machine.send(bytes).map(|count| Some(count).filter(|&count| count > 0 || bytes.is_empty()))
        };
        let taken = taken.map_err(|failure| self.layer_reported(failure))?;
        match (self.send(), taken) {
            // The machine has accepted the bytes and holds them.
            (Err(error), Some(count)) if error.kind() == io::ErrorKind::WouldBlock => Ok(count),
            (Err(error), _) => Err(error),
            (Ok(()), Some(count)) => Ok(count),
            // There is room now.
            (Ok(()), None) => self.try_write(bytes),
        }
    }

    /// Ends the sending side, through all layers. After `WouldBlock`, call it again to continue.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        self.open()?;
        if !self.is_closing() {
            self.machine.send_end().map_err(|failure| self.layer_reported(failure))?;
            self.close();
        }
        self.flush()
    }

    /// Returns whether the side that the user writes is to be shut down, or was.
    fn is_closing(&self) -> bool {
        matches!(self.writing, Writing::Closing | Writing::Closed)
    }

    /// Makes the side that the user writes be shut down once everything is sent.
    fn close(&mut self) {
        if !self.is_closing() {
            self.writing = Writing::Closing;
        }
    }

    pub fn wants(&self) -> Wants {
        if self.is_connecting() {
            return Wants { readable: false, writable: true };
        }
        let open = self.machine.is_open();
        // The program must answer first; until then bytes of the client are not read.
        let waits = self.asks && self.machine.asks();
        let only_sends =
            self.machine.is_clogged() || open && self.state != State::Established && self.machine.has_outbound();
        Wants {
            readable: !only_sends && !waits && (!self.machine.has_ended() || !open),
            writable: self.machine.has_outbound()
                || self.writing == Writing::Blocked && open
                || self.writing == Writing::Closing,
        }
    }

    pub fn report(&self) -> Opened {
        let mut opened = self.opened.clone();
        opened.ask(&*self.socket);
        opened.layers = self.machine.reports().to_vec();
        let claims = self.machine.claims();
        if opened.role == Role::Accept {
            opened.target = claims.target.clone();
        }
        opened.origin = claims.origin.clone().or(opened.origin);
        opened
    }
}

/// The ends of a socket, as layers may query them.
struct SocketEnds<'s>(&'s dyn BaseSocket);

impl Ends for SocketEnds<'_> {
    fn local(&self) -> Option<Address> {
        self.0.local()
    }

    fn peer(&self) -> Option<Address> {
        self.0.peer()
    }
}

fn would_block<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests;
