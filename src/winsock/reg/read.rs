//! Parses the lines of an export: keys, and their values with places. An error in a line is reported, and reading continues with
//! the next.

use super::data::{self, Cursor, Data};
use super::{LAST_WRITTEN, VERSION_4, VERSION_5, root};
use crate::catalog::{Fault, FaultKind, FileId, Span};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// A key that may concern Winsock.
#[derive(Debug)]
pub(super) struct Key<'a> {
    /// The path, from `HKEY_...` on.
    pub path: &'a str,
    /// The place, from `[` to `]`.
    pub at: Span,
    /// The time of the last write, if a comment above the key states it.
    pub written: Option<&'a str>,
    pub values: Vec<Value<'a>>,
}

/// A value of a key.
#[derive(Debug)]
pub(super) struct Value<'a> {
    /// The name, which is empty for the default value of the key.
    pub name: Cow<'a, str>,
    pub data: Data,
    /// The place of the value, from its name on.
    pub at: Span,
    /// The offset of its data.
    pub data_start: usize,
}

/// The number of faults that are reported one by one.
const MOST_FAULTS: usize = 1_000;

/// The number of keys and values that are kept; the largest catalogs have some hundreds.
const MOST_KEPT: usize = 1_000_000;

/// Returns whether a text is an export: it begins with a header, or with a line that only an export has.
pub(in crate::winsock) fn is_export(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(';'));
    first.is_some_and(|line| is_header(line) || line.starts_with("[HKEY_") || line.starts_with("[-HKEY_"))
}

fn is_header(line: &str) -> bool {
    line == VERSION_5 || line == VERSION_4
}

/// Returns the keys that may concern Winsock, in the order of the export.
pub(super) fn read<'a>(file: FileId, text: &'a str, faults: &mut Vec<Fault>) -> Vec<Key<'a>> {
    let at = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader {
        file,
        cursor: Cursor { text, at },
        is_ansi: false,
        keys: Vec::new(),
        paths: HashMap::new(),
        place: Place::Nowhere,
        written: None,
        kept: 0,
        faults,
        stated: 0,
        is_full: false,
    };
    reader.header();
    while !reader.cursor.rest().is_empty() && !reader.is_full {
        reader.line();
    }
    reader.keys
}

struct Reader<'a, 'f> {
    file: FileId,
    cursor: Cursor<'a>,
    is_ansi: bool,
    keys: Vec<Key<'a>>,
    /// The places of the first declarations of the kept paths, by the paths in lower case.
    paths: HashMap<String, Span>,
    place: Place,
    /// The time of the last write of the key in the next line.
    written: Option<&'a str>,
    kept: usize,
    faults: &'f mut Vec<Fault>,
    stated: usize,
    /// Whether a limit is reached, so that reading stops.
    is_full: bool,
}

/// The key to which values belong at the current position.
#[derive(PartialEq, Eq)]
enum Place {
    /// No key: the position is before the first.
    Nowhere,
    /// The last key that was kept.
    Kept,
    /// A key that does not concern Winsock, or is faulty.
    Dropped,
}

