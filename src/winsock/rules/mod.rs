//! The rules for Winsock catalogs: faults, which prevent loading, and lints.
//!
//! | file | faults: states that a catalog cannot have |
//! |---|---|
//! | `chains` | chains whose length is not possible, with missing members, over themselves, or unlike their base |
//! | `ids` | ids that are shared or not valid; impossible families, types and ranges |
//!
//! | file | lints: states that a catalog can have and should not have |
//! |---|---|
//! | `chain_in_chain`, `order`, `handles` | chains: their members, which of them wins, and the kind of their sockets |
//! | `layers`, `visibility` | layers: whether they are used, where and by which applications, and whether they are hidden |
//! | `library_path`, `library_file`, `providers`, `bitness`, `standard` | libraries and providers: hijacked, duplicate, in one set only, missing |
//! | `foreign_base` | base protocols before those of Windows |
//! | `catalogs`, `name_spaces`, `load_points`, `categories` | data beside the entries: missing catalogs, name-space providers, load points, permitted layers |
//! | `unapplied_log` | hives whose newest changes may be missing |
//! | `flags`, `numbering` | fields and counters that contradict one another |
//!
//! Every code has a rule of the checker, whose documentation describes the finding and why it matters. Facts that a source does
//! not state are not judged: netsh does not print provider flags, so a flag that is not stated counts as neither set nor clear,
//! and items that an excerpt leaves out may exist.

mod bitness;
mod catalogs;
mod categories;
mod chain_in_chain;
mod chains;
mod flags;
mod foreign_base;
mod handles;
mod ids;
mod judged;
mod layers;
mod library_file;
mod library_path;
mod load_points;
mod name_spaces;
mod numbering;
mod order;
mod providers;
mod standard;
mod unapplied_log;
mod visibility;

use super::Store;
use crate::catalog::Fault;
use crate::report::Finding;
pub(super) use catalogs::missing_sets;
pub(super) use ids::impossible;
use judged::Judged;
pub(crate) use library_file::missing_libraries;
pub(super) use library_path::{Flaw, flaw as library_flaw};
#[cfg(feature = "hive")]
pub(super) use unapplied_log::NOTHING_NEW;

/// Returns the faults that prevent loading, other than those found while reading the source.
pub(crate) fn faults(store: &Store) -> Vec<Fault> {
    let mut faults = Vec::new();
    for judged in Judged::sets(store) {
        ids::look(&judged, &mut faults);
        ids::triples(&judged, &mut faults);
        ids::ranges(&judged, &mut faults);
        chains::look(&judged, &mut faults);
    }
    faults
}

/// A check of one set.
type Look = fn(&Judged<'_>, &mut Vec<Finding>);

const LOOKS: [Look; 14] = [
    chain_in_chain::look,
    library_path::look,
    numbering::look,
    layers::unreachable,
    order::shadowed,
    foreign_base::look,
    layers::partial_coverage,
    handles::look,
    visibility::look,
    providers::look,
    layers::uncategorised,
    flags::look,
    standard::look,
    order::several,
];

/// Returns all lints, with the severities of their rules. Lints do not prevent loading.
pub(crate) fn lints(store: &Store) -> Vec<Finding> {
    let mut found = Vec::new();
    let sets: Vec<Judged<'_>> = Judged::sets(store).collect();
    for judged in &sets {
        for look in LOOKS {
            look(judged, &mut found);
        }
    }
    bitness::look(&sets, &mut found);
    numbering::next_id(store, &mut found);
    catalogs::look(store, &mut found);
    name_spaces::look(store, &mut found);
    load_points::look(store, &mut found);
    categories::look(store, &mut found);
    unapplied_log::look(store, &mut found);
    found
}
