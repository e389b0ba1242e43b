//! Repairs service flags that contradict each other, or the items below.

use super::draft::Draft;
use super::reason::FlagFlaw;
use super::step::Change;
use crate::winsock::chains::Members;
use crate::winsock::info::ItemKind;
use crate::winsock::standard::StandardItem;
use crate::winsock::store::Item;

/// `XP1_UNI_SEND` and `XP1_UNI_RECV` (`winsock2.h`).
const ONE_WAY: u32 = 0x8000 | 0x10000;
/// `XP1_IFS_HANDLES` (`winsock2.h`).
const HANDLES: u32 = 0x20000;

impl Draft<'_> {
    /// Corrects service flags. Standard items that claim to be unidirectional in both directions get their known flags, and other
    /// items lose both bits; chains over items without file-system handles lose the flag for them. No item gets a flag that it
    /// did not have, unless it is known to have it.
    pub fn mend_flags(&mut self) {
        for index in 0..self.items.len() {
            let Some(info) = self.items.get(index).map(|item| &item.info) else { break };
            let from = info.service_flags;
            if from & ONE_WAY == ONE_WAY {
                let known = StandardItem::of(info).filter(|_| info.kind() == ItemKind::Base);
                let to = known.map_or(from & !ONE_WAY, |known| known.info().service_flags);
                self.set_flags(index, from, to, FlagFlaw::OneWayTwice);
            }
        }
        // A chain that loses its flag may affect the chains above it, so the search is repeated; each round removes bits.
        loop {
            let lacking = self.without_handles_below();
            if lacking.is_empty() {
                break;
            }
            for (index, below) in lacking {
                let Some(from) = self.items.get(index).map(|item| item.info.service_flags) else { continue };
                self.set_flags(index, from, from & !HANDLES, FlagFlaw::NoHandlesBelow(below));
            }
        }
    }

    fn set_flags(&mut self, index: usize, from: u32, to: u32, flaw: FlagFlaw) {
        self.mend(index, Change::ServiceFlags { from, to, flaw }, |info| info.service_flags = to);
    }

    /// Returns the chains that claim to have handles, each with the name of an item below its own layer that has none.
    fn without_handles_below(&self) -> Vec<(usize, String)> {
        let members = Members::new(&self.items);
        let has = |item: &Item| item.info.service_flags & HANDLES != 0;
        let claiming = self.items.iter().enumerate().filter(|(_, item)| item.kind() == ItemKind::Chain && has(item));
        let lacking = claiming.filter_map(|(index, chain)| {
            let below = chain.info.chain.ids().iter().skip(1).filter_map(|&id| members.item(id));
            let mut below = below.filter(|item| matches!(item.kind(), ItemKind::Layer | ItemKind::Chain));
            below.find(|item| !has(item)).map(|item| (index, item.info.name.clone()))
        });
        lacking.collect()
    }
}
