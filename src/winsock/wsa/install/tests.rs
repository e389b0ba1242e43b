use super::*;
use crate::catalog::{FileId, Sources};
use crate::winsock::info::{Further, ProtocolChain, provider_flags};
use crate::winsock::{self, Options, SourceForm, rules};

const IFS_HANDLES: u32 = 0x20000;
const MATCHES_ZERO: u32 = provider_flags::MATCHES_PROTOCOL_ZERO;

fn nowhere() -> Span {
    let file: FileId = Sources::default().add("store", String::new());
    Span::beginning(file)
}

fn base(id: u32, triple: Triple, service_flags: u32, provider_flags: u32, name: &str) -> Item {
    let (address_family, socket_type, protocol) = triple;
    let info = ProtocolInfo {
        path: r"%SystemRoot%\system32\mswsock.dll".to_owned(),
        name: name.to_owned(),
        service_flags,
        provider_id: Uuid::from_u128(0xe70f_1aa0_ab8b_11cf_8ca3_0080_5f48_a192),
        catalog_entry_id: id,
        chain: ProtocolChain::BASE,
        version: 2,
        address_family,
        max_address_length: 16,
        min_address_length: 16,
        socket_type,
        protocol,
        further: Some(Further { provider_flags, message_size: 7, ..Further::default() }),
    };
    Item::new(info, nowhere())
}

/// Returns a set of TCP, UDP, hidden RAW, and TCP once more, with unsorted ids.
fn set(bits: Option<Bitness>) -> Set {
    let mut set = Set::new(bits, nowhere());
    set.items = vec![
        base(1003, (2, 1, 6), 0x20066, MATCHES_ZERO, "TCP"),
        base(1001, (2, 2, 17), 0x20609, MATCHES_ZERO, "UDP"),
        base(1002, (2, 3, 0), 0x609, MATCHES_ZERO | provider_flags::HIDDEN, "RAW"),
        base(1004, (2, 1, 6), 0x22066, MATCHES_ZERO, "RSVP TCP"),
    ];
    set.count = Some(Stated::new(4, nowhere()));
    for (number, item) in (1..).zip(&mut set.items) {
        item.key = Some(Stated::new(format!("{number:012}"), nowhere()));
        item.number = Some(number);
    }
    set
}

fn store(sets: Vec<Set>) -> Store {
    let mut store = Store::new(SourceForm::Reg);
    store.sets = sets;
    store.next_catalog_entry_id = Some(Stated::new(1010, nowhere()));
    store.serial_access_number = Some(Stated::new(5, nowhere()));
    store
}

fn foobar() -> Install {
    Install {
        service_flags: IFS_HANDLES,
        ..Install::new(Uuid::from_u128(0xF00), r"%SystemRoot%\system32\foobar.dll", "Foobar")
    }
}

fn installed(store: &Store, install: &Install) -> Installed {
    install_provider_and_chains(store, install).expect("nothing is in the way")
}

fn refused(store: &Store, install: &Install) -> InstallError {
    install_provider_and_chains(store, install).expect_err("something is in the way")
}

/// Formats each entry as `ID NAME LENGTH: IDS`.
fn lines(set: &Set) -> Vec<String> {
    let line = |item: &Item| {
        let chain = &item.info.chain;
        let ids: Vec<String> = chain.ids().iter().map(u32::to_string).collect();
        format!("{} {} {}: {}", item.id(), item.info.name, chain.length, ids.join(" "))
    };
    set.items.iter().map(line).collect()
}

#[test]
fn every_triple_is_covered_once_and_the_chains_stand_in_front() {
    let installed = installed(&store(vec![set(None)]), &foobar());
    assert_eq!(
        lines(&installed.store.sets[0]),
        [
            "1011 Foobar over [TCP] 2: 1010 1003",
            "1012 Foobar over [UDP] 2: 1010 1001",
            "1013 Foobar over [RAW] 2: 1010 1002",
            "1003 TCP 1: ",
            "1001 UDP 1: ",
            "1002 RAW 1: ",
            "1004 RSVP TCP 1: ",
            "1010 Foobar 0: ",
        ]
    );
    assert_eq!(installed.layer, 1010);
    assert_eq!(installed.sets[0].order, [1011, 1012, 1013, 1003, 1001, 1002, 1004, 1010]);
    assert_eq!(installed.sets[0].chains.iter().map(|chain| chain.below).collect::<Vec<_>>(), [1003, 1001, 1002]);
}

