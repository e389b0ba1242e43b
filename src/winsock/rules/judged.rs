//! A set as the rules look at it: items by id, and what stands in chains.

use super::super::{Item, ItemKind, Set, SourceForm, Store};
use std::collections::HashMap;

/// A set of a store, with an index over its ids.
pub(super) struct Judged<'s> {
    pub store: &'s Store,
    pub set: &'s Set,
    by_id: HashMap<u32, usize>,
}

impl<'s> Judged<'s> {
    /// Returns every set of a store.
    pub fn sets(store: &'s Store) -> impl Iterator<Item = Judged<'s>> {
        store.sets.iter().map(move |set| {
            let mut by_id = HashMap::with_capacity(set.items.len());
            for (at, item) in set.items.iter().enumerate() {
                by_id.entry(item.id()).or_insert(at);
            }
            Judged { store, set, by_id }
        })
    }

    /// Returns the first item of this id.
    pub fn by_id(&self, id: u32) -> Option<&'s Item> {
        self.set.items.get(*self.by_id.get(&id)?)
    }

    /// Returns the place in the order of the first item of this id.
    pub fn place(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Returns the items of a kind, in order.
    pub fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = &'s Item> {
        self.set.items.iter().filter(move |item| item.kind() == kind)
    }

    /// Returns the base protocol that a chain ends in, if it does.
    pub fn base_of(&self, chain: &Item) -> Option<&'s Item> {
        let last = self.by_id(*chain.info.chain.ids().last()?)?;
        (last.kind() == ItemKind::Base).then_some(last)
    }

    /// Returns whether a chain names an id that no item has.
    pub fn misses(&self, chain: &Item) -> bool {
        chain.info.chain.ids().iter().any(|&id| self.by_id(id).is_none())
    }

    /// Returns whether all of the set is stated, so that what is not there is missing. Packed items on their own may be any.
    pub fn is_whole(&self) -> bool {
        let is_catalog = !matches!(self.store.form, SourceForm::Packed | SourceForm::Instlsp);
        is_catalog && self.store.fragments.is_empty() && self.set.malformed.is_empty()
    }

    /// `the 32-bit set`, `the 64-bit set`, or `the catalog` where the source does not state which.
    pub fn name(&self) -> String {
        self.set.bits.map_or_else(|| "the catalog".to_owned(), |bits| format!("the {}-bit set", bits.number()))
    }
}
