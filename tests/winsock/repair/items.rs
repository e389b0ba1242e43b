//! Items by themselves: missing and unreadable ones, ids, keys, libraries, ranges, visibility.

use super::{SAMPLE, all_bytes, ids, info, is_sound, items, planned, read, steps};
use crate::winsock::fixture::Catalog;
use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::repair::{RepairOptions, plan};
use sockatlas::winsock::{self, Bitness, Field, PackedItem, ProtocolInfo};

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
            "a provider of Windows has its own library, in the folder of Windows",
            "winsock-library-path",
        ),
        (
            r"%SystemRoot%\system32\mswsock2.dll",
            "a provider of Windows has its own library, in the folder of Windows",
            "winsock-library-path",
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
fn flags_that_go_neither_way_are_set_right() {
    let sound = Catalog::sound();
    for (id, subject) in [
        (1004, "`MSAFD Tcpip [TCP/IPv6]` (id 1004, key `000000000007`)"),
        (1008, "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`)"),
    ] {
        let plan = planned(&Catalog::sound().change(id, |info| info.service_flags |= 0x18000));
        let step = format!("{subject}: set `dwServiceFlags1` from 0x38066 to 0x20066 [winsock-flags]");
        assert_eq!(items(&plan), [step]);
        assert_eq!(info(&plan.store, id), sound.info(id));
        is_sound(&plan);
    }
}

#[test]
fn a_chain_claims_no_handles_that_what_it_runs_over_has_not() {
    let claims = crate::winsock::rules::two_layers().change(1008, |info| info.service_flags &= !0x20000);
    let plan = planned(&claims);
    let subject = "`Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`)";
    let step = format!("{subject}: set `dwServiceFlags1` from 0x20066 to 0x66 [winsock-ifs-handles]");
    assert_eq!(items(&plan), [step]);
    is_sound(&plan);
}

#[test]
fn a_base_of_no_possible_family_is_taken_out_and_a_standard_one_comes_back() {
    let plan = planned(&Catalog::sound().change(1004, |info| info.address_family = i32::MIN));
    let removed = "`MSAFD Tcpip [TCP/IPv6]` (id 1004, key `000000000007`): remove [winsock-malformed-item]";
    let items = items(&plan);
    assert_eq!(items.first().map(String::as_str), Some(removed));
    assert!(items.iter().any(|step| step.ends_with("[winsock-missing-standard]")), "{items:?}");
    is_sound(&plan);
}

/// What a chain names by a number that is no id becomes the id of nothing.
#[test]
fn an_item_that_is_added_never_takes_what_is_no_id() {
    for no_id in [1 << 31, u32::MAX, 0] {
        let names = |info: &mut sockatlas::winsock::ProtocolInfo| info.chain.entries[1] = no_id;
        let plan = planned(&Catalog::sound().without(1001).change(1008, names));
        for set in &plan.store.sets {
            assert!(set.items.iter().all(|item| i32::try_from(item.id()).is_ok_and(|id| id > 0)), "{no_id}");
            let tcp = set.items.iter().find(|item| item.info.name.contains("-60100")).expect("it is restored");
            assert_eq!(set.by_id(1008).expect("the chain stays").info.chain.ids(), [1007, tcp.id()], "{no_id}");
        }
        is_sound(&plan);
    }
}
