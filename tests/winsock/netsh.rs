//! What netsh and instlsp printed on real machines, as far as people posted it; and what netsh would print of whole catalogs.

use super::exports::{sample, sound};
use super::fixture::Catalog;
use super::netsh_text::{CHINESE, ENGLISH, Language};
use proptest::prelude::*;
use sockatlas::winsock::{
    self, Bitness, Field, Fragment, Further, Item, NameSpaceProvider, Options, PackedItem, ProtocolChain, ProtocolInfo,
    Reading, SourceForm,
};
use uuid::Uuid;

fn read(bytes: &[u8]) -> Reading {
    let reading = winsock::read("text", bytes, None, &Options::default());
    reading.expect("the form is recognised").expect("the source is a text")
}

/// All that netsh prints of an item.
fn facts(item: &Item) -> String {
    let ProtocolInfo { name, path, provider_id, catalog_entry_id, version, chain, service_flags, .. } = &item.info;
    let (family, socket_type, protocol) = item.info.triple();
    let (max, min) = (item.info.max_address_length, item.info.min_address_length);
    let chain = format!("{} {:?}", chain.length, chain.ids());
    assert_eq!(item.info.further, None, "netsh does not print more");
    format!(
        "{catalog_entry_id} | {name} | {provider_id} | {path} | {version} | {family}/{socket_type}/{protocol} | {max} {min} | \
         {service_flags:#x} | {chain}"
    )
}

/// The facts of a set.
fn set(reading: &Reading, at: usize) -> (Option<Bitness>, Vec<String>) {
    let set = &reading.store.sets[at];
    (set.bits, set.items.iter().map(facts).collect())
}

/// What is told of an entry in part, as it is written.
fn part(fragment: &Fragment) -> Vec<(Field, &str)> {
    fragment.facts.iter().map(|(&field, stated)| (field, stated.value.as_str())).collect()
}

/// Line and message of each fault; all are gaps.
fn gaps(reading: &Reading) -> Vec<(u32, String)> {
    let gap = |fault: &sockatlas::catalog::Fault| {
        assert_eq!(fault.kind.code(), "winsock-gap");
        (fault.location(&reading.sources).line, fault.kind.to_string())
    };
    reading.faults.iter().map(gap).collect()
}

fn gap(line: u32, missing: &str) -> (u32, String) {
    (line, format!("the source does not state {missing}"))
}

#[test]
fn the_chinese_text_tells_two_entries_of_32_bit_programs_and_two_gaps() {
    let reading = read(&sample("antigravity100_zhCN_32bit.txt"));
    assert_eq!(reading.store.form, SourceForm::Netsh);
    assert_eq!(reading.store.sets.len(), 1);
    let entries = [
        r"1007 | MSAFD Tcpip [TCP/IPv6] | f9eab0c0-26d4-11d0-bbbf-00aa006c34e4 | %SystemRoot%\system32\mswsock.dll | 2 | 23/1/6 | 28 28 | 0x20066 | 1 []",
        r"1008 | MSAFD Tcpip [UDP/IPv6] | f9eab0c0-26d4-11d0-bbbf-00aa006c34e4 | %SystemRoot%\system32\mswsock.dll | 2 | 23/2/17 | 28 28 | 0x20609 | 1 []",
    ];
    assert_eq!(set(&reading, 0), (Some(Bitness::Bits32), entries.map(str::to_owned).to_vec()));
    let parts: Vec<_> = reading.store.fragments.iter().map(part).collect();
    assert_eq!(parts, [vec![(Field::ServiceFlags1, "0x20026"), (Field::ChainLength, "1")], vec![]]);
    let expected = [
        gap(1, "the 11 lines from `Entry Type` to `Protocol` of the entry of which this is a part"),
        gap(36, "what stands below this header, `Winsock 目录提供程序项`"),
    ];
    assert_eq!(gaps(&reading), expected);
}

