//! The conversion of items into entries, each with its name, its references and its facts, and the places where the source states
//! them.

use super::both::{Both, Slot};
use super::names::{self, Names};
use super::providers::Provider;
use crate::catalog::faults::{Faults, Reported};
use crate::catalog::keys::Table;
use crate::catalog::raw::{At, ProtocolWord, RawBase, RawBody, RawChain, RawChainBase, RawEntry, Word};
use crate::catalog::{EntryKind, Facts, Fault, FaultKind, Span, WinsockFacts};
use crate::terms::Services;
use crate::winsock::chains::Shape;
use crate::winsock::fault::{ChainFlaw, WinsockFault};
use crate::winsock::info::{ItemKind, ProtocolInfo};
use crate::winsock::keys::{Keys, Role, Selectable};
use crate::winsock::packed::{Field, PackedItem};
use crate::winsock::standard::StandardItem;
use crate::winsock::store::Item;
use crate::winsock::{Bitness, PACKED_ITEM_BYTES};
use indexmap::IndexMap;
use std::collections::HashSet;
use uuid::Uuid;

/// The suffix of names in the 32-bit set for items that the 64-bit set does not have.
const SUFFIX_32: &str = "-32";

/// Returns the name of each slot, in the order of the slots.
pub(super) fn names(both: &Both<'_>) -> Vec<String> {
    let mut names = Names::default();
    let mut given = vec![String::new(); both.slots.len()];
    let mut order: Vec<usize> = (0..both.slots.len()).collect();
    // Standard items are named first, so that no other item takes their names. Chains are named last, as their names are made of
    // those of their members.
    order.sort_by_key(|&at| {
        let slot = both.slots[at];
        let info = &both.item(slot).info;
        let class = match info.kind() {
            ItemKind::Base if StandardItem::of(info).is_some() => 0,
            ItemKind::Base | ItemKind::Layer => 1,
            ItemKind::Chain | ItemKind::Malformed => 2,
        };
        (class == 2, slot.bits == Some(Bitness::Bits32), class)
    });
    for at in order {
        let slot = both.slots[at];
        let name = stem(both, slot, &given);
        let suffix = if slot.bits == Some(Bitness::Bits32) { SUFFIX_32 } else { "" };
        given[at] = names.unique(&format!("{name}{suffix}"));
    }
    given
}

/// Returns the name of a slot before it is made unique.
fn stem(both: &Both<'_>, slot: Slot, given: &[String]) -> String {
    let item = both.item(slot);
    let set = &both.sets[slot.set];
    let shape = match item.kind() {
        ItemKind::Base => return names::of_base(&item.info),
        ItemKind::Layer => return names::of_layer(&item.info),
        ItemKind::Chain => set.shape(item),
        ItemKind::Malformed => return names::of_broken(&item.info),
    };
    let base = item.info.chain.ids().last().and_then(|&id| set.position(id));
    let top = shape.ok().and_then(|shape| shape.layers.first().map(|link| link.item));
    let (Some(top), Some(base)) = (top, base) else { return names::of_broken(&item.info) };
    let name = |item| {
        let name = given[both.slot_of(slot.set, item)].as_str();
        if slot.bits == Some(Bitness::Bits32) { name.strip_suffix(SUFFIX_32).unwrap_or(name) } else { name }
    };
    format!("{}-over-{}", name(top), name(base))
}

/// The inputs for the conversion of all slots into entries.
pub(super) struct Entries<'b, 's> {
    pub both: &'b Both<'s>,
    pub names: &'b [String],
    pub providers: &'b IndexMap<Uuid, Provider>,
    /// The places of the faults that are already reported for items.
    pub stated: &'b HashSet<Span>,
    /// The proof that such faults were reported.
    pub reported: Option<Reported>,
}

/// The reason why an entry has no shape of a chain.
enum Defect {
    /// A fault of the chain was reported while the rules were applied, and is not reported again.
    Reported(Reported),
    /// The chain has a flaw that may not be reported yet.
    Flaw(ChainFlaw),
}

impl Entries<'_, '_> {
    /// Returns the entry of each slot. An entry that cannot be read in full has a fault in place of its body.
    pub fn read(&self, faults: &mut Faults) -> Vec<RawEntry> {
        (0..self.both.slots.len()).map(|at| self.entry(at, faults)).collect()
    }

