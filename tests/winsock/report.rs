//! `winsock report`: evidence, as text and as JSON.

use super::exports::{sample, sound};
use super::fixture::Catalog;
use serde_json::{Value, json};
use sockatlas::catalog::Span;
use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::reg::{self, Encoding, WriteOptions};
use sockatlas::winsock::{Bitness, Field, Further, Item, PackedItem, ProtocolChain, ProtocolInfo, Set, Store, Told};
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
            item.key = Some(Told::new(format!("{number:012}"), item.at));
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

#[test]
fn a_path_that_was_made_bare_is_told_with_what_is_left_of_the_old_one() {
    let (_folder, path) = changed(|store| {
        let item = &mut set_of(store, Bitness::Bits32).items[4];
        let mut bytes = *item.packed.as_ref().expect("exports have bytes").as_bytes();
        // Only the name and its zero are written: the rest of the old path stays, as ZeroAccess left it.
        bytes[..12].copy_from_slice(b"mswsock.dll\0");
        let packed = PackedItem::from_bytes(&bytes).expect("888 bytes");
        item.info = packed.info().expect("both texts end");
        item.packed = Some(packed);
    });
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 1);
    report.says(&["look at this: 31 standard, 1 changed, 0 added, 0 missing, 2 broken"]);
    let key = r"Protocol_Catalog9\Catalog_Entries\000000000005";
    report.says(&["changed: `MSAFD Tcpip [RAW/IP]` (id 1009), which is `raw4`", "evidence.reg:", key]);
    report.says(&[r"path: `%SystemRoot%\system32\mswsock.dll` -> `mswsock.dll`", key]);
    report.says(&["path `mswsock.dll` of `MSAFD Tcpip [RAW/IP]`", "a name without a folder"]);
    report.says(&["left over in", r"(`\system32\mswsock.dll`), as in the known path of this provider", key]);
    report.says(&["error[winsock-library-path]", key]);
    report.says(&["error[winsock-duplicate-provider]", key]);
    report.says(&["`MSAFD Tcpip [RAW/IP]` (id 1009) and", "differ in path"]);
    let entry = report.entry(json!(32), 1009);
    assert_eq!((&entry["standing"], &entry["standard"]), (&json!("changed"), &json!("raw4")));
    let change = &entry["changes"][0];
    assert_eq!((&change["field"], &change["found"]), (&json!("path"), &json!("mswsock.dll")));
    assert_eq!(change["source"]["key"], key);
    let leftover = &entry["leftovers"][0];
    assert_eq!((&leftover["offset"], &leftover["text"]), (&json!(12), &json!(r"\system32\mswsock.dll")));
    assert_eq!((&leftover["of_known_path"], &leftover["hex"]), (&json!(true), &json!(hex(br"\system32\mswsock.dll"))));
    let codes: Vec<&Value> = entry["path_concerns"].as_array().expect("a list").iter().map(|of| &of["code"]).collect();
    assert_eq!(codes, ["bare-name", "not-the-known-path"]);
    assert_eq!(report.entry(json!(64), 1009)["standing"], "standard");
    assert_eq!(report.json["differences"][0]["fields"], json!(["path"]));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
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
fn a_layered_provider_is_told_with_its_chains_and_with_what_it_answers() {
    let (_folder, path) = changed(|store| install_acme(store, r"C:\Users\Public\acme.dll"));
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 1);
    report.says(&["look at this: 32 standard, 0 changed, 6 added, 0 missing"]);
    let key = r"Protocol_Catalog9\Catalog_Entries64\000000000001";
    report.says(&["added: `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1018), a chain", key]);
    report.says(&["runs over `Acme` (id 1017) / `MSAFD Tcpip [TCP/IP]` (id 1007)", key]);
    report.says(&["number 1 of 19 in the order"]);
    report.says(&["in chains 1018, 1019, over `tcp4`, `udp4`"]);
    report.says(&["answers TCP/IPv4, UDP/IPv4"]);
    report.says(&[
        "TCP/IPv4 goes through `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1018)",
        r"(C:\Users\Public\acme.dll) before `MSAFD Tcpip [TCP/IP]` (id 1007)",
        key,
    ]);
    report.says(&["RAW/IPv4 goes to `MSAFD Tcpip [RAW/IP]` (id 1009)"]);
    report.says(&[r"path `C:\Users\Public\acme.dll` of `Acme`", "below `Users`, where users write"]);
    report.says(&["warning[winsock-partial-coverage]"]);
    for bits in [json!(32), json!(64)] {
        assert_eq!(report.answer(bits.clone(), "TCP/IPv4"), (json!(1018), json!(1007)));
        assert_eq!(report.answer(bits.clone(), "UDP/IPv4"), (json!(1019), json!(1008)));
        assert_eq!(report.answer(bits.clone(), "TCP/IPv6"), (json!(1010), json!(1010)));
        let expected = json!([{"catalog_entry_id": 1017, "name": "Acme", "chains": [1018, 1019],
            "covers": ["tcp4", "udp4"], "answers": ["TCP/IPv4", "UDP/IPv4"]}]);
        assert_eq!(report.set(bits.clone())["layers"], expected);
        let chain = report.entry(bits.clone(), 1018);
        assert_eq!((&chain["standing"], &chain["addition"]), (&json!("added"), &json!("chain")));
        assert_eq!((&chain["position"], &chain["chain"]), (&json!(1), &json!([1017, 1007])));
        assert_eq!(chain["provider"], json!({"id": ACME_CHAINS.to_string(), "known": null}));
    }
}

