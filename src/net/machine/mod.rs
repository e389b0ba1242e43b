//! The layer machine: the sessions of one connection, one above the other, without a socket.
//!
//! A driver moves bytes between the machine and a socket, blocking or not, and does not need to know the layers:
//!
//! | driver | machine |
//! |---|---|
//! | reads from the socket | into [`room`](Machine::room), then calls [`received`](Machine::received) |
//! | finds that the socket has ended | [`received_end`](Machine::received_end) |
//! | reads for the user | [`read`](Machine::read) |
//! | writes for the user | [`send`](Machine::send) |
//! | ends the user's side | [`send_end`](Machine::send_end) |
//! | writes to the socket | from [`outbound`](Machine::outbound), then calls [`sent`](Machine::sent) |
//! | answers the client of a proxy that [asks](Machine::asks) | [`answer`](Machine::answer) |
//!
//! Where [messages](Machine::is_of_messages) come up to the user, [`next_message`](Machine::next_message) and
//! [`take_message`](Machine::take_message) read them, and [`send_message`](Machine::send_message) sends one.
//!
//! Layers shake hands from the bottom up: a layer starts when all layers below it are open. A layer that retires is removed: the
//! input that it has not consumed passes to the layer above it. When no layer is left the machine is [bare](Machine::is_bare),
//! and the driver moves bytes between user and socket directly.
//!
//! | file | contents |
//! |---|---|
//! | `session` | the trait that layers implement, and the place for their output |
//! | `handshake` | the trait of layers that only shake hands, and the session that is made of it |
//! | `flow` | the flow of bytes and messages from layer to layer |
//! | `pipe`, `buffer` | queues of bytes and messages |
//! | `claims` | the peer's claims about a connection, and answers to clients |
//! | `trace` | the spans and events of the feature `tracing` |

mod buffer;
mod claims;
mod flow;
mod handshake;
mod pipe;
mod session;
mod trace;

pub use buffer::Buffer;
pub use claims::{Answer, Claims, Denial, Origin};
pub use handshake::{Handshake, HandshakeSession, Progress};
pub use session::{Above, Failure, Phase, Session, SessionError};

use super::address::Address;
use buffer::GROWTH;
use flow::Broken;
use pipe::{HIGH_WATER, Pipe};
use trace::LayerSpan;

/// The sessions of one connection. See the [module](self).
pub struct Machine {
    /// The layers that have not retired, top first.
    layers: Vec<Active>,
    /// The reports of all layers, also of those that have retired, top first.
    reports: Vec<LayerReport>,
    /// Output for the socket.
    outbound: Pipe,
    /// Input for the user.
    unread: Pipe,
    /// Memory for the message that a layer works on; empty between calls.
    message: Buffer,
    /// The peer's claims about the connection.
    claims: Claims,
    /// The peer ended its side, and `unread` holds the last bytes.
    ended: bool,
    /// The user ended the writing side.
    send_ended: bool,
    /// The index and the failure of a layer that failed: the layers above it still work on earlier input.
    failed: Option<(usize, LayerFailure)>,
}

/// The report of one layer of an opened connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerReport {
    /// The name of its entry.
    pub name: String,
    /// Its place in the stack, from 1 at the top.
    pub place: usize,
    /// The phase of its session.
    pub phase: Phase,
    /// The facts that were negotiated, as names and values.
    pub facts: Vec<(&'static str, String)>,
    /// The bytes that passed through it.
    pub traffic: Traffic,
}

/// The bytes and messages that passed through a layer.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Bytes accepted from above, to be sent.
    pub sent_above: u64,
    /// Bytes passed down: for those from above, and for the layer's own purposes.
    pub sent_below: u64,
    /// Bytes consumed from below.
    pub received_below: u64,
    /// Bytes passed up.
    pub received_above: u64,
    /// Messages accepted from above, where there are messages.
    pub messages_sent: u64,
    /// Messages passed up, where there are messages.
    pub messages_received: u64,
}

/// The addresses of the two ends of the socket below. They are queried on demand, because each query costs a system call.
pub trait Ends {
    /// Returns the address of this end.
    fn local(&self) -> Option<Address>;

    /// Returns the address of the other end.
    fn peer(&self) -> Option<Address>;
}

/// The failure of a layer.
#[derive(Clone, Debug)]
pub struct LayerFailure {
    /// The name of its entry.
    pub layer: String,
    /// Its place in the stack, from 1 at the top.
    pub place: usize,
    /// The phase of its session.
    pub phase: Phase,
    /// The cause.
    pub source: SessionError,
}

