//! The source of a Winsock catalog, and how to read it: the shared arguments of all commands of the group.

use crate::cli::failure::Failure;
use crate::cli::globals::{STDIN, is_stdin};
use sockatlas::catalog::Limits;
use sockatlas::winsock::{self, Options, Reading, SourceForm};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::cli) struct Input {
    /// A registry export, a SYSTEM hive, a text that netsh or instlsp printed, or packed items; - is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The format of the source; by default it is detected from the content
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<From>,

    /// The control set of a hive or an export to read; by default the current one
    #[arg(long, value_name = "NUMBER")]
    control_set: Option<u32>,
}

/// A source that has the bytes of its items.
#[derive(clap::Args)]
pub(in crate::cli) struct WholeInput {
    /// A registry export, a SYSTEM hive, or packed items; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The format of the source; by default it is detected from the content
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<WholeFrom>,

    /// The control set of a hive or an export to read; by default the current one
    #[arg(long, value_name = "NUMBER")]
    control_set: Option<u32>,
}

#[derive(Copy, Clone, PartialEq, Eq, clap::ValueEnum)]
enum WholeFrom {
    /// A registry export, as regedit and `reg export` write it
    Reg,
    /// A SYSTEM hive
    Hive,
    /// Packed items of 888 bytes
    Packed,
}

impl WholeInput {
    /// Returns the same source as a general input.
    pub fn input(&self) -> Input {
        let from = self.from.map(|from| match from {
            WholeFrom::Reg => From::Reg,
            WholeFrom::Hive => From::Hive,
            WholeFrom::Packed => From::Packed,
        });
        Input { file: self.file.clone(), from, control_set: self.control_set }
    }
}

#[derive(Copy, Clone, PartialEq, Eq, clap::ValueEnum)]
enum From {
    /// A registry export, as regedit and `reg export` write it
    Reg,
    /// A SYSTEM hive
    Hive,
    /// The output of `netsh winsock show catalog`
    Netsh,
    /// The output of `instlsp -p`
    Instlsp,
    /// Packed items of 888 bytes
    Packed,
}

impl Input {
    /// Creates the input for a file whose format is detected from its content.
    pub fn of(file: PathBuf) -> Self {
        Input { file, from: None, control_set: None }
    }

    /// Returns the name of the source in messages.
    pub fn name(&self) -> String {
        if is_stdin(&self.file) { STDIN.to_owned() } else { self.file.display().to_string() }
    }

    /// Returns the options for reading it.
    pub fn options(&self) -> Options {
        let from = self.from.map(|from| match from {
            From::Reg => SourceForm::Reg,
            From::Hive => SourceForm::Hive,
            From::Netsh => SourceForm::Netsh,
            From::Instlsp => SourceForm::Instlsp,
            From::Packed => SourceForm::Packed,
        });
        let mut options = Options::default();
        (options.from, options.control_set) = (from, self.control_set);
        options
    }

    /// Reads the source, and collects its faults.
    ///
    /// # Errors
    ///
    /// Returns a failure if the file does not exist, is too large, or is not a Winsock catalog at all.
    pub fn read(&self) -> Result<Reading, Failure> {
        let name = self.name();
        let bytes = self.bytes().map_err(|error| Failure::io(&name, error))?;
        let path = (!is_stdin(&self.file)).then_some(self.file.as_path());
        match winsock::read(&name, &bytes, path, &self.options()) {
            Some(Ok(reading)) => self.of_control_set(reading),
            Some(Err(kind)) => Err(Failure::Message { message: format!("{name}: {kind}"), help: kind.help() }),
            None => Err(Failure::Message {
                message: format!("{name}: this is no Winsock catalog in any form that is known"),
                help: Some(
                    "known are registry exports (.reg), SYSTEM hives, what `netsh winsock show catalog` and \
                     `instlsp -p` print, and packed items; `--from` insists on one of them"
                        .to_owned(),
                ),
            }),
        }
    }

    /// Returns all bytes of the source.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let bytes =
            if is_stdin(&self.file) { up_to_limit(io::stdin().lock()) } else { up_to_limit(File::open(&self.file)?) }?;
        let most = most_bytes(&bytes);
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("more than {most} bytes, which is the most that is read")));
        }
        Ok(bytes)
    }

    /// Returns the reading, or an error if a control set was requested and the source has none.
    fn of_control_set(&self, reading: Reading) -> Result<Reading, Failure> {
        let what = match reading.store.form {
            SourceForm::Netsh => "a netsh text",
            SourceForm::Instlsp => "an instlsp text",
            SourceForm::Packed => "a file of packed items",
            _ => return Ok(reading),
        };
        if self.control_set.is_none() {
            return Ok(reading);
        }
        let message = format!("{}: {what} has no control sets", self.name());
        Err(Failure::Message { message, help: Some("leave `--control-set` out".to_owned()) })
    }
}

/// Returns the bytes of a source, of which at most one byte more is read than the maximum for its format.
pub(in crate::cli) fn up_to_limit(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(winsock::BEGINNING).read_to_end(&mut bytes)?;
    let further = most_bytes(&bytes).saturating_add(1).saturating_sub(bytes.len() as u64);
    from.take(further).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn most_bytes(beginning: &[u8]) -> u64 {
    winsock::most_bytes(beginning, &Limits::default())
}
