//! The two outputs: results on stdout, messages on stderr.
//!
//! Text is made with its styles; they are removed where they cannot be shown: for a pipe, a dumb terminal, `--color
//! never`, `NO_COLOR`. Characters of the text that hide or reverse others are escaped (`terms::printable`): in text as
//! Rust writes them, in JSON as JSON does, so that nothing is lost. A closed pipe is no error: nobody could read a
//! message, and the exit status is still that of the result.

use super::Failure;
use anstream::AutoStream;
use serde::Serialize;
use sockatlas::terms::{is_hidden, printable_page};
use std::fmt;
use std::io::{self, ErrorKind, Write};

/// The format in which results are printed.
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

/// Prints a result unchanged.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    written(io::stdout().lock().write_all(bytes))
}

/// Prints a result for programs, on a line of its own.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = Vec::new();
    json_line(&mut line, value).map_err(|error| Failure::io("<stdout>", error))?;
    bytes(&line)
}

/// Appends a value as a line of JSON.
pub(super) fn json_line(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Visible))?;
    out.push(b'\n');
    Ok(())
}

/// Formats JSON on one line, and escapes hidden characters.
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

/// Returns whether styles are shown on stdout.
pub(super) fn stdout_is_styled() -> bool {
    AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Prints a line on stderr; it may be styled.
pub(super) fn talk(line: fmt::Arguments<'_>) {
    // If this cannot be written, there is no other way to report it.
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{}", printable_page(&line.to_string()));
}

/// Returns the error of a write to stdout; a closed pipe is none.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result.and_then(|()| io::stdout().lock().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io("<stdout>", error)),
        _ => Ok(()),
    }
}

/// Makes a text of the user's or of a catalog's safe to print on a terminal.
pub(super) use sockatlas::terms::printable;

/// Returns a number with its noun, as in "1 entry" and "2 entries".
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
