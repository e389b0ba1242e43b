//! Compares two definitions of a name by the keys that decide how requests are answered and what is opened.
//!
//! Purely descriptive keys are ignored: summaries, catalog entry ids, sizes, whether an entry is listed.

use super::files;
use super::tables::Defined;
use crate::catalog::entry::{Base, Body, Chain, Layer};
use crate::catalog::scope::DeclaredFamily;
use crate::catalog::{EntryKind, EntryOption, OptionKind, OptionValue};
use crate::registry::{EntryRef, ProviderRef, Registry};
use std::collections::BTreeMap;

/// A definition with the registry that contains it.
pub(super) type Side<'r> = (&'r Registry, Defined<'r>);

/// Returns the keys in which two definitions differ; empty where they are equal.
pub(super) fn differing(here: &Side<'_>, there: &Side<'_>) -> Vec<&'static str> {
    match (&here.1, &there.1) {
        (Defined::Provider(one), Defined::Provider(other)) => providers(one, other),
        (Defined::Family(one), Defined::Family(other)) => families(one, other),
        (Defined::Entries(one), Defined::Entries(other)) if kind(one) != kind(other) => vec!["kind"],
        (Defined::Entries(one), Defined::Entries(other)) if one.len() != other.len() => vec!["base"],
        (Defined::Entries(one), Defined::Entries(other)) => {
            let mut keys: Vec<&'static str> = Vec::new();
            for (one, other) in one.iter().zip(*other) {
                let further = entries((here.0, one), (there.0, other));
                keys.extend(further.into_iter().filter(|key| !keys.contains(key)).collect::<Vec<_>>());
            }
            keys
        }
        _ => vec!["kind"],
    }
}

fn kind(members: &[EntryRef<'_>]) -> Option<EntryKind> {
    members.first().map(|first| first.kind())
}

/// Returns the keys of the unequal pairs, in order.
fn unequal<const N: usize>(equal: [(&'static str, bool); N]) -> Vec<&'static str> {
    equal.into_iter().filter(|(_, equal)| !equal).map(|(key, _)| key).collect()
}

/// Returns whether two values agree: they are equal, or one side states none.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

fn providers(one: &ProviderRef<'_>, other: &ProviderRef<'_>) -> Vec<&'static str> {
    unequal([
        ("module", one.module() == other.module()),
        ("id", agree(one.id(), other.id())),
        ("library", agree(one.library(), other.library())),
    ])
}

/// Compares two families. The existing family may have more protocols.
fn families(here: &DeclaredFamily, there: &DeclaredFamily) -> Vec<&'static str> {
    let has = |(name, number)| here.protocols.get::<String>(name) == Some(number);
    unequal([("number", here.family == there.family), ("protocols", there.protocols.iter().all(has))])
}

fn entries(here: (&Registry, &EntryRef<'_>), there: (&Registry, &EntryRef<'_>)) -> Vec<&'static str> {
    let bodies = [here, there].map(|(registry, entry)| &registry.entry_at(entry.index()).body);
    let mut keys = match bodies {
        [Body::Base(one), Body::Base(other)] => bases(one, other),
        [Body::Layer(one), Body::Layer(other)] => layers((here.0, one), (there.0, other)),
        [Body::Chain(one), Body::Chain(other)] => chains((here.0, one), (there.0, other)),
        _ => return vec!["kind"],
    };
    if here.1.provider().name() != there.1.provider().name() {
        keys.push("provider");
    }
    if options(here.1) != options(there.1) {
        keys.push("options");
    }
    keys
}

fn bases(one: &Base, other: &Base) -> Vec<&'static str> {
    unequal([
        ("family", one.family == other.family),
        ("type", one.socket_type == other.socket_type),
        ("protocol", one.protocols == other.protocols),
        ("matches-zero", one.matches_zero == other.matches_zero),
        ("services", one.services == other.services),
    ])
}

fn layers((here, one): (&Registry, &Layer), (there, other): (&Registry, &Layer)) -> Vec<&'static str> {
    let allowed = |registry: &Registry, layer: &Layer| {
        let names = |indices: &Vec<_>| indices.iter().map(|&index| registry.name_at(index).to_owned()).collect();
        layer.allow_below.as_ref().map(|indices| -> Vec<String> { names(indices) }).map(sorted)
    };
    unequal([
        ("needs", one.needs == other.needs),
        ("forbids", one.forbids == other.forbids),
        ("adds", one.adds == other.adds),
        ("removes", one.removes == other.removes),
        ("allow-below", allowed(here, one) == allowed(there, other)),
        ("categories", one.categories == other.categories),
        ("type", one.presents == other.presents),
    ])
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn chains((here, one): (&Registry, &Chain), (there, other): (&Registry, &Chain)) -> Vec<&'static str> {
    let names = |registry: &Registry, chain: &Chain| {
        chain.layers().map(|(layer, _)| registry.name_at(layer).to_owned()).collect::<Vec<_>>()
    };
    unequal([
        ("layers", names(here, one) == names(there, other)),
        ("base", here.name_at(one.base.0) == there.name_at(other.base.0)),
        ("protocol", one.protocols == other.protocols),
        ("matches-zero", one.matches_zero == other.matches_zero),
        ("services", one.services == other.services),
    ])
}

/// Returns the options by name, with file paths resolved to the files that would be opened.
fn options(entry: &EntryRef<'_>) -> BTreeMap<String, OptionValue> {
    let located = |option: &EntryOption| {
        let kind = entry.spec(&option.name).map(|spec| spec.kind());
        let folder = entry.folder_of(option.at).map(files::canonical);
        let value = match (kind, folder) {
            (Some(kind @ (OptionKind::File | OptionKind::FilesOr(_))), Some(folder)) => {
                files::with_paths(kind, &option.value, |path| folder.join(path).display().to_string())
            }
            _ => option.value.clone(),
        };
        (option.name.clone(), value)
    };
    entry.options().iter().map(located).collect()
}
