//! # What it finds
//! A hive that was in use when it was copied, and whose transaction logs are not beside it or could not be applied. The
//! export that is made of a hive says so in a comment before its first key. As a note: a log with nothing that the hive has
//! not.
//!
//! # Why it matters
//! Windows writes changes to the logs first. What is reported of such a hive may be out of date: an entry that was added or
//! removed last may not show.
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

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule = Rule {
    code: "winsock-unapplied-log",
    severity: Severity::Warning,
    source: include_str!("unapplied_log.rs"),
    look: Look::Winsock,
};
