//! # What it finds
//! A value `AutodialDLL` or `NameSpace_Callout` beside the catalogs that names a library other than that of Windows. The
//! libraries of Windows are `rasadhlp.dll`, which Windows 7 names without a folder, and `fwpuclnt.dll`. As a warning: a
//! library of another name below the Windows folder. If a value does not exist, no library is loaded for it.
//!
//! # Why it matters
//! Windows loads these libraries into programs that look up names, without any catalog entry. Malware is known to use these
//! values to get into every program and to persist.
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

use super::super::Store;
use super::super::load_points::Oddity;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-load-point", Severity::Error, include_str!("load_point.rs"));

/// Reports load points that name libraries other than those of Windows.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    for point in &store.load_points {
        let Some(oddity) = point.known.oddity(point.path.as_deref()) else { continue };
        let severity = match oddity {
            Oddity::Foreign => Severity::Error,
            Oddity::Other => Severity::Warning,
        };
        let (name, loaded, library) = (point.known.name, point.known.loaded, point.known.library);
        let message = match &point.path {
            Some(path) => format!("`{name}` names the library `{path}`, which is loaded {loaded}"),
            None => format!("`{name}` is no text, and the library that it names is loaded {loaded}"),
        };
        let help = format!("Windows has `{library}` here: find out who put this one there, then set it back");
        found.push(Finding::new(RULE.code, severity, message, point.at).help(help));
    }
}
