//! # What it finds
//! A `PackedCatalogItem` that is none: not of 888 bytes, with a path or a name that no zero ends, with a range of
//! protocols that ends before it begins, or a base protocol of address family or socket type 0 or less. What stands behind the zero of a text has no meaning, and is not looked at.
//!
//! # Why it matters
//! Windows reads 888 bytes and goes by their places. It loses the item, or takes what stands behind it for its path.
//! Such values come from tools that write them by hand.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000001
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000001]
//! "PackedCatalogItem"=hex:25,00
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
    code: "winsock-malformed-item",
    severity: Severity::Error,
    source: include_str!("malformed_item.rs"),
    look: Look::Fault,
};
