//! The entries of one set: standard, changed and added ones, and the answers to the usual requests.

use super::answers::{Answer, Outcome, answers};
use super::changes::{Change, Known, changes};
use super::leftovers::{Leftover, leftovers};
use super::paths::{self, PathConcern};
use super::times::{Times, times};
use super::{LibraryFile, MountedWindows};
use crate::winsock::chains::Members;
use crate::winsock::standard::{StandardItem, StandardProvider};
use crate::winsock::{Item, ItemKind, Set};
use indexmap::IndexSet;
use std::collections::{BTreeSet, HashMap};

/// One set, compared with the shipped catalog.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SetReport<'s> {
    /// The set.
    pub set: &'s Set,
    /// The entries of the set, in order.
    pub entries: Vec<EntryReport<'s>>,
    /// The standard items that are absent, or `None` if the source has gaps, so that this cannot be determined.
    pub absent: Option<Vec<Absent>>,
    /// The added layers, with the chains that contain them.
    pub layers: Vec<LayerReport>,
    /// The answers to the usual requests.
    pub answers: Vec<Answer>,
    /// The times at which the keys were written, by indices in `entries`.
    pub times: Option<Times<'s>>,
}

/// A standard item that is absent.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absent {
    /// The item.
    pub item: &'static StandardItem,
    /// Whether the item is missing: every Windows has it, or the other set has it. Other items depend on the version of Windows
    /// and on the installed features.
    pub is_missing: bool,
}

/// An entry of a set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EntryReport<'s> {
    /// The item.
    pub item: &'s Item,
    /// The standing of the entry.
    pub standing: Standing,
    /// The leftover bytes in its unused parts.
    pub leftovers: Vec<Leftover>,
    /// The concerns about its path, the gravest first.
    pub concerns: Vec<PathConcern>,
    /// The file of its library, if it was searched.
    pub library: Option<LibraryFile>,
}

/// Returns the name of an item for people: its own, or the English name of a standard item that has an indirect string instead.
pub fn shown_name(item: &Item) -> &str {
    // The library with the text depends on the version: `wshtcpip.dll` and `wship6.dll` up to Windows 7.
    let standard = StandardItem::of(&item.info).filter(|_| item.info.name.starts_with('@'));
    standard.map_or(&item.info.name, |standard| standard.english)
}

/// The standing of an entry: standard, changed or added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The standard item of this name, as far as the source states it.
    Standard(&'static str),
    /// The standard item of this name, with changed fields.
    Changed(&'static str, Vec<Change>),
    /// An entry that is not standard.
    Added(Addition),
}

/// The kind of an entry that is not standard.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A layer.
    Layer,
    /// A chain.
    Chain,
    /// A base protocol of an unknown provider.
    Base,
    /// A base protocol that its known provider does not have.
    BaseOfKnownProvider,
    /// A second copy of the standard item of this name.
    Repeated(&'static str),
    /// An entry that is malformed for Winsock.
    Malformed,
}

impl Addition {
    /// Returns a description with an article, such as "a layer".
    pub const fn text(self) -> &'static str {
        match self {
            Addition::Layer => "a layer",
            Addition::Chain => "a chain",
            Addition::Base => "a base protocol of a provider that is not known",
            Addition::BaseOfKnownProvider => "a base protocol that this known provider is not known to have",
            Addition::Repeated(_) => "a standard item a second time",
            Addition::Malformed => "nothing that Winsock knows, by the length of its chain",
        }
    }

    /// Returns the name of the kind in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Addition::Layer => "layer",
            Addition::Chain => "chain",
            Addition::Base => "base",
            Addition::BaseOfKnownProvider => "base-of-known-provider",
            Addition::Repeated(_) => "repeated",
            Addition::Malformed => "malformed",
        }
    }
}

impl Standing {
    /// Returns whether the entry is added.
    pub const fn is_added(&self) -> bool {
        matches!(self, Standing::Added(_))
    }
}

/// A layer, and the chains that contain it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerReport {
    /// The index of the layer among the entries of the set.
    pub place: usize,
    /// The indices of the chains that contain it, directly or in a chain that they run over.
    pub chains: Vec<usize>,
    /// The bases below these chains, by their standard names, or by their own names if they are not standard.
    pub covers: Vec<String>,
    /// The usual requests that one of these chains answers.
    pub answers: Vec<&'static str>,
}

