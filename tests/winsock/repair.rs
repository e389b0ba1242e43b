//! Repair: what is broken in one way is mended with the one step that mends it, and nothing else changes.

use super::fixture::{ACME, ACME_CHAINS, Catalog, TCPIP, chained};
use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::repair::{Plan, RepairOptions, Unrepairable, plan};
use sockatlas::winsock::{self, Bitness, Field, Options, PackedItem, ProtocolChain, ProtocolInfo, Reading, Store};
use uuid::Uuid;

const SAMPLE: &[u8] = include_bytes!("samples/windows-10-1709.reg");

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
fn chains_follow_their_layer_to_its_new_id() {
    let plan = planned(&Catalog::sound().change(1007, |info| info.catalog_entry_id = 1010 + 30));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
        ]
    );
    assert_eq!(info(&plan.store, 1008).chain.ids(), [1040, 1001]);
    assert_eq!(plan.store.next_catalog_entry_id.as_ref().map(|next| next.value), Some(1041));
    is_sound(&plan);
}

#[test]
fn chains_whose_layer_is_gone_go_too() {
    let plan = planned(&Catalog::sound().without(1007));
    assert_eq!(
        steps(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): remove [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`): remove [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`): remove [winsock-broken-chain]",
            "number the keys from 1 to 6; 6 of them change [winsock-numbering]",
            "set `Num_Catalog_Entries` from 9 to 6 [winsock-numbering]",
        ]
    );
    assert_eq!(plan.steps[0].reason(), "its chain names id 1007, which no item has, and no layer here is surely meant");
    assert_eq!(plan.steps.last().map(ToString::to_string).as_deref(), Some("set `Serial_Access_Num` from 7 to 8"));
    assert_eq!(ids(&plan.store), [1001, 1002, 1003, 1004, 1005, 1006]);
    is_sound(&plan);
}

#[test]
fn a_chain_is_not_given_to_a_layer_of_another_name_or_kin() {
    let catalog = Catalog::sound().without(1007);
    let layer = Catalog::sound().info(1007).clone();
    for other in [
        ProtocolInfo { catalog_entry_id: 1040, name: "Acme Two".to_owned(), ..layer.clone() },
        ProtocolInfo { catalog_entry_id: 1040, name: "Acm".to_owned(), ..layer.clone() },
        ProtocolInfo { catalog_entry_id: 1040, path: r"C:\other.dll".to_owned(), ..layer.clone() },
    ] {
        let plan = planned(&catalog.clone().with(9, &other));
        assert_eq!(items(&plan).iter().filter(|step| step.contains(": remove [")).count(), 3, "{other:?}");
    }
    let twice = catalog.with(8, &ProtocolInfo { catalog_entry_id: 1040, ..layer.clone() });
    let plan = planned(&twice.with(9, &ProtocolInfo { catalog_entry_id: 1041, ..layer }));
    assert_eq!(items(&plan).len(), 3, "of two layers that may be meant neither surely is");
    is_sound(&plan);
}

#[test]
fn chains_follow_their_base_to_its_new_id() {
    let plan = planned(&Catalog::sound().change(1001, |info| info.catalog_entry_id = 1050));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1001 to 1050, which is \
          `MSAFD Tcpip [TCP/IP]` [winsock-broken-chain]"
        ]
    );
    is_sound(&plan);
}

#[test]
fn a_base_that_chains_still_name_comes_back_under_its_id() {
    let plan = planned(&Catalog::sound().without(1001));
    assert_eq!(
        steps(&plan),
        [
            r"`@%SystemRoot%\System32\mswsock.dll,-60100`: add tcp4 with id 1001 [winsock-missing-standard]",
            "number the keys from 1 to 10; 7 of them change [winsock-numbering]",
            "set `Num_Catalog_Entries` from 9 to 10 [winsock-numbering]",
        ]
    );
    assert_eq!(ids(&plan.store), [1008, 1009, 1010, 1001, 1002, 1003, 1004, 1005, 1006, 1007]);
    is_sound(&plan);
}

