//! `sockatlas disable`: disables entries, so that no request is answered with them.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Disable;

/// Takes entries away, so that no request is answered with them; `enable` gives them back
///
/// Their names go into the catalogs' `disable`; their definitions stay where they are. What an enabled entry stands on cannot be
/// taken away: that is refused, and those that stand on it are named.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas disable -c site.toml udp4
  sockatlas disable -c catalogs/ tls --with-dependents --dry-run", exit_status!()))]
pub(super) struct Args {
    /// The entries; the name of a chain over several bases stands for all that it makes
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Take away what stands on them too
    #[arg(long)]
    with_dependents: bool,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let change = Disable { names: args.names.clone(), with_dependents: args.with_dependents };
    transaction::make(change, &args.options, globals)
}
