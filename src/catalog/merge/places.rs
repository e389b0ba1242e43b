//! Assigns one definition to each name, places, catalog entry ids and the order, and finds the disabled entries.

use super::*;
use std::collections::HashSet;

impl Merge<'_> {
    /// Returns one definition for each name; a replacement stands at the place of the definition that it replaces.
    pub(super) fn definitions(&mut self, entries: Vec<RawEntry>) -> Vec<RawEntry> {
        let mut definitions: IndexMap<String, RawEntry> = IndexMap::with_capacity(entries.len());
        for entry in entries {
            match definitions.get_mut(&entry.name.value) {
                None => {
                    self.replacement("entry", &entry.name, entry.replace, false);
                    definitions.insert(entry.name.value.clone(), entry);
                }
                Some(first) if entry.replace => *first = entry,
                Some(first) => {
                    // It is not known which of the two is meant, so nothing more is reported about either.
                    let reported = self.duplicate("entry", &entry.name, first.name.at);
                    first.body = Err(reported);
                    self.unread.insert(entry.name.value.clone(), reported);
                }
            }
        }
        definitions.into_values().collect()
    }

    /// Expands chains over several bases into one entry for each base, at the chain's place.
    pub(super) fn expand(&mut self, definitions: Vec<RawEntry>, limits: &Limits) -> Vec<RawEntry> {
        let mut entries = Vec::with_capacity(definitions.len());
        self.names.reserve(definitions.len());
        for mut entry in definitions {
            let RawEntry { body: Ok(RawBody::Chain(RawChain { base: RawChainBase::Several(bases), .. })), .. } =
                &mut entry
            else {
                let place = entry.name.at;
                self.declare(&mut entries, entry, place, limits);
                continue;
            };
            let bases = std::mem::take(bases);
            if let Some(id) = entry.id.as_ref().filter(|_| bases.len() > 1) {
                let found = format!("one catalog entry id for {} entries", bases.len());
                let at = id.at;
                self.fault(
                    FaultKind::WrongValue { found, expected: "a chain over one base".to_owned(), meant: None },
                    at,
                );
            }
            let mut group = Vec::with_capacity(bases.len());
            for base in bases {
                let name = format!("{}/{}", entry.name.value, base.value);
                if let Some(first) = self.names.get(&name) {
                    let first = first.at;
                    self.duplicate("base", &base, first);
                    continue;
                }
                let place = base.at;
                let mut one = RawEntry { name: At::new(name, entry.name.at), ..entry.clone() };
                if let Ok(RawBody::Chain(chain)) = &mut one.body {
                    chain.base = RawChainBase::One(base);
                }
                if entries.len() < limits.entries {
                    group.push(EntryIndex::new(entries.len()));
                }
                self.declare(&mut entries, one, place, limits);
            }
            self.groups.insert(entry.name.value, group);
        }
        entries
    }

    pub(super) fn declare(&mut self, entries: &mut Vec<RawEntry>, entry: RawEntry, at: Span, limits: &Limits) {
        if entries.len() < limits.entries {
            let unread = entry.body.as_ref().err().copied();
            self.names.insert(entry.name.value.clone(), Declared { kind: entry.kind, at, unread });
            entries.push(entry);
        } else if self.incomplete.is_none() {
            let limit = limits.entries as u64;
            let kind = FaultKind::LimitExceeded { what: "number of entries", limit, found: limit + 1 };
            self.incomplete = Some(self.fault(kind, at));
        }
    }

    /// Returns the catalog entry ids: bases and chains from 1001 in the order of places, disabled ones counted, stated ids
    /// skipped, then layers.
    pub(super) fn ids(&mut self, entries: &[RawEntry]) -> Vec<i32> {
        // Each of Windows' two catalogs has its own ids, so that entries with no catalog in common may share an id.
        let mut stated: HashMap<(i32, Bitness), Span> = HashMap::new();
        for entry in entries {
            let Some(id) = &entry.id else { continue };
            let bits = entry.facts.as_ref().and_then(|facts| facts.winsock.as_ref()?.bits);
            let bits = bits.as_ref().map_or(&Bitness::ALL[..], std::slice::from_ref);
            let firsts = bits.iter().filter_map(|bits| stated.insert((id.value, *bits), id.at));
            if let Some(first) = firsts.reduce(Span::min).filter(|first| *first != id.at) {
                let kind = FaultKind::DuplicateId { id: id.value };
                self.faults.push(Fault::new(kind, id.at).because(first, "first stated here"));
            }
        }
        let stated = entries.iter().map(|entry| (entry.kind == EntryKind::Layer, entry.id.as_ref().map(|id| id.value)));
        numbered(&stated.collect::<Vec<_>>())
    }

    /// Returns the place that disables each entry, if one does.
    pub(super) fn disabled(&mut self, disables: &[At<String>]) -> Vec<Option<Span>> {
        let mut disabled = vec![None; self.names.len()];
        for name in disables {
            for index in self.entries_called(name, DISABLE).unwrap_or_default() {
                disabled[index.get()] = Some(name.at);
            }
        }
        disabled
    }

    /// Returns bases and chains in catalog order, including disabled ones: the `order` lists, a later document's first, then by
    /// place.
    pub(super) fn order(&mut self, orders: &[Vec<At<String>>]) -> Vec<EntryIndex> {
        let mut lists = Vec::with_capacity(orders.len());
        for list in orders {
            let mut here: HashMap<&str, Span> = HashMap::new();
            let mut listed = Vec::with_capacity(list.len());
            for name in list {
                if let Some(first) = here.insert(&name.value, name.at) {
                    self.duplicate("the place of", name, first);
                    continue;
                }
                listed.extend(self.entries_called(name, ORDER).unwrap_or_default());
            }
            lists.push(listed);
        }
        let has_place = self.names.values().map(|declared| declared.kind != EntryKind::Layer);
        ordered(&lists, &has_place.collect::<Vec<_>>())
    }
}

/// Returns the catalog order: first the entries that the lists name, the last list first, then all others by their places.
/// `has_place` states of each entry whether it has a place at all; entries in the lists have one.
pub(crate) fn ordered(lists: &[Vec<EntryIndex>], has_place: &[bool]) -> Vec<EntryIndex> {
    let mut order = Vec::with_capacity(has_place.len());
    let mut waiting = has_place.to_vec();
    let by_place = (0..has_place.len()).map(EntryIndex::new);
    for index in lists.iter().rev().flatten().copied().chain(by_place) {
        if waiting.get_mut(index.get()).is_some_and(std::mem::take) {
            order.push(index);
        }
    }
    order
}

/// Returns the ids of entries. Each entry is given as whether it is a layer, and the id that it states: bases and chains are
/// numbered from 1001 in the order of places, ids that any entry states skipped, then layers.
pub(crate) fn numbered(entries: &[(bool, Option<i32>)]) -> Vec<i32> {
    let stated: HashSet<i32> = entries.iter().filter_map(|(_, id)| *id).collect();
    let mut free = (FIRST_ENTRY_ID..).filter(|id| !stated.contains(id));
    let mut ids: Vec<Option<i32>> = entries.iter().map(|(_, id)| *id).collect();
    for layers in [false, true] {
        for (id, _) in ids.iter_mut().zip(entries).filter(|(_, (is_layer, _))| *is_layer == layers) {
            id.get_or_insert_with(|| free.next().unwrap_or(i32::MAX));
        }
    }
    ids.into_iter().flatten().collect()
}

/// The first catalog entry id that is assigned, as in Winsock.
const FIRST_ENTRY_ID: i32 = 1001;
