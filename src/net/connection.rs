//! A machine and a socket together: what all drivers share.
//!
//! The same code serves sockets that wait and sockets that do not. Where a waiting one returns late, one that does not fails with
//! [`WouldBlock`](io::ErrorKind::WouldBlock) and is called again; nothing is lost in between, because whatever a call has not
//! finished is in the machine.

use super::blocking::Bare;
use super::error::Error;
use super::machine::{LayerFailure, Machine};
use super::opened::Opened;
use super::socket::BaseSocket;
use std::io;

pub(super) struct Connection {
    pub machine: Machine,
    pub socket: Box<dyn BaseSocket>,
    /// What was opened, as far as it does not change.
    pub opened: Opened,
    /// A connection that was begun is not there yet.
    pub connecting: bool,
    /// Each read is a message, so one of 0 bytes is no end.
    messages: bool,
    /// The side that is written is to be shut down once all is sent.
    closing: bool,
    /// ... and was.
    closed: bool,
    /// The last write of the user found no room.
    write_blocked: bool,
    /// The handshakes are over, and the last of them is sent.
    established: bool,
    /// After the last read there may be more to tell without the socket: bytes, the end, a failure.
    more: bool,
    /// Something could not be sent while the user was reading.
    send_failed: Option<io::Error>,
    /// Which calls of the socket would have had to wait, since they were [taken](Connection::take_blocked).
    blocked: Wants,
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
    pub fn new(
        machine: Machine,
        socket: Box<dyn BaseSocket>,
        opened: Opened,
        connecting: bool,
        messages: bool,
    ) -> Self {
        Connection {
            machine,
            socket,
            opened,
            connecting,
            messages,
            closing: false,
            closed: false,
            write_blocked: false,
            established: false,
            more: false,
            send_failed: None,
            blocked: Wants::default(),
        }
    }

    /// Which calls of the socket would have had to wait, since this was asked last.
    #[cfg(feature = "tokio")]
    pub fn take_blocked(&mut self) -> Wants {
        std::mem::take(&mut self.blocked)
    }

    /// Notes again what was taken.
    #[cfg(feature = "tokio")]
    pub fn put_blocked(&mut self, blocked: Wants) {
        self.blocked = blocked;
    }

    /// Whether the next read may have something to tell without the socket: bytes that came up, the end, a failure.
    pub fn has_unread(&self) -> bool {
        self.machine.unread() > 0 || self.more
    }

    /// The socket itself, when no layer is left above it and nothing is to be sent.
    pub fn into_bare(mut self) -> Result<Bare, Box<Connection>> {
        if self.connecting || !self.machine.is_bare() || self.flush().is_err() {
            return Err(Box::new(self));
        }
        match self.socket.into_fd() {
            Ok(socket) => Ok(Bare { socket, unread: self.machine.take_unread() }),
            Err(socket) => Err(Box::new(Connection { socket, ..self })),
        }
    }

    fn socket_read(&mut self, target: Option<&mut [u8]>) -> io::Result<usize> {
        let Connection { socket, machine, blocked, .. } = self;
        let target = match target {
            Some(target) => target,
            None => machine.room(),
        };
        let result = uninterrupted(|| socket.read(target));
        blocked.readable |= would_block(&result);
        let count = result?;
        if count == 0
            && !self.messages
            && let Some(error) = self.send_failed.take()
        {
            // The system tells once that a connection is broken, and then that it has ended.
            return Err(error);
        }
        self.opened.received += count as u64;
        Ok(count)
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
        Error::layer(failure, self.opened.stack.len()).into()
    }

