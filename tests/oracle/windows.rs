//! What native Windows answers, against `catalogs/windows.toml`.
//!
//! `windows.tsv` holds calls of WSASocket and their results as the Wine project's test suite asserts them for native
//! Windows. The values of entries are those of a Windows 10 1709 registry export.

use sockatlas::terms::{ErrorCode, Family, Protocol, Services, SocketType, System};
use sockatlas::{Loader, Registry, Request, Selection};

fn windows() -> Registry {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogs/windows.toml");
    Loader::new().path(path).load().unwrap_or_else(|error| panic!("{error}"))
}

fn request(family: i32, socket_type: i32, protocol: i32) -> Request {
    let family = Family::from_number(family, System::Windows);
    Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
}

fn numbers(selection: &Selection<'_>) -> (Option<i32>, i32, i32) {
    (selection.family().number(System::Windows), selection.socket_type().number(), selection.protocol().number())
}

#[test]
fn every_call_that_wine_tests_on_native_windows_has_its_result() {
    let windows = windows();
    let lines = include_str!("windows.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut held = 0;
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let &[family, socket_type, protocol, "NULL", expected, ref result @ ..] = columns.as_slice() else {
            panic!("a line of another form: {line}");
        };
        let number = |text: &str| text.parse::<i32>().unwrap_or_else(|_| panic!("no number in: {line}"));
        let request = request(number(family), number(socket_type), number(protocol));
        match (windows.resolve(&request), expected) {
            (Ok(selection), "0 OK") => {
                let result: Vec<i32> = result.iter().map(|text| number(text)).collect();
                let (family, socket_type, protocol) = numbers(&selection);
                assert_eq!([family, Some(socket_type), Some(protocol)], [0, 1, 2].map(|at| result.get(at).copied()));
            }
            (Err(refusal), expected) => {
                let wsa = refusal.wsa();
                assert_eq!(format!("{} {}", wsa.number(), wsa.name()), expected, "for {line}");
            }
            (Ok(selection), _) => panic!("{} is selected for {line}", selection.name()),
        }
        held += 1;
    }
    assert_eq!(held, 19);
}

#[test]
fn raw_ip_answers_to_its_whole_range_and_to_nothing_beyond() {
    let windows = windows();
    for (family, name) in [(2, "raw4"), (23, "raw6")] {
        for protocol in 0..=255 {
            let request = request(family, 3, protocol);
            let selection = windows.resolve(&request).expect("in the range");
            assert_eq!((selection.name(), numbers(&selection)), (name, (Some(family), 3, protocol)));
        }
        for protocol in [256, -1, i32::MIN, i32::MAX] {
            let refusal = windows.resolve(&request(family, 3, protocol)).expect_err("beyond the range");
            assert_eq!(refusal.wsa().number(), 10043, "protocol {protocol}");
        }
    }
}

#[test]
fn a_hidden_entry_is_found_though_it_is_not_listed() {
    let windows = windows();
    let raw = windows.resolve(&request(2, 3, 1)).expect("hidden entries take part");
    assert!(raw.entry().is_hidden());
    let hidden: Vec<&str> = windows.selectable().filter(|entry| entry.is_hidden()).map(|entry| entry.name()).collect();
    assert_eq!(hidden, ["raw4", "raw6"]);
    // Without a type it is found as well, where no entry before it has the protocol.
    assert_eq!(windows.resolve(&request(2, 0, 1)).expect("only raw has ICMP").name(), "raw4");
    assert_eq!(windows.resolve(&request(0, 0, 1)).expect("only raw and Hyper-V have 1").name(), "hyperv");
}

#[test]
fn fields_left_open_are_taken_from_the_entry_that_is_named() {
    let windows = windows();
    for entry in windows.selectable() {
        for open in [0, -1] {
            let by_name = request(open, open, open).entry(entry.name());
            let by_id = request(open, open, open).entry_id(entry.catalog_entry_id());
            let selection = windows.resolve(&by_name).expect("all is taken from the entry");
            assert_eq!(windows.resolve(&by_id).as_ref(), Ok(&selection));
            assert_eq!(selection.entry(), entry);
            let first = entry.protocols().map(|protocols| protocols.first());
            assert_eq!(Some(selection.protocol().number()), first, "the first number of its set as written");
            assert_eq!(Some(selection.family()), entry.family());
            assert_eq!(Some(selection.socket_type()), entry.socket_type());
        }
    }
    // Explicit values win over those of the entry, as long as they fit.
    let selection = windows.resolve(&request(-1, -1, 47).entry("raw4")).map(|selection| selection.protocol());
    assert_eq!(selection, Ok(Protocol::GRE));
}

#[test]
fn explicit_values_that_disagree_with_the_named_entry_are_refused() {
    let windows = windows();
    let mismatches = [
        (request(23, 1, 6).entry("tcp4"), "entry `tcp4` has family `inet`, but family `inet6` is asked for"),
        (request(2, 2, 6).entry("tcp4"), "entry `tcp4` has type `stream`, but type `dgram` is asked for"),
        (request(0, -1, 17).entry_id(1007), "entry `tcp4` has protocol tcp, but protocol `udp` is asked for"),
        (request(0, 0, 256).entry("raw4"), "entry `raw4` has protocol 0 to 255, but protocol `256` is asked for"),
        (
            request(0, 0, 0).entry("tcp4").provider("rsvp"),
            "entry `tcp4` has provider `tcpip`, but provider `rsvp` is asked for",
        ),
    ];
    for (request, message) in mismatches {
        let refusal = windows.resolve(&request).expect_err(message);
        assert_eq!((refusal.code(), refusal.wsa().number()), (ErrorCode::EntryMismatch, 10022));
        assert_eq!(refusal.to_string(), message);
    }
}