#[test]
fn the_chinese_text_in_its_code_page_tells_the_same() {
    let text = String::from_utf8(sample("antigravity100_zhCN_32bit.txt")).expect("the sample is UTF-8");
    let byte = |c: char| match GBK.iter().find(|(known, _)| *known == c) {
        Some((_, bytes)) => bytes.to_vec(),
        None => vec![u8::try_from(c).expect("all but these are ASCII")],
    };
    let bytes: Vec<u8> = text.chars().flat_map(byte).collect();
    assert!(std::str::from_utf8(&bytes).is_err());
    let (reading, plain) = (read(&bytes), read(text.as_bytes()));
    assert_eq!(set(&reading, 0), set(&plain, 0));
    assert_eq!(
        reading.store.fragments.iter().map(part).collect::<Vec<_>>(),
        plain.store.fragments.iter().map(part).collect::<Vec<_>>()
    );
    let lines = |reading: &Reading| gaps(reading).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines(&reading), lines(&plain));
}

#[test]
fn the_rsvp_text_tells_an_entry_and_breaks_off_in_the_next() {
    let reading = read(&sample("keybase14431_rsvp.txt"));
    let entry = r"1007 | RSVP TCPv6 Service Provider | 9d60a9e0-337a-11d0-bd88-0000c082e69a | %SystemRoot%\system32\mswsock.dll | 2 | 23/1/6 | 28 28 | 0x22066 | 1 []";
    assert_eq!(set(&reading, 0), (None, vec![entry.to_owned()]));
    let [fragment] = reading.store.fragments.as_slice() else { panic!("{:?}", reading.store.fragments) };
    let facts = [
        (Field::ProtocolName, "RSVP TCP Service Provider"),
        (Field::ProviderId, "{9D60A9E0-337A-11D0-BD88-0000C082E69A}"),
        (Field::LibraryPath, r"%SystemRoot%\system32\mswsock.dll"),
        (Field::CatalogEntryId, "1008"),
        (Field::Version, "2"),
        (Field::AddressFamily, "2"),
        (Field::MaxAddressLength, "16"),
        (Field::MinAddressLength, "16"),
        (Field::SocketType, "1"),
        (Field::Protocol, "6"),
        (Field::ServiceFlags1, "0x22066"),
    ];
    assert_eq!(part(fragment), facts);
    assert_eq!(gaps(&reading), [gap(30, "`Protocol Chain Length` of `RSVP TCP Service Provider`")]);
}

#[test]
fn the_lavasoft_text_tells_a_chain_and_a_base_and_three_parts() {
    let reading = read(&sample("moby27423_lavasoft.txt"));
    let entries = [
        r"1032 | LavasoftLSP over [MSAFD Tcpip [TCP/IP]] | 1c39a736-9641-4f43-9c20-aeed81692a07 | C:\WINDOWS\system32\LavasoftTcpService64.dll | 2 | 2/1/6 | 16 16 | 0x66 | 2 [1031, 1006]",
        r"1013 | MSAFD RfComm [Bluetooth] | 9fc48064-7298-43e4-b7bd-181f2089792a | %SystemRoot%\system32\mswsock.dll | 2 | 32/1/3 | 30 30 | 0x20026 | 1 []",
    ];
    assert_eq!(set(&reading, 0), (None, entries.map(str::to_owned).to_vec()));
    let parts: Vec<_> = reading.store.fragments.iter().map(part).collect();
    let udp = vec![(Field::ProtocolName, "LavasoftLSP over [MSAFD Tcpip [UDP/IP]]")];
    let unnamed = vec![
        (Field::MinAddressLength, "8"),
        (Field::SocketType, "1"),
        (Field::Protocol, "1"),
        (Field::ServiceFlags1, "0x20006"),
        (Field::ChainLength, "1"),
    ];
    let layer = vec![
        (Field::ProtocolName, "LavasoftLSP"),
        (Field::ProviderId, "{2B611370-2190-4059-9AF8-5BC0F58FB742}"),
        (Field::LibraryPath, r"C:\WINDOWS\system32\LavasoftTcpService64.dll"),
        (Field::CatalogEntryId, "1031"),
    ];
    assert_eq!(parts, [udp, unnamed, layer]);
    let expected = [
        gap(28, "`Provider ID` and the 10 lines behind it of `LavasoftLSP over [MSAFD Tcpip [UDP/IP]]`"),
        gap(30, "the 8 lines from `Entry Type` to `Max Address Length` of the entry of which this is a part"),
        gap(59, "`Version` and the 7 lines behind it of `LavasoftLSP`"),
    ];
    assert_eq!(gaps(&reading), expected);
    let mark = reading.faults[0].causes[0].at;
    assert_eq!(reading.sources.locate(mark).line, 29, "the mark of what was left out is shown");
}