/// Creates the report on a set. If `may_go_on` is set, unstated entries may follow, so that no request is known to be refused.
pub(super) fn report<'s>(
    set: &'s Set,
    has_gaps: bool,
    may_go_on: bool,
    mounted: Option<&MountedWindows>,
) -> SetReport<'s> {
    let standings = standings(set);
    let items: Vec<(&Item, bool)> =
        set.items.iter().zip(&standings).map(|(item, standing)| (item, standing.is_added())).collect();
    let answers = answers(&items, may_go_on);
    let there: BTreeSet<&str> = standings
        .iter()
        .filter_map(|standing| match standing {
            Standing::Standard(name) | Standing::Changed(name, _) => Some(*name),
            Standing::Added(_) => None,
        })
        .collect();
    let absent = || {
        let absent = StandardItem::all().filter(|item| !there.contains(item.name));
        absent.map(|item| Absent { item, is_missing: item.is_essential }).collect()
    };
    let entries = set.items.iter().zip(standings).map(|(item, standing)| {
        let provider = StandardProvider::by_id(item.info.provider_id);
        let library = provider.map(|provider| provider.library);
        let other = provider.filter(|provider| !provider.has_library(&item.info.path));
        EntryReport {
            leftovers: leftovers(item, library),
            concerns: paths::concerns(&item.info.path, other.map(|provider| provider.library)),
            library: mounted.map(|mounted| mounted.library(&item.info.path, set.bits)),
            item,
            standing,
        }
    });
    let entries: Vec<EntryReport<'_>> = entries.collect();
    SetReport {
        set,
        layers: layers(set, &entries, &answers),
        absent: (!has_gaps).then(absent),
        answers,
        times: times(set.items.iter().map(|item| item.written.as_deref())),
        entries,
    }
}

/// Marks the items as missing in one set that the other set has.
pub(super) fn compare_absent(sets: &mut [SetReport<'_>]) {
    let [one, other] = sets else { return };
    let (Some(absent), Some(absent_there)) = (&mut one.absent, &mut other.absent) else { return };
    let names = |absent: &[Absent]| absent.iter().map(|absent| absent.item.name).collect::<BTreeSet<&str>>();
    let (of_one, of_other) = (names(absent), names(absent_there));
    absent.iter_mut().for_each(|absent| absent.is_missing |= !of_other.contains(absent.item.name));
    absent_there.iter_mut().for_each(|absent| absent.is_missing |= !of_one.contains(absent.item.name));
}

/// The standard item or provider of an item, and the changed fields.
type Claim = (Known, Vec<Change>);

/// Returns the standing of each item. If several items claim to be the same standard item, it is the one with the fewest changes,
/// and among equals the first.
fn standings(set: &Set) -> Vec<Standing> {
    let claim = |item: &Item| Known::of(&item.info).map(|known| (known, changes(item, known)));
    let claims: Vec<Option<Claim>> = set.items.iter().map(claim).collect();
    let mut best: HashMap<&str, (usize, usize)> = HashMap::new();
    for (place, claim) in claims.iter().enumerate() {
        if let Some((known @ Known::Item(_), changes)) = claim {
            let rank = (changes.len(), place);
            best.entry(known.name()).and_modify(|best| *best = rank.min(*best)).or_insert(rank);
        }
    }
    let standing = |(place, (item, claim)): (usize, (&Item, Option<Claim>))| match claim {
        Some((Known::Item(known), _)) if best.get(known.name).is_some_and(|&(_, best)| best != place) => {
            Standing::Added(Addition::Repeated(known.name))
        }
        Some((known, changes)) if changes.is_empty() => Standing::Standard(known.name()),
        Some((known, changes)) => Standing::Changed(known.name(), changes),
        None => Standing::Added(match item.kind() {
            ItemKind::Layer => Addition::Layer,
            ItemKind::Chain => Addition::Chain,
            ItemKind::Malformed => Addition::Malformed,
            ItemKind::Base if StandardProvider::by_id(item.info.provider_id).is_some() => Addition::BaseOfKnownProvider,
            ItemKind::Base => Addition::Base,
        }),
    };
    set.items.iter().zip(claims).enumerate().map(standing).collect()
}

/// Returns the layers of a set, which all were added.
fn layers(set: &Set, entries: &[EntryReport<'_>], answers: &[Answer]) -> Vec<LayerReport> {
    let members = Members::new(&set.items);
    let mut chains_of: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut base_of: HashMap<usize, usize> = HashMap::new();
    for (place, _) in entries.iter().enumerate().filter(|(_, entry)| entry.item.kind() == ItemKind::Chain) {
        let (layers, base) = members.below(place);
        base_of.extend(base.map(|base| (place, base)));
        for layer in layers {
            chains_of.entry(layer).or_default().push(place);
        }
    }
    let layer = |(place, _): (usize, &EntryReport<'_>)| {
        let chains = chains_of.remove(&place).unwrap_or_default();
        let answered = |answer: &&Answer| match answer.now {
            Outcome::Entry(place) | Outcome::Untold(place) => chains.binary_search(&place).is_ok(),
            Outcome::Refused | Outcome::NotStated => false,
        };
        let covered = chains.iter().filter_map(|chain| base_of.get(chain)).filter_map(|&base| entries.get(base));
        let name = |entry: &EntryReport<'_>| match &entry.standing {
            Standing::Standard(name) | Standing::Changed(name, _) => (*name).to_owned(),
            Standing::Added(_) => entry.item.info.name.clone(),
        };
        let covers: IndexSet<String> = covered.map(name).collect();
        let answers = answers.iter().filter(answered).map(|answer| answer.request.name).collect();
        LayerReport { place, covers: covers.into_iter().collect(), answers, chains }
    };
    let is_layer = |(_, entry): &(usize, &EntryReport<'_>)| entry.item.kind() == ItemKind::Layer;
    entries.iter().enumerate().filter(is_layer).map(layer).collect()
}
