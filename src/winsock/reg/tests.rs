use super::{Encoding, WriteError, WriteOptions, kinds, write};
use crate::catalog::{Bitness, FileId, Span};
use crate::terms::Categories;
use crate::winsock::form::{Options, Reading, read};
use crate::winsock::{
    ApplicationCategories, Beside, Field, Item, NameSpaceProvider, NameSpaceSet, PACKED_ITEM_BYTES, PackedItem, Set,
    SourceForm, Stated, Store,
};
use proptest::prelude::*;
use uuid::Uuid;

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn stated<T>(value: T) -> Stated<T> {
    Stated::new(value, NOWHERE)
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::Utf16), Just(Encoding::Utf8), Just(Encoding::Regedit4)]
}

/// Generates texts that the encoding can hold, with quotes, backslashes, line breaks and header-like lines.
fn texts(encoding: Encoding) -> BoxedStrategy<String> {
    match encoding {
        Encoding::Regedit4 => "[ -~\\\\\"\u{a0}-\u{ff}]{0,40}".boxed(),
        _ => "[ -~\\\\\"\r\n\u{a0}-\u{fffd}\u{10000}-\u{10ffff}]{0,40}".boxed(),
    }
}

/// Generates items of arbitrary bytes whose two texts end; names of 255 units and paths of 259 bytes are common.
fn packed() -> impl Strategy<Value = PackedItem> {
    (proptest::collection::vec(any::<u8>(), PACKED_ITEM_BYTES), 0..=7_i32, any::<bool>()).prop_map(
        |(mut bytes, length, is_full)| {
            if is_full {
                bytes.iter_mut().for_each(|byte| *byte = (*byte).max(1));
            }
            bytes[Field::LibraryPath.range().end - 1] = 0;
            bytes[Field::ChainLength.range()].copy_from_slice(&length.to_le_bytes());
            bytes[Field::ProtocolName.range().end - 2..].fill(0);
            PackedItem::from_bytes(&bytes).expect("888 bytes")
        },
    )
}

fn besides(encoding: Encoding, key: &'static str) -> impl Strategy<Value = Vec<Beside>> {
    let kind =
        prop_oneof![Just(kinds::SZ), Just(kinds::EXPAND_SZ), Just(kinds::BINARY), Just(kinds::DWORD), any::<u32>()];
    let value = (kind, texts(encoding), proptest::collection::vec(any::<u8>(), 0..60));
    proptest::collection::vec(value, 0..4).prop_map(move |values| {
        let besides = values.into_iter().enumerate().map(|(number, (kind, name, mut data))| {
            let is_text = [kinds::SZ, kinds::EXPAND_SZ, kinds::MULTI_SZ].contains(&kind);
            if encoding == Encoding::Regedit4 && is_text {
                data = data.into_iter().flat_map(|byte| [byte, 0]).collect();
            }
            // Names have no line breaks, and are unique within a key.
            let name = format!("{number}{}", name.replace(['\r', '\n'], ""));
            Beside { key: key.into(), name, kind, data }
        });
        besides.collect()
    })
}

fn sets(encoding: Encoding) -> impl Strategy<Value = Vec<Set>> {
    let item = (packed(), proptest::option::of(texts(encoding)), besides(encoding, ""));
    let set = (proptest::collection::vec(item, 0..4), proptest::option::of(any::<u32>()));
    proptest::collection::vec(set, 2).prop_map(|sets| {
        let sets = sets.into_iter().zip(Bitness::ALL).map(|((items, count), bits)| {
            let mut set = Set::new(Some(bits), NOWHERE);
            set.count = count.map(stated);
            set.items = items
                .into_iter()
                .map(|(packed, repeated_name, beside)| {
                    let mut item = Item::new(packed.info().expect("both texts end"), NOWHERE);
                    item.packed = Some(packed);
                    item.repeated_name = repeated_name.map(stated);
                    item.beside = beside;
                    item
                })
                .collect();
            set
        });
        sets.collect()
    })
}

