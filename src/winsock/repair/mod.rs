//! Repair: the smallest changes that make a broken catalog sound.
//!
//! | file | what |
//! |---|---|
//! | `step`, `reason` | the steps of a plan, why they are done, and the texts of both |
//! | `draft` | a set while it is mended |
//! | `items` | items by themselves: unreadable ones, ids, libraries, missing ones |
//! | `chains` | what chains name, and what they say of it |
//! | `flags` | service flags that contradict one another |
//! | `order` | what applications find, and in which order |
//! | `numbers` | keys and counters |
//!
//! Each set is mended for itself, always in the same order: items that cannot be read, providers that are to go, ids, missing
//! standard items, what chains name, what chains say, ranges, flags, libraries, visibility, order, keys, counters. Each leaves nothing for
//! those before it to do, so that a plan for a catalog that was mended by a plan is empty.
//!
//! What leads to steps: all that is an error, and of the warnings those on order, visibility and missing standard items. What no
//! fact states is not made up: the library of a provider that is not known is left as it is, and listed. Items that no step names
//! keep their bytes. A chain is never made to run over less than is there: an id leaves its middle only when no item has it, as
//! Microsoft's sample of an installer mends the chains of others when it removes a layer.
//!
//! Depends on `rules`, `standard` and `chains` of the room.

mod chains;
mod draft;
mod flags;
mod items;
mod numbers;
mod order;
mod reason;
mod step;

pub use reason::{FlagFlaw, LibraryFlaw, Removal, Repointing};
pub use step::{Change, Setting, Step, Subject};

use super::rules;
use super::store::{Set, SourceForm, Store};
use crate::catalog::{Bitness, Severity, Span};
use crate::report::Finding;
use draft::{Draft, Ids};
use uuid::Uuid;

/// Options of a repair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairOptions {
    /// The one set to mend; without it both.
    pub bits: Option<Bitness>,
    /// Providers of which nothing is to stay.
    pub remove_providers: Vec<Uuid>,
    /// Whether layers that no chain runs over are removed; they do no harm, and their provider can be installed anew.
    pub remove_unreachable: bool,
}

/// How a catalog is made sound.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// What is done, in order; empty for a sound catalog.
    pub steps: Vec<Step>,
    /// The catalog as it is when that is done: the sets that were to be mended, and all beside them.
    pub store: Store,
    /// The errors that it still has, because nothing here states what would be right.
    pub left: Vec<Finding>,
    /// The warnings that it still has.
    pub warnings: Vec<Finding>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unrepairable {
    /// The source states parts of items only, of which no whole ones can be made.
    #[error("{} text does not state whole items: provider flags and protocol ranges are not in it", .0.name())]
    Partial(SourceForm),
    /// The source has no protocol catalog.
    #[error("there is no protocol catalog in it")]
    NoCatalog,
    /// The source has no such set.
    #[error("there is no {}-bit set in it", .0.number())]
    NoSet(Bitness),
    /// No item of the sets to mend has this provider.
    #[error("no item has provider {0}")]
    NoProvider(Uuid),
}

impl Unrepairable {
    /// Returns what to do about it, where that can be said.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Unrepairable::Partial(_) => Some(
                "repair needs the bytes: `reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinSock2 winsock.reg`, or the \
                 file SYSTEM of a machine that does not start",
            ),
            Unrepairable::NoProvider(_) => Some("`sockatlas winsock show` shows the catalog"),
            _ => None,
        }
    }
}

/// Plans the smallest changes that make a catalog sound, and shows it as it is then. Nothing is written.
///
/// # Errors
/// If the source does not state whole items, or has not what the options ask for.
pub fn plan(store: &Store, options: &RepairOptions) -> Result<Plan, Unrepairable> {
    if matches!(store.form, SourceForm::Netsh | SourceForm::Instlsp) {
        return Err(Unrepairable::Partial(store.form));
    }
    let mut mended = store.clone();
    let restored: Vec<(Bitness, Span)> = rules::missing_sets(store);
    for &(bits, at) in &restored {
        mended.sets.push(Set::new(Some(bits), at));
    }
    mended.sets.sort_by_key(|set| set.bits);
    let mut ids = Ids::of(store);
    mended.sets.retain(|set| options.bits.is_none() || set.bits.is_none() || set.bits == options.bits);
    match options.bits {
        _ if store.sets.is_empty() && restored.is_empty() => return Err(Unrepairable::NoCatalog),
        Some(bits) if mended.sets.is_empty() => return Err(Unrepairable::NoSet(bits)),
        _ => {}
    }
    let has = |provider: Uuid| mended.items().any(|item| item.info.provider_id == provider);
    if let Some(&provider) = options.remove_providers.iter().find(|provider| !has(**provider)) {
        return Err(Unrepairable::NoProvider(provider));
    }
    // Packed items by themselves may be any: what is not among them is not missing.
    let is_whole = store.form != SourceForm::Packed && store.fragments.is_empty();
    let has_inet6 = has_inet6(store);
    let mut steps = Vec::new();
    for set in &mut mended.sets {
        let before = steps.len();
        let items = std::mem::take(&mut set.items);
        let mut draft = Draft { bits: set.bits, at: set.at, items, ids: &mut ids, steps: &mut steps };
        draft.restore_malformed(std::mem::take(&mut set.malformed));
        draft.remove_impossible();
        let asked = draft.remove_providers(&options.remove_providers);
        draft.give_ids();
        if is_whole {
            draft.add_standard(has_inet6);
        }
        draft.mend_chains(asked);
        draft.conform_chains();
        draft.mend_ranges();
        draft.mend_flags();
        if options.remove_unreachable {
            draft.remove_unreachable();
        }
        draft.restore_libraries();
        draft.set_visibility();
        draft.order_chains();
        draft.number_keys();
        set.items = draft.items;
        let mut own = steps.split_off(before);
        numbers::count(set, store.protocol_catalog.is_some(), &mut own);
        steps.append(&mut own);
    }
    // One counter serves both sets, also the one that stays as it is.
    let others = store.sets.iter().filter(|set| mended.sets.iter().all(|other| other.bits != set.bits));
    let others = others.flat_map(|set| &set.items);
    let highest = mended.items().chain(others).map(super::Item::id).max().unwrap_or(0);
    numbers::counters(&mut mended, highest, &mut steps);
    let (left, warnings) = remaining(&mended);
    Ok(Plan { steps, store: mended, left, warnings })
}

/// Returns whether this is a Windows that has IPv6 by itself, as all do since Vista: an item of the family is there, or something
/// else that came with Vista.
fn has_inet6(store: &Store) -> bool {
    let has_trace = |item: &super::Item| item.info.address_family == items::INET6 || item.repeated_name.is_some();
    let is_of_vista =
        !store.applications.is_empty() || store.name_spaces.iter().any(|set| set.bits == Some(Bitness::Bits64));
    is_of_vista || store.items().any(has_trace)
}

/// Returns the errors and the warnings that a catalog has, as the checker finds them.
fn remaining(store: &Store) -> (Vec<Finding>, Vec<Finding>) {
    let faults = rules::faults(store);
    let mut findings: Vec<Finding> = faults.iter().map(Finding::from).collect();
    findings.extend(rules::lints(store));
    findings.retain(|finding| matches!(finding.severity, Severity::Error | Severity::Warning));
    findings.into_iter().partition(|finding| finding.severity == Severity::Error)
}
