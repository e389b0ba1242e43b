//! `sockatlas disable`: disables entries, so that no request is answered with them.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Disable;

/// Takes entries away, so that no request is answered with them; `enable` gives them back
///
/// The names are added to the catalogs' `disable`; the definitions stay. An entry on which an enabled entry depends cannot be
/// disabled: that is refused, and the dependents are named.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas disable -c site.toml udp4
  sockatlas disable -c catalogs/ tls --with-dependents --dry-run", exit_status!()))]
pub(super) struct Args {
    /// The entries; the name of a chain over several bases stands for all of its entries
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Disable the entries that depend on them too
    #[arg(long)]
    with_dependents: bool,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let change = Disable { names: args.names.clone(), with_dependents: args.with_dependents };
    transaction::make(change, &args.options, globals)
}
