//! # What it finds
//! An item without a library; an item whose library path has neither a folder nor a variable such as `%SystemRoot%`; and an
//! item of a known provider with a library that is not the library of this provider, in whatever folder. With
//! `--windows-root`, also a library file that does not exist.
//!
//! # Why it matters
//! A missing library breaks every socket of the item (error 10106). A library without a folder is searched for along the
//! search path, where another file may be found first: the malware ZeroAccess was loaded into every program after it had
//! changed `%SystemRoot%\system32\mswsock.dll` to `mswsock.dll`. A foreign library under the GUID of a Microsoft provider is
//! loaded into every program too, and especially if all items of the provider name it.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//! ```

use super::super::mounted::{LibraryFile, LibraryState, MountedWindows};
use super::super::standard::StandardProvider;
use super::super::windows_path::WindowsPath;
use super::super::{Bitness, Field, Item, Store};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use std::collections::HashMap;
use std::path::Path;

pub(super) const RULE: Rule = Rule::lint("winsock-library-path", Severity::Error, include_str!("library_path.rs"));

/// Reports library paths that cannot be loaded, or in whose place another library may be loaded.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        let path = item.info.path.as_str();
        let at = item.field_at(Field::LibraryPath);
        let provider = StandardProvider::by_id(item.info.provider_id);
        let message = match flaw(path, provider) {
            None => continue,
            Some(Flaw::Empty) => format!("{} names no library", item.named()),
            Some(Flaw::Bare) => format!(
                "{} names its library without a folder: whichever `{path}` is found first is loaded",
                item.named()
            ),
            Some(Flaw::Elsewhere(name)) => {
                format!("{} is of Microsoft's provider `{name}`, and its library is `{path}`", item.named())
            }
            Some(Flaw::Other(name)) => format!(
                "{} is of the provider `{name}`, and its library is `{path}`, which is not that provider's",
                item.named()
            ),
        };
        found.push(Finding::new(RULE.code, RULE.severity, message, at).help(usual(provider)));
    }
}

/// The defect of a library path.
pub(in crate::winsock) enum Flaw {
    /// The path is empty.
    Empty,
    /// The path has no folder.
    Bare,
    /// The provider with this name is Microsoft's, and the library is not that provider's.
    Elsewhere(&'static str),
    /// The provider with this name is known and not Microsoft's, and the library is not that provider's.
    Other(&'static str),
}

/// Returns the defect of a library path, judged by the path itself and by the known provider, or `None` if it has none.
pub(in crate::winsock) fn flaw(path: &str, provider: Option<&StandardProvider>) -> Option<Flaw> {
    if path.trim().is_empty() {
        return Some(Flaw::Empty);
    }
    if !path.contains(['\\', '/', '%']) {
        return Some(Flaw::Bare);
    }
    let provider = provider.filter(|provider| !provider.has_library(path))?;
    Some(if provider.by_microsoft { Flaw::Elsewhere(provider.name) } else { Flaw::Other(provider.name) })
}

/// Returns advice on how to resolve the defect.
fn usual(provider: Option<&StandardProvider>) -> String {
    match provider {
        Some(provider) if !provider.by_microsoft => {
            format!("install that provider anew, or remove it; on another Windows it has `{}`", provider.library)
        }
        Some(provider) => format!("Windows has `{}` here: `sockatlas winsock repair` restores it", provider.library),
        None => "its provider must be installed anew, or removed".to_owned(),
    }
}

/// Returns a finding for each item whose library the volume does not hold; `root` is the folder that contains `Windows`. If there
/// is no Windows in it, a single finding reports that.
///
/// Only paths that state a place on the system's own volume are looked up: those below `%SystemRoot%`, `%windir%`,
/// `%SystemDrive%` or `C:`.
pub(crate) fn missing_libraries(store: &Store, root: &Path) -> Vec<Finding> {
    let mounted = match MountedWindows::open(root) {
        Ok(mounted) => mounted,
        Err(error) => {
            let message = format!("no library can be looked for in `{}`: {error}", root.display());
            let first = store.items().next();
            let finding =
                |item: &Item| Finding::new(RULE.code, RULE.severity, message, item.field_at(Field::LibraryPath));
            return first.map(finding).into_iter().collect();
        }
    };
    let mut found = Vec::new();
    // Many items share few libraries, and each lookup reads folders.
    let mut seen: HashMap<(&str, Option<Bitness>), LibraryFile> = HashMap::new();
    for set in &store.sets {
        for item in &set.items {
            let path = item.info.path.as_str();
            if !matches!(WindowsPath::of(path), WindowsPath::Windows(_) | WindowsPath::Drive { .. }) {
                continue;
            }
            let library = seen.entry((path, set.bits)).or_insert_with(|| mounted.library(path, set.bits));
            let (Some(place), LibraryState::Missing | LibraryState::NoFile) = (&library.looked_for, &library.state)
            else {
                continue;
            };
            let place = place.strip_prefix(root).unwrap_or(place).display();
            let message = format!("{} names the library `{path}`, and there is no `{place}`", item.named());
            found.push(
                Finding::new(RULE.code, RULE.severity, message, item.field_at(Field::LibraryPath))
                    .help("no socket can be made of it: install its provider anew, or remove what it left behind"),
            );
        }
    }
    found
}
