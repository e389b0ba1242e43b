use super::super::{NotWindows, WindowsSockets};
use super::*;
use crate::catalog::{FileId, Sources, Span};
use crate::load::Loader;
use crate::registry::Registry;
use crate::terms::Dialect;
use crate::winsock::info::{Further, ProtocolChain};
use crate::winsock::{self, Options};
use uuid::Uuid;

fn windows() -> Registry {
    let layered = r#"
        [provider.acme]
        [layer.acme]
        provider = "acme"
        [chain.acme-over-tcp4]
        layers = ["acme"]
        base = "tcp4"
        [base.ipx]
        provider = "acme"
        family = 6
        type = "dgram"
        protocol = { from = 1000, to = 1255 }
        [base.only-32]
        provider = "acme"
        family = 6
        type = "stream"
        protocol = 1256
        winsock = { bits = 32 }
    "#;
    let site = format!("format = 1\norder = [\"acme-over-tcp4\"]\ndisable = [\"only-32\"]\n{layered}");
    let loader = Loader::new().path("builtin:windows.toml").text("site.toml", site);
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

fn names(enumeration: &Enumeration<EntryRef<'_>>) -> Vec<String> {
    enumeration.entries.iter().map(|entry| entry.name().to_owned()).collect()
}

#[test]
fn applications_see_neither_layers_nor_hidden_nor_32_bit_entries() {
    let registry = windows();
    let seen = names(&WindowsSockets::new(&registry).expect("in the windows dialect").enum_protocols(None));
    assert_eq!(
        seen,
        [
            "acme-over-tcp4",
            "hyperv",
            "unix",
            "tcp4",
            "udp4",
            "tcp6",
            "udp6",
            "rsvp-tcp6",
            "rsvp-tcp4",
            "rsvp-udp6",
            "rsvp-udp4",
            "l2cap",
            "rfcomm",
            "vsock-dgram",
            "vsock-stream",
            "ipx"
        ]
    );
}

#[test]
fn installers_see_everything_of_the_64_bit_catalog() {
    let registry = windows();
    let all = names(&WindowsSockets::new(&registry).expect("in the windows dialect").wsc_enum_protocols(None));
    assert_eq!(all.len(), 16 + 3, "the sixteen of Windows, IPX, the chain, and the layer");
    assert_eq!([all[0].as_str(), all[16].as_str()], ["acme-over-tcp4", "acme"], "the layer where it is declared");
    assert_eq!([all[5].as_str(), all[8].as_str()], ["raw4", "raw6"], "in their places, though hidden");
    assert!(!all.contains(&"only-32".to_owned()));
}

#[test]
fn a_list_finds_equal_numbers_alone_and_ends_at_its_first_zero() {
    let registry = windows();
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let found = |list: &[i32]| names(&windows.enum_protocols(Some(list)));
    assert_eq!(found(&[17, 0]), ["udp4", "udp6", "rsvp-udp6", "rsvp-udp4"]);
    assert_eq!(found(&[3, 1000, 0, 6]), ["rfcomm", "ipx"], "what follows the zero is not read");
    assert!(found(&[1003, 0]).is_empty(), "no range is looked into");
    assert!(found(&[0]).is_empty());
    assert!(found(&[]).is_empty());
    assert_eq!(names(&windows.wsc_enum_protocols(Some(&[1000]))), ["ipx"]);
}

#[test]
fn a_buffer_needs_628_bytes_an_entry_or_372_without_unicode() {
    let registry = windows();
    let tcp = WindowsSockets::new(&registry).expect("in the windows dialect").enum_protocols(Some(&[3, 0]));
    assert_eq!((tcp.bytes_needed(), tcp.bytes_needed_ansi()), (628, 372));
    let none = Enumeration::<EntryRef<'_>> { entries: Vec::new() };
    assert_eq!((none.bytes_needed(), none.bytes_needed_ansi()), (0, 0));
}

#[test]
fn another_dialect_is_refused() {
    let linux = Loader::new().path("builtin:linux.toml").load().expect("it ships");
    let error = WindowsSockets::new(&linux).expect_err("not Windows");
    assert_eq!(error, NotWindows { dialect: Dialect::Linux });
    let message = "the catalog is in the linux dialect, where Windows' functions need the windows dialect";
    assert_eq!(error.to_string(), message);
}

fn item(id: u32, length: i32, protocol: i32, flags: Option<u32>) -> Item {
    let file: FileId = Sources::default().add("set", String::new());
    let info = ProtocolInfo {
        path: String::new(),
        name: String::new(),
        service_flags: 0,
        provider_id: Uuid::nil(),
        catalog_entry_id: id,
        chain: ProtocolChain { length, entries: [0; 7] },
        version: 2,
        address_family: 17,
        max_address_length: 20,
        min_address_length: 20,
        socket_type: 5,
        protocol,
        further: flags.map(|provider_flags| Further { provider_flags, ..Further::default() }),
    };
    Item::new(info, Span::beginning(file))
}

#[test]
fn a_set_is_enumerated_in_its_own_order_with_layers_where_they_stand() {
    let file: FileId = Sources::default().add("set", String::new());
    let mut set = Set::new(None, Span::beginning(file));
    let hidden = Some(provider_flags::HIDDEN);
    set.items = vec![item(9, 0, 6, hidden), item(3, 1, i32::MIN, Some(0)), item(5, 1, 6, hidden), item(4, 2, -7, None)];
    let ids = |enumeration: Enumeration<&Item>| enumeration.entries.iter().map(|item| item.id()).collect::<Vec<_>>();
    assert_eq!(ids(wsc_enum_protocols(&set, None)), [9, 3, 5, 4]);
    assert_eq!(ids(wsc_enum_protocols(&set, Some(&[6]))), [9, 5]);
    assert_eq!(ids(enum_protocols(&set, None)), [3, 4], "of 4 it is not stated whether it is hidden");
    assert_eq!(ids(enum_protocols(&set, Some(&[i32::MIN, 6, 0]))), [3], "NetBIOS has negative protocols");
}

#[test]
fn an_imported_catalog_is_enumerated_as_windows_has_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");
    let registry = Loader::new().winsock(Options::default()).path(path).load();
    let registry = registry.unwrap_or_else(|error| panic!("{error}"));
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let bytes = std::fs::read(path).expect("it is there");
    let store =
        winsock::read("1709.reg", &bytes, None, &Options::default()).expect("an export").expect("of Winsock").store;
    let set = store.set(winsock::Bitness::Bits64).expect("it has one");
    for protocols in [None, Some(&[6, 256, 0][..])] {
        let infos = |entries: Enumeration<EntryRef<'_>>| -> Vec<ProtocolInfo> {
            entries.entries.into_iter().map(|entry| windows.protocol_info(entry).expect("all is stated")).collect()
        };
        let items =
            |items: Enumeration<&Item>| items.entries.into_iter().map(|item| item.info.clone()).collect::<Vec<_>>();
        assert_eq!(infos(windows.enum_protocols(protocols)), items(enum_protocols(set, protocols)));
        assert_eq!(infos(windows.wsc_enum_protocols(protocols)), items(wsc_enum_protocols(set, protocols)));
    }
    assert_eq!(windows.enum_protocols(None).entries.len(), 14, "two of the sixteen are hidden");
}

