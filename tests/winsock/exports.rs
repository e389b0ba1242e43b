//! Registry exports read: the one of a whole machine.

use sockatlas::winsock::reg::{self, WriteOptions};
use sockatlas::winsock::{self, Bitness, Field, ItemKind, Options, Reading, Store};
use uuid::Uuid;

/// A sample's bytes.
pub fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/winsock/samples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a source tells that is without fault.
pub fn sound(name: &str, bytes: &[u8]) -> Reading {
    let reading = winsock::read(name, bytes, None, &Options::default());
    let reading = reading.expect("the form is recognised").expect("the source is a text");
    assert_eq!(reading.faults, [], "{name}");
    reading
}

fn windows_10() -> Reading {
    sound("windows-10-1709.reg", &sample("windows-10-1709.reg"))
}

fn set(store: &Store, bits: Bitness) -> &winsock::Set {
    store.set(bits).expect("the export has this set")
}

#[test]
fn the_catalog_of_a_machine_is_read_whole() {
    let Reading { store, .. } = windows_10();
    let root = store.root.as_ref().expect("the export names it");
    assert_eq!(root.value, r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters");
    assert_eq!(store.next_catalog_entry_id.as_ref().map(|stated| stated.value), Some(1017));
    assert_eq!(store.serial_access_number.as_ref().map(|stated| stated.value), Some(12));
    for bits in Bitness::ALL {
        let set = set(&store, bits);
        assert_eq!(set.count.as_ref().map(|stated| stated.value), Some(16));
        let keys: Vec<_> = set.items.iter().filter_map(|item| item.key.as_ref()).map(|key| key.value.clone()).collect();
        assert_eq!(keys, (1..=16).map(|number| format!("{number:012}")).collect::<Vec<_>>());
        assert!(set.items.iter().all(|item| item.kind() == ItemKind::Base && item.beside.is_empty()));
        let ids: Vec<u32> = set.items.iter().map(winsock::Item::id).collect();
        assert_eq!(
            ids,
            [1001, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1002, 1003, 1004, 1005, 1013, 1014, 1015, 1016]
        );
    }
    assert_eq!(store.sets.len(), 2);
}

#[test]
fn every_field_of_an_item_is_read() {
    let Reading { store, .. } = windows_10();
    let raw = set(&store, Bitness::Bits64).by_id(1009).expect("RAW/IP has it");
    let info = &raw.info;
    assert_eq!(info.path, r"%SystemRoot%\system32\mswsock.dll");
    assert_eq!(info.name, r"@%SystemRoot%\System32\mswsock.dll,-60102");
    assert_eq!(raw.repeated_name.as_ref().map(|stated| &stated.value), Some(&info.name));
    assert_eq!(info.provider_id, Uuid::from_u128(0xe70f1aa0_ab8b_11cf_8ca3_00805f48a192));
    assert_eq!(info.triple(), (2, 3, 0));
    assert_eq!(info.protocols(), (0, Some(255)));
    assert_eq!((info.max_address_length, info.min_address_length, info.version), (16, 16, 2));
    assert_eq!(info.service_flags, 0x20609);
    let further = info.further.as_ref().expect("exports tell all");
    assert_eq!((further.provider_flags, further.message_size), (0xc, 32768));
    let unix = set(&store, Bitness::Bits32).by_id(1006).expect("AF_UNIX has it");
    assert_eq!(unix.info.triple(), (1, 1, 0));
    assert_eq!((unix.info.max_address_length, unix.info.min_address_length), (110, 2));
}

#[test]
fn a_field_is_found_where_its_digits_stand() {
    let Reading { store, sources, .. } = windows_10();
    let item = set(&store, Bitness::Bits64).by_id(1009).expect("RAW/IP has it");
    for field in Field::ALL {
        let at = item.field_at(field);
        let text = &sources.get(at.file).text()[at.range()];
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let bytes = item.packed.as_ref().expect("exports have bytes").field(field);
        let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, expected, "{}", field.name());
    }
    let location = sources.locate(item.field_at(Field::LibraryPath));
    assert_eq!((location.line, location.column), (1007, 25));
}

