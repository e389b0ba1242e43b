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

mod buffer;
mod claims;
mod pipe;
mod session;
mod trace;

pub use buffer::Buffer;
pub use claims::{Answer, Claims, Denial, Origin};
pub use session::{Above, Failure, Phase, Session, SessionError};

use super::address::Address;
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
    /// The address of this end.
    fn local(&self) -> Option<Address>;

    /// The address of the other end.
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
    /// The session was told so.
    end_told: bool,
    /// For below, not yet taken. The lowest layer's is the machine's `outbound`.
    output: Pipe,
}

/// Room that is kept for a read from the socket.
const READ: usize = 32 * 1024;

/// Room for a message of the socket: the longest datagram of IP (RFC 768, RFC 8200) is shorter, and those of `unix` are as long as
/// its send buffer, by default 212,992 bytes.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// A session that leaves this many bytes of its input unconsumed, and waits for more, never will have enough: the layer below it
/// has stopped.
const MOST_INPUT: usize = HIGH_WATER;

/// With more than this to be sent, no more should come in, for which there might be answers. What users send stops far below.
const MOST_OUTBOUND: usize = 4 * HIGH_WATER;

#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("a message does not end within {MOST_INPUT} bytes")]
    TooLong,
    #[error("the connection ended in the handshake")]
    EndedInHandshake,
    #[error("the layer takes no bytes")]
    Stuck,
    #[error("the layer takes messages in pieces")]
    Torn,
    #[error("what was asked for was refused: {0}")]
    Denied(Denial),
}

impl Machine {
    /// The sessions with the names of their entries, top first, over a socket that carries a stream of bytes. None has started.
    pub fn new(layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        Machine::over(false, layers)
    }

    /// The same, over a socket that carries messages.
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
                end_told: false,
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

