//! `sockatlas remove`: removes definitions from catalogs.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Remove;

/// Takes definitions out of catalogs, with their comments and with all that names them
///
/// What others stand on, and what is tested, is not removed, and those others are named. To take an entry away and keep its
/// definition, `disable` it.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas remove -c site.toml tls4
  sockatlas remove -c site.toml tls --with-dependents --dry-run
  sockatlas remove -c site.toml provider.tls application.billing", exit_status!()))]
pub(super) struct Args {
    /// Entries by their names; CHAIN/BASE takes one base from a chain over several; also provider.NAME, family.NAME and
    /// application.NAME
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Remove what depends on them too: the chains over them, and what tests them
    #[arg(long)]
    with_dependents: bool,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let change = Remove { names: args.names.clone(), with_dependents: args.with_dependents };
    transaction::make(change, &args.options, globals)
}
