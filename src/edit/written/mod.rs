//! Writes a registry as one catalog, which is built as a [document](crate::catalog::build).
//!
//! | file | contents |
//! |---|---|
//! | `unit` | the entries that each table declares; a chain over several bases is one table |
//! | `entries` | base protocols, layers and chains |
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
mod unit;

use crate::catalog::Severity;
use crate::catalog::build::{self, Document};
use crate::catalog::writing::words;
use crate::registry::Registry;
use crate::text::format;
use std::collections::HashMap;
use unit::Unit;

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
    let units = unit::units(registry);
    let document = head(registry, &units, notes);
    let document = families(providers(document, registry), registry);
    let document = entries::add(document, registry, &units, notes);
    let document = claims::guarantees(claims::tests(claims::policy(document, registry), registry), registry, &units);
    let text = winsock(lint(document, registry, notes), registry, &units).to_toml();
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
    unit::units(registry).into_iter().map(named)
}

/// Returns a document with the keys above all tables.
fn head(registry: &Registry, units: &[Unit], notes: &Notes) -> Document {
    let disabled: Vec<_> = registry.entries().filter(|entry| entry.is_disabled()).map(|entry| entry.index()).collect();
    let document = Document::new()
        .places(false)
        .headings(true)
        .comment_lines(notes.head.iter().cloned())
        .dialect(registry.dialect())
        .order(unit::called(registry, units, &numbers::order(registry)))
        .disable(unit::called(registry, units, &disabled));
    registry.title().into_iter().fold(document, Document::title)
}

fn providers(document: Document, registry: &Registry) -> Document {
    registry.providers().fold(document, |document, of| {
        let mut provider = build::Provider::new(of.name());
        if of.module() != of.name() {
            provider = provider.module(of.module());
        }
        provider = of.id().into_iter().fold(provider, build::Provider::id);
        provider = of.library().into_iter().fold(provider, build::Provider::library);
        document.provider(provider)
    })
}

fn families(document: Document, registry: &Registry) -> Document {
    let scope = registry.scope();
    scope.families.iter().fold(document, |document, (name, declared)| {
        let family = build::Family::new(name).protocol_first(declared.protocol_first);
        let number = words::stated_number(scope, name, declared.family);
        let family = number.into_iter().fold(family, build::Family::number);
        let protocols = declared.protocols.iter();
        let family = protocols.fold(family, |family, (name, number)| family.protocol(name, *number));
        document.family(declared.max_protocol.into_iter().fold(family, build::Family::max_protocol))
    })
}

fn lint(document: Document, registry: &Registry, notes: &Notes) -> Document {
    let stated = registry.lint();
    let document = stated.iter().fold(document, |document, (code, _, severity)| document.lint(code, *severity));
    let is_added = |code: &str| stated.iter().all(|(known, ..)| known != code);
    let added = notes.lint.iter().filter(|(code, ..)| is_added(code));
    added.fold(document, |document, (code, severity, reason)| document.lint_because(code, *severity, reason))
}

/// Adds the section of the Winsock catalog.
fn winsock(document: Document, registry: &Registry, units: &[Unit]) -> Document {
    let section = registry.winsock();
    let next = section.next_catalog_entry_id.into_iter();
    let document = next.fold(document, Document::winsock_next_catalog_entry_id);
    let number = section.serial_access_number.into_iter();
    let document = number.fold(document, Document::winsock_serial_access_number);
    let order = |indices: &Vec<_>| Some(unit::called(registry, units, indices)).filter(|order| !order.is_empty());
    let document = order(&section.order_32).into_iter().fold(document, Document::winsock_order_32);
    order(&section.order_64).into_iter().fold(document, Document::winsock_order_64)
}
