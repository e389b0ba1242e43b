//! `show`: shows all facts of one entry.

use super::json::{Entries, Named, WholeEntry};
use super::output::{self, Format, printable};
use super::resolve::{provider, stack};
use super::style::{FAINT, HEADING, SUBJECT};
use super::table::Table;
use super::{Failure, Globals, Status};
use sockatlas::catalog::{EntryKind, FactValue, OptionSpec, nearest};
use sockatlas::terms::{Role, Services};
use sockatlas::{EntryRef, Registry};
use std::fmt::Write;

/// Shows one entry, whole: what it is, what it stands on, and what stands on it
///
/// A chain over several bases is several entries, each with the name NAME/BASE; NAME alone shows them all.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas show tcp4
  sockatlas show 1001
  sockatlas show secure --format json")]
pub(super) struct Args {
    /// The name of an entry, or its catalog entry id
    #[arg(value_name = "NAME|ID", allow_negative_numbers = true)]
    name: String,

    /// The format of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let registry = globals.registry()?;
    let entries = called(&registry, &args.name)?;
    match args.format {
        Format::Json => {
            let whole = entries.into_iter().map(|entry| WholeEntry::new(&registry, entry));
            output::json(&Entries::new(&registry, whole))?;
        }
        Format::Text => {
            let blocks: Vec<String> = entries.into_iter().map(|entry| text(&registry, entry)).collect();
            output::text(&blocks.join("\n"))?;
        }
    }
    Ok(Status::Clean)
}

/// Returns the entry of this name or id, or the entries of the chain over several bases that has this name.
pub(super) fn called<'r>(registry: &'r Registry, name: &str) -> Result<Vec<EntryRef<'r>>, Failure> {
    let by_id = || name.parse().ok().and_then(|id| registry.entry_by_id(id));
    if let Some(entry) = registry.entry(name).or_else(by_id) {
        return Ok(vec![entry]);
    }
    let member = |entry: &EntryRef<'_>| entry.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    let members: Vec<EntryRef<'r>> = registry.entries().filter(member).collect();
    if members.is_empty() {
        let near = nearest(name, registry.entries().map(|entry| entry.name()));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        return Err(Failure::Message { message: format!("no entry is called `{name}`"), help });
    }
    Ok(members)
}

