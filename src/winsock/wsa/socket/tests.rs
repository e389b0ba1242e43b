use super::*;
use crate::load::Loader;
use crate::registry::Registry;
use crate::winsock::Options;
use crate::winsock::info::{Further, ProtocolChain};
use uuid::Uuid;

/// Returns the catalog of Windows 10 1709, with entries that only older or other machines have: IPX and SPX, NetBIOS, and
/// multipoint of every kind.
fn windows() -> Registry {
    let others = r#"format = 1
        [provider.older]
        id = "11058240-be47-11cf-95c8-00805f48a192"
        [base.ipx]
        provider = "older"
        family = 6
        type = "dgram"
        protocol = { from = 1000, to = 1255 }
        services = ["connectionless", "message-oriented"]
        [base.spx]
        provider = "older"
        family = 6
        type = "stream"
        protocol = 1256
        services = ["guaranteed-delivery"]
        [base.netbios-0]
        provider = "older"
        family = 17
        type = "seqpacket"
        protocol = -2147483648
        matches-zero = true
        [base.netbios-1]
        provider = "older"
        family = 17
        type = "seqpacket"
        protocol = -1
        [provider.cast]
        [base.rooted]
        provider = "cast"
        family = 100
        type = "dgram"
        protocol = 1
        services = ["support-multipoint", "multipoint-control-plane", "multipoint-data-plane", "connectionless"]
        [base.flat]
        provider = "cast"
        family = 100
        type = "dgram"
        protocol = 2
        services = ["support-multipoint"]
        [base.control]
        provider = "cast"
        family = 100
        type = "dgram"
        protocol = 3
        services = ["support-multipoint", "multipoint-control-plane"]
        [base.data]
        provider = "cast"
        family = 100
        type = "dgram"
        protocol = 4
        services = ["support-multipoint", "multipoint-data-plane"]
        [base.planes]
        provider = "cast"
        family = 100
        type = "dgram"
        protocol = 5
        services = ["multipoint-control-plane", "multipoint-data-plane"]
        [provider.lsp]
        [layer.lsp]
        provider = "lsp"
        catalog-entry-id = 2000
        categories = ["firewall"]
        [chain.lsp-over-udp4]
        layers = ["lsp"]
        base = "udp4"
        catalog-entry-id = 2001
        "#;
    let loader = Loader::new().path("builtin:windows.toml").text("others.toml", others);
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the family, type and protocol of the socket, or the number of the error.
fn made(arguments: &SocketArguments) -> Result<(i32, i32, i32), i32> {
    let registry = windows();
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let made = windows.socket(arguments).map_err(|error| error.wsa().number())?;
    Ok((made.address_family, made.socket_type, made.protocol))
}

fn call(address_family: i32, socket_type: i32, protocol: i32) -> SocketArguments {
    SocketArguments::new(address_family, socket_type, protocol)
}

/// Returns the structure of a Windows entry, with the fields that the function reads.
fn info(id: u32, triple: (i32, i32, i32), service_flags: u32) -> ProtocolInfo {
    ProtocolInfo {
        path: String::new(),
        name: String::new(),
        service_flags,
        provider_id: Uuid::nil(),
        catalog_entry_id: id,
        chain: ProtocolChain::BASE,
        version: 2,
        address_family: triple.0,
        max_address_length: 16,
        min_address_length: 16,
        socket_type: triple.1,
        protocol: triple.2,
        further: Some(Further::default()),
    }
}

const TCP: u32 = 1007;
const UDP: u32 = 1008;

fn with_info(arguments: SocketArguments, info: ProtocolInfo) -> SocketArguments {
    SocketArguments { info: Some(info), ..arguments }
}

#[test]
fn every_call_without_a_structure_has_the_result_of_native_windows() {
    let lines = include_str!("../../../../tests/oracle/windows.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut held = 0;
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let number = |at: usize| columns[at].parse::<i32>().unwrap_or_else(|_| panic!("no number at {at} in: {line}"));
        let expected = match columns[4] {
            "0 OK" => Ok((number(5), number(6), number(7))),
            error => Err(error.split(' ').next().and_then(|error| error.parse().ok()).expect("a number and a name")),
        };
        assert_eq!(made(&call(number(0), number(1), number(2))), expected, "{line}");
        held += 1;
    }
    assert_eq!(held, 19);
}

/// Checks the other assertions of `test_WSASocket` on native Windows.
#[test]
fn every_other_call_has_the_result_of_native_windows() {
    assert_eq!(made(&call(0, 0, 6)), Ok((2, 1, 6)));
    assert_eq!(made(&SocketArguments::from_info(info(TCP, (2, 1, 6), 0x20066))), Ok((2, 1, 6)));
    for empty in [-1, 0] {
        let changed = info(TCP, (empty, empty, empty), 0x20066);
        assert_eq!(made(&with_info(call(0, 0, 17), changed)), Err(10047), "the structure's {empty} is no wildcard");
    }
    let changed = info(TCP, (2, 2, 17), 0x20066);
    assert_eq!(made(&with_info(call(0, 0, 0), changed.clone())), Ok((2, 2, 17)), "the structure's values count");
    assert_eq!(made(&with_info(call(2, 1, 6), changed)), Ok((2, 1, 6)), "and the arguments' before them");
    assert_eq!(made(&call(2, 0, 0)), Ok((2, 1, 6)), "the first entry that matches protocol 0");
    assert_eq!(made(&call(2, 3, 1)), Ok((2, 3, 1)));
    assert_eq!(made(&call(0, 0, 255)), Ok((2, 3, 255)), "a hidden entry takes part");
    assert_eq!(made(&call(2, 3, 6)), Ok((2, 3, 6)));
    for packet_type in (0..=255).step_by(17) {
        assert_eq!(made(&call(0, 0, 1000 + packet_type)), Ok((6, 2, 1000 + packet_type)));
    }
    assert_eq!(made(&call(6, 1, 1000)), Err(10043));
}

#[test]
fn bluetooth_and_netbios_are_found_by_their_numbers() {
    assert_eq!(made(&call(32, 1, 3)), Ok((32, 1, 3)));
    assert_eq!(made(&call(32, 1, 256)), Ok((32, 1, 256)));
    assert_eq!(made(&call(32, 1, 0)), Ok((32, 1, 256)));
    assert_eq!(made(&call(32, 2, 3)), Err(10047));
    assert_eq!(made(&call(17, 5, i32::MIN)), Ok((17, 5, i32::MIN)));
    assert_eq!(made(&call(17, 5, -1)), Ok((17, 5, -1)), "without a structure, -1 is a protocol like others");
    assert_eq!(made(&call(17, 5, 0)), Ok((17, 5, i32::MIN)), "the only one that matches 0");
    assert_eq!(made(&call(17, 5, i32::MIN + 1)), Err(10043));
    assert_eq!(made(&call(17, 2, i32::MIN)), Err(10047));
}

#[test]
fn raw_sockets_are_for_administrators() {
    let registry = windows();
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let needs = |arguments: SocketArguments| {
        let made = windows.socket(&arguments).expect("there is one");
        (made.needs_administrator, made.needs_security_privilege)
    };
    assert_eq!(needs(call(2, 3, 1)), (true, false));
    assert_eq!(needs(call(2, 1, 6)), (false, false));
    let flags = SocketFlags::OVERLAPPED | SocketFlags::ACCESS_SYSTEM_SECURITY;
    assert_eq!(needs(SocketArguments { flags, ..call(2, 1, 6) }), (false, true));
    for protocol in [0, 1, 255] {
        assert!(made(&call(23, 3, protocol)).is_ok());
    }
    assert_eq!(made(&call(2, 3, 256)), Err(10043));
}

#[test]
fn a_structure_is_refused_that_names_no_entry_or_a_layer() {
    let refused = |id: u32| {
        let registry = windows();
        let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
        let error = windows.socket(&SocketArguments::from_info(info(id, (2, 2, 17), 0))).expect_err("no such entry");
        (error.to_string(), error.wsa().number())
    };
    assert_eq!(refused(4711), ("no entry is called `4711`".to_owned(), 10022));
    assert_eq!(refused(u32::MAX), ("no entry has the id 4294967295 of the structure".to_owned(), 10022));
    let layer = "`lsp` is a layer; only a chain over a base protocol can be selected";
    assert_eq!(refused(2000), (layer.to_owned(), 10022));
    assert_eq!(made(&SocketArguments::from_info(info(TCP, (0, 1, 0), 0))), Err(10022), "neither family nor protocol");
}

#[test]
fn the_provider_of_a_structure_is_asked_for_family_then_type_then_protocol() {
    let asked = |triple| made(&with_info(call(0, 0, 0), info(TCP, triple, 0)));
    assert_eq!(asked((23, 1, 6)), Err(10047), "another provider has IPv6");
    assert_eq!(asked((23, 57005, 57005)), Err(10047));
    assert_eq!(asked((2, 5, 6)), Err(10044));
    assert_eq!(asked((2, 1, 17)), Err(10043));
    assert_eq!(asked((2, 3, 47)), Ok((2, 3, 47)));
    assert_eq!(asked((2, 1, 0)), Ok((2, 1, 0)), "protocol 0 is for the provider to settle");
}

#[test]
fn a_chain_of_a_structure_is_its_own_provider() {
    let registry = windows();
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let chain = windows.socket(&SocketArguments::from_info(info(2001, (2, 2, 17), 0x20609))).expect("it is there");
    assert_eq!(chain.entry.name(), "lsp-over-udp4");
    let base = windows.socket(&SocketArguments::from_info(info(UDP, (2, 2, 17), 0x20609))).expect("it is there");
    assert_eq!(base.entry.name(), "udp4");
}

#[test]
fn layers_that_an_application_does_not_load_are_passed_by() {
    let order = "format = 1\norder = [\"lsp-over-udp4\"]";
    let loader = Loader::new().path("builtin:windows.toml").text("order.toml", order).text("lsp.toml", LSP);
    let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let name = |application: Option<&str>| {
        let application = application.map(str::to_owned);
        windows.socket(&SocketArguments { application, ..call(2, 2, 17) }).map(|made| made.entry.name())
    };
    assert_eq!(name(None), Ok("lsp-over-udp4"));
    assert_eq!(name(Some("bar.exe")), Ok("lsp-over-udp4"), "the layer's category is among the application's");
    assert_eq!(name(Some("foo.exe")), Ok("udp4"), "it demands `system`, which the layer lacks");
}

const LSP: &str = r#"format = 1
    [provider.lsp]
    [layer.lsp]
    provider = "lsp"
    categories = ["firewall"]
    [chain.lsp-over-udp4]
    layers = ["lsp"]
    base = "udp4"
    [application."bar.exe"]
    permit = ["firewall", "crypto-compress"]
    [application."foo.exe"]
    permit = ["system", "firewall", "crypto-compress"]
"#;

fn flagged(protocol: i32, flags: SocketFlags) -> Result<(), (i32, String)> {
    let registry = windows();
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let made = windows.socket(&SocketArguments { flags, ..call(100, 2, protocol) });
    made.map(|_| ()).map_err(|error| (error.wsa().number(), error.to_string()))
}

#[test]
fn each_multipoint_flag_needs_multipoint_and_its_plane_rooted_or_not() {
    const C_ROOT: SocketFlags = SocketFlags::MULTIPOINT_C_ROOT;
    const C_LEAF: SocketFlags = SocketFlags::MULTIPOINT_C_LEAF;
    const D_ROOT: SocketFlags = SocketFlags::MULTIPOINT_D_ROOT;
    const D_LEAF: SocketFlags = SocketFlags::MULTIPOINT_D_LEAF;
    // The protocols, and the flags that their entries support: rooted in both planes, in none, in one, in the other; planes
    // without multipoint.
    let served: [(i32, &[SocketFlags]); 5] = [
        (1, &[C_ROOT, D_ROOT, C_ROOT.union(D_ROOT)]),
        (2, &[C_LEAF, D_LEAF, C_LEAF.union(D_LEAF)]),
        (3, &[C_ROOT, D_LEAF, C_ROOT.union(D_LEAF)]),
        (4, &[C_LEAF, D_ROOT, C_LEAF.union(D_ROOT)]),
        (5, &[]),
    ];
    for (protocol, served) in served {
        for bits in 0..16 {
            let flags = SocketFlags::from_bits_retain(bits << 1) | SocketFlags::OVERLAPPED;
            let multipoint = flags.difference(SocketFlags::OVERLAPPED);
            let is_served = multipoint.is_empty() || served.contains(&multipoint);
            let answer = flagged(protocol, flags);
            assert_eq!(answer.is_ok(), is_served, "protocol {protocol}, flags {flags:?}: {answer:?}");
        }
    }
}

#[test]
fn flags_that_cannot_be_served_are_refused_with_their_reason() {
    let c_root = SocketFlags::MULTIPOINT_C_ROOT;
    let expected = "WSA_FLAG_MULTIPOINT_C_ROOT asks for multipoint sessions, which the entry does not offer";
    assert_eq!(flagged(5, c_root), Err((10022, expected.to_owned())));
    let expected = "WSA_FLAG_MULTIPOINT_C_ROOT asks for a plane that is rooted, which the entry's is not";
    assert_eq!(flagged(2, c_root), Err((10022, expected.to_owned())));
    let expected = "WSA_FLAG_MULTIPOINT_D_LEAF asks for a plane that is not rooted, which the entry's is";
    assert_eq!(flagged(1, SocketFlags::MULTIPOINT_D_LEAF), Err((10022, expected.to_owned())));
    let expected = "flags 0x6 ask for a root and a leaf of one plane at once";
    assert_eq!(flagged(1, c_root | SocketFlags::MULTIPOINT_C_LEAF), Err((10022, expected.to_owned())));
    let expected = "flags 0x80000020, which have no meaning";
    let unknown = SocketFlags::from_bits_retain(0x8000_0020) | SocketFlags::all_named();
    assert_eq!(flagged(1, unknown), Err((10022, expected.to_owned())));
    let harmless = SocketFlags::NO_HANDLE_INHERIT | SocketFlags::REGISTERED_IO | SocketFlags::OVERLAPPED;
    assert_eq!(flagged(5, harmless), Ok(()));
}

#[test]
fn the_flags_are_tested_against_the_structure_where_there_is_one() {
    let flags = SocketFlags::MULTIPOINT_C_LEAF;
    let with_flags = |service_flags| {
        let from_info = SocketArguments::from_info(info(TCP, (2, 1, 6), service_flags));
        made(&SocketArguments { flags, ..from_info })
    };
    assert_eq!(with_flags(0x20066), Err(10022));
    assert_eq!(with_flags(0x20466), Ok((2, 1, 6)), "the caller's structure says that it has multipoint");
    assert_eq!(made(&SocketArguments { flags, ..call(57005, 1, 6) }), Err(10047), "the triple is tested before");
}

#[test]
fn a_constrained_group_takes_sockets_with_connections_only() {
    let in_group = |group, arguments| made(&SocketArguments { group, ..arguments }).map(|_| ());
    for group in [0, 1, 77] {
        assert_eq!(in_group(group, call(2, 2, 17)), Ok(()), "group {group}");
    }
    assert_eq!(in_group(2, call(2, 2, 17)), Err(10022));
    assert_eq!(in_group(2, call(2, 1, 6)), Ok(()));
}

#[test]
fn every_structure_that_is_enumerated_makes_a_socket_of_its_entry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");
    let registry = Loader::new().winsock(Options::default()).path(path).load();
    let registry = registry.unwrap_or_else(|error| panic!("{error}"));
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    for entry in windows.wsc_enum_protocols(None).entries {
        let info = windows.protocol_info(entry).expect("all is stated");
        let made = windows.socket(&SocketArguments::from_info(info.clone())).expect("there is one");
        assert_eq!(made.entry, entry);
        assert_eq!((made.address_family, made.socket_type, made.protocol), info.triple());
    }
}

