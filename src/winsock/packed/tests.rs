use super::*;
use proptest::prelude::*;

/// Entry 5 of a catalog that ZeroAccess changed, given by its fields.
fn hijacked() -> ProtocolInfo {
    ProtocolInfo {
        path: "mswsock.dll".to_owned(),
        name: "MSAFD NetBIOS".to_owned(),
        service_flags: 0x0002_0209,
        provider_id: Uuid::from_u128(0x8D5F1830_C273_11CF_95C8_00805F48A192),
        catalog_entry_id: 1005,
        chain: ProtocolChain::BASE,
        version: 2,
        address_family: 17,
        max_address_length: 20,
        min_address_length: 20,
        socket_type: 2,
        protocol: i32::MIN,
        further: Some(Further { provider_flags: 8, message_size: 64_000, ..Further::default() }),
    }
}

#[test]
fn fields_cover_the_value_without_gap_or_overlap() {
    let mut end = 0;
    for field in Field::ALL {
        assert_eq!(field.range().start, end, "{}", field.name());
        end = field.range().end;
    }
    assert_eq!(end, PACKED_ITEM_BYTES);
}

#[test]
fn a_known_item_has_its_bytes_where_windows_has_them() {
    let item = PackedItem::new(&hijacked()).expect("it fits");
    assert_eq!(item.as_bytes()[..12], *b"mswsock.dll\0");
    assert_eq!(item.as_bytes()[260..264], [0x09, 0x02, 0x02, 0x00]);
    assert_eq!(item.as_bytes()[276..280], [8, 0, 0, 0]);
    let guid = [0x30, 0x18, 0x5f, 0x8d, 0x73, 0xc2, 0xcf, 0x11, 0x95, 0xc8, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92];
    assert_eq!(item.as_bytes()[280..296], guid);
    assert_eq!(item.as_bytes()[296..304], [0xed, 0x03, 0, 0, 1, 0, 0, 0]);
    assert_eq!(item.as_bytes()[352..356], [0, 0, 0, 0x80]);
    assert_eq!(item.as_bytes()[368..372], [0x00, 0xfa, 0, 0]);
    assert_eq!(item.as_bytes()[376..384], [0x4d, 0, 0x53, 0, 0x41, 0, 0x46, 0]);
    assert_eq!(item.info(), Ok(hijacked()));
}

#[test]
fn what_stands_behind_the_ends_of_texts_is_kept() {
    let mut bytes = *PackedItem::new(&hijacked()).expect("it fits").as_bytes();
    bytes[33..37].copy_from_slice(&[0x73, 0, 0x77, 0]);
    bytes[886] = 0x7f;
    let mut item = PackedItem::from_bytes(&bytes).expect("888 bytes");
    let info = item.info().expect("both texts end");
    assert_eq!(info, hijacked());
    item.set_info(&info).expect("it fits");
    assert_eq!(item.as_bytes(), &bytes);
    item.set_info(&ProtocolInfo { path: "%SystemRoot%\\system32\\mswsock.dll".to_owned(), ..info }).expect("it fits");
    assert_eq!(item.as_bytes()[33..260], [0; 227], "a new path leaves nothing of the old one");
    assert_eq!(item.as_bytes()[886], 0x7f);
}

#[test]
fn wrong_sizes_and_texts_without_end_are_stated() {
    let stated = |error: PackedItemError| error.to_string();
    assert_eq!(
        stated(PackedItem::from_bytes(&[0; 887]).expect_err("short")),
        "887 bytes where a packed catalog item has 888"
    );
    let item = PackedItem::from_bytes(&[0x41; 888]).expect("888 bytes");
    assert_eq!(stated(item.info().expect_err("no end")), "no zero ends the text in path");
    assert_eq!(stated(item.name().expect_err("no end")), "no zero ends the text in szProtocol");
    let with = |path: String, name: String| PackedItem::new(&ProtocolInfo { path, name, ..hijacked() });
    assert!(with("p".repeat(259), "n".repeat(255)).is_ok());
    let error = with("p".repeat(260), String::new()).expect_err("too long");
    assert_eq!(stated(error), "a text of 260 bytes where path has room for 259");
    let error = with(String::new(), "n".repeat(256)).expect_err("too long");
    assert_eq!(stated(error), "a text of 256 UTF-16 units where szProtocol has room for 255");
    let error = with("\u{20ac}".to_owned(), String::new()).expect_err("no byte");
    assert_eq!(stated(error), "the path holds '€', which has no byte in ISO 8859-1");
    assert_eq!(
        stated(with("a\0b".to_owned(), String::new()).expect_err("a zero")),
        "a text for path that holds a zero"
    );
}

proptest! {
    #[test]
    fn any_bytes_read_and_written_are_the_same(bytes in proptest::collection::vec(any::<u8>(), PACKED_ITEM_BYTES)) {
        let item = PackedItem::from_bytes(&bytes).expect("888 bytes");
        prop_assert_eq!(&item.as_bytes()[..], &bytes[..]);
        if let Ok(info) = item.info() {
            let mut again = item.clone();
            again.set_info(&info).expect("it came from there");
            prop_assert_eq!(again, item);
        }
    }

    #[test]
    fn any_fields_written_and_read_are_the_same(
        path in "[ -~\u{a0}-\u{ff}]{0,259}",
        name in prop_oneof!["[ -~]{255}", "[ -~äß中]{0,255}"],
        numbers in any::<([u32; 8], [i32; 9], [u32; 7])>(),
        id in any::<u128>(),
    ) {
        let (words, signed, entries) = numbers;
        let info = ProtocolInfo {
            path,
            name,
            service_flags: words[0],
            provider_id: Uuid::from_u128(id),
            catalog_entry_id: words[1],
            chain: ProtocolChain { length: signed[0], entries },
            version: signed[1],
            address_family: signed[2],
            max_address_length: signed[3],
            min_address_length: signed[4],
            socket_type: signed[5],
            protocol: signed[6],
            further: Some(Further {
                reserved_service_flags: [words[2], words[3], words[4]],
                provider_flags: words[5],
                protocol_max_offset: signed[7],
                network_byte_order: signed[8],
                security_scheme: words[6].cast_signed(),
                message_size: words[7],
                provider_reserved: entries[0],
            }),
        };
        let item = PackedItem::new(&info).expect("it fits");
        prop_assert_eq!(item.info(), Ok(info));
    }
}
