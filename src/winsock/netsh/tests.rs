use super::*;
use crate::catalog::Sources;
use crate::winsock::ItemKind;

const TCP: &str = "\
Winsock Catalog Provider Entry
------------------------------------------------------
Entry Type:                         Base Service Provider
Description:                        MSAFD Tcpip [TCP/IP]
Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
Provider Path:                      %SystemRoot%\\system32\\mswsock.dll
Catalog Entry ID:                   1006
Version:                            2
Address Family:                     2
Max Address Length:                 16
Min Address Length:                 16
Socket Type:                        1
Protocol:                           6
Service Flags:                      0x20066
Protocol Chain Length:              1
";

const CHAIN: &str = "\
Winsock Catalog Provider Entry
------------------------------------------------------
Entry Type:                         Layered Chain Entry
Description:                        Acme over [MSAFD Tcpip [TCP/IP]]
Provider ID:                        {1C39A736-9641-4F43-9C20-AEED81692A07}
Provider Path:                      C:\\WINDOWS\\system32\\acme.dll
Catalog Entry ID:                   1032
Version:                            2
Address Family:                     2
Max Address Length:                 16
Min Address Length:                 16
Socket Type:                        1
Protocol:                           6
Service Flags:                      0x66
Protocol Chain Length:              2
Protocol Chain: 1031 : 1006
";

const DNS: &str = "\
Name Space Provider Entry
------------------------------------------------------
Description:                        Tcpip
Provider ID:                        {22059D40-7E9E-11CF-AE5A-00AA00A7112B}
Name Space:                         12
Active:                             1
Version:                            0
";

/// Returns the store of a text, and its faults as `LINE:COLUMN: MESSAGE`.
fn stated(text: &str) -> (Store, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("netsh.txt", text.to_owned());
    let mut faults = Vec::new();
    let store = parse(file, sources.get(file).text(), &mut faults);
    let place = |fault: &Fault| {
        let location = fault.location(&sources);
        format!("{}:{}: {}", location.line, location.column, fault.kind)
    };
    let faults = faults.iter().map(place).collect();
    (store, faults)
}

/// Returns the store of a text that must have no faults.
#[track_caller]
fn sound(text: &str) -> Store {
    let (store, faults) = stated(text);
    assert!(faults.is_empty(), "{faults:?}");
    store
}

fn ids(store: &Store) -> Vec<u32> {
    store.items().map(Item::id).collect()
}

/// Returns the facts of the only fragment, in the order of the text.
#[track_caller]
fn only_fragment(store: &Store) -> Vec<(Field, &str)> {
    assert_eq!(store.fragments.len(), 1);
    store.fragments[0].facts.iter().map(|(&field, stated)| (field, stated.value.as_str())).collect()
}

#[test]
fn a_whole_entry_is_read_by_the_order_of_its_lines() {
    let store = sound(TCP);
    assert_eq!((store.form, store.sets.len(), store.sets[0].bits), (SourceForm::Netsh, 1, None));
    let info = &store.sets[0].items[0].info;
    assert_eq!(info.name, "MSAFD Tcpip [TCP/IP]");
    assert_eq!(info.path, "%SystemRoot%\\system32\\mswsock.dll");
    assert_eq!(info.provider_id.to_string(), "e70f1aa0-ab8b-11cf-8ca3-00805f48a192");
    assert_eq!((info.catalog_entry_id, info.version, info.triple()), (1006, 2, (2, 1, 6)));
    assert_eq!((info.max_address_length, info.min_address_length, info.service_flags), (16, 16, 0x20066));
    assert_eq!((info.kind(), info.further.as_ref()), (ItemKind::Base, None));
}

#[test]
fn the_place_of_a_field_is_its_value() {
    let text = format!("{TCP}\n{CHAIN}");
    let store = sound(&text);
    let item = &store.sets[0].items[1];
    let shown = |field| &text[item.field_at(field).range()];
    assert_eq!(&text[item.at.range()], "Winsock Catalog Provider Entry");
    assert_eq!(shown(Field::LibraryPath), "C:\\WINDOWS\\system32\\acme.dll");
    assert_eq!(shown(Field::ServiceFlags1), "0x66");
    assert_eq!(shown(Field::ChainEntries), "1031 : 1006");
    assert_eq!(item.info.chain.ids(), [1031, 1006]);
    assert_eq!(item.field_at(Field::ProviderFlags), item.at, "what netsh does not print stands nowhere");
}

