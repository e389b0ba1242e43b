//! Why a command could not do its work: exit status 2, and what is said about it on stderr.

use super::output::{printable, talk};
use super::style::{BAD, HINT, WARNING};
use crate::edit::{WriteError, Written};
use crate::report::{Finding, text};
use crate::{LoadError, WordError};
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line is wrong; or it asks for help, which clap counts here too.
    Usage(clap::Error),
    /// A word of the command line names nothing here.
    Word(WordError),
    /// The catalog has faults.
    Catalog(LoadError),
    /// Something cannot be read or written.
    Io {
        /// The path, or what else it is.
        place: String,
        error: io::Error,
    },
    /// What the command printed says it already.
    Reported,
    /// Anything else that is wrong with what the command was given.
    Message {
        message: String,
        /// What may help.
        help: Option<String>,
    },
}

impl Failure {
    pub fn io(place: impl Display, error: io::Error) -> Self {
        Failure::Io { place: place.to_string(), error }
    }

    /// Says on stderr what is wrong. clap's help goes to stdout, with status 0.
    pub fn report(&self) -> ExitCode {
        match self {
            Failure::Usage(error) => {
                if error.use_stderr() {
                    // It repeats words of the command line.
                    let text = error.render().ansi().to_string();
                    talk(format_args!("{}", text.strip_suffix('\n').unwrap_or(&text)));
                } else {
                    // Nobody is left to notify if this cannot be written.
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

/// Tells what became of files that were written.
pub(super) fn written(result: Result<Written, WriteError>) -> Result<(), WriteError> {
    if let Written::Unfinished(error) = result? {
        warn_of_unfinished(&error);
    }
    Ok(())
}

/// Says what the system refused of a change that counts all the same.
pub(super) fn warn_of_unfinished(error: &WriteError) {
    warn(format_args!("the change counts and is not finished: {error}; the next change of these files finishes it"));
}

/// Says on stderr what is odd and stops nothing.
pub(super) fn warn(message: impl Display) {
    talk(format_args!("{WARNING}warning{WARNING:#}: {}", printable(&message.to_string())));
}
