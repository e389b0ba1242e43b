//! `sockatlas remove`: removes definitions from catalogs.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Remove;

/// Takes definitions out of catalogs, with their comments and with all that names them
///
/// Definitions that others depend on, or that tests use, are not removed; the dependents are then named. To take an entry away
/// and keep its definition, `disable` it.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas remove -c site.toml tls4
  sockatlas remove -c site.toml tls --with-dependents --dry-run
  sockatlas remove -c site.toml provider.tls application.billing", exit_status!()))]
pub(super) struct Args {
    /// The names of entries; CHAIN/BASE removes one base from a chain over several; also provider.NAME, family.NAME and
    /// application.NAME
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Remove their dependents too: the chains over them, and the tests that use them
    #[arg(long)]
    with_dependents: bool,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let change = Remove { names: args.names.clone(), with_dependents: args.with_dependents };
    transaction::make(change, &args.options, globals)
}