#[test]
fn the_rsvp_duplicates_never_win_unless_they_are_asked_for() {
    let windows = windows();
    let is_rsvp = |name: &str| name.starts_with("rsvp-");
    for family in [0, 2, 23, 57005] {
        for socket_type in 0..=5 {
            for protocol in -1..=262 {
                if let Ok(selection) = windows.resolve(&request(family, socket_type, protocol)) {
                    assert!(!is_rsvp(selection.name()), "{} wins {family} {socket_type} {protocol}", selection.name());
                }
            }
        }
    }
    let asked = [
        request(2, 1, 6).require(Services::QOS_SUPPORTED),
        request(2, 1, 6).prefer(Services::QOS_SUPPORTED),
        request(2, 1, 6).provider("rsvp"),
        request(2, 1, 6).entry_id(1003),
    ];
    for request in asked {
        assert_eq!(windows.resolve(&request).expect("asked for").name(), "rsvp-tcp4", "{request}");
    }
}

/// What the registry of Windows 10 1709 holds, in catalog order: dwCatalogEntryId, our name, iAddressFamily, iSocketType, iProtocol
/// and iProtocolMaxOffset, PFL_MATCHES_PROTOCOL_ZERO, PFL_HIDDEN, dwServiceFlags1, iVersion, dwMessageSize, iMin- and iMaxSockAddr.
const ENTRIES: &str = "\
1001 hyperv: 34 1 1+0 zero 0x20026 version 2 message 0 address 36-36
1006 unix: 1 1 0+0 zero 0x20026 version 2 message 0 address 2-110
1007 tcp4: 2 1 6+0 zero 0x20066 version 2 message 0 address 16-16
1008 udp4: 2 2 17+0 zero 0x20609 version 2 message 65527 address 16-16
1009 raw4: 2 3 0+255 zero hidden 0x20609 version 2 message 32768 address 16-16
1010 tcp6: 23 1 6+0 zero 0x20066 version 2 message 0 address 28-28
1011 udp6: 23 2 17+0 zero 0x20609 version 2 message 65527 address 28-28
1012 raw6: 23 3 0+255 zero hidden 0x20609 version 2 message 32768 address 28-28
1002 rsvp-tcp6: 23 1 6+0 zero 0x22066 version 2 message 0 address 28-28
1003 rsvp-tcp4: 2 1 6+0 zero 0x22066 version 2 message 0 address 16-16
1004 rsvp-udp6: 23 2 17+0 zero 0x22609 version 2 message 65527 address 28-28
1005 rsvp-udp4: 2 2 17+0 zero 0x22609 version 2 message 65527 address 16-16
1013 l2cap: 32 1 256+0 zero 0x20006 version 2 message 0 address 30-30
1014 rfcomm: 32 1 3+0 zero 0x20026 version 2 message 0 address 30-30
1015 vsock-dgram: 28 2 0+0 zero 0x9 version 0 message 0 address 16-16
1016 vsock-stream: 28 1 0+0 zero 0x26 version 0 message 0 address 16-16
";

#[test]
fn every_entry_has_the_values_of_windows_10_1709() {
    let windows = windows();
    let mut entries = String::new();
    for entry in windows.selectable() {
        let (facts, protocols) = (entry.facts(), entry.protocols().expect("selectable"));
        let &[(from, to)] = protocols.ranges() else { panic!("{} has several ranges", entry.name()) };
        let sizes = facts.address_size.expect("Windows states it");
        entries += &format!(
            "{} {}: {} {} {from}+{}{}{} {:#x} version {} message {} address {}-{}\n",
            entry.catalog_entry_id(),
            entry.name(),
            entry.family().and_then(|family| family.number(System::Windows)).expect("a number of Windows"),
            entry.socket_type().map(SocketType::number).expect("selectable"),
            to - from,
            if entry.matches_zero() { " zero" } else { "" },
            if entry.is_hidden() { " hidden" } else { "" },
            entry.services().xp1(),
            facts.version.expect("Windows states it"),
            facts.message_size.expect("Windows states it"),
            sizes.min,
            sizes.max,
        );
    }
    assert_eq!(entries, ENTRIES);
    assert_eq!(windows.entries().len(), 16, "no layer, no chain");
}

#[test]
fn what_is_selected_has_the_providers_guid_of_windows() {
    let windows = windows();
    let guids = [
        ((34, 1, 1), "1234191b-4bf7-4ca7-86e0-dfd7c32b5445"),
        ((1, 1, 0), "a00943d9-9c2e-4633-9b59-0057a3160994"),
        ((2, 1, 6), "e70f1aa0-ab8b-11cf-8ca3-00805f48a192"),
        ((2, 2, 17), "e70f1aa0-ab8b-11cf-8ca3-00805f48a192"),
        ((23, 3, 58), "f9eab0c0-26d4-11d0-bbbf-00aa006c34e4"),
        ((32, 1, 3), "9fc48064-7298-43e4-b7bd-181f2089792a"),
        ((28, 2, 0), "570adc4b-67b2-42ce-92b2-acd33d88d842"),
    ];
    for ((family, socket_type, protocol), guid) in guids {
        let selection = windows.resolve(&request(family, socket_type, protocol)).expect("Windows has it");
        let id = selection.entry().provider().id().expect("every provider of Windows has a GUID");
        assert_eq!(id.to_string(), guid, "of {}", selection.name());
    }
}
