//! Repair: plans the smallest changes that make a broken catalog valid.
//!
//! | file | what |
//! |---|---|
//! | `step`, `reason` | the steps of a plan, their reasons, and the texts of both |
//! | `draft` | a set during its repair |
//! | `items` | repairs single items: unreadable ones, ids, libraries, missing ones |
//! | `chains` | repairs the ids that chains name, and the fields that must agree with their bases |
//! | `flags` | repairs service flags that contradict each other |
//! | `order` | repairs the visibility and the order of items |
//! | `numbers` | keys and counters |
//!
//! Each set is repaired separately, always in the same order: unreadable items, providers to be removed, ids, missing standard
//! items, the ids in chains, the fields of chains, ranges, flags, libraries, visibility, order, keys, counters. No step causes
//! work for those before it, so the plan for a repaired catalog is empty.
//!
//! All errors lead to steps, and the warnings on order, visibility and missing standard items do. Facts that no source states are
//! not invented: the library of an unknown provider is left unchanged, and listed. Items that no step names keep their bytes. A
//! chain never loses an item that exists: an id leaves its middle only if no item has it, like in Microsoft's sample of an
//! installer, which repairs the chains of others when it removes a layer.
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

/// The options of a repair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairOptions {
    /// The only set to repair, or `None` for both.
    pub bits: Option<Bitness>,
    /// The providers whose items are removed.
    pub remove_providers: Vec<Uuid>,
    /// Whether layers that no chain runs over are removed. They do no harm, and their provider can be installed again.
    pub remove_unreachable: bool,
}

/// The plan that makes a catalog valid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The steps in their order; empty for a valid catalog.
    pub steps: Vec<Step>,
    /// The repaired catalog: the sets that were to be repaired, and everything beside them.
    pub store: Store,
    /// The errors that remain, because the correct values are not known.
    pub left: Vec<Finding>,
    /// The warnings that remain.
    pub warnings: Vec<Finding>,
}

/// The reason why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unrepairable {
    /// The source states items in part only.
    #[error("{} text does not state whole items: provider flags and protocol ranges are not in it", .0.name())]
    Partial(SourceForm),
    /// The source has no protocol catalog.
    #[error("there is no protocol catalog in it")]
    NoCatalog,
    /// The source has no set of this bitness.
    #[error("there is no {}-bit set in it", .0.number())]
    NoSet(Bitness),
    /// No item of the sets to repair has this provider.
    #[error("no item has provider {0}")]
    NoProvider(Uuid),
}

impl Unrepairable {
    /// Returns advice on how to solve it, if there is any.
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

/// Plans the smallest changes that make a catalog valid, and returns them with the repaired catalog. Nothing is written.
///
/// # Errors
/// If the source does not state whole items, or lacks the set or provider that the options name.
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
    // Packed items may be any part of a catalog, so absent items are not missing.
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
    // One counter serves both sets, including the set that stays unchanged.
    let others = store.sets.iter().filter(|set| mended.sets.iter().all(|other| other.bits != set.bits));
    let others = others.flat_map(|set| &set.items);
    let highest = mended.items().chain(others).map(super::Item::id).max().unwrap_or(0);
    numbers::counters(&mut mended, highest, &mut steps);
    let (left, warnings) = remaining(&mended);
    Ok(Plan { steps, store: mended, left, warnings })
}

/// Returns whether this Windows includes IPv6, as all do since Vista: it has an item of the family, or other data that exists
/// since Vista.
fn has_inet6(store: &Store) -> bool {
    let has_trace = |item: &super::Item| item.info.address_family == items::INET6 || item.repeated_name.is_some();
    let is_of_vista =
        !store.applications.is_empty() || store.name_spaces.iter().any(|set| set.bits == Some(Bitness::Bits64));
    is_of_vista || store.items().any(has_trace)
}

/// Returns the errors and the warnings of a catalog, as the checker finds them.
fn remaining(store: &Store) -> (Vec<Finding>, Vec<Finding>) {
    let faults = rules::faults(store);
    let mut findings: Vec<Finding> = faults.iter().map(Finding::from).collect();
    findings.extend(rules::lints(store));
    findings.retain(|finding| matches!(finding.severity, Severity::Error | Severity::Warning));
    findings.into_iter().partition(|finding| finding.severity == Severity::Error)
}
