//! The form `hexdump`: every byte, with its time, its direction and the two ends.
//!
//! ```text
//! # 2026-11-02T10:00:00.000000000Z begun entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80
//! O 2026-11-02T10:00:00.000012000Z entry=inspect local=127.0.0.1:50000 peer=127.0.0.1:80 at=0 length=18
//! 000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 30 0d 0a  |GET / HTTP/1.0..|
//! 000010  0d 0a                                            |..|
//! ```
//!
//! `O` (out) marks sent bytes and `I` (in) received ones; `at` is the number of bytes that passed in this direction before.
//! `text2pcap -D -t ISO` reads the file back (with `-T 50000,80` it adds headers of TCP): text2pcap(1) skips lines that begin
//! with `#`, takes the direction and the time from the line before the bytes, and ignores everything from `|` on, unless its
//! option `-a` is given. It creates no packet for an empty message. Bytes that exceed its longest packet are split into several
//! records.

use super::form::{Account, Moment, Totals, Write, rfc3339, shown};
use super::recorder::{Direction, Inspected, RecordError};
use std::fmt::Write as _;

/// The records of one connection.
pub(super) struct Hexdump {
    connection: String,
    of_messages: bool,
    totals: Totals,
}

/// The length of the longest packet that text2pcap(1) accepts, and of the longest record here, in bytes.
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
        // An empty message is recorded too.
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

/// The number of bytes in a line.
const PER_LINE: usize = 16;

/// The number of characters in a line.
const LINE: usize = "000000  ".len() + 3 * PER_LINE + " |".len() + PER_LINE + "|\n".len();

/// Appends lines of an offset, bytes in hexadecimal, and the same bytes as ASCII, with dots for characters that are not graphic.
fn dump(bytes: &[u8], text: &mut String) {
    if bytes.is_empty() {
        // Without this line text2pcap(1) would take the line before for the header of the next record.
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

/// Returns the hexadecimal digit of the lower four bits.
fn digit(half: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(half & 15)])
}