#[test]
fn standard_items_come_back_where_they_were_with_the_bytes_of_windows() {
    let whole = read(SAMPLE).store;
    for place in 2..8 {
        let mut store = read(SAMPLE).store;
        for set in &mut store.sets {
            set.items.remove(place);
        }
        let plan = plan(&store, &RepairOptions::default()).expect("an export can be repaired");
        assert_eq!(plan.steps.iter().filter(|step| step.code() == Some("winsock-missing-standard")).count(), 2);
        is_sound(&plan);
        for (set, before) in plan.store.sets.iter().zip(&whole.sets) {
            let (item, known) = (&set.items[place], &before.items[place]);
            let expected = ProtocolInfo { catalog_entry_id: 1017, ..known.info.clone() };
            let mut bytes = known.packed.clone().expect("an export has bytes");
            bytes.set_info(&expected).expect("it fits");
            assert_eq!(item.packed, Some(bytes), "the bytes of place {place} with a new id, the same in both sets");
            assert_eq!(item.repeated_name.as_ref().map(|name| &name.value), Some(&expected.name));
            let others = |items: &[winsock::Item]| {
                let others = items.iter().enumerate().filter(|(index, _)| *index != place);
                others.map(|(_, item)| item.packed.clone()).collect::<Vec<_>>()
            };
            assert_eq!(others(&set.items), others(&before.items));
        }
    }
}

#[test]
fn an_item_missing_in_one_set_comes_back_under_the_id_of_the_other() {
    let mut store = read(SAMPLE).store;
    store.sets[1].items.remove(3);
    let plan = plan(&store, &RepairOptions::default()).expect("an export can be repaired");
    assert_eq!(all_bytes(&plan.store), all_bytes(&read(SAMPLE).store));
}

#[test]
fn ipv6_is_not_put_into_a_catalog_that_may_be_older() {
    let mut catalog = Catalog::plain();
    for set in &mut catalog.sets {
        set.items.retain(|item| item.info.address_family == 2);
    }
    let plan = planned(&catalog);
    assert_eq!(plan.steps, []);
    assert_eq!(plan.warnings.len(), 2, "that it is missing is still told, for each set");
}

#[test]
fn a_layer_that_left_the_middle_of_a_chain_is_taken_out_of_it() {
    let catalog = Catalog::sound();
    let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    assert_eq!(chain.chain.ids(), [1020, 1008, 1001]);
    let catalog = catalog.with(0, &chain).with(11, &upper);
    assert_eq!(planned(&catalog).steps, []);
    let mut broken = catalog;
    for id in [1007, 1008, 1009, 1010] {
        broken = broken.without(id);
    }
    let plan = planned(&broken);
    assert_eq!(
        items(&plan),
        [
            "`Upper over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`): take id 1008 out of its chain \
          [winsock-broken-chain]"
        ]
    );
    assert_eq!(info(&plan.store, 1021).chain, ProtocolChain::over(&[1020, 1001]).expect("two"));
    is_sound(&plan);
}

#[test]
fn a_chain_that_would_be_another_again_is_removed() {
    let catalog = Catalog::sound();
    let twin = ProtocolInfo {
        catalog_entry_id: 1030,
        chain: ProtocolChain::over(&[1007, 1029, 1001]).expect("three"),
        ..catalog.info(1008).clone()
    };
    let plan = planned(&catalog.with(1, &twin));
    assert_eq!(
        plan.steps[0].reason(),
        "it would run over the same ids as `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008)"
    );
    assert_eq!(items(&plan).len(), 1);
    is_sound(&plan);
}

#[test]
fn chains_that_cannot_be_are_removed_and_what_stood_on_them_is_mended() {
    let over = |ids: &[u32]| ProtocolChain::over(ids).expect("two to seven");
    let cases = [
        (ProtocolChain { length: 9, entries: [1; 7] }, "a chain cannot have length 9", "winsock-malformed-chain"),
        (ProtocolChain { length: -1, entries: [0; 7] }, "a chain cannot have length -1", "winsock-malformed-chain"),
        (over(&[1007, 1001, 1001]), "its chain names id 1001 twice", "winsock-malformed-chain"),
        (over(&[1007, 1008, 1001]), "its chain names its own id 1008", "winsock-malformed-chain"),
        (over(&[1001, 1007]), "its chain ends in `Acme`, which is no base protocol", "winsock-chain-without-base"),
    ];
    for (chain, reason, code) in cases {
        let catalog = Catalog::sound().change(1008, |info| info.chain = chain);
        let plan = planned(&catalog);
        assert_eq!(items(&plan).len(), 1);
        assert_eq!((plan.steps[0].reason().as_str(), plan.steps[0].code()), (reason, Some(code)));
        is_sound(&plan);
        let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
        let lower = Catalog::sound().info(1008).clone();
        let catalog = catalog.with(0, &chained(&upper, &lower, Uuid::from_u128(7), 1021)).with(11, &upper);
        let plan = planned(&catalog);
        assert_eq!(info(&plan.store, 1021).chain.ids(), [1020, 1001]);
        is_sound(&plan);
    }
}

