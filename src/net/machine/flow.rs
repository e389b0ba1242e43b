//! The flow of bytes and messages from layer to layer.

use super::claims::Denial;
use super::pipe::{HIGH_WATER, Pipe};
use super::session::{Above, Failure, Phase, Session, SessionError};
use super::{Active, LayerFailure, Machine};

/// The number of unconsumed bytes of a stream at which a session that waits for more fails: it will never get them, because the
/// layer below it has stopped.
const MOST_INPUT: usize = HIGH_WATER;

#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("a message does not end within {MOST_INPUT} bytes")]
    TooLong,
    #[error("the connection ended in the handshake")]
    EndedInHandshake,
    #[error("the layer takes no bytes")]
    Stuck,
    #[error("the layer takes messages in pieces")]
    Torn,
    #[error("the layer ended in the middle of a message")]
    Unended,
    #[error("the layer left, and had made messages of what is none, or the other way round")]
    Changed,
    #[error("what was asked for was refused: {0}")]
    Denied(Denial),
}

impl Machine {
    pub(super) fn intact(&self) -> Result<(), LayerFailure> {
        self.failed.as_ref().map_or(Ok(()), |(_, failure)| Err(failure.clone()))
    }

    /// Lets every layer do what it can, from the bottom up, until none makes progress. If a layer has failed, the layers above it
    /// still work on their input.
    pub(super) fn settle(&mut self, target: &mut [u8], filled: &mut usize) -> Result<(), LayerFailure> {
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
                        progress = true;
                        if self.retire(at).is_err() {
                            break;
                        }
                    }
                }
            }
            if !progress {
                return self.intact();
            }
        }
    }

    /// Lets one layer do what it can; returns whether it made progress.
    fn advance(&mut self, at: usize, target: &mut [u8], filled: &mut usize) -> Result<bool, LayerFailure> {
        // The phase of the last report, because an answer may have ended the handshake since.
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

    /// Passes the input from below to a layer; returns whether it made progress.
    fn receive(&mut self, at: usize, target: &mut [u8], filled: &mut usize) -> Result<bool, LayerFailure> {
        let Machine { layers, unread, ended, outbound, message, .. } = self;
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
            took_message = input.lend(message);
            result = if took_message {
                // A session sees one message, and nothing behind it.
                let received = session.receive(message, &mut above, &mut output.bytes);
                let torn = !message.is_empty();
                input.take_back(message);
                let broken = || SessionError::new(Failure::Unusable, Broken::Torn);
                received.and_then(|()| if torn { Err(broken()) } else { Ok(()) })
            } else {
                session.receive(&mut input.bytes, &mut above, &mut output.bytes)
            };
        }
        let stalled = !took_message && before == (input.bytes.len(), output.bytes.len(), above.count());
        let mut reported = false;
        // A client may end its side right after its request.
        let asks = session.asks();
        if result.is_ok() && stalled && layer.input_ended && !layer.end_reported && !above.is_full() && !asks {
            layer.end_reported = true;
            reported = true;
            result = match session.phase() {
                Phase::Retired => Ok(()),
                // A session can often report more precisely what is missing.
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
        // Where there are messages, an incomplete one waits for its rest, and the layer below has checked its length.
        let waits = input.messages.is_none() && input.bytes.len() >= MOST_INPUT;
        if result.is_ok() && stalled && waits && !above.is_full() && !asks {
            result = Err(SessionError::new(Failure::Protocol, Broken::TooLong));
        }
        let after = (input.bytes.len(), output.bytes.len(), above.count());
        if after.1 > before.1 {
            output.end_message(after.1 - before.1);
        }
        if !had_ended && above.has_ended() {
            if result.is_ok() && above.open() > 0 {
                result = Err(SessionError::new(Failure::Unusable, Broken::Unended));
            }
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
            Ok(()) => Ok(!stalled || reported),
            Err(error) => Err(self.fail(at, error)),
        }
    }

    /// Passes bytes down to a layer; returns the number of bytes that it accepted.
    pub(super) fn pass(&mut self, at: usize, bytes: &[u8]) -> Result<usize, LayerFailure> {
        let taken = self.work(at, |session, below| {
            let taken = session.send(bytes, &mut below.bytes)?;
            if taken == 0 { Err(SessionError::new(Failure::Unusable, Broken::Stuck)) } else { Ok(taken) }
        })?;
        let report = self.layers[at].report;
        self.reports[report].traffic.sent_above += taken as u64;
        Ok(taken)
    }

    /// Passes a message down to a layer.
    pub(super) fn pass_message(&mut self, at: usize, message: &[u8]) -> Result<(), LayerFailure> {
        let keeps = self.layers[at].input.messages.is_some();
        self.work(at, |session, below| {
            let before = below.bytes.len();
            let taken = session.send(message, &mut below.bytes)?;
            // Each call makes one message, which may be empty.
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

    /// Passes the output of a layer, and of those below it, down; returns whether there was any.
    pub(super) fn pour(&mut self, from: usize) -> Result<bool, LayerFailure> {
        let mut poured = false;
        for at in from..self.layers.len().saturating_sub(1) {
            let mut output = std::mem::take(&mut self.layers[at].output);
            let result = self.pour_out(at, &mut output);
            self.layers[at].output = output;
            poured |= result?;
        }
        Ok(poured)
    }

    /// Passes the output of a layer to the one below it; returns whether there was any.
    fn pour_out(&mut self, at: usize, output: &mut Pipe) -> Result<bool, LayerFailure> {
        if self.is_cut(at + 1) {
            output.clear();
        }
        let mut poured = false;
        while let Some(front) = output.front() {
            poured = true;
            let taken = if output.messages.is_some() {
                self.pass_message(at + 1, front)?;
                front.len()
            } else {
                self.pass(at + 1, front)?
            };
            output.consume(taken);
        }
        Ok(poured)
    }

    /// Lets a layer produce output of its own; where there are messages below, the output is one message.
    pub(super) fn work<T>(
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

    /// Returns whether this layer or one above it has failed, so that nothing is sent through it any more.
    fn is_cut(&self, at: usize) -> bool {
        self.failed.as_ref().is_some_and(|(failed, _)| *failed <= at)
    }

    /// Records the failure of a layer, and lets the layer notify its peer.
    fn fail(&mut self, at: usize, error: SessionError) -> LayerFailure {
        if let Some((failed, first)) = &mut self.failed {
            // A layer below failed before; its failure is the one that is reported.
            *failed = at;
            return first.clone();
        }
        let failure = self.failure(at, error);
        self.layers[at].span.failed(&failure);
        let reported = self.work(at, |session, below| {
            session.abort(&mut below.bytes);
            Ok(())
        });
        // If notifying the peer fails too, the first failure is the one that is reported.
        let _ = reported.and_then(|()| self.pour(at));
        self.failed = Some((at, failure.clone()));
        failure
    }

    pub(super) fn failure(&self, at: usize, source: SessionError) -> LayerFailure {
        let layer = &self.layers[at];
        let report = &self.reports[layer.report];
        LayerFailure { layer: report.name.clone(), place: report.place, phase: layer.session.phase(), source }
    }

    /// Removes a layer; the rest of its input passes to the layer above it.
    fn retire(&mut self, at: usize) -> Result<(), LayerFailure> {
        let of_messages = |pipe: &Pipe| pipe.messages.is_some();
        let above = at.checked_sub(1).map_or(&self.unread, |above| &self.layers[above].input);
        if of_messages(above) != of_messages(&self.layers[at].input) {
            return Err(self.fail(at, SessionError::new(Failure::Unusable, Broken::Changed)));
        }
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
        Ok(())
    }
}
