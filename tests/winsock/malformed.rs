//! Sources that are no sound text: each is told with its place, and nothing else goes wrong.

use super::exports::sample;
use super::fixture::Catalog;
use proptest::prelude::*;
use sockatlas::winsock::{self, Field, ImportOptions, Options, Reading, SourceForm, import};
use std::collections::HashSet;

/// The faults of an export, as `line:column: message`.
fn faults(bytes: &[u8]) -> Vec<String> {
    let mut options = Options::default();
    options.from = Some(SourceForm::Reg);
    let reading = winsock::read("x.reg", bytes, None, &options).expect("the form is given");
    let Reading { faults, sources, .. } = reading.expect("an export is a text");
    let faults = faults.iter().map(|fault| {
        let at = sources.locate(fault.at);
        format!("{}:{}: {}", at.line, at.column, fault.kind)
    });
    faults.collect()
}

/// An export whose lines from the fourth on are these, below `Parameters`.
fn below_parameters(lines: &str) -> String {
    format!(
        "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters]\n{lines}\n"
    )
}

#[test]
fn what_is_wrong_with_a_line_is_stated_at_its_place() {
    let cases = [
        ("\"a\"=hex:0", "4:10: the end of the line where a byte, two hexadecimal digits, is expected"),
        ("\"a\"=hex:00,0g", "4:13: `g` where a byte, two hexadecimal digits, is expected"),
        ("\"a\"=hex:00,", "4:12: the end of the line where a byte, two hexadecimal digits, is expected"),
        ("\"a\"=hex:00,\\\n  0", "5:4: the end of the line where a byte, two hexadecimal digits, is expected"),
        ("\"a\"=hex:00,\\ x", "4:14: `x` where the end of the line behind `\\` is expected"),
        ("\"a\"=hex:00 00", "4:12: text behind the value, where the line should end"),
        ("\"a\"=hex(2:00", "4:10: `:` where `):` behind the type of the value is expected"),
        ("\"a\"=hex():00", "4:9: `)` where a type, a hexadecimal number, is expected"),
        ("\"a\"=hex(100000000):00", "4:9: the type of a value has 32 bits at most"),
        ("\"a\"=dword:123", "4:11: a dword of 3 digits where 8 are expected"),
        ("\"a\"=dword:123456789", "4:11: a dword of 9 digits where 8 are expected"),
        ("\"a\"=dword:", "4:11: the end of the line where a dword, 8 hexadecimal digits, is expected"),
        ("\"a\"=\"b", "4:5: the text has no closing `\"` on its line"),
        ("\"a\"=\"b\" c", "4:9: text behind the value, where the line should end"),
        ("\"a\"=\"C:\\Windows\"", "4:8: `\\` before `W` in a text: a backslash is written `\\\\`"),
        ("\"a=\"b\"", "4:5: `b` where `=` behind the name of the value is expected"),
        ("\"a\"", "4:4: the end of the line where `=` behind the name of the value is expected"),
        ("\"a\"=", "4:5: the end of the line where a text in quotes, `dword:`, `hex:` or `hex(TYPE):` is expected"),
        ("\"a\"=-", "4:5: a value is deleted here: an export holds what is there, and no deletions"),
        ("@=-", "4:3: a value is deleted here: an export holds what is there, and no deletions"),
        ("[-HKEY_LOCAL_MACHINE\\X]", "4:1: a key is deleted here: an export holds what is there, and no deletions"),
        ("[HKEY_LOCAL_MACHINE\\X", "4:1: the key has no closing `]`"),
        ("[]", "4:1: the key has no name"),
        ("[HKEY_LOCAL_MACHINE\\X] y", "4:24: text behind the key, where the line should end"),
        ("what", "4:1: `w` where a key in brackets, a value or a comment is expected"),
        ("\"a\"=\"b\"\n\"A\"=\"c\"", "5:1: value `A` is declared twice"),
        ("@=\"b\"\n@=\"c\"", "5:1: value `` is declared twice"),
        (
            "[HKEY_LOCAL_MACHINE\\SYSTEM\\CURRENTCONTROLSET\\Services\\WinSock2\\Parameters]",
            "4:1: key `HKEY_LOCAL_MACHINE\\SYSTEM\\CURRENTCONTROLSET\\Services\\WinSock2\\Parameters` is declared twice",
        ),
    ];
    for (lines, expected) in cases {
        for text in [below_parameters(lines), below_parameters(lines).replace('\n', "\r\n")] {
            assert_eq!(faults(text.as_bytes()), [expected], "{lines}");
        }
    }
}

