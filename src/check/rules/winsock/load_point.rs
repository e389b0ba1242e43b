//! # What it finds
//! `AutodialDLL` or `NameSpace_Callout`, beside the catalogs, with another library than that of Windows (`rasadhlp.dll`,
//! which Windows 7 names without its folder, and `fwpuclnt.dll`). As a warning: a library of another name within the folder
//! of Windows. A value that is not there loads nothing.
//!
//! # Why it matters
//! Windows loads these libraries into programs that look up names, without any entry of a catalog: they are known as ways
//! to get into every program and to stay there.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]
//! "AutodialDLL"="C:\\ProgramData\\rasadhlp.dll"
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
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]
//! "AutodialDLL"="C:\\Windows\\System32\\rasadhlp.dll"
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
    code: "winsock-load-point",
    severity: Severity::Error,
    source: include_str!("load_point.rs"),
    look: Look::Winsock,
};
