//! Entries and name-space providers: standard, changed, added, missing.

use super::{ACME, ACME_CHAINS, changed, install_acme, new_item, renumber, report_with, set_of};
use serde_json::{Value, json};
use sockatlas::winsock::{Bitness, Field, Further, PackedItem};

#[test]
fn a_path_that_was_made_bare_is_stated_with_what_is_left_of_the_old_one() {
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
    report.says(&["look at this: 31 standard, 1 changed, 0 added, 0 missing, 1 broken"]);
    let key = r"Protocol_Catalog9\Catalog_Entries\000000000005";
    report.says(&["changed: `MSAFD Tcpip [RAW/IP]` (id 1009), which is `raw4`", "evidence.reg:", key]);
    report.says(&[r"path: `%SystemRoot%\system32\mswsock.dll` -> `mswsock.dll`", key]);
    report.says(&["path `mswsock.dll` of `MSAFD Tcpip [RAW/IP]`", "a name without a folder"]);
    report.says(&["left over in `MSAFD Tcpip [RAW/IP]` (id 1009), path:", key]);
    report.says(&[r"(`\system32\mswsock.dll`), as in the known path of this provider"]);
    report.says(&["error[winsock-library-path]", key]);
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

#[test]
fn a_layered_provider_is_stated_with_its_chains_and_with_what_it_answers() {
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
fn what_one_set_alone_has_is_stated() {
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
    // All but what the entry is known by, its path, its chain and its id; and its name, by which nothing is chosen or loaded.
    let same = [
        Field::LibraryPath,
        Field::ProviderId,
        Field::CatalogEntryId,
        Field::ChainLength,
        Field::ChainEntries,
        Field::AddressFamily,
        Field::SocketType,
        Field::Protocol,
        Field::ProtocolName,
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
fn name_space_providers_that_are_foreign_or_changed_are_stated() {
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

/// Windows writes all items through one buffer: what is left over is the same in all of them.
#[test]
fn what_is_left_over_in_many_entries_is_stated_once() {
    let report = report_with(&super::sample_path("windows-7.reg"), &[]);
    assert_eq!(report.status, 0, "{}", report.text);
    report.says(&["standard and sound: 24 standard, 0 changed, 0 added, 0 missing, 0 broken"]);
    report.says(&["left over in 24 entries, the first is `MSAFD Tcpip [TCP/IP]` (id 1001), path:"]);
    assert_eq!(report.text.matches("left over").count(), 3, "{}", report.text);
    assert_eq!(report.text.matches("MSAFD NetBIOS [\\De").count(), 1, "each content once");
    report.says(&["AutodialDLL: `rasadhlp.dll`, that of Windows", "windows-7.reg:"]);
    assert_eq!(report.json["load_points"][1]["stock"], json!(true));
}