#[test]
fn a_text_that_ends_too_early_is_stated_at_its_last_line() {
    let text = below_parameters("\"a\"=hex:00,\\");
    assert_eq!(faults(text.as_bytes()), ["4:12: the value goes on behind this `\\`, but the text ends here"],);
    let text = below_parameters("\"a\"=hex:00,0");
    assert_eq!(
        faults(text.trim_end().as_bytes()),
        ["4:13: the end of the text where a byte, two hexadecimal digits, is expected"]
    );
}

#[test]
fn reading_goes_on_behind_a_faulty_line() {
    let text = below_parameters("\"a\"=dword:1\n\"b\"=hex:00,zz,\\\n  00,01,\\\n  02\n\"c\"=?\n\"AutodialDLL\"=\"d\"");
    assert_eq!(
        faults(text.as_bytes()),
        [
            "4:11: a dword of 1 digits where 8 are expected",
            "5:12: `z` where a byte, two hexadecimal digits, is expected",
            "8:5: `?` where a text in quotes, `dword:`, `hex:` or `hex(TYPE):` is expected",
        ]
    );
}

#[test]
fn an_export_begins_with_its_header() {
    let expected = "1:1: an export begins with the line `Windows Registry Editor Version 5.00` or `REGEDIT4`";
    let text = below_parameters("");
    let (_, headless) = text.split_once('\n').expect("it has lines");
    assert_eq!(faults(headless.trim_start().as_bytes()), [expected]);
    assert_eq!(faults("\u{feff}WINDOWS\n".as_bytes())[0], expected);
}

#[test]
fn values_stand_below_keys() {
    let text = "REGEDIT4\n\"a\"=\"b\"\n[HKEY_LOCAL_MACHINE\\WinSock2\\Parameters]\n";
    assert_eq!(faults(text.as_bytes()), ["2:1: a value that stands below no key"]);
}

#[test]
fn an_export_of_something_else_is_stated() {
    let text = "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE]\n";
    assert_eq!(
        faults(text.as_bytes()),
        ["1:1: the export contains nothing of Winsock: it has no key `WinSock2\\Parameters`"]
    );
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn what_is_no_utf_16_is_stated_at_its_place() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let mut bytes = utf_16(&below_parameters("\"a\"=\"b?\""), unit);
        let lone =
            bytes.as_chunks::<2>().0.iter().position(|&pair| pair == unit(u16::from(b'?'))).expect("it is there");
        bytes[lone * 2..lone * 2 + 2].copy_from_slice(&unit(0xd834));
        assert_eq!(faults(&bytes), ["4:7: the surrogate 0xd834 stands alone"]);
        bytes.pop();
        assert_eq!(
            faults(&bytes),
            [
                "4:7: the surrogate 0xd834 stands alone",
                "4:9: the text ends in the middle of a UTF-16 unit: one byte is missing"
            ]
        );
    }
}

#[test]
fn a_mark_of_utf_8_is_held_to() {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(below_parameters("\"a\"=\"b?\"").bytes().map(|byte| if byte == b'?' { 0xe4 } else { byte }));
    assert_eq!(faults(&bytes), ["4:7: the byte 0xe4 is not UTF-8, as the mark at the beginning says"]);
}

