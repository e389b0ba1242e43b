//! `winsock report`: evidence, as text and as JSON.
//!
//! | file | what |
//! |---|---|
//! | `entries` | what is standard, changed, added and missing |
//! | `netsh` | what a text of netsh is enough for |
//! | `mounted` | libraries on a mounted Windows |

mod entries;
mod mounted;
mod netsh;

use super::exports::{sample, sound};
use super::fixture::Catalog;
use serde_json::{Value, json};
use sockatlas::catalog::Span;
use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::reg::{self, Encoding, WriteOptions};
use sockatlas::winsock::{Bitness, Field, Further, Item, PackedItem, ProtocolChain, ProtocolInfo, Set, Stated, Store};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use uuid::{Uuid, uuid};

/// What the command says of a file, and its exit status.
struct Reported {
    status: i32,
    text: String,
    json: Value,
}

impl Reported {
    /// Whether the text has a line that holds all of these.
    #[track_caller]
    fn says(&self, parts: &[&str]) {
        let holds = |line: &&str| parts.iter().all(|part| line.contains(part));
        assert!(self.text.lines().any(|line| holds(&line)), "no line holds {parts:?} in\n{}", self.text);
    }

    /// The set of a bitness.
    fn set(&self, bits: Value) -> &Value {
        let sets = self.json["sets"].as_array().expect("sets are a list");
        sets.iter().find(|set| set["bits"] == bits).expect("there is a set of this bitness")
    }

    /// The entry of an id.
    fn entry(&self, bits: Value, id: u32) -> &Value {
        let entries = self.set(bits)["entries"].as_array().expect("entries are a list");
        entries.iter().find(|entry| entry["catalog_entry_id"] == id).expect("there is an entry of this id")
    }

    /// Who answers a request, now and without what was added.
    fn answer(&self, bits: Value, request: &str) -> (Value, Value) {
        let answers = self.set(bits)["answers"].as_array().expect("answers are a list");
        let answer = answers.iter().find(|answer| answer["request"]["name"] == request).expect("it is a usual request");
        (answer["now"]["catalog_entry_id"].clone(), answer["without_added"]["catalog_entry_id"].clone())
    }
}

fn run(file: &Path, further: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(["winsock", "report"]).arg(file).args(further);
    let output = command.output().expect("the command starts");
    let utf8 = |bytes| String::from_utf8(bytes).expect("the command writes UTF-8");
    (output.status.code().expect("no signal ends it"), utf8(output.stdout), utf8(output.stderr))
}

#[track_caller]
fn report_with(file: &Path, further: &[&str]) -> Reported {
    let (status, text, talk) = run(file, further);
    assert_eq!(talk, "");
    let (again, json, talk) = run(file, &[further, &["--format", "json"]].concat());
    assert_eq!((again, talk.as_str()), (status, ""), "both forms judge alike");
    let json: Value = serde_json::from_str(&json).expect("the command writes JSON");
    assert_eq!((&json["version"], &json["verdict"]["clean"]), (&json!(1), &json!(status == 0)));
    Reported { status, text, json }
}

fn sample_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples").join(name)
}

/// The export of the machine with something done to it, in a folder of its own.
fn changed(change: impl FnOnce(&mut Store)) -> (TempDir, PathBuf) {
    let mut store = sound("windows-10-1709.reg", &sample("windows-10-1709.reg")).store;
    change(&mut store);
    let mut options = WriteOptions::default();
    options.encoding = Encoding::Utf8;
    written(&reg::write(&store, &options).expect("the store is told whole"))
}

fn written(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("evidence.reg");
    std::fs::write(&path, bytes).expect("a file can be written");
    (folder, path)
}

fn set_of(store: &mut Store, bits: Bitness) -> &mut Set {
    store.sets.iter_mut().find(|set| set.bits == Some(bits)).expect("the export has both")
}

