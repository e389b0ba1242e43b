//! The plan of an installation: the requested tables, the tables that these stand on, and which of both exist already.

use super::kind::DefinitionKind;
use super::same::differing;
use super::source::Source;
use super::tables::{Path, Tables};
use crate::catalog::{EntryKind, Span, nearest};
use crate::edit::refused::{ChangeError, Conflict};
use crate::registry::{EntryRef, Registry};
use indexmap::IndexSet;
use std::collections::HashMap;

/// The tables to be copied, and the tables that were requested.
#[derive(Debug)]
pub(super) struct Plan {
    /// The requested tables, whether or not they exist already.
    pub wanted: IndexSet<Path>,
    /// The tables to be copied, in the order in which they are to be written.
    pub copies: Vec<Planned>,
}

/// A table that is to be copied.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub path: Path,
    /// The place of the table in the source.
    pub there: Span,
    /// The kind and the place of the definition that it replaces.
    pub here: Option<(DefinitionKind, Span)>,
}

impl Plan {
    pub fn make(
        source: &Source,
        theirs: &Tables<'_>,
        here: &Registry,
        names: &[String],
        replace: bool,
    ) -> Result<Self, ChangeError> {
        let tables = Sides { source, here, ours: Tables::of(here), theirs };
        let wanted = match names {
            [] => tables.all()?,
            names => names.iter().map(|name| tables.called(name)).collect::<Result<_, _>>()?,
        };
        let all = tables.with_what_is_below(&wanted);
        tables.allows_what_is_there(&all)?;
        let mut copies = Vec::new();
        let mut conflicts = Vec::new();
        for path in all {
            let Some(theirs) = tables.theirs.get(&path) else { continue };
            let Some(there) = theirs.at(&source.registry) else { continue };
            let Some(ours) = tables.ours.get(&path) else {
                copies.push(Planned { path, there, here: None });
                continue;
            };
            let keys = differing(&(here, ours.clone()), &(&source.registry, theirs));
            let Some(at) = ours.at(here).filter(|_| !keys.is_empty()) else { continue };
            if replace {
                let kind = tables.ours.making(&path.1).filter(|_| path.0.is_entry()).map_or(path.0, |(kind, _)| kind);
                copies.push(Planned { path, there, here: Some((kind, at)) });
                continue;
            }
            let (what, name) = (path.0.name(), path.1);
            conflicts.push(Conflict { what, name, keys, here: here.locate(at), there: source.locate(there) });
        }
        if !conflicts.is_empty() {
            return Err(ChangeError::Conflicts { conflicts });
        }
        Ok(Plan { wanted, copies: tables.in_order(copies) })
    }

    /// Returns the layers among the requested tables.
    pub fn layers(&self) -> Vec<String> {
        let layers = self.wanted.iter().filter(|(kind, _)| *kind == DefinitionKind::Layer);
        layers.map(|(_, name)| name.clone()).collect()
    }
}

/// The existing tables and the tables of the source.
struct Sides<'a> {
    source: &'a Source,
    here: &'a Registry,
    ours: Tables<'a>,
    theirs: &'a Tables<'a>,
}

impl Sides<'_> {
    /// Returns all entries that the source's own documents define and do not disable.
    fn all(&self) -> Result<IndexSet<Path>, ChangeError> {
        let own = self.theirs.entries().filter(|(_, members)| {
            let at = |entry: &EntryRef<'_>| self.source.registry.entry_at(entry.index()).at;
            members.iter().any(|entry| self.source.is_own(at(entry)) && !entry.is_disabled())
        });
        let wanted: IndexSet<Path> = own.filter_map(|(name, _)| self.theirs.making(name)).collect();
        if wanted.is_empty() {
            return Err(ChangeError::Nothing { from: self.source.name() });
        }
        Ok(wanted)
    }

    fn called(&self, name: &str) -> Result<Path, ChangeError> {
        self.theirs.making(name).ok_or_else(|| ChangeError::NotThere {
            from: self.source.name(),
            name: name.to_owned(),
            suggestion: nearest(name, self.theirs.entries().map(|(known, _)| known)),
        })
    }

    /// Returns these tables, and everything that they stand on. Of the entries that a new layer allows below it, layers
    /// are added too, because they change no answer.
    fn with_what_is_below(&self, wanted: &IndexSet<Path>) -> IndexSet<Path> {
        let mut all = wanted.clone();
        let mut at = 0;
        while let Some(path) = all.get_index(at).cloned() {
            at += 1;
            all.extend(self.theirs.below(&path));
            if self.ours.get(&path).is_none() {
                let layers =
                    self.theirs.allowed(&path).into_iter().filter(|allowed| allowed.kind() == EntryKind::Layer);
                let missing = layers.filter(|allowed| self.here.entry(allowed.name()).is_none());
                all.extend(missing.filter_map(|allowed| self.theirs.making(allowed.name())));
            }
        }
        all
    }

    /// Rejects layers whose `allow-below` names an entry that will not exist.
    fn allows_what_is_there(&self, all: &IndexSet<Path>) -> Result<(), ChangeError> {
        for path in all.iter().filter(|path| self.ours.get(path).is_none()) {
            let Some(layer) = self.theirs.members(&path.1).first().filter(|_| path.0 == DefinitionKind::Layer) else {
                continue;
            };
            let is_there = |allowed: &EntryRef<'_>| {
                let comes = self.theirs.making(allowed.name()).is_some_and(|path| all.contains(&path));
                comes || self.here.entry(allowed.name()).is_some()
            };
            if let Some(missing) = self.theirs.allowed(path).iter().find(|allowed| !is_there(allowed)) {
                let (layer, at, name) = (layer.name().to_owned(), layer.source(), missing.name().to_owned());
                return Err(ChangeError::NotAllowed { layer, at, name });
            }
        }
        Ok(())
    }

    /// Returns the copies in the order providers and families, base protocols, layers, chains. Base protocols and
    /// chains keep the catalog order of the source, because the first that matches a request is selected; the layers
    /// come before the first chain.
    fn in_order(&self, copies: Vec<Planned>) -> Vec<Planned> {
        let places: HashMap<&str, usize> =
            self.source.registry.selectable().enumerate().map(|(at, entry)| (entry.name(), at)).collect();
        let place = |(_, name): &Path| {
            let members = self.theirs.members(name).iter();
            members.filter_map(|member| places.get(member.name())).min().copied().unwrap_or(usize::MAX)
        };
        let of = |wanted: fn(DefinitionKind) -> bool| copies.iter().filter(move |copy| wanted(copy.path.0)).cloned();
        let mut selectable: Vec<Planned> =
            of(|kind| matches!(kind, DefinitionKind::Base | DefinitionKind::Chain)).collect();
        selectable.sort_by_cached_key(|copy| place(&copy.path));
        let first_chain = selectable.iter().position(|copy| copy.path.0 == DefinitionKind::Chain);
        let chains = selectable.split_off(first_chain.unwrap_or(selectable.len()));
        let declared = |kind: DefinitionKind| matches!(kind, DefinitionKind::Provider | DefinitionKind::Family);
        let mut declarations: Vec<Planned> = of(declared).collect();
        declarations.sort_by_key(|copy| (copy.path.0, copy.there));
        let mut layers: Vec<Planned> = of(|kind| kind == DefinitionKind::Layer).collect();
        layers.sort_by_key(|copy| copy.there);
        declarations.into_iter().chain(selectable).chain(layers).chain(chains).collect()
    }
}
