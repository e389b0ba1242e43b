//! What is written of a registry is a catalog that makes the same registry.

use super::generate::catalog_and_requests;
use super::{config, load};
use proptest::prelude::*;
use sockatlas::check::{Settings, check};
use sockatlas::edit::{format, to_toml};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{EntryRef, Loader, Registry, Request, compare};
use std::path::{Path, PathBuf};

/// All that can be read of an entry, but for where it is declared.
fn described(entry: EntryRef<'_>) -> String {
    let names = |entries: Vec<EntryRef<'_>>| entries.iter().map(EntryRef::name).collect::<Vec<_>>().join(" ");
    let options: Vec<_> = entry.options().iter().map(|option| (&option.name, option.value.to_string())).collect();
    let provider = entry.provider();
    [
        format!("{} {} {}", entry.kind(), entry.name(), entry.catalog_entry_id()),
        format!("{} {} {:?} {:?}", provider.name(), provider.module(), provider.id(), provider.library()),
        format!("{:?} {:?} {:?}", entry.family(), entry.socket_type(), entry.protocols()),
        format!("{} {} {}", entry.matches_zero(), entry.is_hidden(), entry.is_disabled()),
        format!("{:?} over {}", entry.services(), names(entry.stack().collect())),
        format!("{:?} {:?} {:?} {:?}", entry.needs(), entry.forbids(), entry.adds(), entry.removes()),
        format!("{:?} {:?}", entry.allow_below().map(names), entry.categories()),
        format!("{:?} {options:?}", entry.facts()),
    ]
    .join("; ")
}

/// The registry, an entry a line.
pub(crate) fn everything(registry: &Registry) -> Vec<String> {
    let providers = registry.providers().map(|of| format!("{of:?} {} {:?} {:?}", of.module(), of.id(), of.library()));
    let head = format!("{:?} {}", registry.title(), registry.dialect());
    let order: Vec<&str> = registry.selectable().map(|entry| entry.name()).collect();
    let applications: Vec<&str> = registry.applications().collect();
    let head = [head, order.join(" "), applications.join(" ")];
    head.into_iter().chain(providers).chain(registry.entries().map(described)).collect()
}

/// What a check finds: code, severity and message, without places.
fn findings(loader: &Loader, coverage: bool) -> Vec<String> {
    let report = check(loader, &Settings::new().coverage(coverage));
    let mut found: Vec<String> = report
        .findings
        .iter()
        // This one is about files.
        .filter(|finding| finding.code != "writable-by-others")
        .map(|finding| format!("{} {:?}: {}", finding.code, finding.severity, finding.message))
        .collect();
    found.push(format!("{:?}", report.tally.coverage));
    found.push(format!("{} tests, {} proved", report.tally.expectations, report.tally.proved));
    found.sort();
    found
}

/// Requests over all families, types and protocols that catalogs here are about, and some beyond.
pub(crate) fn grid(registry: &Registry) -> impl Iterator<Item = Request> {
    let families: Vec<Family> = registry.entries().filter_map(|entry| entry.family()).collect();
    let families = [vec![Family::UNSPEC, Family::INET, Family::from_raw(4_321)], families].concat();
    let protocols = [-1, 0, 1, 2, 3, 6, 17, 58, 132, 255, 256, 262, 263, 4_321, i32::MIN, i32::MAX];
    families.into_iter().flat_map(move |family| {
        (-1..12).flat_map(move |socket_type| {
            protocols
                .map(|protocol| Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol)))
        })
    })
}

pub(crate) fn answer(registry: &Registry, request: &Request) -> String {
    match registry.resolve(request) {
        Ok(selection) => selection.name().to_owned(),
        Err(refusal) => registry.refusal_text(&refusal),
    }
}