#[test]
fn chains_that_run_over_one_another_are_removed() {
    let over = |ids: &[u32]| ProtocolChain::over(ids).expect("two to seven");
    let catalog = Catalog::sound().change(1008, |info| info.chain = over(&[1007, 1009, 1001]));
    let plan = planned(&catalog.change(1009, |info| info.chain = over(&[1007, 1010, 1008, 1002])));
    assert_eq!(items(&plan).len(), 2);
    assert_eq!(plan.steps[0].reason(), "it runs over chains that run over it");
    is_sound(&plan);
}

#[test]
fn a_chain_gets_the_facts_of_its_base() {
    let plan = planned(&Catalog::sound().change(1008, |info| {
        info.address_family = 23;
        info.max_address_length = 0;
    }));
    assert_eq!(
        items(&plan),
        ["`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): set `iAddressFamily` from 23 to 2, \
          `iMaxSockAddr` from 0 to 16 [winsock-chain-unlike-base]"]
    );
    assert_eq!(info(&plan.store, 1008), Catalog::sound().info(1008));
    is_sound(&plan);
}

#[test]
fn a_chain_that_is_wholly_as_another_base_names_that_one() {
    let plan = planned(&Catalog::sound().change(1008, |info| info.chain.entries[1] = 1002));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1002 to 1001, which is \
          `MSAFD Tcpip [TCP/IP]` [winsock-chain-unlike-base]"
        ]
    );
    assert_eq!(info(&plan.store, 1008), Catalog::sound().info(1008));
    is_sound(&plan);
}

#[test]
fn holes_are_closed_and_counters_set() {
    let mut catalog = Catalog::sound();
    catalog.next_id = 1004;
    for set in &mut catalog.sets {
        set.count = Some(10);
        for (index, item) in set.items.iter_mut().enumerate().skip(4) {
            item.key = Some(format!("{:012}", index + 2));
        }
    }
    let plan = planned(&catalog);
    assert_eq!(steps(&plan), ["number the keys from 1 to 10; 6 of them change [winsock-numbering]"]);
    let counters: Vec<_> = plan.steps.iter().filter(|step| step.bits.is_none()).map(ToString::to_string).collect();
    assert_eq!(counters, ["set `Next_Catalog_Entry_ID` from 1004 to 1011", "set `Serial_Access_Num` from 7 to 8"]);
    is_sound(&plan);
    for set in &mut catalog.sets {
        set.count = Some(0x000f_4240);
        set.items.iter_mut().for_each(|item| item.key = None);
    }
    assert_eq!(steps(&planned(&catalog)), ["set `Num_Catalog_Entries` from 1000000 to 10 [winsock-numbering]"]);
}

#[test]
fn the_later_of_two_items_with_one_id_gets_another_and_chains_stay_with_the_first() {
    let plan = planned(&Catalog::sound().change(1004, |info| info.catalog_entry_id = 1001));
    let step = plan.steps.iter().find(|step| step.bits == Some(Bitness::Bits64)).expect("the set has the step");
    assert_eq!(
        step.to_string(),
        "`MSAFD Tcpip [TCP/IPv6]` (id 1001, key `000000000007`): set its id from 1001 to 1012"
    );
    assert_eq!(
        step.reason(),
        "an item before it has id 1001 too; chains that name 1001 stay with that one if they can"
    );
    assert_eq!(info(&plan.store, 1008).chain.ids(), [1007, 1001]);
    is_sound(&plan);
}

