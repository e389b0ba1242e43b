//! What is wrong with a Winsock catalog, and what is odd about it.
//!
//! | file | what |
//! |---|---|
//! | `judged` | a set as the rules look at it |
//! | `chains`, `ids` | faults: what cannot be a catalog |
//!
//! Every fault and lint has a rule of the checker, whose documentation says what it finds and why that matters. What a source does
//! not tell is not judged: netsh prints no provider flags, and a flag that is not told is neither set nor clear.

mod chains;
mod ids;
mod judged;

use super::Store;
use crate::catalog::Fault;
use judged::Judged;

/// What refuses loading, beyond what reading the source found.
pub(crate) fn faults(store: &Store) -> Vec<Fault> {
    let mut faults = Vec::new();
    for judged in Judged::sets(store) {
        ids::look(&judged, &mut faults);
        ids::ranges(&judged, &mut faults);
        chains::look(&judged, &mut faults);
    }
    faults
}
