//! A real Winsock catalog as a catalog of sockatlas, and back.

use sockatlas::terms::{ErrorCode, Family, Protocol, SocketType, System};
use sockatlas::winsock::{self, Bitness, Export, Item, Options, PackedItem, Store, reg};
use sockatlas::{Loader, Registry, Request, compare};

const SAMPLE: &[u8] = include_bytes!("samples/windows-10-1709.reg");

fn loaded(loader: Loader) -> Registry {
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

fn sample() -> Registry {
    loaded(Loader::new().winsock(Options::default()).bytes("windows-10-1709.reg", SAMPLE))
}

fn shipped() -> Registry {
    loaded(Loader::new().path("builtin:windows.toml"))
}

/// What an export tells.
fn store(bytes: &[u8]) -> Store {
    let reading = winsock::read("export.reg", bytes, None, &Options::default()).expect("it is an export");
    let reading = reading.unwrap_or_else(|kind| panic!("{kind}"));
    assert!(reading.faults.is_empty(), "{:?}", reading.faults);
    reading.store
}

fn request(family: i32, socket_type: i32, protocol: i32) -> Request {
    let family = Family::from_number(family, System::Windows);
    Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
}

#[test]
fn the_32_items_of_a_real_catalog_are_the_16_entries_of_the_shipped_one() {
    let (sample, shipped) = (sample(), shipped());
    let names = |registry: &Registry| registry.entries().map(|entry| entry.name().to_owned()).collect::<Vec<_>>();
    let expected = [
        "hyperv",
        "unix",
        "tcp4",
        "udp4",
        "raw4",
        "tcp6",
        "udp6",
        "raw6",
        "rsvp-tcp6",
        "rsvp-tcp4",
        "rsvp-udp6",
        "rsvp-udp4",
        "l2cap",
        "rfcomm",
        "vsock-dgram",
        "vsock-stream",
    ];
    assert_eq!(
        (names(&sample), names(&shipped)),
        (expected.map(str::to_owned).into(), expected.map(str::to_owned).into())
    );
    let ids: Vec<i32> = sample.entries().map(|entry| entry.catalog_entry_id()).collect();
    assert_eq!(ids, [1001, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1002, 1003, 1004, 1005, 1013, 1014, 1015, 1016]);
    let order = |registry: &Registry| registry.selectable().map(|entry| entry.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(order(&sample), order(&shipped));
    for (entry, expected) in sample.entries().zip(shipped.entries()) {
        let name = entry.name();
        assert_eq!(entry.catalog_entry_id(), expected.catalog_entry_id(), "{name}");
        assert_eq!((entry.family(), entry.socket_type()), (expected.family(), expected.socket_type()), "{name}");
        assert_eq!(
            (entry.protocols(), entry.matches_zero()),
            (expected.protocols(), expected.matches_zero()),
            "{name}"
        );
        assert_eq!((entry.services(), entry.is_hidden()), (expected.services(), expected.is_hidden()), "{name}");
        let provider = entry.provider();
        let other = expected.provider();
        assert_eq!((provider.name(), provider.id(), provider.module()), (other.name(), other.id(), other.module()));
        assert_eq!(provider.library(), other.library(), "{name}");
        let (facts, stated) = (entry.facts(), expected.facts());
        assert_eq!((facts.version, facts.message_size), (stated.version, stated.message_size), "{name}");
        assert_eq!((facts.address_size, facts.byte_order), (stated.address_size, stated.byte_order), "{name}");
        assert_eq!((facts.security_scheme, facts.recommended), (stated.security_scheme, stated.recommended), "{name}");
        assert!(facts.unknown.is_empty(), "{name}: the export tells all");
    }
    assert_eq!(sample.title(), Some("The Winsock catalog of a registry export"));
}

#[test]
fn every_request_has_the_answer_of_the_shipped_catalog() {
    let (sample, shipped) = (sample(), shipped());
    let families = [-1, 0, 1, 2, 16, 17, 23, 26, 28, 32, 34, 57005, i32::MAX, i32::MIN];
    let protocols = (-2..=300).chain([57005, i32::MIN, i32::MAX]);
    let (mut selected, mut refused) = (0, 0);
    for family in families {
        for socket_type in (-1..=6).chain([57005]) {
            for protocol in protocols.clone() {
                let request = request(family, socket_type, protocol);
                let answers = [&sample, &shipped].map(|registry| {
                    let answer = registry.resolve(&request);
                    answer.map(|it| (it.name().to_owned(), it.protocol())).map_err(|refusal| refusal.code())
                });
                assert_eq!(answers[0], answers[1], "{family} {socket_type} {protocol}");
                if answers[0].is_ok() { selected += 1 } else { refused += 1 }
            }
        }
    }
    assert!(selected > 500 && refused > 30_000, "{selected} selected, {refused} refused");
    // And not only these: no request at all has another answer, whatever it demands and whoever asks.
    assert_eq!(compare(&shipped, &sample), []);
}

#[test]
fn every_call_that_wine_tests_on_native_windows_has_its_result() {
    let sample = sample();
    let lines = include_str!("../oracle/windows.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut held = 0;
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let &[family, socket_type, protocol, "NULL", expected, ref result @ ..] = columns.as_slice() else {
            panic!("a line of another form: {line}");
        };
        let number = |text: &str| text.parse::<i32>().unwrap_or_else(|_| panic!("no number in: {line}"));
        let answer = sample.resolve(&request(number(family), number(socket_type), number(protocol)));
        match answer {
            Ok(selection) => {
                let family = selection.family().number(System::Windows);
                let triple = [family, Some(selection.socket_type().number()), Some(selection.protocol().number())];
                assert_eq!((expected, triple), ("0 OK", [0, 1, 2].map(|at| result.get(at).map(|text| number(text)))));
            }
            Err(refusal) => {
                assert_eq!(format!("{} {}", refusal.wsa().number(), refusal.wsa().name()), expected, "for {line}");
            }
        }
        held += 1;
    }
    assert_eq!(held, 19);
}

#[test]
fn out_of_the_catalog_comes_the_export_that_went_in() {
    let Export { store: out, remarks, .. } = winsock::export(&sample(), None);
    assert_eq!(remarks, []);
    let written = reg::write(&out, &reg::WriteOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    let (before, after) = (store(SAMPLE), store(&written));
    let items = |store: &Store, bits| {
        let set = store.set(bits).expect("both sets are there");
        assert_eq!(set.count.as_ref().map(|count| count.value), Some(16));
        let item = |item: &Item| (item.key.as_ref().map(|key| key.value.clone()), item.packed.clone());
        set.items.iter().map(item).collect::<Vec<(Option<String>, Option<PackedItem>)>>()
    };
    for bits in Bitness::ALL {
        assert_eq!(items(&after, bits), items(&before, bits));
        assert!(items(&after, bits).iter().all(|(_, packed)| packed.is_some()));
    }
    assert_eq!(after.items().count(), 32);
    let counters = |store: &Store| {
        let value = |stated: &Option<winsock::Stated<u32>>| stated.as_ref().map(|stated| stated.value);
        (value(&store.next_catalog_entry_id), value(&store.serial_access_number))
    };
    assert_eq!((counters(&after), counters(&before)), ((Some(1017), Some(12)), (Some(1017), Some(12))));
    let applications = |store: &Store| {
        let application = |it: &winsock::ApplicationCategories| {
            let path = it.path.as_ref().map(|path| path.value.clone());
            (it.key.value.clone(), path, it.categories.as_ref().map(|stated| stated.value.bits()))
        };
        store.applications.iter().map(application).collect::<Vec<_>>()
    };
    assert_eq!(applications(&after), applications(&before));
    assert_eq!(applications(&after).len(), 3);
}

#[test]
fn entries_of_windows_two_catalogs_may_share_an_id_and_the_enabled_one_has_it() {
    let text = |first: &str, second: &str| {
        let base = |name: &str, winsock: &str| {
            format!(
                "[base.{name}]\nprovider = 'k'\nfamily = 2\ntype = 1\nprotocol = 6\ncatalog-entry-id = 1001\n{winsock}\n"
            )
        };
        format!(
            "format = 1\ndialect = 'windows'\ndisable = ['narrow']\n[provider.k]\nmodule = 'system'\n{}{}",
            base("narrow", first),
            base("wide", second)
        )
    };
    let load = |first, second| Loader::new().text("site.toml", text(first, second)).load();
    let registry = load("winsock = { bits = 32 }", "winsock = { bits = 64 }").unwrap_or_else(|error| panic!("{error}"));
    let by_id = registry.resolve(&request(0, 0, 0).entry_id(1001)).map(|selection| selection.name().to_owned());
    assert_eq!(by_id, Ok("wide".to_owned()));
    let named = registry.resolve(&request(0, 0, 0).entry("narrow")).map(|selection| selection.name().to_owned());
    assert_eq!(named.map_err(|refusal| refusal.code()), Err(ErrorCode::NoSuchEntry), "it is disabled");
    for (first, second) in
        [("", ""), ("winsock = { bits = 32 }", ""), ("winsock = { bits = 64 }", "winsock = { bits = 64 }")]
    {
        let error = load(first, second).expect_err("one catalog has both");
        let text = text(first, second);
        let places = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("catalog-entry-id"));
        let second_place = places.map(|(line, _)| line).nth(1).expect("both state it");
        assert_eq!(error.to_string(), format!("site.toml:{second_place}:20: catalog entry id 1001 is stated twice"));
    }
}