#[test]
fn labels_may_be_in_any_language_and_with_colons_of_their_own() {
    let french = TCP.replace("Entry Type:", "Type d'entrée :").replace("Protocol:", "Protocole :");
    assert_eq!(sound(&french).sets[0].items[0].info, sound(TCP).sets[0].items[0].info);
    let full_width: String = TCP.lines().map(|line| line.replacen(": ", "：", 1) + "\n").collect();
    assert_eq!(sound(&full_width).sets[0].items[0].info, sound(TCP).sets[0].items[0].info);
}

#[test]
fn entries_with_the_suffix_are_the_32_bit_set_and_then_the_others_the_64_bit_one() {
    let of_32 = TCP.replace("Base Service Provider", "Base Service Provider (32)");
    let store = sound(&format!("{TCP}\n{of_32}\n{TCP}\n"));
    let sets: Vec<_> = store.sets.iter().map(|set| (set.bits, set.items.len())).collect();
    assert_eq!(sets, [(Some(Bitness::Bits64), 2), (Some(Bitness::Bits32), 1)]);
    let wide = TCP.replace("Base Service Provider", "基本服务提供程序（32）");
    assert_eq!(sound(&wide).sets[0].bits, Some(Bitness::Bits32));
}

#[test]
fn what_consoles_and_people_put_around_it_changes_nothing() {
    let plain = sound(&format!("{CHAIN}\n\n{TCP}\n{DNS}\n"));
    let infos = |store: &Store| store.items().map(|item| item.info.clone()).collect::<Vec<_>>();
    let whole = format!("C:\\>netsh winsock show catalog\n\n{CHAIN}\n\n{TCP}\n{DNS}\nC:\\>\n");
    let manners: [(&str, String); 8] = [
        ("CRLF", whole.replace('\n', "\r\n")),
        ("indented", whole.lines().map(|line| format!("    {line}\n")).collect()),
        ("quoted", whole.lines().map(|line| format!("> > {line}\n")).collect()),
        ("trailing blanks", whole.lines().map(|line| format!("{line}   \n")).collect()),
        ("fenced", format!("Here is what it prints:\n\n```text\n{whole}```\n")),
        ("double-spaced", whole.replace('\n', "\n\n")),
        ("one blank", whole.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()),
        ("tabs", whole.lines().map(|line| line.replacen(": ", ":\t", 1) + "\n").collect()),
    ];
    for (manner, text) in manners {
        assert!(looks_like(&text), "{manner}");
        let store = sound(&text);
        assert_eq!(infos(&store), infos(&plain), "{manner}");
        assert_eq!(store.name_spaces[0].providers.len(), 1, "{manner}");
    }
}

#[test]
fn name_space_providers_are_stated_by_the_place_of_their_guid() {
    let store = sound(&format!("{TCP}\n{DNS}Stores Service Class Info:          0\n"));
    let [set] = store.name_spaces.as_slice() else { panic!("{:?}", store.name_spaces) };
    let provider = &set.providers[0];
    assert_eq!((provider.name.as_str(), provider.name_space, provider.enabled), ("Tcpip", Some(12), Some(true)));
    assert_eq!((provider.version, provider.path.as_deref()), (Some(0), None));
    assert_eq!(provider.beside[0].name, "Stores Service Class Info");
    assert_eq!(provider.beside[0].data, [b'0', 0, 0, 0]);
    assert_eq!(ids(&store), [1006]);
}

#[test]
fn a_name_space_provider_stated_in_part_is_a_gap() {
    let cut = DNS.split_once("Active").map(|(cut, _)| cut).expect("it has that line");
    let (store, faults) = stated(&format!("{TCP}\n{cut}"));
    assert_eq!(faults, ["21:1: the source does not state `Active` and the line behind it of `Tcpip`"]);
    assert!(store.name_spaces.is_empty());
    let wrong = DNS.replace("12\n", "twelve\n");
    assert_eq!(stated(&wrong).1, ["5:37: `twelve` where `Name Space` should be a number"]);
}

#[test]
fn an_entry_that_breaks_off_is_a_gap_at_its_last_line_and_keeps_its_facts() {
    let cut = TCP.split_once("Version").map(|(cut, _)| cut).expect("it has that line");
    let (store, faults) = stated(cut);
    assert_eq!(
        faults,
        ["7:1: the source does not state `Version` and the 7 lines behind it of `MSAFD Tcpip [TCP/IP]`"]
    );
    let facts = [
        (Field::ProtocolName, "MSAFD Tcpip [TCP/IP]"),
        (Field::ProviderId, "{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}"),
        (Field::LibraryPath, "%SystemRoot%\\system32\\mswsock.dll"),
        (Field::CatalogEntryId, "1006"),
    ];
    assert_eq!(only_fragment(&store), facts);
    assert_eq!(store.items().count(), 0);
}

