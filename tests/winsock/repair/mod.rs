//! Repair: what is broken in one way is mended with the one step that mends it, and nothing else changes.
//!
//! | file | what |
//! |---|---|
//! | `chains` | what chains name, what they say, and where they stand |
//! | `items` | items by themselves: ids, libraries, values, missing ones |
//! | `wishes` | what the user wants besides: providers and layers to go, one set only |

mod chains;
mod items;
mod wishes;

use super::fixture::Catalog;
use sockatlas::winsock::repair::{Plan, RepairOptions, plan};
use sockatlas::winsock::{self, Bitness, Options, PackedItem, ProtocolInfo, Reading, Store};

const SAMPLE: &[u8] = include_bytes!("../samples/windows-10-1709.reg");

pub fn read(bytes: &[u8]) -> Reading {
    winsock::read("catalog.reg", bytes, None, &Options::default()).expect("an export").expect("it can be read")
}

pub fn planned(catalog: &Catalog) -> Plan {
    planned_with(catalog, |options| options)
}

fn planned_with(catalog: &Catalog, options: impl FnOnce(RepairOptions) -> RepairOptions) -> Plan {
    let store = read(catalog.reg().text.as_bytes()).store;
    plan(&store, &options(RepairOptions::default())).expect("an export can be repaired")
}

/// What is done to the 64-bit set, with the code of the rule; both sets of the fixture are broken alike, and mended alike.
fn steps(plan: &Plan) -> Vec<String> {
    let of = |bits: Bitness| {
        let steps = plan.steps.iter().filter(move |step| step.bits == Some(bits));
        let steps = steps.map(|step| {
            format!("{} [{}]", step.to_string().replace("Entries64`", "Entries`"), step.code().unwrap_or("asked"))
        });
        steps.collect::<Vec<_>>()
    };
    assert_eq!(of(Bitness::Bits32), of(Bitness::Bits64));
    of(Bitness::Bits64)
}

/// The steps in items, without those that number and count what is left.
fn items(plan: &Plan) -> Vec<String> {
    steps(plan).into_iter().filter(|step| !step.ends_with("[winsock-numbering]")).collect()
}

/// That the catalog has no error any more, and that a repair of it has nothing to do.
fn is_sound(plan: &Plan) {
    assert_eq!(plan.left, []);
    let again = self::plan(&plan.store, &RepairOptions::default()).expect("as before");
    assert_eq!(again.steps, []);
    for set in &plan.store.sets {
        let keys: Vec<_> = set.items.iter().filter_map(|item| item.key.as_ref()).map(|key| key.value.clone()).collect();
        let numbers: Vec<_> = (1..=set.items.len()).map(|number| format!("{number:012}")).collect();
        assert_eq!(keys, numbers);
        assert_eq!(set.count.as_ref().map(|count| count.value as usize), Some(set.items.len()));
        for item in &set.items {
            assert_eq!(
                item.packed.as_ref().map(PackedItem::info),
                Some(Ok(item.info.clone())),
                "bytes and fields agree"
            );
        }
    }
}

/// Ids in catalog order, of the 64-bit set.
fn ids(store: &Store) -> Vec<u32> {
    store.set(Bitness::Bits64).expect("both sets are there").items.iter().map(|item| item.id()).collect()
}

fn info(store: &Store, id: u32) -> &ProtocolInfo {
    &store.set(Bitness::Bits64).expect("both sets are there").by_id(id).expect("the id is there").info
}

fn all_bytes(store: &Store) -> Vec<Option<PackedItem>> {
    store.items().map(|item| item.packed.clone()).collect()
}

#[test]
fn a_sound_catalog_is_left_as_it_is_byte_for_byte() {
    for bytes in [SAMPLE, Catalog::sound().reg().text.as_bytes(), Catalog::plain().reg().text.as_bytes()] {
        let store = read(bytes).store;
        let plan = plan(&store, &RepairOptions::default()).expect("an export can be repaired");
        assert_eq!((plan.steps, plan.left), (vec![], vec![]));
        assert_eq!(all_bytes(&plan.store), all_bytes(&store));
        assert_eq!(plan.store.next_catalog_entry_id, store.next_catalog_entry_id);
        assert_eq!(plan.store.serial_access_number, store.serial_access_number);
    }
}

#[test]
fn what_nothing_tells_is_left_and_listed() {
    let plan = planned(&Catalog::sound().change(1007, |info| info.path.clear()));
    assert_eq!(plan.steps, []);
    let codes: Vec<_> = plan.left.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["winsock-library-path"; 2]);
}