/// The keys of a set with one item, whose value is this.
fn item(value: &str) -> String {
    let root = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters";
    let key = format!("{root}\\Protocol_Catalog9\\Catalog_Entries\\000000000001");
    format!("Windows Registry Editor Version 5.00\n\n[{root}]\n\n[{key}]\n{value}\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(",")
}

#[test]
fn a_value_that_is_no_item_is_stated() {
    let unended = [b'a'; 888];
    let mut unnamed = [b'a'; 888];
    unnamed[10] = 0;
    let cases = [
        (format!("\"PackedCatalogItem\"=hex:{}", hex(&[0; 887])), "6:1: 887 bytes where a packed catalog item has 888"),
        (format!("\"PackedCatalogItem\"=hex:{}", hex(&[0; 889])), "6:1: 889 bytes where a packed catalog item has 888"),
        ("\"PackedCatalogItem\"=hex:".to_owned(), "6:1: 0 bytes where a packed catalog item has 888"),
        (format!("\"PackedCatalogItem\"=hex:{}", hex(&unended)), "6:1: no zero ends the text in path"),
        (format!("\"PackedCatalogItem\"=hex:{}", hex(&unnamed)), "6:1: no zero ends the text in szProtocol"),
        ("\"PackedCatalogItem\"=\"a\"".to_owned(), "6:1: `PackedCatalogItem` as REG_SZ where REG_BINARY is expected"),
        (
            "\"ProtocolName\"=\"a\"".to_owned(),
            "5:1: the source does not state the item of key `000000000001`: there is no value `PackedCatalogItem`",
        ),
        (
            format!("\"PackedCatalogItem\"=hex:{}", hex(&[0; 888])),
            "6:1: `PackedCatalogItem` holds zeros only: it is no item, though a layer has chain length 0 too",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(faults(item(&value).as_bytes()), [expected]);
    }
    let mut base = [0; 888];
    base[Field::ChainLength.range().start] = 1;
    let sound = item(&format!("\"PackedCatalogItem\"=hex:{}", hex(&base)));
    assert_eq!(faults(sound.as_bytes()), Vec::<String>::new());
    let no_number = sound.replace("000000000001", "first");
    assert_eq!(
        faults(no_number.as_bytes()),
        ["5:1: the key `first` is no number, and items have the keys `000000000001` and so on"]
    );
}

#[test]
fn counters_are_dwords() {
    let key = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters\\Protocol_Catalog9]";
    let text = below_parameters(&format!("{key}\n\"Num_Catalog_Entries\"=\"16\"\n\"Serial_Access_Num\"=hex(4):01,02"));
    assert_eq!(
        faults(text.as_bytes()),
        [
            "5:1: `Num_Catalog_Entries` as REG_SZ of 6 bytes where REG_DWORD of 4 bytes is expected",
            "6:1: `Serial_Access_Num` as REG_DWORD of 2 bytes where REG_DWORD of 4 bytes is expected",
        ]
    );
}

#[test]
fn a_catalog_that_is_named_and_not_there_is_stated() {
    let key = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WinSock2\\Parameters\\Protocol_Catalog9]";
    let text = below_parameters(&format!("\"Current_Protocol_Catalog\"=\"Protocol_Catalog8\"\n{key}"));
    assert_eq!(faults(text.as_bytes()), ["4:1: no protocol catalog is called `Protocol_Catalog8`"]);
}

