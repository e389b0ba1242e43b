//! A table of damages of a real catalog: none of them is called sound, by the checker, by the report, or by repair.
//!
//! They are made of the export itself: each of its keys deleted, each counter wrong or gone, each path of each provider redirected,
//! singly and for all items of the provider, each load point set, and what stands in front of all.

use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check};
use sockatlas::winsock::repair::{Plan, RepairOptions, plan};
use sockatlas::winsock::report::report;
use sockatlas::winsock::{self, Field, ItemKind, Options, PackedItem, Reading};
use std::collections::{BTreeSet, HashSet};

const SAMPLE: &[u8] = include_bytes!("samples/windows-10-1709.reg");
const ROOT: &str = r"[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\WinSock2\Parameters";
/// Where another library may be: where users write, at a look-alike name, without a folder, nowhere.
const ELSEWHERE: [&str; 4] = [
    r"C:\Windows\Temp\mswsock.dll",
    r"%SystemRoot%\system32\mswsocks.dll",
    "mswsock.dll",
    r"\\server\share\mswsock.dll",
];

/// An export as its keys, each with the lines of its values.
#[derive(Clone)]
struct Export {
    keys: Vec<(String, Vec<String>)>,
}

impl Export {
    fn sample() -> Export {
        let units: Vec<u16> = SAMPLE.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        let text = match SAMPLE {
            [0xff, 0xfe, ..] => String::from_utf16(&units[1..]).expect("it is UTF-16"),
            _ => String::from_utf8(SAMPLE.to_vec()).expect("it is UTF-8"),
        };
        let text = text.replace("\r\n", "\n").replace("\\\n  ", "");
        let mut keys: Vec<(String, Vec<String>)> = Vec::new();
        for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
            match (line.starts_with('['), keys.last_mut()) {
                (true, _) => keys.push((line.trim_matches(['[', ']']).to_owned(), Vec::new())),
                (false, Some((_, values))) => values.push(line.to_owned()),
                (false, None) => panic!("a value below no key: {line}"),
            }
        }
        Export { keys }
    }

    fn text(&self) -> String {
        let mut text = "Windows Registry Editor Version 5.00\n".to_owned();
        for (key, values) in &self.keys {
            text += &format!("\n[{key}]\n");
            values.iter().for_each(|value| text += &format!("{value}\n"));
        }
        text
    }

    /// The paths of its keys, below `Parameters`.
    fn below(&self) -> Vec<String> {
        let root = &ROOT[1..];
        self.keys.iter().filter_map(|(key, _)| key.strip_prefix(root)?.strip_prefix('\\').map(str::to_owned)).collect()
    }

    /// Without a key and all below it.
    fn without(&self, below: &str) -> Export {
        let key = format!("{}\\{below}", &ROOT[1..]);
        let is_kept = |other: &str| other != key && !other.starts_with(&format!("{key}\\"));
        let keys = self.keys.iter().filter(|(other, _)| is_kept(other)).cloned().collect();
        Export { keys }
    }

    fn values(&mut self, below: &str) -> &mut Vec<String> {
        let key = if below.is_empty() { ROOT[1..].to_owned() } else { format!("{}\\{below}", &ROOT[1..]) };
        &mut self.keys.iter_mut().find(|(other, _)| *other == key).expect("the export has this key").1
    }

    /// With another value, or with none.
    fn with(&self, below: &str, name: &str, data: Option<String>) -> Export {
        let mut changed = self.clone();
        let values = changed.values(below);
        let start = format!("\"{name}\"=");
        let at = values.iter().position(|value| value.starts_with(&start)).expect("the key has this value");
        match data {
            Some(data) => values[at] = format!("{start}{data}"),
            None => drop(values.remove(at)),
        }
        changed
    }

    fn value(&self, below: &str, name: &str) -> String {
        let start = format!("\"{name}\"=");
        let mut copy = self.clone();
        let value = copy.values(below).iter().find_map(|value| value.strip_prefix(&start).map(str::to_owned));
        value.expect("the key has this value")
    }

    fn item(&self, below: &str) -> PackedItem {
        let hex = self.value(below, "PackedCatalogItem");
        let bytes = hex.trim_start_matches("hex:").split(',');
        let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 16).expect("a byte")).collect();
        PackedItem::from_bytes(&bytes).expect("888 bytes")
    }

    fn with_item(&self, below: &str, bytes: &[u8]) -> Export {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.with(below, "PackedCatalogItem", Some(format!("hex:{}", bytes.join(","))))
    }

    /// With another library in an item.
    fn redirected(&self, below: &str, path: &str) -> Export {
        let mut bytes = *self.item(below).as_bytes();
        bytes[..path.len()].copy_from_slice(path.as_bytes());
        bytes[path.len()..Field::LibraryPath.range().end].fill(0);
        self.with_item(below, &bytes)
    }
}

