//! The form `counts`: writes one line per connection, at its end.
//!
//! ```text
//! 2026-11-02T10:00:01.500000000Z entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80 target=localhost:80 sent=18 received=1256 ended=both seconds=0.003120
//! ```

use super::form::{Account, Moment, Totals, Write, rfc3339, shown};
use super::recorder::{Direction, Inspected, RecordError};

/// The line of one connection. It is written when both sides have ended, so that a failure can still be reported, or when the
/// connection is dropped before that.
pub(super) struct Counts {
    connection: String,
    of_messages: bool,
    totals: Totals,
    written: bool,
}

impl Counts {
    pub fn new(inspected: &Inspected) -> Self {
        let of_messages = inspected.of_messages;
        Counts { connection: shown(inspected), of_messages, totals: Totals::default(), written: false }
    }

    fn finish(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        if std::mem::replace(&mut self.written, true) {
            return Ok(());
        }
        let (time, totals) = (rfc3339(at.time), self.totals.show(self.of_messages));
        let line = format!("{time} {} {totals} seconds={:.6}\n", self.connection, at.since.as_secs_f64());
        write(line.as_bytes())
    }
}

impl Account for Counts {
    fn begun(&mut self, _: Moment, _: Write<'_>) -> Result<(), RecordError> {
        Ok(())
    }

    fn passed(&mut self, _: Moment, direction: Direction, bytes: &[u8], _: Write<'_>) -> Result<(), RecordError> {
        self.totals.passed(direction, bytes);
        Ok(())
    }

    fn ended(&mut self, at: Moment, direction: Direction, write: Write<'_>) -> Result<(), RecordError> {
        self.totals.of(direction).ended = true;
        if self.totals.sent.ended && self.totals.received.ended { self.finish(at, write) } else { Ok(()) }
    }

    fn closed(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        self.finish(at, write)
    }
}