struct Active {
    session: Box<dyn Session>,
    span: LayerSpan,
    /// Its index in the reports.
    report: usize,
    started: bool,
    /// Input from below that is not consumed yet.
    input: Pipe,
    /// Bytes of a message for above that has not ended yet.
    open: usize,
    /// No more input will come from below.
    input_ended: bool,
    /// The session was notified of the end.
    end_reported: bool,
    /// Output that the layer below has not accepted yet. The output of the lowest layer is the machine's `outbound`.
    output: Pipe,
}

/// Room in bytes that is kept for a read from the socket.
const READ: usize = 32 * 1024;

/// Room in bytes for a message of unknown length: the longest datagram of IP (RFC 768, RFC 8200) is shorter, and those of `unix`
/// are at most as long as its send buffer, by default 212,992 bytes.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// Memory in bytes that each queue keeps for messages of the socket while none comes: by far the most messages are no longer than
/// a packet of Ethernet.
const KEPT: usize = 2 * GROWTH;

/// How many times the capacity of a pipe may wait to be sent before nothing more should be received, because the input might
/// cause answers. Bytes that users send stop far below this limit.
const CLOGS: usize = 4;

impl Machine {
    /// Creates a machine of sessions with the names of their entries, top first, over a socket that carries a stream of bytes. No
    /// session is started.
    pub fn new(layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        Machine::over(false, layers)
    }

    /// Like [`new`](Machine::new), but over a socket that carries messages.
    pub fn of_messages(layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        Machine::over(true, layers)
    }

    fn over(messages: bool, layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        let mut active: Vec<Active> = Vec::new();
        let mut reports = Vec::new();
        for (at, (name, session)) in layers.into_iter().enumerate() {
            let phase = session.phase();
            let span = LayerSpan::new(&name, at + 1);
            reports.push(LayerReport { name, place: at + 1, phase, facts: Vec::new(), traffic: Traffic::default() });
            active.push(Active {
                session,
                span,
                report: at,
                started: false,
                input: Pipe::default(),
                open: 0,
                input_ended: false,
                end_reported: false,
                output: Pipe::default(),
            });
        }
        let mut of_messages = messages;
        for layer in active.iter_mut().rev() {
            layer.input = Pipe::new(of_messages);
            layer.output = Pipe::new(of_messages);
            of_messages = layer.session.keeps_messages(of_messages);
        }
        Machine {
            layers: active,
            reports,
            outbound: Pipe::new(messages),
            unread: Pipe::new(of_messages),
            message: Buffer::new(),
            claims: Claims::default(),
            ended: false,
            send_ended: false,
            failed: None,
        }
    }

    /// Notifies the sessions that the socket is connected: they may query its ends. To be called before
    /// [`start`](Machine::start).
    pub fn connected(&mut self, ends: &dyn Ends) {
        self.layers.iter_mut().for_each(|layer| layer.session.connected(ends));
    }

    /// Starts the handshakes.
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn start(&mut self) -> Result<(), LayerFailure> {
        self.settle(&mut [], &mut 0)
    }

    /// Returns whether no layer is left. Bytes are then exchanged with the socket directly, once [`outbound`](Machine::outbound)
    /// is sent and the [unread](Machine::has_unread) bytes are read.
    pub fn is_bare(&self) -> bool {
        self.layers.is_empty()
    }

    /// Returns whether every handshake is over.
    pub fn is_open(&self) -> bool {
        // A layer starts when those below it are open, so the top one is open last.
        self.layers.first().is_none_or(|top| top.session.phase() == Phase::Open)
    }

    /// Returns whether messages with boundaries come up to the user, and not a stream of bytes.
    pub fn is_of_messages(&self) -> bool {
        self.unread.messages.is_some()
    }

    /// Returns the peer's claims about the connection so far.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns whether a layer waits for an [answer](Machine::answer) to its client's request for a target, which is in the
    /// [claims](Machine::claims).
    pub fn asks(&self) -> bool {
        self.failed.is_none() && self.layers.iter().any(|layer| layer.started && layer.session.asks())
    }