    /// Connects as far as it goes without waiting.
    pub fn finish_connecting(&mut self) -> io::Result<()> {
        if self.connecting {
            if !self.socket.finish_connect()? {
                self.blocked.writable = true;
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.connecting = false;
        }
        Ok(())
    }

    /// Connects and shakes hands as far as it goes without waiting; with a socket that waits, to the end.
    pub fn establish(&mut self) -> io::Result<()> {
        if self.established {
            return Ok(());
        }
        self.finish_connecting()?;
        if !self.machine.is_open() {
            self.machine.start().map_err(|failure| self.layer_told(failure))?;
        }
        loop {
            let flushed = self.flush();
            if self.machine.is_open() {
                self.established = flushed.is_ok();
                return flushed;
            }
            match flushed {
                // The peer may be one that reads only after it was read from.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.machine.is_clogged() => {}
                flushed => flushed?,
            }
            self.fill(&mut [])?;
        }
    }

    /// The error of a layer, after its last words were sent as far as that needs no waiting.
    fn layer_told(&mut self, failure: LayerFailure) -> io::Error {
        let _ = self.flush();
        self.layer(failure)
    }

    /// Sends what the layers have for the socket.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            // What a layer still had to say comes too late.
            self.machine.sent(self.machine.outbound().len());
            return Ok(());
        }
        while !self.machine.outbound().is_empty() {
            match self.socket_write(None)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => self.machine.sent(count),
            }
        }
        if self.closing {
            self.socket.shutdown_write()?;
            self.closed = true;
        }
        Ok(())
    }

    /// Reads once from the socket into the machine; how many bytes came up to the user.
    fn fill(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.socket_read(None)?;
        if count == 0 {
            self.machine.received_end();
        } else {
            self.machine.received(count);
        }
        self.machine.read(target).map_err(|failure| self.layer_told(failure))
    }

    pub fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        self.establish()?;
        self.more = false;
        let count = self.try_read(target)?;
        // A full target says nothing of what is left. The end and a failure are told behind the bytes before them.
        self.more = count > 0
            && !self.machine.is_bare()
            && (count == target.len() || self.machine.has_ended() || self.machine.has_failed());
        Ok(count)
    }

    fn try_read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.machine.read(target).map_err(|failure| self.layer_told(failure))?;
            if count > 0 || self.machine.has_ended() {
                return Ok(count);
            }
            if !self.machine.outbound().is_empty() {
                match self.flush() {
                    // What is to be sent can wait for the peer to read; reading need not, unless it makes ever more to send.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.machine.is_clogged() => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(error),
                    // What cannot be sent is told to those who write. What has come in is still good.
                    Err(error) => self.send_failed = Some(error),
                    Ok(()) => {}
                }
            }
            if self.machine.is_bare() {
                let count = self.socket_read(Some(target))?;
                if count == 0 && !self.messages {
                    self.machine.received_end();
                }
                return Ok(count);
            }
            let count = self.fill(target)?;
            if count > 0 {
                return Ok(count);
            }
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.try_write(bytes);
        self.write_blocked = would_block(&result);
        result
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.establish()?;
        if self.closing {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if !self.machine.outbound().is_empty() {
            self.flush()?;
        }
        if self.machine.is_bare() {
            return self.socket_write(Some(bytes));
        }
        let count = self.machine.send(bytes).map_err(|failure| self.layer_told(failure))?;
        match self.flush() {
            // The bytes are taken, and wait with the machine.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && count > 0 => Ok(count),
            result => result.map(|()| count),
        }
    }

    /// Ends the side that is written, through all layers; called again after `WouldBlock`, it goes on.
    pub fn shutdown_write(&mut self) -> io::Result<()> {
        self.establish()?;
        if !self.closing {
            self.machine.send_end().map_err(|failure| self.layer_told(failure))?;
            self.closing = true;
        }
        self.flush()
    }

    pub fn wants(&self) -> Wants {
        if self.connecting {
            return Wants { readable: false, writable: true };
        }
        let open = self.machine.is_open();
        let only_sends = self.machine.is_clogged() || open && !self.established && !self.machine.outbound().is_empty();
        Wants {
            readable: !only_sends && (!self.machine.has_ended() || !open),
            writable: !self.machine.outbound().is_empty()
                || (self.write_blocked && open)
                || self.closing && !self.closed,
        }
    }

    pub fn report(&self) -> Opened {
        let mut opened = self.opened.clone();
        opened.ask(&*self.socket);
        opened.layers = self.machine.reports().to_vec();
        opened
    }
}

fn would_block(result: &io::Result<usize>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests;
