//! The session of one connection, which notifies the recorders and changes nothing.

use super::recorder::{Direction, Inspected, RecordError, Recorder, Recording};
use crate::net::machine::{Above, Buffer, Ends, Failure, Phase, Session, SessionError};
use std::cell::Cell;
use std::sync::Arc;

/// A session that passes traffic on after its recorders have received it.
pub(super) struct InspectSession {
    recorders: Arc<[Arc<dyn Recorder>]>,
    inspected: Inspected,
    facts: Vec<(&'static str, String)>,
    /// Whether messages pass, as the machine reported it in [`Session::keeps_messages`].
    of_messages: Cell<bool>,
    recordings: Vec<Box<dyn Recording>>,
    phase: Phase,
}

impl InspectSession {
    pub fn new(recorders: Arc<[Arc<dyn Recorder>]>, inspected: Inspected, facts: Vec<(&'static str, String)>) -> Self {
        InspectSession {
            recorders,
            inspected,
            facts,
            of_messages: Cell::new(false),
            recordings: Vec::new(),
            phase: Phase::Handshake,
        }
    }

    fn notify(&mut self, notify: impl Fn(&mut dyn Recording) -> Result<(), RecordError>) -> Result<(), SessionError> {
        self.recordings.iter_mut().try_for_each(|recording| notify(&mut **recording)).map_err(failed)
    }
}

impl Session for InspectSession {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn keeps_messages(&self, below: bool) -> bool {
        self.of_messages.set(below);
        below
    }

    fn connected(&mut self, ends: &dyn Ends) {
        if !self.recorders.is_empty() {
            (self.inspected.local, self.inspected.peer) = (ends.local(), ends.peer());
        }
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        self.inspected.of_messages = self.of_messages.get();
        for recorder in self.recorders.iter() {
            self.recordings.push(recorder.begin(&self.inspected).map_err(failed)?);
        }
        self.phase = Phase::Open;
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        self.notify(|recording| recording.passed(Direction::Received, input.bytes()))?;
        above.push(input.bytes());
        above.end_message();
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        self.notify(|recording| recording.ended(Direction::Received))
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        self.notify(|recording| recording.passed(Direction::Sent, bytes))?;
        below.push(bytes);
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        self.notify(|recording| recording.ended(Direction::Sent))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        self.facts.clone()
    }
}

impl Drop for InspectSession {
    fn drop(&mut self) {
        self.recordings.iter_mut().for_each(|recording| recording.closed());
    }
}

fn failed(error: RecordError) -> SessionError {
    SessionError::new(Failure::Host, error)
}
