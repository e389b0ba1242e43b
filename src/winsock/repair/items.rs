//! Repairs single items: unreadable ones, those of providers to be removed, ids, libraries, and missing standard items.

use super::draft::{Draft, HIGHEST_ID};
use super::reason::{LibraryFlaw, Removal, Repointing};
use super::step::{Change, Subject};
use crate::winsock::PACKED_ITEM_BYTES;
use crate::winsock::info::{ItemKind, ProtocolInfo};
use crate::winsock::packed::{self, Field, PackedItem, PackedItemError};
use crate::winsock::rules;
use crate::winsock::set_index::SetIndex;
use crate::winsock::standard::{StandardItem, StandardProvider};
use crate::winsock::store::{Item, MalformedItem};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// `XP1_QOS_SUPPORTED`: set in the items of RSVP, which have the triples of TCP and UDP, and not set in those of TCP and UDP.
const QOS_SUPPORTED: u32 = 0x2000;
/// `AF_INET6`.
pub(super) const INET6: i32 = 23;

impl Draft<'_> {
    /// Restores the malformed items that are known to be standard, and removes the others.
    pub fn restore_malformed(&mut self, malformed: Vec<MalformedItem>) {
        for value in malformed {
            let removal = match flaw(&value.data) {
                _ if value.data.is_empty() => Removal::NoValue,
                _ if packed::is_blank(&value.data) => Removal::Malformed { reason: packed::BLANK.to_owned() },
                Some(error) => Removal::Malformed { reason: error.to_string() },
                None => Removal::Malformed { reason: "the value is not of type REG_BINARY".to_owned() },
            };
            let bytes = |field: Field| value.data.get(field.range());
            let id = bytes(Field::CatalogEntryId).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
            let subject = Subject {
                key: Some(value.key.value.clone()),
                catalog_entry_id: id,
                name: PackedItem::from_bytes(&value.data).ok().and_then(|item| item.name().ok()),
            };
            let Some((mut item, fields)) = self.restored(&value) else {
                self.step(subject, value.at, Change::Remove(removal));
                continue;
            };
            item.number = value.number;
            item.key = Some(value.key);
            item.at = value.at;
            self.step(subject, value.at, Change::Restore { fields, reason: removal.to_string() });
            let index = self.items.iter().position(|other| other.number > item.number).unwrap_or(self.items.len());
            self.items.insert(index, item);
        }
    }

    /// Returns the standard item that a malformed value stands for, with the fields that had to be set, or no fields if all were
    /// set.
    fn restored(&self, value: &MalformedItem) -> Option<(Item, Vec<Field>)> {
        if value.data.len() != PACKED_ITEM_BYTES {
            let (known, catalog_entry_id) = recognised(&value.data)?;
            let info = ProtocolInfo { catalog_entry_id, ..known.info() };
            return Some((self.new_item(info)?, Vec::new()));
        }
        if packed::is_blank(&value.data) {
            return None;
        }
        // A text without an end does not affect the other fields, so only the text is set.
        let mut bytes = value.data.clone();
        let mut fields = Vec::new();
        let whole = PackedItem::from_bytes(&bytes).ok()?;
        if whole.path().is_err() {
            fields.push(Field::LibraryPath);
        }
        if whole.name().is_err() {
            fields.push(Field::ProtocolName);
        }
        for field in &fields {
            let range = field.range();
            bytes.get_mut(range.end.checked_sub(2)?..range.end)?.fill(0);
        }
        let mut packed = PackedItem::from_bytes(&bytes).ok()?;
        let mut info = packed.info().ok()?;
        let known = StandardItem::of(&info);
        if fields.contains(&Field::LibraryPath) {
            known?.provider.library.clone_into(&mut info.path);
        }
        if fields.contains(&Field::ProtocolName) {
            known?.text.clone_into(&mut info.name);
        }
        packed.set_info(&info).ok()?;
        let mut item = self.new_item(info)?;
        item.packed = Some(packed);
        Some((item, fields))
    }

    /// Removes base protocols of a family or type that no request can have. If a standard one is removed, it is then missing, and
    /// is added.
    pub fn remove_impossible(&mut self) {
        let bases = self.items.iter().enumerate().filter(|(_, item)| item.kind() == ItemKind::Base);
        let reasons = bases.filter_map(|(index, item)| {
            let (field, value) = rules::impossible(&item.info).next()?;
            let reason = format!("its {} is {value}, and none is below 1", field.name());
            Some((index, Removal::Malformed { reason }))
        });
        self.remove(reasons.collect());
    }

    /// Removes the items of these providers. The chains over them are repaired with the other chains.
    pub fn remove_providers(&mut self, providers: &[Uuid]) -> HashSet<u32> {
        let gone = |item: &Item| providers.contains(&item.info.provider_id);
        let ids = self.items.iter().filter(|item| gone(item)).map(Item::id).collect();
        let reasons = self.items.iter().enumerate().filter(|(_, item)| gone(item));
        let reasons = reasons.map(|(index, item)| (index, Removal::Provider(item.info.provider_id)));
        self.remove(reasons.collect());
        ids
    }

    /// Assigns ids to items that have none, or the id of another.
    ///
    /// Chains keep naming the first item with an id. If that item cannot have its place in a chain, the chain follows the only
    /// other item that had the id and can, as it does if no item keeps the id.
    pub fn give_ids(&mut self) {
        let mut first = SetIndex::default();
        let mut renamed: HashMap<u32, Vec<(usize, u32)>> = HashMap::new();
        for index in 0..self.items.len() {
            let Some(from) = self.items.get(index).map(Item::id) else { break };
            if is_id(from) && first.insert(from, index) {
                continue;
            }
            let Some(to) = self.ids.give() else { break };
            self.mend(index, Change::NewId { from, to }, |info| info.catalog_entry_id = to);
            first.insert(to, index);
            renamed.entry(from).or_default().push((index, to));
        }
        if renamed.is_empty() {
            return;
        }
        for chain in 0..self.items.len() {
            let Some(item) = self.items.get(chain) else { break };
            let ids = item.info.chain.ids();
            let mut moves = Vec::new();
            for (place, &from) in ids.iter().enumerate() {
                let is_last = place + 1 == ids.len();
                let can_stand = |index: usize| {
                    let kind = self.items.get(index).map(Item::kind).filter(|_| index != chain);
                    matches!(
                        (kind, is_last),
                        (Some(ItemKind::Base), true) | (Some(ItemKind::Layer | ItemKind::Chain), false)
                    )
                };
                if first.position(from).is_some_and(can_stand) {
                    continue;
                }
                let mut others = renamed.get(&from).into_iter().flatten().filter(|(index, _)| can_stand(*index));
                if let (Some(&(index, to)), None) = (others.next(), others.next()) {
                    moves.push((place, from, to, self.items.get(index).map(|item| item.info.name.clone())));
                }
            }
            for (place, from, to, name) in moves {
                let name = name.unwrap_or_default();
                let change = Change::Repoint { from, to, name, reason: Repointing::Followed };
                self.mend(chain, change, |info| {
                    if let Some(id) = info.chain.entries.get_mut(place) {
                        *id = to;
                    }
                });
            }
        }
    }

    /// Corrects ranges of protocols that end before they begin: known items get their known range, others that of their base, and
    /// the rest accepts the single protocol that it states.
    pub fn mend_ranges(&mut self) {
        let mut bases = SetIndex::default();
        for pass in [ItemKind::Base, ItemKind::Chain, ItemKind::Layer] {
            for index in 0..self.items.len() {
                let Some(info) = self.items.get(index).map(|item| &item.info).filter(|info| info.kind() == pass) else {
                    continue;
                };
                let Some(from) = info.further.as_ref().map(|further| further.protocol_max_offset) else { continue };
                let range_of_base = || {
                    let base = bases.item(&self.items, *info.chain.ids().last()?)?;
                    base.info.further.as_ref().map(|further| further.protocol_max_offset)
                };
                let to = match StandardItem::of(info).and_then(|known| known.info().further) {
                    _ if from >= 0 => from,
                    Some(known) => known.protocol_max_offset,
                    None => range_of_base().unwrap_or(0),
                };
                if from < 0 {
                    let change = Change::Range { from, to };
                    self.mend(index, change, |info| {
                        if let Some(further) = &mut info.further {
                            further.protocol_max_offset = to;
                        }
                    });
                }
            }
            if pass == ItemKind::Base {
                bases = SetIndex::of(&self.items, |item| item.kind() == pass && item.info.further.is_some());
            }
        }
    }

    /// Removes layers that no chain runs over, which are unused.
    pub fn remove_unreachable(&mut self) {
        let named: HashSet<u32> = self.items.iter().flat_map(|item| item.info.chain.ids()).copied().collect();
        let layers = self.items.iter().enumerate().filter(|(_, item)| item.kind() == ItemKind::Layer);
        let unreachable = layers.filter(|(_, item)| !named.contains(&item.id()));
        self.remove(unreachable.map(|(index, _)| (index, Removal::Unreachable)).collect());
    }

    /// Restores the paths of the libraries of standard providers.
    pub fn restore_libraries(&mut self) {
        for index in 0..self.items.len() {
            let Some(info) = self.items.get(index).map(|item| &item.info) else { break };
            if info.kind() != ItemKind::Base {
                continue;
            }
            let Some(provider) = StandardProvider::by_id(info.provider_id) else { continue };
            let to = provider.library;
            // The place of a library that is not Microsoft's may differ between machines.
            let Some(flaw) = library_flaw(&info.path, provider) else { continue };
            let change = Change::Library { from: info.path.clone(), to, flaw };
            self.mend(index, change, |info| to.clone_into(&mut info.path));
        }
    }

    /// Adds the missing standard items at their usual places: behind the item that usually precedes them.
    ///
    /// Before Vista IPv6 had to be installed: without `has_inet6` its items are not missing.
    pub fn add_standard(&mut self, has_inet6: bool) {
        let standard: Vec<&StandardItem> = StandardItem::all().filter(|item| item.is_essential).collect();
        for (rank, known) in standard.iter().enumerate() {
            let is_there = |item: &Item| StandardItem::of(&item.info) == Some(known);
            if self.items.iter().any(is_there) || known.triple.0 == INET6 && !has_inet6 {
                continue;
            }
            let Some((catalog_entry_id, is_named)) = self.id_for(known) else { return };
            let info = ProtocolInfo { catalog_entry_id, ..known.info() };
            self.ids.know(&info);
            let Some(item) = self.new_item(info) else { continue };
            let subject = Subject { key: None, catalog_entry_id: None, name: Some(known.text.to_owned()) };
            let index = self.place_for(rank, &standard);
            self.step(subject, self.at, Change::Add { name: known.name, id: catalog_entry_id, is_named });
            self.items.insert(index, item);
        }
    }

    /// Returns the id for a missing item, and whether chains name it: the id that chains name as their base, or else that of the
    /// same item in the other set, or else a new one.
    fn id_for(&mut self, known: &StandardItem) -> Option<(u32, bool)> {
        let taken: HashSet<u32> = self.items.iter().map(Item::id).collect();
        let is_over = |info: &ProtocolInfo| info.triple() == known.triple && info.service_flags & QOS_SUPPORTED == 0;
        let bases =
            self.items.iter().filter(|item| is_over(&item.info)).filter_map(|item| item.info.chain.ids().last());
        let named: HashSet<u32> = bases.copied().filter(|id| is_id(*id) && !taken.contains(id)).collect();
        // An id that chains of another triple name does not belong to this item.
        let strays = self.items.iter().filter(|item| !is_over(&item.info)).flat_map(|item| item.info.chain.ids());
        let strays: HashSet<u32> = strays.copied().collect();
        if let Some(&id) = named.iter().next().filter(|id| named.len() == 1 && !strays.contains(id)) {
            return Some((id, true));
        }
        let elsewhere = self.ids.known(&known.info());
        match elsewhere.filter(|id| is_id(*id) && !taken.contains(id) && !strays.contains(id) && !named.contains(id)) {
            Some(id) => Some((id, false)),
            None => Some((self.ids.give()?, false)),
        }
    }

    /// Returns the place for a missing standard item: behind its predecessor in the usual order, or else before its successor, or
    /// else before an item with its triple, or else behind the last base protocol.
    fn place_for(&self, rank: usize, standard: &[&StandardItem]) -> usize {
        let Some((before, [known, behind @ ..])) = standard.split_at_checked(rank) else { return self.items.len() };
        let place =
            |other: &&StandardItem| self.items.iter().position(|item| StandardItem::of(&item.info) == Some(*other));
        // Neighbours of the same family are preferred, as the order of the families depends on the version of Windows.
        let same_family = |other: &&&StandardItem| other.triple.0 == known.triple.0;
        let before = || before.iter().rev();
        let behind = || behind.iter();
        let next_to = before().filter(same_family).find_map(place).map(|index| index + 1);
        let next_to = next_to.or_else(|| behind().filter(same_family).find_map(place));
        let next_to = next_to.or_else(|| before().find_map(place).map(|index| index + 1));
        let next_to = next_to.or_else(|| behind().find_map(place));
        let rival = || {
            let is_rival = |item: &Item| item.kind() == ItemKind::Base && item.info.triple() == known.triple;
            self.items.iter().position(is_rival)
        };
        let last = || self.items.iter().rposition(|item| item.kind() == ItemKind::Base).map(|index| index + 1);
        next_to.or_else(rival).or_else(last).unwrap_or(self.items.len())
    }
}

