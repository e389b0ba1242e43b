//! What holds of every repair, whatever the damage.

use super::fixture::{Catalog, CatalogItem};
use super::repair::read;
use proptest::prelude::*;
use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check};
use sockatlas::winsock::reg::{WriteOptions, write};
use sockatlas::winsock::repair::{RepairOptions, plan};
use sockatlas::winsock::{Field, Options, PackedItem};
use std::collections::HashMap;

/// What may happen to a catalog. Numbers that are too large count from the beginning again.
#[derive(Clone, Debug)]
enum Damage {
    Remove(usize),
    Twice(usize, usize),
    Swap(usize, usize),
    Truncate(usize, usize),
    Byte(usize, usize, u8),
    Id(usize, u32),
    ChainLength(usize, i32),
    ChainEntry(usize, usize, u32),
    Path(usize, &'static str),
    Key(usize, u64),
    Count(u32),
    NextId(u32),
}

fn damage() -> impl Strategy<Value = Damage> {
    let id = || prop_oneof![8 => 1000_u32..1013, 1 => Just(0), 1 => any::<u32>()];
    let at = || any::<usize>();
    prop_oneof![
        at().prop_map(Damage::Remove),
        (at(), at()).prop_map(|(from, to)| Damage::Twice(from, to)),
        (at(), at()).prop_map(|(one, other)| Damage::Swap(one, other)),
        (at(), 0_usize..900).prop_map(|(item, length)| Damage::Truncate(item, length)),
        (at(), 0_usize..888, any::<u8>()).prop_map(|(item, offset, byte)| Damage::Byte(item, offset, byte)),
        // What is not a text: most damage there changes what an item is.
        (at(), 260_usize..376, any::<u8>()).prop_map(|(item, offset, byte)| Damage::Byte(item, offset, byte)),
        (at(), id()).prop_map(|(item, id)| Damage::Id(item, id)),
        (at(), -2..10).prop_map(|(item, length)| Damage::ChainLength(item, length)),
        (at(), 0_usize..7, id()).prop_map(|(item, place, id)| Damage::ChainEntry(item, place, id)),
        (at(), prop_oneof![Just("mswsock.dll"), Just(""), Just(r"C:\evil.dll"), Just(r"%SystemRoot%\system32\x.dll")])
            .prop_map(|(item, path)| Damage::Path(item, path)),
        (at(), 0_u64..30).prop_map(|(item, number)| Damage::Key(item, number)),
        any::<u32>().prop_map(Damage::Count),
        prop_oneof![0_u32..1020, any::<u32>()].prop_map(Damage::NextId),
    ]
}

fn bytes(item: &mut CatalogItem) -> &mut Vec<u8> {
    let packed = || PackedItem::new(&item.info).expect("the fixture's items fit").as_bytes().to_vec();
    item.bytes.get_or_insert_with(packed)
}

fn number(item: &mut CatalogItem, field: Field, offset: usize, value: u32) {
    let start = field.range().start + offset;
    if let Some(place) = bytes(item).get_mut(start..start + 4) {
        place.copy_from_slice(&value.to_le_bytes());
    }
}

fn damaged(damages: &[(bool, Damage)]) -> Catalog {
    let mut catalog = Catalog::sound();
    for (is_64, damage) in damages {
        if let Damage::NextId(id) = damage {
            catalog.next_id = *id;
        }
        let set = &mut catalog.sets[usize::from(*is_64)];
        let count = set.items.len();
        if count == 0 {
            continue;
        }
        match *damage {
            Damage::Remove(at) => drop(set.items.remove(at % count)),
            Damage::Twice(from, to) => set.items.insert(to % count, set.items[from % count].clone()),
            Damage::Swap(one, other) => set.items.swap(one % count, other % count),
            Damage::Truncate(at, length) => bytes(&mut set.items[at % count]).resize(length, 0x41),
            Damage::Byte(at, offset, byte) => {
                if let Some(place) = bytes(&mut set.items[at % count]).get_mut(offset) {
                    *place = byte;
                }
            }
            Damage::Id(at, id) => number(&mut set.items[at % count], Field::CatalogEntryId, 0, id),
            Damage::ChainLength(at, length) => {
                number(&mut set.items[at % count], Field::ChainLength, 0, length.cast_unsigned());
            }
            Damage::ChainEntry(at, place, id) => {
                number(&mut set.items[at % count], Field::ChainEntries, place * 4, id);
            }
            Damage::Path(at, path) => {
                if let Some(place) = bytes(&mut set.items[at % count]).get_mut(Field::LibraryPath.range()) {
                    place[..path.len()].copy_from_slice(path.as_bytes());
                    place[path.len()] = 0;
                }
            }
            // An export has no key twice.
            Damage::Key(at, key) => {
                let key = format!("{key:012}");
                let is_free = set.items.iter().zip(1..).enumerate().all(|(index, (item, number))| {
                    index == at % count || item.key.clone().unwrap_or(format!("{number:012}")) != key
                });
                if is_free {
                    set.items.iter_mut().zip(1..).for_each(|(item, number)| {
                        item.key.get_or_insert(format!("{number:012}"));
                    });
                    set.items[at % count].key = Some(key);
                }
            }
            Damage::Count(count) => set.count = Some(count),
            Damage::NextId(_) => {}
        }
        // Items that moved or came have keys of their own.
        if !matches!(damage, Damage::Key(..)) {
            let mut seen = std::collections::HashSet::new();
            let is_unique = set
                .items
                .iter()
                .zip(1..)
                .all(|(item, number)| seen.insert(item.key.clone().unwrap_or(format!("{number:012}"))));
            if !is_unique {
                set.items.iter_mut().for_each(|item| item.key = None);
            }
        }
    }
    catalog
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_damaged_is_mended_or_listed(damages in proptest::collection::vec((any::<bool>(), damage()), 1..7)) {
        let catalog = damaged(&damages);
        let store = read(catalog.reg().text.as_bytes()).store;
        let mended = plan(&store, &RepairOptions::default()).expect("an export can be repaired");

        // The checker finds in what is written what the plan says is left, and no other error.
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("mended.reg");
        let written = write(&mended.store, &WriteOptions::default()).expect("items that were read can be written");
        std::fs::write(&file, &written).expect("a file");
        let report = check(&Loader::new().winsock(Options::default()).path(&file), &Settings::new());
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let mut errors: Vec<_> = errors.map(|finding| (finding.code, finding.message.clone())).collect();
        let mut left: Vec<_> = mended.left.iter().map(|finding| (finding.code, finding.message.clone())).collect();
        errors.sort();
        left.sort();
        prop_assert_eq!(errors, left);
        for finding in &mended.left {
            let codes = ["winsock-library-path", "winsock-duplicate-provider", "winsock-flags", "winsock-numbering"];
            prop_assert!(codes.contains(&finding.code), "{:?}", finding);
        }

        // What was repaired needs no repair.
        let again = read(&written).store;
        let again = plan(&again, &RepairOptions::default()).expect("as before");
        prop_assert_eq!(again.steps, vec![]);

        // What no step names keeps its bytes.
        for set in &store.sets {
            let set_steps = mended.steps.iter().filter(|step| step.bits == set.bits);
            let touched: Vec<_> = set_steps.filter_map(|step| step.item.as_ref()?.key.clone()).collect();
            let after = mended.store.sets.iter().find(|other| other.bits == set.bits).expect("no set goes");
            let mut kept: HashMap<&PackedItem, usize> = HashMap::new();
            for item in &after.items {
                *kept.entry(item.packed.as_ref().expect("bytes")).or_default() += 1;
            }
            for item in &set.items {
                let key = &item.key.as_ref().expect("an export has keys").value;
                if !touched.contains(key) {
                    let count = kept.get_mut(item.packed.as_ref().expect("bytes"));
                    prop_assert!(count.is_some_and(|count| { *count = count.wrapping_sub(1); *count != usize::MAX }), "{key}");
                }
            }
        }
    }
}