fn is_item(below: &str) -> bool {
    below.starts_with("Protocol_Catalog9") && below.matches('\\').count() == 2
}

fn is_name_space(below: &str) -> bool {
    below.starts_with("NameSpace_Catalog5") && below.matches('\\').count() == 2
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', r"\\"))
}

/// All damages, each with what it is.
fn damages() -> Vec<(String, Export)> {
    let sound = Export::sample();
    let keys = sound.below();
    let mut damages: Vec<(String, Export)> = Vec::new();
    let mut damage = |what: String, export: Export| damages.push((what, export));

    for key in &keys {
        damage(format!("key {key} deleted"), sound.without(key));
    }
    // As if 64-bit entries had never been, and then as if a catalog had never been.
    for catalog in ["Protocol_Catalog9", "NameSpace_Catalog5"] {
        for (bits, counter) in [("", "Num_Catalog_Entries"), ("64", "Num_Catalog_Entries64")] {
            for wrong in ["0", "1", "6", "15", "17", "4294967295"] {
                let number: u32 = wrong.parse().expect("a number");
                let data = format!("dword:{number:08x}");
                damage(format!("{counter} of {catalog} is {wrong}"), sound.with(catalog, counter, Some(data)));
            }
            let uncounted = sound.with(catalog, counter, None);
            damage(format!("{counter} of {catalog} gone"), uncounted.clone());
            let entries = format!(r"{catalog}\Catalog_Entries{bits}");
            damage(format!("{entries} and its counter gone"), uncounted.without(&entries));
        }
    }
    for key in keys.iter().filter(|key| is_item(key)) {
        for path in &ELSEWHERE[..2] {
            damage(format!("{key} leads to {path}"), sound.redirected(key, path));
        }
        damage(format!("{key} holds zeros"), sound.with_item(key, &[0; 888]));
    }
    let provider = |key: &String| sound.item(key).info().expect("it can be read").provider_id;
    let providers: BTreeSet<_> = keys.iter().filter(|key| is_item(key)).map(provider).collect();
    for id in &providers {
        for path in ELSEWHERE {
            let own = keys.iter().filter(|key| is_item(key) && provider(key) == *id);
            let all = own.fold(sound.clone(), |export, key| export.redirected(key, path));
            damage(format!("all of {id} lead to {path}"), all);
        }
    }
    for key in keys.iter().filter(|key| is_name_space(key)) {
        for path in &ELSEWHERE[..2] {
            let export = sound.with(key, "LibraryPath", Some(quoted(path)));
            damage(format!("{key} leads to {path}"), export);
        }
        damage(format!("{key} has no library"), sound.with(key, "LibraryPath", None));
    }
    for bits in ["", "64"] {
        let entries = format!(r"NameSpace_Catalog5\Catalog_Entries{bits}");
        let dns = format!(r"{entries}\000000000004");
        damage(format!("DNS disabled in {entries}"), sound.with(&dns, "Enabled", Some("dword:00000000".to_owned())));
        // Removed as an uninstaller does it: the last provider takes its key, and the counter follows.
        let mut removed = sound.clone();
        *removed.values(&dns) = removed.values(&format!(r"{entries}\000000000007")).clone();
        let removed = removed.without(&format!(r"{entries}\000000000007"));
        let counter = format!("Num_Catalog_Entries{bits}");
        let removed = removed.with("NameSpace_Catalog5", &counter, Some("dword:00000006".to_owned()));
        damage(format!("DNS removed from {entries}"), removed);
    }
    for name in ["AutodialDLL", "NameSpace_Callout"] {
        for path in [r"C:\ProgramData\a.dll", r"%SystemRoot%\system32\a.dll", "a.dll", r"C:\Windows\Temp\rasadhlp.dll"]
        {
            damage(format!("{name} is {path}"), sound.with("", name, Some(quoted(path))));
        }
        damage(format!("{name} is a number"), sound.with("", name, Some("dword:00000001".to_owned())));
    }
    // A base protocol of nobody's in front of all, in the place of Hyper-V's.
    for bits in ["", "64"] {
        let first = format!(r"Protocol_Catalog9\Catalog_Entries{bits}\000000000001");
        let mut bytes = *sound.item(&format!(r"Protocol_Catalog9\Catalog_Entries{bits}\000000000003")).as_bytes();
        bytes[Field::ProviderId.range()].fill(0x5a);
        bytes[Field::CatalogEntryId.range()].copy_from_slice(&1001_u32.to_le_bytes());
        damage(format!("a foreign base is the first of {bits:?}"), sound.with_item(&first, &bytes));
    }
    damages
}