#[test]
fn the_pgp_text_tells_a_chain_and_a_part_of_its_layer() {
    let reading = read(&sample("wsl9413_pgplsp.txt"));
    let entry = r"1016 | PGPlsp over [MSAFD Tcpip [TCP/IP]] | e5f4df03-92e7-4974-b05b-01d63a3c97ad | C:\WINDOWS\system32\PGPlsp.dll | 2 | 2/1/6 | 16 16 | 0x20066 | 2 [1015, 1004]";
    assert_eq!(set(&reading, 0), (None, vec![entry.to_owned()]));
    let [fragment] = reading.store.fragments.as_slice() else { panic!("{:?}", reading.store.fragments) };
    let facts = [
        (Field::ProtocolName, "PGPlsp"),
        (Field::ProviderId, "{3EC32CD3-F254-4826-9053-672DC37F0070}"),
        (Field::LibraryPath, r"C:\WINDOWS\system32\PGPlsp.dll"),
        (Field::CatalogEntryId, "1015"),
        (Field::Version, "2"),
        (Field::AddressFamily, "2"),
        (Field::MaxAddressLength, "16"),
    ];
    assert_eq!(part(fragment), facts);
    assert_eq!(gaps(&reading), [gap(28, "`Min Address Length` and the 4 lines behind it of `PGPlsp`")]);
}

#[test]
fn the_listing_of_instlsp_tells_22_ids_and_names_in_order() {
    let reading = read(&sample("instlsp_p_win2000_foobar.txt"));
    assert_eq!((reading.store.form, reading.store.sets.len()), (SourceForm::Instlsp, 0));
    let ids = [1042, 1043, 1044].into_iter().chain(1001..=1018).chain([1041]).map(|id: u32| id.to_string());
    let fact = |field| move |part: &Fragment| part.facts.get(&field).map(|stated| stated.value.clone());
    let stated = |field| reading.store.fragments.iter().filter_map(fact(field)).collect::<Vec<_>>();
    assert_eq!(stated(Field::CatalogEntryId), ids.collect::<Vec<_>>());
    let names = stated(Field::ProtocolName);
    assert_eq!(names.len(), 22);
    assert_eq!(names[0], "Foobar over [MSAFD Tcpip [TCP/IP]]");
    assert_eq!(names[9], r"MSAFD NetBIOS [\Device\NetBT_Tcpip_{74427F6E-EAED-4823-A03A-3759EBBB760B}] SEQPACKET 0");
    assert_eq!(names[21], "Foobar");
    assert!(reading.store.fragments.iter().all(|part| part.facts.len() == 2 && part.bits.is_none()));
    assert_eq!(gaps(&reading), [gap(1, "more than the ids and descriptions of its entries")]);
}

