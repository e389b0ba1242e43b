//! # What it finds
//! Name-space providers that Windows cannot use as they stand: their number is not what `Num_Catalog_Entries` or
//! `Num_Catalog_Entries64` says, their keys have a hole, the provider of DNS is missing or disabled, or a library has no
//! folder or is not that of its provider. As a warning: the library of another provider in a folder where users write.
//!
//! # Why it matters
//! Every program that looks up a name loads the libraries of all these providers, so that one of them serves as well as a
//! layer to get into every program. Without the provider of DNS sockets work, and no name leads to an address.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5]
//! "Num_Catalog_Entries"=dword:00000001
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries]
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries\000000000001]
//! "LibraryPath"="mswsock.dll"
//! "DisplayString"="Tcpip"
//! "ProviderId"=hex:40,9d,05,22,9e,7e,cf,11,ae,5a,00,aa,00,a7,11,2b
//! "SupportedNameSpace"=dword:0000000c
//! "Enabled"=dword:00000001
//! "Version"=dword:00000000
//! ```
//!
//! # Mended
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5]
//! "Num_Catalog_Entries"=dword:00000001
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries]
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries\000000000001]
//! "LibraryPath"="%SystemRoot%\\System32\\mswsock.dll"
//! "DisplayString"="Tcpip"
//! "ProviderId"=hex:40,9d,05,22,9e,7e,cf,11,ae,5a,00,aa,00,a7,11,2b
//! "SupportedNameSpace"=dword:0000000c
//! "Enabled"=dword:00000001
//! "Version"=dword:00000000
//! ```

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule = Rule {
    code: "winsock-name-space",
    severity: Severity::Error,
    source: include_str!("name_space.rs"),
    look: Look::Winsock,
};
