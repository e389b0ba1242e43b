//! `sockatlas order`: moves entries to another place in the catalog order.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::{Order, Place};

/// Gives entries another place in the catalog order: of several that match a request, the first is selected
///
/// The entries stand together, in the order in which they are named; all others keep their order. `list` shows the order.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas order -c site.toml tls4 tls6
  sockatlas order -c site.toml tcp4 --after tls4 --dry-run", exit_status!()))]
pub(super) struct Args {
    /// Base protocols and chains; the name of a chain over several bases stands for all of its entries
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Before all others (the default)
    #[arg(long, group = "place")]
    first: bool,

    /// After all others
    #[arg(long, group = "place")]
    last: bool,

    /// Directly before this entry
    #[arg(long, value_name = "OTHER", group = "place")]
    before: Option<String>,

    /// Directly after this entry
    #[arg(long, value_name = "OTHER", group = "place")]
    after: Option<String>,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let place = match (&args.before, &args.after) {
        (Some(other), _) => Place::Before(other.clone()),
        (_, Some(other)) => Place::After(other.clone()),
        _ if args.last => Place::Last,
        _ => Place::First,
    };
    transaction::make(Order { names: args.names.clone(), place }, &args.options, globals)
}
