//! Programs of others read what sockatlas writes, and sockatlas reads what they make of it.

use super::exports::{sample, sound};
use crate::net::peer::program;
use sockatlas::winsock::reg::{self, Encoding, WriteOptions};
use sockatlas::winsock::{Bitness, Store};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SYSTEM: &str = r"HKEY_LOCAL_MACHINE\SYSTEM";

fn windows_10() -> Store {
    sound("windows-10-1709.reg", &sample("windows-10-1709.reg")).store
}

fn written(store: &Store, encoding: Encoding) -> Vec<u8> {
    let mut options = WriteOptions::default();
    options.encoding = encoding;
    reg::write(store, &options).expect("it was read of an export")
}

/// The bytes of all items, by the ends of their keys.
fn items(store: &Store) -> Vec<(String, Vec<u8>)> {
    let mut items = Vec::new();
    for (bits, entries) in [(Bitness::Bits32, "Catalog_Entries"), (Bitness::Bits64, "Catalog_Entries64")] {
        for item in &store.set(bits).expect("both sets are there").items {
            let key = item.key.as_ref().expect("exports have keys");
            let packed = item.packed.as_ref().expect("exports have bytes");
            items.push((format!(r"\Protocol_Catalog9\{entries}\{}", key.value), packed.as_bytes().to_vec()));
        }
    }
    items
}

#[test]
fn regashii_reads_the_same_bytes() {
    let store = windows_10();
    for encoding in [Encoding::Utf16, Encoding::Utf8, Encoding::Regedit4] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("catalog.reg");
        std::fs::write(&path, written(&store, encoding)).expect("a file can be written");
        let registry = regashii::Registry::deserialize_file(&path).expect("regashii reads it");
        let name = regashii::ValueName::named("PackedCatalogItem");
        for (key, bytes) in items(&store) {
            let (_, found) =
                registry.keys().iter().find(|(name, _)| name.raw().ends_with(&key)).expect("the key is there");
            assert_eq!(found.values().get(&name), Some(&regashii::Value::Binary(bytes)), "{key} as {encoding:?}");
        }
    }
}

/// A hive with a root key and no more, byte for byte after the description of the format by Maxim Suhanov.
fn empty_hive() -> Vec<u8> {
    let mut hive = vec![0; 8192];
    let mut put = |at: usize, bytes: &[u8]| hive[at..at + bytes.len()].copy_from_slice(bytes);
    let number = |number: u32| number.to_le_bytes();
    put(0, b"regf\x01\0\0\0\x01\0\0\0");
    // Version 1.5, a primary file, loaded directly; the root key, the bytes of bins, and the clustering factor.
    for (position, value) in [1, 5, 0, 1, 32, 4096, 1].into_iter().enumerate() {
        put(20 + 4 * position, &number(value));
    }
    put(4096, b"hbin\0\0\0\0\0\x10\0\0");
    let none = number(u32::MAX);
    let root = 4096 + 32;
    put(root, &(-88_i32).to_le_bytes());
    put(root + 4, b"nk\x2c\0");
    for at in [32, 36, 44, 52] {
        put(root + at, &none);
    }
    put(root + 48, &number(120));
    put(root + 76, b"\x04\0\0\0ROOT");
    let security = root + 88;
    put(security, &(-48_i32).to_le_bytes());
    put(security + 4, b"sk");
    for (position, value) in [120, 120, 1, 20, 0x8000_0001].into_iter().enumerate() {
        put(security + 8 + 4 * position, &number(value));
    }
    put(security + 48, &number(8192 - security as u32 - 48));
    let sum = hive[..508].as_chunks::<4>().0.iter().fold(0, |sum, bytes| sum ^ u32::from_le_bytes(*bytes));
    hive[508..512].copy_from_slice(&sum.to_le_bytes());
    hive
}

/// What stands above `Parameters` in a SYSTEM hive, and which control set is current.
fn above() -> String {
    let mut text = "Windows Registry Editor Version 5.00\n".to_owned();
    for key in ["ControlSet001", r"ControlSet001\Services", r"ControlSet001\Services\WinSock2"] {
        text += &format!("\n[{SYSTEM}\\{key}]\n");
    }
    text + &format!("\n[{SYSTEM}\\Select]\n\"Current\"=dword:00000001\n")
}

fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was found");
    // It may end without reading.
    let _ = child.stdin.take().expect("stdin is a pipe").write_all(input);
    let output = child.wait_with_output().expect("it ends");
    // `reged` says with 2 that it changed the hive.
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code <= 2), "{command:?}: {said}");
    assert!(!said.contains("parse error") && !said.contains("cannot create"), "{command:?}: {said}");
    output.stdout
}

/// A folder with an empty hive, and the exports to put into it, with line ends as Debian's programs read them.
fn workshop(store: &Store) -> (tempfile::TempDir, PathBuf, [PathBuf; 2]) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name);
    let export = String::from_utf8(written(store, Encoding::Utf8)).expect("the encoding is UTF-8");
    std::fs::write(path("SYSTEM"), empty_hive()).expect("a file can be written");
    std::fs::write(path("above.reg"), above()).expect("a file can be written");
    std::fs::write(path("catalog.reg"), export.replace("\r\n", "\n")).expect("a file can be written");
    let (hive, exports) = (path("SYSTEM"), [path("above.reg"), path("catalog.reg")]);
    (folder, hive, exports)
}

fn assert_same(hive: &Path, store: &Store) {
    let read = sound("SYSTEM", &std::fs::read(hive).expect("the hive is there")).store;
    assert!(items(&read) == items(store), "the hive has other items");
    assert!(
        written(&read, Encoding::Utf16) == written(store, Encoding::Utf16),
        "the hive has other values beside its items"
    );
}

#[test]
fn hivexregedit_puts_the_same_bytes_into_a_hive_and_exports_them() {
    let Some(hivexregedit) = program("hivexregedit") else { return };
    let store = windows_10();
    let (_folder, hive, exports) = workshop(&store);
    for export in exports {
        run(Command::new(&hivexregedit).args(["--merge", "--prefix", SYSTEM]).arg(&hive).arg(export), b"");
    }
    assert_same(&hive, &store);
    let exported = run(
        Command::new(&hivexregedit)
            .args(["--export", "--prefix", SYSTEM])
            .arg(&hive)
            .arg(r"\ControlSet001\Services\WinSock2"),
        b"",
    );
    let exported = sound("exported.reg", &exported).store;
    assert!(items(&exported) == items(&store), "the export has other items");
}

#[test]
fn reged_puts_the_same_bytes_into_a_hive() {
    let Some(reged) = program("reged") else { return };
    let store = windows_10();
    let (_folder, hive, exports) = workshop(&store);
    for export in exports {
        run(Command::new(&reged).args(["-I", "-C"]).arg(&hive).arg(SYSTEM).arg(export), b"");
    }
    assert_same(&hive, &store);
}