    /// Whether no layer is left: bytes belong to the socket directly, once [`outbound`](Machine::outbound) is sent and what is
    /// [unread](Machine::unread) is read.
    pub fn is_bare(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether every handshake is over.
    pub fn is_open(&self) -> bool {
        // A layer starts when those below it are open, so the top one is open last.
        self.layers.first().is_none_or(|top| top.session.phase() == Phase::Open)
    }

    /// Whether messages with boundaries come up to the user, and not a stream of bytes.
    pub fn is_of_messages(&self) -> bool {
        self.unread.messages.is_some()
    }

    /// What the peer has said of the connection so far.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether a layer waits for an [answer](Machine::answer) to what its client asked for, the target of the
    /// [claims](Machine::claims).
    pub fn asks(&self) -> bool {
        self.failed.is_none() && self.layers.iter().any(|layer| layer.started && layer.session.asks())
    }

    /// Answers the client of a proxy. Granted, the handshakes go on. Refused, the client is told, every layer below ends its side,
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

    /// The layer that shakes hands now.
    pub fn handshaking(&self) -> Option<&LayerReport> {
        let layer = self.layers.iter().rev().find(|layer| layer.session.phase() == Phase::Handshake)?;
        Some(&self.reports[layer.report])
    }

    /// Whether the peer has ended its side, and the user has read all of it.
    pub fn has_ended(&self) -> bool {
        self.ended && self.unread.is_empty()
    }

    /// Whether something has come up to the user and waits to be read.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Gives away what is unread of a stream.
    pub fn take_unread(&mut self) -> Vec<u8> {
        self.unread.bytes.take()
    }

    /// Bytes for the socket, or the first message for it, which may be empty: see [`has_outbound`](Machine::has_outbound).
    pub fn outbound(&self) -> &[u8] {
        self.outbound.front().unwrap_or_default()
    }

    /// Whether there is something for the socket.
    pub fn has_outbound(&self) -> bool {
        !self.outbound.is_empty()
    }

    /// Whether so much is to be sent that nothing more should be received before.
    pub fn is_clogged(&self) -> bool {
        self.outbound.bytes.len() > MOST_OUTBOUND
    }

    /// Whether a layer has failed. What had come up before may still wait to be read.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Counts bytes of [`outbound`](Machine::outbound) that the socket took; a message it took whole, or it is given up.
    pub fn sent(&mut self, count: usize) {
        self.outbound.consume(count);
    }

    /// Room for bytes from the socket, or for a message; only while the machine is not bare.
    pub fn room(&mut self) -> &mut [u8] {
        let pipe = self.inbound();
        let least = if pipe.messages.is_some() { LONGEST_MESSAGE } else { READ };
        pipe.bytes.room(least)
    }

    /// Counts bytes that were read from the socket into [`room`](Machine::room); of messages, one message. Call
    /// [`read`](Machine::read) or [`next_message`](Machine::next_message) next.
    pub fn received(&mut self, count: usize) {
        let pipe = self.inbound();
        pipe.bytes.filled(count);
        pipe.end_message(count);
    }

    /// Where what comes from the socket waits first.
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
    /// 0 means that more must come from the socket, or that the peer [has ended](Machine::has_ended).
    ///
    /// # Errors
    ///
    /// A layer failed; from then on that is the answer to every call. What had come up before is read first.
    pub fn read(&mut self, target: &mut [u8]) -> Result<usize, LayerFailure> {
        if !self.unread.is_empty() && !target.is_empty() {
            return Ok(self.unread.bytes.read(target));
        }
        let mut filled = 0;
        match self.settle(target, &mut filled) {
            // The failure is told next time.
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

    /// The longest message that can be sent, as far as the layers know.
    pub fn longest_message(&self) -> usize {
        self.layers.first().map_or(usize::MAX, |top| top.session.longest_message())
    }

    /// Takes a message of the user; false: [`outbound`](Machine::outbound) must be sent first, or the machine is not
    /// [open](Machine::is_open). One that is longer than the [longest](Machine::longest_message) ends the connection.
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send_message(&mut self, bytes: &[u8]) -> Result<bool, LayerFailure> {
        self.intact()?;
        if !self.is_open() || self.outbound.bytes.len() >= HIGH_WATER {
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

    /// Takes bytes of the user: the number taken. 0 means that [`outbound`](Machine::outbound) must be sent first, or that the
    /// machine is not [open](Machine::is_open).
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send(&mut self, bytes: &[u8]) -> Result<usize, LayerFailure> {
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

    /// The user will send no more; the layers say so to their peers. Behind the last of [`outbound`](Machine::outbound) the
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

    /// What became of each layer, top first; those that have retired too.
    pub fn reports(&self) -> &[LayerReport] {
        &self.reports
    }

    fn intact(&self) -> Result<(), LayerFailure> {
        self.failed.as_ref().map_or(Ok(()), |(_, failure)| Err(failure.clone()))
    }

    /// Lets every layer do what it can, from the bottom up, until none can do more; those above one that failed too.
    fn settle(&mut self, target: &mut [u8], filled: &mut usize) -> Result<(), LayerFailure> {
        loop {
            let mut progress = false;
            let end = self.failed.as_ref().map_or(self.layers.len(), |(at, _)| *at);
            for at in (0..end).rev() {
                match self.advance(at, target, filled) {
                    Ok(some) => progress |= some,
                    Err(_) => {
                        progress = true;
                        break;
                    }
                }
                match self.layers[at].session.phase() {
                    Phase::Open => {}
                    Phase::Handshake => break,
                    Phase::Retired => {
                        self.retire(at);
                        progress = true;
                    }
                }
            }
            if !progress {
                return self.intact();
            }
        }
    }

    /// Lets one layer do what it can; whether that was anything.
    fn advance(&mut self, at: usize, target: &mut [u8], filled: &mut usize) -> Result<bool, LayerFailure> {
        // What was told last: an answer may have ended the handshake since.
        let phase = self.reports[self.layers[at].report].phase;
        let mut progress = false;
        if !self.layers[at].started {
            self.layers[at].started = true;
            self.layers[at].span.started();
            self.work(at, |session, below| session.start(&mut below.bytes))?;
            progress = true;
        }
        progress |= self.receive(at, target, filled)?;
        progress |= self.pour(at)?;
        let layer = &self.layers[at];
        let now = layer.session.phase();
        if now != phase || layer.session.asks() {
            self.claims.merge(layer.session.claims());
            self.reports[layer.report].facts = layer.session.facts();
        }
        if now != phase {
            let report = &mut self.reports[layer.report];
            report.phase = now;
            layer.span.settled(report);
        }
        Ok(progress || now != phase)
    }

    /// Hands a layer what came from below.
    fn receive(&mut self, at: usize, target: &mut [u8], filled: &mut usize) -> Result<bool, LayerFailure> {
        let Machine { layers, unread, ended, outbound, .. } = self;
        let lowest = at + 1 == layers.len();
        let (above, from) = layers.split_at_mut(at);
        let layer = &mut from[0];
        let mut above = match above.last_mut() {
            Some(next) => Above::of(&mut [], &mut next.input, layer.open, &mut next.input_ended),
            None => Above::of(&mut target[*filled..], unread, layer.open, ended),
        };
        let Active { session, input, output, .. } = layer;
        let output = if lowest { outbound } else { output };
        let before = (input.bytes.len(), output.bytes.len(), above.count());
        let had_ended = above.has_ended();
        let mut result = Ok(());
        let mut took_message = false;
        if !input.is_empty() && !above.is_full() {
            result = match input.messages.as_mut().and_then(|messages| messages.pop_front()) {
                // A session sees one message, and nothing behind it.
                Some(length) => {
                    took_message = true;
                    let mut message = Buffer::new();
                    message.push(&input.bytes.bytes()[..length]);
                    input.bytes.consume(length);
                    let received = session.receive(&mut message, &mut above, &mut output.bytes);
                    let torn = || SessionError::new(Failure::Unusable, Broken::Torn);
                    received.and_then(|()| if message.is_empty() { Ok(()) } else { Err(torn()) })
                }
                None => session.receive(&mut input.bytes, &mut above, &mut output.bytes),
            };
        }
        let stalled = !took_message && before == (input.bytes.len(), output.bytes.len(), above.count());
        let mut told = false;
        // A client may end its side behind its question.
        let asks = session.asks();
        if result.is_ok() && stalled && layer.input_ended && !layer.end_told && !above.is_full() && !asks {
            layer.end_told = true;
            told = true;
            result = match session.phase() {
                Phase::Retired => Ok(()),
                // A session that can tell what is missing does.
                _ => session.receive_end(&mut input.bytes, &mut above),
            };
            match (&result, session.phase()) {
                (Ok(()), Phase::Handshake) => {
                    result = Err(SessionError::new(Failure::Truncated, Broken::EndedInHandshake));
                }
                (Ok(()), Phase::Open) => above.end(),
                _ => {}
            }
        }
        if result.is_ok() && stalled && input.bytes.len() >= MOST_INPUT && !above.is_full() && !asks {
            result = Err(SessionError::new(Failure::Protocol, Broken::TooLong));
        }
        let after = (input.bytes.len(), output.bytes.len(), above.count());
        if after.1 > before.1 {
            output.end_message(after.1 - before.1);
        }
        if !had_ended && above.has_ended() {
            layer.span.ended();
        }
        layer.open = above.open();
        let traffic = &mut self.reports[layer.report].traffic;
        traffic.received_below += (before.0 - after.0) as u64;
        traffic.sent_below += (after.1 - before.1) as u64;
        traffic.received_above += (after.2.0 - before.2.0) as u64;
        traffic.messages_received += (after.2.1 - before.2.1) as u64;
        *filled += above.filled();
        match result {
            Ok(()) => Ok(!stalled || told),
            Err(error) => Err(self.fail(at, error)),
        }
    }

    /// Hands bytes down to a layer: how many it took.
    fn pass(&mut self, at: usize, bytes: &[u8]) -> Result<usize, LayerFailure> {
        let taken = self.work(at, |session, below| {
            let taken = session.send(bytes, &mut below.bytes)?;
            if taken == 0 { Err(SessionError::new(Failure::Unusable, Broken::Stuck)) } else { Ok(taken) }
        })?;
        let report = self.layers[at].report;
        self.reports[report].traffic.sent_above += taken as u64;
        Ok(taken)
    }

    /// Hands a message down to a layer.
    fn pass_message(&mut self, at: usize, message: &[u8]) -> Result<(), LayerFailure> {
        let keeps = self.layers[at].input.messages.is_some();
        self.work(at, |session, below| {
            let before = below.bytes.len();
            let taken = session.send(message, &mut below.bytes)?;
            // One call, one message, though it be empty.
            if keeps && below.bytes.len() == before {
                below.end_message(0);
            }
            if taken == message.len() { Ok(()) } else { Err(SessionError::new(Failure::Unusable, Broken::Torn)) }
        })?;
        let report = self.layers[at].report;
        let traffic = &mut self.reports[report].traffic;
        traffic.sent_above += message.len() as u64;
        traffic.messages_sent += 1;
        Ok(())
    }

    /// Hands down what a layer, and those below it, have put out; whether that was anything.
    fn pour(&mut self, from: usize) -> Result<bool, LayerFailure> {
        let mut poured = false;
        for at in from..self.layers.len().saturating_sub(1) {
            let mut output = std::mem::take(&mut self.layers[at].output);
            if self.is_cut(at + 1) {
                output.clear();
            }
            while let Some(front) = output.front() {
                poured = true;
                if output.messages.is_some() {
                    self.pass_message(at + 1, front)?;
                    output.consume(0);
                } else {
                    let taken = self.pass(at + 1, front)?;
                    output.consume(taken);
                }
            }
            self.layers[at].output = output;
        }
        Ok(poured)
    }

    /// Lets a layer put out something of its own; where there are messages below, that is one message.
    fn work<T>(
        &mut self,
        at: usize,
        work: impl FnOnce(&mut dyn Session, &mut Pipe) -> Result<T, SessionError>,
    ) -> Result<T, LayerFailure> {
        if self.is_cut(at) {
            self.intact()?;
        }
        let lowest = at + 1 == self.layers.len();
        let layer = &mut self.layers[at];
        let below = if lowest { &mut self.outbound } else { &mut layer.output };
        let before = below.bytes.len();
        let result = work(&mut *layer.session, below);
        let put = below.bytes.len() - before;
        if put > 0 {
            below.end_message(put);
        }
        self.reports[layer.report].traffic.sent_below += put as u64;
        result.map_err(|error| self.fail(at, error))
    }

    /// Whether a layer failed, or one above it: nothing is sent through it any more.
    fn is_cut(&self, at: usize) -> bool {
        self.failed.as_ref().is_some_and(|(failed, _)| *failed <= at)
    }

    /// Notes that a layer failed, and lets it tell its peer.
    fn fail(&mut self, at: usize, error: SessionError) -> LayerFailure {
        if let Some((failed, first)) = &mut self.failed {
            // One above a layer that has failed, which is what there is to tell.
            *failed = at;
            return first.clone();
        }
        let failure = self.failure(at, error);
        self.layers[at].span.failed(&failure);
        let told = self.work(at, |session, below| {
            session.abort(&mut below.bytes);
            Ok(())
        });
        // If that fails too, the first failure is the one to tell.
        let _ = told.and_then(|()| self.pour(at));
        self.failed = Some((at, failure.clone()));
        failure
    }

    fn failure(&self, at: usize, source: SessionError) -> LayerFailure {
        let layer = &self.layers[at];
        let report = &self.reports[layer.report];
        LayerFailure { layer: report.name.clone(), place: report.place, phase: layer.session.phase(), source }
    }

    /// Takes a layer out; what it left of its input is for the one above.
    fn retire(&mut self, at: usize) {
        let mut layer = self.layers.remove(at);
        if let Some((failed, _)) = &mut self.failed {
            *failed = failed.saturating_sub(1);
        }
        let (input, ended) = match at.checked_sub(1) {
            Some(above) => {
                let Active { input, input_ended, .. } = &mut self.layers[above];
                (input, input_ended)
            }
            None => (&mut self.unread, &mut self.ended),
        };
        input.append(&mut layer.input);
        *ended |= layer.input_ended;
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
pub(super) mod tests;
