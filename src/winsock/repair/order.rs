//! Repairs the visibility and the order of items: layers are hidden, and chains are visible and precede the items that they
//! cover.

use super::draft::Draft;
use super::step::Change;
use crate::winsock::info::{ItemKind, ProtocolInfo, provider_flags};
use crate::winsock::store::Item;
use std::collections::HashMap;

impl Draft<'_> {
    /// Hides layers, and makes chains visible.
    pub fn set_visibility(&mut self) {
        for index in 0..self.items.len() {
            let Some(item) = self.items.get(index) else { break };
            let change = match (item.kind(), item.info.has_provider_flags(provider_flags::HIDDEN)) {
                (ItemKind::Layer, Some(false)) => Change::Hide,
                (ItemKind::Chain, Some(true)) => Change::Show,
                _ => continue,
            };
            self.mend(index, change, |info| {
                if let Some(further) = &mut info.further {
                    further.provider_flags ^= provider_flags::HIDDEN;
                }
            });
        }
    }

    /// Moves chains before the base protocols, and before the chains under them, that would be chosen in their place.
    ///
    /// A chain is not moved if another chain would still be chosen in its place: it is unknown which of the two is wanted.
    pub fn order_chains(&mut self) {
        let mut order: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
        for (index, item) in self.items.iter().enumerate() {
            if matches!(item.kind(), ItemKind::Base | ItemKind::Chain) {
                order.entry((item.info.address_family, item.info.socket_type)).or_default().push(index);
            }
        }
        // The moves: an item, and the item before which it is placed. Only items of one family and type compete.
        let mut ahead: Vec<(usize, usize)> = Vec::new();
        for competitors in order.values_mut() {
            for index in competitors.clone() {
                if let Some(before) = self.moved(index, competitors) {
                    ahead.push((index, before));
                }
            }
        }
        ahead.sort_unstable();
        for &(index, before) in &ahead {
            let Some(other) = self.items.get(before) else { continue };
            let change = Change::Move { id: other.id(), name: other.info.name.clone() };
            self.step_on(index, change);
        }
        self.reorder(&ahead);
    }

    /// Moves a chain within the order of its competitors, and returns the item before which it is placed, or `None` if it stays.
    fn moved(&self, index: usize, order: &mut Vec<usize>) -> Option<usize> {
        let chain = self.items.get(index).filter(|item| item.kind() == ItemKind::Chain)?;
        let place = order.iter().position(|other| *other == index)?;
        let mut first = None;
        for (at, other) in order.iter().take(place).enumerate() {
            let Some(rival) = self.items.get(*other).filter(|rival| covers(&rival.info, &chain.info)) else { continue };
            if rival.kind() != ItemKind::Base && !stands_on(chain, rival) {
                return None;
            }
            first = first.or(Some(at));
        }
        let first = first?;
        let before = order.get(first).copied();
        order.remove(place);
        order.insert(first, index);
        before
    }

    /// Places items before others; items with the same target keep the order of `ahead`.
    fn reorder(&mut self, ahead: &[(usize, usize)]) {
        if ahead.is_empty() {
            return;
        }
        let mut waiting: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut is_moved = vec![false; self.items.len()];
        for &(index, before) in ahead {
            waiting.entry(before).or_default().push(index);
            is_moved[index] = true;
        }
        let mut items: Vec<Option<Item>> = std::mem::take(&mut self.items).into_iter().map(Some).collect();
        for (root, _) in is_moved.iter().enumerate().filter(|(_, is_moved)| !**is_moved) {
            // An item is placed after the items that precede it.
            let mut stack = vec![root];
            while let Some(index) = stack.pop() {
                match waiting.remove(&index) {
                    Some(first) => {
                        stack.push(index);
                        stack.extend(first.into_iter().rev());
                    }
                    None => self.items.extend(items.get_mut(index).and_then(Option::take)),
                }
            }
        }
    }
}

/// Returns whether an earlier item is chosen for all requests that a chain answers: family, type, every protocol, and 0.
fn covers(rival: &ProtocolInfo, chain: &ProtocolInfo) -> bool {
    let zero = |info: &ProtocolInfo| info.has_provider_flags(provider_flags::MATCHES_PROTOCOL_ZERO);
    let same = rival.address_family == chain.address_family && rival.socket_type == chain.socket_type;
    match (rival.protocols(), chain.protocols()) {
        ((first, Some(last)), (from, Some(to))) => {
            same && first <= from && to <= last && (zero(rival) == Some(true) || zero(chain) == Some(false))
        }
        _ => false,
    }
}

/// Returns whether a chain runs over another, by naming it or by ending in all of its ids.
fn stands_on(chain: &Item, other: &Item) -> bool {
    let (ids, below) = (chain.info.chain.ids(), other.info.chain.ids());
    ids.contains(&other.id()) || (ids.len() > below.len() && ids.ends_with(below))
}
