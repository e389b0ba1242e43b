//! Writes a registry as one catalog.
//!
//! | file | contents |
//! |---|---|
//! | `entries` | base protocols, layers and chains; a chain over several bases is one table |
//! | `numbers` | the catalog entry ids and the order that must be stated |
//! | `claims` | policy, tests, guarantees |
//!
//! The text states everything that the registry contains: when it is loaded, it makes the same entries in the same
//! order, with the same ids, answers, policy, tests and guarantees. Other contents of the documents are not in it:
//! which file stated what, definitions that were replaced, and comments, except for the allowances of whole entries, so
//! that checking gives the same findings.
//!
//! Entries stand in the order of declaration, because the order has a meaning in a catalog.

mod claims;
mod entries;
mod numbers;

use crate::catalog::writing::words;
use crate::catalog::{EntryKind, FORMAT, Severity};
use crate::check;
use crate::registry::Registry;
use crate::text::format;
use crate::text::{Page, Table, inline, list, string};
use entries::Unit;
use indexmap::IndexMap;
use std::collections::HashMap;

/// Returns a registry as one readable catalog, in the canonical layout, that loads to the same registry.
///
/// A relative path among the options is relative to the folder of the catalog that states it. Here it gets that folder
/// as a prefix, as the catalog was named when it was loaded, so it is right for a text
/// ([`Loader::text`](crate::Loader::text)) that the same process loads. Comments of the documents are not kept, except
/// for the allowances above entries.
///
/// ```
/// use sockatlas::Loader;
///
/// let site = "format = 1\n[provider.kernel]\nmodule = 'system'\n[base.tcp]\nprovider = 'kernel'\nfamily = 2\ntype = 1\nprotocol = 6";
/// let registry = Loader::new().text("site.toml", format!("dialect = 'linux'\n{site}")).load()?;
/// let text = sockatlas::edit::to_toml(&registry);
/// assert!(text.ends_with("[base.tcp]\nprovider = \"kernel\"\nfamily   = \"inet\"\ntype     = \"stream\"\nprotocol = \"tcp\"\n"));
/// assert_eq!(sockatlas::edit::to_toml(&Loader::new().text("again.toml", text.as_str()).load()?), text);
/// # Ok::<(), sockatlas::LoadError>(())
/// ```
pub fn to_toml(registry: &Registry) -> String {
    to_toml_with(registry, &Notes::default())
}

/// Additions to the contents of the registry.
#[derive(Debug, Default)]
pub struct Notes {
    /// The comment at the head, line by line.
    pub head: Vec<String>,
    /// Comments above entries, by the entries' names.
    pub entries: HashMap<String, Vec<String>>,
    /// Whether to state every catalog entry id, even those that numbering gives: for a source that numbers entries
    /// itself.
    pub ids: bool,
    /// Severities that the registry does not set, each with the reason for it.
    pub lint: Vec<(&'static str, Severity, &'static str)>,
}

/// Like [`to_toml`], with these additions.
pub fn to_toml_with(registry: &Registry, notes: &Notes) -> String {
    let mut page = Page::default();
    for line in &notes.head {
        page.comment(line);
    }
    page.blank();
    let units = entries::units(registry);
    page.table(&head(registry, &units));
    providers(&mut page, registry);
    families(&mut page, registry);
    entries(&mut page, registry, &units, notes);
    claims::policy(&mut page, registry);
    claims::tests(&mut page, registry);
    claims::guarantees(&mut page, registry, &units);
    lint(&mut page, registry, notes);
    winsock(&mut page, registry, &units);
    let text = page.into_text();
    // The text is always valid TOML, so formatting it does not fail.
    format(&text).unwrap_or(text)
}

/// Returns the names of the tables that declare the entries, with the entries that each declares, in the order of
/// declaration.
#[cfg(feature = "edit")]
pub(in crate::edit) fn tables(
    registry: &Registry,
) -> impl Iterator<Item = (String, Vec<crate::catalog::entry::EntryIndex>)> {
    let named = |unit: Unit| (unit.name(registry).to_owned(), unit.members().collect());
    entries::units(registry).into_iter().map(named)
}

/// Returns the keys above all tables.
fn head(registry: &Registry, units: &[Unit]) -> Table {
    let mut table = Table::top();
    table.scalar("format", FORMAT);
    table.scalar("dialect", string(registry.dialect().name()));
    if let Some(title) = registry.title() {
        table.scalar("title", string(title));
    }
    let order = numbers::order(registry);
    table.names("order", entries::called(registry, units, &order));
    let disabled: Vec<_> = registry.entries().filter(|entry| entry.is_disabled()).map(|entry| entry.index()).collect();
    table.names("disable", entries::called(registry, units, &disabled));
    table
}