#[test]
fn an_item_without_an_id_gets_one_and_its_chains_follow() {
    let catalog = Catalog::sound().change(1007, |info| info.catalog_entry_id = 0);
    let mut catalog = catalog.change(1008, |info| info.chain.entries[0] = 0);
    for id in [1009, 1010] {
        catalog = catalog.change(id, |info| info.chain.entries[0] = 0);
    }
    let plan = planned(&catalog);
    assert_eq!(plan.steps[0].to_string(), "`Acme` (id 0, key `000000000010`): set its id from 0 to 1011");
    assert_eq!(plan.steps[1].reason(), "the item that had that id, and can stand there, got another");
    assert_eq!(info(&plan.store, 1012).name, "Acme");
    assert_eq!(info(&plan.store, 1009).chain.ids(), [1012, 1002]);
    is_sound(&plan);
}

#[test]
fn a_library_that_was_hijacked_is_put_back_and_others_are_not_made_up() {
    let cases = [
        ("mswsock.dll", "no folder is named, so that a program's own is searched first", "winsock-library-path"),
        ("", "no library is named", "winsock-library-path"),
        (
            r"C:\Users\Public\mswsock.dll",
            "a provider of Windows has its library in the folder of Windows",
            "winsock-library-path",
        ),
        (
            r"%SystemRoot%\system32\mswsock2.dll",
            "the items of one provider name different libraries",
            "winsock-duplicate-provider",
        ),
    ];
    for (path, reason, code) in cases {
        let plan = planned(&Catalog::sound().change(1002, |info| path.clone_into(&mut info.path)));
        assert_eq!(
            items(&plan),
            [format!(
                r"`MSAFD Tcpip [UDP/IP]` (id 1002, key `000000000005`): set the library from `{path}` to `%SystemRoot%\system32\mswsock.dll` [{code}]"
            )]
        );
        assert_eq!(plan.steps[0].reason(), reason);
        assert_eq!(info(&plan.store, 1002), Catalog::sound().info(1002));
        is_sound(&plan);
    }
    let plan = planned(&Catalog::sound().change(1007, |info| "acme.dll".clone_into(&mut info.path)));
    assert_eq!(plan.steps, []);
    let codes: Vec<_> = plan.left.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["winsock-library-path"; 2]);
}

#[test]
fn what_is_unreadable_and_standard_is_restored() {
    let whole = PackedItem::new(Catalog::sound().info(1001)).expect("it fits").as_bytes().to_vec();
    let mut unterminated = whole.clone();
    unterminated[..260].fill(b'A');
    // What stands behind the name is kept, as it is no part of what is wrong.
    unterminated[880] = 7;
    let mut nameless = whole.clone();
    nameless[376..].fill(0x41);
    let cases = [
        (whole[..500].to_vec(), "restore the whole item", "500 bytes where a packed catalog item has 888"),
        (
            [whole.clone(), vec![0; 4]].concat(),
            "restore the whole item",
            "892 bytes where a packed catalog item has 888",
        ),
        (unterminated, "restore `path`", "no zero ends the text in path"),
        (nameless, "restore `szProtocol`", "no zero ends the text in szProtocol"),
    ];
    for (bytes, said, reason) in cases {
        let mut catalog = Catalog::sound();
        for set in &mut catalog.sets {
            set.items[3].bytes = Some(bytes.clone());
        }
        let plan = planned(&catalog);
        let step = &plan.steps[0];
        assert!(step.to_string().ends_with(&format!("key `000000000004`): {said}")), "{step}");
        assert_eq!((step.reason().as_str(), step.code()), (reason, Some("winsock-malformed-item")));
        assert_eq!(items(&plan).len(), 1);
        let restored = info(&plan.store, 1001);
        let expected = Catalog::sound().info(1001).clone();
        assert_eq!(ProtocolInfo { name: expected.name.clone(), ..restored.clone() }, expected);
        is_sound(&plan);
    }
}

#[test]
fn what_is_unreadable_and_not_known_is_removed_with_what_stood_on_it() {
    let mut catalog = Catalog::sound();
    for set in &mut catalog.sets {
        set.items[9].bytes = Some(vec![0; 2]);
    }
    let plan = planned(&catalog);
    assert_eq!(items(&plan)[0], "an item that cannot be read (key `000000000010`): remove [winsock-malformed-item]");
    assert_eq!(ids(&plan.store), [1001, 1002, 1003, 1004, 1005, 1006]);
    is_sound(&plan);
}

