//! The forms of records, and the parts that they share.

use super::pcapng;
use super::recorder::{Direction, Inspected, RecordError};
use crate::net::{Address, Role, Target};
use std::fmt::{self, Write as _};
use std::time::{Duration, SystemTime};

/// A form of the records in a file: the option `form`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One line per connection.
    Counts,
    /// Every byte, in a form for people.
    Hexdump,
    /// Packets, in a form for Wireshark.
    Pcapng,
}

/// The time at which something happened on a connection.
#[derive(Copy, Clone, Debug)]
pub(super) struct Moment {
    /// The time of the system's clock.
    pub time: SystemTime,
    /// The time since the connection began, measured by a monotonic clock.
    pub since: Duration,
}

/// Writes a whole record at once.
pub(super) type Write<'w> = &'w mut dyn FnMut(&[u8]) -> Result<(), RecordError>;

/// The records of one connection, in one form. It uses no file and no clock.
pub(super) trait Account: Send {
    /// Records that the connection has begun.
    fn begun(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError>;

    /// Records bytes of a stream, or one message.
    fn passed(&mut self, at: Moment, direction: Direction, bytes: &[u8], write: Write<'_>) -> Result<(), RecordError>;

    /// Records that one side has ended.
    fn ended(&mut self, at: Moment, direction: Direction, write: Write<'_>) -> Result<(), RecordError>;

    /// Records that the connection is dropped.
    fn closed(&mut self, at: Moment, write: Write<'_>) -> Result<(), RecordError>;
}

impl Form {
    const ALL: [Form; 3] = [Form::Counts, Form::Hexdump, Form::Pcapng];

    /// Returns the name of the form in catalogs.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Counts => "counts",
            Form::Hexdump => "hexdump",
            Form::Pcapng => "pcapng",
        }
    }

    /// Returns the form with this name, or `None` if there is none.
    pub fn named(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Returns the bytes that are written whenever a file is opened.
    pub fn preamble(self) -> Vec<u8> {
        if self == Form::Pcapng { pcapng::preamble() } else { Vec::new() }
    }
}

/// The totals of one direction.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    pub bytes: u64,
    pub messages: u64,
    pub ended: bool,
}

/// The totals of both directions.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub sent: Total,
    pub received: Total,
}

impl Totals {
    pub fn of(&mut self, direction: Direction) -> &mut Total {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }

    pub fn passed(&mut self, direction: Direction, bytes: &[u8]) {
        let total = self.of(direction);
        total.bytes += bytes.len() as u64;
        total.messages += 1;
    }

    /// Returns the totals as the words of a line.
    pub fn show(&self, of_messages: bool) -> String {
        let Totals { sent, received } = self;
        let messages = match of_messages {
            true => format!(" messages-sent={} messages-received={}", sent.messages, received.messages),
            false => String::new(),
        };
        let ended = match (sent.ended, received.ended) {
            (true, true) => "both",
            (true, false) => "sent",
            (false, true) => "received",
            (false, false) => "none",
        };
        format!("sent={} received={}{messages} ended={ended}", sent.bytes, received.bytes)
    }
}

/// Returns the connection as the words of a line. The target is left out if it equals the peer.
pub(super) fn shown(inspected: &Inspected) -> String {
    let role = if inspected.role == Role::Connect { "connect" } else { "accept" };
    let end = |address: &Option<Address>| address.as_ref().map(Address::to_string);
    let (local, peer) = (end(&inspected.local), end(&inspected.peer));
    let target = inspected.target.as_ref().map(Target::to_string).filter(|target| peer.as_ref() != Some(target));
    let mut text = format!("entry={} role={role}", Word(&inspected.entry));
    for (name, value) in [("local", local), ("peer", peer), ("target", target)] {
        if let Some(value) = value {
            // Writing to a String does not fail.
            let _ = write!(text, " {name}={}", Word(&value));
        }
    }
    text
}

/// Displays a text as one word: spaces are escaped, and other characters as Rust escapes them, so that a text cannot break a line
/// or a word.
struct Word<'t>(&'t str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            ' ' => f.write_str("\\u{20}"),
            // Quotation marks need no escape here.
            '\'' | '"' => f.write_char(character),
            _ => write!(f, "{}", character.escape_debug()),
        })
    }
}

/// Formats a time as RFC 3339 does, to the nanosecond.
pub(super) fn rfc3339(time: SystemTime) -> impl fmt::Display {
    humantime::format_rfc3339_nanos(time)
}
