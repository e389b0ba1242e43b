//! What is wrong with a Winsock catalog, and what is odd about it.
//!
//! | file | faults: what cannot be a catalog |
//! |---|---|
//! | `chains` | chains of no possible length, over nothing, over themselves, or unlike their base |
//! | `ids` | ids that two items have, or none can have; impossible families, types and ranges |
//!
//! | file | lints: what a catalog may be and should not |
//! |---|---|
//! | `chain_in_chain`, `order`, `handles` | chains: what they name, who wins, what they make of sockets |
//! | `layers`, `visibility` | layers: whether they are reached, where, by whom, and whether they show |
//! | `library_path`, `library_file`, `providers`, `bitness`, `standard` | libraries and providers: hijacked, doubled, in one set only, lost |
//! | `foreign_base` | base protocols ahead of those of Windows |
//! | `catalogs`, `name_spaces`, `load_points`, `categories` | what stands beside the entries: catalogs that are not there, who looks up names, libraries that are loaded too, who permits layers |
//! | `unapplied_log` | hives whose newest changes may be missing |
//! | `flags`, `numbering` | fields and counters that contradict one another |
//!
//! Every code has a rule of the checker, whose documentation says what it finds and why that matters. What a source does
//! not state is not judged: netsh prints no provider flags, and a flag that is not stated is neither set nor clear; and what an excerpt
//! does not show may well be there.

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

/// Returns what refuses loading, beyond what reading the source found.
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

/// What looks at one set.
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

/// Returns all that is odd, with the severities of the rules. None of it stops loading.
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
