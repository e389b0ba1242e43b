//! # What it finds
//! Name-space providers that Windows cannot use: their number differs from `Num_Catalog_Entries` or
//! `Num_Catalog_Entries64`, their keys have a hole, the DNS provider is missing or disabled, or a library has no folder or is
//! not the library of its provider. As a warning: the library of another provider in a folder that users can write.
//!
//! # Why it matters
//! Every program that looks up a name loads the libraries of all these providers, so malware can use a name-space provider
//! in the same way as a layer. Without the DNS provider, sockets work, but no name is resolved to an address.
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

use super::super::name_spaces::{KNOWN_NAME_SPACES, KnownNameSpace};
use super::super::windows_path::{WindowsPath, user_writable};
use super::super::{NameSpaceProvider, NameSpaceSet, SourceForm, Store};
use super::numbering::{DIGITS, counter, holes};
use crate::catalog::{Severity, Span};
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-name-space", Severity::Error, include_str!("name_space.rs"));

/// The advice for wrong keys and counters.
const NUMBERS: &str = "number the keys from `000000000001` without a hole, and let the value say how many there are";

/// Checks the name-space providers of both sets.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    // netsh does not print keys and libraries.
    if !matches!(store.form, SourceForm::Reg | SourceForm::Hive) {
        return;
    }
    for set in &store.name_spaces {
        let mut add = |severity, message: String, at: Span, help: &str| {
            found.push(Finding::new(RULE.code, severity, message, at).help(help));
        };
        numbers(store, set, &mut add);
        needed(set, &mut add);
        set.providers.iter().for_each(|provider| library(provider, &mut add));
    }
}

type Add<'t> = dyn FnMut(Severity, String, Span, &str) + 't;

/// Checks the keys and the counter. Windows reads these keys like those of protocols: from the first one up to the number that
/// the counter states.
fn numbers(store: &Store, set: &NameSpaceSet, add: &mut Add<'_>) {
    let (name, there) = (counter(set.bits), set.providers.len());
    match (&set.count, &store.name_space_catalog) {
        (Some(count), _) if u64::from(count.value) != there as u64 => {
            let message = format!("`{name}` is {}, and {} has {there} keys", count.value, called(set));
            add(Severity::Error, message, count.at, NUMBERS);
        }
        (None, Some(catalog)) => {
            let message = format!("there is no `{name}`: Windows reads none of the providers of {}", called(set));
            add(Severity::Error, message, catalog.at, NUMBERS);
        }
        _ => {}
    }
    let mut numbers = Vec::new();
    for key in set.providers.iter().filter_map(|provider| provider.key.as_ref()) {
        let is_number = key.value.len() == DIGITS && key.value.bytes().all(|digit| digit.is_ascii_digit());
        match key.value.parse().ok().filter(|&number: &u64| is_number && number > 0) {
            Some(number) => numbers.push((number, key.value.as_str(), key.at)),
            None => {
                let message = format!("key `{}` of {} is none that Windows reads", key.value, called(set));
                add(Severity::Error, message, key.at, NUMBERS);
            }
        }
    }
    for (expected, name, at, _) in holes(numbers) {
        let message = format!("{} has no key `{expected:0DIGITS$}`, and `{name}` follows", called(set));
        add(Severity::Error, message, at, NUMBERS);
    }
}

/// Checks the providers that every Windows needs to look up names.
fn needed(set: &NameSpaceSet, add: &mut Add<'_>) {
    for known in KNOWN_NAME_SPACES.iter().filter(|known| known.is_needed) {
        let mut own = set.providers.iter().filter(|provider| provider.provider_id == Some(known.provider_id));
        let Some(first) = own.clone().next() else {
            let message = format!("{} lacks the provider of {}: programs find no addresses", called(set), known.name);
            add(Severity::Error, message, set.at, "`netsh winsock reset` on the machine itself installs it again");
            continue;
        };
        if own.all(|provider| provider.enabled == Some(false)) {
            let message =
                format!("the provider of {} in {} is disabled: programs find no addresses", known.name, called(set));
            add(Severity::Error, message, first.at, "set its value `Enabled` to 1");
        }
        if let Some(other) = first.name_space.filter(|&number| number != known.name_space) {
            let message = format!(
                "the provider of {} in {} has `SupportedNameSpace` {other}: programs find no addresses",
                known.name,
                called(set)
            );
            add(Severity::Error, message, first.at, &format!("set it to {}", known.name_space));
        }
    }
}

/// Checks the library of a provider, which is loaded into every program that looks up a name.
fn library(provider: &NameSpaceProvider, add: &mut Add<'_>) {
    let known = provider.provider_id.and_then(KnownNameSpace::by_id);
    let name = match known {
        Some(known) => format!("the name-space provider of {}", known.name),
        None => format!("the name-space provider `{}`", provider.name),
    };
    let help = match known {
        Some(known) => format!("Windows has `{}` here: set `LibraryPath` back", known.library),
        None => "find out what it is: install its program anew, or remove it".to_owned(),
    };
    let path = provider.path.as_deref().unwrap_or_default();
    let leads = WindowsPath::of(path);
    let (severity, message) = match (known, leads) {
        (Some(known), _) if known.has_library(path) => return,
        (_, WindowsPath::Empty) => (Severity::Error, format!("{name} names no library")),
        (_, WindowsPath::Bare(_) | WindowsPath::Relative) => (
            Severity::Error,
            format!("{name} names its library without a folder: whichever `{path}` is found first is loaded"),
        ),
        (Some(_), _) => (Severity::Error, format!("{name} has the library `{path}`, which is not that provider's")),
        (None, _) => match user_writable(path) {
            Some(part) => {
                (Severity::Warning, format!("{name} has the library `{path}`, below `{part}`, where users write"))
            }
            None => return,
        },
    };
    add(severity, message, provider.at, &help);
}

/// Returns the name of the catalog in messages, with its bitness if that is stated.
fn called(set: &NameSpaceSet) -> String {
    let bits = set.bits.map(|bits| format!("{}-bit ", bits.number())).unwrap_or_default();
    format!("the catalog of {bits}name-space providers")
}