#[test]
fn each_byte_in_the_analysis_of_zero_access_stands_at_its_documented_offset() {
    let text = String::from_utf8(sample("zaccess_packedcatalogitem.txt")).expect("the sample is UTF-8");
    let info = ProtocolInfo {
        path: "mswsock.dll".to_owned(),
        name: "MSAFD NetBIOS".to_owned(),
        service_flags: 0x0002_0209,
        provider_id: Uuid::from_u128(0x8d5f1830_c273_11cf_95c8_00805f48a192),
        catalog_entry_id: 1005,
        chain: ProtocolChain::BASE,
        version: 2,
        address_family: 17,
        max_address_length: 20,
        min_address_length: 20,
        socket_type: 2,
        protocol: i32::MIN,
        further: Some(Further { provider_flags: 8, message_size: 64000, ..Further::default() }),
    };
    let item = PackedItem::new(&info).expect("the texts fit");
    let start = text.lines().find_map(|line| line.strip_prefix("PackedCatalogItem (start): "));
    let (path, garbage) = start.and_then(|line| line.split_once(" <zeros...> ")).expect("the sample has that line");
    assert_eq!(item.as_bytes()[..12], hex(path));
    let groups = text.lines().find_map(|line| line.trim().strip_prefix("then: ")).expect("the sample has that line");
    // The offsets of the structure as it is documented; where the analysis leaves bytes out, zeros stand.
    let offsets = [260, 264, 276, 280, 296, 300, 304, 332, 336, 340, 344, 348, 352, 356, 368, 372, 376, 888];
    let groups: Vec<&str> = groups.split(" | ").collect();
    assert_eq!(groups.len(), offsets.len() - 1);
    for (group, range) in groups.into_iter().zip(offsets.windows(2)) {
        let bytes = &item.as_bytes()[range[0]..range[1]];
        let written = hex(group);
        match written.len() {
            0 => assert!(bytes.iter().all(|&byte| byte == 0), "{group} at {}", range[0]),
            _ if group.ends_with("...") => assert_eq!(bytes[..written.len()], written, "{group} at {}", range[0]),
            _ => assert_eq!(bytes, written, "{group} at {}", range[0]),
        }
    }
    let mut bytes = *item.as_bytes();
    bytes[256..260].copy_from_slice(&hex(garbage));
    let mut dirty = PackedItem::from_bytes(&bytes).expect("the size is right");
    assert_eq!(dirty.info().as_ref(), Ok(&info), "what stands behind the zero is no part of the path");
    dirty.set_info(&info).expect("the texts fit");
    assert_eq!(dirty.as_bytes(), &bytes, "and stays");
}

/// The bytes of a group of hexadecimal numbers; none where it tells in words that they are zeros.
fn hex(group: &str) -> Vec<u8> {
    let is_byte = |word: &&str| word.len() == 2 && word.bytes().all(|digit| digit.is_ascii_hexdigit());
    let bytes = group.split_whitespace().filter(is_byte);
    bytes.map(|byte| u8::from_str_radix(byte, 16).expect("two digits")).collect()
}

/// An item with only what netsh prints.
fn printed(info: &ProtocolInfo) -> ProtocolInfo {
    let mut info = ProtocolInfo { further: None, ..info.clone() };
    if info.chain.ids().is_empty() {
        info.chain.entries = [0; 7];
    }
    info
}

#[test]
fn the_catalog_of_a_machine_as_netsh_prints_it_reads_back_in_either_language() {
    let export = sound("windows-10-1709.reg", &sample("windows-10-1709.reg")).store;
    for language in [ENGLISH, CHINESE] {
        let text = language.catalog(&export);
        let reading = sound("netsh.txt", text.as_bytes());
        assert_eq!(reading.store.sets.len(), 2);
        for (read, stated) in reading.store.sets.iter().zip(&export.sets) {
            assert_eq!((read.bits, read.items.len()), (stated.bits, 16));
            for (read, stated) in read.items.iter().zip(&stated.items) {
                assert_eq!(read.info, printed(&stated.info));
                values_stand_at_their_places(&text, read);
            }
        }
        let space = |provider: &NameSpaceProvider| {
            let NameSpaceProvider { name, provider_id, name_space, enabled, version, .. } = provider;
            (name.clone(), *provider_id, *name_space, *enabled, *version)
        };
        let spaces = |set: &winsock::NameSpaceSet| set.providers.iter().map(space).collect::<Vec<_>>();
        assert_eq!(spaces(&reading.store.name_spaces[0]), spaces(&export.name_spaces[0]));
        assert_eq!(spaces(&reading.store.name_spaces[0]).len(), 7);
    }
}

