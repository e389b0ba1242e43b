//! `sockatlas set`: sets or unsets a key of an entry.

use super::transaction::{self, exit_status};
use super::{Failure, Globals, Status};
use sockatlas::edit::Set;

/// Gives a key of an entry another value, or takes the key away
///
/// The key is written as in the catalog, with options as `options.NAME`. The value is a TOML value, or else a text, or a list
/// with commas where the key takes one: `set tls needs guaranteed-order,guaranteed-delivery` needs no brackets and no quotes.
#[derive(clap::Args)]
#[command(after_help = concat!("\
Examples:
  sockatlas set -c site.toml tcp4 options.nodelay true
  sockatlas set -c site.toml tls needs guaranteed-order,guaranteed-delivery
  sockatlas set -c site.toml udp4 hidden --unset", exit_status!()))]
pub(super) struct Args {
    /// The entry; also provider.NAME, family.NAME and application.NAME, and `lint` and `catalog` for the keys of the file itself
    #[arg(value_name = "NAME")]
    name: String,

    /// The key
    #[arg(value_name = "KEY")]
    key: String,

    /// The value
    #[arg(value_name = "VALUE", required_unless_present = "unset", allow_negative_numbers = true)]
    value: Option<String>,

    /// Remove the key, so that its default applies again
    #[arg(long, conflicts_with = "value")]
    unset: bool,

    #[command(flatten)]
    options: transaction::Options,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let change = Set { name: args.name.clone(), key: args.key.clone(), value: args.value.clone() };
    transaction::make(change, &args.options, globals)
}
