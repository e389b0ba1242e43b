//! Hives that are built key by key: each kind of list, name and data is read, and what no sound hive has is refused.

use super::build::{BINS, Key, LISTS, List, hive, key, seal, set, system};
use super::refused;
use proptest::prelude::*;
use sockatlas::winsock::{self, Options};
use std::collections::BTreeMap;

const PARAMETERS: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters";

/// Keys by their paths below `Parameters`, each with its values as an export writes them.
type Found = BTreeMap<String, Vec<(String, String)>>;

/// The export as which a hive is read.
pub fn text(hive: &[u8]) -> Result<String, String> {
    let reading = winsock::read("SYSTEM", hive, None, &Options::default()).expect("a hive is recognised");
    let reading = reading.map_err(|kind| kind.to_string())?;
    let (_, source) = reading.sources.iter().next().expect("there is one document");
    Ok(source.text().to_owned())
}

/// Reads the keys and values of an export.
fn found(text: &str) -> Found {
    let mut found = Found::new();
    let mut path = None;
    for line in text.replace("\r\n", "\n").replace("\\\n  ", "").lines() {
        if let Some(key) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            path = key.strip_prefix(PARAMETERS).map(str::to_owned);
            found.extend(path.iter().map(|path| (path.clone(), Vec::new())));
        } else if let (Some(path), Some((name, data))) = (&path, line.split_once('=')) {
            let data = data.replace("hex(3):", "hex:");
            found.get_mut(path).expect("its key was found").push((name.trim_matches('"').to_owned(), data));
        }
    }
    found
}

/// The keys and values that an export of a tree has.
fn expected(key: &Key, path: &str, expected: &mut Found) {
    let data = |(name, kind, data): &(String, u32, Vec<u8>)| {
        let bytes: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let kind = if *kind == 3 { "hex".to_owned() } else { format!("hex({kind:x})") };
        (if name.is_empty() { "@".to_owned() } else { name.clone() }, format!("{kind}:{}", bytes.join(",")))
    };
    expected.insert(path.to_owned(), key.values.iter().map(data).collect());
    for below in &key.keys {
        self::expected(below, &format!("{path}\\{}", below.name), expected);
    }
}

fn expected_of(parameters: &Key) -> Found {
    let mut found = Found::new();
    expected(parameters, "", &mut found);
    found
}

/// A name as people give it: ASCII, ISO 8859-1, or neither.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9_]{1,12}", "[a-zé-ÿ]{1,8}", "[a-z一-龥🙂]{1,6}"]
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let lengths = prop_oneof![8 => 0..40_usize, 1 => 16340..16350_usize, 1 => 32680..32700_usize];
    (lengths, any::<u8>()).prop_map(|(length, first)| (0..length).map(|at| first.wrapping_add(at as u8)).collect())
}

