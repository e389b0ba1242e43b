use super::*;
use crate::load::Loader;
use crate::winsock::document::tests::{load, set as set_of, store as store_of};
use crate::winsock::{Field, Further, PackedItem, ProtocolChain, ProtocolInfo, StandardItem};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

/// Returns all items of a store as bytes, set by set.
fn bytes(store: &Store) -> Vec<(Option<Bitness>, Vec<PackedItem>)> {
    let packed = |item: &Item| item.packed.clone().unwrap_or_else(|| PackedItem::new(&item.info).expect("it fits"));
    store.sets.iter().map(|set| (set.bits, set.items.iter().map(packed).collect())).collect()
}

fn registry(catalog: &str) -> Registry {
    Loader::new().text("site.toml", catalog).load().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the remarks as texts.
fn remarks(export: &Export) -> Vec<String> {
    export.remarks.iter().map(Remark::to_string).collect()
}

const KERNEL: &str = "
format = 1
dialect = \"windows\"
[provider.kernel]
id = \"e70f1aa0-ab8b-11cf-8ca3-00805f48a192\"
library = \"%SystemRoot%\\\\system32\\\\mswsock.dll\"
[base.tcp]
provider = \"kernel\"
family = \"inet\"
type = \"stream\"
protocol = \"tcp\"
matches-zero = true
services = [\"guaranteed-delivery\"]
address-size = 16
";

#[test]
fn the_shipped_catalog_gives_the_standard_items() {
    let windows = Loader::new().path("builtin:windows.toml").load().expect("it ships");
    let Export { store, remarks } = export(&windows, Some(Bitness::Bits64));
    assert_eq!(remarks, []);
    let [set] = store.sets.as_slice() else { panic!("{} sets", store.sets.len()) };
    assert_eq!((set.bits, set.count.as_ref().map(|count| count.value)), (Some(Bitness::Bits64), Some(16)));
    assert_eq!(store.next_catalog_entry_id.map(|next| next.value), Some(1017));
    assert_eq!(store.serial_access_number.map(|number| number.value), Some(1));
    for (item, standard) in set.items.iter().zip(StandardItem::all()) {
        // The built-in catalog states the names in English, and the registry states where they are to be found.
        let expected = ProtocolInfo { name: item.info.name.clone(), ..standard.info() };
        assert_eq!(item.info, expected);
    }
}

#[test]
fn what_a_catalog_does_not_say_is_as_documented() {
    let text = format!(
        "{KERNEL}
         [provider.acme]
         library = 'C:\\acme.dll'
         [layer.acme]
         provider = 'acme'
         [chain.acme4]
         layers = ['acme']
         base = 'tcp'
         [base.udp]
         provider = 'kernel'
         family = 'inet6'
         type = 'dgram'
         protocol = 'udp'
         services = ['message-oriented']"
    );
    let export = export(&registry(&text), Some(Bitness::Bits32));
    let item = |name: &str| {
        let found = export.store.items().find(|item| item.info.name == name);
        &found.unwrap_or_else(|| panic!("no item {name}")).info
    };
    let further = |name: &str| item(name).further.clone().expect("all is stated");
    assert_eq!((item("tcp").version, further("tcp").message_size), (2, 0));
    assert_eq!((further("udp").message_size, item("udp").max_address_length), (1, 28));
    assert_eq!(item("acme").chain.length, 0);
    assert_eq!(item("acme").triple(), (0, 0, 0));
    assert_eq!(further("acme").provider_flags, 4, "a layer is hidden");
    let (chain, base) = (item("acme4"), item("tcp"));
    assert_eq!(chain.triple(), base.triple());
    assert_eq!((chain.max_address_length, chain.min_address_length), (16, 16));
    assert_eq!(chain.chain.ids(), [item("acme").catalog_entry_id, base.catalog_entry_id]);
    let id = Uuid::new_v5(&PROVIDER_NAMESPACE, b"acme");
    assert_eq!(chain.provider_id, id);
    let derived = |name| format!("`{name}` is of provider `acme`, which states no `id`: {id} is derived from its name");
    assert_eq!(remarks(&export), [derived("acme"), derived("acme4")]);
    assert!(!export.remarks.iter().any(|remark| remark.reason.leaves_out()));
}

#[test]
fn each_entry_that_does_not_fit_is_stated_with_its_reason() {
    let base = |name: &str, rest: &str| {
        let usual = [
            ("family", "'inet'"),
            ("type", "'stream'"),
            ("protocol", "6"),
            ("provider", "'kernel'"),
            ("address-size", "16"),
        ];
        let usual = usual
            .iter()
            .filter(|(key, _)| !rest.contains(&format!("{key} =")))
            .map(|(key, value)| format!("{key} = {value}\n"));
        format!("[base.{name}]\n{}{rest}\n", usual.collect::<String>())
    };
    let long = "x".repeat(256);
    let text = [
        KERNEL.replace("dialect = \"windows\"", "dialect = \"linux\"\ndisable = ['off']"),
        base("a-netlink", "family = 'netlink'"),
        base("b-number", "family = 77"),
        base("c-packet", "type = 'packet'"),
        base("d-any", "protocol = 'any'"),
        base("e-two", "protocol = [6, 17]"),
        base("f-last-first", "protocol = [2, 1]"),
        base("g-vsock", "family = 'vsock'\nprotocol = 9"),
        base("h-long", &format!("summary = '{long}'")),
        base("i-unknown", "unknown = ['matches-zero', 'hidden']"),
        base("j-bare", "provider = 'bare'"),
        "[provider.bare]\nid = 'e70f1aa0-ab8b-11cf-8ca3-00805f48a193'\n".to_owned(),
        "[layer.top]\nprovider = 'kernel'\n[chain.k-above]\nlayers = ['top']\nbase = 'h-long'\n".to_owned(),
        "[chain.l-above]\nlayers = ['upper']\nbase = 'k-above'\n[layer.upper]\nprovider = 'kernel'\n".to_owned(),
        base("off", ""),
        base("lossy", "services = ['encrypted', 'x-a', 'guaranteed-order']\noptions = { nodelay = true }"),
        base("no-size", "family = 'ipx'").replace("address-size = 16\n", ""),
    ];
    let export = export(&registry(&text.concat()), None);
    let mut stated = remarks(&export);
    stated.sort_unstable();
    let expected = [
        "`a-netlink` is of family `netlink`, which has no number on Windows",
        "`b-number` is of family `77`, which has no number on Windows",
        "`c-packet` is of type `packet`, which has no number on Windows",
        "`d-any` has protocols that are no single range from the first on, which is all that Windows can say",
        "`e-two` has protocols that are no single range from the first on, which is all that Windows can say",
        "`f-last-first` has protocols that are no single range from the first on, which is all that Windows can say",
        "`g-vsock` has protocol `9`, which has no number on Windows",
        "`h-long` does not fit: a text of 256 UTF-16 units where szProtocol has room for 255",
        "`i-unknown` has facts that its source did not state, and Windows needs: `matches-zero`, `hidden`",
        "`j-bare` is of provider `bare`, which states no `library` that Windows could load",
        "`k-above` stands on `h-long`, which is not exported",
        "`l-above` stands on `k-above`, which is not exported",
        "`lossy` has options, which Windows does not keep: `nodelay`",
        "`lossy` offers encrypted, x-a, for which Windows has no flags",
        "`no-size` states no `address-size`, and none is known for family `ipx`",
        "`off` is disabled, and Windows knows no such entries",
    ];
    assert_eq!(stated, expected);
    let left: Vec<&str> = export.store.sets[0].items.iter().map(|item| item.info.name.as_str()).collect();
    assert_eq!(left, ["tcp", "top", "upper", "lossy"]);
    let left_out = export.remarks.iter().filter(|remark| remark.reason.leaves_out()).count();
    assert_eq!(left_out, expected.len() - 3);
}

#[test]
fn protocols_of_other_families_are_translated_by_name() {
    let text =
        KERNEL.replace("\"windows\"", "\"linux\"").replace("\"inet\"", "\"bluetooth\"").replace("\"tcp\"", "\"l2cap\"");
    let export = export(&registry(&text), Some(Bitness::Bits64));
    let triples: Vec<_> = export.store.items().map(|item| item.info.triple()).collect();
    assert_eq!(triples, [(32, 1, 256)], "Linux has 31 and 0 for these");
}

#[test]
fn the_order_of_the_catalog_is_that_of_the_items_and_layers_keep_their_places() {
    let more = "[base.two]\nprovider = 'kernel'\nfamily = 'inet'\ntype = 'raw'\nprotocol = 1\naddress-size = 16\n";
    let layer = "[layer.between]\nprovider = 'kernel'\n";
    let text = format!("{}{layer}{more}", KERNEL.replace("format = 1", "format = 1\norder = ['two']"));
    let export = export(&registry(&text), Some(Bitness::Bits64));
    let names: Vec<&str> = export.store.items().map(|item| item.info.name.as_str()).collect();
    assert_eq!(names, ["two", "between", "tcp"]);
}

#[test]
fn keys_count_where_they_say_otherwise_than_the_bytes() {
    let mut info = StandardItem::by_name("raw4").expect("known").info();
    info.further.as_mut().expect("all is stated").provider_reserved = 7;
    let original = PackedItem::new(&info).expect("it fits");
    let text = |rest: &str| {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let packed = BASE64_STANDARD.encode(original.as_bytes());
        format!("{KERNEL}hidden = false\nsummary = 'mine'\nwinsock = {{ packed = '{packed}' }}\n{rest}")
    };
    let export = export(&registry(&text("catalog-entry-id = 5")), Some(Bitness::Bits64));
    let found = &export.store.sets[0].items[0].info;
    let expected = ProtocolInfo {
        name: "mine".to_owned(),
        catalog_entry_id: 5,
        socket_type: 1,
        protocol: 6,
        service_flags: 2,
        further: Some(Further {
            provider_flags: 8,
            protocol_max_offset: 0,
            ..info.further.clone().expect("all is stated")
        }),
        ..info
    };
    assert_eq!(*found, expected, "the reserved field and the message size are the original's");
}

#[test]
fn applications_are_written_as_they_were_read() {
    let text = format!(
        "{KERNEL}
         [application.acme]
         permit = ['proxy', 'system']
         winsock = {{ path = 'C:\\acme.exe', arguments = '-x', key = '0123ABCD' }}
         [application.other]
         permit = ['proxy']
         require = ['encrypted']"
    );
    let export = export(&registry(&text), None);
    let [acme] = export.store.applications.as_slice() else { panic!("{}", export.store.applications.len()) };
    assert_eq!(
        (acme.key.value.as_str(), acme.categories.as_ref().map(|stated| stated.value.bits())),
        ("0123ABCD", Some(0x8000_0004))
    );
    let text = |stated: &Option<Stated<String>>| stated.as_ref().map(|stated| stated.value.clone());
    assert_eq!((text(&acme.path).as_deref(), text(&acme.arguments).as_deref()), (Some("C:\\acme.exe"), Some("-x")));
    assert_eq!(
        remarks(&export),
        [
            "`other` is an application with demands on encrypted, of which Windows keeps nothing",
            "`other` is an application without the key `winsock`, which says by what Windows knows it",
        ]
    );
}

/// Generates any fields that a sound item may have, and garbage behind the ends of its texts.
fn item() -> impl Strategy<Value = (ProtocolInfo, u8)> {
    let further = (any::<[u32; 3]>(), any::<u32>(), prop_oneof![Just(0), 0..=i32::MAX], any::<(i32, i32, u32, u32)>());
    let further = further.prop_map(|(reserved_service_flags, provider_flags, protocol_max_offset, rest)| Further {
        reserved_service_flags,
        provider_flags,
        protocol_max_offset,
        network_byte_order: if rest.0 % 2 == 0 { rest.0 % 3 } else { rest.0 },
        security_scheme: rest.1,
        message_size: rest.2,
        provider_reserved: rest.3,
    });
    let texts = ("[!-~ ]{0,255}", "\\PC{0,80}", any::<bool>(), "[ -~\u{e9}]{0,259}");
    let name = texts.prop_map(|(long, odd, is_odd, path)| (if is_odd { odd.replace('\0', "") } else { long }, path));
    let sizes = prop_oneof![any::<(i32, i32)>(), (0..200, 0..200)];
    let triple = (prop_oneof![1..40, 1..=i32::MAX], prop_oneof![1..6, 1..=i32::MAX], any::<i32>());
    let provider = prop_oneof![(0..4_u128).prop_map(Uuid::from_u128), any::<u128>().prop_map(Uuid::from_u128)];
    (further, name, sizes, triple, any::<(u32, i32, u8)>(), provider).prop_map(
        |(further, name, sizes, triple, rest, provider_id)| {
            let info = ProtocolInfo {
                path: name.1,
                name: name.0,
                service_flags: rest.0,
                provider_id,
                catalog_entry_id: 0,
                chain: ProtocolChain::BASE,
                version: rest.1,
                address_family: triple.0,
                max_address_length: sizes.0,
                min_address_length: sizes.1,
                socket_type: triple.1,
                protocol: triple.2,
                further: Some(further),
            };
            (info, rest.2)
        },
    )
}

/// Returns the bytes of an item, with garbage behind the ends of its texts, and with a name that no text can represent.
fn with_garbage(info: &ProtocolInfo, garbage: u8) -> PackedItem {
    let item = PackedItem::new(info).expect("it fits");
    let mut bytes = *item.as_bytes();
    if garbage.is_multiple_of(2) {
        if info.path.chars().count() < 259 {
            bytes[Field::LibraryPath.range().end - 1] = garbage;
        }
        if info.name.encode_utf16().count() < 255 {
            bytes[Field::ProtocolName.range().end - 1] = garbage;
        }
        if info.chain.length < 2 {
            bytes[Field::ChainEntries.range().start] = garbage;
        }
    }
    if garbage.is_multiple_of(5) && info.name.encode_utf16().count() < 254 {
        let name = Field::ProtocolName.range();
        bytes.copy_within(name.start..name.end - 2, name.start + 2);
        bytes[name.start..name.start + 2].copy_from_slice(&0xd800_u16.to_le_bytes());
    }
    PackedItem::from_bytes(&bytes).expect("of its size")
}

/// Generates a sound set: bases, layers, and chains of all lengths that name layers by their own ids or by the ids of chains that
/// have them on top.
fn sound_items() -> impl Strategy<Value = Vec<Item>> {
    let chains =
        vec((item(), any::<Index>(), subsequence((0..6_usize).collect::<Vec<_>>(), 1..=6), any::<Index>()), 0..8);
    let ids = vec(1..=i32::MAX.cast_unsigned(), 24);
    (vec(item(), 1..4), vec(item(), 6), chains, ids, any::<u64>()).prop_map(|(bases, layers, chains, ids, shuffle)| {
        let mut ids = ids.into_iter().collect::<IndexSet<u32>>().into_iter().chain(1..);
        let mut used = std::collections::HashSet::new();
        let mut id = || ids.find(|id| used.insert(*id)).expect("there are more than enough");
        let mut infos: Vec<(ProtocolInfo, u8)> = Vec::new();
        let base_ids: Vec<u32> = bases.iter().map(|_| id()).collect();
        let layer_ids: Vec<u32> = layers.iter().map(|_| id()).collect();
        for ((info, garbage), &id) in bases.iter().zip(&base_ids) {
            infos.push((ProtocolInfo { catalog_entry_id: id, ..info.clone() }, *garbage));
        }
        for ((info, garbage), &id) in layers.into_iter().zip(&layer_ids) {
            infos.push((ProtocolInfo { catalog_entry_id: id, chain: ProtocolChain::LAYER, ..info }, garbage));
        }
        // The chains so far, with their ids and their members.
        let mut made: Vec<(u32, Vec<u32>)> = Vec::new();
        for ((info, garbage), base, layers, other) in chains {
            let at = base.index(bases.len());
            let mut chain: Vec<u32> = layers.iter().map(|&layer| layer_ids[layer]).chain([base_ids[at]]).collect();
            if let Some((other, over)) = made.get(other.index(made.len() + 1))
                && let Some(place) = chain.iter().position(|id| *id == over[0])
            {
                chain[place] = *other;
            }
            let (id, of) = (id(), &bases[at].0);
            let mut over = chain.clone();
            over[0] = *layers.first().map(|&layer| &layer_ids[layer]).expect("at least one");
            made.push((id, over));
            let info = ProtocolInfo {
                catalog_entry_id: id,
                chain: ProtocolChain::over(&chain).expect("two to seven"),
                address_family: of.address_family,
                socket_type: of.socket_type,
                protocol: of.protocol,
                max_address_length: of.max_address_length,
                min_address_length: of.min_address_length,
                ..info
            };
            infos.push((info, garbage));
        }
        let mut items: Vec<Item> = infos.iter().map(|(info, garbage)| stated(with_garbage(info, *garbage))).collect();
        shuffle_by(&mut items, shuffle);
        items
    })
}

fn stated(packed: PackedItem) -> Item {
    let info = packed.info().expect("both texts have an end");
    let mut item = Item::new(info, crate::winsock::document::tests::place(0));
    item.packed = Some(packed);
    item
}

/// Generates another order for each number.
fn shuffle_by<T>(items: &mut [T], mut number: u64) {
    for at in (1..items.len()).rev() {
        items.swap(at, (number % (at as u64 + 1)) as usize);
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 1;
    }
}

/// Generates both sets: equal, in another order, with other content, or with other items.
fn sound_store() -> impl Strategy<Value = Store> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..4);
    (sound_items(), changes, any::<u64>(), 0..5_u8, any::<(u32, u32)>()).prop_map(
        |(items, changes, shuffle, how, counters)| {
            let mut other = items.clone();
            if how > 1 {
                for (at, byte) in changes {
                    let at = at.index(other.len());
                    let mut bytes = *other[at].packed.as_ref().expect("told with them").as_bytes();
                    bytes[Field::Version.range().start] ^= byte;
                    bytes[Field::ProviderReserved.range().start] ^= byte;
                    other[at] = stated(PackedItem::from_bytes(&bytes).expect("of its size"));
                }
            }
            if how > 2 {
                shuffle_by(&mut other, shuffle);
            }
            if how > 3 {
                let named: Vec<u32> = other.iter().flat_map(|item| item.info.chain.ids().to_vec()).collect();
                let is_free = other.iter().position(|item| !named.contains(&item.id()));
                is_free.map(|at| other.remove(at));
            }
            let mut sets = vec![set_of(Some(Bitness::Bits32), []), set_of(Some(Bitness::Bits64), [])];
            (sets[0].items, sets[1].items) = (other, items);
            let mut store = store_of(sets);
            let highest = store.items().map(Item::id).max().unwrap_or(0);
            let at = crate::winsock::document::tests::place(0);
            store.next_catalog_entry_id = Some(Stated::new(highest.saturating_add(1).max(counters.0), at));
            store.serial_access_number = Some(Stated::new(counters.1, at));
            store
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_sound_store_comes_out_of_a_catalog_byte_for_byte_and_in_order(store in sound_store()) {
        let registry = match load(store.clone()) {
            Ok(registry) => registry,
            Err(error) => {
                // A layer that is named by itself and by a chain that has it on top is in the chain twice.
                let twice = error.faults().iter().all(|fault| fault.kind.code() == "repeated-layer");
                prop_assert!(twice, "{error}");
                return Ok(());
            }
        };
        let out = export(&registry, None);
        prop_assert!(out.remarks.is_empty(), "{:?}", out.remarks);
        prop_assert_eq!(bytes(&out.store), bytes(&store));
        let number = |stated: &Option<Stated<u32>>| stated.as_ref().map(|stated| stated.value);
        prop_assert_eq!(number(&out.store.next_catalog_entry_id), number(&store.next_catalog_entry_id));
        prop_assert_eq!(number(&out.store.serial_access_number), number(&store.serial_access_number));
    }
}