#[test]
fn the_counters_and_the_keys_are_those_of_the_new_catalog() {
    let installed = installed(&store(vec![set(None)]), &foobar());
    let store = &installed.store;
    assert_eq!(store.next_catalog_entry_id.as_ref().map(|next| next.value), Some(1014));
    assert_eq!(store.serial_access_number.as_ref().map(|serial| serial.value), Some(6));
    assert_eq!(store.sets[0].count.as_ref().map(|count| count.value), Some(8));
    let numbers: Vec<Option<u64>> = store.sets[0].items.iter().map(|item| item.number).collect();
    assert_eq!(numbers, (1..=8).map(Some).collect::<Vec<_>>());
    assert_eq!(store.sets[0].items[7].key.as_ref().map(|key| key.value.as_str()), Some("000000000008"));
}

#[test]
fn a_chain_has_the_fields_of_what_lies_below_and_is_never_hidden() {
    let installed = installed(&store(vec![set(None)]), &foobar());
    let items = &installed.store.sets[0].items;
    let (chain, below) = (&items[2].info, &items[5].info);
    assert_eq!(chain.name, "Foobar over [RAW]");
    assert_eq!(chain.path, r"%SystemRoot%\system32\foobar.dll");
    assert_eq!(chain.triple(), below.triple());
    assert_eq!(chain.has_provider_flags(MATCHES_ZERO), Some(true));
    assert_eq!(chain.has_provider_flags(provider_flags::HIDDEN), Some(false));
    assert_eq!(chain.service_flags, 0x609, "what is below has no handles of the file system, whatever the layer has");
    assert_eq!(chain.further.as_ref().map(|further| further.message_size), Some(7));
    let layer = &items[7].info;
    assert_eq!((layer.triple(), layer.service_flags), ((2, 1, 6), 0x20066), "as the first entry that is covered");
    assert_eq!(layer.has_provider_flags(provider_flags::HIDDEN | MATCHES_ZERO), Some(true));
    assert_eq!(layer.provider_id, foobar().provider_id);
    for item in [&items[2], &items[7]] {
        let packed = item.packed.as_ref().expect("all its fields are known").info();
        assert_eq!(packed.as_ref(), Ok(&item.info));
    }
}

#[test]
fn without_ifs_handles_no_chain_has_them() {
    let install = Install { service_flags: 0, ..foobar() };
    let installed = installed(&store(vec![set(None)]), &install);
    let flags: Vec<u32> = installed.sets[0].chains.iter().map(|chain| chain.info.service_flags).collect();
    assert_eq!(flags, [0x66, 0x609, 0x609]);
}

#[test]
fn each_chain_has_a_guid_of_its_own_and_the_same_each_time() {
    let guids = || -> Vec<Uuid> {
        let installed = installed(&store(vec![set(None)]), &foobar());
        installed.sets[0].chains.iter().map(|chain| chain.info.provider_id).collect()
    };
    let first = guids();
    assert_eq!(first, guids());
    let different: HashSet<Uuid> = first.iter().copied().chain([foobar().provider_id]).collect();
    assert_eq!(different.len(), 4);
    assert!(first.iter().all(|guid| guid.get_version_num() == 5));
}

#[test]
fn of_a_list_each_triple_is_covered_once_by_the_first_entry_that_has_it() {
    let install = Install { over: Some(vec![(2, 2, 17), (2, 1, 6), (2, 2, 17)]), ..foobar() };
    let installed = installed(&store(vec![set(None)]), &install);
    let expected = ["1011 Foobar over [UDP] 2: 1010 1001", "1012 Foobar over [TCP] 2: 1010 1003"];
    assert_eq!(lines(&installed.store.sets[0])[..2], expected);
    assert_eq!(installed.sets[0].chains.len(), 2);
}

