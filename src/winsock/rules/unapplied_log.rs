//! # What it finds
//! A hive that was in use when it was copied, and whose transaction logs are missing or could not be applied. The export
//! that is made of a hive states this in a comment before its first key. As a note: a log without changes that the hive does
//! not have.
//!
//! # Why it matters
//! Windows writes changes to the logs first. Findings about such a hive may be out of date: an entry that was added or
//! removed recently may not appear.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//! ; the hive was in use when it was copied, and no transaction logs are beside it: its newest changes may be missing
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000000
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//! ```
//!
//! # Mended
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000000
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//! ```

use super::super::Store;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-unapplied-log", Severity::Warning, include_str!("unapplied_log.rs"));

/// The text in a remark on a log that holds no changes which the hive does not have.
pub(in crate::winsock) const NOTHING_NEW: &str = "the hive has all before";

/// Reports the transaction logs that were not there or could not be applied.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    for remark in &store.unapplied {
        let is_harmless = remark.value.contains(NOTHING_NEW);
        let severity = if is_harmless { Severity::Note } else { Severity::Warning };
        found.push(Finding::new(RULE.code, severity, remark.value.clone(), remark.at).help(
            "copy the files `.LOG1` and `.LOG2` beside the hive too, from the machine at rest or a shadow copy of it",
        ));
    }
}
