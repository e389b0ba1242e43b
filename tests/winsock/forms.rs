//! One real catalog in each form in which people get it, through the commands: a hive, what netsh prints, packed items.

use super::exports::{sample, sound};
use super::fixture::Catalog;
use super::netsh_text::{CHINESE, ENGLISH};
use serde_json::Value;
use sockatlas::winsock::{Bitness, Options};
use sockatlas::{Loader, Registry};
use std::path::Path;
use std::process::Command;

/// Runs the command in a folder: exit status, stdout, stderr.
fn run(folder: &Path, line: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(line.split_whitespace()).current_dir(folder);
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_WORKSPACE"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal ends it"), text(output.stdout), text(output.stderr))
}

/// What the command prints on stdout where nothing is wrong.
#[track_caller]
fn clean(folder: &Path, line: &str) -> String {
    let (status, stdout, stderr) = run(folder, line);
    assert_eq!((status, stderr.as_str()), (0, ""), "{line}\n{stdout}");
    stdout
}

fn json(folder: &Path, line: &str) -> Value {
    let text = clean(folder, line);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}\n{text}"))
}

/// A folder with the catalog of a machine in every form, by the names of the forms; `packed` has the 64-bit set alone.
fn forms() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let store = sound("windows-10-1709.reg", &sample("windows-10-1709.reg")).store;
    let wide = store.set(Bitness::Bits64).expect("the export has this set");
    let packed = wide.items.iter().filter_map(|item| item.packed.as_ref()).flat_map(|packed| *packed.as_bytes());
    let files: [(&str, Vec<u8>); 5] = [
        ("reg", sample("windows-10-1709.reg")),
        ("hive", sample("windows-10-1709.hive")),
        ("netsh", ENGLISH.catalog(&store).into_bytes()),
        ("chinese", CHINESE.catalog(&store).into_bytes()),
        ("packed", packed.collect()),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("a file can be written");
    }
    folder
}

