//! The reasons why a command failed: exit status 2, and the message on stderr.

use super::output::{printable, talk};
use super::style::{BAD, HINT, WARNING};
use sockatlas::edit::{WriteError, Written};
use sockatlas::report::{Finding, text};
use sockatlas::{LoadError, WordError};
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The reason why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line is wrong, or it asks for help, which clap reports as an error too.
    Usage(clap::Error),
    /// A word of the command line does not name anything.
    Word(WordError),
    /// The catalog has faults.
    Catalog(LoadError),
    /// A file or stream cannot be read or written.
    Io {
        /// The path, or another name of the file or stream.
        place: String,
        error: io::Error,
    },
    /// The command has printed the error already.
    Reported,
    /// Any other problem with the input of the command.
    Message {
        message: String,
        /// A suggestion for the user.
        help: Option<String>,
    },
}

impl Failure {
    pub fn io(place: impl Display, error: io::Error) -> Self {
        Failure::Io { place: place.to_string(), error }
    }

    /// Prints the error on stderr, and returns the exit status. clap's help is printed on stdout, with status 0.
    pub fn report(&self) -> ExitCode {
        match self {
            Failure::Usage(error) => {
                if error.use_stderr() {
                    // The text repeats words of the command line, so it goes through the filter for unprintable
                    // characters.
                    let text = error.render().ansi().to_string();
                    talk(format_args!("{}", text.strip_suffix('\n').unwrap_or(&text)));
                } else {
                    // If this cannot be written, there is no other way to report it.
                    let _ = error.print();
                }
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
            Failure::Word(error) => say(error, error.help()),
            Failure::Catalog(error) => {
                let findings: Vec<Finding> = error.faults().iter().map(Finding::from).collect();
                let text = text::findings(&findings, error.sources(), true);
                talk(format_args!("{}", text.trim_end()));
            }
            Failure::Io { place, error } => say(format_args!("{place}: {error}"), None),
            Failure::Reported => {}
            Failure::Message { message, help } => say(message, help.as_deref()),
        }
        ExitCode::from(2)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Failure::Message { message: error.to_string(), help: None }
    }
}

impl From<WordError> for Failure {
    fn from(error: WordError) -> Self {
        Failure::Word(error)
    }
}

fn say(message: impl Display, help: Option<&str>) {
    talk(format_args!("{BAD}error{BAD:#}: {}", printable(&message.to_string())));
    if let Some(help) = help {
        talk(format_args!("{HINT}help{HINT:#}: {}", printable(help)));
    }
}

/// Returns the error of a write; prints a warning if the write is unfinished.
pub(super) fn written(result: Result<Written, WriteError>) -> Result<(), WriteError> {
    if let Written::Unfinished(error) = result? {
        warn_of_unfinished(&error);
    }
    Ok(())
}

/// Prints a warning about a change that is in effect but unfinished, with the system's error.
pub(super) fn warn_of_unfinished(error: &WriteError) {
    warn(format_args!("the change counts and is not finished: {error}; the next change of these files finishes it"));
}

/// Prints a warning on stderr; the command goes on.
pub(super) fn warn(message: impl Display) {
    talk(format_args!("{WARNING}warning{WARNING:#}: {}", printable(&message.to_string())));
}
