//! # What it finds
//! Counters and keys of a registry export that do not agree: `Num_Catalog_Entries` or `Num_Catalog_Entries64` is not
//! the number of keys or is not there, the keys have a hole or are not numbered from `000000000001` on in twelve digits, or
//! `Next_Catalog_Entry_ID` is an id that is taken.
//!
//! # Why it matters
//! Windows walks from the first key to the number that the counter says. What stands behind a hole is lost, often the
//! whole catalog, and the next installer gives out an id that another item has. Keys deleted by hand leave it so.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000001
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
    code: "winsock-numbering",
    severity: Severity::Error,
    source: include_str!("numbering.rs"),
    look: Look::Winsock,
};
