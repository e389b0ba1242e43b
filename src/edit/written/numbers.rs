//! Determines the ids and the catalog order that must be stated, because the order of declaration does not imply them.

use super::unit::Unit;
use crate::catalog::entry::EntryIndex;
use crate::catalog::{EntryKind, numbered};
use crate::registry::Registry;

/// The number of attempts to state only the ids that numbering gives differently, before all ids are stated.
const ROUNDS: usize = 4;

/// Returns for each entry the id that it must state.
///
/// The result states no ids if numbering gives every id; otherwise the ids that it gives differently; all ids if that
/// is most of them, or if `all` is set. The entries of chains over several bases cannot state their ids, and need not:
/// numbering gave them their ids, in the order in which it gives them again.
pub(super) fn stated(registry: &Registry, units: &[Unit], all: bool) -> Vec<Option<i32>> {
    let can_state = units.iter().flat_map(|unit| unit.members().map(|_| unit.len() == 1));
    let entries: Vec<_> = registry.entries().zip(can_state).collect();
    let mut stated: Vec<Option<i32>> = vec![None; entries.len()];
    for _ in 0..if all { 0 } else { ROUNDS } {
        let kinds = entries.iter().map(|(entry, _)| entry.kind() == EntryKind::Layer);
        let given = numbered(&kinds.zip(stated.iter().copied()).collect::<Vec<_>>());
        if entries.iter().zip(&given).all(|((entry, _), given)| entry.catalog_entry_id() == *given) {
            return stated;
        }
        // Each id that is stated leaves its number to the next entry, and so shifts all ids after it.
        let mut moved = 0;
        for layers in [false, true] {
            for ((&(entry, can_state), given), stated) in entries.iter().zip(&given).zip(&mut stated) {
                let id = entry.catalog_entry_id();
                let is_next = (entry.kind() == EntryKind::Layer) == layers && stated.is_none();
                if is_next && can_state && i64::from(id) != i64::from(*given) - moved {
                    *stated = Some(id);
                    moved += 1;
                }
            }
        }
        if moved == 0 || stated.iter().flatten().count() * 2 > entries.len() {
            break;
        }
    }
    entries.iter().map(|(entry, can_state)| can_state.then_some(entry.catalog_entry_id())).collect()
}

/// Returns the shortest beginning of the catalog order after which the order of declaration continues.
pub(super) fn order(registry: &Registry) -> Vec<EntryIndex> {
    let order: Vec<EntryIndex> = registry.selectable().map(|entry| entry.index()).collect();
    let ascending =
        order.iter().rev().zip(order.iter().rev().skip(1)).take_while(|(below, above)| above < below).count();
    let rest = if order.is_empty() { 0 } else { ascending + 1 };
    let mut order = order;
    order.truncate(order.len() - rest);
    order
}
