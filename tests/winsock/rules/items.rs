//! Rules on items by themselves: ids, values that are none, fields, counters and keys.

use super::{further, in_both_sets, key64, stated};
use crate::winsock::fixture::Catalog;
use sockatlas::catalog::Severity::{self, Error, Note, Warning};
use sockatlas::winsock::{Field, PackedItem, ProtocolChain, ProtocolInfo};

#[test]
fn an_id_that_two_items_have_is_refused_in_its_set_only() {
    let mut double = Catalog::sound();
    double.sets[1].items[5].info.catalog_entry_id = 1002;
    double.sets[1].items[2].info.chain = ProtocolChain::over(&[1007, 1003]).unwrap();
    let export = double.reg();
    let found: Vec<_> = stated(&export).into_iter().filter(|(code, ..)| *code == "winsock-duplicate-id").collect();
    let message = "base protocol `MSAFD Tcpip [RAW/IP]` (id 1002, key `000000000006`) has catalog entry id 1002, which another \
                   item of the set has too";
    let place = export.place(&key64(6), Field::CatalogEntryId);
    assert_eq!(found, [("winsock-duplicate-id", Error, place, message.to_owned())]);
}

#[test]
fn id_zero_is_refused() {
    let zero = Catalog::sound().change(1004, |info| info.catalog_entry_id = 0);
    let message =
        "base protocol `MSAFD Tcpip [TCP/IPv6]` (id 0, key `000000000007`) has catalog entry id 0, which is none";
    in_both_sets(&zero, "winsock-duplicate-id", Error, 7, Field::CatalogEntryId, message);
}

#[test]
fn values_that_are_no_items_are_refused() {
    let sound = Catalog::sound();
    let packed = PackedItem::new(sound.info(1004)).unwrap().as_bytes().to_vec();
    let mut endless_path = packed.clone();
    endless_path[..260].fill(b'a');
    let mut endless_name = packed.clone();
    endless_name[376..].fill(b'a');
    for bytes in [vec![1, 2], packed[..887].to_vec(), [packed.clone(), vec![0]].concat(), endless_path, endless_name] {
        let mut broken = sound.clone();
        broken.sets[1].items[6].bytes = Some(bytes);
        let export = broken.reg();
        let stated = stated(&export);
        let line = export.line_of_key(&key64(7));
        assert!(
            matches!(stated.as_slice(), [("winsock-malformed-item", Error, (at, _), _)] if (line..line + 40).contains(at)),
            "{stated:#?}"
        );
    }
}

#[test]
fn what_stands_behind_the_ends_of_texts_is_nobody_s_business() {
    let mut garbage = Catalog::sound();
    let mut bytes = PackedItem::new(garbage.info(1004)).unwrap().as_bytes().to_vec();
    bytes[200..260].fill(0xcc);
    bytes[800..888].fill(0xcc);
    garbage.sets[1].items[6].bytes = Some(bytes);
    assert_eq!(stated(&garbage.reg()), []);
}

#[test]
fn a_range_of_protocols_that_ends_before_it_begins_is_refused() {
    let negative = Catalog::sound().change(1006, |info| further(info).protocol_max_offset = -1);
    let message = "base protocol `MSAFD Tcpip [RAW/IPv6]` (id 1006, key `000000000009`) has iProtocolMaxOffset -1 where none is \
                   below 0";
    in_both_sets(&negative, "winsock-malformed-item", Error, 9, Field::ProtocolMaxOffset, message);
}

#[test]
fn counters_that_do_not_agree_with_the_keys_are_stated() {
    let mut miscounted = Catalog::sound();
    miscounted.sets[1].count = Some(11);
    let export = miscounted.reg();
    let line = export.line_of_value("Num_Catalog_Entries64");
    let message = "`Num_Catalog_Entries64` is 11, and the 64-bit set has 10 keys".to_owned();
    assert_eq!(stated(&export), [("winsock-numbering", Error, (line, 1), message)]);

    let mut late = Catalog::sound();
    late.next_id = 1010;
    let export = late.reg();
    let line = export.line_of_value("Next_Catalog_Entry_ID");
    let message = "`Next_Catalog_Entry_ID` is 1010, and ids up to 1010 are taken".to_owned();
    assert_eq!(stated(&export), [("winsock-numbering", Error, (line, 1), message)]);
}