#[test]
fn over_a_chain_its_id_stands_between_the_layer_and_what_it_has_below() {
    let first = installed(&store(vec![set(None)]), &foobar());
    let upper = Install { name: "Upper".to_owned(), provider_id: Uuid::from_u128(0xF01), ..foobar() };
    let second = installed(&first.store, &upper);
    assert_eq!(
        lines(&second.store.sets[0])[..4],
        [
            "1015 Upper over [Foobar over [TCP]] 3: 1014 1011 1003",
            "1016 Upper over [Foobar over [UDP]] 3: 1014 1012 1001",
            "1017 Upper over [Foobar over [RAW]] 3: 1014 1013 1002",
            "1011 Foobar over [TCP] 2: 1010 1003",
        ]
    );
}

#[test]
fn the_seventh_layer_finds_no_place() {
    let mut catalog = store(vec![set(None)]);
    for number in 0..6 {
        let layer = Install { name: format!("L{number}"), provider_id: Uuid::from_u128(0xF00 + number), ..foobar() };
        catalog = installed(&catalog, &layer).store;
    }
    assert_eq!(catalog.sets[0].items[0].info.chain.length, 7);
    let seventh = Install { name: "L6".to_owned(), provider_id: Uuid::from_u128(0xF06), ..foobar() };
    let error = refused(&catalog, &seventh);
    assert!(matches!(error, InstallError::ChainTooLong { length: 8, .. }), "{error}");
    assert_eq!(numbers(&error), [11003]);
}

fn numbers(error: &InstallError) -> Vec<i32> {
    error.wsa().iter().map(|wsa| wsa.number()).collect()
}

#[test]
fn both_bitnesses_get_the_same_ids_and_each_its_library() {
    let both = store(vec![set(Some(Bitness::Bits32)), set(Some(Bitness::Bits64))]);
    let install = Install { library_32: Some(r"C:\foobar\32.dll".to_owned()), ..foobar() };
    let installed = installed(&both, &install);
    let [narrow, wide] = installed.store.sets.as_slice() else { panic!("both sets are still there") };
    assert_eq!(lines(narrow), lines(wide));
    assert_eq!(narrow.items[0].info.path, r"C:\foobar\32.dll");
    assert_eq!(wide.items[0].info.path, r"%SystemRoot%\system32\foobar.dll");
    assert_eq!(installed.store.next_catalog_entry_id.map(|next| next.value), Some(1014));
}

#[test]
fn one_bitness_alone_leaves_the_other_as_it_is() {
    let both = store(vec![set(Some(Bitness::Bits32)), set(Some(Bitness::Bits64))]);
    let installed = installed(&both, &Install { bits: Some(Bitness::Bits64), ..foobar() });
    assert_eq!(lines(&installed.store.sets[0]), lines(&both.sets[0]));
    assert_eq!(installed.store.sets[1].items.len(), 8);
    let bits: Vec<Option<Bitness>> = installed.sets.iter().map(|set| set.bits).collect();
    assert_eq!(bits, [Some(Bitness::Bits64)]);
    let error = refused(&store(vec![set(Some(Bitness::Bits64))]), &Install { bits: Some(Bitness::Bits32), ..foobar() });
    assert_eq!(error.to_string(), "there is no 32-bit catalog");
}

#[test]
fn an_entry_that_only_one_catalog_has_gets_an_id_of_its_own() {
    let mut wide = set(Some(Bitness::Bits64));
    wide.items.push(base(1005, (1, 1, 0), 0x20026, MATCHES_ZERO, "UNIX"));
    let mut narrow = set(Some(Bitness::Bits32));
    narrow.items.push(base(1005, (34, 1, 1), 0x20026, MATCHES_ZERO, "HYPERV"));
    let installed = installed(&store(vec![wide, narrow]), &foobar());
    assert_eq!(lines(&installed.store.sets[0])[3], "1014 Foobar over [UNIX] 2: 1010 1005");
    assert_eq!(lines(&installed.store.sets[1])[3], "1015 Foobar over [HYPERV] 2: 1010 1005");
    let [unix, hyperv] = [0, 1].map(|at| installed.store.sets[at].items[3].info.provider_id);
    assert_ne!(unix, hyperv);
}