fn name_spaces(encoding: Encoding) -> impl Strategy<Value = Vec<NameSpaceSet>> {
    let numbers = (any::<Option<u32>>(), any::<Option<bool>>(), any::<Option<u32>>(), any::<Option<bool>>());
    let texts = (texts(encoding), proptest::option::of(texts(encoding)), any::<Option<u128>>());
    let provider = (texts, numbers, besides(encoding, "")).prop_map(|((name, path, id), numbers, beside)| {
        let (name_space, enabled, version, stores_service_class_info) = numbers;
        NameSpaceProvider {
            key: None,
            name,
            path,
            provider_id: id.map(Uuid::from_u128),
            name_space,
            enabled,
            version,
            stores_service_class_info,
            written: None,
            beside,
            at: NOWHERE,
        }
    });
    proptest::collection::vec((proptest::collection::vec(provider, 0..3), any::<Option<u32>>()), 2).prop_map(|sets| {
        let sets = sets.into_iter().zip(Bitness::ALL).map(|((providers, count), bits)| NameSpaceSet {
            bits: Some(bits),
            at: NOWHERE,
            count: count.map(stated),
            providers,
        });
        sets.collect()
    })
}

fn applications(encoding: Encoding) -> impl Strategy<Value = Vec<ApplicationCategories>> {
    let texts = (proptest::option::of(texts(encoding)), proptest::option::of(texts(encoding)));
    let application = (any::<u32>(), texts, any::<Option<u32>>(), besides(encoding, ""));
    proptest::collection::vec(application, 0..3).prop_map(|applications| {
        let mut made: Vec<ApplicationCategories> = Vec::new();
        for (key, (path, arguments), categories, beside) in applications {
            made.push(ApplicationCategories {
                key: stated(format!("{key:08X}-{:08X}", made.len())),
                path: path.map(stated),
                arguments: arguments.map(stated),
                categories: categories.map(|bits| stated(Categories::from_bits_retain(bits))),
                written: None,
                beside,
            });
        }
        made.sort_by(|a, b| a.key.value.cmp(&b.key.value));
        made
    })
}

fn stores() -> impl Strategy<Value = (Encoding, Store)> {
    encodings().prop_flat_map(|encoding| {
        let counters = (any::<Option<u32>>(), any::<Option<u32>>());
        let beside = besides(encoding, "Other\\[Key]; \"1\"");
        let store = (sets(encoding), name_spaces(encoding), applications(encoding), counters, beside);
        let store = store.prop_map(|(sets, name_spaces, applications, counters, beside)| {
            let mut store = Store::new(SourceForm::Reg);
            store.sets = sets;
            store.name_spaces = name_spaces;
            store.applications = applications;
            store.next_catalog_entry_id = counters.0.map(stated);
            store.serial_access_number = counters.1.map(stated);
            store.beside = beside;
            store
        });
        (Just(encoding), store)
    })
}

/// Returns the contents of a store, without places and keys.
fn said(store: &Store) -> String {
    let value = |beside: &Beside| format!("{} {} {:?}\n", beside.name, beside.kind, beside.data);
    let values = |besides: &[Beside]| besides.iter().map(value).collect::<String>();
    let number = |stated: &Option<Stated<u32>>| format!("{:?}\n", stated.as_ref().map(|stated| stated.value));
    let text = |stated: &Option<Stated<String>>| format!("{:?}\n", stated.as_ref().map(|stated| &stated.value));
    let mut said = number(&store.next_catalog_entry_id) + &number(&store.serial_access_number) + &values(&store.beside);
    for set in &store.sets {
        said += &format!("{:?} {}", set.bits, number(&set.count));
        for item in &set.items {
            let bytes = item.packed.as_ref().map(|packed| packed.as_bytes().as_slice());
            said += &format!("{bytes:?} {:?} {}{}", item.info, text(&item.repeated_name), values(&item.beside));
        }
    }
    for set in &store.name_spaces {
        said += &format!("{:?} {}", set.bits, number(&set.count));
        for provider in &set.providers {
            let NameSpaceProvider { name, path, provider_id, name_space, enabled, version, .. } = provider;
            said += &format!("{name:?} {path:?} {provider_id:?} {name_space:?} {enabled:?} {version:?} ");
            said += &format!("{:?}\n{}", provider.stores_service_class_info, values(&provider.beside));
        }
    }
    for application in &store.applications {
        let categories = application.categories.as_ref().map(|stated| stated.value.bits());
        said += &format!("{} {categories:?} {}", application.key.value, text(&application.path));
        said += &(text(&application.arguments) + &values(&application.beside));
    }
    said
}

fn read_back(bytes: &[u8]) -> Store {
    let Reading { store, faults, .. } =
        read("x.reg", bytes, None, &Options::default()).expect("it is recognised").expect("it is a text");
    assert_eq!(faults, []);
    store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again((encoding, store) in stores()) {
        let options = WriteOptions { encoding, bits: None };
        let written = write(&store, &options).expect("the encoding can hold it");
        let read = read_back(&written);
        prop_assert_eq!(said(&read), said(&store));
        prop_assert!(write(&read, &options) == Ok(written));
    }
}

