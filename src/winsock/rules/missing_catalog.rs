//! # What it finds
//! A catalog that is missing although the source refers to it: the protocol catalog or the catalog of name-space providers
//! that `Parameters` names, or the entries for one bitness if name-space providers, or other parts of the source, show that
//! programs of that bitness run. An export of a part of `Parameters` is not checked for the other parts.
//!
//! # Why it matters
//! Without the protocol catalog, no program can open a socket. Without `Catalog_Entries64`, 64-bit programs cannot, while
//! 32-bit programs can. Without name-space providers, no name can be looked up. Other rules find nothing in a missing
//! catalog, because it has no entries.
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

use super::super::{Bitness, SourceForm, Store};
use crate::catalog::{Severity, Span};
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule =
    Rule::lint("winsock-missing-catalog", Severity::Error, include_str!("missing_catalog.rs"));

/// The advice if the source does not state what the catalog held.
const RESET: &str =
    "`netsh winsock reset` on the machine itself makes a new one; or import an export of the same machine";

/// Reports catalogs, and sets of a catalog, that are missing.
///
/// An export of a part of the registry does not have them either. A catalog therefore counts as missing only if the source itself
/// refers to it: `Parameters` names its catalogs, each bitness has both of them, and a source with all of `Parameters` has all of
/// its subkeys.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    if !matches!(store.form, SourceForm::Reg | SourceForm::Hive) {
        return;
    }
    if let Some(at) = no_protocols(store) {
        let name = named(store.named_protocol_catalog.as_ref().map(|named| named.value.as_str()), "Protocol_Catalog9");
        let message = format!("there is no protocol catalog {name}: no program can open a socket");
        let help = format!("`sockatlas winsock repair` restores the standard entries; {RESET}");
        found.push(Finding::new(RULE.code, RULE.severity, message, at).help(help));
    } else {
        for (bits, at) in missing_sets(store) {
            let (number, name) = (bits.number(), entries(bits));
            let message = format!("the protocol catalog has no `{name}`: no {number}-bit program can open a socket");
            let help = format!("`sockatlas winsock repair` restores the standard entries; {RESET}");
            let finding = Finding::new(RULE.code, RULE.severity, message, at).help(help);
            let proof = store.name_spaces.iter().find(|set| set.bits == Some(bits));
            found.push(match proof {
                Some(proof) => finding.label(proof.at, format!("{number}-bit programs have name-space providers")),
                None => finding,
            });
        }
    }
    let at = store.named_name_space_catalog.as_ref().map(|named| named.at).or(store.parameters);
    let Some(at) = at else { return };
    if store.name_space_catalog.is_none() && store.name_spaces.is_empty() {
        let named_catalog = store.named_name_space_catalog.as_ref().map(|named| named.value.as_str());
        let name = named(named_catalog, "NameSpace_Catalog5");
        let message = format!("there is no catalog of name-space providers {name}: no program can look up a name");
        found.push(Finding::new(RULE.code, RULE.severity, message, at).help(RESET));
        return;
    }
    let has = |bits| store.name_spaces.iter().any(|set| set.bits == Some(bits));
    for set in store.sets.iter().filter(|set| !set.items.is_empty()) {
        if let Some(bits) = set.bits.filter(|bits| !has(*bits)) {
            let (number, name) = (bits.number(), entries(bits));
            let message = format!(
                "the catalog of name-space providers has no `{name}`: no {number}-bit program can look up a name"
            );
            let at = store.name_space_catalog.as_ref().map_or(at, |catalog| catalog.at);
            let label = format!("{number}-bit programs have protocols");
            found.push(Finding::new(RULE.code, RULE.severity, message, at).label(set.at, label).help(RESET));
        }
    }
}

/// Returns the place at which the source refers to a protocol catalog, if there is none.
fn no_protocols(store: &Store) -> Option<Span> {
    let at = store.named_protocol_catalog.as_ref().map(|named| named.at).or(store.parameters);
    at.filter(|_| store.protocol_catalog.is_none() && store.sets.is_empty())
}

/// Returns the sets that the protocol catalog should have and does not, each with the place at which the source refers to it.
pub(in crate::winsock) fn missing_sets(store: &Store) -> Vec<(Bitness, Span)> {
    let without = no_protocols(store);
    let Some(at) = without.or_else(|| {
        let catalog = store.protocol_catalog.as_ref().map(|catalog| catalog.at);
        catalog.or_else(|| store.sets.first().map(|set| set.at))
    }) else {
        return Vec::new();
    };
    let has = |bits| store.sets.iter().any(|set| set.bits == Some(bits));
    let is_64 = has(Bitness::Bits64) || store.name_spaces.iter().any(|set| set.bits == Some(Bitness::Bits64));
    let is_32 = without.is_some()
        || store.parameters.is_some()
        || store.name_spaces.iter().any(|set| set.bits == Some(Bitness::Bits32));
    let missing = [(Bitness::Bits32, is_32), (Bitness::Bits64, is_64)];
    missing.into_iter().filter(|&(bits, is_needed)| is_needed && !has(bits)).map(|(bits, _)| (bits, at)).collect()
}

fn named(name: Option<&str>, usual: &str) -> String {
    format!("`{}`", name.unwrap_or(usual))
}

const fn entries(bits: Bitness) -> &'static str {
    match bits {
        Bitness::Bits32 => "Catalog_Entries",
        Bitness::Bits64 => "Catalog_Entries64",
    }
}
