//! # What it finds
//! A catalog that is not there although the source speaks of it: the protocol catalog or the catalog of name-space
//! providers that `Parameters` names, or the entries of one bitness where name-space providers, or the rest of the source,
//! show that programs of that bitness run. Exports of a part of `Parameters` are not judged by what they leave out.
//!
//! # Why it matters
//! Without the protocol catalog no program opens a socket; without `Catalog_Entries64` no 64-bit program does, while those of
//! 32 bits go on. Without name-space providers no name is looked up. A catalog that is not there has no entry that could be
//! wrong: judged by its entries it would be sound.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]
//! "Current_Protocol_Catalog"="Protocol_Catalog9"
//! ```
//!
//! # Mended
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]
//! "Current_Protocol_Catalog"="Protocol_Catalog9"
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
    code: "winsock-missing-catalog",
    severity: Severity::Error,
    source: include_str!("missing_catalog.rs"),
    look: Look::Winsock,
};
