//! Builds base protocols, layers and chains.

use super::unit::Unit;
use super::{Notes, numbers};
use crate::catalog::build::{self, Bases, Document, Protocols};
use crate::catalog::entry::{Base, Body, Chain, EntryIndex, Layer};
use crate::catalog::writing::words;
use crate::catalog::{EntryOption, OptionKind, OptionValue};
use crate::check;
use crate::registry::{EntryRef, Registry};
use crate::terms::Family;

/// Adds the table of each unit.
pub(super) fn add(document: Document, registry: &Registry, units: &[Unit], notes: &Notes) -> Document {
    let ids = numbers::stated(registry, units, notes.ids);
    let sources = registry.sources();
    let allowances = check::allowances(sources);
    units.iter().fold(document, |document, unit| {
        let noted = unit.members().filter_map(|member| notes.entries.get(registry.name_at(member))).flatten().cloned();
        let place = registry.entry_at(unit.first()).at;
        let covering = allowances.iter().filter(|allowance| allowance.covers(place));
        let comments = noted.chain(covering.map(|allowance| allowance.text(sources).to_owned()));
        let common =
            Common { registry, unit, comments: comments.collect(), id: ids.get(unit.first().get()).copied().flatten() };
        let name = unit.name(registry);
        match &registry.entry_at(unit.first()).body {
            Body::Base(body) => document.base(common.added(base(registry, unit, name, body))),
            Body::Layer(body) => document.layer(common.added(layer(registry, unit, name, body))),
            Body::Chain(body) => document.chain(common.added(chain(registry, unit, name, body))),
        }
    })
}

/// What the table of a unit states whatever its kind.
struct Common<'r> {
    registry: &'r Registry,
    unit: &'r Unit,
    comments: Vec<String>,
    id: Option<i32>,
}

impl Common<'_> {
    fn added<Body>(self, entry: build::Entry<Body>) -> build::Entry<Body> {
        let of = self.registry.at(self.unit.first());
        let stated = self.registry.entry_at(of.index());
        let entry = entry.comment_lines(self.comments).hidden(stated.hidden).facts(of.facts().clone());
        let entry = self.id.into_iter().fold(entry, build::Entry::catalog_entry_id);
        stated.options.iter().fold(entry, |entry, option| entry.option(&option.name, located(of, option)))
    }
}

fn base(registry: &Registry, unit: &Unit, name: &str, base: &Base) -> build::Base {
    let provider = registry.at(unit.first()).provider().name();
    let protocols = Protocols::written(words::protocols(registry.scope(), &[(&base.protocols, base.family)]));
    build::Base::new(name, provider, base.family, base.socket_type, protocols)
        .matches_zero(base.matches_zero)
        .services(base.services.clone())
}

fn layer(registry: &Registry, unit: &Unit, name: &str, layer: &Layer) -> build::Layer {
    let built = build::Layer::new(name, registry.at(unit.first()).provider().name())
        .needs(layer.needs.clone())
        .forbids(layer.forbids.clone())
        .adds(layer.adds.clone())
        .removes(layer.removes.clone())
        .categories(layer.categories);
    let built = layer.presents.into_iter().fold(built, build::Layer::presents);
    let allowed = layer.allow_below.iter().map(|allowed| allowed.iter().map(|&index| registry.name_at(index)));
    allowed.fold(built, build::Layer::allow_below)
}

fn chain(registry: &Registry, unit: &Unit, name: &str, chain: &Chain) -> build::Chain {
    let members = || {
        unit.members().filter_map(|member| match &registry.entry_at(member).body {
            Body::Chain(chain) => Some((member, chain)),
            Body::Base(_) | Body::Layer(_) => None,
        })
    };
    let layers = build::Chain::of(name, registry.name_at(chain.top.0));
    let below = chain.layers().skip(1).map(|(index, _)| registry.name_at(index));
    let base_of = |chain: &Chain| registry.name_at(chain.base.0).to_owned();
    let bases = match unit.group {
        Some(_) => Bases::Several(members().map(|(_, chain)| base_of(chain)).collect()),
        None => Bases::One(base_of(chain)),
    };
    let mut built = below.fold(layers, build::Layers::layer).over(bases);
    // Without a stated provider, a chain has that of its top layer.
    if registry.entry_at(chain.top.0).provider != registry.entry_at(unit.first()).provider {
        built = built.provider(registry.at(unit.first()).provider().name());
    }
    let own = members().filter_map(|(member, chain)| Some((chain.protocols.as_ref()?, family(registry, member)?)));
    let own: Vec<_> = own.collect();
    if !own.is_empty() {
        built = built.protocols(Protocols::written(words::protocols(registry.scope(), &own)));
    }
    built = chain.matches_zero.into_iter().fold(built, build::Chain::matches_zero);
    chain.services.iter().cloned().fold(built, build::Chain::services)
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
