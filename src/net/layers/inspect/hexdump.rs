//! `hexdump`: every byte, with its time, its direction and the two ends.
//!
//! ```text
//! # 2026-11-02T10:00:00.000000000Z begun entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80
//! O 2026-11-02T10:00:00.000012000Z entry=inspect local=127.0.0.1:50000 peer=127.0.0.1:80 at=0 length=18
//! 000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 30 0d 0a  |GET / HTTP/1.0..|
//! 000010  0d 0a                                            |..|
//! ```
//!
//! `O` (out) was sent and `I` (in) received; `at` says how many bytes had passed that way before. `text2pcap -D -t ISO` reads it
//! back (with `-T 50000,80`, behind headers of TCP): text2pcap(1) skips lines that begin with `#`, takes direction and time from
//! the line before the bytes, and everything from `|` on for text, as long as its option `-a` is not given. Of an empty message
//! it makes no packet. What is longer than the longest packet that it takes comes in several records.

use super::form::{Account, Moment, Totals, Write, rfc3339, shown};
use super::recorder::{Direction, Inspected, RecordError};
use std::fmt::Write as _;

/// The records of one connection.
pub(super) struct Hexdump {
    connection: String,
    of_messages: bool,
    totals: Totals,
}

/// The longest packet that text2pcap(1) takes, and what a record has at most, in bytes.
const LONGEST: usize = 262_144;

impl Hexdump {
    pub fn new(inspected: &Inspected) -> Self {
        Hexdump { connection: shown(inspected), of_messages: inspected.of_messages, totals: Totals::default() }
    }

    fn remark(&self, at: Moment, what: &str, write: Write<'_>) -> Result<(), RecordError> {
        write(format!("# {} {what} {}\n", rfc3339(at.time), self.connection).as_bytes())
    }
}

impl Account for Hexdump {
    fn begun(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        self.remark(at, "begun", write)
    }

    fn passed(&mut self, at: Moment, direction: Direction, bytes: &[u8], write: Write<'_>) -> Result<(), RecordError> {
        let letter = if direction == Direction::Sent { 'O' } else { 'I' };
        let time = rfc3339(at.time);
        let before = self.totals.of(direction).bytes;
        self.totals.passed(direction, bytes);
        let mut pieces = bytes.chunks(LONGEST).zip((before..).step_by(LONGEST));
        // An empty message is a record too.
        let first = pieces.next().unwrap_or((&[], before));
        for (piece, at) in std::iter::once(first).chain(pieces) {
            let mut text = String::with_capacity(256 + piece.len().div_ceil(PER_LINE) * LINE);
            let _ = writeln!(text, "{letter} {time} {} at={at} length={}", self.connection, bytes.len());
            dump(piece, &mut text);
            write(text.as_bytes())?;
        }
        Ok(())
    }

    fn ended(&mut self, at: Moment, direction: Direction, write: Write<'_>) -> Result<(), RecordError> {
        self.totals.of(direction).ended = true;
        self.remark(at, &format!("ended={}", direction.name()), write)
    }

    fn closed(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError> {
        self.remark(at, &format!("closed {}", self.totals.show(self.of_messages)), write)
    }
}

/// Bytes that a line shows.
const PER_LINE: usize = 16;

/// Characters of such a line.
const LINE: usize = "000000  ".len() + 3 * PER_LINE + " |".len() + PER_LINE + "|\n".len();

/// Lines of an offset, bytes in hexadecimal, and the same as ASCII with dots for what is no graphic character.
fn dump(bytes: &[u8], text: &mut String) {
    if bytes.is_empty() {
        // So that text2pcap(1) does not take what comes before for the next record's.
        text.push_str("000000\n");
    }
    for (line, offset) in bytes.chunks(PER_LINE).zip((0..).step_by(PER_LINE)) {
        let _ = write!(text, "{offset:06x}  ");
        for byte in line {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
            text.push(' ');
        }
        for _ in line.len()..PER_LINE {
            text.push_str("   ");
        }
        text.push_str(" |");
        text.extend(line.iter().map(|&byte| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '.' }));
        text.push_str("|\n");
    }
}

/// A half of a byte as a digit.
fn digit(half: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(half & 15)])
}
