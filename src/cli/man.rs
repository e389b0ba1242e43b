//! `man`: the manual, made of the same words as the help.

use super::{Failure, Status, command, output};
use std::path::PathBuf;

/// Prints the manual page of the command, or writes the pages of all its commands
///
/// The pages are roff, for man(1).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas man | man -l -
  sockatlas man ~/.local/share/man/man1")]
pub(super) struct Args {
    /// Write sockatlas.1, and a page for each command, into this folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    match &args.folder {
        Some(folder) => {
            let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command(), folder));
            written.map_err(|error| Failure::io(folder.display(), error))?;
        }
        None => {
            let mut page = Vec::new();
            let made = clap_mangen::Man::new(command()).render(&mut page);
            made.map_err(|error| Failure::io("<stdout>", error))?;
            output::bytes(&page)?;
        }
    }
    Ok(Status::Clean)
}