#[test]
fn of_several_control_sets_one_must_be_current() {
    let text = String::from("Windows Registry Editor Version 5.00\n\n");
    let set = |name: &str, serial: u32| {
        let root = format!("HKEY_LOCAL_MACHINE\\OFFLINE\\{name}\\Services\\WinSock2\\Parameters");
        format!("[{root}]\n[{root}\\Protocol_Catalog9]\n\"Serial_Access_Num\"=dword:{serial:08x}\n")
    };
    let both = text + &set("ControlSet001", 1) + &set("ControlSet002", 2);
    assert_eq!(
        faults(both.as_bytes()),
        [
            "1:1: Winsock catalogs of `HKEY_LOCAL_MACHINE\\OFFLINE\\ControlSet001`, `HKEY_LOCAL_MACHINE\\OFFLINE\\ControlSet002`: nothing states which of them is current"
        ]
    );
    let serial = |text: &str, control_set| {
        let mut options = Options::default();
        options.control_set = control_set;
        let reading = winsock::read("x.reg", text.as_bytes(), None, &options).expect("the form is recognised");
        let Reading { store, faults, sources, .. } = reading.expect("the control set is there");
        assert_eq!(faults, []);
        let serial = store.serial_access_number.expect("it is told");
        (serial.value, sources.locate(serial.at).line)
    };
    let select = "[HKEY_LOCAL_MACHINE\\OFFLINE\\Select]\n\"Current\"=dword:00000002\n";
    assert_eq!(serial(&format!("{both}{select}"), None), (2, 8));
    assert_eq!(serial(&format!("{both}{}", set("CurrentControlSet", 3)), None), (3, 11));
    for number in [1, 2] {
        assert_eq!(serial(&both, Some(number)), (number, 2 + 3 * number), "places stay what they are");
    }
    let mut options = Options::default();
    options.control_set = Some(3);
    let reading = winsock::read("x.reg", both.as_bytes(), None, &options).expect("the form is recognised");
    let stated = reading.map(|_| ()).expect_err("there is no such control set").to_string();
    assert_eq!(
        stated,
        "the export holds no Winsock catalog of `ControlSet003`: it holds those of `ControlSet001`, `ControlSet002`"
    );
}

#[test]
fn faults_are_stated_up_to_a_thousand() {
    let text = below_parameters(&"?\n".repeat(5_000));
    let faults = faults(text.as_bytes());
    assert_eq!(faults.iter().filter(|fault| fault.ends_with("more than 1000 faults: reading stops here")).count(), 1);
    assert_eq!(faults.len(), 1_001);
    let mut lone = vec![0xff, 0xfe];
    lone.extend([0x00, 0xd8].repeat(5_000));
    assert_eq!(self::faults(&lone).iter().filter(|fault| fault.contains("stands alone")).count(), 100);
}

#[test]
fn insisting_on_another_form_says_why_not() {
    let stated = |bytes: &[u8], from| {
        let mut options = Options::default();
        options.from = Some(from);
        let reading = winsock::read("x", bytes, None, &options).expect("the form is given");
        reading.map(|_| ()).expect_err("it is of another form").to_string()
    };
    let export = sample("windows-10-1709.reg");
    assert_eq!(stated(&export, SourceForm::Netsh), "this is a registry export, where what netsh prints is expected");
    assert_eq!(stated(&export, SourceForm::Hive), "this is a registry export, where a hive is expected");
    let netsh = sample("wsl9413_pgplsp.txt");
    assert_eq!(stated(&netsh, SourceForm::Reg), "this is what netsh prints, where a registry export is expected");
    assert_eq!(
        stated(&[0; 889], SourceForm::Packed),
        "889 bytes, where packed items have 888 each: no multiple of that"
    );
}

#[test]
fn nothing_is_recognised_that_is_none_of_the_forms() {
    let toml = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogs/windows.toml")).expect("it ships");
    let zeros = vec![0; 888 * 12];
    for bytes in [&b""[..], b"format = 1\n", &toml, &zeros, &[0xff, 0xfe], b"[base.tcp4]\nfamily = \"inet\"\n"] {
        assert!(winsock::read("x", bytes, None, &Options::default()).is_none());
    }
}

#[test]
fn ten_megabytes_of_zeros_are_no_catalog_even_for_those_who_insist() {
    let zeros = vec![0; 10_000_000];
    assert!(winsock::read("zeros", &zeros, None, &Options::default()).is_none());
    for form in SourceForm::ALL {
        let mut options = Options::default();
        options.from = Some(form);
        let sound = match winsock::read("zeros", &zeros, None, &options).expect("it is insisted on") {
            Ok(reading) => reading.faults.is_empty() && reading.store.items().next().is_some(),
            Err(_) => false,
        };
        assert!(!sound, "{form:?}");
    }
}

