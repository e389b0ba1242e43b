//! Writes base protocols, layers and chains, each as a table. The entries that one chain over several bases generates
//! are one table again.

use crate::catalog::entry::{Base, Body, Chain, Entry, EntryIndex, Layer};
use crate::catalog::writing::{facts, words};
use crate::catalog::{EntryOption, OptionKind, OptionValue};
use crate::registry::{EntryRef, Registry};
use crate::terms::Family;
use crate::text::{Page, Table, list, string};

/// The entries that one table declares: one entry, or those of a chain over an array of bases.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The name of the chain over an array of bases.
    group: Option<String>,
    members: std::ops::Range<u32>,
}

impl Unit {
    pub fn first(&self) -> EntryIndex {
        EntryIndex(self.members.start)
    }

    /// Returns the name of the table.
    #[cfg(feature = "edit")]
    pub fn name<'n>(&'n self, registry: &'n Registry) -> &'n str {
        self.group.as_deref().unwrap_or_else(|| registry.name_at(self.first()))
    }

    pub fn members(&self) -> impl Iterator<Item = EntryIndex> + use<> {
        self.members.clone().map(EntryIndex)
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }
}

/// Returns the tables that declare the entries, in the order of declaration.
pub(super) fn units(registry: &Registry) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(registry.entries().len());
    for entry in registry.entries() {
        let at = entry.index().0;
        let group = group(registry, entry);
        match units.last_mut() {
            Some(last) if group.is_some() && last.group == group => last.members.end = at + 1,
            _ => units.push(Unit { group, members: at..at + 1 }),
        }
    }
    units
}

/// Returns the name of the chain over an array of bases that generated an entry. No other names contain a `/`.
fn group(registry: &Registry, entry: EntryRef<'_>) -> Option<String> {
    let Body::Chain(chain) = &registry.entry_at(entry.index()).body else { return None };
    let name = entry.name().strip_suffix(registry.name_at(chain.base.0))?.strip_suffix('/')?;
    Some(name.to_owned())
}

/// Returns the names of these entries in a list. The name of a chain over an array of bases stands for all of its
/// entries where they stand together.
pub(super) fn called(registry: &Registry, units: &[Unit], indices: &[EntryIndex]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = indices;
    while let Some((&first, behind)) = rest.split_first() {
        let at = units.partition_point(|unit| unit.members.end <= first.0);
        let unit = units.get(at);
        let whole =
            unit.filter(|unit| rest.get(..unit.len()).is_some_and(|some| some.iter().copied().eq(unit.members())));
        match whole.and_then(|unit| Some((unit, unit.group.clone()?))) {
            Some((unit, group)) => {
                names.push(group);
                rest = rest.get(unit.len()..).unwrap_or_default();
            }
            None => {
                names.push(registry.name_at(first).to_owned());
                rest = behind;
            }
        }
    }
    names
}

/// Writes the table of a unit.
pub(super) fn write(page: &mut Page, registry: &Registry, unit: &Unit, ids: &[Option<i32>]) {
    let of = registry.at(unit.first());
    let entry = registry.entry_at(of.index());
    let name = unit.group.as_deref().unwrap_or(of.name());
    let path = [of.kind().name(), name];
    let mut table = Table::new(&path);
    let stated = of.facts();
    if let Some(summary) = &stated.summary {
        table.scalar("summary", string(summary));
    }
    if let Body::Chain(chain) = &entry.body {
        stack(&mut table, registry, unit, chain);
    }
    if !has_provider_of_top_layer(registry, entry) {
        table.scalar("provider", string(of.provider().name()));
    }
    if let Some(id) = ids.get(of.index().get()).copied().flatten() {
        table.scalar("catalog-entry-id", id);
    }
    if let Some(version) = stated.version {
        table.scalar("version", version);
    }
    match &entry.body {
        Body::Base(base) => base_keys(&mut table, registry, base, entry),
        Body::Layer(layer) => layer_keys(&mut table, registry, layer, entry),
        Body::Chain(chain) => chain_keys(&mut table, registry, unit, chain, entry),
    }
    let located = entry.options.iter().map(|option| (option.name.as_str(), facts::option(&located(of, option))));
    facts::finish(page, table, path, stated, &located.collect::<Vec<_>>());
}