    fn entry(&self, at: usize, faults: &mut Faults) -> RawEntry {
        let slot = self.both.slots[at];
        let item = self.both.item(slot);
        let shape = match item.kind() {
            ItemKind::Base | ItemKind::Layer => Ok(None),
            ItemKind::Chain => match self.stated_at(&[item.field_at(Field::ChainEntries)]) {
                Some(reported) => Err(Defect::Reported(reported)),
                None => self.both.sets[slot.set].shape(item).map(Some).map_err(Defect::Flaw),
            },
            ItemKind::Malformed => Err(Defect::Flaw(ChainFlaw::Length(item.info.chain.length))),
        };
        let keys = shape.and_then(|shape| {
            let ids =
                shape.as_ref().map(|shape| self.both.sets[slot.set].ids(shape)).transpose().map_err(Defect::Flaw)?;
            Ok((shape, Keys::of(&item.info, ids.unwrap_or_default())))
        });
        let (body, facts, hidden) = match keys {
            Ok((shape, Some(keys))) => {
                let facts = self.facts(slot, &keys, &self.names[at]);
                (Ok(self.body(slot, &keys, shape)), Some(Box::new(facts)), keys.hidden)
            }
            Ok((_, None)) => {
                let fields = [Field::AddressFamily, Field::SocketType, Field::ProtocolMaxOffset];
                let places = fields.map(|field| item.field_at(field));
                let reason = format!("{} has a family, a type or a protocol that none can have", item.named());
                let fault = || WinsockFault::MalformedItem { reason }.at(places[0]);
                (Err(self.unless_stated(&places, faults, fault)), None, false)
            }
            Err(Defect::Reported(reported)) => (Err(reported), None, false),
            Err(Defect::Flaw(flaw)) => (Err(self.flawed(item, flaw, faults)), None, false),
        };
        let provider = self.providers.get(&item.info.provider_id);
        RawEntry {
            name: At::new(self.names[at].clone(), item.key.as_ref().map_or(item.at, |key| key.at)),
            kind: match item.kind() {
                ItemKind::Base => EntryKind::Base,
                ItemKind::Layer => EntryKind::Layer,
                ItemKind::Chain | ItemKind::Malformed => EntryKind::Chain,
            },
            replace: false,
            hidden,
            provider: provider.map(|provider| At::new(provider.name.clone(), item.field_at(Field::ProviderId))),
            id: self.id(slot, faults),
            facts,
            options: Vec::new(),
            body,
        }
    }

    /// Reports the defect of a chain, unless it is already reported.
    fn flawed(&self, item: &Item, flaw: ChainFlaw, faults: &mut Faults) -> Reported {
        let places = [item.field_at(Field::ChainEntries), item.field_at(Field::ChainLength)];
        self.unless_stated(&places, faults, || WinsockFault::MalformedChain { item: item.named(), flaw }.at(places[0]))
    }

    /// Returns the proof of a fault that was reported at one of these places, or reports `further`.
    fn unless_stated(&self, places: &[Span], faults: &mut Faults, further: impl FnOnce() -> Fault) -> Reported {
        self.stated_at(places).unwrap_or_else(|| faults.push(further()))
    }

    /// Returns the proof of a fault that was reported at one of these places, or `None` if there is none.
    fn stated_at(&self, places: &[Span]) -> Option<Reported> {
        self.reported.filter(|_| places.iter().any(|place| self.stated.contains(place)))
    }

    /// Returns the id, or `None` if it is 0 or belongs to an earlier item of the set, which is already reported.
    fn id(&self, slot: Slot, faults: &mut Faults) -> Option<At<i32>> {
        let id = self.both.item(slot).id();
        let at = self.both.item(slot).field_at(Field::CatalogEntryId);
        if id == 0 || self.both.sets[slot.set].position(id) != Some(slot.item) {
            return None;
        }
        if let Ok(id) = i32::try_from(id) {
            return Some(At::new(id, at));
        }
        let expected = format!("a number from 1 to {}", i32::MAX);
        faults.push(Fault::new(
            FaultKind::WrongValue { found: format!("catalog entry id {id}"), expected, meant: None },
            at,
        ));
        None
    }