#[test]
fn holes_and_odd_names_of_keys_are_stated_at_their_keys() {
    let mut hole = Catalog::sound();
    for (item, number) in hole.sets[1].items.iter_mut().zip((1..5).chain(6..)) {
        item.key = Some(format!("{number:012}"));
    }
    let export = hole.reg();
    let message = "the 64-bit set has no key `000000000005`, and `000000000006` follows".to_owned();
    assert_eq!(stated(&export), [("winsock-numbering", Error, (export.line_of_key(&key64(6)), 1), message)]);

    let mut odd = Catalog::sound();
    odd.sets[1].items[9].key = Some("old".to_owned());
    let export = odd.reg();
    let place = (export.line_of_key(r"\Catalog_Entries64\old"), 1);
    let message = "the key `old` is no number, and items have the keys `000000000001` and so on".to_owned();
    assert_eq!(stated(&export), [("winsock-malformed-item", Error, place, message)]);

    odd.sets[1].items[9].key = Some("10".to_owned());
    let export = odd.reg();
    let place = (export.line_of_key(r"\Catalog_Entries64\10"), 1);
    let message = "key `10` of the 64-bit set is none that Windows reads".to_owned();
    assert_eq!(stated(&export), [("winsock-numbering", Error, place, message)]);
}

/// A field, how much it weighs that it is odd, what makes it so, and what is said of it.
type Odd = (Field, Severity, fn(&mut ProtocolInfo), &'static str);

#[test]
fn fields_that_contradict_one_another_are_stated() {
    let flags = |flags: u32| move |info: &mut ProtocolInfo| info.service_flags |= flags;
    let tcp6 = "base protocol `MSAFD Tcpip [TCP/IPv6]` (id 1004, key `000000000007`)";
    for (bits, severity, message) in [
        (0x18000, Error, "has both XP1_UNI_SEND and XP1_UNI_RECV: it would neither receive nor send"),
        (
            0x800,
            Warning,
            "has XP1_MULTIPOINT_CONTROL_PLANE without XP1_SUPPORT_MULTIPOINT, without which it says nothing",
        ),
        (
            0x1000,
            Warning,
            "has XP1_MULTIPOINT_DATA_PLANE without XP1_SUPPORT_MULTIPOINT, without which it says nothing",
        ),
        (0x1, Warning, "has XP1_CONNECTIONLESS, and its socket type is a stream, which has a connection"),
    ] {
        let broken = Catalog::sound().change(1004, flags(bits));
        in_both_sets(&broken, "winsock-flags", severity, 7, Field::ServiceFlags1, &format!("{tcp6} {message}"));
    }
    let fields: [Odd; 4] = [
        (
            Field::MinAddressLength,
            Warning,
            |info| info.min_address_length = 29,
            "has addresses of 29 bytes at least and 28 at most",
        ),
        (
            Field::NetworkByteOrder,
            Warning,
            |info| further(info).network_byte_order = 2,
            "has iNetworkByteOrder 2, which is none",
        ),
        (
            Field::ProtocolMaxOffset,
            Warning,
            |info| further(info).protocol_max_offset = i32::MAX,
            "accepts protocols up to 2147483653, which no request can ask for",
        ),
        (
            Field::MessageSize,
            Note,
            |info| info.service_flags |= 0x8,
            "has messages (XP1_MESSAGE_ORIENTED), and dwMessageSize 0, which is for streams",
        ),
    ];
    for (field, severity, change, message) in fields {
        let broken = Catalog::sound().change(1004, change);
        in_both_sets(&broken, "winsock-flags", severity, 7, field, &format!("{tcp6} {message}"));
    }
}
