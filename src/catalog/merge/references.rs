//! Resolves references: finds the target of a name, by the kind of thing that its place takes.
//!
//! Every name of a catalog that refers to something is resolved here, as the kind that [`Table::refers`] states for its place. It
//! resolves to its target, or is a fault. Where a fault is recorded already because of which the target may only seem to be
//! missing, that fault is returned.

use super::*;
use crate::catalog::keys::{Refers, Table};
use std::cell::OnceCell;
use std::collections::HashSet;
use uuid::Uuid;

pub(super) const PROVIDER: Refers = Table::Base.refers("provider");
pub(super) const LAYERS: Refers = Table::Chain.refers("layers");
pub(super) const BASE: Refers = Table::Chain.refers("base");
pub(super) const ALLOW_BELOW: Refers = Table::Layer.refers("allow-below");
pub(super) const ORDER: Refers = Table::Catalog.refers("order");
pub(super) const DISABLE: Refers = Table::Catalog.refers("disable");
pub(super) const WINSOCK_ORDER: Refers = Table::Winsock.refers("order-32");
pub(super) const EXPECTED: Refers = Table::Expect.refers("entry");
pub(super) const NEVER: Refers = Table::Always.refers("never");
pub(super) const REQUESTED_ENTRY: Refers = Table::Request.refers("entry");
pub(super) const REQUESTED_PROVIDER: Refers = Table::Request.refers("provider");
pub(super) const REQUESTED_APPLICATION: Refers = Table::Request.refers("application");

/// The target of a name.
#[derive(Clone)]
pub(super) enum Meaning {
    Entry(EntryIndex),
    /// The entries that a chain over an array of bases makes.
    Group(Vec<EntryIndex>),
    Provider(ProviderIndex),
    Application,
}

impl Refers {
    /// Returns the kind of target, for "no KIND is called".
    const fn what(self) -> &'static str {
        match self {
            Refers::Provider | Refers::RequestedProvider => "provider",
            Refers::Layer => "layer",
            Refers::LayerOrBase => "layer or base protocol",
            Refers::BaseOrChain | Refers::BaseChainOrGroup => "base protocol or chain",
            Refers::RequestedApplication => "application",
            _ => "entry",
        }
    }

    /// Returns the kind of target with its article, for "where ... is expected".
    const fn wanted(self) -> &'static str {
        match self {
            Refers::Layer => "a layer",
            Refers::LayerOrBase => "a layer or base protocol",
            Refers::BaseOrChain | Refers::BaseChainOrGroup => "a base protocol or chain",
            Refers::RequestedEntry => "one entry",
            _ => "an entry",
        }
    }

    /// Returns whether an entry of this kind may stand there.
    const fn takes(self, kind: EntryKind) -> bool {
        match self {
            Refers::Layer => matches!(kind, EntryKind::Layer),
            Refers::LayerOrBase => matches!(kind, EntryKind::Layer | EntryKind::Base),
            Refers::BaseOrChain | Refers::BaseChainOrGroup => matches!(kind, EntryKind::Base | EntryKind::Chain),
            Refers::EntryOrGroup | Refers::RequestedEntry => true,
            _ => false,
        }
    }

    /// Returns whether a group may stand there, which stands for all its entries.
    const fn takes_groups(self) -> bool {
        matches!(self, Refers::BaseChainOrGroup | Refers::EntryOrGroup)
    }
}