fn values_stand_at_their_places(text: &str, item: &Item) {
    let shown = |field| &text[item.field_at(field).range()];
    assert_eq!(shown(Field::ProtocolName), item.info.name);
    assert_eq!(shown(Field::LibraryPath), item.info.path);
    assert_eq!(shown(Field::CatalogEntryId), item.info.catalog_entry_id.to_string());
    assert_eq!(shown(Field::Protocol), item.info.protocol.to_string());
    assert_eq!(shown(Field::ServiceFlags1), format!("{:#x}", item.info.service_flags));
    assert_eq!(shown(Field::ChainLength), item.info.chain.length.to_string());
}

/// Texts as descriptions and paths are, odd ones too, without blanks around them, which nobody can tell from netsh's own.
fn texts() -> impl Strategy<Value = String> {
    let odd = prop_oneof!["[ -~]{0,40}", r"\PC{0,40}", r"[:：(){}\[\]\-. ]{0,40}", "(0x)?[0-9]{1,9}( : [0-9]{4})?"];
    odd.prop_map(|text| text.trim_matches([' ', '\u{a0}']).to_owned())
}

fn infos() -> impl Strategy<Value = ProtocolInfo> {
    let numbers = (any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>());
    let chain = (0..=7_i32, any::<[u32; 7]>());
    (texts(), texts(), any::<u128>(), any::<u32>(), any::<u32>(), numbers, chain).prop_map(
        |(name, path, provider_id, catalog_entry_id, service_flags, numbers, (length, entries))| {
            let (version, address_family, max_address_length, min_address_length, socket_type, protocol) = numbers;
            printed(&ProtocolInfo {
                path,
                name,
                service_flags,
                provider_id: Uuid::from_u128(provider_id),
                catalog_entry_id,
                chain: chain_of(length, entries),
                version,
                address_family,
                max_address_length,
                min_address_length,
                socket_type,
                protocol,
                further: None,
            })
        },
    )
}

fn chain_of(length: i32, mut entries: [u32; 7]) -> ProtocolChain {
    entries.iter_mut().skip(usize::try_from(length).unwrap_or(0)).for_each(|entry| *entry = 0);
    ProtocolChain { length, entries }
}

fn language() -> impl Strategy<Value = Language> {
    any::<bool>().prop_map(|chinese| if chinese { CHINESE } else { ENGLISH })
}

proptest! {
    #[test]
    fn what_netsh_prints_of_any_catalog_reads_back(
        infos in proptest::collection::vec((infos(), any::<bool>()), 1..8),
        language in language(),
    ) {
        let mut text = String::new();
        infos.iter().for_each(|(info, is_32)| language.entry(&mut text, info, *is_32));
        let store = sound("netsh.txt", text.as_bytes()).store;
        let tells_bits = infos.iter().any(|(_, is_32)| *is_32);
        for set in &store.sets {
            prop_assert_eq!(set.bits.is_some(), tells_bits);
            let is_32 = set.bits == Some(Bitness::Bits32);
            let stated: Vec<&ProtocolInfo> = infos.iter().filter(|(_, of_32)| *of_32 == is_32).map(|(info, _)| info).collect();
            let read: Vec<&ProtocolInfo> = set.items.iter().map(|item| &item.info).collect();
            prop_assert_eq!(read, stated);
            set.items.iter().for_each(|item| values_stand_at_their_places(&text, item));
        }
        prop_assert_eq!(store.items().count(), infos.len());
        prop_assert!(store.fragments.is_empty());
    }

    #[test]
    fn a_text_that_was_damaged_is_read_or_refused_at_a_place(
        infos in proptest::collection::vec(infos(), 1..5),
        language in language(),
        damages in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, r"[ -~\n：]{0,20}"), 1..6),
    ) {
        let mut text = String::new();
        infos.iter().for_each(|info| language.entry(&mut text, info, false));
        for (at, length, with) in damages {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &with);
        }
        let mut options = Options::default();
        options.from = Some(SourceForm::Netsh);
        let reading = winsock::read("netsh.txt", text.as_bytes(), None, &options);
        let reading = reading.expect("the form is insisted on").expect("it is a text");
        let source = reading.sources.iter().next().expect("there is one document").1;
        // Lines are joined where damage looks like a console's wrapping.
        if !source.text().contains('\u{b}') {
            prop_assert_eq!(source.text(), text.as_str());
        }
        let text = source.text();
        let spans = reading.faults.iter().map(|fault| fault.at);
        let spans = spans.chain(reading.store.fragments.iter().flat_map(|part| part.facts.values().map(|stated| stated.at)));
        for span in spans {
            prop_assert!(text.get(span.range()).is_some(), "{span:?}");
        }
        let stated = reading.store.items().count() + reading.store.fragments.len();
        prop_assert!(stated == 0 || reading.store.fragments.is_empty() || !reading.faults.is_empty());
        reading.store.items().for_each(|item| {
            assert_eq!(&text[item.field_at(Field::ProtocolName).range()], item.info.name);
        });
    }
}

