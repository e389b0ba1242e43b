//! The chains of a set: the items to which their ids lead, and the form in which a catalog of sockatlas states them.
//!
//! Winsock names a layer that is already in a chain by its own id or by the id of its chain. `[3, 2, 1]` may mean layer 3 over
//! chain 2, which in turn is a layer over base 1. In a catalog of sockatlas this is a chain with one layer, whose base is a
//! chain.

use super::fault::ChainFlaw;
use super::info::ItemKind;
use super::set_index::SetIndex;
use super::store::Item;
use crate::catalog::MAX_PROTOCOL_CHAIN;
use std::collections::BTreeSet;

/// The items of a set and their index: the items to which the ids of chains lead.
pub(super) struct Members<'s> {
    items: &'s [Item],
    index: SetIndex,
}

/// An id in a chain: its position in the chain, and the index of the item to which it leads.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub position: usize,
    pub item: usize,
}

/// A chain in the form in which a catalog of sockatlas states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The layers, top first; at least one.
    pub layers: Vec<Link>,
    /// The base, which is a base protocol or a chain.
    pub base: Link,
}

impl<'s> Members<'s> {
    pub fn new(items: &'s [Item]) -> Self {
        Members { items, index: SetIndex::new(items) }
    }

    /// Returns the position of the first item with this id.
    pub fn position(&self, id: u32) -> Option<usize> {
        self.index.position(id)
    }

    /// Returns the first item with this id.
    pub fn item(&self, id: u32) -> Option<&'s Item> {
        self.index.item(self.items, id)
    }

    /// Returns all items of the set.
    pub fn items(&self) -> &'s [Item] {
        self.items
    }

    fn placed(&self, id: u32) -> Option<(usize, &'s Item)> {
        self.position(id).zip(self.item(id))
    }

    /// Returns the id of the top layer if this id is that of a chain; returns any other id unchanged.
    pub fn top(&self, id: u32) -> u32 {
        let mut at = id;
        // The bound ends the loop for chains in a cycle: no sound chain is on top of as many others.
        for _ in 0..=MAX_PROTOCOL_CHAIN {
            match self.item(at) {
                Some(item) if item.kind() == ItemKind::Chain => at = item.info.chain.entries[0],
                _ => break,
            }
        }
        at
    }

    /// Returns the form in which a catalog of sockatlas states this chain.
    pub fn shape(&self, chain: &Item) -> Result<Shape, ChainFlaw> {
        let ids = chain.info.chain.ids();
        let Some((&last, upper)) = ids.split_last() else { return Err(ChainFlaw::Length(chain.info.chain.length)) };
        if let Some(repeated) = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
            return Err(ChainFlaw::Repeated(*repeated.1));
        }
        let mut layers = Vec::with_capacity(upper.len());
        for (position, &id) in upper.iter().enumerate() {
            let (at, item) = self.placed(id).ok_or(ChainFlaw::Missing(id))?;
            match item.kind() {
                ItemKind::Layer => layers.push(Link { position, item: at }),
                ItemKind::Base => return Err(ChainFlaw::BaseAsLayer(id)),
                // The ids that follow are those of the chain below its top layer, so the base is that chain.
                ItemKind::Chain if position > 0 && item.info.chain.ids().get(1..) == ids.get(position + 1..) => {
                    return Ok(Shape { layers, base: Link { position, item: at } });
                }
                ItemKind::Chain => {
                    let top = self.placed(self.top(id)).filter(|(_, top)| top.kind() == ItemKind::Layer);
                    let (at, _) = top.ok_or(ChainFlaw::NoTop(id))?;
                    layers.push(Link { position, item: at });
                }
                ItemKind::Malformed => return Err(ChainFlaw::NoTop(id)),
            }
        }
        let (at, item) = self.placed(last).ok_or(ChainFlaw::Missing(last))?;
        if item.kind() != ItemKind::Base {
            return Err(ChainFlaw::NoBase(last));
        }
        Ok(Shape { layers, base: Link { position: upper.len(), item: at } })
    }

    /// Returns the ids that a chain of this shape has in Winsock.
    ///
    /// The recursion ends because a chain below is always shorter.
    pub fn ids(&self, shape: &Shape) -> Result<Vec<u32>, ChainFlaw> {
        let id = |link: &Link| self.items.get(link.item).map_or(0, Item::id);
        let mut ids: Vec<u32> = shape.layers.iter().map(id).collect();
        ids.push(id(&shape.base));
        if let Some(below) = self.items.get(shape.base.item).filter(|below| below.kind() == ItemKind::Chain) {
            ids.extend(self.ids(&self.shape(below)?)?.get(1..).unwrap_or_default());
        }
        Ok(ids)
    }

    /// Returns the layers of the chain at this position, sound or not, through the chains that it runs over, and the base in which
    /// it ends, all as positions.
    ///
    /// A chain may name chains, and a faulty one itself, so each chain is visited once, and no more chains than a chain has entries.
    pub fn below(&self, chain: usize) -> (BTreeSet<usize>, Option<usize>) {
        let (mut layers, mut base) = (BTreeSet::new(), None);
        let mut seen = BTreeSet::from([chain]);
        let mut waiting = vec![(chain, true)];
        while let Some((chain, ends_in_base)) = waiting.pop() {
            let ids = self.items.get(chain).map_or(&[][..], |chain| chain.info.chain.ids());
            for (position, &id) in ids.iter().enumerate() {
                let Some((at, member)) = self.placed(id) else { continue };
                let is_last = ends_in_base && position + 1 == ids.len();
                let has_room = seen.len() < MAX_PROTOCOL_CHAIN;
                match member.kind() {
                    ItemKind::Layer => drop(layers.insert(at)),
                    ItemKind::Base if is_last => base = Some(at),
                    ItemKind::Chain if has_room && seen.insert(at) => waiting.push((at, is_last)),
                    _ => {}
                }
            }
        }
        (layers, base)
    }
}