fn providers(page: &mut Page, registry: &Registry) {
    page.section("Providers", registry.providers().len() > 0);
    for provider in registry.providers() {
        let mut table = Table::new(&["provider", provider.name()]);
        if provider.module() != provider.name() {
            table.scalar("module", string(provider.module()));
        }
        if let Some(id) = provider.id() {
            table.scalar("id", string(&id.to_string()));
        }
        if let Some(library) = provider.library() {
            table.scalar("library", string(library));
        }
        page.table(&table);
    }
}

fn families(page: &mut Page, registry: &Registry) {
    let scope = registry.scope();
    page.section("Families", !scope.families.is_empty());
    for (name, declared) in &scope.families {
        let mut table = Table::new(&["family", name]);
        if let Some(number) = words::stated_number(scope, name, declared.family) {
            table.scalar("number", number);
        }
        if !declared.protocols.is_empty() {
            let protocols = declared.protocols.iter().map(|(name, number)| (name.as_str(), number.to_string()));
            table.scalar("protocols", inline(protocols));
        }
        if let Some(most) = declared.max_protocol {
            table.scalar("max-protocol", most);
        }
        if declared.protocol_first {
            table.scalar("protocol-first", true);
        }
        page.table(&table);
    }
}

/// Writes the entries under a heading for each kind if the kinds stand together, otherwise under one heading for all.
fn entries(page: &mut Page, registry: &Registry, units: &[Unit], notes: &Notes) {
    let ids = numbers::stated(registry, units, notes.ids);
    let heading = |kind| match kind {
        EntryKind::Base => "Base protocols",
        EntryKind::Layer => "Layers",
        EntryKind::Chain => "Chains",
    };
    let kinds: Vec<EntryKind> = units.iter().map(|unit| registry.at(unit.first()).kind()).collect();
    let mut runs = kinds.clone();
    runs.dedup();
    let mut once = runs.clone();
    once.sort_unstable();
    once.dedup();
    let together = runs.len() == once.len();
    if !together {
        page.section("Entries", true);
    }
    let sources = registry.sources();
    let allowances = check::allowances(sources);
    let mut before = None;
    for (unit, kind) in units.iter().zip(kinds) {
        page.section(heading(kind), together && before.replace(kind) != Some(kind));
        for member in unit.members() {
            let entry = registry.at(member);
            notes.entries.get(entry.name()).into_iter().flatten().for_each(|line| page.comment(line));
        }
        let place = registry.entry_at(unit.first()).at;
        for allowance in allowances.iter().filter(|allowance| allowance.covers(place)) {
            page.comment(allowance.text(sources));
        }
        entries::write(page, registry, unit, &ids);
    }
}

fn lint(page: &mut Page, registry: &Registry, notes: &Notes) {
    // Of several severities for a code, the last one counts.
    let stated: IndexMap<&str, Severity> =
        registry.lint().iter().map(|(code, _, severity)| (code.as_str(), *severity)).collect();
    let added = notes.lint.iter().filter(|(code, ..)| !stated.contains_key(code));
    let mut table = Table::new(&["lint"]);
    for (code, severity) in &stated {
        table.scalar(code, string(severity.name()));
    }
    for (code, severity, reason) in added {
        table.scalar(code, string(severity.name()));
        table.remark(reason);
    }
    page.section("Severities", !table.is_empty());
    if !table.is_empty() {
        page.table(&table);
    }
}

/// Writes the section of the Winsock catalog.
fn winsock(page: &mut Page, registry: &Registry, units: &[Unit]) {
    let section = registry.winsock();
    let mut table = Table::new(&["winsock"]);
    if let Some(next) = section.next_catalog_entry_id {
        table.scalar("next-catalog-entry-id", next);
    }
    if let Some(number) = section.serial_access_number {
        table.scalar("serial-access-number", number);
    }
    table.names("order-32", entries::called(registry, units, &section.order_32));
    table.names("order-64", entries::called(registry, units, &section.order_64));
    page.section("The Winsock catalog itself", !table.is_empty());
    if !table.is_empty() {
        page.table(&table);
    }
}

/// Writes a list of names.
fn names<'n>(table: &mut Table, key: &str, names: impl IntoIterator<Item = &'n str>) {
    table.value(key, list(names));
}