#[test]
fn what_netsh_does_not_print_is_stated_to_be_missing_and_not_to_be_zero() {
    let text = "Winsock Catalog Provider Entry\n------------------------------------------------------\n\
        Entry Type:                         Base Service Provider\n\
        Description:                        MSAFD Tcpip [TCP/IP]\n\
        Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}\n\
        Provider Path:                      %SystemRoot%\\system32\\mswsock.dll\n\
        Catalog Entry ID:                   1006\n\
        Version:                            2\n\
        Address Family:                     2\n\
        Max Address Length:                 16\n\
        Min Address Length:                 16\n\
        Socket Type:                        1\n\
        Protocol:                           6\n\
        Service Flags:                      0x20066\n\
        Protocol Chain Length:              1\n";
    let registry = Loader::new().winsock(Options::default()).bytes("netsh.txt", text.as_bytes()).load();
    let registry = registry.unwrap_or_else(|error| panic!("{error}"));
    let windows = WindowsSockets::new(&registry).expect("in the windows dialect");
    let entries = windows.enum_protocols(None).entries;
    assert_eq!(entries.len(), 1, "whether it is hidden is not stated");
    let reason = windows.protocol_info(entries[0]).expect_err("netsh prints no provider flags");
    assert!(matches!(&reason, Reason::Untold { facts } if facts.contains(&"hidden")), "{reason}");
}
