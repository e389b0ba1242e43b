//! `winsock show`: a whole Winsock catalog as its source tells it, sound or not.

use super::input::Input;
use crate::cli::output::{self, talk};
use crate::cli::style::SUBJECT;
use crate::cli::table::{Table, cell};
use crate::cli::{Failure, Status};
use crate::report::{Finding, text};
use crate::winsock::{Item, Reading};

/// Shows a Winsock catalog as its source tells it, sound or not
///
/// What is wrong with how it is told is said on stderr, with exit status 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas winsock show catalog.reg
  sockatlas winsock show --control-set 2 SYSTEM
  netsh winsock show catalog | sockatlas winsock show -")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let Reading { sources, store, faults } = args.input.read()?;
    let mut shown = String::new();
    for set in &store.sets {
        let mut table = Table::headed(&["id", "name", "family", "type", "protocol", "chain", "path"]);
        set.items.iter().for_each(|item| row(&mut table, item));
        table.write(&mut shown);
    }
    output::text(&shown)?;
    let findings: Vec<Finding> = faults.iter().map(Finding::from).collect();
    if findings.is_empty() {
        return Ok(Status::Clean);
    }
    talk(format_args!("{}", text::findings(&findings, &sources, true).trim_end()));
    Ok(Status::Refused)
}

fn row(table: &mut Table, item: &Item) {
    let info = &item.info;
    let chain: Vec<String> = info.chain.ids().iter().map(u32::to_string).collect();
    table.row([
        item.id().to_string().into(),
        cell(&info.name, SUBJECT),
        info.address_family.to_string().into(),
        info.socket_type.to_string().into(),
        info.protocol.to_string().into(),
        chain.join(", ").into(),
        info.path.as_str().into(),
    ]);
}
