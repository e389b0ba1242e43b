//! `sockatlas winsock`: commands on Winsock catalogs as Windows stores them, on any system.
//!
//! | file | contents |
//! |---|---|
//! | `input`, `written` | the source and how to read it; how to write an export |
//! | all others | the command of that name |

mod input;
mod repair;
mod report;
mod show;
mod written;

pub(super) use input::{Input, up_to_limit};
pub(super) use report::{Keys, Place};
pub(super) use written::{Written, bitness};

use super::{Failure, Status};

/// Shows Winsock catalogs as Windows keeps them, broken ones too
///
/// It reads registry exports, SYSTEM hives, the output of `netsh winsock show catalog` and of `instlsp -p`, and packed items, and
/// detects the format from the content.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas winsock show catalog.reg
  netsh winsock show catalog | sockatlas winsock show -
  sockatlas winsock report --windows-root /mnt/evidence /mnt/evidence/Windows/System32/config/SYSTEM
  sockatlas winsock repair broken.reg -o mended.reg")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Show(show::Args),
    Report(report::Args),
    Repair(repair::Args),
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    match &args.command {
        Command::Show(args) => show::run(args),
        Command::Report(args) => report::run(args),
        Command::Repair(args) => repair::run(args),
    }
}
