//! The layer machine: the sessions of one connection, one above the other, without a socket.
//!
//! Whoever drives it moves bytes between it and a socket, blocking or not, and never needs to know which layers there are:
//!
//! | driver | machine |
//! |---|---|
//! | read from the socket into | [`room`](Machine::room), then [`received`](Machine::received) |
//! | the socket ended | [`received_end`](Machine::received_end) |
//! | the user wants to read | [`read`](Machine::read) |
//! | the user writes | [`send`](Machine::send) |
//! | the user will write no more | [`send_end`](Machine::send_end) |
//! | write to the socket | [`outbound`](Machine::outbound), then [`sent`](Machine::sent) |
//! | the client of a proxy [asks](Machine::asks) | [`answer`](Machine::answer) |
//!
//! Where [messages](Machine::is_of_messages) come up to the user, [`next_message`](Machine::next_message) and
//! [`take_message`](Machine::take_message) read them, and [`send_message`](Machine::send_message) sends one.
//!
//! Layers shake hands from the bottom up: a layer starts when all below it are open. One that retires leaves: what it had not
//! consumed goes to the layer above it, and when none is left the machine is [bare](Machine::is_bare) and the driver moves bytes
//! between user and socket directly.
//!
//! | file | what |
//! |---|---|
//! | `session` | what a layer does, and where it puts what it makes |
//! | `flow` | how bytes and messages go from layer to layer |
//! | `pipe`, `buffer` | where they wait |
//! | `claims` | what the peer says of a connection, and what it is answered |
//! | `trace` | what is told to those who trace |

mod buffer;
mod claims;
mod flow;
mod pipe;
mod session;
mod trace;

pub use buffer::Buffer;
pub use claims::{Answer, Claims, Denial, Origin};
pub use session::{Above, Failure, Phase, Session, SessionError};

use super::address::Address;
use buffer::GROWTH;
use flow::Broken;
use pipe::Pipe;
use session::HIGH_WATER;
use trace::LayerSpan;

/// The sessions of one connection. See the [module](self).
pub struct Machine {
    /// Those that have not retired, top first.
    layers: Vec<Active>,
    /// Of every layer there was, top first.
    reports: Vec<LayerReport>,
    /// For the socket.
    outbound: Pipe,
    /// For the user.
    unread: Pipe,
    /// Memory for the message that a layer works on; empty between calls.
    message: Buffer,
    /// What the peer said of the connection.
    claims: Claims,
    /// The peer ended its side, and `unread` holds the last of it.
    ended: bool,
    /// The user ended our side.
    send_ended: bool,
    /// Why a layer failed, and which: those above it still work on what came up before.
    failed: Option<(usize, LayerFailure)>,
}

/// A layer of an opened connection: what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerReport {
    /// The name of its entry.
    pub name: String,
    /// Its place in the stack, from 1 at the top.
    pub place: usize,
    /// Where its session is.
    pub phase: Phase,
    /// What was negotiated, as names and values.
    pub facts: Vec<(&'static str, String)>,
    /// Bytes that went through it.
    pub traffic: Traffic,
}

/// Bytes that went through a layer.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Taken from above, to be sent.
    pub sent_above: u64,
    /// Given to below for them, and for the layer's own needs.
    pub sent_below: u64,
    /// Taken from below.
    pub received_below: u64,
    /// Given to above.
    pub received_above: u64,
    /// Messages taken from above, where there are messages.
    pub messages_sent: u64,
    /// Messages given to above, where there are messages.
    pub messages_received: u64,
}

/// The two ends of the socket below, which are asked for when they are wanted: each costs a call of the system.
pub trait Ends {
    /// Returns the address of this end.
    fn local(&self) -> Option<Address>;

    /// Returns the address of the other end.
    fn peer(&self) -> Option<Address>;
}

/// A layer failed.
#[derive(Clone, Debug)]
pub struct LayerFailure {
    /// The name of its entry.
    pub layer: String,
    /// Its place in the stack, from 1 at the top.
    pub place: usize,
    /// Where its session was.
    pub phase: Phase,
    /// Why.
    pub source: SessionError,
}