impl<'a> Reader<'a, '_> {
    fn header(&mut self) {
        let line = self.cursor.at..self.cursor.line_end();
        let written = self.cursor.text[line.clone()].trim();
        self.is_ansi = written == VERSION_4;
        if is_header(written) {
            self.cursor.next_line();
        } else {
            let message = format!("an export begins with the line `{VERSION_5}` or `{VERSION_4}`");
            self.fault(line.start..line.start, message);
        }
    }

    fn line(&mut self) {
        self.cursor.skip_blanks();
        let written = self.written.take();
        let read = match self.cursor.peek() {
            _ if self.cursor.is_line_end() => {
                self.written = written;
                Ok(())
            }
            Some(';') => {
                let comment = &self.cursor.text[self.cursor.at..self.cursor.line_end()];
                self.written = comment.strip_prefix(LAST_WRITTEN).map(str::trim).or(written);
                Ok(())
            }
            Some('[') => self.key(written),
            Some('"' | '@') => self.value(),
            _ => Err(self.cursor.unexpected("a key in brackets, a value or a comment")),
        };
        if let Err((at, message)) = read {
            self.fault(at, message);
            // The rest of a wrapped value has no meaning on its own.
            while self.is_wrapped() {
                self.cursor.next_line();
            }
        }
        self.cursor.next_line();
    }

    /// Returns whether this line ends in the `\` that wraps a value, and the next one continues with bytes.
    fn is_wrapped(&self) -> bool {
        let line = &self.cursor.text[self.cursor.at..self.cursor.line_end().max(self.cursor.at)];
        let mut next = Cursor { text: self.cursor.text, at: self.cursor.at };
        next.next_line();
        next.skip_blanks();
        line.trim_end_matches([' ', '\t']).ends_with('\\') && next.peek().is_some_and(|first| first.is_ascii_hexdigit())
    }

    fn key(&mut self, written: Option<&'a str>) -> Result<(), data::Flaw> {
        self.place = Place::Dropped;
        let (start, end) = (self.cursor.at, self.cursor.line_end());
        let line = &self.cursor.text[start..end];
        let Some(close) = line.rfind(']') else {
            return Err((start..end, "the key has no closing `]`".to_owned()));
        };
        self.cursor.at = start + close + 1;
        self.end_of_line("the key")?;
        let path = &line[1..close];
        let at = start..start + close + 1;
        if path.starts_with('-') {
            let message = "a key is deleted here: an export holds what is there, and no deletions";
            return Err((at, message.to_owned()));
        }
        if path.is_empty() {
            return Err((at, "the key has no name".to_owned()));
        }
        if !root::is_of_winsock(path) {
            return Ok(());
        }
        let at = Span::new(self.file, at);
        match self.paths.insert(path.to_lowercase(), at) {
            Some(first) => {
                self.paths.insert(path.to_lowercase(), first);
                let kind = FaultKind::DuplicateName { what: "key", name: path.to_owned() };
                self.push(Fault::new(kind, at).because(first, "first declared here"));
            }
            None => self.keep(at),
        }
        self.place = Place::Kept;
        self.keys.push(Key { path, at, written, values: Vec::new() });
        Ok(())
    }

    fn value(&mut self) -> Result<(), data::Flaw> {
        let start = self.cursor.at;
        let name = if self.cursor.eat('@') { Cow::Borrowed("") } else { data::quoted(&mut self.cursor)? };
        self.cursor.skip_blanks();
        if !self.cursor.eat('=') {
            return Err(self.cursor.unexpected("`=` behind the name of the value"));
        }
        self.cursor.skip_blanks();
        let data_start = self.cursor.at;
        let data = data::data(&mut self.cursor, self.is_ansi)?;
        let at = start..self.cursor.at;
        self.end_of_line("the value")?;
        if self.place == Place::Nowhere {
            return Err((at, "a value that stands below no key".to_owned()));
        }
        let at = Span::new(self.file, at);
        let Some(key) = self.keys.last_mut().filter(|_| self.place == Place::Kept) else {
            return Ok(());
        };
        key.values.push(Value { name, data, at, data_start });
        self.keep(at);
        Ok(())
    }

    /// Checks that only blanks and a comment follow a key or a value.
    fn end_of_line(&mut self, behind: &str) -> Result<(), data::Flaw> {
        self.cursor.skip_blanks();
        if self.cursor.is_line_end() || self.cursor.peek() == Some(';') {
            return Ok(());
        }
        let end = self.cursor.line_end();
        Err((self.cursor.at..end, format!("text behind {behind}, where the line should end")))
    }

    /// Counts a key or value that is kept, and stops reading at the limit.
    fn keep(&mut self, at: Span) {
        self.kept += 1;
        if self.kept > MOST_KEPT {
            let limit = MOST_KEPT as u64;
            let kind = FaultKind::LimitExceeded { what: "keys and values in an export", limit, found: limit + 1 };
            self.faults.push(Fault::new(kind, at));
            self.is_full = true;
        }
    }

    fn fault(&mut self, at: Range<usize>, message: String) {
        let kind = FaultKind::Syntax { message, stands: None };
        self.push(Fault::new(kind, Span::new(self.file, at)));
    }

    fn push(&mut self, fault: Fault) {
        self.stated += 1;
        if self.stated <= MOST_FAULTS {
            return self.faults.push(fault);
        }
        let message = format!("more than {MOST_FAULTS} faults: reading stops here");
        self.faults.push(Fault::new(FaultKind::Syntax { message, stands: None }, fault.at));
        self.is_full = true;
    }
}
