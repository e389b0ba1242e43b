//! The positions of the items of a set, 32- or 64-bit, by catalog entry id.

use super::store::Item;
use std::collections::HashMap;

/// The positions of items by id. If several items share an id, the first one has it, as in Windows.
#[derive(Clone, Debug, Default)]
pub(super) struct SetIndex {
    positions: HashMap<u32, usize>,
}

impl SetIndex {
    /// Returns the index of all items of a set.
    pub fn new(items: &[Item]) -> Self {
        SetIndex::of(items, |_| true)
    }

    /// Returns the index of those items of a set that `includes` selects.
    pub fn of(items: &[Item], includes: impl Fn(&Item) -> bool) -> Self {
        let mut index = SetIndex { positions: HashMap::with_capacity(items.len()) };
        for (position, item) in items.iter().enumerate().filter(|(_, item)| includes(item)) {
            index.insert(item.id(), position);
        }
        index
    }

    /// Returns the position of the first item with this id.
    pub fn position(&self, id: u32) -> Option<usize> {
        self.positions.get(&id).copied()
    }

    /// Returns the first item with this id; `items` are those of the set.
    pub fn item<'i>(&self, items: &'i [Item], id: u32) -> Option<&'i Item> {
        items.get(self.position(id)?)
    }

    /// Adds an item, unless another has its id. Returns whether the index now leads from the id to this position.
    pub fn insert(&mut self, id: u32, position: usize) -> bool {
        *self.positions.entry(id).or_insert(position) == position
    }

    /// Removes an item, if it is the one to which its id leads.
    pub fn remove(&mut self, id: u32, position: usize) {
        if self.position(id) == Some(position) {
            self.positions.remove(&id);
        }
    }
}
