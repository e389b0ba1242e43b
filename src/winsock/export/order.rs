//! The entries of a set, and their order.

use super::{Reason, Remark};
use crate::catalog::Bitness;
use crate::catalog::entry::EntryIndex;
use crate::registry::Registry;
use std::collections::HashSet;

/// Returns the entries of a set, in the order of the set.
///
/// Windows has one order for all entries, and a catalog has one for the entries that requests select. Layers and entries that are
/// disabled for 64-bit programs therefore keep the places of their declarations, and the other entries take the remaining places
/// in catalog order.
pub(super) fn members(registry: &Registry, bits: Bitness, remarks: &mut Vec<Remark>) -> Vec<EntryIndex> {
    let mut members = Vec::new();
    for entry in registry.entries() {
        match entry.facts().winsock.as_ref().and_then(|winsock| winsock.bits) {
            Some(own) if own != bits => {}
            None if entry.is_disabled() => remarks.push(Remark::of(registry, entry.index(), Reason::Disabled)),
            _ => members.push(entry.index()),
        }
    }
    let own = match bits {
        Bitness::Bits32 => &registry.winsock().order_32,
        Bitness::Bits64 => &registry.winsock().order_64,
    };
    if !own.is_empty() {
        return stated(members, own);
    }
    let here: HashSet<EntryIndex> = members.iter().copied().collect();
    let mut selectable = registry.selectable().map(|entry| entry.index()).filter(|index| here.contains(index));
    for place in &mut members {
        if registry.stack_at(*place).is_some() {
            *place = selectable.next().unwrap_or(*place);
        }
    }
    members
}

/// Returns the members that `order` lists, in that order, followed by the remaining members in theirs.
fn stated(members: Vec<EntryIndex>, order: &[EntryIndex]) -> Vec<EntryIndex> {
    let mut rest: indexmap::IndexSet<EntryIndex> = members.into_iter().collect();
    let mut first: indexmap::IndexSet<EntryIndex> =
        order.iter().copied().filter(|index| rest.contains(index)).collect();
    first.append(&mut rest);
    first.into_iter().collect()
}