fn load(folder: &Path, name: &str) -> Registry {
    let loaded = Loader::new().winsock(Options::default()).path(folder.join(name)).load();
    loaded.unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
#[cfg(feature = "hive")]
fn when_each_key_of_a_hive_was_written_is_shown_reported_and_kept_in_comments() {
    const TIME: &str = "2017-09-16T01:46:40Z";
    let folder = forms();
    let shown = clean(folder.path(), "winsock show hive");
    assert_eq!(shown.matches(&format!("last written    {TIME}\n")).count(), 32, "{shown}");
    let report = json(folder.path(), "winsock report hive --format json");
    let written = report.to_string().matches(&format!("\"written\":\"{TIME}\"")).count();
    assert_eq!(written, 2 * (16 + 7) + 3, "entries, name-space providers and applications: {report}");
    let imported = clean(folder.path(), "import hive");
    for set in ["64-bit set", "32-bit set"] {
        assert_eq!(imported.matches(&format!("# last written {TIME} ({set})\n")).count(), 16, "{imported}");
    }
    // An export has no times.
    let shown = clean(folder.path(), "winsock show reg");
    assert!(
        shown.lines().filter(|line| line.contains("last written")).all(|line| line.ends_with(" not stated")),
        "{shown}"
    );
    assert!(!clean(folder.path(), "import reg").contains("last written"));
}

#[test]
#[cfg(feature = "hive")]
fn a_hive_is_judged_repaired_and_exported_as_its_export_is() {
    let folder = forms();
    let judged = |name: &str| {
        let report = json(folder.path(), &format!("check --deny warnings --format json {name}"));
        let findings = report["findings"].as_array().expect("a list").clone();
        findings.iter().map(|finding| finding["message"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(judged("hive"), judged("reg"));
    assert_eq!(judged("hive").len(), 10);
    assert_eq!(clean(folder.path(), "winsock repair hive"), "hive: nothing to repair\n");
    clean(folder.path(), "export -c hive --to reg -o from-hive.reg");
    clean(folder.path(), "export -c reg --to reg -o from-reg.reg");
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("it is written");
    assert!(bytes("from-hive.reg") == bytes("from-reg.reg"), "one by one they would fill screens");
    assert_eq!(clean(folder.path(), "diff reg hive"), "no request is answered otherwise\n");
}

/// Lines of the text that says what a hive says are no lines of the hive: an annotation there would be a lie.
#[test]
#[cfg(feature = "hive")]
fn findings_in_a_hive_are_at_keys_and_in_no_line_of_the_file() {
    const KEY: &str =
        r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";
    let folder = forms();
    let sarif = json(folder.path(), "check --format sarif hive");
    let results = sarif["runs"][0]["results"].as_array().expect("a list").clone();
    assert_eq!(results.len(), 10);
    for result in &results {
        let place = &result["locations"][0];
        assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "hive");
        assert!(place["physicalLocation"].get("region").is_none(), "{place}");
        let key = place["logicalLocations"][0]["fullyQualifiedName"].as_str().expect("it has a key");
        assert!(key.starts_with(KEY), "{key}");
    }
    assert_eq!(results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], format!(r"{KEY}\000000000009"));
    assert_eq!(
        results[0]["relatedLocations"][0]["logicalLocations"][0]["fullyQualifiedName"],
        format!(r"{KEY}\000000000006")
    );
    let github = clean(folder.path(), "check --format github hive");
    let first = github.lines().next().expect("there are findings");
    assert!(first.starts_with("::notice file=hive,title=winsock-shadowed-chain::"), "{first}");
    assert!(first.contains(&format!(r"%0Ahive: {KEY}\000000000009%0Ahive: {KEY}\000000000006: it matches")), "{first}");
    let junit = clean(folder.path(), "check --format junit hive");
    assert!(junit.contains(&format!(r"hive: {KEY}\000000000009: note: no request selects")), "{junit}");
    assert!(!junit.contains("hive:5"), "{junit}");
}

#[test]
fn findings_in_packed_items_are_at_the_item() {
    let folder = forms();
    let sarif = json(folder.path(), "check --format sarif packed");
    let places: Vec<&Value> = (sarif["runs"][0]["results"].as_array().expect("a list").iter())
        .map(|result| &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
        .collect();
    assert_eq!(places, ["item 9", "item 10", "item 11", "item 12", "item 15"]);
}

#[test]
fn findings_in_an_export_are_regions_within_it() {
    let folder = forms();
    let sarif = json(folder.path(), "check --format sarif reg");
    let text = String::from_utf16(
        &sample("windows-10-1709.reg")
            .as_chunks::<2>()
            .0
            .iter()
            .map(|unit| u16::from_le_bytes(*unit))
            .collect::<Vec<_>>(),
    )
    .expect("the export is UTF-16");
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 10);
    for result in results {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |name: &str| region[name].as_u64().expect("a number") as usize;
        let line = lines[number("startLine") - 1];
        assert_eq!(number("startLine"), number("endLine"));
        let marked = &line[number("startColumn") - 1..number("endColumn") - 1];
        match result["ruleId"].as_str() {
            Some("winsock-flags") => assert_eq!(marked, "00,00,00,00", "dwMessageSize"),
            _ => assert!(marked.starts_with("[HKEY_LOCAL_MACHINE\\") && marked.ends_with(']'), "{marked}"),
        }
    }
}

#[test]
fn what_netsh_prints_of_a_machine_says_what_its_export_says_as_far_as_it_goes() {
    let folder = forms();
    let export = load(folder.path(), "reg");
    for name in ["netsh", "chinese"] {
        let shown = load(folder.path(), name);
        let names = |registry: &Registry| registry.entries().map(|entry| entry.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&shown), names(&export));
        for (entry, whole) in shown.entries().zip(export.entries()) {
            assert_eq!(entry.catalog_entry_id(), whole.catalog_entry_id());
            assert_eq!(
                (entry.family(), entry.socket_type()),
                (whole.family(), whole.socket_type()),
                "{}",
                entry.name()
            );
            assert_eq!(entry.services(), whole.services(), "{}", entry.name());
            assert_eq!(entry.provider().id(), whole.provider().id());
            let untold = ["protocol", "matches-zero", "hidden", "message-size", "byte-order", "security-scheme"];
            assert!(untold.iter().all(|fact| entry.facts().unknown.contains(fact)), "{:?}", entry.facts().unknown);
            assert!(whole.facts().unknown.is_empty());
        }
        // Nothing hides where nothing says so: the two RAW entries are listed, and the export's are not.
        assert_eq!(clean(folder.path(), &format!("list -c {name}")).lines().count(), 17);
        assert_eq!(clean(folder.path(), "list -c reg").lines().count(), 15);
        clean(folder.path(), &format!("check --deny warnings {name}"));
        let imported = clean(folder.path(), &format!("import {name}"));
        assert_eq!(imported.matches("\nunknown ").count(), 16, "{imported}");
    }
}

#[test]
fn what_netsh_does_not_print_is_named_where_a_request_is_refused_for_it() {
    let folder = forms();
    let asked = |line: &str| run(folder.path(), line);
    let (status, _, stderr) = asked("resolve -c netsh inet stream 0");
    assert_eq!(status, 1);
    assert!(
        stderr.contains("note: the source does not state `matches-zero` of `tcp4`, `rsvp-tcp4`: it counts as absent\n"),
        "{stderr}"
    );
    let (status, _, stderr) = asked("resolve -c netsh inet raw esp");
    assert_eq!(status, 1);
    assert!(stderr.contains("note: the source does not state `protocol` of `raw4`: it counts as absent\n"), "{stderr}");
    let (_, stdout, _) = asked("explain -c netsh inet raw esp");
    assert!(stdout.contains("wanted esp, had 0 (its source does not state the range above it)"), "{stdout}");
    let (_, stdout, _) = asked("explain -c netsh inet stream 0");
    assert!(stdout.contains("wanted 0, had tcp (its source does not state whether it matches 0)"), "{stdout}");
    // A protocol below the first of an entry is not in its range, wherever that ends.
    let (_, stdout, stderr) = asked("explain -c netsh inet stream icmp");
    assert!(stdout.contains("wanted icmp, had tcp") && !stdout.contains("range above"), "{stdout}");
    assert!(!stderr.contains("note: "), "{stderr}");
    // Of an export all is stated.
    assert_eq!(asked("resolve -c reg inet stream 0").0, 0);
    assert_eq!(asked("resolve -c reg inet raw esp").0, 0);
}

#[test]
fn packed_items_are_imported_shown_and_judged() {
    let folder = forms();
    let imported = clean(folder.path(), "import packed");
    let registry = Loader::new().text("imported.toml", imported.as_str()).load();
    let registry = registry.unwrap_or_else(|error| panic!("{error}\n{imported}"));
    assert_eq!(registry.entries().len(), 16);
    assert_eq!(sockatlas::compare(&registry, &load(folder.path(), "reg")), []);
    let shown = json(folder.path(), "winsock show packed --format json");
    assert_eq!((&shown["form"], shown["sets"].as_array().map(Vec::len)), (&Value::from("packed"), Some(1)));
    assert_eq!(shown["sets"][0]["items"].as_array().map(Vec::len), Some(16));
    assert_eq!(shown["sets"][0]["bits"], Value::Null);
    assert!(
        clean(folder.path(), "check --deny warnings packed")
            .ends_with("5 notes in 1 document: 16 entries, 0 expectations run\n")
    );
    // Both sets one after the other are no one catalog.
    let twice = std::fs::read(folder.path().join("packed")).expect("it is there").repeat(2);
    std::fs::write(folder.path().join("twice"), twice).expect("a file can be written");
    let (status, stdout, _) = run(folder.path(), "check twice");
    assert_eq!(status, 1);
    assert_eq!(stdout.matches("error[winsock-duplicate-id]").count(), 16, "{stdout}");
    // A dump that ends within an item is no dump, and insisting tells where it ends.
    let bytes = std::fs::read(folder.path().join("packed")).expect("it is there");
    std::fs::write(folder.path().join("cut"), &bytes[..bytes.len() - 5]).expect("a file can be written");
    let (status, _, stderr) = run(folder.path(), "import --from packed cut");
    let expected = "error: cut: 14203 bytes, where packed items have 888 each: no multiple of that\n";
    assert_eq!((status, stderr.as_str()), (2, expected));
}

#[test]
fn of_packed_items_alone_nothing_is_said_to_be_missing() {
    let folder = forms();
    let bytes = std::fs::read(folder.path().join("packed")).expect("it is there");
    std::fs::write(folder.path().join("one"), &bytes[2 * 888..3 * 888]).expect("a file can be written");
    let report = clean(folder.path(), "winsock report one");
    assert!(
        report.starts_with("standard and sound: 1 standard, 0 changed, 0 added, 0 missing, 0 broken\n"),
        "{report}"
    );
    assert!(!clean(folder.path(), "check one").contains("winsock-missing-standard"));
}

/// Windows' two catalogs may give one id to two entries.
#[test]
fn an_id_that_a_twin_for_other_programs_has_too_names_the_entry_that_is_seen() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut catalog = Catalog::sound();
    let item = catalog.sets[0].items.iter_mut().find(|item| item.info.catalog_entry_id == 1001);
    item.expect("the fixture has TCP").info.further.as_mut().expect("exports tell all").security_scheme = 1;
    catalog.reg().write(folder.path());
    let answer = |bits: &str| {
        let text = clean(folder.path(), &format!("import --bits {bits} catalog.reg"));
        std::fs::write(folder.path().join("imported.toml"), text).expect("a file can be written");
        let answer = json(folder.path(), "resolve -c imported.toml --entry 1001 --format json");
        answer["selected"]["name"].as_str().map(str::to_owned)
    };
    assert_eq!(answer("64").as_deref(), Some("tcp4"));
    assert_eq!(answer("32").as_deref(), Some("tcp4-32"));
}
