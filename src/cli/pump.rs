//! Connects standard input and output to a connection, in both directions at once, in one thread that waits in poll(2).
//!
//! No data is dropped: the end of the input ends our side of the connection, and further data of the peer is printed until the
//! peer ends its side. The end of the peer's side alone ends the command only if the input is a terminal, where nobody wants to
//! be asked for more input; otherwise the rest of the input is sent too, because the peer may only have stopped sending.

use super::failure::Failure;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sockatlas::net::{Address, Error, Socket, Wants, readiness};
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// One end of the pump.
pub(super) trait End: Read + Write {
    /// Ends our side; after `WouldBlock` it must be called again.
    fn end(&mut self) -> io::Result<()>;
    /// Returns the events to wait for.
    fn wants(&self) -> Wants;
    /// Returns the descriptor to wait on.
    fn fd(&self) -> BorrowedFd<'_>;
    /// Returns whether the peer has ended its side, and all of its data was read. If not, a read of 0 bytes is an empty
    /// message.
    fn has_ended(&self) -> bool;
    /// Returns whether the connection has no end.
    fn is_endless(&self) -> bool;
}

impl End for readiness::Stream {
    fn end(&mut self) -> io::Result<()> {
        self.shutdown_write()
    }

    fn wants(&self) -> Wants {
        readiness::Stream::wants(self)
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    fn has_ended(&self) -> bool {
        readiness::Stream::has_ended(self)
    }

    fn is_endless(&self) -> bool {
        readiness::Stream::is_endless(self)
    }
}

/// A socket that sends to the last sender.
pub(super) struct Answering {
    pub socket: Socket,
    pub peer: Option<Address>,
}

impl Read for Answering {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let (count, from) = self.socket.recv_from(target)?;
        self.peer = from.or(self.peer.take());
        Ok(count)
    }
}

