//! The two ways out: results on stdout, talk on stderr.
//!
//! Text is made with its styles, and what cannot show them gets it without: a pipe, a dumb terminal, `--color never`,
//! `NO_COLOR`. Whatever the text holds, characters that hide or turn others around are written out (`terms::printable`): in text
//! as Rust writes them, in JSON as JSON does, so that nothing is lost. A reader that has gone away is no error: nobody is left to notify, and the exit status stays the verdict.

use super::Failure;
use crate::terms::{is_hidden, printable_page};
use anstream::AutoStream;
use serde::Serialize;
use std::fmt;
use std::io::{self, ErrorKind, Write};

/// In which form results are printed.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs: versioned, on one line
    Json,
}

/// Prints a result for people; it may be styled.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    written(AutoStream::auto(io::stdout().lock()).write_all(printable_page(text).as_bytes()))
}

/// Prints a result as it is.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    written(io::stdout().lock().write_all(bytes))
}

/// Prints a result for programs, on a line of its own.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = Vec::new();
    json_line(&mut line, value).map_err(|error| Failure::io("<stdout>", error))?;
    bytes(&line)
}

/// A value as a line of JSON.
pub(super) fn json_line(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Visible))?;
    out.push(b'\n');
    Ok(())
}

/// JSON on one line in which no character is hidden.
struct Visible;

impl serde_json::ser::Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut characters = rest[at..].chars();
            for unit in characters.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Whether styles are shown on stdout.
pub(super) fn stdout_is_styled() -> bool {
    AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Says a line on stderr; it may be styled.
pub(super) fn talk(line: fmt::Arguments<'_>) {
    // Nobody is left to notify if this cannot be written.
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{}", printable_page(&line.to_string()));
}

/// What became of writing to stdout.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result.and_then(|()| io::stdout().lock().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io("<stdout>", error)),
        _ => Ok(()),
    }
}

/// A text of the user's or of a catalog's, fit for a terminal.
pub(super) use crate::terms::printable;

/// As in "1 entry" and "2 entries".
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