#[test]
fn name_spaces_and_applications_are_read() {
    let Reading { store, .. } = windows_10();
    assert_eq!(store.name_spaces.len(), 2);
    for set in &store.name_spaces {
        assert_eq!(set.count.as_ref().map(|stated| stated.value), Some(7));
        let numbers: Vec<_> = set.providers.iter().map(|provider| provider.name_space).collect();
        assert_eq!(numbers, [37, 39, 38, 12, 32, 15, 16].map(Some));
        assert!(set.providers.iter().all(|provider| provider.enabled == Some(true) && provider.version == Some(0)));
        assert_eq!(set.providers[4].path.as_deref(), Some(r"%SystemRoot%\System32\winrnr.dll"));
        assert_eq!(set.providers[6].name, "Bluetooth Namespace");
        let beside: Vec<_> = set.providers[0].beside.iter().map(|beside| beside.name.as_str()).collect();
        assert_eq!(beside, ["ProviderInfo"]);
    }
    let napinsp = Uuid::from_u128(0x964acba2_b2bc_40eb_8c6a_a6db40161cae);
    assert_eq!(store.name_spaces[0].providers[0].provider_id, Some(napinsp));
    let applications: Vec<_> = store.applications.iter().map(|application| application.key.value.as_str()).collect();
    assert_eq!(applications, ["06EBDCB1", "2C69D9F1", "343305C9"]);
    for application in &store.applications {
        assert_eq!(application.categories.as_ref().map(|stated| stated.value.bits()), Some(0x4000_0000));
        assert_eq!(application.arguments, None);
    }
    let path = store.applications[1].path.as_ref().map(|stated| stated.value.as_str());
    assert_eq!(path, Some(r"C:\Windows\System32\svchost.exe"));
}

#[test]
fn what_has_no_meaning_for_transport_is_kept() {
    let Reading { store, .. } = windows_10();
    let beside: Vec<_> = store.beside.iter().map(|beside| (&*beside.key, beside.name.as_str(), beside.kind)).collect();
    assert_eq!(
        beside,
        [
            ("", "AutodialDLL", 1),
            ("", "NameSpace_Callout", 2),
            ("", "WinSock_Registry_Version", 1),
            ("", "Current_NameSpace_Catalog", 1),
            ("", "Current_Protocol_Catalog", 1),
            ("NameSpace_Catalog5", "Serial_Access_Num", 4),
        ]
    );
    let callout: Vec<u8> = "%SystemRoot%\\System32\\fwpuclnt.dll\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(store.beside[1].data, callout);
}

/// An export's text with its wrapped lines joined: where lines are wrapped differs between programs that write exports.
fn unwrapped(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|&unit| u16::from_le_bytes(unit)).collect();
    String::from_utf16(&units).expect("the export is UTF-16").replace("\\\r\n  ", "")
}

#[test]
fn the_catalog_of_a_machine_is_written_as_it_was_read() {
    let read = sample("windows-10-1709.reg");
    let Reading { store, .. } = sound("windows-10-1709.reg", &read);
    let written = reg::write(&store, &WriteOptions::default()).expect("it was read of an export");
    assert_eq!(unwrapped(&written), unwrapped(&read));
    let again = sound("again.reg", &written);
    assert_eq!(reg::write(&again.store, &WriteOptions::default()).expect("it was written before"), written);
}

#[test]
fn bytes_are_wrapped_where_regedit_wraps_them() {
    let Reading { store, .. } = windows_10();
    let mut options = WriteOptions::default();
    options.encoding = reg::Encoding::Utf8;
    let written = reg::write(&store, &options).expect("all of it is ASCII");
    let written = String::from_utf8(written).expect("the encoding is UTF-8");
    // `"MediaPathUnexpanded"=hex(2):` and the like of real exports: 80 columns at most, 25 bytes on lines that go on.
    let item = r#""PackedCatalogItem"=hex:25,53,79,73,74,65,6d,52,6f,6f,74,25,5c,73,79,73,74,65,\"#;
    let next = r"  6d,33,32,5c,6d,73,77,73,6f,63,6b,2e,64,6c,6c,00,00,00,00,00,00,00,00,00,00,\";
    assert!(written.contains(&format!("{item}\r\n{next}\r\n")), "{}", &written[..2000]);
    assert!(written.lines().filter(|line| line.contains("hex") || line.starts_with("  ")).all(|line| line.len() <= 80));
}

#[test]
fn one_bitness_is_written_alone() {
    let Reading { store, .. } = windows_10();
    for bits in Bitness::ALL {
        let mut options = WriteOptions::default();
        options.bits = Some(bits);
        let written = sound("one.reg", &reg::write(&store, &options).expect("it was read of an export")).store;
        assert_eq!(written.sets.len(), 1);
        assert_eq!(written.name_spaces.len(), 1);
        let (written, read) = (set(&written, bits), set(&store, bits));
        assert_eq!(written.bits, Some(bits));
        assert!(written.items.iter().map(|item| &item.packed).eq(read.items.iter().map(|item| &item.packed)));
    }
}