impl Write for Answering {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.peer {
            Some(peer) => self.socket.send_to(bytes, peer),
            None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl End for Answering {
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn wants(&self) -> Wants {
        Wants { readable: true, writable: false }
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.socket.fd().expect("sockets of the system have one")
    }

    fn has_ended(&self) -> bool {
        false
    }

    fn is_endless(&self) -> bool {
        true
    }
}

/// The number of bytes that are read at a time, unless a message is longer; also the length of the longest datagram.
const CHUNK: usize = 64 * 1024;

/// The number of bytes that a writable pipe takes at once (`PIPE_BUF` of pipe(7)).
const PIPE: usize = 4096;

/// Bytes that move in one direction.
struct Way {
    bytes: Vec<u8>,
    start: usize,
    /// The size of the buffer for one read.
    room: usize,
    /// Whether the source has ended.
    ended: bool,
}

impl Way {
    fn new() -> Self {
        Way { bytes: Vec::with_capacity(CHUNK), start: 0, room: CHUNK, ended: false }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn is_empty(&self) -> bool {
        self.rest().is_empty()
    }

    /// Reads new bytes into the empty buffer.
    fn fill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        self.bytes.resize(self.room, 0);
        let result = read(&mut self.bytes);
        self.start = 0;
        self.bytes.truncate(*result.as_ref().unwrap_or(&0));
        result
    }
}

/// The directions whose calls would block.
#[derive(Copy, Clone, Default)]
struct Idle {
    read: bool,
    write: bool,
}

/// The maximum waits of reads and writes of the connection.
#[derive(Copy, Clone, Default)]
pub(super) struct Patience {
    pub read: Option<Duration>,
    pub write: Option<Duration>,
}

/// Moves bytes until both sides have ended.
pub(super) fn pump(end: &mut impl End, patience: Patience) -> Result<(), Failure> {
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let endless = end.is_endless();
    let (mut up, mut down) = (Way::new(), Way::new());
    let mut said_goodbye = false;
    let (mut may_read_input, mut may_write_output) = (false, false);
    let mut since = Since { read: Instant::now(), write: Instant::now() };
    let lost = |error: io::Error| Failure::Message { message: error.to_string(), help: None };
    loop {
        let mut idle = Idle::default();
        if up.is_empty() && !up.ended && may_read_input {
            let count = up.fill(|target| rustix::io::read(&stdin, target).map_err(Into::into));
            up.ended = count.map_err(|error| Failure::io("<stdin>", error))? == 0;
            since.write = Instant::now();
        }
        may_read_input = false;
        if !up.is_empty() {
            match end.write(up.rest()) {
                Ok(count) => {
                    up.start += count;
                    since.write = Instant::now();
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => idle.write = true,
                Err(error) => return Err(lost(error)),
            }
        } else if up.ended && !said_goodbye {
            match end.end() {
                Ok(()) => said_goodbye = true,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => idle.write = true,
                Err(error) => return Err(lost(error)),
            }
        } else {
            match end.flush() {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(lost(error)),
                _ => {}
            }
        }
        if down.is_empty() && !down.ended {
            match down.fill(|target| end.read(target)) {
                Ok(0) if end.has_ended() => down.ended = true,
                // An empty message: there is nothing to print, and another message may follow.
                Ok(0) => {
                    since.read = Instant::now();
                    continue;
                }
                Ok(_) => since.read = Instant::now(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => idle.read = true,
                Err(error) => match Error::of(&error) {
                    Some(Error::NoRoom { length, .. }) => {
                        down.room = *length;
                        continue;
                    }
                    _ => return Err(lost(error)),
                },
            }
        }
        if !down.is_empty() && may_write_output {
            let some = &down.rest()[..down.rest().len().min(PIPE)];
            match rustix::io::write(&stdout, some) {
                Ok(count) => {
                    down.start += count;
                    since.read = Instant::now();
                }
                // A closed pipe is no error: nobody would read a message.
                Err(rustix::io::Errno::PIPE) => return Ok(()),
                Err(error) => return Err(Failure::io("<stdout>", error.into())),
            }
            may_write_output = false;
            continue;
        }
        let over = down.ended && down.is_empty();
        if over && (said_goodbye || up.is_empty() && (up.ended || stdin.is_terminal())) {
            if !said_goodbye {
                // The peer has ended first; it does not matter whether it receives our end.
                let _ = end.end();
            }
            return Ok(());
        }
        let wants = end.wants();
        let mut of_end = PollFlags::empty();
        of_end.set(PollFlags::IN, idle.read && wants.readable);
        of_end.set(PollFlags::OUT, wants.writable);
        let mut fds = Vec::with_capacity(3);
        // poll(2) reports a broken connection again and again, even if no event is requested, so such a connection is
        // left out.
        if !of_end.is_empty() {
            fds.push(PollFd::from_borrowed_fd(end.fd(), of_end));
        }
        let mut input = None;
        if up.is_empty() && !up.ended {
            input = Some(fds.len());
            fds.push(PollFd::new(&stdin, PollFlags::IN));
        }
        let mut output = None;
        if !down.is_empty() {
            output = Some(fds.len());
            fds.push(PollFd::new(&stdout, PollFlags::OUT));
        }
        if fds.is_empty() {
            // Nothing can move now, so wait for messages of the connection.
            fds.push(PollFd::from_borrowed_fd(end.fd(), PollFlags::IN));
        }
        let deadline = since.deadline(patience, idle, over);
        let left = deadline.map(|(deadline, ..)| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() });
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => {
                let Some((_, step, limit)) = deadline else { continue };
                // Without an end of the connection, a timeout ends the command.
                if endless && up.ended && step == "read" {
                    return Ok(());
                }
                let what = if step == "read" { "nothing to read" } else { "no room to write" };
                let message = format!("{what} within {}", humantime::format_duration(limit));
                return Err(Failure::Message { message, help: None });
            }
            Ok(_) => {
                let reported = |at: Option<usize>| at.is_some_and(|at| !fds[at].revents().is_empty());
                (may_read_input, may_write_output) = (reported(input), reported(output));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Failure::io("poll", error.into())),
        }
    }
}

/// The times of the last progress in each direction.
struct Since {
    read: Instant,
    write: Instant,
}

impl Since {
    /// Returns the next deadline, with the direction and the limit.
    fn deadline(&self, patience: Patience, idle: Idle, over: bool) -> Option<(Instant, &'static str, Duration)> {
        let read = patience.read.filter(|_| idle.read && !over).map(|limit| (self.read + limit, "read", limit));
        let write = patience.write.filter(|_| idle.write).map(|limit| (self.write + limit, "write", limit));
        read.into_iter().chain(write).min_by_key(|(deadline, ..)| *deadline)
    }
}