#[test]
fn what_one_set_alone_has_is_told() {
    let (_folder, path) = changed(|store| {
        install_acme(store, r"%SystemRoot%\system32\acme.dll");
        set_of(store, Bitness::Bits64).items.retain(|item| item.id() < 1017);
        renumber(store);
    });
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 1);
    report.says(&["only 32-bit: `Acme` (id 1017)", r"Catalog_Entries\000000000019"]);
    assert_eq!(report.json["verdict"]["added"], 3);
    assert_eq!(report.answer(json!(64), "TCP/IPv4"), (json!(1007), json!(1007)));
    let alone = report.json["differences"].as_array().expect("a list");
    assert_eq!(alone.iter().filter(|of| of["kind"] == "only-in" && of["bits"] == 32).count(), 3);
    assert_eq!(alone.len(), 3, "the order of what both have is the same");
}

#[test]
fn a_standard_entry_that_was_deleted_is_missing() {
    let (_folder, path) = changed(|store| {
        for set in &mut store.sets {
            set.items.retain(|item| item.id() != 1010);
        }
        // RSVP over TCP/IPv4: not every Windows needs it, but the other set has it.
        set_of(store, Bitness::Bits64).items.retain(|item| item.id() != 1003);
        renumber(store);
    });
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 1);
    report.says(&["look at this: 29 standard, 0 changed, 0 added, 3 missing"]);
    report.says(&["missing: `tcp6` (family 23, type 1, protocol 6)"]);
    report.says(&["TCP/IPv6 goes to `RSVP TCPv6 Service Provider` (id 1002)"]);
    report.says(&["warning[winsock-missing-standard]"]);
    assert_eq!(report.set(json!(32))["absent"], json!([{"name": "tcp6", "missing": true}]));
    let expected = json!([{"name": "tcp6", "missing": true}, {"name": "rsvp-tcp4", "missing": true}]);
    assert_eq!(report.set(json!(64))["absent"], expected);
}

#[test]
fn what_other_versions_of_windows_do_not_have_is_not_missing() {
    let (_folder, path) = changed(|store| {
        for set in &mut store.sets {
            set.items.retain(|item| ![1001, 1006, 1013, 1014, 1015, 1016].contains(&item.id()));
        }
        renumber(store);
    });
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 0, "{}", report.text);
    report.says(&["not there, which depends on the version", "`hyperv`, `unix`, `l2cap`, `rfcomm`, `vsock-dgram`"]);
    assert_eq!(report.set(json!(64))["absent"][0], json!({"name": "hyperv", "missing": false}));
}

#[test]
fn every_field_of_a_standard_entry_is_compared() {
    let (_folder, path) = changed(|store| {
        let item = &mut set_of(store, Bitness::Bits64).items[2];
        let info = &mut item.info;
        (info.name, info.service_flags, info.version) = ("Tcp".to_owned(), 0x66, 3);
        (info.max_address_length, info.min_address_length) = (17, 15);
        info.further = Some(Further {
            reserved_service_flags: [1, 2, 3],
            provider_flags: 0,
            protocol_max_offset: 1,
            network_byte_order: 1,
            security_scheme: 1,
            message_size: 1,
            provider_reserved: 1,
        });
        item.repeated_name = None;
    });
    let report = report_with(&path, &[]);
    let changes = report.entry(json!(64), 1007)["changes"].as_array().expect("a list");
    let fields: Vec<&str> = changes.iter().filter_map(|change| change["field"].as_str()).collect();
    // All but what the entry is known by, its path, its chain and its id.
    let same = [
        Field::LibraryPath,
        Field::ProviderId,
        Field::CatalogEntryId,
        Field::ChainLength,
        Field::ChainEntries,
        Field::AddressFamily,
        Field::SocketType,
        Field::Protocol,
    ];
    let expected: Vec<&str> = Field::ALL.into_iter().filter(|field| !same.contains(field)).map(Field::name).collect();
    assert_eq!(fields, expected);
    report.says(&["dwServiceFlags1: `0x20066` -> `0x66`", r"Catalog_Entries64\000000000003"]);
}