/// The Chinese characters of the sample in GBK, the code page of Chinese consoles (936).
const GBK: [(char, [u8; 2]); 31] = [
    ('供', [0xb9, 0xa9]),
    ('务', [0xce, 0xf1]),
    ('协', [0xd0, 0xad]),
    ('地', [0xb5, 0xd8]),
    ('址', [0xd6, 0xb7]),
    ('型', [0xd0, 0xcd]),
    ('基', [0xbb, 0xf9]),
    ('大', [0xb4, 0xf3]),
    ('小', [0xd0, 0xa1]),
    ('序', [0xd0, 0xf2]),
    ('度', [0xb6, 0xc8]),
    ('录', [0xc2, 0xbc]),
    ('径', [0xbe, 0xb6]),
    ('志', [0xd6, 0xbe]),
    ('描', [0xc3, 0xe8]),
    ('提', [0xcc, 0xe1]),
    ('族', [0xd7, 0xe5]),
    ('最', [0xd7, 0xee]),
    ('服', [0xb7, 0xfe]),
    ('本', [0xb1, 0xbe]),
    ('标', [0xb1, 0xea]),
    ('版', [0xb0, 0xe6]),
    ('目', [0xc4, 0xbf]),
    ('程', [0xb3, 0xcc]),
    ('类', [0xc0, 0xe0]),
    ('议', [0xd2, 0xe9]),
    ('路', [0xc2, 0xb7]),
    ('述', [0xca, 0xf6]),
    ('链', [0xc1, 0xb4]),
    ('长', [0xb3, 0xa4]),
    ('项', [0xcf, 0xee]),
];

/// A text as a console of this width shows it: longer lines go on in the next one.
fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        let parts: Vec<String> = characters.chunks(width).map(|part| part.iter().collect()).collect();
        // What is copied from a console has no blanks at the ends of its lines.
        parts.iter().for_each(|part| wrapped += &format!("{}\n", part.trim_end()));
        if parts.is_empty() {
            wrapped.push('\n');
        }
    }
    wrapped
}

