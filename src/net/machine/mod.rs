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
//!
//! Layers shake hands from the bottom up: a layer starts when all below it are open. One that retires leaves: what it had not
//! consumed goes to the layer above it, and when none is left the machine is [bare](Machine::is_bare) and the driver moves bytes
//! between user and socket directly.

mod buffer;
mod session;
mod trace;

pub use buffer::Buffer;
pub use session::{Above, Failure, Phase, Session, SessionError};

use session::HIGH_WATER;
use trace::LayerSpan;

/// The sessions of one connection. See the [module](self).
pub struct Machine {
    /// Those that have not retired, top first.
    layers: Vec<Active>,
    /// Of every layer there was, top first.
    reports: Vec<LayerReport>,
    /// For the socket.
    outbound: Buffer,
    /// For the user.
    unread: Buffer,
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
    input: Buffer,
    /// No more will come from below.
    input_ended: bool,
    /// The session was told so.
    end_told: bool,
    /// For below, not yet taken. The lowest layer's is the machine's `outbound`.
    output: Buffer,
}

/// Room that is kept for a read from the socket.
const READ: usize = 32 * 1024;

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
}

impl Machine {
    /// The sessions with the names of their entries, top first. None has started.
    pub fn new(layers: impl IntoIterator<Item = (String, Box<dyn Session>)>) -> Self {
        let mut active = Vec::new();
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
                input: Buffer::new(),
                input_ended: false,
                end_told: false,
                output: Buffer::new(),
            });
        }
        Machine {
            layers: active,
            reports,
            outbound: Buffer::new(),
            unread: Buffer::new(),
            ended: false,
            send_ended: false,
            failed: None,
        }
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

    /// The layer that shakes hands now.
    pub fn handshaking(&self) -> Option<&LayerReport> {
        let layer = self.layers.iter().rev().find(|layer| layer.session.phase() == Phase::Handshake)?;
        Some(&self.reports[layer.report])
    }

    /// Whether the peer has ended its side, and the user has read all of it.
    pub fn has_ended(&self) -> bool {
        self.ended && self.unread.is_empty()
    }

    /// Bytes that have come up to the user and wait to be read.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Gives away what is unread.
    pub fn take_unread(&mut self) -> Vec<u8> {
        self.unread.take()
    }

    /// Bytes for the socket.
    pub fn outbound(&self) -> &[u8] {
        self.outbound.bytes()
    }

    /// Whether so much is to be sent that nothing more should be received before.
    pub fn is_clogged(&self) -> bool {
        self.outbound.len() > MOST_OUTBOUND
    }

    /// Whether a layer has failed. What had come up before may still wait to be read.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Counts bytes of [`outbound`](Machine::outbound) that the socket took.
    pub fn sent(&mut self, count: usize) {
        self.outbound.consume(count);
    }

    /// Room for bytes from the socket; only while the machine is not bare.
    pub fn room(&mut self) -> &mut [u8] {
        match self.layers.last_mut() {
            Some(lowest) => lowest.input.room(READ),
            None => self.unread.room(READ),
        }
    }

    /// Counts bytes that were read from the socket into [`room`](Machine::room). Call [`read`](Machine::read) next.
    pub fn received(&mut self, count: usize) {
        match self.layers.last_mut() {
            Some(lowest) => lowest.input.filled(count),
            None => self.unread.filled(count),
        }
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
            return Ok(self.unread.read(target));
        }
        let mut filled = 0;
        match self.settle(target, &mut filled) {
            // The failure is told next time.
            Err(_) if filled > 0 => Ok(filled),
            result => result.map(|()| filled),
        }
    }

    /// Takes bytes of the user: the number taken. 0 means that [`outbound`](Machine::outbound) must be sent first, or that the
    /// machine is not [open](Machine::is_open).
    ///
    /// # Errors
    ///
    /// A layer failed.
    pub fn send(&mut self, bytes: &[u8]) -> Result<usize, LayerFailure> {
        self.intact()?;
        if !self.is_open() || self.outbound.len() >= HIGH_WATER || bytes.is_empty() {
            return Ok(0);
        }
        if self.layers.is_empty() {
            let taken = &bytes[..bytes.len().min(HIGH_WATER)];
            self.outbound.push(taken);
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
            self.work(at, |session, below| session.send_end(below))?;
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
        let phase = self.layers[at].session.phase();
        let mut progress = false;
        if !self.layers[at].started {
            self.layers[at].started = true;
            self.layers[at].span.started();
            self.work(at, |session, below| session.start(below))?;
            progress = true;
        }
        progress |= self.receive(at, target, filled)?;
        progress |= self.pour(at)?;
        let layer = &self.layers[at];
        let now = layer.session.phase();
        if now != phase {
            let report = &mut self.reports[layer.report];
            report.phase = now;
            report.facts = layer.session.facts();
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
            Some(next) => Above::new(&mut [], &mut next.input, &mut next.input_ended),
            None => Above::new(&mut target[*filled..], unread, ended),
        };
        let Active { session, input, output, .. } = layer;
        let below = if lowest { outbound } else { output };
        let before = (input.len(), below.len(), above.count());
        let had_ended = above.has_ended();
        let mut result = Ok(());
        if !input.is_empty() && !above.is_full() {
            result = session.receive(input, &mut above, below);
        }
        let stalled = before == (input.len(), below.len(), above.count());
        let mut told = false;
        if result.is_ok() && stalled && layer.input_ended && !layer.end_told && !above.is_full() {
            layer.end_told = true;
            told = true;
            result = match session.phase() {
                Phase::Retired => Ok(()),
                // A session that can tell what is missing does.
                _ => session.receive_end(input, &mut above),
            };
            match (&result, session.phase()) {
                (Ok(()), Phase::Handshake) => {
                    result = Err(SessionError::new(Failure::Truncated, Broken::EndedInHandshake));
                }
                (Ok(()), Phase::Open) => above.end(),
                _ => {}
            }
        }
        if result.is_ok() && stalled && input.len() >= MOST_INPUT && !above.is_full() {
            result = Err(SessionError::new(Failure::Protocol, Broken::TooLong));
        }
        let after = (input.len(), below.len(), above.count());
        if !had_ended && above.has_ended() {
            layer.span.ended();
        }
        let traffic = &mut self.reports[layer.report].traffic;
        traffic.received_below += (before.0 - after.0) as u64;
        traffic.sent_below += (after.1 - before.1) as u64;
        traffic.received_above += (after.2 - before.2) as u64;
        *filled += above.filled();
        match result {
            Ok(()) => Ok(!stalled || told),
            Err(error) => Err(self.fail(at, error)),
        }
    }

    /// Hands bytes down to a layer: how many it took.
    fn pass(&mut self, at: usize, bytes: &[u8]) -> Result<usize, LayerFailure> {
        let taken = self.work(at, |session, below| {
            let taken = session.send(bytes, below)?;
            if taken == 0 { Err(SessionError::new(Failure::Unusable, Broken::Stuck)) } else { Ok(taken) }
        })?;
        let report = self.layers[at].report;
        self.reports[report].traffic.sent_above += taken as u64;
        Ok(taken)
    }

    /// Hands down what a layer, and those below it, have put out; whether that was anything.
    fn pour(&mut self, from: usize) -> Result<bool, LayerFailure> {
        let mut poured = false;
        for at in from..self.layers.len().saturating_sub(1) {
            let mut output = std::mem::take(&mut self.layers[at].output);
            if self.is_cut(at + 1) {
                output.consume(output.len());
            }
            while !output.is_empty() {
                let taken = self.pass(at + 1, output.bytes())?;
                output.consume(taken);
                poured = true;
            }
            self.layers[at].output = output;
        }
        Ok(poured)
    }

    /// Lets a layer put out something of its own.
    fn work<T>(
        &mut self,
        at: usize,
        work: impl FnOnce(&mut dyn Session, &mut Buffer) -> Result<T, SessionError>,
    ) -> Result<T, LayerFailure> {
        if self.is_cut(at) {
            self.intact()?;
        }
        let lowest = at + 1 == self.layers.len();
        let layer = &mut self.layers[at];
        let below = if lowest { &mut self.outbound } else { &mut layer.output };
        let before = below.len();
        let result = work(&mut *layer.session, below);
        self.reports[layer.report].traffic.sent_below += (below.len() - before) as u64;
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
        let layer = &self.layers[at];
        let report = &self.reports[layer.report];
        let failure = LayerFailure {
            layer: report.name.clone(),
            place: report.place,
            phase: layer.session.phase(),
            source: error,
        };
        layer.span.failed(&failure);
        let told = self.work(at, |session, below| {
            session.abort(below);
            Ok(())
        });
        // If that fails too, the first failure is the one to tell.
        let _ = told.and_then(|()| self.pour(at));
        self.failed = Some((at, failure.clone()));
        failure
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
        if input.is_empty() {
            std::mem::swap(input, &mut layer.input);
        } else {
            input.push(layer.input.bytes());
        }
        *ended |= layer.input_ended;
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("reports", &self.reports)
            .field("outbound", &self.outbound)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests;