#[test]
fn a_chain_without_its_ids_is_a_gap() {
    let cut = CHAIN.replace("Protocol Chain: 1031 : 1006\n", "");
    let (store, faults) = stated(&format!("{cut}\n{TCP}"));
    assert_eq!(faults, ["15:1: the source does not state `Protocol Chain` of `Acme over [MSAFD Tcpip [TCP/IP]]`"]);
    assert_eq!((ids(&store), store.fragments.len()), (vec![1006], 1));
}

#[test]
fn a_chain_with_more_ids_than_its_length_is_refused_at_the_ids() {
    let (_, faults) = stated(&CHAIN.replace("1031 : 1006", "1031 : 1030 : 1006"));
    assert_eq!(faults, ["16:17: 3 ids where the length of the chain is 2"]);
}

#[test]
fn a_length_that_no_chain_has_is_kept_for_the_rule_on_chains() {
    let store = sound(&TCP.replace("Length:              1", "Length:              -4"));
    assert_eq!(store.sets[0].items[0].info.chain.length, -4);
    let long = CHAIN
        .replace("Length:              2", "Length:              8")
        .replace("1031 : 1006", "1 : 2 : 3 : 4 : 5 : 6 : 7 : 8");
    let chain = sound(&long).sets[0].items[0].info.chain;
    assert_eq!((chain.length, chain.entries), (8, [1, 2, 3, 4, 5, 6, 7]));
}

#[test]
fn a_value_that_cannot_be_read_is_stated_at_its_column() {
    let cases = [
        ("0x20066", "20066h", "14:37: `20066h` where `Service Flags` should be a hexadecimal number as in 0x20066"),
        (
            "{E70F1AA0-AB8B",
            "{E70F1AA0-XXXX",
            "5:37: `{E70F1AA0-XXXX-11CF-8CA3-00805F48A192}` where `Provider ID` should be a GUID in braces",
        ),
        ("1006", "-1006", "7:37: `-1006` where `Catalog Entry ID` should be a catalog entry id"),
        ("  16\nMin", "  16.5\nMin", "10:37: `16.5` where `Max Address Length` should be a number"),
        ("  6\n", "  99999999999\n", "13:37: `99999999999` where `Protocol` should be a number"),
    ];
    for (from, to, message) in cases {
        let text = TCP.replacen(from, to, 1);
        let (store, faults) = stated(&text);
        assert_eq!(faults, [message], "{to}");
        assert_eq!((store.items().count(), store.fragments.len()), (0, 1), "{to}");
    }
}

#[test]
fn protocols_above_the_largest_are_negative_ones_printed_without_sign() {
    for netbios in ["2147483648", "-2147483648"] {
        let store = sound(&TCP.replace("Protocol:                           6", &format!("Protocol:   {netbios}")));
        assert_eq!(store.sets[0].items[0].info.protocol, i32::MIN);
    }
}

#[test]
fn a_missing_line_among_numbers_is_stated_where_that_is_seen_and_no_number_is_guessed() {
    let (store, faults) = stated(&TCP.replace("Version:                            2\n", ""));
    let message = "13:1: the source does not state 1 of the 7 lines from `Catalog Entry ID` to `Protocol` of `MSAFD Tcpip [TCP/IP]`";
    assert_eq!(faults, [message]);
    let stated_fields: Vec<Field> = only_fragment(&store).into_iter().map(|(field, _)| field).collect();
    let sure = [Field::ProtocolName, Field::ProviderId, Field::LibraryPath, Field::ServiceFlags1, Field::ChainLength];
    assert_eq!(stated_fields, sure);
}

#[test]
fn an_entry_without_its_first_line_is_no_name_space_provider() {
    let (store, faults) = stated(&TCP.replace("Entry Type:                         Base Service Provider\n", ""));
    let message = "4:1: the source does not state 1 of the 2 lines from `Entry Type` to `Description` of this entry";
    assert_eq!(faults, [message]);
    assert_eq!((only_fragment(&store).len(), store.name_spaces.len()), (11, 0));
}

#[test]
fn whole_entries_teach_the_labels_that_place_the_lines_of_others() {
    let cut = TCP.replace("Version:                            2\n", "");
    let (store, faults) = stated(&format!("{cut}\n{CHAIN}"));
    assert_eq!(faults, ["8:1: the source does not state `Version` of `MSAFD Tcpip [TCP/IP]`"]);
    assert_eq!(only_fragment(&store).len(), 11);
    let middle = "Address Family:   23\nMax Address Length:  28\n";
    let (store, faults) = stated(&format!("{middle}\n{CHAIN}"));
    assert_eq!(only_fragment(&store), [(Field::AddressFamily, "23"), (Field::MaxAddressLength, "28")]);
    assert_eq!(faults.len(), 1);
}