#[test]
fn what_a_console_wrapped_is_joined() {
    let reading = read(&sample("netsh_wrap80.txt"));
    let path = r"C:\Program Files (x86)\Sangfor\SSL\ClientComponent\31_SangforTcpX64.dll";
    let entry = format!(
        "1018 | SangforLSP_x64 | 62816a64-dac2-48dd-b3ad-843c916ddf80 | {path} | 2 | 2/1/6 | 16 16 | 0x20066 | 0 []"
    );
    assert_eq!((gaps(&reading), set(&reading, 0)), (Vec::new(), (None, vec![entry])));
    // Places stay in the lines of the source.
    let item = reading.store.items().next().expect("there is one");
    assert_eq!(reading.sources.locate(item.field_at(Field::CatalogEntryId)).line, 8);
    for (width, length) in
        [(80, 43), (80, 44), (80, 45), (80, 90), (80, 150), (120, 83), (120, 84), (120, 85), (120, 200)]
    {
        let long: String = r"C:\Program Files\Acme and others\".chars().cycle().take(length).collect();
        let long = format!("{}x.dll", long.trim_end());
        let text = Catalog::sound().change(1007, |info| info.path.clone_from(&long)).netsh();
        let (whole, cut) = (read(text.as_bytes()), read(wrapped(&text, width).as_bytes()));
        assert_eq!((gaps(&cut), set(&cut, 0)), (gaps(&whole), set(&whole, 0)), "{width} {length}");
    }
}

#[test]
fn what_the_sample_of_wsaenumprotocols_prints_is_refused() {
    let refused = |text: &[u8]| {
        let read = winsock::read("text", text, None, &Options::default()).expect("it looks like netsh's");
        read.err().map(|kind| kind.to_string())
    };
    let whole = String::from_utf8(sample("wsaenumprotocols.txt")).expect("it is UTF-8");
    let message = "`Max Socket Address Length` is of what Microsoft's sample of `WSAEnumProtocols` prints, which states no libraries: \
                   take what `netsh winsock show catalog` prints, or an export";
    assert_eq!(refused(whole.as_bytes()), Some(format!("line 11: {message}")));
    // A part of it too, as people post it.
    let second = whole.find("Winsock Catalog Provider Entry #1").expect("there are several");
    assert_eq!(refused(&whole.as_bytes()[second..]), Some(format!("line 9: {message}")));
}

#[test]
fn marks_of_what_is_left_out_are_seen_wherever_they_stand() {
    let text = Catalog::plain().netsh();
    let second = text[1..].find("\nWinsock").expect("there are several entries") + 1;
    for mark in [".", ".\n.\n.", "...", "[...]", "[... further entries ...]", "...snip...", "(truncated)", "\u{22ee}"] {
        let first = mark.lines().next().unwrap_or_default();
        let before = read(format!("{mark}\n{text}").as_bytes());
        assert_eq!(gaps(&before), [gap(1, &format!("what `{first}` stands for"))], "{mark}");
        let between = read(format!("{}\n{mark}\n{}", &text[..second], &text[second..]).as_bytes());
        assert_eq!(gaps(&between), [gap(18, &format!("what `{first}` stands for"))], "{mark}");
        for reading in [before, between] {
            let report = sockatlas::winsock::report::report(&reading, None);
            assert!(report.has_gaps, "{mark}");
        }
    }
    assert_eq!(gaps(&read(text.as_bytes())), []);
}

/// netsh prints the name-space providers last: a text without them may end anywhere.
#[test]
fn of_a_text_that_may_end_anywhere_no_request_is_known_to_be_refused() {
    use sockatlas::winsock::report::{Outcome, report};
    let only = |family: i32| {
        let mut catalog = Catalog::plain();
        catalog.sets[1].items.retain(|item| item.info.address_family == family);
        catalog.netsh()
    };
    let outcome = |text: String| {
        let reading = read(text.as_bytes());
        let report = report(&reading, None);
        let answers = &report.sets[0].answers;
        answers.iter().find(|answer| answer.request.name == "TCP/IPv6").expect("it is usual").now
    };
    assert_eq!(outcome(only(2)), Outcome::NotStated);
    let name_space = "\nName Space Provider Entry\n------------------------------------------------------\n\
                      Description:                        Tcpip\n\
                      Provider ID:                        {22059D40-7E9E-11CF-AE5A-00AA00A7112B}\n\
                      Name Space:                         12\n\
                      Active:                             1\n\
                      Version:                            0\n";
    assert_eq!(outcome(format!("{}{name_space}", only(2))), Outcome::Refused);
    assert_eq!(outcome(format!("{}{name_space}", only(23))), Outcome::Entry(0));
}