impl Merge<'_> {
    /// Returns the target of a name, of the kind that its place takes.
    pub(super) fn resolve(&mut self, name: &At<String>, refers: Refers) -> Result<Meaning, Reported> {
        let found = match refers {
            Refers::Provider => self.provider_named(&name.value).map(Meaning::Provider),
            Refers::RequestedProvider => self.provider_requested(&name.value).map(Meaning::Provider),
            Refers::RequestedApplication => self.applications.contains_key(&name.value).then_some(Meaning::Application),
            _ => match self.names.get_index_of(&name.value) {
                Some(index) => Some(Meaning::Entry(EntryIndex::new(index))),
                None => self.groups.get(&name.value).map(|group| Meaning::Group(group.clone())),
            },
        };
        let is = match found {
            Some(Meaning::Entry(index)) if !refers.takes(self.kind(index)) => self.kind(index).with_article(),
            Some(Meaning::Group(_)) if !refers.takes_groups() => "a chain over several bases",
            Some(found) => return Ok(found),
            None => return Err(self.dangling(name, refers)),
        };
        if let Some(&reported) = self.unread.get(&name.value) {
            return Err(reported);
        }
        let members = self.groups.get(&name.value).into_iter().flatten();
        let members = members.filter_map(|member| self.names.get_index(member.get())).map(|(name, _)| name.clone());
        let members = members.collect();
        Err(self
            .fault(FaultKind::WrongKind { name: name.value.clone(), is, wanted: refers.wanted(), members }, name.at))
    }

    /// Returns the one entry that a name refers to.
    pub(super) fn entry_called(&mut self, name: &At<String>, refers: Refers) -> Result<EntryIndex, Reported> {
        match self.resolve(name, refers)? {
            Meaning::Entry(index) => Ok(index),
            Meaning::Group(_) | Meaning::Provider(_) | Meaning::Application => Err(self.dangling(name, refers)),
        }
    }

    /// Returns all entries that a name stands for.
    pub(super) fn entries_called(&mut self, name: &At<String>, refers: Refers) -> Result<Vec<EntryIndex>, Reported> {
        match self.resolve(name, refers)? {
            Meaning::Entry(index) => Ok(vec![index]),
            Meaning::Group(group) => Ok(group),
            Meaning::Provider(_) | Meaning::Application => Err(self.dangling(name, refers)),
        }
    }

    /// Returns the provider that a name refers to.
    pub(super) fn provider(&mut self, name: &At<String>, refers: Refers) -> Result<ProviderIndex, Reported> {
        match self.resolve(name, refers)? {
            Meaning::Provider(index) => Ok(index),
            Meaning::Entry(_) | Meaning::Group(_) | Meaning::Application => Err(self.dangling(name, refers)),
        }
    }

    fn provider_named(&self, name: &str) -> Option<ProviderIndex> {
        self.providers.get_index_of(name).map(|index| ProviderIndex(index as u32))
    }

    /// Returns the provider that a request asks for, by its name or its GUID.
    fn provider_requested(&self, word: &str) -> Option<ProviderIndex> {
        let Ok(id) = word.parse::<Uuid>() else { return self.provider_named(word) };
        let index = self.providers.values().position(|provider| provider.id == Some(id))?;
        Some(ProviderIndex(index as u32))
    }

    /// Returns the fault of a dangling name, or the fault because of which its target may be missing.
    fn dangling(&mut self, name: &At<String>, refers: Refers) -> Reported {
        let owner = name.value.split_once('/').map(|(owner, _)| owner);
        // The members of a chain that could not be read are not known.
        let unread = owner.and_then(|owner| self.names.get(owner)).and_then(|declared| declared.unread);
        let stem = owner.unwrap_or(&name.value);
        if let Some(reported) = unread.or_else(|| self.unread.get(stem).copied()).or(self.incomplete) {
            return reported;
        }
        // A suggestion compares the name with all others; that is not worth the time for a catalog with very many faults.
        let suggestion = if self.faults.len() < 1_000 { self.meant(&name.value, owner, refers) } else { None };
        // The nearest name that could not be read may be the one that was meant.
        let near = nearest(suggestion.as_deref().unwrap_or(&name.value), self.unread.keys().map(String::as_str));
        let near = near.filter(|near| suggestion.is_none() || suggestion.as_ref() == Some(near));
        if let Some(&reported) = near.and_then(|near| self.unread.get(&near)) {
            return reported;
        }
        if let (None, Some(reported)) = (&suggestion, self.missing) {
            return reported;
        }
        // A provider that cannot be read may have any GUID.
        if refers == Refers::RequestedProvider
            && let (None, Some(reported)) = (&suggestion, self.unread_id)
        {
            return reported;
        }
        self.fault(FaultKind::DanglingReference { what: refers.what(), name: name.value.clone(), suggestion }, name.at)
    }

    /// Returns the name that was probably meant.
    fn meant(&self, name: &str, owner: Option<&str>, refers: Refers) -> Option<String> {
        match refers {
            Refers::Provider | Refers::RequestedProvider => nearest(name, self.providers.keys().map(String::as_str)),
            Refers::RequestedApplication => {
                nearest(name, self.applications.keys().map(String::as_str).filter(|known| *known != "*"))
            }
            _ => {
                // For `secure/tcp4`, where `secure` runs over one base, `secure` was meant.
                let whole = owner.filter(|owner| self.names.get(*owner).is_some_and(|known| refers.takes(known.kind)));
                let known = self.names.iter().filter(|(_, declared)| refers.takes(declared.kind));
                let groups = self.groups.keys().filter(|_| refers.takes_groups());
                let known = known.map(|(known, _)| known.as_str()).chain(groups.map(String::as_str));
                // An entry with the same last part as the dangling name was not meant.
                let known = known.filter(|known| known.rsplit_once('/').is_none_or(|(_, base)| base != name));
                whole.map(str::to_owned).or_else(|| nearest(name, known))
            }
        }
    }

    /// Resolves the entry of a request, by its name or its catalog entry id.
    pub(super) fn requested_entry(&mut self, demand: &At<RawEntryDemand>, ids: &Ids) -> Result<(), Reported> {
        match &demand.value {
            RawEntryDemand::Name(name) => {
                self.entry_called(&At::new(name.clone(), demand.at), REQUESTED_ENTRY).map(|_| ())
            }
            RawEntryDemand::Id(id) if ids.contain(*id) => Ok(()),
            RawEntryDemand::Id(id) => {
                if let Some(reported) = self.incomplete {
                    return Err(reported);
                }
                let kind = FaultKind::DanglingReference { what: "entry", name: id.to_string(), suggestion: None };
                Err(self.fault(kind, demand.at))
            }
        }
    }
}

/// The catalog entry ids of all entries.
pub(super) struct Ids {
    all: Vec<i32>,
    known: OnceCell<HashSet<i32>>,
}

impl Ids {
    pub fn new(all: Vec<i32>) -> Self {
        Ids { all, known: OnceCell::new() }
    }

    fn contain(&self, id: i32) -> bool {
        self.known.get_or_init(|| self.all.iter().copied().collect()).contains(&id)
    }
}
