//! `winsock report`: collects evidence for an incident.
//!
//! | file | contents |
//! |---|---|
//! | `place` | the place of a statement: line and key |
//! | `text` | the report for people |

mod place;
mod text;

use super::input::Input;
use crate::cli::json::WinsockReport;
use crate::cli::output::{self, Format};
use crate::cli::{Failure, Status};
use sockatlas::winsock::report::{MountedWindows, report};
use std::path::PathBuf;

pub(in crate::cli) use place::{Keys, Place};

/// Reports what of a Winsock catalog is standard, what was changed, what was added and when, and what is broken
///
/// Entries are compared with those of Windows 10 1709, by provider, family, type and protocol. The report also lists: paths that
/// lead to other files, leftovers of earlier entries, the answers to the usual requests with and without the additions,
/// differences between 32-bit and 64-bit programs, name-space providers, and applications with categories. A fact that the source
/// does not state is not a difference. Exit status 1 means that there is something to look at.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas winsock report catalog.reg
  sockatlas winsock report --windows-root /mnt/evidence /mnt/evidence/Windows/System32/config/SYSTEM
  sockatlas winsock report --format json catalog.reg

JSON, version 1, is one object: `verdict` (counts, and `clean`), `source`, `sets` (of each `entries` with \
`standing` standard, changed or added, `absent`, `layers`, `answers`, `times`), `told_in_part`, `differences` \
(between the sets), `name_spaces`, `applications`, `load_points`, `findings`. What the source does not state is null; every \
`source` is a file, a line, a column, and a registry key where there is one.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Look for the libraries in this mounted Windows: the root of its drive, or its folder Windows
    #[arg(long, value_name = "DIR")]
    windows_root: Option<PathBuf>,

    /// The format of the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let reading = args.input.read()?;
    let open = |root: &PathBuf| MountedWindows::open(root).map_err(|error| Failure::io(root.display(), error));
    let mounted = args.windows_root.as_ref().map(open).transpose()?;
    let report = report(&reading, mounted.as_ref());
    let keys = Keys::new(&reading);
    match args.format {
        Format::Text => output::text(&text::render(&report, &keys))?,
        Format::Json => output::json(&WinsockReport::new(&report, &keys))?,
    }
    Ok(if report.verdict.is_clean() { Status::Clean } else { Status::Refused })
}