/// Returns whether a number can be an id: 0 cannot, nor can numbers that are not a positive `i32`.
fn is_id(id: u32) -> bool {
    (1..=HIGHEST_ID).contains(&id)
}

/// Returns whether a base protocol is that of RSVP, which differs from another with the same triple by this flag only.
pub(super) fn has_quality_of_service(info: &ProtocolInfo) -> bool {
    info.service_flags & QOS_SUPPORTED != 0
}

/// Returns the error of a value, or `None` if it is empty or valid.
fn flaw(data: &[u8]) -> Option<PackedItemError> {
    if data.is_empty() {
        return None;
    }
    PackedItem::from_bytes(data).and_then(|item| item.info().map(drop)).err()
}

/// Returns the standard item that a value of another size stands for, and its id. All fields that identify it precede the name.
fn recognised(data: &[u8]) -> Option<(&'static StandardItem, u32)> {
    let number = |field: Field| data.get(field.range())?.try_into().ok().map(u32::from_le_bytes);
    let signed = |field: Field| number(field).map(u32::cast_signed);
    let provider = Uuid::from_bytes_le(data.get(Field::ProviderId.range())?.try_into().ok()?);
    let triple = (signed(Field::AddressFamily)?, signed(Field::SocketType)?, signed(Field::Protocol)?);
    let known = StandardItem::all().find(|item| item.provider.id == provider && item.triple == triple)?;
    (signed(Field::ChainLength)? == 1).then_some((known, number(Field::CatalogEntryId)?))
}

/// Returns the flaw of the path of a standard provider, as the checker determines it.
fn library_flaw(path: &str, provider: &StandardProvider) -> Option<LibraryFlaw> {
    Some(match rules::library_flaw(path, Some(provider))? {
        rules::Flaw::Empty => LibraryFlaw::Empty,
        rules::Flaw::Bare => LibraryFlaw::Bare,
        rules::Flaw::Elsewhere(_) => LibraryFlaw::Elsewhere,
        rules::Flaw::Other(_) => return None,
    })
}