#[test]
fn a_library_outside_of_the_system_folder_needs_one_for_32_bit_programs() {
    let both = store(vec![set(Some(Bitness::Bits32)), set(Some(Bitness::Bits64))]);
    let elsewhere = |library: &str| Install { library: library.to_owned(), ..foobar() };
    let inside = [r"%WinDir%\System32\x.dll", r"%systemroot%\system32\x.dll", r"d:\WINDOWS\system32\x.dll"];
    let outside = [r"C:\foobar\x.dll", r"%SystemRoot%\System32\sub\x.dll", r"%SystemRoot%\system32\", "x.dll"];
    for library in inside {
        installed(&both, &elsewhere(library));
    }
    for library in outside {
        let error = refused(&both, &elsewhere(library));
        assert_eq!((&error, numbers(&error)), (&InstallError::No32BitLibrary, vec![10022]), "{library}");
        installed(&both, &Install { bits: Some(Bitness::Bits64), ..elsewhere(library) });
    }
}

#[test]
fn what_is_installed_is_not_installed_again() {
    let once = installed(&store(vec![set(None)]), &foobar()).store;
    let error = refused(&once, &foobar());
    let expected = format!("a provider with the GUID {} is installed: entry 1010", foobar().provider_id);
    assert_eq!((error.to_string(), numbers(&error)), (expected, vec![10022, 11003]));
    let error = refused(&once, &Install { provider_id: Uuid::from_u128(9), ..foobar() });
    assert_eq!(error.to_string(), "a layer called `Foobar` is installed: entry 1010");
    assert_eq!(numbers(&error), [10022, 11003]);
}

#[test]
fn arguments_are_refused_with_the_documented_numbers() {
    let one = store(vec![set(None)]);
    let long = "x".repeat(260);
    let cases: [(Install, &str); 9] = [
        (Install { provider_id: Uuid::nil(), ..foobar() }, "the layer has no GUID: it is all zeros"),
        (Install { library: String::new(), ..foobar() }, "a path of 0 characters, where it has 1 to 259"),
        (Install { library: long.clone(), ..foobar() }, "a path of 260 characters, where it has 1 to 259"),
        (
            Install { library_32: Some("\u{263a}".to_owned()), ..foobar() },
            "a path that holds '\u{263a}', for which the catalog has no byte",
        ),
        (
            Install { name: String::new(), ..foobar() },
            "a name of 0 UTF-16 units, where it has 1 to 255 and none is zero",
        ),
        (
            Install { name: long[..256].to_owned(), ..foobar() },
            "a name of 256 UTF-16 units, where it has 1 to 255 and none is zero",
        ),
        (
            Install { service_flags: 0x20004, ..foobar() },
            "service flags 0x20004, of which only XP1_IFS_HANDLES (0x20000) may be asked for",
        ),
        (
            Install { over: Some(Vec::new()), ..foobar() },
            "the list of what is to be covered is empty; without a list everything is",
        ),
        (
            Install { over: Some(vec![(2, 1, 6), (2, 5, 6)]), ..foobar() },
            "no entry has family 2, type 5 and protocol 6",
        ),
    ];
    for (install, message) in cases {
        let error = refused(&one, &install);
        assert_eq!((error.to_string().as_str(), numbers(&error)), (message, vec![10022]));
    }
}

#[test]
fn without_a_base_protocol_there_is_nothing_to_cover() {
    let error = refused(&store(vec![Set::new(None, nowhere())]), &foobar());
    assert_eq!((&error, numbers(&error)), (&InstallError::NoBase, vec![11003]));
    let error = refused(&store(Vec::new()), &foobar());
    assert_eq!((error.to_string(), numbers(&error)), ("there is no catalog".to_owned(), Vec::new()));
}

#[test]
fn no_id_is_taken_twice_even_where_the_counter_is_wrong_or_at_its_end() {
    let mut low = store(vec![set(None)]);
    low.next_catalog_entry_id = Some(Stated::new(1001, nowhere()));
    assert_eq!(installed(&low, &foobar()).layer, 1005);
    let mut high = store(vec![set(None)]);
    high.next_catalog_entry_id = Some(Stated::new(u32::MAX - 4, nowhere()));
    assert_eq!(installed(&high, &foobar()).store.next_catalog_entry_id.map(|next| next.value), Some(u32::MAX));
    high.next_catalog_entry_id = Some(Stated::new(u32::MAX - 3, nowhere()));
    let error = refused(&high, &foobar());
    assert_eq!((&error, numbers(&error)), (&InstallError::NoMoreIds, vec![11003]));
}

#[test]
fn a_name_that_is_too_long_with_what_it_covers_is_cut_off() {
    let install = Install { name: format!("{}\u{1F600}", "x".repeat(247)), ..foobar() };
    let long = Install { name: "x".repeat(255), ..foobar() };
    let name = |install: &Install| installed(&store(vec![set(None)]), install).sets[0].chains[0].info.name.clone();
    assert_eq!(name(&install), format!("{}\u{1F600} over ", "x".repeat(247)));
    assert_eq!(name(&long), "x".repeat(255));
}

#[test]
fn what_a_source_does_not_tell_is_not_stated_of_the_new_entries_either() {
    let mut catalog = store(vec![set(None)]);
    for item in &mut catalog.sets[0].items {
        item.info.further = None;
    }
    let installed = installed(&catalog, &foobar());
    let stated = |item: &Item| item.info.further.is_some() || item.packed.is_some();
    assert!(!installed.store.sets[0].items.iter().any(stated));
}

/// Returns the registry export of a Windows 10 1709, which has sixteen base protocols in both bitnesses.
fn windows_10_1709() -> Store {
    let bytes = include_bytes!("../../../../tests/winsock/samples/windows-10-1709.reg");
    let reading = winsock::read("1709.reg", bytes, None, &Options::default()).expect("it is an export");
    let reading = reading.expect("it is one of Winsock");
    assert!(reading.faults.is_empty());
    reading.store
}

#[test]
fn over_a_real_catalog_every_triple_gets_one_chain_and_the_rsvp_duplicates_none() {
    let before = windows_10_1709();
    let installed = installed(&before, &foobar());
    for (set, was) in installed.store.sets.iter().zip(&before.sets) {
        let expected = [
            "1018 Foobar over [Hyper-V RAW] 2: 1017 1001",
            "1019 Foobar over [AF_UNIX] 2: 1017 1006",
            "1020 Foobar over [MSAFD Tcpip [TCP/IP]] 2: 1017 1007",
            "1021 Foobar over [MSAFD Tcpip [UDP/IP]] 2: 1017 1008",
            "1022 Foobar over [MSAFD Tcpip [RAW/IP]] 2: 1017 1009",
            "1023 Foobar over [MSAFD Tcpip [TCP/IPv6]] 2: 1017 1010",
            "1024 Foobar over [MSAFD Tcpip [UDP/IPv6]] 2: 1017 1011",
            "1025 Foobar over [MSAFD Tcpip [RAW/IPv6]] 2: 1017 1012",
            "1026 Foobar over [MSAFD L2CAP [Bluetooth]] 2: 1017 1013",
            "1027 Foobar over [MSAFD RfComm [Bluetooth]] 2: 1017 1014",
            "1028 Foobar over [vSockets DGRAM] 2: 1017 1015",
            "1029 Foobar over [vSockets STREAM] 2: 1017 1016",
        ];
        assert_eq!(lines(set)[..12], expected);
        assert_eq!(lines(set)[12..28], lines(was));
        assert_eq!(lines(set)[28..], ["1017 Foobar 0: "]);
    }
    assert_eq!(installed.store.next_catalog_entry_id.map(|next| next.value), Some(1030));
    let serial = |store: &Store| store.serial_access_number.as_ref().map(|serial| serial.value);
    let was = serial(&before).expect("the export reports it");
    assert_eq!(installed.store.serial_access_number.map(|serial| serial.value), Some(was + 1));
}

#[test]
fn the_checker_finds_no_error_in_what_is_installed() {
    let upper = Install { name: "Upper".to_owned(), provider_id: Uuid::from_u128(0xF01), ..foobar() };
    let without_handles = Install { service_flags: 0, ..foobar() };
    let once = installed(&windows_10_1709(), &foobar()).store;
    let catalogs = [installed(&windows_10_1709(), &without_handles).store, installed(&once, &upper).store, once];
    for store in catalogs {
        let faults = rules::faults(&store);
        assert!(faults.is_empty(), "{faults:?}");
        let errors: Vec<String> = rules::lints(&store)
            .into_iter()
            .filter(|finding| finding.severity == crate::catalog::Severity::Error)
            .map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