    /// Answers the client of a proxy. After [`Answer::Granted`] the handshakes continue. After [`Answer::Refused`] the client is
    /// notified, every layer below ends its side, and the machine has failed: the bytes in [`outbound`](Machine::outbound) are
    /// still to be sent, and then the socket is to be closed.
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn answer(&mut self, answer: &Answer) -> Result<(), LayerFailure> {
        self.intact()?;
        let Some(at) = self.layers.iter().position(|layer| layer.started && layer.session.asks()) else {
            return Ok(());
        };
        self.work(at, |session, below| session.answer(answer, &mut below.bytes))?;
        self.pour(at)?;
        match answer {
            Answer::Granted(_) => self.settle(&mut [], &mut 0),
            Answer::Refused(denial) => {
                for below in at + 1..self.layers.len() {
                    self.work(below, |session, below| session.send_end(&mut below.bytes))?;
                    self.pour(below)?;
                }
                let failure = self.failure(at, SessionError::new(Failure::Refused, Broken::Denied(*denial)));
                self.failed = Some((at, failure));
                Ok(())
            }
        }
    }

    /// Returns the report of the layer that shakes hands now.
    pub fn handshaking(&self) -> Option<&LayerReport> {
        let layer = self.layers.iter().rev().find(|layer| layer.session.phase() == Phase::Handshake)?;
        Some(&self.reports[layer.report])
    }

    /// Returns whether the peer has ended its side, and the user has read everything.
    pub fn has_ended(&self) -> bool {
        self.ended && self.unread.is_empty()
    }

    /// Returns whether bytes or messages for the user wait to be read.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Removes and returns the unread bytes of a stream; of messages, all bytes without their boundaries.
    pub fn take_unread(&mut self) -> Vec<u8> {
        self.unread.take()
    }

    /// Frees the memory of all empty queues.
    pub fn release(&mut self) {
        self.release_beyond(0);
    }

    /// Frees the memory that long messages have left, but not the memory that the next read needs again.
    pub(super) fn release_long(&mut self) {
        self.release_beyond(if self.is_over_messages() { KEPT } else { 2 * READ });
    }

    fn release_beyond(&mut self, kept: usize) {
        for layer in &mut self.layers {
            layer.input.bytes.release_beyond(kept);
            layer.output.bytes.release_beyond(kept);
        }
        for buffer in [&mut self.outbound.bytes, &mut self.unread.bytes, &mut self.message] {
            buffer.release_beyond(kept);
        }
    }

    /// Returns whether the socket carries messages, and not a stream of bytes.
    pub(super) fn is_over_messages(&self) -> bool {
        self.outbound.messages.is_some()
    }

    /// Returns bytes for the socket, or the first message for it, which may be empty: see
    /// [`has_outbound`](Machine::has_outbound).
    pub fn outbound(&self) -> &[u8] {
        self.outbound.front().unwrap_or_default()
    }

    /// Returns whether there are bytes or messages for the socket.
    pub fn has_outbound(&self) -> bool {
        !self.outbound.is_empty()
    }

    /// Returns whether so much waits to be sent that nothing more should be received before.
    pub fn is_clogged(&self) -> bool {
        self.outbound.is_beyond(CLOGS)
    }

    /// Returns whether a layer has failed. Earlier input may still wait to be read.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Removes bytes of [`outbound`](Machine::outbound) that the socket accepted. A message is removed whole, whether the socket
    /// accepted it or it is given up.
    pub fn sent(&mut self, count: usize) {
        self.outbound.consume(count);
    }

    /// Returns room for bytes from the socket, or for a message; only to be called while the machine is not bare.
    pub fn room(&mut self) -> &mut [u8] {
        let least = if self.is_over_messages() { LONGEST_MESSAGE } else { READ };
        self.room_for(least)
    }

    /// Returns room for at least `least` bytes from the socket, for callers that know the length of the next message.
    pub fn room_for(&mut self, least: usize) -> &mut [u8] {
        self.inbound().bytes.room(least)
    }

    /// Adds bytes that were read from the socket into [`room`](Machine::room); of messages, one message. To be followed by
    /// [`read`](Machine::read) or [`next_message`](Machine::next_message).
    pub fn received(&mut self, count: usize) {
        let pipe = self.inbound();
        let before = pipe.bytes.len();
        pipe.bytes.filled(count);
        pipe.end_message(pipe.bytes.len() - before);
    }

    /// Returns the queue that receives the socket's bytes first.
    fn inbound(&mut self) -> &mut Pipe {
        self.layers.last_mut().map_or(&mut self.unread, |lowest| &mut lowest.input)
    }

    /// Records that the socket has ended: no more bytes will come. To be followed by [`read`](Machine::read).
    pub fn received_end(&mut self) {
        match self.layers.last_mut() {
            Some(lowest) => lowest.input_ended = true,
            None => self.ended = true,
        }
    }