/// Writes what a loader loads, reads it back, and gives the text.
#[track_caller]
fn round_trip(name: &str, loader: &Loader) -> String {
    let was = loader.load().unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = to_toml(&was);
    let again = Loader::new().text("written.toml", text.as_str());
    let is = again.load().unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    assert_eq!(everything(&was), everything(&is), "{name}\n{text}");
    assert_eq!(compare(&was, &is), [], "{name}\n{text}");
    for request in grid(&was) {
        assert_eq!(answer(&was, &request), answer(&is, &request), "{name}: {}", was.request_text(&request));
    }
    assert_eq!(to_toml(&is), text, "{name}");
    assert_eq!(format(&text).as_ref(), Ok(&text), "{name}");
    // What is covered of a catalog that ships is its own business, until it is written as a part of another.
    let coverage = !was.sources().iter().any(|(_, source)| source.is_shipped());
    assert_eq!(findings(loader, coverage), findings(&again, coverage), "{name}\n{text}");
    text
}

fn catalog(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn every_shipped_catalog_reads_back_as_it_was() {
    for name in ["linux.toml", "linux-modules.toml", "windows.toml", "macos.toml", "layers.toml"] {
        let mut loader = Loader::new();
        if name == "layers.toml" {
            loader = loader.path(catalog("catalogs/linux.toml"));
        }
        let text = round_trip(name, &loader.path(catalog("catalogs").join(name)));
        assert!(text.lines().all(|line| line.chars().count() <= 120 || line.starts_with("request")), "{name}\n{text}");
    }
}

#[test]
fn every_catalog_of_the_examples_reads_back_as_it_was() {
    for name in ["custom_layer.toml", "custom_base.toml", "custom_protocol.toml", "site.toml", "leaking.toml"] {
        round_trip(name, &Loader::new().path(catalog("examples").join(name)));
    }
}

#[test]
fn a_catalog_with_every_key_reads_back_as_it_was() {
    let text = round_trip("whole.toml", &Loader::new().path(catalog("tests/schema/whole.toml")));
    // The only ids that are stated are those that no numbering gives.
    assert_eq!(text.matches("\ncatalog-entry-id").count(), 3);
    assert!(
        text.contains("order   = [\"whole-chain\", \"several\"]\n"),
        "the group's name stands for all of it\n{text}"
    );
    assert!(text.contains("base   = [\"tcp4\", \"tcp6\"]\n"), "the group is one table\n{text}");
}

#[test]
fn what_only_winsock_catalogs_say_reads_back_as_it_was() {
    let packed = "AAEC".repeat(888 / 3);
    let text = format!(
        r#"
        format = 1
        dialect = "windows"
        [provider.msafd]
        id = "e70f1aa0-ab8b-11cf-8ca3-00805f48a192"
        library = '%SystemRoot%\system32\mswsock.dll'
        [base.tcp4]
        provider = "msafd"
        family = "inet"
        type = "stream"
        protocol = "tcp"
        catalog-entry-id = 1007
        winsock = {{ bits = 64, library = 'C:\it''s "here".dll', packed = "{packed}" }}
        [base.tcp4-32]
        provider = "msafd"
        family = "inet"
        type = "stream"
        protocol = {{ from = 6, to = 7 }}
        catalog-entry-id = 1007
        unknown = ["matches-zero", "hidden"]
        winsock = {{ bits = 32 }}
        [application.shell]
        permit = ["system", "0x40000000"]
        winsock = {{ path = 'C:\Windows\explorer.exe', key = "2C69D9F1", arguments = "-k \"net\"\tsvc" }}
        [winsock]
        next-catalog-entry-id = 4294967295
        serial-access-number = 7
        order-32 = ["tcp4-32"]
        order-64 = ["tcp4"]
        "#
    );
    // Single quotes cannot stand in a literal string.
    let text = text.replace(r#"'C:\it''s "here".dll'"#, r#""C:\\it's \"here\".dll""#);
    let text = text.replace("[application.shell]", "[application.\"*\"]\npermit = []\n[application.shell]");
    let text = text.replace("[winsock]", "[lint]\nno-such-rule = \"note\"\n[winsock]");
    let text = format!("disable = [\"tcp4-32\"]\n{text}");
    let written = round_trip("winsock", &Loader::new().text("winsock.toml", text.as_str()));
    assert!(written.contains("library = '%SystemRoot%\\system32\\mswsock.dll'\n"), "{written}");
    assert!(written.contains("\n[base.tcp4.winsock]\n"), "{written}");
    assert!(written.contains("order-32              = [\"tcp4-32\"]\n"), "{written}");
    assert!(written.contains("order-64              = [\"tcp4\"]\n"), "{written}");
}

#[test]
fn a_protocol_that_means_another_number_in_each_family_keeps_its_name() {
    let catalog = r#"
        format = 1
        dialect = "linux"
        [provider.one]
        [family.acme]
        number = 201
        protocols = { widget = 1, gadget = 2 }
        [family.bolt]
        number = 202
        protocols = { widget = 9, gadget = 3 }
        [base.a]
        provider = "one"
        family = "acme"
        type = "stream"
        protocol = "any"
        [base.b]
        provider = "one"
        family = "bolt"
        type = "stream"
        protocol = "any"
        [layer.l]
        provider = "one"
        [chain.c]
        layers = ["l"]
        base = ["a", "b"]
        protocol = ["gadget", "widget", 4, { from = 20, to = 30 }]
        matches-zero = false
        services = []
    "#;
    let written = round_trip("families", &Loader::new().text("families.toml", catalog));
    assert!(written.contains(r#"["gadget", "widget", 4, { from = 20, to = 30 }]"#), "{written}");
}

#[test]
fn texts_and_options_of_all_kinds_read_back() {
    let catalog = r#"
        format = 1
        title = "a \"quoted\" title\nof two lines, \u0000 \u007f \\ é \U0001F600"
        [provider.one]
        module = "no-such-module"
        [layer.l]
        provider = "one"
        summary = '''it's "both"'''
        [layer.l.options]
        numbers = [1, -2.5, 1e300, inf, -inf, 9223372036854775807]
        "quoted key" = { "a.b" = true, when = 1979-05-27T07:32:00Z, time = 07:32:00, none = {}, empty = [] }
        long = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        lines = """
first
second"""
    "#;
    let written = round_trip("options", &Loader::new().text("options.toml", catalog));
    assert!(written.contains("\n[layer.l.options]\n"), "{written}");
}

#[test]
fn a_path_counts_from_the_folder_of_the_catalog_that_says_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site.toml");
    let catalog = "format = 1\n[provider.tls]\n[layer.tls]\nprovider = 'tls'\nadds = ['encrypted']\noptions = { roots = 'roots.pem' }";
    std::fs::write(&site, catalog).expect("a file is written");
    let registry = Loader::new().path(&site).load().expect("a sound catalog");
    let text = to_toml(&registry);
    let whole = folder.path().join("roots.pem").display().to_string();
    let again = Loader::new().text("again.toml", text.as_str()).load().expect("a sound catalog");
    let option = again.entry("tls").and_then(|entry| entry.option("roots")).map(|option| option.value.to_string());
    assert_eq!(option, Some(format!("{whole:?}")), "{text}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_registry_reads_back_as_it_was((catalog, requests) in catalog_and_requests()) {
        let was = load(&catalog);
        let text = to_toml(&was);
        let is = Loader::new().text("written.toml", text.as_str()).load();
        let is = is.unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(everything(&was), everything(&is), "{}\n{}", catalog, text);
        prop_assert_eq!(compare(&was, &is), [], "{}\n{}", catalog, text);
        for request in requests {
            let request = request.asked();
            prop_assert_eq!(answer(&was, &request), answer(&is, &request), "{}\n{}", catalog, text);
        }
        prop_assert_eq!(to_toml(&is), text.as_str(), "{}", catalog);
        prop_assert_eq!(format(&text), Ok(text));
    }
}
