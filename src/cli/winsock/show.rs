//! `winsock show`: shows a whole Winsock catalog as its source states it, sound or not.

use super::input::Input;
use crate::cli::json::{self, Named, WinsockCatalog};
use crate::cli::output::{self, Format, counted, printable, talk};
use crate::cli::style::{BAD, FAINT, HEADING, SUBJECT};
use crate::cli::table::{Table, cell};
use crate::cli::{Failure, Status};
use sockatlas::catalog::Severity;
use sockatlas::report::{Finding, text};
use sockatlas::terms::Services;
use sockatlas::winsock::info::{Further, ProtocolInfo};
use sockatlas::winsock::{
    Beside, Bitness, Field, Fragment, Item, NameSpaceProvider, NameSpaceSet, Reading, Set, StandardItem, Store,
};
use std::collections::HashMap;
use std::fmt::{Display, Write};

/// Shows a Winsock catalog as its source states it, sound or not
///
/// A fact that the source does not state is shown as "not stated". Parts of it that cannot be read are reported on stderr, with
/// exit status 1; everything else is shown. `sockatlas check FILE` checks the catalog.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas winsock show catalog.reg
  sockatlas winsock show --control-set 2 SYSTEM
  netsh winsock show catalog | sockatlas winsock show -")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Also show less important fields: lengths, versions, reserved fields, values without a meaning for transport
    #[arg(long)]
    all_fields: bool,

    /// The format of the output; JSON has all fields
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let reading = args.input.read()?;
    match args.format {
        Format::Json => output::json(&WinsockCatalog::new(&reading))?,
        Format::Text => output::text(&shown(&args.input.name(), &reading.store, args.all_fields))?,
    }
    let Reading { sources, faults, .. } = &reading;
    if faults.is_empty() {
        return Ok(Status::Clean);
    }
    // Faults keep the catalog from being loaded, but not from being shown.
    let findings = faults.iter().map(|fault| {
        let mut finding = Finding::from(fault);
        finding.severity = Severity::Warning;
        finding
    });
    let text = text::findings(&findings.collect::<Vec<_>>(), sources, true);
    talk(format_args!("{}", text.trim_end()));
    Ok(Status::Refused)
}

/// The text for a fact that the source does not state.
const NOT_STATED: &str = "not stated";

fn stated(value: Option<impl Display>) -> String {
    value.map_or_else(|| NOT_STATED.to_owned(), |value| value.to_string())
}

fn shown(name: &str, store: &Store, all_fields: bool) -> String {
    let mut text = String::new();
    let root = store.root.as_ref().map(|root| &root.value);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{SUBJECT}{}{SUBJECT:#}", printable(name));
    let mut table = Table::indented(2);
    table.fact("form", store.form.name());
    table.fact("root", stated(root));
    table.fact("control set", stated(root.and_then(|root| json::control_set(root))));
    table.fact("protocol catalog", stated(store.protocol_catalog.as_ref().map(|catalog| &catalog.value)));
    table.fact("next catalog entry id", stated(store.next_catalog_entry_id.as_ref().map(|id| id.value)));
    table.fact("serial access number", stated(store.serial_access_number.as_ref().map(|number| number.value)));
    if all_fields {
        beside(&mut table, &store.beside);
    }
    table.write(&mut text);
    for set in &store.sets {
        heading(
            &mut text,
            &counted(set.items.len(), "entry", "entries"),
            set.bits,
            set.count.as_ref().map(|n| n.value),
        );
        items(&mut text, store, set, all_fields);
    }
    for set in &store.name_spaces {
        let providers = counted(set.providers.len(), "name-space provider", "name-space providers");
        heading(&mut text, &providers, set.bits, set.count.as_ref().map(|count| count.value));
        name_spaces(&mut text, set, all_fields);
    }
    applications(&mut text, store, all_fields);
    fragments(&mut text, &store.fragments);
    text
}

/// Writes a heading, as in `16 entries of 32-bit programs; the counter says 16`.
fn heading(text: &mut String, what: &str, bits: Option<Bitness>, count: Option<u32>) {
    let whose = match bits {
        Some(bits) => format!(" of {}-bit programs", bits.number()),
        None => ", of which programs is not stated".to_owned(),
    };
    let counter = match count {
        Some(count) => format!("the counter says {count}"),
        None => "the counter is not stated".to_owned(),
    };
    let _ = writeln!(text, "\n{HEADING}{what}{whose}{HEADING:#}{FAINT}; {counter}{FAINT:#}");
}

fn items(text: &mut String, store: &Store, set: &Set, all_fields: bool) {
    let names = Names::new(store, set);
    for item in &set.items {
        let _ = writeln!(text, "  {SUBJECT}{}  {}{SUBJECT:#}", item.id(), printable(&item.info.name));
        let mut table = Table::indented(6);
        entry(&mut table, item, &names);
        if all_fields {
            further(&mut table, item);
        }
        table.write(text);
    }
    for item in &set.malformed {
        let key = printable(&item.key.value);
        let _ =
            writeln!(text, "  {BAD}malformed{BAD:#}  key {key}, a value of {} bytes that is no item", item.data.len());
    }
}

/// The names of the members of chains.
struct Names<'a> {
    by_id: HashMap<u32, &'a str>,
    /// Whether every entry is stated whole, so that an id without a name belongs to no entry.
    is_whole: bool,
}

