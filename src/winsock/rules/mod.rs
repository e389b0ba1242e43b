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
//! | `flags`, `numbering` | fields and counters that contradict one another |
//!
//! Every code has a rule of the checker, whose documentation says what it finds and why that matters. What a source does
//! not tell is not judged: netsh prints no provider flags, and a flag that is not told is neither set nor clear; and what an excerpt
//! does not show may well be there.

mod bitness;
mod chain_in_chain;
mod chains;
mod flags;
mod handles;
mod ids;
mod judged;
mod layers;
mod library_file;
mod library_path;
mod numbering;
mod order;
mod providers;
mod standard;
mod visibility;

use super::Store;
use crate::catalog::Fault;
use crate::report::Finding;
pub(super) use ids::impossible;
use judged::Judged;
pub(crate) use library_file::missing_libraries;
pub(super) use library_path::{Flaw, flaw as library_flaw};

/// What refuses loading, beyond what reading the source found.
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

const LOOKS: [Look; 13] = [
    chain_in_chain::look,
    library_path::look,
    numbering::look,
    layers::unreachable,
    order::shadowed,
    layers::partial_coverage,
    handles::look,
    visibility::look,
    providers::look,
    layers::uncategorised,
    flags::look,
    standard::look,
    order::several,
];

/// All that is odd, with the severities of the rules. None of it stops loading.
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
    found
}