fn text(registry: &Registry, entry: EntryRef<'_>) -> String {
    let mut text = String::new();
    let facts = entry.facts();
    let summary = facts.summary.as_deref().map(|summary| format!("  {}", printable(summary))).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{SUBJECT}{}{SUBJECT:#}{summary}", entry.name());
    let mut table = Table::indented(2);
    let state = [
        (entry.is_disabled(), ", disabled"),
        (entry.is_hidden(), ", hidden"),
        (entry.kind() == EntryKind::Layer && entry.users().is_empty(), ", unchained"),
    ];
    let state: String = state.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    table.fact("kind", format!("{}{state}", entry.kind()));
    table.fact("catalog entry id", entry.catalog_entry_id().to_string());
    if entry.kind() == EntryKind::Chain && entry.is_selectable() {
        table.fact("stack", stack(entry));
    }
    identity(&mut table, registry, entry);
    contract(&mut table, entry);
    table.fact("provider", provider(entry));
    further(&mut table, entry);
    if let Some(module) = entry.module() {
        let feature = module.compiled_by().map(|feature| format!(" (feature {feature})")).unwrap_or_default();
        table.fact("module", format!("{}: {}{feature}", module.name(), module.summary()));
    }
    for option in entry.options().iter().filter(|option| entry.spec(&option.name).is_none()) {
        table.fact(&format!("option {}", option.name), option.value.to_string());
    }
    table.fact("source", entry.source().to_string());
    let (users, dependents) = (entry.users(), entry.dependents());
    table.fact("used by", names(&users));
    if dependents.len() > users.len() {
        table.fact("would break with it", names(&dependents));
    }
    table.write(&mut text);
    options(&mut text, entry);
    text
}

/// Writes the options that the entry accepts, stated or not: the value in effect, the accepted values, and the summary.
fn options(text: &mut String, entry: EntryRef<'_>) {
    let specs: Vec<&OptionSpec> = entry.specs().collect();
    if specs.is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n  {HEADING}Options{HEADING:#}");
    let state = |spec: &OptionSpec| match (entry.option(spec.name()), spec.default_text()) {
        (Some(option), _) if spec.is_required_to(Role::Connect) => {
            format!("= {} (required)", printable(&option.value.to_string()))
        }
        (Some(option), _) => format!("= {}", printable(&option.value.to_string())),
        (None, _) if spec.is_required_to(Role::Connect) => "required".to_owned(),
        (None, Some(default)) => format!("default: {default}"),
        (None, None) => "not set".to_owned(),
    };
    let width = specs.iter().map(|spec| spec.name().len()).max().unwrap_or(0);
    for spec in specs {
        let name = spec.name();
        let _ = writeln!(text, "    {name:width$}  {}{FAINT}; takes {}{FAINT:#}", state(spec), spec.kind());
        let _ = writeln!(text, "    {:width$}  {}", "", spec.summary());
    }
}

/// Adds the facts that requests are matched with, and the offered services.
fn identity(table: &mut Table, registry: &Registry, entry: EntryRef<'_>) {
    if let Some(family) = entry.family() {
        table.fact("family", Named::family(registry, family).to_string());
    }
    if let Some(socket_type) = entry.socket_type() {
        let key = if entry.kind() == EntryKind::Layer { "presents type" } else { "type" };
        table.fact(key, Named::socket_type(registry, socket_type).to_string());
    }
    if entry.protocols().is_some() {
        table.fact("protocol", entry.protocols_text());
        table.fact("matches protocol 0", if entry.matches_zero() { "yes" } else { "no" });
    }
    if entry.kind() != EntryKind::Layer {
        table.fact("services", list(entry.services()));
        if entry.services_for(Role::Accept) != entry.services() {
            table.fact("accepting", list(entry.services_for(Role::Accept)));
        }
    }
}

fn contract(table: &mut Table, entry: EntryRef<'_>) {
    let parts = [
        ("needs below", entry.needs()),
        ("forbids below", entry.forbids()),
        ("adds", entry.adds()),
        ("removes", entry.removes()),
    ];
    for (key, services) in parts {
        table.fact(key, services.map(list).unwrap_or_default());
    }
    if let Some(allowed) = entry.allow_below() {
        table.fact("allowed below", if allowed.is_empty() { "nothing".to_owned() } else { names(&allowed) });
    }
    if let Some(categories) = entry.categories() {
        table.fact("categories", if categories.is_empty() { "none".to_owned() } else { categories.to_string() });
    }
}

/// Adds the facts that resolving does not use.
fn further(table: &mut Table, entry: EntryRef<'_>) {
    let facts = entry.facts();
    for (key, value) in facts.values() {
        let text = match (key, value) {
            (_, None) => String::new(),
            ("message-size", Some(FactValue::Number(0))) => "0 (a stream of bytes)".to_owned(),
            ("message-size", Some(FactValue::Number(1))) => "1 (depends on the MTU)".to_owned(),
            ("message-size", _) if facts.message_size == Some(u32::MAX) => "unlimited".to_owned(),
            ("message-size", Some(FactValue::Number(bytes))) => format!("{bytes} bytes"),
            (_, Some(FactValue::AddressSize(size))) if size.min == size.max => format!("{} bytes", size.min),
            (_, Some(FactValue::AddressSize(size))) => format!("{} to {} bytes", size.min, size.max),
            (_, Some(FactValue::Number(number))) => number.to_string(),
            (_, Some(FactValue::Text(text))) => printable(&text).to_string(),
            (_, Some(_)) => "yes".to_owned(),
        };
        table.fact(&key.replace('-', " "), text);
    }
    table.fact("not stated by its source", facts.unknown.join(", "));
}

fn list(services: &Services) -> String {
    if services.is_empty() { "none".to_owned() } else { services.to_string() }
}

fn names(entries: &[EntryRef<'_>]) -> String {
    entries.iter().map(|entry| entry.name()).collect::<Vec<_>>().join(", ")
}