impl<'a> Names<'a> {
    fn new(store: &'a Store, set: &'a Set) -> Self {
        let fact = |part: &'a Fragment, field| part.facts.get(&field).map(|stated| stated.value.as_str());
        let of_part = |part: &'a Fragment| {
            let id = fact(part, Field::CatalogEntryId)?.parse().ok()?;
            Some((id, fact(part, Field::ProtocolName).unwrap_or_default()))
        };
        let parts = store.fragments.iter().filter(|part| part.bits.is_none() || part.bits == set.bits);
        let whole = set.items.iter().map(|item| (item.id(), item.info.name.as_str()));
        // The first of several entries with one id counts, as when Windows is asked by id.
        let mut by_id = HashMap::new();
        for (id, name) in whole.chain(parts.filter_map(of_part)) {
            by_id.entry(id).or_insert(name);
        }
        Names { by_id, is_whole: store.fragments.is_empty() }
    }

    fn member(&self, id: u32) -> String {
        match self.by_id.get(&id) {
            Some(name) => format!("{id} {name}"),
            None if self.is_whole => format!("{id} (no such entry)"),
            None => format!("{id} ({NOT_STATED})"),
        }
    }
}

/// Adds the facts that people look for first.
fn entry(table: &mut Table, item: &Item, names: &Names<'_>) {
    let info = &item.info;
    let kind = json::kind(info.kind());
    table.fact(
        "kind",
        if kind == "malformed" { format!("{kind}: chain length {}", info.chain.length) } else { kind.into() },
    );
    table.fact("chain", info.chain.ids().iter().map(|&id| names.member(id)).collect::<Vec<_>>().join(" / "));
    let (family, socket_type) = (Named::windows_family(info.address_family), Named::windows_type(info.socket_type));
    table.fact("request", format!("{family}, {socket_type}, {}", protocols(info)));
    table.fact("services", flags(&Services::from_xp1(info.service_flags).to_string(), info.service_flags));
    let provider_flags = info.further.as_ref().map(|further| further.provider_flags);
    table.fact(
        "provider flags",
        stated(provider_flags.map(|bits| flags(&json::provider_flag_names(bits).join(", "), bits))),
    );
    table.fact("provider", info.provider_id.to_string());
    table.fact("standard entry", StandardItem::of(info).map_or("", |item| item.english));
    table.fact("library", if info.path.is_empty() { "none" } else { &info.path });
    table.fact("last written", stated(item.written.as_ref()));
}

/// Returns the protocols that an entry accepts: `tcp (6)`, `0 to 255`, and whether the range is not stated.
fn protocols(info: &ProtocolInfo) -> String {
    let first = Named::windows_protocol(info.protocol, info.address_family);
    match info.protocols() {
        (_, None) => format!("{first}, the range above it {NOT_STATED}"),
        (from, Some(to)) if from == to => first.to_string(),
        (from, Some(to)) if from > to => format!("none, {from} to {to}"),
        (from, Some(to)) => format!("{from} to {to}"),
    }
}

/// Returns the names of flags and their number, or the number alone if it has no name.
fn flags(names: &str, bits: u32) -> String {
    match names {
        "" => format!("none (0x{bits:x})"),
        _ if names == format!("0x{bits:08x}") => names.to_owned(),
        _ => format!("{names} (0x{bits:x})"),
    }
}