#[test]
fn lines_without_a_header_are_placed_only_where_their_values_fit_in_one_place() {
    let (store, _) =
        stated("Min Address Length:                 8\nSocket Type:      1\nProtocol:   1\nService Flags:  0x20006\n");
    let facts = [
        (Field::MinAddressLength, "8"),
        (Field::SocketType, "1"),
        (Field::Protocol, "1"),
        (Field::ServiceFlags1, "0x20006"),
    ];
    assert_eq!(only_fragment(&store), facts);
    let (store, faults) = stated("Socket Type:      1\nProtocol:   1\n");
    assert!(only_fragment(&store).is_empty(), "two numbers may be any of eight");
    assert_eq!(faults.len(), 1);
}

#[test]
fn thirteen_lines_whose_header_is_lost_are_a_whole_entry() {
    let lines = TCP.split_once("--\n").map(|(_, lines)| lines).expect("it has a rule");
    assert_eq!(ids(&sound(lines)), [1006]);
}

#[test]
fn a_header_without_its_lines_is_a_gap_once_another_entry_tells_what_a_header_is() {
    let (store, faults) = stated(&format!("{TCP}\nWinsock Catalog Provider Entry\n"));
    assert_eq!(
        faults,
        ["17:1: the source does not state what stands below this header, `Winsock Catalog Provider Entry`"]
    );
    assert!(only_fragment(&store).is_empty());
    let (store, faults) = stated(&format!("{TCP}\nWinsock Catalog Provider Entry\n------------------------\n"));
    assert_eq!((store.fragments.len(), faults.len()), (1, 1));
}

#[test]
fn a_mark_between_whole_entries_is_a_gap() {
    for mark in ["[...]", "...", "…", "(…)", "[snip]"] {
        let (store, faults) = stated(&format!("{CHAIN}\n{mark}\n{TCP}"));
        assert_eq!(faults, [format!("18:1: the source does not state what `{mark}` stands for")]);
        assert_eq!(ids(&store), [1032, 1006]);
    }
}

#[test]
fn text_around_entries_is_no_gap_unless_it_looks_like_a_part_of_one() {
    let around = "Hello,\n\nmy friend said: look at this\n----------------------------\nThanks: a lot\n\n";
    assert_eq!(ids(&sound(&format!("{around}{TCP}\nBye: see you\n"))), [1006]);
    let (_, faults) = stated(&format!("{TCP}\nService Flags: 0x20066\n"));
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn a_text_with_nothing_of_netsh_is_a_gap_and_is_not_taken_for_netsh() {
    for text in
        ["", "\n\n", "format = 1\n# --------------------------\n[base.tcp]\nfamily = \"inet\"\n", "----\nA: b\n"]
    {
        assert!(!looks_like(text), "{text}");
        let missing = "1:1: the source does not state a single entry: no line is one that netsh prints";
        assert_eq!(stated(text).1, [missing], "{text}");
    }
}

#[test]
fn texts_longer_than_an_item_has_room_for_are_malformed() {
    let long = "x".repeat(256);
    let (store, faults) = stated(&TCP.replace("MSAFD Tcpip [TCP/IP]", &long));
    assert_eq!(faults, ["4:37: a text of 256 UTF-16 units where szProtocol has room for 255"]);
    assert_eq!(store.sets[0].items[0].info.name, long);
}

#[test]
fn parts_without_end_are_given_up_at_a_limit() {
    let (store, faults) = stated(&"Service Flags: 0x1\n\n".repeat(50_000));
    assert_eq!(store.fragments.len(), MOST_FRAGMENTS + 1);
    assert_eq!(
        faults.last().expect("one"),
        "1:1: number of entries stated in part: 10001 is more than the 10000 allowed"
    );
}

#[test]
fn console_text_in_the_chinese_code_page_reads_as_the_same_entry() {
    // "Winsock 目录提供程序项" and "描述" in GBK, with each byte as the character of that number.
    let gbk = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
    let header = gbk(b"Winsock \xc4\xbf\xc2\xbc\xcc\xe1\xb9\xa9\xb3\xcc\xd0\xf2\xcf\xee");
    let text = TCP
        .replace("Winsock Catalog Provider Entry", &header)
        .replace("Description:", &gbk(b"\xc3\xe8\xca\xf6:"))
        .replace(
            "Base Service Provider",
            &gbk(b"\xbb\xf9\xb1\xbe\xb7\xfe\xce\xf1\xcc\xe1\xb9\xa9\xb3\xcc\xd0\xf2(32)"),
        );
    assert!(looks_like(&text));
    let store = sound(&text);
    assert_eq!(store.sets[0].bits, Some(Bitness::Bits32));
    assert_eq!(store.sets[0].items[0].info, sound(TCP).sets[0].items[0].info);
}
