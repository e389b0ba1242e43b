//! One direction of a connection: forwards the bytes of one side to the other in order, and then the end.
//!
//! Nothing is read while the receiving side has not accepted what was read before, so at most one read waits here: [`COPIED`]
//! bytes, a message, or the contents of a pipe. A direction at rest has no memory of its own.

use super::pipes::{CAPACITY, Pipe, Pipes};
use super::side::{End, Side};
use crate::net::Error;
use crate::net::machine::Buffer;
use rustix::io::{Errno, retry_on_intr};
use rustix::pipe::{SpliceFlags, splice};
use std::io;

/// Resources that the directions of a worker share, because only one works at a time.
pub(super) struct Tools {
    /// A buffer of [`SCRATCH`] bytes to read into.
    pub scratch: Vec<u8>,
    pub pipes: Pipes,
}

/// The size of the shared read buffer in bytes. Datagrams of UDP have at most 65,527 bytes, messages of unix sockets at most as
/// many as the send buffer holds, which is 212,992 bytes unless an option says otherwise (socket(7): `SO_SNDBUF`).
pub(super) const SCRATCH: usize = 256 * 1024;

/// Bytes of a stream that are read at a time where they are copied: as many as layers process at a time.
const COPIED: usize = 64 * 1024;

/// Bytes that one direction moves before the next connection has its turn.
const TURN: usize = 1024 * 1024;

/// The number of bytes that one read must find before the following bytes are moved through a pipe. A pipe avoids the copy, but
/// costs two more system calls, which do not pay for small amounts.
const BULK: usize = COPIED;

/// The kind of data that a direction forwards.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// A stream of bytes with an end.
    Bytes,
    /// Messages with an end: each read is one message, and each write.
    Messages,
    /// Messages without an end; a message may be empty, and one may be lost.
    Datagrams,
}

/// One direction of a connection.
pub(super) struct Flow {
    passes: Passes,
    /// Bytes that were read, and that the other side has not accepted yet.
    kept: Buffer,
    /// `kept` holds a message, which may be empty.
    keeps_message: bool,
    pipe: Option<Pipe>,
    /// The last read was large, at least [`BULK`] bytes or, through a pipe, a quarter of it.
    bulk: bool,
    /// The system does not support splice(2) for these sockets.
    unspliceable: bool,
    /// The sending side has ended.
    ended: bool,
    /// The end was passed on to the receiving side.
    over: bool,
    /// Bytes that the receiving side accepted.
    pub moved: u64,
    /// Datagrams that the receiving side could not accept.
    pub lost: u64,
}

/// The reason why a direction stops for now.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// There is nothing to read.
    Source,
    /// There is no room to write.
    Sink,
    /// The direction has moved its share, and could continue.
    Turn,
    /// The direction has ended: the end was passed on.
    Over,
}

/// An error, and the side that it occurred on.
#[derive(Debug)]
pub(super) struct Broken {
    /// Whether it occurred on the sending side.
    pub source: bool,
    /// The operation that failed: `read`, `write`, `shutdown` or `splice`.
    pub call: &'static str,
    pub error: io::Error,
}

impl Flow {
    pub fn new(passes: Passes) -> Self {
        Flow {
            passes,
            kept: Buffer::new(),
            keeps_message: false,
            pipe: None,
            bulk: false,
            unspliceable: false,
            ended: false,
            over: false,
            moved: 0,
            lost: 0,
        }
    }

