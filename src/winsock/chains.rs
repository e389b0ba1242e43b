//! The chains of a set: what the ids of each lead to, and how a catalog of sockatlas reports it.
//!
//! Winsock names a layer that is already in a chain by its own id or by that of its chain. `[3, 2, 1]` may stand for layer 3 over
//! chain 2, which is some layer over base 1; in a catalog that is a chain with one layer, whose base is a chain.

use super::info::ItemKind;
use super::store::Item;
use crate::catalog::MAX_PROTOCOL_CHAIN;
use std::collections::HashMap;

/// The items of a set, by id.
pub(super) struct SetIndex<'s> {
    items: &'s [Item],
    /// Where the first item with an id stands.
    by_id: HashMap<u32, usize>,
}

/// An id of a chain: where it stands there, and the item that it leads to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub position: usize,
    pub item: usize,
}

/// A chain as a catalog reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Top first; at least one.
    pub layers: Vec<Link>,
    /// A base protocol or a chain.
    pub base: Link,
}

/// Why a chain is none that a catalog can report.
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

    /// Returns where the first item with this id stands.
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

    /// For the id of a chain that of its top layer, for any other id itself.
    pub fn top(&self, id: u32) -> u32 {
        let mut at = id;
        // No sound chain is on top of as many others.
        for _ in 0..=MAX_PROTOCOL_CHAIN {
            match self.item(at) {
                Some((_, item)) if item.kind() == ItemKind::Chain => at = item.info.chain.entries[0],
                _ => break,
            }
        }
        at
    }

    /// Returns how a catalog states a chain.
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
                // What it holds below its own top is what stands here: it is that chain.
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

    /// Returns the ids with which a chain of this shape is written.
    ///
    /// A chain below is always the shorter one, so that this ends.
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