    /// Lets the layers work on the received bytes, and puts bytes for the user into `target`. Returns the number of bytes.
    ///
    /// 0 means that more must come from the socket, that the peer [has ended](Machine::has_ended) its side, or that there are
    /// [messages](Machine::is_of_messages), which this method does not return.
    ///
    /// # Errors
    ///
    /// A layer failed; from then on every call returns this failure. Earlier input is read first.
    pub fn read(&mut self, target: &mut [u8]) -> Result<usize, LayerFailure> {
        if !self.unread.is_empty() && !target.is_empty() {
            return Ok(if self.is_of_messages() { 0 } else { self.unread.bytes.read(target) });
        }
        let mut filled = 0;
        match self.settle(target, &mut filled) {
            // The next call reports the failure.
            Err(_) if filled > 0 => Ok(filled),
            result => result.map(|()| filled),
        }
    }

    /// Lets the layers work on the received bytes, and returns the length of the message that the user can
    /// [take](Machine::take_message) now. `None` means that more must come from the socket, or that the peer [has
    /// ended](Machine::has_ended) its side.
    ///
    /// # Errors
    ///
    /// A layer failed; earlier messages are returned first.
    pub fn next_message(&mut self) -> Result<Option<usize>, LayerFailure> {
        if self.unread.is_empty() {
            let settled = self.settle(&mut [], &mut 0);
            if self.unread.is_empty() {
                settled?;
            }
        }
        Ok(self.unread.front().map(<[u8]>::len))
    }

    /// Moves the next message to `target`, or as much of its beginning as there is room for. Returns the number of bytes.
    pub fn take_message(&mut self, target: &mut [u8]) -> usize {
        let message = self.unread.front().unwrap_or_default();
        let count = message.len().min(target.len());
        target[..count].copy_from_slice(&message[..count]);
        self.unread.consume(count);
        count
    }

    /// Returns the length in bytes of the longest message that can be sent, as far as the layers know.
    pub fn longest_message(&self) -> usize {
        self.layers.iter().rev().fold(usize::MAX, |below, layer| layer.session.longest_message(below))
    }

    /// Sends a message of the user, where there are [messages](Machine::is_of_messages). Returns false if
    /// [`outbound`](Machine::outbound) must be sent first, or if the machine is not [open](Machine::is_open). A message that is
    /// longer than the [longest](Machine::longest_message) ends the connection.
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send_message(&mut self, bytes: &[u8]) -> Result<bool, LayerFailure> {
        self.intact()?;
        if !self.is_open() || self.outbound.is_full() {
            return Ok(false);
        }
        if self.layers.is_empty() {
            self.outbound.bytes.push(bytes);
            self.outbound.end_message(bytes.len());
        } else {
            self.pass_message(0, bytes)?;
            self.pour(0)?;
        }
        Ok(true)
    }

    /// Sends bytes of the user, where there is a stream, and returns the number of bytes accepted. 0 means that
    /// [`outbound`](Machine::outbound) must be sent first, or that the machine is not [open](Machine::is_open).
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send(&mut self, bytes: &[u8]) -> Result<usize, LayerFailure> {
        if self.is_of_messages() {
            return Ok(if self.send_message(bytes)? { bytes.len() } else { 0 });
        }
        self.intact()?;
        if !self.is_open() || self.outbound.bytes.len() >= HIGH_WATER || bytes.is_empty() {
            return Ok(0);
        }
        if self.layers.is_empty() {
            let taken = &bytes[..bytes.len().min(HIGH_WATER)];
            self.outbound.bytes.push(taken);
            return Ok(taken.len());
        }
        // However much a layer would accept at a time, the number of bytes that wait to be sent stays bounded.
        let taken = self.pass(0, &bytes[..bytes.len().min(HIGH_WATER)])?;
        self.pour(0)?;
        Ok(taken)
    }

    /// Ends the user's side: each layer sends its end to its peer. After the last byte of [`outbound`](Machine::outbound) the
    /// socket can be shut down for writing. Only to be called when the machine is [open](Machine::is_open).
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send_end(&mut self) -> Result<(), LayerFailure> {
        self.intact()?;
        if std::mem::replace(&mut self.send_ended, true) {
            return Ok(());
        }
        for at in 0..self.layers.len() {
            self.work(at, |session, below| session.send_end(&mut below.bytes))?;
            self.pour(at)?;
        }
        Ok(())
    }

    /// Returns the reports of all layers, also of those that have retired, top first.
    pub fn reports(&self) -> &[LayerReport] {
        &self.reports
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("reports", &self.reports)
            .field("outbound", &self.outbound.bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(in crate::net) mod tests;