/// Gives keys and counters as the items now stand.
fn renumber(store: &mut Store) {
    for set in &mut store.sets {
        for (item, number) in set.items.iter_mut().zip(1..) {
            item.number = Some(number);
            item.key = Some(Stated::new(format!("{number:012}"), item.at));
        }
        let count = set.items.len() as u32;
        set.count.as_mut().expect("the export has counters").value = count;
    }
}

#[test]
fn a_catalog_of_windows_10_is_standard_and_sound() {
    let report = report_with(&sample_path("windows-10-1709.reg"), &[]);
    assert_eq!(report.status, 0, "{}", report.text);
    let first = report.text.lines().next();
    assert_eq!(first, Some("standard and sound: 32 standard, 0 changed, 0 added, 0 missing, 0 broken"));
    report.says(&["name-space providers: 14 known, 0 changed, 0 added, 0 missing"]);
    report.says(&["TCP/IPv4 goes to `MSAFD Tcpip [TCP/IP]` (id 1007)"]);
    assert!(!report.text.contains("note["), "{}", report.text);
    let findings = report.json["findings"].as_array().expect("a list");
    report.says(&[&format!("{} notes", findings.len())]);
    assert!(findings.iter().all(|finding| finding["severity"] == "note"), "{findings:?}");
    assert_eq!(report.json["verdict"]["standard"], 32);
    for bits in [json!(32), json!(64)] {
        assert_eq!(report.entry(bits.clone(), 1009)["standard"], "raw4");
        assert_eq!(report.entry(bits.clone(), 1009)["written"], Value::Null, "an export tells no times");
        assert_eq!(report.set(bits.clone())["absent"], json!([]));
        let expected = [("TCP", 1007, 1010), ("UDP", 1008, 1011), ("RAW", 1009, 1012)];
        for (name, id_4, id_6) in expected {
            assert_eq!(report.answer(bits.clone(), &format!("{name}/IPv4")), (json!(id_4), json!(id_4)));
            assert_eq!(report.answer(bits.clone(), &format!("{name}/IPv6")), (json!(id_6), json!(id_6)));
        }
    }
    assert_eq!(report.json["differences"], json!([]));
    let applications = report.json["applications"].as_array().expect("a list");
    assert_eq!(applications.len(), 3);
    assert_eq!(applications[0]["categories"], json!(["0x40000000"]));
    assert_eq!(applications[0]["loads_uncategorised"], false);
}

const ACME: Uuid = uuid!("2b611370-2190-4059-9af8-5bc0f58fb742");

const ACME_CHAINS: Uuid = uuid!("1c39a736-9641-4f43-9c20-aeed81692a07");

/// Puts the layer `Acme` (1017) behind all entries of both sets, and chains of it over TCP (1018) and UDP (1019) before them.
fn install_acme(store: &mut Store, path: &str) {
    let at = store.sets[0].at;
    for set in &mut store.sets {
        let base = |id| set.by_id(id).expect("the export has it").info.clone();
        let (tcp, udp) = (base(1007), base(1008));
        let hidden = Further { provider_flags: provider_flags::HIDDEN, ..Further::default() };
        let layer = ProtocolInfo {
            path: path.to_owned(),
            name: "Acme".to_owned(),
            provider_id: ACME,
            catalog_entry_id: 1017,
            chain: ProtocolChain::LAYER,
            further: Some(hidden),
            ..tcp.clone()
        };
        let chain = |base: ProtocolInfo, name: &str, id| ProtocolInfo {
            path: path.to_owned(),
            name: format!("Acme over [{name}]"),
            provider_id: ACME_CHAINS,
            catalog_entry_id: id,
            chain: ProtocolChain::over(&[1017, base.catalog_entry_id]).expect("two ids"),
            ..base
        };
        let chains = [chain(tcp, "MSAFD Tcpip [TCP/IP]", 1018), chain(udp, "MSAFD Tcpip [UDP/IP]", 1019)];
        set.items.push(new_item(layer, at));
        set.items.splice(0..0, chains.map(|chain| new_item(chain, at)));
    }
    store.next_catalog_entry_id.as_mut().expect("the export has it").value = 1020;
    renumber(store);
}

