//! Drafts: a set during its repair, with the steps so far, and the free ids.

use super::reason::Removal;
use super::step::{Change, Step, Subject};
use crate::catalog::{Bitness, Span};
use crate::winsock::info::ProtocolInfo;
use crate::winsock::packed::PackedItem;
use crate::winsock::store::{Item, Store};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The first id in a new catalog.
const FIRST_ID: u32 = 1001;
/// The highest id that an entry can have.
pub(super) const HIGHEST_ID: u32 = i32::MAX.cast_unsigned();

/// A set during its repair.
pub(super) struct Draft<'p> {
    pub bits: Option<Bitness>,
    /// The place of the set, for items that are added to it.
    pub at: Span,
    pub items: Vec<Item>,
    pub ids: &'p mut Ids,
    pub steps: &'p mut Vec<Step>,
}

impl Draft<'_> {
    /// Records a change to an item.
    pub fn step(&mut self, item: Subject, at: Span, change: Change) {
        self.steps.push(Step { bits: self.bits, item: Some(item), change, at });
    }

    /// Records a change to the item at an index.
    pub fn step_on(&mut self, index: usize, change: Change) {
        if let Some(item) = self.items.get(index) {
            let (subject, at) = (Subject::of(item), item.at);
            self.step(subject, at, change);
        }
    }

    /// Changes the item at an index and records that, or does neither if the values do not fit into a packed item.
    pub fn mend(&mut self, index: usize, change: Change, edit: impl FnOnce(&mut ProtocolInfo)) {
        let Some(item) = self.items.get_mut(index) else { return };
        let (subject, at) = (Subject::of(item), item.at);
        if edited(item, edit) {
            self.step(subject, at, change);
        }
    }

    /// Removes items for their reasons, and records that.
    pub fn remove(&mut self, mut reasons: HashMap<usize, Removal>) {
        if reasons.is_empty() {
            return;
        }
        let items = std::mem::take(&mut self.items);
        for (index, item) in items.into_iter().enumerate() {
            match reasons.remove(&index) {
                Some(reason) => self.step(Subject::of(&item), item.at, Change::Remove(reason)),
                None => self.items.push(item),
            }
        }
    }

    /// Creates an item of this set, or returns `None` if the values do not fit into a packed item; those of known items do.
    pub fn new_item(&self, info: ProtocolInfo) -> Option<Item> {
        let packed = PackedItem::new(&info).ok()?;
        // The value beside the bytes exists since Windows Vista. The other items show whether this Windows writes it.
        let is_repeated = self.items.iter().any(|item| item.repeated_name.is_some());
        let name = info.name.clone();
        let mut item = Item::new(info, self.at);
        item.packed = Some(packed);
        item.repeated_name = is_repeated.then(|| crate::winsock::store::Stated::new(name, self.at));
        Some(item)
    }
}

/// Changes the fields of an item and its bytes alike, or neither if the values do not fit into the bytes.
fn edited(item: &mut Item, edit: impl FnOnce(&mut ProtocolInfo)) -> bool {
    let mut info = item.info.clone();
    edit(&mut info);
    if let Some(packed) = &mut item.packed
        && packed.set_info(&info).is_err()
    {
        return false;
    }
    item.info = info;
    true
}

/// The ids of both sets, which share one counter.
pub(super) struct Ids {
    /// The ids of items, and those that chains name: a new item must not get the id that a broken chain names.
    taken: HashSet<u32>,
    next: u32,
    /// The ids of known items, by provider and triple: an item has the same id in both sets.
    known: HashMap<(Uuid, (i32, i32, i32)), u32>,
}

impl Ids {
    pub fn of(store: &Store) -> Self {
        let mut taken = HashSet::from([0]);
        let mut known = HashMap::new();
        for item in store.items() {
            taken.insert(item.id());
            taken.extend(item.info.chain.ids());
            known.entry((item.info.provider_id, item.info.triple())).or_insert(item.id());
        }
        let ids = store.items().map(|item| item.id()).filter(|&id| id <= HIGHEST_ID);
        let highest = ids.max().unwrap_or(0);
        let next = store.next_catalog_entry_id.as_ref().map_or(FIRST_ID, |next| next.value);
        Ids { taken, known, next: next.max(highest.saturating_add(1)).max(FIRST_ID) }
    }

    /// Returns an id that no item has and no chain names: the next from the counter on, or the lowest free one after the highest
    /// id.
    pub fn give(&mut self) -> Option<u32> {
        let mut candidates = (self.next..=HIGHEST_ID).chain(FIRST_ID..self.next.min(HIGHEST_ID));
        let id = candidates.find(|id| !self.taken.contains(id))?;
        self.taken.insert(id);
        self.next = id.saturating_add(1);
        Some(id)
    }

    /// Returns the id of the item with this provider and triple in either set.
    pub fn known(&self, info: &ProtocolInfo) -> Option<u32> {
        self.known.get(&(info.provider_id, info.triple())).copied()
    }

    /// Records the id of an item.
    pub fn know(&mut self, info: &ProtocolInfo) {
        self.taken.insert(info.catalog_entry_id);
        self.known.entry((info.provider_id, info.triple())).or_insert(info.catalog_entry_id);
    }
}