/// Keys in three levels, of types that exports write as bytes.
fn tree() -> impl Strategy<Value = Key> {
    let kinds = prop::sample::select(vec![3_u32, 8, 9, 0x77]);
    let values = prop::collection::btree_map(name(), (kinds, data()), 0..4);
    let values = values
        .prop_map(|values| values.into_iter().map(|(name, (kind, data))| (name, kind, data)).collect::<Vec<_>>())
        .boxed();
    let leaf = values.clone().prop_map(|values| Key { name: String::new(), values, keys: Vec::new() });
    leaf.prop_recursive(3, 24, 6, move |below| {
        let keys = prop::collection::btree_map(name(), below, 0..6);
        (values.clone(), keys).prop_map(|(values, keys)| {
            let keys = keys.into_iter().map(|(name, key)| Key { name, ..key }).collect();
            Key { name: String::new(), values, keys }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(parameters in tree(), list in prop::sample::select(LISTS.to_vec())) {
        let text = text(&hive(&system(parameters.clone()), list));
        prop_assert_eq!(found(&text.expect("the hive is sound")), expected_of(&parameters));
    }
}

/// A tree with each kind of name and data.
fn every_kind() -> Key {
    let long: Vec<u8> = (0..50_000_u32).map(|at| (at % 251) as u8).collect();
    let keys =
        ["Alpha", "Beta", "Delta_漢字", "Gamma", "Épsilon"].map(|name| key(name, &[("n", 3, b"12345")], Vec::new()));
    let values: [(&str, u32, &[u8]); 7] = [
        ("", 3, b"default"),
        ("none", 8, b""),
        ("resident", 9, b"1234"),
        ("cell", 3, b"12345"),
        ("漢字", 3, b"\x01"),
        ("segments", 3, &long),
        ("whole", 3, &long[..16344]),
    ];
    key("", &values, keys.into())
}

#[test]
fn every_kind_of_list_name_and_data_is_read() {
    for list in LISTS {
        assert_eq!(found(&text(&hive(&system(every_kind()), list)).expect("it is sound")), expected_of(&every_kind()));
    }
}

#[cfg(all(feature = "net", target_os = "linux"))]
#[test]
fn hivexregedit_and_hivexsh_find_the_same_in_each_kind_of_list() {
    use crate::net::peer::program;
    use std::process::Command;

    let (Some(hivexregedit), Some(hivexsh)) = (program("hivexregedit"), program("hivexsh")) else { return };
    let mut parameters = every_kind();
    // It writes names of ISO 8859-1 in that, and others in UTF-8.
    parameters.keys.pop();
    for list in LISTS {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("SYSTEM");
        let bytes = hive(&system(parameters.clone()), list);
        std::fs::write(&path, &bytes).expect("a file can be written");
        let key = r"\ControlSet001\Services\WinSock2\Parameters";
        let export = Command::new(&hivexregedit)
            .args(["--export", "--prefix", r"HKEY_LOCAL_MACHINE\SYSTEM"])
            .arg(&path)
            .arg(key)
            .output()
            .expect("it was found");
        assert!(export.status.success(), "{list:?}: {}", String::from_utf8_lossy(&export.stderr));
        let export = String::from_utf8(export.stdout).expect("it writes UTF-8");
        // It sorts values by their names.
        let sorted = |mut found: Found| {
            found.values_mut().for_each(|values| values.sort());
            found
        };
        let (theirs, ours) = (sorted(found(&export)), sorted(found(&text(&bytes).expect("the hive is sound"))));
        assert!(theirs == ours, "{list:?}: one by one they would fill screens");
        let script = folder.path().join("script");
        std::fs::write(&script, format!("cd {key}\nls\n")).expect("a file can be written");
        let listed = Command::new(&hivexsh).arg("-f").arg(&script).arg(&path).output().expect("it was found");
        assert!(listed.status.success(), "{list:?}: {}", String::from_utf8_lossy(&listed.stderr));
        let listed = String::from_utf8(listed.stdout).expect("it writes UTF-8");
        let names: Vec<&str> = parameters.keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(listed.lines().collect::<Vec<_>>(), names, "{list:?}");
    }
}

/// Where the cell of a key begins, behind its length.
fn cell(hive: &[u8], name: &str) -> usize {
    let at = hive.windows(name.len()).position(|window| window == name.as_bytes()).expect("the hive has the key");
    let begin = at - 76;
    assert_eq!(&hive[begin..begin + 2], b"nk");
    begin
}

fn put(hive: &mut [u8], at: usize, number: u32) {
    hive[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

fn number(hive: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*hive[at..].first_chunk().expect("it has four bytes"))
}

#[test]
fn what_no_sound_hive_has_is_refused_with_its_place() {
    let sound = hive(&system(every_kind()), List::Fast);
    let parameters = cell(&sound, "Parameters");
    let list = BINS + number(&sound, parameters + 28) as usize + 4;
    let values = BINS + number(&sound, parameters + 40) as usize + 4;
    let value = |index: usize| BINS + number(&sound, values + 4 * index) as usize + 4;
    let at = format!("the hive is damaged at `{PARAMETERS}`");
    let first = number(&sound, list + 4);
    let bins = sound.len() - BINS;
    let long = number(&sound, value(5) + 8) as usize;
    let list_at = number(&sound, parameters + 28);
    let cases: [(usize, u32, String); 12] = [
        (parameters + 20, 6, format!("{at}: it has 6 keys, and its list of keys has 5")),
        (parameters + 20, 4, format!("{at}: it has 4 keys, and its list of keys has 5")),
        (parameters + 28, u32::MAX, format!("{at}: an offset that it needs points nowhere")),
        (
            parameters + 28,
            0xffff_fff0,
            format!("{at}: the cell at 0xfffffff0 is not within the {bins} bytes of the hive's bins"),
        ),
        (
            list,
            0x0005_786c,
            format!(
                "{at}: the cell at {list_at:#x} is no list of keys: it begins with none of `lf`, `lh`, `li` and `ri`"
            ),
        ),
        (list + 4, first + 8, format!("{at}: the cell at {:#x} is marked as unused", first + 8)),
        (
            parameters + 36,
            70_000,
            format!(
                "{at}: the cell at {:#x} has 28 bytes, fewer than what it states to hold",
                number(&sound, parameters + 40)
            ),
        ),
        (values, first, format!("{at}: the cell at {first:#x} does not begin with `vk`")),
        (
            value(2) + 4,
            0x8000_0005,
            format!(
                "{at}: the value `resident` cannot be read: a value of 5 bytes is stated to be within the four bytes of an offset"
            ),
        ),
        (
            value(5) + 4,
            50_005,
            format!(
                "{at}: the value `segments` cannot be read: the cell at {:#x} has 972 bytes, fewer than what it states to hold",
                number(&sound, BINS + number(&sound, BINS + long + 8) as usize + 4 + 12)
            ),
        ),
        (
            BINS + long + 4,
            u32::from_le_bytes(*b"db\x03\0"),
            format!(
                "{at}: the value `segments` cannot be read: the 3 segments of a value have fewer bytes than its 50000"
            ),
        ),
        (
            value(3) + 4,
            9000,
            format!(
                "{at}: the value `cell` cannot be read: the cell at {:#x} has 12 bytes, fewer than what it states to hold",
                number(&sound, value(3) + 8)
            ),
        ),
    ];
    for (at, number, message) in cases {
        let mut hive = sound.clone();
        put(&mut hive, at, number);
        assert_eq!(refused(&hive, None), message);
    }
    let mut older = sound.clone();
    set(&mut older, &[(24, 1)]);
    assert_eq!(refused(&older, None), "the hive has version 1.1, where 1.2 to 1.6 are read");
    let mut rootless = sound;
    set(&mut rootless, &[(36, 8)]);
    assert_eq!(refused(&rootless, None), "the hive is damaged: the cell at 0x8 is marked as unused");
}

#[test]
fn a_key_with_a_handle_has_no_values() {
    let mut hive = hive(&system(key("", &[], vec![key("Handle", &[], Vec::new())])), List::Hashed);
    let handle = cell(&hive, "Handle");
    hive[handle + 2] |= 0x40;
    put(&mut hive, handle + 36, 0x8000_0001);
    assert_eq!(found(&text(&hive).expect("it is sound"))[r"\Handle"], []);
}

#[test]
fn bytes_behind_the_bins_are_no_cells() {
    let mut hive = hive(&system(every_kind()), List::Hashed);
    let bins = number(&hive, 40);
    let bytes = hive.len();
    hive.extend_from_within(BINS..bytes);
    assert!(text(&hive).is_ok());
    let parameters = cell(&hive, "Parameters");
    let list = number(&hive, parameters + 28);
    put(&mut hive, parameters + 28, list + bins);
    assert!(refused(&hive, None).ends_with(&format!("is not within the {bins} bytes of the hive's bins")));
}

#[test]
fn keys_that_hold_themselves_or_each_other_end_in_an_error() {
    let keys = (0..400).map(|key| self::key(&format!("Key{key:04}"), &[("v", 3, &[0; 64])], Vec::new())).collect();
    let sound = hive(&system(key("", &[], keys)), List::Hashed);
    let parameters = cell(&sound, "Parameters");
    let (count, list) = (number(&sound, parameters + 20), number(&sound, parameters + 28));
    // One key holds the key that holds it: without end.
    let mut deep = sound.clone();
    let first = cell(&deep, "Key0000");
    put(&mut deep, first + 20, count);
    put(&mut deep, first + 28, list);
    assert!(refused(&deep, None).ends_with("its keys are nested in more than 16 levels"), "{}", refused(&deep, None));
    // Each key holds all: 400 to the power of 16 of them.
    let mut wide = sound;
    for key in 0..400 {
        let key = cell(&wide, &format!("Key{key:04}"));
        put(&mut wide, key + 20, count);
        put(&mut wide, key + 28, list);
    }
    let message = refused(&wide, None);
    assert!(message.contains("levels") || message.contains("keys hold each other"), "{message}");
    // The last key holds all, so that the depth is reached last: reading ends all the same.
    for key in 0..400 {
        let name = format!("Key{key:04}");
        let key = cell(&wide, &name);
        put(&mut wide, key + 20, 0);
    }
    for key in 0..400 {
        let list = BINS + list as usize + 4;
        let last = number(&wide, list + 4 + 8 * 399);
        put(&mut wide, list + 4 + 8 * key, last);
    }
    let last = cell(&wide, "Key0399");
    put(&mut wide, last + 36, 400);
    let shared = wide.len() as u32 - BINS as u32;
    // Four hundred times the same key, and in each four hundred times the same value.
    let value = number(&wide, BINS + number(&wide, last + 40) as usize + 4);
    let mut bin = (-2048_i32).to_le_bytes().to_vec();
    for _ in 0..400 {
        bin.extend_from_slice(&value.to_le_bytes());
    }
    bin.resize(4096, 0);
    wide.extend_from_slice(&bin);
    put(&mut wide, last + 40, shared);
    put(&mut wide, 40, shared + 4096);
    seal(&mut wide);
    let message = refused(&wide, None);
    assert!(message.contains("reading it took 8 times the "), "{message}");
}
