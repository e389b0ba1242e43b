//! A machine and a socket together: what all drivers share.
//!
//! The same code serves sockets that wait and sockets that do not. Where a waiting one returns late, one that does not fails with
//! [`WouldBlock`](io::ErrorKind::WouldBlock) and is called again; nothing is lost in between, because whatever a call has not
//! finished is in the machine.

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
    /// What was opened, as far as it does not change.
    pub opened: Opened,
    /// The socket carries messages and has no end, so that a read of 0 bytes is an empty message.
    pub endless: bool,
    /// A client that asks for a target is answered by the program; else by the connection, which grants it.
    pub asks: bool,
    /// Which layers give `encrypted` or `authenticated`, top first.
    pub securing: Arc<[bool]>,
    state: State,
    reading: Reading,
    writing: Writing,
    /// Something could not be sent while the user was reading: the first such, until it is told.
    send_failed: Option<io::Error>,
    /// Which calls of the socket would have had to wait, since they were [taken](Connection::take_blocked).
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
    /// The handshakes are over, and the last of them is sent.
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

/// Which readiness of its socket a connection waits for.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Until it is readable.
    pub readable: bool,
    /// Until it is writable.
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

    /// Returns which calls of the socket would have had to wait, since this was asked last.
    #[cfg(feature = "tokio")]
    pub fn take_blocked(&mut self) -> Wants {
        std::mem::take(&mut self.blocked)
    }

    /// Notes again what was taken.
    #[cfg(feature = "tokio")]
    pub fn put_blocked(&mut self, blocked: Wants) {
        self.blocked = blocked;
    }

    /// Returns whether the next read may have something to tell without the socket: bytes that came up, the end, a failure.
    pub fn has_unread(&self) -> bool {
        // The end of the handshakes is sent first.
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

    /// Returns the socket itself, when no layer is left above it and nothing is to be sent, and no message waits that would lose
    /// its boundaries.
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

    /// Reads bytes of the socket into the machine, or into `target` past it.
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

    /// Reads a message of the socket into the machine, with as much room as it takes.
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

    /// Returns whether a read of so many bytes from the socket is the end.
    fn is_end(&mut self, count: usize) -> bool {
        count == 0 && !self.endless && (!self.machine.is_over_messages() || self.socket.is_at_end())
    }

    /// Returns the socket has ended.
    fn end(&mut self) -> io::Result<()> {
        if let Some(error) = self.send_failed.take() {
            // The system tells once that a connection is broken, and then that it has ended.
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

    /// Connects as far as it goes without waiting.
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

    /// Connects and shakes hands as far as it goes without waiting; with a socket that waits, to the end.
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
                    // It is the program's turn; what layers below have to say can go meanwhile.
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
                // The peer may be one that reads only after it was read from.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.machine.is_clogged() => {}
                flushed => flushed?,
            }
            self.fill()?;
            self.machine.start().map_err(|failure| self.layer_reported(failure))?;
        }
    }

    /// Returns the error of a layer, after its last words were sent as far as that needs no waiting.
    fn layer_reported(&mut self, failure: LayerFailure) -> io::Error {
        let _ = self.send();
        self.layer(failure)
    }

    /// Sends what the layers have for the socket.
    pub fn flush(&mut self) -> io::Result<()> {
        self.reported_of_messages()?;
        self.send()
    }

    /// Returns what could not be sent while the user was reading is told to who writes next. Of a stream there is no need: that it
    /// is broken shows again.
    fn reported_of_messages(&mut self) -> io::Result<()> {
        match self.send_failed.take_if(|_| self.machine.is_over_messages()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.writing == Writing::Closed {
            // What a layer still had to say comes too late.
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
            // A message that the socket does not take is lost, as any that is sent in vain; those behind it are not.
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

    /// Returns whether each read and each write is a message, whole.
    pub fn is_of_messages(&self) -> bool {
        self.machine.is_of_messages()
    }

    /// Returns the target that a client asked for, while the program owes it an answer.
    pub fn asked(&self) -> Option<&Target> {
        self.machine.claims().target.as_ref().filter(|_| self.asks && self.machine.asks())
    }

    /// Answers the client that asked for a target. Granted, the handshakes go on as they can without waiting. Refused, the client
    /// is told, and the connection has ended.
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

    /// Goes on with the handshakes; an error if they cannot go on before the client is answered.
    fn open(&mut self) -> io::Result<()> {
        self.establish()?;
        if self.machine.asks() { Err(Error::Unanswered.into()) } else { Ok(()) }
    }

    /// Reads bytes, or one message; 0 bytes of a stream are the end, and so are those of messages when it then
    /// [has ended](Connection::has_ended).
    pub fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let messages = self.is_of_messages();
        // A socket would drop a message for which there is no room at all.
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

    /// Returns whether there is something to tell, without the socket, behind `count` bytes read where there was room for `room`,
    /// or behind a message.
    fn has_more(&mut self, messages: bool, count: usize, room: usize) -> bool {
        if messages && !self.machine.has_unread() {
            // What waits between the layers comes up now. A failure is told by the next read.
            let _ = self.machine.next_message();
        }
        // A full target says nothing of what is left. The end and a failure are told behind what came before them.
        let full = if messages { self.machine.has_unread() } else { count == room };
        full || self.machine.has_ended() || self.machine.has_failed()
    }

    /// Nothing: the end.
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

    /// Sends what it can; an error if reading must wait for that.
    fn send_while_reading(&mut self) -> io::Result<()> {
        while self.machine.has_outbound() {
            match self.send() {
                Ok(()) => {}
                // What is to be sent can wait for the peer to read; reading need not, unless it makes ever more to send.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return if self.machine.is_clogged() { Err(error) } else { Ok(()) };
                }
                // What cannot be sent is told to those who write. What has come in is still good.
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

    /// Returns what has come up through the layers: bytes of a stream, or one message.
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
            // The bytes are taken, and wait with the machine.
            (Err(error), Some(count)) if error.kind() == io::ErrorKind::WouldBlock => Ok(count),
            (Err(error), _) => Err(error),
            (Ok(()), Some(count)) => Ok(count),
            // There is room now.
            (Ok(()), None) => self.try_write(bytes),
        }
    }

    /// Ends the side that is written, through all layers; called again after `WouldBlock`, it goes on.
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
        // The program owes an answer, and until then what a client says is of no interest.
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

/// A socket's ends, as layers may ask for them.
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