#[test]
fn a_standard_entry_is_counted_once_and_a_second_one_was_added() {
    let (_folder, path) = changed(|store| {
        let at = store.sets[0].at;
        let set = set_of(store, Bitness::Bits64);
        let mut info = set.by_id(1007).expect("the export has it").info.clone();
        (info.path, info.catalog_entry_id) = (r"\\server\share\mswsock.dll".to_owned(), 1017);
        set.items.insert(0, new_item(info, at));
        store.next_catalog_entry_id.as_mut().expect("the export has it").value = 1018;
        renumber(store);
    });
    let report = report_with(&path, &[]);
    report.says(&["added: ", "(id 1017), `tcp4` a second time"]);
    report.says(&[r"path `\\server\share\mswsock.dll`", "on another machine"]);
    assert_eq!(report.entry(json!(64), 1017)["addition"], "repeated");
    assert_eq!(report.entry(json!(64), 1007)["standing"], "standard");
    assert_eq!(report.answer(json!(64), "TCP/IPv4"), (json!(1017), json!(1007)));
}

#[test]
fn name_space_providers_that_are_foreign_or_changed_are_told() {
    let (_folder, path) = changed(|store| {
        let set = &mut store.name_spaces[1];
        set.providers[3].path = Some(r"C:\ProgramData\dns.dll".to_owned());
        let mut foreign = set.providers[6].clone();
        foreign.key.as_mut().expect("exports have keys").value = "000000000008".to_owned();
        foreign.name = "Foreign".to_owned();
        foreign.provider_id = Some(ACME);
        foreign.path = Some("foreign.dll".to_owned());
        set.providers.push(foreign);
        set.count.as_mut().expect("the export has it").value = 8;
        store.name_spaces[0].providers.remove(3);
        store.name_spaces[0].count.as_mut().expect("the export has it").value = 6;
    });
    let report = report_with(&path, &[]);
    assert_eq!(report.status, 1);
    report.says(&["name-space providers: 12 known, 1 changed, 1 added, 1 missing"]);
    report.says(&["changed: ", "which is that of DNS", r"NameSpace_Catalog5\Catalog_Entries64\000000000004"]);
    report.says(&[r"LibraryPath: `%SystemRoot%\System32\mswsock.dll` -> `C:\ProgramData\dns.dll`"]);
    report.says(&["added: `Foreign`", r"NameSpace_Catalog5\Catalog_Entries64\000000000008"]);
    report.says(&["library `foreign.dll`"]);
    report.says(&["missing: DNS (name space 12)"]);
    let providers = report.json["name_spaces"][1]["providers"].as_array().expect("a list");
    assert_eq!((&providers[3]["standing"], &providers[3]["known"]), (&json!("changed"), &json!("DNS")));
    assert_eq!(providers[3]["changes"][0]["value"], "LibraryPath");
    assert_eq!((&providers[7]["standing"], &providers[7]["provider"]), (&json!("added"), &json!(ACME.to_string())));
    assert_eq!(providers[7]["path_concerns"][0]["code"], "bare-name");
    assert_eq!(report.json["name_spaces"][0]["absent"], json!([{"name": "DNS", "missing": true}]));
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
fn what_netsh_tells_of_a_layered_provider_is_reported_with_its_gaps() {
    let report = report_with(&sample_path("moby27423_lavasoft.txt"), &[]);
    assert_eq!(report.status, 1);
    report.says(&["look at this: 1 standard, 0 changed, 1 added, 0 missing"]);
    report.says(&["added: `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032), a chain", "moby27423_lavasoft.txt:6"]);
    report.says(&["runs over `LavasoftLSP` (id 1031, told in part) / id 1006, which is not told"]);
    report.says(&[
        "TCP/IPv4 goes through `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032)",
        r"(C:\WINDOWS\system32\LavasoftTcpService64.dll) before none that is told",
    ]);
    report.says(&["`LavasoftLSP` (id 1031)", "moby27423_lavasoft.txt:"]);
    report.says(&["provider 2b611370-2190-4059-9af8-5bc0f58fb742, none that is known"]);
    report.says(&["error[winsock-gap]", "moby27423_lavasoft.txt:"]);
    report.says(&["what is missing cannot be told: the source has gaps"]);
    assert!(!report.text.contains("winsock-broken-chain"), "its layer and its base may stand in a gap");
    assert_eq!(report.json["sets"][0]["absent"], Value::Null);
    let layer = report.json["told_in_part"].as_array().expect("a list").last().expect("the layer is cut off");
    assert_eq!(layer["provider"], json!({"id": "2b611370-2190-4059-9af8-5bc0f58fb742", "known": null}));
    assert_eq!(report.json["sets"][0]["entries"][0]["provider_flags"], Value::Null, "netsh does not print them");
}

#[test]
fn each_piece_of_netsh_is_reported() {
    let pgp = report_with(&sample_path("wsl9413_pgplsp.txt"), &[]);
    assert_eq!((pgp.status, &pgp.json["verdict"]["added"]), (1, &json!(1)));
    pgp.says(&["added: `PGPlsp over [MSAFD Tcpip [TCP/IP]]` (id 1016), a chain"]);
    pgp.says(&["`PGPlsp` (id 1015)"]);
    let chinese = report_with(&sample_path("antigravity100_zhCN_32bit.txt"), &[]);
    assert_eq!((chinese.status, &chinese.json["verdict"]["standard"]), (1, &json!(2)));
    assert_eq!(chinese.entry(json!(32), 1007)["standard"], "tcp6");
    assert_eq!(chinese.entry(json!(32), 1008)["standard"], "udp6");
    chinese.says(&["error[winsock-gap]", "antigravity100_zhCN_32bit.txt:1"]);
    let foobar = report_with(&sample_path("instlsp_p_win2000_foobar.txt"), &[]);
    assert_eq!((foobar.status, &foobar.json["verdict"]["told_in_part"]), (1, &json!(22)));
    foobar.says(&["`Foobar` (id 1041)"]);
}

#[test]
fn without_provider_flags_it_is_not_told_who_answers_for_raw_sockets() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("netsh.txt");
    std::fs::write(&path, Catalog::plain().netsh()).expect("a file can be written");
    let report = report_with(&path, &[]);
    report.says(&["RAW/IPv4 goes to `MSAFD Tcpip [RAW/IP]` (id 1003), if it takes this protocol, which is not told"]);
    report.says(&["TCP/IPv4 goes to `MSAFD Tcpip [TCP/IP]` (id 1001)"]);
    assert_eq!(report.json["sets"][0]["answers"][2]["now"]["outcome"], "untold");
    assert_eq!(report.json["verdict"]["standard"], 6);
}