/// Returns whether an entry is a chain with the provider that a chain without a stated provider gets.
fn has_provider_of_top_layer(registry: &Registry, entry: &Entry) -> bool {
    matches!(&entry.body, Body::Chain(chain) if registry.entry_at(chain.top.0).provider == entry.provider)
}

fn base_keys(table: &mut Table, registry: &Registry, base: &Base, entry: &Entry) {
    let scope = registry.scope();
    table.scalar("family", words::family(scope, base.family));
    table.scalar("type", words::socket_type(scope, base.socket_type));
    table.value("protocol", words::protocols(scope, &[(&base.protocols, base.family)]));
    table.flag("matches-zero", base.matches_zero);
    table.flag("hidden", entry.hidden);
    table.names("services", base.services.iter().collect());
}

fn layer_keys(table: &mut Table, registry: &Registry, layer: &Layer, entry: &Entry) {
    if let Some(presents) = layer.presents {
        table.scalar("type", words::socket_type(registry.scope(), presents));
    }
    let contract =
        [("needs", &layer.needs), ("forbids", &layer.forbids), ("adds", &layer.adds), ("removes", &layer.removes)];
    for (key, services) in contract {
        table.names(key, services.iter().collect());
    }
    if let Some(allowed) = &layer.allow_below {
        super::names(table, "allow-below", allowed.iter().map(|&index| registry.name_at(index)));
    }
    table.names("categories", layer.categories.to_names());
    table.flag("hidden", entry.hidden);
}

/// Writes the layers and the base of a chain.
fn stack(table: &mut Table, registry: &Registry, unit: &Unit, chain: &Chain) {
    super::names(table, "layers", chain.layers().map(|(index, _)| registry.name_at(index)));
    let bases = unit.members().filter_map(|member| match &registry.entry_at(member).body {
        Body::Chain(chain) => Some(registry.name_at(chain.base.0)),
        Body::Base(_) | Body::Layer(_) => None,
    });
    match unit.group {
        Some(_) => table.value("base", list(bases)),
        None => table.scalar("base", string(registry.name_at(chain.base.0))),
    }
}

fn chain_keys(table: &mut Table, registry: &Registry, unit: &Unit, chain: &Chain, entry: &Entry) {
    let own = unit.members().filter_map(|member| match &registry.entry_at(member).body {
        Body::Chain(chain) => Some((chain.protocols.as_ref()?, family(registry, member)?)),
        Body::Base(_) | Body::Layer(_) => None,
    });
    let own: Vec<_> = own.collect();
    if !own.is_empty() {
        table.value("protocol", words::protocols(registry.scope(), &own));
    }
    if let Some(matches_zero) = chain.matches_zero {
        table.scalar("matches-zero", matches_zero);
    }
    table.flag("hidden", entry.hidden);
    if let Some(services) = &chain.services {
        super::names(table, "services", services.iter());
    }
}

/// Returns the family of the base protocol under an entry, even if that is disabled.
fn family(registry: &Registry, entry: EntryIndex) -> Option<Family> {
    let mut at = entry;
    loop {
        match &registry.entry_at(at).body {
            Body::Base(base) => return Some(base.family),
            Body::Layer(_) => return None,
            // A registry has no cycles.
            Body::Chain(chain) => at = chain.base.0,
        }
    }
}

/// Returns the value of an option. A relative file path gets the folder that it is relative to as a prefix.
fn located(entry: EntryRef<'_>, option: &EntryOption) -> OptionValue {
    let kind = entry.spec(&option.name).map(|spec| spec.kind());
    let words = match kind {
        Some(OptionKind::File) => &[][..],
        Some(OptionKind::FilesOr(words)) => words,
        _ => return option.value.clone(),
    };
    let Some(folder) = entry.folder_of(option.at) else { return option.value.clone() };
    let locate = |path: &str| match words.contains(&path) {
        true => path.to_owned(),
        false => folder.join(path).display().to_string(),
    };
    match &option.value {
        OptionValue::String(path) => OptionValue::String(locate(path)),
        OptionValue::Array(paths) => OptionValue::Array(
            paths
                .iter()
                .map(|path| match path {
                    OptionValue::String(path) => OptionValue::String(folder.join(path).display().to_string()),
                    other => other.clone(),
                })
                .collect(),
        ),
        other => other.clone(),
    }
}
