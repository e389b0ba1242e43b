//! The differences between the sets of 32-bit and 64-bit programs on a 64-bit Windows.

use super::changes::number;
use crate::winsock::windows_path::same_file;
use crate::winsock::{Bitness, Field, Item, ItemKind, Set, Store};
use std::collections::{HashMap, VecDeque};
use uuid::Uuid;

/// A difference between the two sets.
#[derive(Clone, Debug)]
pub enum Difference<'s> {
    /// An entry that is only in the set of this bitness.
    OnlyIn(Bitness, &'s Item),
    /// An entry whose fields differ between the sets. Ids are not compared, as each set has its own.
    Fields {
        /// The item in the set of 32-bit programs.
        item_32: &'s Item,
        /// The item in the set of 64-bit programs.
        item_64: &'s Item,
        /// The fields that differ.
        fields: Vec<Field>,
    },
    /// The common entries have different orders.
    Order {
        /// The first entry of the 32-bit set that has another place in the other set.
        item_32: &'s Item,
        /// The entry that has its place there.
        item_64: &'s Item,
    },
}

/// The key by which items of the two sets are matched: the provider and the triple of base protocols; the names and the triples
/// of layers and chains, as the GUIDs of chains may differ.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'s> {
    kind: ItemKind,
    provider: Option<Uuid>,
    name: Option<&'s str>,
    triple: (i32, i32, i32),
}

impl<'s> Identity<'s> {
    fn of(item: &'s Item) -> Self {
        let is_base = item.kind() == ItemKind::Base;
        Identity {
            kind: item.kind(),
            provider: is_base.then_some(item.info.provider_id),
            name: (!is_base).then_some(item.info.name.as_str()),
            triple: item.info.triple(),
        }
    }
}

/// Returns the differences between the sets, or none unless there are both.
pub(super) fn differences(store: &Store) -> Vec<Difference<'_>> {
    let set = |bits| store.sets.iter().find(|set: &&Set| set.bits == Some(bits));
    let (Some(set_32), Some(set_64)) = (set(Bitness::Bits32), set(Bitness::Bits64)) else { return Vec::new() };
    let mut in_64: HashMap<Identity<'_>, VecDeque<usize>> = HashMap::new();
    for (place, item) in set_64.items.iter().enumerate() {
        in_64.entry(Identity::of(item)).or_default().push_back(place);
    }
    let mut found = Vec::new();
    // The common items with their indices in the 64-bit set, in the order of the 32-bit set.
    let mut both: Vec<(&Item, usize)> = Vec::new();
    for item_32 in &set_32.items {
        let twin = in_64.get_mut(&Identity::of(item_32)).and_then(VecDeque::pop_front);
        let twin = twin.and_then(|place| Some((place, set_64.items.get(place)?)));
        let Some((place, item_64)) = twin else {
            found.push(Difference::OnlyIn(Bitness::Bits32, item_32));
            continue;
        };
        both.push((item_32, place));
        let fields: Vec<Field> = Field::ALL.into_iter().filter(|&field| differs(item_32, item_64, field)).collect();
        if !fields.is_empty() {
            found.push(Difference::Fields { item_32, item_64, fields });
        }
    }
    let mut left: Vec<usize> = in_64.into_values().flatten().collect();
    left.sort_unstable();
    found.extend(
        left.iter().filter_map(|&place| set_64.items.get(place)).map(|item| Difference::OnlyIn(Bitness::Bits64, item)),
    );
    let mut sorted: Vec<usize> = both.iter().map(|&(_, place)| place).collect();
    sorted.sort_unstable();
    let moved = both.iter().zip(sorted).find(|((_, place), sorted)| place != sorted);
    if let Some((&(item_32, _), item_64)) = moved.and_then(|(one, place)| Some((one, set_64.items.get(place)?))) {
        found.push(Difference::Order { item_32, item_64 });
    }
    found
}

fn differs(one: &Item, other: &Item, field: Field) -> bool {
    match field {
        Field::LibraryPath => !same_file(&one.info.path, &other.info.path),
        Field::ProtocolName => one.info.name != other.info.name,
        // Each set may have its own GUIDs of chains.
        Field::ProviderId => one.kind() != ItemKind::Chain && one.info.provider_id != other.info.provider_id,
        Field::CatalogEntryId | Field::ChainEntries => false,
        _ => number(&one.info, field).zip(number(&other.info, field)).is_some_and(|(one, other)| one != other),
    }
}