#[test]
fn libraries_are_looked_for_below_a_mounted_windows() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let put = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    };
    put("WINDOWS/System32/MSWSOCK.dll", b"64-bit");
    put("WINDOWS/SysWOW64/mswsock.DLL", b"of 32 bits");
    let (_folder, path) = changed(|store| install_acme(store, r"C:\Acme\acme.dll"));
    let root = folder.path().to_str().expect("temporary folders have plain names");
    let report = report_with(&path, &["--windows-root", root]);
    let size = |bits| report.entry(json!(bits), 1007)["library"]["size"].clone();
    assert_eq!((size(64), size(32)), (json!(6), json!(10)), "32-bit programs find SysWOW64 for System32");
    let library = &report.entry(json!(64), 1007)["library"];
    assert_eq!(library["state"], "there");
    assert!(library["modified"].as_str().is_some_and(|time| time.ends_with('Z')), "{library}");
    assert_eq!(report.entry(json!(64), 1018)["library"]["state"], "missing");
    report.says(&[r"library `C:\Acme\acme.dll`: not there", "acme.dll"]);
    // Acme's three, and vSockets' two, in each set; Windows itself has mswsock.dll.
    let providers = report.json["name_spaces"].as_array().expect("a list");
    let providers = providers.iter().flat_map(|set| set["providers"].as_array().expect("a list"));
    let missing = providers.filter(|provider| provider["library"]["state"] == "missing").count();
    assert_eq!((missing, &report.json["verdict"]["missing_libraries"]), (12, &json!(10 + 12)));
}

#[test]
#[cfg(unix)]
fn links_in_a_mounted_windows_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let elsewhere = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(elsewhere.path().join("mswsock.dll"), b"not of that machine").expect("a file can be written");
    std::fs::create_dir(folder.path().join("Windows")).expect("a folder can be made");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("Windows/System32")).expect("a link can be made");
    let root = folder.path().to_str().expect("temporary folders have plain names");
    let report = report_with(&sample_path("windows-10-1709.reg"), &["--windows-root", root]);
    let library = &report.entry(json!(64), 1007)["library"];
    assert_eq!((&library["state"], &library["size"]), (&json!("link"), &Value::Null));
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
