//! Repairs keys and counters: consecutive numbers, and correct counts.

use super::draft::Draft;
use super::step::{Change, Step};
use crate::catalog::Bitness;
use crate::winsock::store::{Set, Stated, Store};

impl Draft<'_> {
    /// Numbers the keys from 1, in the order of the items. Items of a source without keys remain without.
    pub fn number_keys(&mut self) {
        if self.items.iter().all(|item| item.key.is_none()) {
            return;
        }
        let mut changed = 0;
        for (item, number) in self.items.iter_mut().zip(1..) {
            let name = format!("{number:012}");
            if item.key.as_ref().is_none_or(|key| key.value != name) {
                changed += 1;
                let at = item.key.as_ref().map_or(item.at, |key| key.at);
                item.key = Some(Stated::new(name, at));
            }
            item.number = Some(number);
        }
        if changed > 0 {
            let change = Change::Renumber { changed, last: self.items.len() };
            self.steps.push(Step { bits: self.bits, item: None, change, at: self.at });
        }
    }
}

/// Sets the counter of a set to its number of items. A missing counter is added if the source contains the catalog's key or if
/// something changed; an export of a part has no counter.
pub(super) fn count(set: &mut Set, is_catalog_stated: bool, steps: &mut Vec<Step>) {
    let to = u32::try_from(set.items.len()).unwrap_or(u32::MAX);
    let from = set.count.as_ref().map(|count| count.value);
    let is_silent = from.is_none() && steps.is_empty() && !is_catalog_stated;
    if from == Some(to) || is_silent {
        return;
    }
    let counter = match set.bits {
        Some(Bitness::Bits64) => "Num_Catalog_Entries64",
        _ => "Num_Catalog_Entries",
    };
    let at = set.count.as_ref().map_or(set.at, |count| count.at);
    set.count = Some(Stated::new(to, at));
    steps.push(Step { bits: set.bits, item: None, change: Change::Count { counter, from, to }, at });
}

/// Raises the id for the next item above all existing ids, and increments the serial number if anything changed.
pub(super) fn counters(store: &mut Store, highest: u32, steps: &mut Vec<Step>) {
    let Some(at) = store.sets.first().map(|set| set.at) else { return };
    let from = store.next_catalog_entry_id.as_ref().map(|next| next.value);
    let is_silent = from.is_none() && steps.is_empty();
    if from.is_none_or(|from| from <= highest)
        && !is_silent
        && let Some(to) = highest.checked_add(1)
    {
        let at = store.next_catalog_entry_id.as_ref().map_or(at, |next| next.at);
        store.next_catalog_entry_id = Some(Stated::new(to, at));
        steps.push(Step { bits: None, item: None, change: Change::NextId { from, to }, at });
    }
    if !steps.is_empty() {
        let from = store.serial_access_number.as_ref().map(|serial| serial.value);
        // A new catalog has 1. After the highest number the count begins anew, as it is compared for equality only.
        let to = from.map_or(1, |from| from.wrapping_add(1));
        let at = store.serial_access_number.as_ref().map_or(at, |serial| serial.at);
        store.serial_access_number = Some(Stated::new(to, at));
        steps.push(Step { bits: None, item: None, change: Change::Serial { from, to }, at });
    }
}
