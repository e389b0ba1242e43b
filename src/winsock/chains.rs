//! The chains of a set: the items to which their ids lead, and the form in which a catalog of sockatlas states them.
//!
//! Winsock names a layer that is already in a chain by its own id or by the id of its chain. `[3, 2, 1]` may mean layer 3 over
//! chain 2, which in turn is a layer over base 1. In a catalog of sockatlas this is a chain with one layer, whose base is a
//! chain.

use super::info::ItemKind;
use super::store::Item;
use crate::catalog::MAX_PROTOCOL_CHAIN;
use std::collections::HashMap;

/// The items of a set, by id.
pub(super) struct SetIndex<'s> {
    items: &'s [Item],
    /// The index of the first item with each id.
    by_id: HashMap<u32, usize>,
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

/// The reason why a catalog of sockatlas cannot state a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Shapeless {
    #[error("is at fault already")]
    Stated,
    #[error("has a chain of length {0} where 0 to 7 is possible")]
    Length(i32),
    #[error("has id {0} twice in its chain")]
    Repeated(u32),
    #[error("runs over id {0}, which no item of the set has")]
    Missing(u32),
    #[error("ends in id {0}, which is no base protocol")]
    NoBase(u32),
    #[error("has id {0} among its layers, which is a base protocol")]
    BaseAsLayer(u32),
    #[error("runs over id {0}, a chain on top of which there is no layer")]
    NoTop(u32),
}

impl<'s> SetIndex<'s> {
    pub fn new(items: &'s [Item]) -> Self {
        let mut by_id = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            by_id.entry(item.id()).or_insert(at);
        }
        SetIndex { items, by_id }
    }

    /// Returns the index of the first item with this id.
    pub fn place(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub fn items(&self) -> &'s [Item] {
        self.items
    }

    fn item(&self, id: u32) -> Option<(usize, &'s Item)> {
        let at = self.place(id)?;
        Some((at, self.items.get(at)?))
    }

    /// Returns the id of the top layer if this id is that of a chain; returns any other id unchanged.
    pub fn top(&self, id: u32) -> u32 {
        let mut at = id;
        // The bound ends the loop for chains in a cycle: no sound chain is on top of as many others.
        for _ in 0..=MAX_PROTOCOL_CHAIN {
            match self.item(at) {
                Some((_, item)) if item.kind() == ItemKind::Chain => at = item.info.chain.entries[0],
                _ => break,
            }
        }
        at
    }

    /// Returns the form in which a catalog of sockatlas states this chain.
    pub fn shape(&self, chain: &Item) -> Result<Shape, Shapeless> {
        let ids = chain.info.chain.ids();
        let Some((&last, upper)) = ids.split_last() else { return Err(Shapeless::Length(chain.info.chain.length)) };
        if let Some(repeated) = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
            return Err(Shapeless::Repeated(*repeated.1));
        }
        let mut layers = Vec::with_capacity(upper.len());
        for (position, &id) in upper.iter().enumerate() {
            let (at, item) = self.item(id).ok_or(Shapeless::Missing(id))?;
            match item.kind() {
                ItemKind::Layer => layers.push(Link { position, item: at }),
                ItemKind::Base => return Err(Shapeless::BaseAsLayer(id)),
                // The ids that follow are those of the chain below its top layer, so the base is that chain.
                ItemKind::Chain if position > 0 && item.info.chain.ids().get(1..) == ids.get(position + 1..) => {
                    return Ok(Shape { layers, base: Link { position, item: at } });
                }
                ItemKind::Chain => {
                    let top = self.item(self.top(id)).filter(|(_, top)| top.kind() == ItemKind::Layer);
                    let (at, _) = top.ok_or(Shapeless::NoTop(id))?;
                    layers.push(Link { position, item: at });
                }
                ItemKind::Malformed => return Err(Shapeless::NoTop(id)),
            }
        }
        let (at, item) = self.item(last).ok_or(Shapeless::Missing(last))?;
        if item.kind() != ItemKind::Base {
            return Err(Shapeless::NoBase(last));
        }
        Ok(Shape { layers, base: Link { position: upper.len(), item: at } })
    }

    /// Returns the ids that a chain of this shape has in Winsock.
    ///
    /// The recursion ends because a chain below is always shorter.
    pub fn ids(&self, shape: &Shape) -> Result<Vec<u32>, Shapeless> {
        let id = |link: &Link| self.items.get(link.item).map_or(0, Item::id);
        let mut ids: Vec<u32> = shape.layers.iter().map(id).collect();
        ids.push(id(&shape.base));
        if let Some(below) = self.items.get(shape.base.item).filter(|below| below.kind() == ItemKind::Chain) {
            ids.extend(self.ids(&self.shape(below)?)?.get(1..).unwrap_or_default());
        }
        Ok(ids)
    }
}