    fn body(&self, slot: Slot, keys: &Keys, shape: Option<Shape>) -> RawBody {
        let item = self.both.item(slot);
        match (&keys.role, shape) {
            (Role::Layer { .. }, _) => RawBody::Layer(Box::default()),
            (Role::Selectable(selectable), None) => RawBody::Base(base(item, selectable)),
            (Role::Selectable(selectable), Some(shape)) => RawBody::Chain(self.chain(slot, selectable, &shape)),
        }
    }

    fn chain(&self, slot: Slot, selectable: &Selectable, shape: &Shape) -> RawChain {
        let item = self.both.item(slot);
        let called = |item_below: usize, position: usize| {
            let name = self.names[self.both.slot_of(slot.set, item_below)].clone();
            At::new(name, item.chain_entry_at(position))
        };
        let below = self.both.sets[slot.set].items().get(shape.base.item);
        let differs =
            below.is_none_or(|below| crate::winsock::keys::protocols(&below.info) != Some(selectable.protocols));
        RawChain {
            layers: shape.layers.iter().map(|link| called(link.item, link.position)).collect(),
            base: RawChainBase::One(called(shape.base.item, shape.base.position)),
            protocol: differs.then(|| vec![protocol(item, selectable.protocols)]),
            matches_zero: item.info.further.is_some().then_some(selectable.matches_zero),
            services: Some(Services::from_xp1(selectable.services)),
        }
    }

    fn facts(&self, slot: Slot, keys: &Keys, name: &str) -> Facts {
        let item = self.both.item(slot);
        let library = self.providers.get(&item.info.provider_id).map(|provider| provider.library.as_str());
        let winsock = WinsockFacts {
            bits: slot.bits,
            library: Some(item.info.path.clone()).filter(|path| Some(path.as_str()) != library),
            packed: self.packed(slot, keys, name),
        };
        Facts {
            summary: keys.summary.clone(),
            version: keys.version,
            message_size: keys.message_size,
            address_size: keys.address_size,
            byte_order: keys.byte_order,
            security_scheme: keys.security_scheme,
            recommended: keys.recommended,
            unknown: untold(&item.info),
            winsock: Some(Box::new(winsock)).filter(|winsock| **winsock != WinsockFacts::default()),
        }
    }

    /// Returns the bytes of an item if they differ from the bytes that its keys alone give.
    fn packed(&self, slot: Slot, keys: &Keys, name: &str) -> Option<Vec<u8>> {
        let item = self.both.item(slot);
        let stated = match &item.packed {
            Some(packed) => packed.clone(),
            None => PackedItem::new(item.info.further.is_some().then_some(&item.info)?).ok()?,
        };
        let alone = keys.item(name, None, |id| self.both.sets[slot.set].top(id));
        let bytes: &[u8; PACKED_ITEM_BYTES] = stated.as_bytes();
        (alone.as_ref() != Ok(&stated)).then(|| bytes.to_vec())
    }
}

fn base(item: &Item, selectable: &Selectable) -> RawBase {
    RawBase {
        family: At::new(Word::Number(selectable.family), item.field_at(Field::AddressFamily)),
        socket_type: At::new(Word::Number(selectable.socket_type), item.field_at(Field::SocketType)),
        protocol: vec![protocol(item, selectable.protocols)],
        matches_zero: selectable.matches_zero,
        services: Services::from_xp1(selectable.services),
    }
}

fn protocol(item: &Item, (first, last): (i32, i32)) -> At<ProtocolWord> {
    let word = if first == last { ProtocolWord::One(Word::Number(first)) } else { ProtocolWord::Range(first, last) };
    At::new(word, item.field_at(Field::Protocol))
}

/// Returns the facts that the source of an item does not state. The categories of a layer are always among them, because Windows
/// does not keep them in the item.
fn untold(info: &ProtocolInfo) -> Vec<&'static str> {
    const OF_ALL: [&str; 5] = ["hidden", "message-size", "byte-order", "security-scheme", "recommended"];
    const OF_SELECTABLE: [&str; 2] = ["protocol", "matches-zero"];
    let is_layer = info.kind() == ItemKind::Layer;
    let is_untold = |fact: &&'static str| match *fact {
        "categories" => is_layer,
        fact => info.further.is_none() && (OF_ALL.contains(&fact) || !is_layer && OF_SELECTABLE.contains(&fact)),
    };
    Table::unknowable().filter(is_untold).collect()
}
