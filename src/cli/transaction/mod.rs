//! Changes catalogs: the shared code of `install`, `remove`, `order`, `enable`, `disable` and `set`.
//!
//! | file | contents |
//! |---|---|
//! | `text` | the text about a change that is made, or shown |
//! | `refused` | the message about a change that is rejected |

mod refused;
mod text;

pub(super) use text::CHANGED;

use super::globals::is_stdin;
use super::output::{self, Format, printable, talk};
use super::style::HINT;
use super::{Failure, Globals, Status, failure, json};
use sockatlas::Loader;
use sockatlas::catalog::BUILTIN;
use sockatlas::edit::{Change, Outcome, Prepared, Transaction};
use std::path::{Path, PathBuf};

/// The shared options of all commands that change catalogs.
#[derive(clap::Args)]
#[command(next_help_heading = "How the change is made")]
pub(super) struct Options {
    /// The file of the catalogs into which new definitions are written; by default the last one
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Show the changes of the files and of the answers, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Fail if another transaction is changing the catalogs, instead of waiting for its end
    #[arg(long)]
    pub no_wait: bool,

    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

impl Options {
    /// Returns the names of those given arguments that apply only to a change.
    pub fn given(&self) -> impl Iterator<Item = &'static str> + use<> {
        let given = [("--file", self.file.is_some()), ("--dry-run", self.dry_run), ("--no-wait", self.no_wait)];
        given.into_iter().filter_map(|(name, given)| given.then_some(name))
    }
}

/// The end of the help of every such command.
macro_rules! exit_status {
    () => {
        "

Exit status:
  0  changed, or shown, or so already
  1  not changed: others depend on it, or the result has errors
  2  wrong usage, an unknown name, a catalog with faults, or a file that cannot be written"
    };
}
pub(super) use exit_status;

/// Makes a change of the catalogs, or shows its result, and prints the result.
pub(super) fn make(change: impl Into<Change>, options: &Options, globals: &Globals) -> Result<Status, Failure> {
    make_in(catalogs(globals)?, change, options)
}

/// Like [`make`], but with a loader of the catalogs.
pub(super) fn make_in(loader: Loader, change: impl Into<Change>, options: &Options) -> Result<Status, Failure> {
    let change = change.into();
    let remedy = remedy(&change);
    let mut transaction = Transaction::new(loader).change(change);
    if let Some(file) = &options.file {
        transaction = transaction.file(file);
    }
    let made = match options.dry_run {
        true => transaction.preview(),
        false => transaction.prepare(|folder| waits(folder, options)).and_then(Prepared::commit),
    };
    match made {
        Ok(outcome) => said(&outcome, options),
        Err(error) => refused::say(error, remedy, options.format),
    }
}

/// Returns a loader of the catalogs, which must be named, because the built-in ones cannot be changed.
pub(super) fn catalogs(globals: &Globals) -> Result<Loader, Failure> {
    let paths = globals.paths()?;
    let is_fixed = |path: &PathBuf| is_stdin(path) || path.to_str().is_some_and(|path| path.starts_with(BUILTIN));
    let message = match () {
        () if paths.is_empty() => "no catalog is named, and the catalogs built in cannot be changed",
        () if paths.iter().all(is_fixed) => "no file is named, which alone can be changed",
        () => return globals.loader(),
    };
    let help = "name the catalog with `--catalog`, as in `-c site.toml`, or in $SOCKATLAS_CATALOG";
    Err(Failure::Message { message: message.to_owned(), help: Some(help.to_owned()) })
}

/// Returns a suggestion for a change that is rejected because of other items.
fn remedy(change: &Change) -> Option<&'static str> {
    match change {
        Change::Remove(_) => {
            Some("`--with-dependents` removes these too; `disable` takes an entry away and keeps its definition")
        }
        Change::Disable(_) => Some("`--with-dependents` disables these too"),
        Change::Enable(_) => Some("name these too, and they are enabled together"),
        _ => None,
    }
}

/// Returns whether to wait for another transaction; if so, prints that.
fn waits(folder: &Path, options: &Options) -> bool {
    if !options.no_wait {
        let folder = folder.display().to_string();
        talk(format_args!("{HINT}waiting{HINT:#} for another transaction on {}", printable(&folder)));
    }
    !options.no_wait
}

/// Prints the result.
fn said(outcome: &Outcome, options: &Options) -> Result<Status, Failure> {
    let written = !options.dry_run && outcome.files().len() > 0;
    let differences = outcome.differences();
    let said = match options.format {
        Format::Json => output::json(&json::Transaction::new(outcome, &differences, written)),
        Format::Text => text::say(outcome, &differences, options.dry_run),
    };
    if let Some(error) = &outcome.unfinished {
        failure::warn_of_unfinished(error);
    }
    if said.is_err() && written {
        failure::warn("the change is made all the same: only what it does could not be printed");
    }
    said.map(|()| Status::Clean)
}
