//! `list`: lists the entries of a catalog.

use super::json::{Entries, Entry};
use super::output::{self, Format};
use super::resolve::stack;
use super::style::{FAINT, SUBJECT};
use super::table::{Table, cell};
use super::{Failure, Globals, Status};
use sockatlas::catalog::EntryKind;
use sockatlas::terms::{Family, Protocol};
use sockatlas::winsock::wsa::WindowsSockets;
use sockatlas::{EntryRef, Registry};

/// Lists the entries that applications see, in catalog order
///
/// Of the entries that match a request, the first in this order is selected.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas list
  sockatlas -c site.toml list --all
  sockatlas -c windows.toml list --protocol tcp,udp
  sockatlas list --format json")]
pub(super) struct Args {
    /// Also list hidden and disabled entries, and layers
    #[arg(short, long)]
    all: bool,

    /// Only entries of these protocols, by name or number; a list with commas, repeatable. For an entry with several protocols,
    /// the one written first counts, as in WSAEnumProtocols
    #[arg(long, value_name = "PROTOCOLS", value_delimiter = ',', allow_negative_numbers = true)]
    protocol: Vec<String>,

    /// The format of the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let registry = globals.registry()?;
    let asked = args.protocol.iter().map(|word| registry.protocol(word, Family::UNSPEC));
    let asked = asked.collect::<Result<Vec<Protocol>, _>>()?;
    let entries = listed(&registry, args.all);
    let first = |entry: EntryRef<'_>| entry.protocols().map(|protocols| Protocol::from_raw(protocols.first()));
    let is_asked = |&entry: &EntryRef<'_>| asked.is_empty() || first(entry).is_some_and(|first| asked.contains(&first));
    let entries = entries.into_iter().filter(is_asked);
    match args.format {
        Format::Json => {
            output::json(&Entries::new(&registry, entries.map(|entry| Entry::new(&registry, entry))))?;
        }
        Format::Text => {
            let mut table = Table::headed(&["id", "name", "kind", "family", "type", "protocol", "stack"]);
            entries.for_each(|entry| row(&mut table, &registry, entry));
            let mut text = String::new();
            table.write(&mut text);
            output::text(&text)?;
        }
    }
    Ok(Status::Clean)
}

/// Returns the entries that applications see, or all entries. In the windows dialect, the order is that of Windows'
/// enumeration, which contains layers in the same order.
fn listed(registry: &Registry, all: bool) -> Vec<EntryRef<'_>> {
    let disabled = |entry: &EntryRef<'_>| entry.is_disabled();
    match (WindowsSockets::new(registry), all) {
        (Ok(windows), false) => windows.enum_protocols(None).entries,
        (Ok(windows), true) => {
            let enabled = windows.wsc_enum_protocols(None).entries;
            enabled.into_iter().chain(registry.entries().filter(disabled)).collect()
        }
        (Err(_), false) => registry.selectable().filter(|entry| !entry.is_hidden()).collect(),
        (Err(_), true) => {
            let others = registry.entries().filter(|entry| !entry.is_selectable());
            registry.selectable().chain(others).collect()
        }
    }
}

fn row(table: &mut Table, registry: &Registry, entry: EntryRef<'_>) {
    let state = [
        (entry.is_disabled(), "disabled"),
        (entry.is_hidden(), "hidden"),
        (entry.kind() == EntryKind::Layer && entry.users().is_empty(), "unchained"),
    ];
    let state: Vec<&str> = state.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    let state = if state.is_empty() { String::new() } else { format!(" ({})", state.join(", ")) };
    let is_chain = entry.kind() == EntryKind::Chain && entry.is_selectable();
    table.row([
        entry.catalog_entry_id().to_string().into(),
        cell(entry.name(), SUBJECT),
        format!("{}{state}", entry.kind()).into(),
        entry.family().map(|family| registry.family_text(family)).unwrap_or_default().into(),
        entry.socket_type().map(|socket_type| socket_type.to_string()).unwrap_or_default().into(),
        protocols(entry).into(),
        cell(if is_chain { stack(entry) } else { String::new() }, FAINT),
    ]);
}

/// Returns the protocols of an entry, shortened if there are many; `show` has them all.
fn protocols(entry: EntryRef<'_>) -> String {
    const FEW: usize = 3;
    if entry.protocols().is_none() {
        return String::new();
    }
    let text = entry.protocols_text();
    let names: Vec<&str> = text.split(", ").collect();
    let mut text = names[..names.len().min(FEW)].join(", ");
    if names.len() > FEW {
        text += &format!(" and {} more", names.len() - FEW);
    }
    if entry.matches_zero() && text != "0" {
        text += ", or 0";
    }
    text
}
