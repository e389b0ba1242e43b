//! The tables of a registry: the definition of each, and the tables on which it depends.

use super::kind::DefinitionKind;
use crate::catalog::Span;
use crate::catalog::entry::Body;
use crate::catalog::scope::DeclaredFamily;
use crate::edit::written::tables;
use crate::registry::{EntryRef, ProviderRef, Registry};
use crate::terms::Family;
use indexmap::IndexMap;

/// A table by its section and its name, as in `[layer.tls]`.
pub(super) type Path = (DefinitionKind, String);

/// The tables of a registry.
pub(super) struct Tables<'r> {
    registry: &'r Registry,
    /// The tables of entries by their names. All entries of a chain over several bases belong to one table.
    entries: IndexMap<String, Vec<EntryRef<'r>>>,
}

/// The content that a table defines.
#[derive(Clone, Debug)]
pub(super) enum Defined<'r> {
    Provider(ProviderRef<'r>),
    Family(&'r DeclaredFamily),
    /// At least one entry; several entries are those of a chain over several bases.
    Entries(&'r [EntryRef<'r>]),
}

impl<'r> Tables<'r> {
    pub fn of(registry: &'r Registry) -> Self {
        let mut entries: IndexMap<String, Vec<EntryRef<'r>>> = IndexMap::new();
        for (name, members) in tables(registry) {
            entries.insert(name, members.into_iter().map(|member| registry.at(member)).collect());
        }
        Tables { registry, entries }
    }

    /// Returns the members of the table of entries that has this name.
    pub fn members(&self, name: &str) -> &[EntryRef<'r>] {
        self.entries.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns the tables of the entries, in the order of declaration.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &[EntryRef<'r>])> {
        self.entries.iter().map(|(name, members)| (name.as_str(), members.as_slice()))
    }

    /// Returns the table that defines an entry or a group of this name.
    pub fn making(&self, name: &str) -> Option<Path> {
        let of_table = self.entries.get_key_value(name);
        let of_group = || {
            let (stem, _) = name.split_once('/')?;
            let (stem, members) = self.entries.get_key_value(stem)?;
            members.iter().any(|member| member.name() == name).then_some((stem, members))
        };
        let (name, members) = of_table.or_else(of_group)?;
        Some((members.first()?.kind().into(), name.clone()))
    }

    /// Returns the definition of a table. Entries are found by name alone, because no two kinds of entries share a name.
    pub fn get(&self, (section, name): &Path) -> Option<Defined<'_>> {
        match section {
            DefinitionKind::Provider => {
                self.registry.providers().find(|provider| provider.name() == name).map(Defined::Provider)
            }
            DefinitionKind::Family => self.registry.scope().families.get(name).map(Defined::Family),
            DefinitionKind::Application => None,
            _ => self.entries.get(name).map(|members| Defined::Entries(members)),
        }
    }

    /// Returns the tables that a table stands on, nearest first: those that its text names. The entries of its
    /// `allow-below` are not among them.
    pub fn below(&self, path: &Path) -> Vec<Path> {
        let Some(Defined::Entries(members)) = self.get(path) else { return Vec::new() };
        let mut below = Vec::new();
        for entry in members {
            below.push((DefinitionKind::Provider, entry.provider().name().to_owned()));
            let family = match &self.registry.entry_at(entry.index()).body {
                Body::Base(base) => Some(base.family),
                Body::Layer(_) => None,
                Body::Chain(chain) => {
                    let stood_on = chain.layers().map(|(layer, _)| layer).chain([chain.base.0]);
                    below.extend(stood_on.filter_map(|index| self.making(self.registry.name_at(index))));
                    entry.family()
                }
            };
            below.extend(family.and_then(|family| self.family(family)));
        }
        below
    }

    /// Returns the entries that the layers of a table allow below them.
    pub fn allowed(&self, path: &Path) -> Vec<EntryRef<'r>> {
        let members = if path.0.is_entry() { self.members(&path.1) } else { &[] };
        members.iter().flat_map(|entry| entry.allow_below().into_iter().flatten()).collect()
    }

    /// Returns the table of a family that a catalog needs to name it: a custom family, or one to which protocols are
    /// added.
    fn family(&self, family: Family) -> Option<Path> {
        let is_meant = |(name, declared): &(&String, &DeclaredFamily)| {
            declared.family == family && (Family::from_name(name).is_none() || !declared.protocols.is_empty())
        };
        let families = &self.registry.scope().families;
        families.iter().find(is_meant).map(|(name, _)| (DefinitionKind::Family, name.clone()))
    }
}

impl Defined<'_> {
    /// Returns the place of the declaration.
    pub fn at(&self, registry: &Registry) -> Option<Span> {
        match self {
            Defined::Provider(provider) => Some(provider.at()),
            Defined::Family(family) => Some(family.at),
            Defined::Entries(members) => members.first().map(|first| registry.entry_at(first.index()).at),
        }
    }
}