fn new_item(info: ProtocolInfo, at: Span) -> Item {
    let packed = PackedItem::new(&info).expect("it fits");
    let mut item = Item::new(info, at);
    item.packed = Some(packed);
    item
}

#[test]
fn chains_that_break_are_findings_with_their_places() {
    let export =
        Catalog::sound().change(1008, |info| info.chain = ProtocolChain::over(&[1099, 1001]).expect("two")).reg();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = report_with(&export.write(folder.path()), &[]);
    assert_eq!(report.status, 1);
    let (line, _) = export.place(r"Catalog_Entries64\000000000001", Field::ChainEntries);
    report.says(&["error[winsock-broken-chain]", "1099", &format!("catalog.reg:{line} ")]);
    report.says(&["runs over id 1099, which no entry has / `MSAFD Tcpip [TCP/IP]` (id 1001)"]);
    let findings = report.json["findings"].as_array().expect("a list");
    let broken = findings.iter().filter(|finding| finding["code"] == "winsock-broken-chain");
    assert_eq!(broken.map(|finding| &finding["severity"]).collect::<Vec<_>>(), ["error", "error"], "one in each set");
    let severities: Vec<&str> = findings.iter().filter_map(|finding| finding["severity"].as_str()).collect();
    let mut sorted = severities.clone();
    sorted.sort_by_key(|severity| ["error", "warning", "note"].iter().position(|other| other == severity));
    assert_eq!(severities, sorted, "the worst come first");
}

#[test]
fn what_was_written_long_after_the_bulk_is_called_out() {
    let (_folder, path) = changed(|store| install_acme(store, r"%SystemRoot%\system32\acme.dll"));
    let export = std::fs::read_to_string(&path).expect("it was just written");
    let mut timed = String::new();
    for line in export.lines() {
        if line.starts_with('[') {
            let is_late = line.contains("Entries64\\000000000001") && line.contains("Protocol_Catalog9");
            let time = if is_late { "2018-03-01T02:03:04Z" } else { "2017-09-29T13:46:28Z" };
            timed += &format!("; last written {time}\r\n");
        }
        timed += &format!("{line}\r\n");
    }
    let (_folder, path) = written(timed.as_bytes());
    let report = report_with(&path, &[]);
    report.says(&["keys written: 19, from 2017-09-29T13:46:28Z to 2018-03-01T02:03:04Z"]);
    report.says(&["152 days later: `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1018), 2018-03-01T02:03:04Z"]);
    report.says(&["key written: 2018-03-01T02:03:04Z"]);
    assert_eq!(report.set(json!(32))["times"]["late"], json!([]));
    let times = &report.set(json!(64))["times"];
    assert_eq!((&times["bulk"], &times["told"]), (&json!("2017-09-29T13:46:28Z"), &json!(19)));
    assert_eq!(times["late"][0]["seconds_after_bulk"], 13_176_996);
    assert_eq!(times["late"].as_array().map(Vec::len), Some(1));
    assert_eq!(report.entry(json!(64), 1018)["written"], "2018-03-01T02:03:04Z");
}

#[test]
fn a_report_needs_a_catalog_and_a_windows() {
    let (status, _, talk) = run(Path::new("no-such-file.reg"), &[]);
    assert_eq!(status, 2);
    assert!(talk.starts_with("error: no-such-file.reg: "), "{talk}");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path().to_str().expect("temporary folders have plain names");
    let (status, _, talk) = run(&sample_path("windows-10-1709.reg"), &["--windows-root", root]);
    assert_eq!(status, 2);
    assert!(talk.contains("neither the root of a drive with a folder `Windows`"), "{talk}");
}

#[test]
fn control_characters_of_a_catalog_do_not_reach_the_terminal() {
    let (_folder, path) = changed(|store| {
        install_acme(store, "%SystemRoot%\\system32\\acme\u{1b}[31m.dll");
    });
    let report = report_with(&path, &[]);
    assert!(!report.text.contains('\u{1b}'), "{}", report.text);
    report.says(&[r"acme\u{1b}[31m.dll"]);
}
