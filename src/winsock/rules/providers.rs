//! Providers that are ambiguous, by their libraries or by their names.

use super::super::standard::StandardProvider;
use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const CODE: &str = "winsock-duplicate-provider";

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
            Finding::new(CODE, Severity::Error, message, item.field_at(Field::LibraryPath))
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
            Finding::new(CODE, Severity::Warning, message, layer.field_at(Field::ProtocolName))
                .label(before.field_at(Field::ProtocolName), "the first one")
                .help("it was installed twice: remove one of the two with its chains"),
        );
    }
}