fn read(text: &str) -> Reading {
    winsock::read("damaged.reg", text.as_bytes(), None, &Options::default())
        .expect("an export")
        .expect("it can be read")
}

fn is_loud(severity: Severity) -> bool {
    matches!(severity, Severity::Warning | Severity::Error)
}

#[test]
fn no_damage_of_a_real_catalog_is_called_sound() {
    let damages = damages();
    let names: HashSet<&str> = damages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((damages.len(), names.len()), (270, 270), "each damage is there once");
    let mut silent = Vec::new();
    for (name, export) in &damages {
        let text = export.text();
        let checked =
            check(&Loader::new().winsock(Options::default()).text("damaged.reg", text.as_str()), &Settings::new());
        if !checked.findings.iter().any(|finding| is_loud(finding.severity)) {
            silent.push(format!("check: {name}"));
        }
        let reading = read(&text);
        let report = report(&reading, None);
        if report.verdict.is_clean() || !report.findings.iter().any(|finding| is_loud(finding.severity)) {
            silent.push(format!("report: {name}"));
        }
        let plan = plan(&reading.store, &RepairOptions::default());
        let says = |plan: &Plan| !plan.steps.is_empty() || !plan.left.is_empty() || !plan.warnings.is_empty();
        if plan.as_ref().is_ok_and(|plan| !says(plan)) {
            silent.push(format!("repair: {name}"));
        }
        if plan.is_err() {
            silent.push(format!("repair gives up: {name}"));
        }
    }
    assert!(silent.is_empty(), "{} are silent: {silent:#?}", silent.len());
}

/// What is mended is sound, but for what is listed; no repair keeps an item that says nothing.
#[test]
fn what_repair_makes_of_a_damage_has_only_what_it_lists() {
    for (name, export) in damages() {
        let reading = read(&export.text());
        let mended = plan(&reading.store, &RepairOptions::default()).expect("an export can be repaired");
        let options = winsock::reg::WriteOptions::default();
        let written = winsock::reg::write(&mended.store, &options).expect("what was read can be written");
        let again = winsock::read("mended.reg", &written, None, &Options::default()).expect("an export");
        let again = again.expect("it can be read");
        assert_eq!(again.faults, [], "{name}");
        let found = report(&again, None).findings;
        let mut found: Vec<_> = found
            .iter()
            .filter(|finding| is_loud(finding.severity))
            .map(|finding| (finding.code, &finding.message))
            .collect();
        let mut listed: Vec<_> =
            mended.left.iter().chain(&mended.warnings).map(|finding| (finding.code, &finding.message)).collect();
        found.sort();
        listed.sort();
        assert_eq!(found, listed, "{name}");
        let is_layer = |item: &winsock::Item| item.kind() == ItemKind::Layer;
        assert!(!again.store.items().any(is_layer), "{name}: a layer that nobody installed");
        let sets: Vec<_> = again.store.sets.iter().map(|set| set.bits).collect();
        assert_eq!(sets.len(), 2, "{name}: {sets:?}");
    }
}

#[test]
fn real_catalogs_of_other_versions_are_sound() {
    for (name, bytes) in
        [("windows-7.reg", &include_bytes!("samples/windows-7.reg")[..]), ("windows-10-1709.reg", SAMPLE)]
    {
        let reading =
            winsock::read(name, bytes, None, &Options::default()).expect("an export").expect("it can be read");
        let found = report(&reading, None);
        assert!(found.verdict.is_clean(), "{name}: {:?}", found.verdict);
        let plan = plan(&reading.store, &RepairOptions::default()).expect("an export can be repaired");
        assert!(plan.steps.is_empty() && plan.left.is_empty() && plan.warnings.is_empty(), "{name}: {:?}", plan.steps);
        let loud = found.findings.iter().filter(|finding| is_loud(finding.severity)).collect::<Vec<_>>();
        assert!(loud.is_empty(), "{name}: {loud:#?}");
    }
}
