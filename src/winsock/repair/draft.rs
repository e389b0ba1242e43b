//! A set while it is mended: its items, the steps so far, and the ids that are free.

use super::reason::Removal;
use super::step::{Change, Step, Subject};
use crate::catalog::{Bitness, Span};
use crate::winsock::info::ProtocolInfo;
use crate::winsock::packed::PackedItem;
use crate::winsock::store::{Item, Store};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The first id of a new catalog.
const FIRST_ID: u32 = 1001;
/// The last id that an entry can have.
pub(super) const HIGHEST_ID: u32 = i32::MAX.cast_unsigned();

/// One set while it is mended.
pub(super) struct Draft<'p> {
    pub bits: Option<Bitness>,
    /// Where the set begins, for what is added to it.
    pub at: Span,
    pub items: Vec<Item>,
    pub ids: &'p mut Ids,
    pub steps: &'p mut Vec<Step>,
}

impl Draft<'_> {
    /// Writes down what is done to an item.
    pub fn step(&mut self, item: Subject, at: Span, change: Change) {
        self.steps.push(Step { bits: self.bits, item: Some(item), change, at });
    }

    /// Writes down what is done to the item at an index.
    pub fn step_on(&mut self, index: usize, change: Change) {
        if let Some(item) = self.items.get(index) {
            let (subject, at) = (Subject::of(item), item.at);
            self.step(subject, at, change);
        }
    }

    /// Changes the item at an index and writes that down; does neither where the values do not fit into a packed item.
    pub fn mend(&mut self, index: usize, change: Change, edit: impl FnOnce(&mut ProtocolInfo)) {
        let Some(item) = self.items.get_mut(index) else { return };
        let (subject, at) = (Subject::of(item), item.at);
        if edited(item, edit) {
            self.step(subject, at, change);
        }
    }

    /// Takes items out, each for its reason, and writes that down.
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

    /// Returns a new item of this set that says this, or `None` where it does not fit into a packed item, which no known one does.
    pub fn new_item(&self, info: ProtocolInfo) -> Option<Item> {
        let packed = PackedItem::new(&info).ok()?;
        // The value beside the bytes came with Windows Vista: what the other items have is what this Windows writes.
        let is_repeated = self.items.iter().any(|item| item.repeated_name.is_some());
        let name = info.name.clone();
        let mut item = Item::new(info, self.at);
        item.packed = Some(packed);
        item.repeated_name = is_repeated.then(|| crate::winsock::store::Stated::new(name, self.at));
        Some(item)
    }
}

/// Changes what an item says and its bytes alike; where the values do not fit into the bytes, neither.
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

/// The ids of both sets, which one counter serves.
pub(super) struct Ids {
    /// Those that items have, and those that chains name: a new item must not become what a broken chain runs over.
    taken: HashSet<u32>,
    next: u32,
    /// The ids of known items, by provider and triple: both sets call one item alike.
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

    /// Returns an id that nothing has or names, from the counter on; behind the last number, the lowest that is free.
    pub fn give(&mut self) -> Option<u32> {
        let mut candidates = (self.next..=HIGHEST_ID).chain(FIRST_ID..self.next.min(HIGHEST_ID));
        let id = candidates.find(|id| !self.taken.contains(id))?;
        self.taken.insert(id);
        self.next = id.saturating_add(1);
        Some(id)
    }

    /// Returns the id that an item of this provider and triple has in either set.
    pub fn known(&self, info: &ProtocolInfo) -> Option<u32> {
        self.known.get(&(info.provider_id, info.triple())).copied()
    }

    /// Remembers which id an item got.
    pub fn know(&mut self, info: &ProtocolInfo) {
        self.taken.insert(info.catalog_entry_id);
        self.known.entry((info.provider_id, info.triple())).or_insert(info.catalog_entry_id);
    }
}
