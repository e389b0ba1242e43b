//! Hives whose newest changes may be missing, because their transaction logs were not there or could not be applied.

use super::super::Store;
use crate::catalog::Severity;
use crate::report::Finding;

/// The text in a remark on a log that holds no changes which the hive does not have.
pub(in crate::winsock) const NOTHING_NEW: &str = "the hive has all before";

pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    for remark in &store.unapplied {
        let is_harmless = remark.value.contains(NOTHING_NEW);
        let severity = if is_harmless { Severity::Note } else { Severity::Warning };
        found.push(Finding::new("winsock-unapplied-log", severity, remark.value.clone(), remark.at).help(
            "copy the files `.LOG1` and `.LOG2` beside the hive too, from the machine at rest or a shadow copy of it",
        ));
    }
}