#[test]
fn a_range_that_ends_before_it_begins_is_that_of_the_standard_item_or_of_the_base() {
    let broken = |info: &mut ProtocolInfo| info.further.as_mut().expect("told").protocol_max_offset = -1;
    let plan = planned(&Catalog::sound().change(1003, broken).change(1010, broken).change(1007, broken));
    assert_eq!(
        items(&plan),
        [
            "`MSAFD Tcpip [RAW/IP]` (id 1003, key `000000000006`): set `iProtocolMaxOffset` from -1 to 255 \
             [winsock-malformed-item]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`): set `iProtocolMaxOffset` from -1 to 255 \
             [winsock-malformed-item]",
            "`Acme` (id 1007, key `000000000010`): set `iProtocolMaxOffset` from -1 to 0 [winsock-malformed-item]",
        ]
    );
    is_sound(&plan);
}

#[test]
fn a_layer_that_nothing_uses_stays_unless_the_user_says_otherwise() {
    let catalog = Catalog::sound().without(1008).without(1009).without(1010);
    let plan = planned(&catalog);
    assert_eq!(plan.steps, []);
    let codes: Vec<_> = plan.warnings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["winsock-unreachable-layer"; 2]);
    let plan = planned_with(&catalog, |mut options| {
        options.remove_unreachable = true;
        options
    });
    assert_eq!(items(&plan), ["`Acme` (id 1007, key `000000000007`): remove [winsock-unreachable-layer]"]);
    assert_eq!(plan.warnings, []);
    is_sound(&plan);
}

#[test]
fn chains_go_ahead_of_what_they_cover_in_the_order_that_they_have() {
    let mut catalog = Catalog::sound();
    for set in &mut catalog.sets {
        set.items.rotate_left(3);
    }
    let plan = planned(&catalog);
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000008`): move ahead of `MSAFD Tcpip [TCP/IP]` (id \
             1001) [winsock-shadowed-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000009`): move ahead of `MSAFD Tcpip [UDP/IP]` (id \
             1002) [winsock-shadowed-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000010`): move ahead of `MSAFD Tcpip [RAW/IP]` (id \
             1003) [winsock-shadowed-chain]",
        ]
    );
    assert_eq!(ids(&plan.store), [1008, 1001, 1009, 1002, 1010, 1003, 1004, 1005, 1006, 1007]);
    assert_eq!(plan.warnings, []);
    is_sound(&plan);
}

#[test]
fn a_chain_goes_ahead_of_the_chain_that_it_runs_over_and_of_no_other() {
    let catalog = Catalog::sound();
    let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    let plan = planned(&catalog.clone().with(4, &chain).with(11, &upper));
    assert_eq!(items(&plan).len(), 1);
    assert_eq!(ids(&plan.store)[..3], [1021, 1008, 1009]);
    is_sound(&plan);
    let rival = chained(&upper, catalog.info(1001), Uuid::from_u128(7), 1021);
    let plan = planned(&catalog.with(4, &rival).with(11, &upper));
    assert_eq!(plan.steps, [], "which of two layers is wanted is not for repair to say");
}

#[test]
fn layers_are_hidden_and_chains_shown() {
    let flip = |info: &mut ProtocolInfo| info.further.as_mut().expect("told").provider_flags ^= provider_flags::HIDDEN;
    let plan = planned(&Catalog::sound().change(1007, flip).change(1009, flip));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`): show to applications [winsock-visibility]",
            "`Acme` (id 1007, key `000000000010`): hide from applications [winsock-visibility]",
        ]
    );
    assert_eq!(info(&plan.store, 1009), Catalog::sound().info(1009));
    is_sound(&plan);
}

#[test]
fn what_nothing_tells_is_left_and_listed() {
    let plan = planned(&Catalog::sound().change(1004, |info| info.service_flags |= 0x18000));
    assert_eq!(plan.steps, []);
    let codes: Vec<_> = plan.left.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["winsock-flags"; 2]);
}