fn one(item: Item) -> Store {
    let mut store = Store::new(SourceForm::Netsh);
    let mut set = Set::new(None, NOWHERE);
    set.items.push(item);
    store.sets.push(set);
    store
}

fn plain() -> Item {
    // Zeros alone are not an item.
    let mut bytes = [0; PACKED_ITEM_BYTES];
    bytes[0] = b'x';
    let packed = PackedItem::from_bytes(&bytes).expect("888 bytes");
    Item::new(packed.info().expect("both texts end"), NOWHERE)
}

#[test]
fn an_item_that_is_not_stated_whole_is_not_written() {
    let mut item = plain();
    item.info.name = "Acme".to_owned();
    item.info.further = None;
    let refused = write(&one(item), &WriteOptions::default()).expect_err("it lacks its provider flags");
    assert_eq!(
        refused.to_string(),
        "of layer `Acme` (id 0) the source does not state the provider flags, nor the range of its protocols: an export needs them"
    );
}

#[test]
fn a_text_that_does_not_fit_is_not_written() {
    let mut item = plain();
    item.info.path = "x".repeat(260);
    let refused = write(&one(item), &WriteOptions::default()).expect_err("the path is too long");
    assert!(matches!(refused, WriteError::Item { .. }), "{refused}");
    let mut store = one(plain());
    store.applications.push(ApplicationCategories {
        key: stated("1".to_owned()),
        path: Some(stated("C:\\\u{142}".to_owned())),
        arguments: None,
        categories: None,
        written: None,
        beside: Vec::new(),
    });
    let ansi = WriteOptions { encoding: Encoding::Regedit4, bits: None };
    let refused = write(&store, &ansi).expect_err("ANSI has no such character");
    assert_eq!(
        refused.to_string(),
        "`AppId_Catalog\\1`, value `AppFullPath`: `\u{142}`, which has no byte in ISO 8859-1"
    );
    store.applications[0].key.value = "1\n[".to_owned();
    let refused = write(&store, &WriteOptions::default()).expect_err("a key is one line");
    assert_eq!(refused.to_string(), "`AppId_Catalog\\1\n[`: a line break in a name");
}

#[test]
fn items_keep_their_keys_where_those_tell_their_order() {
    let keys = |keys: &[Option<&str>]| {
        let mut store = one(plain());
        store.sets[0].items = keys
            .iter()
            .map(|key| {
                let mut item = plain();
                item.key = key.map(|key| stated(key.to_owned()));
                item.number = key.and_then(|key| key.parse().ok());
                item
            })
            .collect();
        let read = read_back(&write(&store, &WriteOptions::default()).expect("the items fit"));
        let keys = read.items().filter_map(|item| item.key.as_ref()).map(|key| key.value.clone());
        keys.collect::<Vec<String>>()
    };
    assert_eq!(keys(&[Some("000000000003"), Some("000000000007")]), ["000000000003", "000000000007"]);
    assert_eq!(keys(&[Some("000000000007"), Some("000000000003")]), ["000000000001", "000000000002"]);
    assert_eq!(keys(&[Some("000000000002"), None]), ["000000000001", "000000000002"]);
}

#[test]
fn a_value_keeps_the_form_that_it_has_beside_its_meaning() {
    let expand = |text: &str| {
        let data = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        Beside { key: "".into(), name: "AppFullPath".to_owned(), kind: kinds::EXPAND_SZ, data }
    };
    let mut store = Store::new(SourceForm::Reg);
    store.applications.push(ApplicationCategories {
        key: stated("1".to_owned()),
        path: Some(stated("%windir%\\a.exe".to_owned())),
        arguments: None,
        categories: None,
        written: None,
        beside: vec![expand("%windir%\\a.exe")],
    });
    let written = |store: &Store| {
        let options = WriteOptions { encoding: Encoding::Utf8, bits: None };
        String::from_utf8(write(store, &options).expect("it fits")).expect("the encoding is UTF-8")
    };
    let kept = written(&store);
    assert!(kept.contains("\"AppFullPath\"=hex(2):25,00,77,00"), "{kept}");
    let read = read_back(kept.as_bytes());
    assert_eq!(read.applications[0].path.as_ref().map(|stated| stated.value.as_str()), Some("%windir%\\a.exe"));
    store.applications[0].path = Some(stated("C:\\b.exe".to_owned()));
    let changed = written(&store);
    assert!(changed.contains("\"AppFullPath\"=\"C:\\\\b.exe\"\r\n") && !changed.contains("hex(2)"), "{changed}");
}
