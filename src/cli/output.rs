//! The two ways out: results on stdout, talk on stderr.
//!
//! Text is made with its styles, and what cannot show them gets it without: a pipe, a dumb terminal, `--color never`,
//! `NO_COLOR`. A reader that has gone away is no error: nobody is left to be told, and the exit status stays the verdict.

use super::Failure;
use anstream::AutoStream;
use serde::Serialize;
use std::borrow::Cow;
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
    written(AutoStream::auto(io::stdout().lock()).write_all(text.as_bytes()))
}

/// Prints a result as it is.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    written(io::stdout().lock().write_all(bytes))
}

/// Prints a result for programs, on a line of its own.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = serde_json::to_vec(value).map_err(|error| Failure::io("<stdout>", error.into()))?;
    line.push(b'\n');
    bytes(&line)
}

/// Whether styles are shown on stdout.
pub(super) fn stdout_is_styled() -> bool {
    AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Says a line on stderr; it may be styled.
pub(super) fn talk(line: fmt::Arguments<'_>) {
    // Nobody is there to be told if this cannot be written.
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{line}");
}

/// What became of writing to stdout.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result.and_then(|()| io::stdout().lock().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io("<stdout>", error)),
        _ => Ok(()),
    }
}

/// A text of the user's or of a catalog's, fit for a terminal: control characters are written out.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// As in "1 entry" and "2 entries".
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
