//! Layers that no chain uses, that cover only a part of their family, or that some applications do not load.

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Reports layers that no chain names.
pub(super) fn unreachable(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let named: HashSet<u32> =
        judged.of_kind(ItemKind::Chain).flat_map(|chain| chain.info.chain.ids()).copied().collect();
    for layer in judged.of_kind(ItemKind::Layer).filter(|layer| !named.contains(&layer.id())) {
        let message = format!("no chain of {} runs over {}, so that nothing uses it", judged.name(), layer.named());
        found.push(
            Finding::new(
                "winsock-unreachable-layer",
                Severity::Warning,
                message,
                layer.field_at(Field::CatalogEntryId),
            )
            .help("`sockatlas winsock repair --remove-unreachable` removes it; or install its provider anew"),
        );
    }
}

/// Reports layers that run over some socket types of a family, but not over others for which there is a base protocol.
pub(super) fn partial_coverage(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let mut bases: HashMap<i32, IndexMap<i32, &Item>> = HashMap::new();
    for base in judged.of_kind(ItemKind::Base) {
        bases.entry(base.info.address_family).or_default().entry(base.info.socket_type).or_insert(base);
    }
    // For each id and address family, the socket types of the chains that name the id.
    let mut covers: IndexMap<(u32, i32), BTreeSet<i32>> = IndexMap::new();
    for chain in judged.of_kind(ItemKind::Chain) {
        for &id in chain.info.chain.ids() {
            covers.entry((id, chain.info.address_family)).or_default().insert(chain.info.socket_type);
        }
    }
    // A broken chain was meant to cover its socket type too, and its own fault is enough.
    let broken =
        judged.of_kind(ItemKind::Chain).filter(|chain| judged.base_of(chain).is_none() || judged.misses(chain));
    let broken: HashSet<(i32, i32)> = broken.map(|chain| (chain.info.address_family, chain.info.socket_type)).collect();
    for ((id, family), types) in covers {
        let Some(layer) = judged.by_id(id).filter(|layer| layer.kind() == ItemKind::Layer) else { continue };
        let left = bases
            .get(&family)
            .into_iter()
            .flatten()
            .filter(|(socket_type, _)| !types.contains(*socket_type) && !broken.contains(&(family, **socket_type)));
        let left: Vec<&Item> = left.map(|(_, &base)| base).collect();
        let Some(&first) = left.first() else { continue };
        let types: Vec<String> = types.iter().map(i32::to_string).collect();
        let names: Vec<String> = left.iter().map(|base| base.name_and_id()).collect();
        let message = format!(
            "{} runs over socket type {} of address family {family}, and not over {}",
            layer.named(),
            types.join(", "),
            names.join(", ")
        );
        found.push(
            Finding::new("winsock-partial-coverage", Severity::Warning, message, layer.field_at(Field::CatalogEntryId))
                .label(first.at, "no chain of the layer runs over this")
                .help(
                    "`select()` over sockets of two providers fails: install the layer over all of them, or remove it",
                ),
        );
    }
}

/// Reports every layer if an application states which categories of layers it permits.
///
/// The place where Windows keeps the categories of a layer is not documented, so no source states them.
pub(super) fn uncategorised(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let categorised = judged.store.applications.iter().filter_map(|application| {
        let categories = application.categories.as_ref().filter(|categories| !categories.value.is_empty())?;
        Some((application, categories))
    });
    let categorised: Vec<_> = categorised.collect();
    let Some((application, categories)) = categorised.first() else { return };
    let name = application.path.as_ref().map_or(application.key.value.as_str(), |path| path.value.as_str());
    for layer in judged.of_kind(ItemKind::Layer) {
        let whom = match categorised.len() {
            1 => format!("`{name}` does not load it"),
            many => format!("{many} applications do not load it"),
        };
        let message = format!("no category of {} is stated here, and without one {whom}", layer.named());
        found.push(
            Finding::new("winsock-uncategorised-layer", Severity::Warning, message, layer.field_at(Field::ProviderId))
                .label(categories.at, format!("permits {}", categories.value))
                .help("ask on the machine itself (WSCGetProviderInfo), and set categories (WSCSetProviderInfo) if it has none"),
        );
    }
}