#[test]
fn a_provider_goes_with_all_that_cannot_be_without_it() {
    let remove = |provider| {
        move |mut options: RepairOptions| {
            options.remove_providers = vec![provider];
            options
        }
    };
    let catalog = Catalog::sound();
    let upper = ProtocolInfo {
        catalog_entry_id: 1020,
        name: "Upper".to_owned(),
        provider_id: Uuid::from_u128(6),
        ..catalog.info(1007).clone()
    };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    let catalog = catalog.with(0, &chain).with(11, &upper);
    let plan = planned_with(&catalog, remove(ACME));
    assert_eq!(
        items(&plan),
        [
            "`Acme` (id 1007, key `000000000011`): remove [asked]",
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000002`): remove [asked]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000003`): remove [asked]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000004`): remove [asked]",
            "`Upper over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`): take id 1008 out of its chain \
             [asked]",
        ]
    );
    is_sound(&plan);
    let plan = planned_with(&catalog, remove(ACME_CHAINS));
    assert_eq!(info(&plan.store, 1021).chain.ids(), [1020, 1001]);
    is_sound(&plan);
    let store = read(catalog.reg().text.as_bytes()).store;
    let error = plan_error(&store, remove(Uuid::from_u128(5)));
    assert_eq!(error, "no item has provider 00000000-0000-0000-0000-000000000005");
}

fn plan_error(store: &Store, options: impl FnOnce(RepairOptions) -> RepairOptions) -> String {
    plan(store, &options(RepairOptions::default())).expect_err("there is no plan").to_string()
}

#[test]
fn one_set_is_mended_by_itself_with_ids_that_are_free_in_both() {
    let mut catalog = Catalog::sound();
    for set in &mut catalog.sets {
        set.items[3].info.catalog_entry_id = 1002;
    }
    catalog.sets[1].items[9].info.catalog_entry_id = 1060;
    let plan = planned_with(&catalog, |mut options| {
        options.bits = Some(Bitness::Bits32);
        options
    });
    assert_eq!(plan.store.sets.len(), 1);
    assert!(plan.steps.iter().all(|step| step.bits != Some(Bitness::Bits64)));
    assert_eq!(plan.store.next_catalog_entry_id.as_ref().map(|next| next.value), Some(1062));
    let mut store = read(catalog.reg().text.as_bytes()).store;
    store.sets.truncate(1);
    let error = plan_error(&store, |mut options| {
        options.bits = Some(Bitness::Bits64);
        options
    });
    assert_eq!(error, "there is no 64-bit set in it");
}

#[test]
fn what_stands_behind_the_ends_of_texts_is_kept_where_fields_change() {
    let mut catalog = Catalog::sound().change(1008, |info| info.max_address_length = 1);
    let mut bytes = PackedItem::new(catalog.info(1008)).expect("it fits").as_bytes().to_vec();
    bytes[250] = 0x77;
    bytes[880] = 0x78;
    for set in &mut catalog.sets {
        set.items[0].bytes = Some(bytes.clone());
    }
    let plan = planned(&catalog);
    let item = plan.store.set(Bitness::Bits64).and_then(|set| set.by_id(1008)).expect("it is there");
    bytes[Field::MaxAddressLength.range().start] = 16;
    assert_eq!(item.packed.as_ref().map(|packed| packed.as_bytes().as_slice()), Some(bytes.as_slice()));
}

#[test]
fn text_of_netsh_is_refused_as_it_does_not_tell_enough() {
    let text = Catalog::sound().netsh();
    let reading = winsock::read("catalog.txt", text.as_bytes(), None, &Options::default());
    let store = reading.expect("what netsh prints").expect("it can be read").store;
    let error = plan(&store, &RepairOptions::default()).expect_err("there is no plan");
    assert!(matches!(error, Unrepairable::Partial(_)));
    assert_eq!(
        error.to_string(),
        "netsh text does not tell whole items: provider flags and protocol ranges are not in it"
    );
    assert!(error.help().is_some_and(|help| help.contains("reg export")));
}

#[test]
fn a_standard_provider_that_is_removed_is_installed_anew() {
    let plan = planned_with(&Catalog::sound(), |mut options| {
        options.remove_providers = vec![TCPIP];
        options
    });
    assert_eq!(ids(&plan.store), [1008, 1009, 1010, 1001, 1002, 1003, 1004, 1005, 1006, 1007]);
    is_sound(&plan);
}
