//! # What it finds
//! A source with all of `Parameters` whose `AppId_Catalog` states no permitted layer categories for `lsass.exe`,
//! `svchost.exe` or `wininit.exe`. Windows 7 and Windows 10 both state them.
//!
//! # Why it matters
//! A program without categories loads every layer. Windows uses categories to keep layers out of its own processes. Without
//! them, an installed layer also runs in the process that checks passwords.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters]
//! "WinSock_Registry_Version"="2.0"
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\06EBDCB1]
//! "AppFullPath"="C:\\Windows\\system32\\wininit.exe"
//! "PermittedLspCategories"=dword:80000040
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\2C69D9F1]
//! "AppFullPath"="C:\\Windows\\system32\\svchost.exe"
//! "PermittedLspCategories"=dword:80000044
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
//! "WinSock_Registry_Version"="2.0"
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\06EBDCB1]
//! "AppFullPath"="C:\\Windows\\system32\\wininit.exe"
//! "PermittedLspCategories"=dword:80000040
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\2C69D9F1]
//! "AppFullPath"="C:\\Windows\\system32\\svchost.exe"
//! "PermittedLspCategories"=dword:80000044
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\AppId_Catalog\343305C9]
//! "AppFullPath"="C:\\Windows\\system32\\lsass.exe"
//! "PermittedLspCategories"=dword:80000000
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
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000000
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//! ```

use super::super::{SourceForm, Store};
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule =
    Rule::lint("winsock-missing-categories", Severity::Warning, include_str!("missing_categories.rs"));

/// The programs that have categories on both Windows 7 and Windows 10.
const PROGRAMS: [&str; 3] = ["lsass.exe", "svchost.exe", "wininit.exe"];

/// Looks for missing categories if the source has all of `Parameters`.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    let whole = matches!(store.form, SourceForm::Reg | SourceForm::Hive);
    let Some(at) = store.parameters.filter(|_| whole) else { return };
    let there = |program: &&str| {
        store.applications.iter().any(|application| {
            let path = application.path.as_ref().map(|path| path.value.rsplit('\\').next().unwrap_or_default());
            application.categories.is_some() && path.is_some_and(|path| path.eq_ignore_ascii_case(program))
        })
    };
    let missing: Vec<String> =
        PROGRAMS.iter().filter(|program| !there(program)).map(|program| format!("`{program}`")).collect();
    if missing.is_empty() {
        return;
    }
    let message =
        format!("`AppId_Catalog` permits no categories for {}: every layer loads into it", missing.join(", "));
    found.push(Finding::new(RULE.code, RULE.severity, message, at).help(
        "Windows installs them: import `AppId_Catalog` of the same version, or set them (WSCSetApplicationCategory)",
    ));
}
