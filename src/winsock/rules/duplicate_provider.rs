//! # What it finds
//! A provider GUID that has two libraries in one set. As a warning: two layers with the same name.
//!
//! # Why it matters
//! Windows loads one library for each provider and uses it for all items of the provider. A second path comes from an
//! earlier installation or from an attacker. Installers refuse a name that is in use (error 10022), so two layers with the
//! same name were not installed in the regular way.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        Acme [TCP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        Acme [UDP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\temp\acme.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        Acme [TCP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        Acme [UDP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//! ```

use super::super::standard::StandardProvider;
use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub(super) const RULE: Rule =
    Rule::lint("winsock-duplicate-provider", Severity::Error, include_str!("duplicate_provider.rs"));

/// Reports providers that are ambiguous, by their libraries or by their names.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    libraries(judged, found);
    names(judged, found);
}

/// Reports GUIDs with several libraries, each further library once. Known providers are skipped, because `library_path` reports
/// libraries that are not theirs.
fn libraries(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let mut first: HashMap<Uuid, &Item> = HashMap::new();
    let mut stated: HashSet<(Uuid, String)> = HashSet::new();
    for item in &judged.set.items {
        let id = item.info.provider_id;
        if StandardProvider::by_id(id).is_some() {
            continue;
        }
        let first = *first.entry(id).or_insert(item);
        let (own, others) = (item.info.path.to_lowercase(), first.info.path.to_lowercase());
        if own == others || !stated.insert((id, own)) {
            continue;
        }
        let message = format!(
            "provider `{}` has the library `{}` in {} and `{}` in {}",
            id.braced(),
            first.info.path,
            first.named(),
            item.info.path,
            item.named()
        );
        found.push(
            Finding::new(RULE.code, Severity::Error, message, item.field_at(Field::LibraryPath))
                .label(first.field_at(Field::LibraryPath), "the first one")
                .help(
                    "a provider has one library, which Windows loads for all its items: find out which one is genuine",
                ),
        );
    }
}

/// Reports layers with the same name, which installers refuse.
fn names(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let mut first: HashMap<&str, &Item> = HashMap::new();
    for layer in judged.of_kind(ItemKind::Layer) {
        let before = *first.entry(&layer.info.name).or_insert(layer);
        if std::ptr::eq(before, layer) {
            continue;
        }
        let message = format!("{} has the name of another layer, id {}", layer.named(), before.id());
        found.push(
            Finding::new(RULE.code, Severity::Warning, message, layer.field_at(Field::ProtocolName))
                .label(before.field_at(Field::ProtocolName), "the first one")
                .help("it was installed twice: remove one of the two with its chains"),
        );
    }
}