/// Adds the less important fields.
fn further(table: &mut Table, item: &Item) {
    let info = &item.info;
    let of = |field: fn(&Further) -> String| stated(info.further.as_ref().map(field));
    table.fact("key", stated(item.key.as_ref().map(|key| &key.value)));
    table.fact("version", info.version.to_string());
    let length = match (info.min_address_length, info.max_address_length) {
        (min, max) if min == max => format!("{min} bytes"),
        (min, max) => format!("{min} to {max} bytes"),
    };
    table.fact("address length", length);
    table.fact("message size", of(|further| further.message_size.to_string()));
    table.fact(
        "byte order",
        of(|further| match further.network_byte_order {
            0 => "big-endian (0)".to_owned(),
            1 => "little-endian (1)".to_owned(),
            other => other.to_string(),
        }),
    );
    table.fact("security scheme", of(|further| further.security_scheme.to_string()));
    table.fact(
        "reserved service flags",
        of(|further| further.reserved_service_flags.map(|bits| format!("0x{bits:x}")).join(", ")),
    );
    table.fact("provider reserved", of(|further| format!("0x{:x}", further.provider_reserved)));
    if info.chain.ids().is_empty() && info.chain.entries != [0; 7] {
        table.fact("unused chain entries", info.chain.entries.map(|id| id.to_string()).join(", "));
    }
    table.fact("value ProtocolName", stated(item.repeated_name.as_ref().map(|name| &name.value)));
    beside(table, &item.beside);
}

fn name_spaces(text: &mut String, set: &NameSpaceSet, all_fields: bool) {
    for provider in &set.providers {
        let NameSpaceProvider { name, path, provider_id, enabled, version, written, .. } = provider;
        let _ = writeln!(text, "  {SUBJECT}{}{SUBJECT:#}", printable(name));
        let mut table = Table::indented(6);
        let named = |number| match json::name_space(number) {
            Some(name) => format!("{name} ({number})"),
            None => number.to_string(),
        };
        let yes = |is: bool| if is { "yes" } else { "no" };
        table.fact("name space", stated(provider.name_space.map(named)));
        table.fact("enabled", stated(enabled.map(yes)));
        table.fact("provider", stated(provider_id.as_ref()));
        table.fact("library", stated(path.as_ref()));
        table.fact("last written", stated(written.as_ref()));
        if all_fields {
            table.fact("key", stated(provider.key.as_ref().map(|key| &key.value)));
            table.fact("version", stated(version.as_ref()));
            table.fact("stores service classes", stated(provider.stores_service_class_info.map(yes)));
            beside(&mut table, &provider.beside);
        }
        table.write(text);
    }
}

fn applications(text: &mut String, store: &Store, all_fields: bool) {
    if store.applications.is_empty() {
        return;
    }
    let count = counted(store.applications.len(), "application", "applications");
    let _ = writeln!(text, "\n{HEADING}{count} with categories{HEADING:#}");
    for application in &store.applications {
        let path = stated(application.path.as_ref().map(|path| &path.value));
        let _ = writeln!(text, "  {SUBJECT}{}{SUBJECT:#}", printable(&path));
        let mut table = Table::indented(6);
        table.fact(
            "permits",
            stated(application.categories.as_ref().map(|stated| flags(&stated.value.to_string(), stated.value.bits()))),
        );
        table.fact("arguments", application.arguments.as_ref().map_or("any", |arguments| &arguments.value));
        table.fact("key", application.key.value.as_str());
        table.fact("last written", stated(application.written.as_ref()));
        if all_fields {
            beside(&mut table, &application.beside);
        }
        table.write(text);
    }
}

/// Writes the stated facts of entries that the source states only in part, as they are written.
fn fragments(text: &mut String, fragments: &[Fragment]) {
    if fragments.is_empty() {
        return;
    }
    let count = counted(fragments.len(), "entry", "entries");
    let _ = writeln!(text, "\n{HEADING}{count} stated in part{HEADING:#}{FAINT}; values as they are written{FAINT:#}");
    for (number, fragment) in (1..).zip(fragments) {
        let whose = fragment.bits.map(|bits| format!(" of {}-bit programs", bits.number())).unwrap_or_default();
        let nothing = if fragment.facts.is_empty() { ": nothing of it" } else { "" };
        let _ = writeln!(text, "  {SUBJECT}part {number}{SUBJECT:#}{whose}{nothing}");
        let mut table = Table::indented(6);
        for (field, stated) in &fragment.facts {
            table.fact(field.name(), stated.value.as_str());
        }
        table.write(text);
    }
}

/// Adds registry values without a meaning for transport.
fn beside(table: &mut Table, values: &[Beside]) {
    for Beside { key, name, kind, data } in values {
        let place = if key.is_empty() { format!("value {name}") } else { format!("value {key}\\{name}") };
        table.row([cell(place, FAINT), format!("{} bytes of type {kind}", data.len()).into()]);
    }
}