#[test]
fn a_million_entries_that_are_claimed_are_not_made_room_for_and_are_stated() {
    let mut claimed = Catalog::sound();
    claimed.sets[1].count = Some(1_000_000);
    let text = claimed.reg().text;
    let reading = super::exports::sound("claimed.reg", text.as_bytes());
    assert_eq!(reading.store.items().count(), 20);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = claimed.reg().write(folder.path());
    let loader = sockatlas::Loader::new().winsock(Options::default()).path(path);
    let judged = sockatlas::check::check(&loader, &sockatlas::check::Settings::default());
    let messages: Vec<&str> = judged.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`Num_Catalog_Entries64` is 1000000, and the 64-bit set has 10 keys"]);
}

#[test]
fn packed_items_are_read_in_their_order() {
    let reg = super::exports::sound("windows-10-1709.reg", &sample("windows-10-1709.reg"));
    let items: Vec<_> = reg.store.sets[1].items.iter().filter_map(|item| item.packed.as_ref()).collect();
    let bytes: Vec<u8> = items.iter().flat_map(|item| *item.as_bytes()).collect();
    let dump = super::exports::sound("dump", &bytes);
    assert_eq!(dump.store.form, SourceForm::Packed);
    assert_eq!(dump.store.sets.len(), 1);
    assert_eq!(dump.store.sets[0].bits, None);
    assert!(dump.store.items().filter_map(|item| item.packed.as_ref()).eq(items));
    assert!(dump.store.items().all(|item| item.key.is_none() && item.number.is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_an_export_makes_reading_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
        is_utf_16 in any::<bool>(),
    ) {
        let mut bytes = sample("windows-10-1709.reg");
        if !is_utf_16 {
            let (units, _) = bytes[2..].as_chunks::<2>();
            bytes = units.iter().map(|unit| unit[0]).collect();
        }
        // The first half has all kinds of values; the rest is items.
        bytes.truncate(bytes.len() / 8 + cut.index(bytes.len() / 8));
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(Ok(reading)) = winsock::read("x", &bytes, None, &Options::default()) {
            for fault in &reading.faults {
                reading.sources.locate(fault.at);
                prop_assert!(fault.at.range().end <= reading.sources.get(fault.at.file).text().len());
            }
        }
    }

    /// Whatever lines get lost of a catalog with chains, a part of it is a registry or is refused.
    #[test]
    fn no_loss_of_lines_makes_importing_a_part_panic(
        lost in proptest::collection::vec((any::<prop::sample::Index>(), 1_usize..9), 1..8),
        is_netsh in any::<bool>(),
    ) {
        let sound = Catalog::sound();
        let text = if is_netsh { sound.netsh() } else { sound.reg().text };
        let mut lines: Vec<&str> = text.lines().collect();
        for (place, count) in lost {
            let start = 1 + place.index(lines.len() - 1);
            lines.drain(start..(start + count).min(lines.len()));
            prop_assume!(lines.len() > 1);
        }
        let text = lines.join("\r\n");
        let Some(Ok(reading)) = winsock::read("x", text.as_bytes(), None, &Options::default()) else { return Ok(()) };
        let mut options = ImportOptions::default();
        options.partial = true;
        let read: HashSet<u32> = reading.store.items().map(winsock::Item::id).collect();
        match import(reading, &options) {
            Ok(imported) => {
                let stays = imported.registry.entries().map(|entry| entry.catalog_entry_id());
                prop_assert!(stays.count() > 0);
                prop_assert!(imported.store.items().all(|item| read.contains(&item.id())));
            }
            Err(error) => prop_assert!(!error.faults().is_empty()),
        }
    }
}