#[test]
fn an_imported_catalog_answers_every_call_of_native_windows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");
    let registry = Loader::new().winsock(Options::default()).path(path).load();
    let registry = registry.unwrap_or_else(|error| panic!("{error}"));
    let imported = WindowsSockets::new(&registry).expect("in the windows dialect");
    let shipped = Loader::new().path("builtin:windows.toml").load().expect("it ships");
    let shipped = WindowsSockets::new(&shipped).expect("in the windows dialect");
    let numbers = [i32::MIN, -1, 0, 1, 2, 3, 6, 17, 23, 28, 32, 34, 255, 256, 57005];
    let answer = |windows: &WindowsSockets<'_>, arguments: &SocketArguments| {
        let made = windows.socket(arguments).map_err(|error| error.wsa())?;
        Ok::<_, crate::terms::WsaError>((made.entry.name().to_owned(), made.protocol))
    };
    let mut made = 0;
    for family in numbers {
        for socket_type in [-1, 0, 1, 2, 3, 4, 5, 57005] {
            for protocol in numbers {
                let arguments = call(family, socket_type, protocol);
                let answer_of_imported = answer(&imported, &arguments);
                made += usize::from(answer_of_imported.is_ok());
                assert_eq!(answer_of_imported, answer(&shipped, &arguments), "{arguments:?}");
            }
        }
    }
    assert!(made > 50, "{made}");
}