struct Active {
    session: Box<dyn Session>,
    span: LayerSpan,
    /// Its place among the reports.
    report: usize,
    started: bool,
    /// From below, not yet consumed.
    input: Pipe,
    /// Bytes of a message for above that has no end yet.
    open: usize,
    /// No more will come from below.
    input_ended: bool,
    /// The session knows it.
    end_reported: bool,
    /// For below, not yet taken. The lowest layer's is the machine's `outbound`.
    output: Pipe,
}

/// Room that is kept for a read from the socket.
const READ: usize = 32 * 1024;

/// Room for a message whose length nobody told: the longest datagram of IP (RFC 768, RFC 8200) is shorter, and those of `unix` are
/// as long as its send buffer, by default 212,992 bytes.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// Memory that is kept for messages of the socket while none comes, in each place where they may wait: most are no longer than a
/// packet of Ethernet, by far.
const KEPT: usize = 2 * GROWTH;

/// With so many times more than fills a pipe to be sent, no more should come in, for which there might be answers. What users send
/// stops far below.
const CLOGS: usize = 4;

impl Machine {
    /// Returns the sessions with the names of their entries, top first, over a socket that carries a stream of bytes. None has
    /// started.
    pub fn new(layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        Machine::over(false, layers)
    }

    /// Returns the same, over a socket that carries messages.
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

    /// The socket is connected: whoever wants to know may ask for its ends. Before [`start`](Machine::start).
    pub fn connected(&mut self, ends: &dyn Ends) {
        self.layers.iter_mut().for_each(|layer| layer.session.connected(ends));
    }

    /// Begins the handshakes.
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn start(&mut self) -> Result<(), LayerFailure> {
        self.settle(&mut [], &mut 0)
    }

    /// Returns whether no layer is left: bytes belong to the socket directly, once [`outbound`](Machine::outbound) is sent and what
    /// is [unread](Machine::has_unread) is read.
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

    /// Returns what the peer has said of the connection so far.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns whether a layer waits for an [answer](Machine::answer) to what its client asked for, the target of the
    /// [claims](Machine::claims).
    pub fn asks(&self) -> bool {
        self.failed.is_none() && self.layers.iter().any(|layer| layer.started && layer.session.asks())
    }

    /// Answers the client of a proxy. Granted, the handshakes go on. Refused, the client is notified, every layer below ends its side,
    /// and the machine has failed: what is in [`outbound`](Machine::outbound) is to be sent still, and then the socket closed.
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

    /// Returns the layer that shakes hands now.
    pub fn handshaking(&self) -> Option<&LayerReport> {
        let layer = self.layers.iter().rev().find(|layer| layer.session.phase() == Phase::Handshake)?;
        Some(&self.reports[layer.report])
    }

    /// Returns whether the peer has ended its side, and the user has read all of it.
    pub fn has_ended(&self) -> bool {
        self.ended && self.unread.is_empty()
    }

    /// Returns whether something has come up to the user and waits to be read.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Gives away what is unread of a stream; of messages, all of them without their boundaries.
    pub fn take_unread(&mut self) -> Vec<u8> {
        self.unread.take()
    }

    /// Frees the memory that is kept for bytes on their way, as far as no bytes are in it.
    pub fn release(&mut self) {
        self.release_beyond(0);
    }

    /// Frees what long messages have left behind, and not what the next read needs again.
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

    /// Returns bytes for the socket, or the first message for it, which may be empty: see [`has_outbound`](Machine::has_outbound).
    pub fn outbound(&self) -> &[u8] {
        self.outbound.front().unwrap_or_default()
    }

    /// Returns whether there is something for the socket.
    pub fn has_outbound(&self) -> bool {
        !self.outbound.is_empty()
    }

    /// Returns whether so much is to be sent that nothing more should be received before.
    pub fn is_clogged(&self) -> bool {
        self.outbound.is_beyond(CLOGS)
    }

    /// Returns whether a layer has failed. What had come up before may still wait to be read.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Counts bytes of [`outbound`](Machine::outbound) that the socket took; a message it took whole, or it is given up.
    pub fn sent(&mut self, count: usize) {
        self.outbound.consume(count);
    }

