//! # What it finds
//! Counters and keys of a registry export that contradict one another: `Num_Catalog_Entries` or `Num_Catalog_Entries64` is
//! missing or is not the number of keys, the keys have a hole or are not numbered from `000000000001` with twelve digits, or
//! `Next_Catalog_Entry_ID` is an id that is in use.
//!
//! # Why it matters
//! Windows reads the keys from the first one up to the number in the counter. It does not read the keys behind a hole, which
//! often is the whole catalog, and the next installer assigns an id that another item already has. The usual cause is keys
//! that were deleted by hand.
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

use super::super::{Bitness, Set, Store};
use super::Judged;
use crate::catalog::{Severity, Span};
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-numbering", Severity::Error, include_str!("numbering.rs"));

const HELP: &str = "`sockatlas winsock repair` numbers the keys anew and sets the counters";
/// The number of digits in the name of a key.
pub(super) const DIGITS: usize = 12;

/// Checks the counters and the keys of all sets, and the next id.
///
/// Windows reads the keys from `000000000001` up to the number that the counter states. It does not find keys behind a hole, or
/// with other names.
pub(super) fn look(sets: &[Judged<'_>], found: &mut Vec<Finding>) {
    for judged in sets {
        count(judged, found);
        keys(judged, found);
    }
    // Without a set no id is taken.
    if let Some(first) = sets.first() {
        next_id(first.store, found);
    }
}

/// Reports keys that Windows does not read.
fn keys(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let mut numbers = Vec::new();
    for (name, number, at) in numbered(judged.set) {
        if number > 0 && name.len() == DIGITS {
            numbers.push((number, name, at));
            continue;
        }
        let message = format!("key `{name}` of {} is none that Windows reads", judged.name());
        let help = format!("keys are numbered from `{:0DIGITS$}`: {HELP}", 1);
        found.push(Finding::new(RULE.code, RULE.severity, message, at).help(help));
    }
    for (expected, name, at, before) in holes(numbers) {
        let message = format!("{} has no key `{expected:0DIGITS$}`, and `{name}` follows", judged.name());
        let finding = Finding::new(RULE.code, RULE.severity, message, at).help(HELP);
        found.push(match before {
            Some(before) => finding.label(before, "the last key before the hole"),
            None => finding,
        });
    }
}

/// A hole in the keys: the first missing number, the name and the place of the key that follows, and the place of the last key
/// before.
pub(super) type Hole<'k> = (u64, &'k str, Span, Option<Span>);

/// Returns the holes in a list of numbered keys.
pub(super) fn holes(mut numbers: Vec<(u64, &str, Span)>) -> Vec<Hole<'_>> {
    numbers.sort_unstable_by_key(|&(number, ..)| number);
    let mut holes = Vec::new();
    let mut before: Option<(u64, Span)> = None;
    for (number, name, at) in numbers {
        let expected = before.map_or(1, |(number, _)| number.saturating_add(1));
        if number > expected {
            holes.push((expected, name, at, before.map(|(_, before)| before)));
        }
        before = Some((number, at));
    }
    holes
}

/// Returns the keys of a set, with name, number and place. Sources without keys yield none.
fn numbered(set: &Set) -> impl Iterator<Item = (&str, u64, Span)> {
    let items = set.items.iter().filter_map(|item| {
        let key = item.key.as_ref()?;
        Some((key.value.as_str(), item.number, key.at))
    });
    let malformed = set.malformed.iter().map(|item| (item.key.value.as_str(), item.number, item.key.at));
    // A key whose name is not a number is reported as a fault.
    items.chain(malformed).filter_map(|(name, number, at)| Some((name, number?, at)))
}

/// Reports a counter that is not the number of keys.
fn count(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let Some(count) = &judged.set.count else { return uncounted(judged, found) };
    let there = judged.set.items.len() + judged.set.malformed.len();
    if u64::from(count.value) == there as u64 {
        return;
    }
    let name = counter(judged.set.bits);
    let message = format!("`{name}` is {}, and {} has {there} keys", count.value, judged.name());
    let finding = Finding::new(RULE.code, RULE.severity, message, count.at).help(HELP);
    found.push(finding.label(judged.set.at, "the keys are counted here"));
}

/// Reports a set without a counter whose catalog is stated.
fn uncounted(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let Some(catalog) = &judged.store.protocol_catalog else { return };
    let (name, set) = (counter(judged.set.bits), judged.name());
    let message = format!("there is no `{name}`: Windows reads none of the entries of {set}");
    let finding = Finding::new(RULE.code, RULE.severity, message, catalog.at).help(HELP);
    found.push(finding.label(judged.set.at, "these are the entries"));
}

/// Returns the name of the value that counts the entries of a set.
pub(super) const fn counter(bits: Option<Bitness>) -> &'static str {
    match bits {
        Some(Bitness::Bits64) => "Num_Catalog_Entries64",
        _ => "Num_Catalog_Entries",
    }
}

/// Reports a next id that is not above all ids of both sets.
fn next_id(store: &Store, found: &mut Vec<Finding>) {
    let Some(next) = &store.next_catalog_entry_id else { return };
    let Some(last) = store.items().max_by_key(|item| item.id()).filter(|last| last.id() >= next.value) else { return };
    let message = format!("`Next_Catalog_Entry_ID` is {}, and ids up to {} are taken", next.value, last.id());
    let label = format!("{} has the highest", last.named());
    let at = last.field_at(super::super::Field::CatalogEntryId);
    found.push(Finding::new(RULE.code, RULE.severity, message, next.at).label(at, label).help(HELP));
}
