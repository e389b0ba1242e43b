//! A set in the form that the rules use: its items by id, and lookups for chains.

use super::super::chains::Members;
use super::super::{Item, ItemKind, Set, SourceForm, Store};

/// A set of a store, with an index over its ids.
pub(super) struct Judged<'s> {
    pub store: &'s Store,
    pub set: &'s Set,
    members: Members<'s>,
}

impl<'s> Judged<'s> {
    /// Returns the sets of a store, each with its index.
    pub fn sets(store: &'s Store) -> impl Iterator<Item = Judged<'s>> {
        store.sets.iter().map(move |set| Judged { store, set, members: Members::new(&set.items) })
    }

    /// Returns the first item with this id.
    pub fn by_id(&self, id: u32) -> Option<&'s Item> {
        self.members.item(id)
    }

    /// Returns the position of the first item with this id.
    pub fn position(&self, id: u32) -> Option<usize> {
        self.members.position(id)
    }

    /// Returns the items of this kind, in order.
    pub fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = &'s Item> {
        self.set.items.iter().filter(move |item| item.kind() == kind)
    }

    /// Returns the base protocol in which a chain ends, or `None` if it does not end in one.
    pub fn base_of(&self, chain: &Item) -> Option<&'s Item> {
        let last = self.by_id(*chain.info.chain.ids().last()?)?;
        (last.kind() == ItemKind::Base).then_some(last)
    }

    /// Returns whether a chain names an id that no item has.
    pub fn misses(&self, chain: &Item) -> bool {
        chain.info.chain.ids().iter().any(|&id| self.by_id(id).is_none())
    }

    /// Returns whether the set is stated in full, so that an item which is not there is missing. A sequence of packed items may
    /// be any part of a set.
    pub fn is_whole(&self) -> bool {
        let is_catalog = !matches!(self.store.form, SourceForm::Packed | SourceForm::Instlsp);
        is_catalog && self.store.fragments.is_empty() && self.set.malformed.is_empty()
    }

    /// Returns the name of the set in messages: `the 32-bit set`, `the 64-bit set`, or `the catalog` if the source does not state
    /// the bitness.
    pub fn name(&self) -> String {
        self.set.bits.map_or_else(|| "the catalog".to_owned(), |bits| format!("the {}-bit set", bits.number()))
    }
}