    /// Room for bytes from the socket, or for a message; only while the machine is not bare.
    pub fn room(&mut self) -> &mut [u8] {
        let least = if self.is_over_messages() { LONGEST_MESSAGE } else { READ };
        self.room_for(least)
    }

    /// Room for at least so many bytes from the socket, for those who know how long the next message is.
    pub fn room_for(&mut self, least: usize) -> &mut [u8] {
        self.inbound().bytes.room(least)
    }

    /// Counts bytes that were read from the socket into [`room`](Machine::room); of messages, one message. Call
    /// [`read`](Machine::read) or [`next_message`](Machine::next_message) next.
    pub fn received(&mut self, count: usize) {
        let pipe = self.inbound();
        let before = pipe.bytes.len();
        pipe.bytes.filled(count);
        pipe.end_message(pipe.bytes.len() - before);
    }

    /// Returns where what comes from the socket waits first.
    fn inbound(&mut self) -> &mut Pipe {
        self.layers.last_mut().map_or(&mut self.unread, |lowest| &mut lowest.input)
    }

    /// The socket has ended: no more bytes will come. Call [`read`](Machine::read) next.
    pub fn received_end(&mut self) {
        match self.layers.last_mut() {
            Some(lowest) => lowest.input_ended = true,
            None => self.ended = true,
        }
    }

    /// Lets the layers work on what was received, and gives the user what came up: the number of bytes put into `target`.
    ///
    /// 0 means that more must come from the socket, or that the peer [has ended](Machine::has_ended); or that there are
    /// [messages](Machine::is_of_messages), of which this gives none.
    ///
    /// # Errors
    ///
    /// A layer failed; from then on that is the answer to every call. What had come up before is read first.
    pub fn read(&mut self, target: &mut [u8]) -> Result<usize, LayerFailure> {
        if !self.unread.is_empty() && !target.is_empty() {
            return Ok(if self.is_of_messages() { 0 } else { self.unread.bytes.read(target) });
        }
        let mut filled = 0;
        match self.settle(target, &mut filled) {
            // The failure is reported next time.
            Err(_) if filled > 0 => Ok(filled),
            result => result.map(|()| filled),
        }
    }

    /// Lets the layers work on what was received; the length of the message that the user may [take](Machine::take_message) now.
    /// Nothing: more must come from the socket, or the peer [has ended](Machine::has_ended).
    ///
    /// # Errors
    ///
    /// A layer failed; the messages that had come up before are given first.
    pub fn next_message(&mut self) -> Result<Option<usize>, LayerFailure> {
        if self.unread.is_empty() {
            let settled = self.settle(&mut [], &mut 0);
            if self.unread.is_empty() {
                settled?;
            }
        }
        Ok(self.unread.front().map(<[u8]>::len))
    }

    /// Gives the user the next message, or as much of its beginning as there is room for: how many bytes.
    pub fn take_message(&mut self, target: &mut [u8]) -> usize {
        let message = self.unread.front().unwrap_or_default();
        let count = message.len().min(target.len());
        target[..count].copy_from_slice(&message[..count]);
        self.unread.consume(count);
        count
    }

    /// Returns the longest message that can be sent, as far as the layers know.
    pub fn longest_message(&self) -> usize {
        self.layers.iter().rev().fold(usize::MAX, |below, layer| layer.session.longest_message(below))
    }

    /// Takes a message of the user, where there are [messages](Machine::is_of_messages); false:
    /// [`outbound`](Machine::outbound) must be sent first, or the machine is not [open](Machine::is_open). One that is longer than
    /// the [longest](Machine::longest_message) ends the connection.
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

    /// Takes bytes of the user, where there is a stream: the number taken. 0 means that [`outbound`](Machine::outbound) must be
    /// sent first, or that the machine is not [open](Machine::is_open).
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
        // However much a layer would take at a time, what waits to be sent stays bounded.
        let taken = self.pass(0, &bytes[..bytes.len().min(HIGH_WATER)])?;
        self.pour(0)?;
        Ok(taken)
    }

    /// Returns the user will send no more; the layers say so to their peers. Behind the last of [`outbound`](Machine::outbound) the
    /// socket's side can be shut down. Only when the machine is [open](Machine::is_open).
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

    /// Returns what became of each layer, top first; those that have retired too.
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