    /// Puts bytes that were read before at the start.
    pub fn begin_with(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.kept.push(bytes);
        }
    }

    /// Returns whether bytes or a message were read that the receiving side has not accepted.
    pub fn is_held_up(&self) -> bool {
        !self.kept.is_empty() || self.keeps_message || self.pipe.as_ref().is_some_and(|pipe| pipe.filled > 0)
    }

    /// Returns the pipe to the worker, when the connection is over.
    pub fn dissolve(&mut self, tools: &mut Tools) {
        if let Some(pipe) = self.pipe.take() {
            tools.pipes.put(pipe);
        }
    }

    /// Moves as much as is possible now.
    pub fn work(
        &mut self,
        from: &mut Side<impl End>,
        to: &mut Side<impl End>,
        tools: &mut Tools,
    ) -> Result<Pause, Broken> {
        let pause = match self.passes {
            Passes::Bytes => self.pass_bytes(from, to, tools),
            Passes::Messages | Passes::Datagrams => self.pass_messages(from, to, tools),
        };
        // An empty pipe is returned, so that other connections can use it.
        if self.pipe.as_ref().is_some_and(|pipe| pipe.filled == 0) {
            self.dissolve(tools);
        }
        pause
    }

    fn pass_bytes(
        &mut self,
        from: &mut Side<impl End>,
        to: &mut Side<impl End>,
        tools: &mut Tools,
    ) -> Result<Pause, Broken> {
        let mut share = TURN;
        loop {
            if !self.deliver(to)? {
                return Ok(Pause::Sink);
            }
            if self.over {
                return Ok(Pause::Over);
            }
            if self.ended {
                return self.pass_end(to);
            }
            if !from.readable {
                return Ok(Pause::Source);
            }
            if share == 0 {
                return Ok(Pause::Turn);
            }
            let Some(count) = self.take_in(from, to, tools)? else { continue };
            share = share.saturating_sub(count);
        }
    }

    /// Reads once; returns the number of bytes, or `None` if there was nothing to read.
    fn take_in(
        &mut self,
        from: &mut Side<impl End>,
        to: &mut Side<impl End>,
        tools: &mut Tools,
    ) -> Result<Option<usize>, Broken> {
        if self.bulk && !self.unspliceable && from.end.bare().is_some() && to.end.bare().is_some() {
            if self.pipe.is_none() {
                self.pipe = tools.pipes.take();
            }
            if self.pipe.is_some() {
                return self.fill_pipe(from);
            }
        }
        let scratch = &mut tools.scratch[..COPIED];
        let count = match from.end.read(scratch) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                from.readable = false;
                return Ok(None);
            }
            Err(error) => return Err(Broken { source: true, call: "read", error }),
        };
        self.bulk = count >= BULK;
        // A read that did not fill the buffer has emptied the stream: epoll(7), "Do I need to continuously read".
        if count < scratch.len() && !from.hung && from.end.bare().is_some() {
            from.readable = false;
        }
        self.ended = count == 0;
        let mut rest = &scratch[..count];
        while !rest.is_empty() {
            match self.give(to, rest)? {
                0 => break,
                taken => rest = &rest[taken..],
            }
        }
        if !rest.is_empty() {
            self.kept.push(rest);
        }
        Ok(Some(count))
    }

    /// Writes the waiting bytes to the receiving side; returns whether it accepted all.
    fn deliver(&mut self, to: &mut Side<impl End>) -> Result<bool, Broken> {
        while !self.kept.is_empty() {
            let kept = std::mem::take(&mut self.kept);
            let taken = self.give(to, kept.bytes());
            self.kept = kept;
            match taken? {
                0 => return Ok(false),
                taken => self.kept.consume(taken),
            }
            self.kept.release();
        }
        while self.pipe.as_ref().is_some_and(|pipe| pipe.filled > 0) {
            if !self.drain_pipe(to)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes once; returns 0 if there is no room.
    fn give(&mut self, to: &mut Side<impl End>, bytes: &[u8]) -> Result<usize, Broken> {
        if !to.writable {
            return Ok(0);
        }
        match to.end.write(bytes) {
            Ok(0) => Err(Broken { source: false, call: "write", error: io::ErrorKind::WriteZero.into() }),
            Ok(count) => {
                self.moved += count as u64;
                // A socket that accepted only a part is full; layers may have accepted bytes that their socket did not.
                to.writable = if to.end.bare().is_some() { count == bytes.len() } else { !to.end.holds_back() };
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                to.writable = false;
                Ok(0)
            }
            Err(error) => Err(Broken { source: false, call: "write", error }),
        }
    }

    /// Passes the end on to the receiving side.
    fn pass_end(&mut self, to: &mut Side<impl End>) -> Result<Pause, Broken> {
        match to.end.shutdown_write() {
            Ok(()) => {
                self.over = true;
                Ok(Pause::Over)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                to.writable = false;
                Ok(Pause::Sink)
            }
            Err(error) => Err(Broken { source: false, call: "shutdown", error }),
        }
    }

    fn fill_pipe(&mut self, from: &mut Side<impl End>) -> Result<Option<usize>, Broken> {
        let (Some(socket), Some(pipe)) = (from.end.bare(), &mut self.pipe) else { return Ok(None) };
        let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
        match retry_on_intr(|| splice(socket, None, &pipe.inlet, None, CAPACITY, flags)) {
            Ok(0) => {
                self.ended = true;
                Ok(Some(0))
            }
            Ok(count) => {
                pipe.filled += count;
                self.bulk = count >= BULK / 4;
                Ok(Some(count))
            }
            Err(Errno::AGAIN) => {
                from.readable = false;
                Ok(None)
            }
            Err(Errno::INVAL) => {
                self.unspliceable = true;
                Ok(None)
            }
            Err(error) => Err(Broken { source: true, call: "splice", error: error.into() }),
        }
    }

    /// Moves bytes from the pipe once; returns false if there is no room.
    fn drain_pipe(&mut self, to: &mut Side<impl End>) -> Result<bool, Broken> {
        let (Some(socket), Some(pipe)) = (to.end.bare(), &mut self.pipe) else { return Ok(true) };
        if !to.writable {
            return Ok(false);
        }
        let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
        match retry_on_intr(|| splice(&pipe.outlet, None, socket, None, pipe.filled, flags)) {
            Ok(0) => Err(Broken { source: false, call: "splice", error: io::ErrorKind::WriteZero.into() }),
            Ok(count) => {
                pipe.filled -= count;
                self.moved += count as u64;
                Ok(true)
            }
            Err(Errno::AGAIN) => {
                to.writable = false;
                Ok(false)
            }
            Err(error) => Err(Broken { source: false, call: "splice", error: error.into() }),
        }
    }

    fn pass_messages(
        &mut self,
        from: &mut Side<impl End>,
        to: &mut Side<impl End>,
        tools: &mut Tools,
    ) -> Result<Pause, Broken> {
        let mut share = TURN;
        loop {
            if self.keeps_message {
                let kept = std::mem::take(&mut self.kept);
                let taken = self.give_message(to, kept.bytes());
                self.kept = kept;
                if !taken? {
                    return Ok(Pause::Sink);
                }
                self.keeps_message = false;
                self.kept = Buffer::new();
            }
            if self.over {
                return Ok(Pause::Over);
            }
            if self.ended {
                return self.pass_end(to);
            }
            if !from.readable {
                return Ok(Pause::Source);
            }
            if share == 0 {
                return Ok(Pause::Turn);
            }
            let mut long = Vec::new();
            let message = match read_message(&mut from.end, &mut tools.scratch, &mut long) {
                Ok(message) => message,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    from.readable = false;
                    continue;
                }
                Err(error) => return Err(Broken { source: true, call: "read", error }),
            };
            if message.is_empty() && self.passes == Passes::Messages && from.end.has_ended() {
                self.ended = true;
                continue;
            }
            // A message counts its length, and at least the cost of a call.
            share = share.saturating_sub(message.len().max(TURN / 256));
            if !self.give_message(to, message)? {
                self.kept.push(message);
                self.keeps_message = true;
            }
        }
    }

    /// Sends one message; returns false if there is no room.
    fn give_message(&mut self, to: &mut Side<impl End>, message: &[u8]) -> Result<bool, Broken> {
        if !to.writable {
            return Ok(false);
        }
        match to.end.write(message) {
            Ok(count) => {
                self.moved += count as u64;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                to.writable = false;
                Ok(false)
            }
            // The datagram is too long for its path, or the device has no room: as on any network, it is lost.
            Err(error)
                if self.passes == Passes::Datagrams
                    && matches!(Errno::from_io_error(&error), Some(Errno::MSGSIZE | Errno::NOBUFS)) =>
            {
                self.lost += 1;
                Ok(true)
            }
            Err(error) => Err(Broken { source: false, call: "write", error }),
        }
    }
}

/// Reads a message into the scratch buffer or, where that is too short, into `long`.
fn read_message<'m>(end: &mut impl End, scratch: &'m mut [u8], long: &'m mut Vec<u8>) -> io::Result<&'m [u8]> {
    match end.read(scratch) {
        Ok(count) => Ok(&scratch[..count]),
        Err(error) => {
            let Some(Error::NoRoom { length, .. }) = Error::of(&error) else { return Err(error) };
            long.resize(*length, 0);
            let count = end.read(long)?;
            Ok(&long[..count])
        }
    }
}

#[cfg(test)]
mod tests;
