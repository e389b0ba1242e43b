//! `sockatlas enable`: enables entries that were disabled.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Enable;

/// Gives entries back that `disable` took away
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas enable -c site.toml udp4
  sockatlas enable -c catalogs/ tls4 tls6 --dry-run", exit_status!()))]
pub(super) struct Args {
    /// The entries; the name of a chain over several bases stands for all of its entries
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    transaction::make(Enable { names: args.names.clone() }, &args.options, globals)
}
