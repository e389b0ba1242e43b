//! Every rule of Winsock catalogs on an export that breaks it: code, severity, place and text.

use super::fixture::{ACME, Catalog, Export, IFS_HANDLES, chained, standard};
use sockatlas::Loader;
use sockatlas::catalog::Severity::{self, Error, Note, Warning};
use sockatlas::check::{Settings, check};
use sockatlas::report::Report;
use sockatlas::winsock::info::provider_flags::HIDDEN;
use sockatlas::winsock::{Field, Further, Options, PackedItem, ProtocolChain, ProtocolInfo};
use std::path::Path;

/// What is found at a place: code, severity, line and column, message.
type Told = (&'static str, Severity, (usize, usize), String);

fn checked(path: &Path, settings: &Settings) -> Report {
    check(&Loader::new().winsock(Options::default()).path(path), settings)
}

/// The findings on an export, in the order of their places.
fn told(export: &Export) -> Vec<Told> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = checked(&export.write(folder.path()), &Settings::new());
    let told = report.findings.iter().map(|finding| {
        let at = report.sources.locate(finding.at);
        assert!(finding.help.is_some(), "{} says what to do", finding.code);
        (finding.code, finding.severity, (at.line as usize, at.column as usize), finding.message.clone())
    });
    told.collect()
}

/// A key of the 32-bit set, by the number of the item.
fn key32(number: u32) -> String {
    format!(r"\Catalog_Entries\{number:012}")
}

/// A key of the 64-bit set.
fn key64(number: u32) -> String {
    format!(r"\Catalog_Entries64\{number:012}")
}

/// Asserts that an export has exactly this finding in each set, at this field of the item of this number.
#[track_caller]
fn in_both_sets(catalog: &Catalog, code: &str, severity: Severity, number: u32, field: Field, message: &str) {
    let export = catalog.reg();
    let expected =
        [key32(number), key64(number)].map(|key| (code, severity, export.place(&key, field), message.to_owned()));
    assert_eq!(told(&export), expected);
}

#[test]
fn a_sound_catalog_gives_no_finding() {
    assert_eq!(told(&Catalog::sound().reg()), []);
    assert_eq!(told(&Catalog::plain().reg()), []);
}

#[test]
fn a_real_catalog_gives_notes_only() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples/windows-10-1709.reg");
    let report = checked(&sample, &Settings::new());
    assert_eq!(report.tally.documents, 1);
    assert!(report.tally.entries >= 16, "{:?}", report.tally);
    let loud: Vec<_> = report.findings.iter().filter(|finding| finding.severity > Note).collect();
    assert!(loud.is_empty(), "{loud:#?}");
    // Four RSVP entries in each set, and the datagrams of vSockets.
    let count = |code| report.findings.iter().filter(|finding| finding.code == code).count();
    assert_eq!((count("winsock-shadowed-chain"), count("winsock-flags")), (8, 2));
}

#[test]
fn a_chain_that_names_no_entry_is_refused_at_its_ids() {
    let broken = Catalog::sound().change(1008, |info| info.chain.entries[0] = 1040);
    let message = "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) runs over id 1040 (number 1 of 2), \
                   which no item of the set has";
    in_both_sets(&broken, "winsock-broken-chain", Error, 1, Field::ChainEntries, message);
}

#[test]
fn every_chain_of_a_layer_that_is_gone_is_told() {
    let broken = Catalog::sound().without(1007);
    let export = broken.reg();
    let told = told(&export);
    let places: Vec<_> = told.iter().map(|(code, _, place, _)| (*code, *place)).collect();
    let keys = [1, 2, 3].map(key32).into_iter().chain([1, 2, 3].map(key64));
    let expected: Vec<_> = keys.map(|key| ("winsock-broken-chain", export.place(&key, Field::ChainEntries))).collect();
    assert_eq!(places, expected);
}

#[test]
fn a_chain_that_ends_in_a_layer_or_a_chain_is_refused() {
    let broken = Catalog::sound().change(1008, |info| info.chain = ProtocolChain::over(&[1007, 1009]).unwrap());
    let message = "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) ends in `Acme over [MSAFD Tcpip \
                   [UDP/IP]]` (id 1009, key `000000000002`), which is a chain where a base protocol is expected";
    in_both_sets(&broken, "winsock-chain-without-base", Error, 1, Field::ChainEntries, message);
}

#[test]
fn lengths_that_no_chain_has_are_refused() {
    for length in [-1, 8, i32::MAX] {
        // The RAW chain, which is the only one of its type: what it does not cover would be told too.
        let broken = Catalog::sound().change(1004, |info| info.chain.length = length);
        let export = broken.reg();
        let expected = format!(
            "item `MSAFD Tcpip [TCP/IPv6]` (id 1004, key `000000000007`) has a chain of length {length} where 0 to 7 is possible"
        );
        let place = export.place(&key64(7), Field::ChainLength);
        let told = told(&export);
        let found = told.iter().find(|(code, _, at, _)| *code == "winsock-malformed-chain" && *at == place);
        assert_eq!(found.map(|(_, severity, _, message)| (*severity, message)), Some((Error, &expected)), "{told:#?}");
    }
}

#[test]
fn an_id_twice_in_a_chain_and_a_chain_in_itself_are_refused() {
    let twice = Catalog::sound().change(1008, |info| info.chain = ProtocolChain::over(&[1007, 1007, 1001]).unwrap());
    let message =
        "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) has id 1007 twice in its chain";
    in_both_sets(&twice, "winsock-malformed-chain", Error, 1, Field::ChainEntries, message);

    let itself = Catalog::sound().change(1008, |info| info.chain = ProtocolChain::over(&[1007, 1008, 1001]).unwrap());
    let message =
        "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) has its own id 1008 in its chain";
    let found: Vec<_> = told(&itself.reg()).into_iter().filter(|(_, severity, ..)| *severity == Error).collect();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(code, _, _, text)| *code == "winsock-malformed-chain" && text == message), "{found:#?}");
}

#[test]
fn a_base_protocol_before_the_end_of_a_chain_is_refused() {
    let base = Catalog::sound().change(1008, |info| info.chain = ProtocolChain::over(&[1007, 1002, 1001]).unwrap());
    let message = "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) has `MSAFD Tcpip [UDP/IP]` (id 1002, \
                   key `000000000005`) before its end, which is a base protocol";
    in_both_sets(&base, "winsock-malformed-chain", Error, 1, Field::ChainEntries, message);
}

#[test]
fn chains_over_one_another_are_refused_once_a_circle() {
    let circle = Catalog::sound()
        .change(1008, |info| info.chain = ProtocolChain::over(&[1007, 1011, 1001]).unwrap())
        .with(1, &second_chain(&Catalog::sound()))
        .change(1011, |info| info.chain = ProtocolChain::over(&[1007, 1008, 1001]).unwrap());
    let found: Vec<_> = told(&circle.reg()).into_iter().filter(|(_, severity, ..)| *severity == Error).collect();
    let message =
        "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) runs over itself: 1008 -> 1011 -> 1008";
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|(code, _, _, text)| *code == "winsock-malformed-chain" && text == message), "{found:#?}");
}

/// A second chain over TCP, id 1011.
fn second_chain(sound: &Catalog) -> ProtocolInfo {
    ProtocolInfo { catalog_entry_id: 1011, ..sound.info(1008).clone() }
}

#[test]
fn a_chain_that_differs_from_its_base_is_refused_with_what_differs() {
    let unlike = Catalog::sound().change(1008, |info| (info.max_address_length, info.min_address_length) = (28, 28));
    let message = "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) has longest address 28 and shortest \
                   address 28, its base `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000004`) longest address 16 and shortest \
                   address 16";
    in_both_sets(&unlike, "winsock-chain-unlike-base", Error, 1, Field::MaxAddressLength, message);
    for (field, change) in [
        (Field::AddressFamily, (|info| info.address_family = 99) as fn(&mut ProtocolInfo)),
        (Field::SocketType, |info| info.socket_type = 5),
        (Field::Protocol, |info| info.protocol = 7),
    ] {
        let export = Catalog::sound().change(1008, change).reg();
        let found = told(&export).into_iter().find(|(code, ..)| *code == "winsock-chain-unlike-base");
        assert_eq!(found.map(|(_, _, place, _)| place), Some(export.place(&key32(1), field)), "{field:?}");
    }
}

#[test]
fn an_id_that_two_items_have_is_refused_in_its_set_only() {
    let mut double = Catalog::sound();
    double.sets[1].items[5].info.catalog_entry_id = 1002;
    double.sets[1].items[2].info.chain = ProtocolChain::over(&[1007, 1003]).unwrap();
    let export = double.reg();
    let found: Vec<_> = told(&export).into_iter().filter(|(code, ..)| *code == "winsock-duplicate-id").collect();
    let message = "base protocol `MSAFD Tcpip [RAW/IP]` (id 1002, key `000000000006`) has catalog entry id 1002, which another \
                   item of the set has too";
    let place = export.place(&key64(6), Field::CatalogEntryId);
    assert_eq!(found, [("winsock-duplicate-id", Error, place, message.to_owned())]);
}

#[test]
fn id_zero_is_refused() {
    let zero = Catalog::sound().change(1004, |info| info.catalog_entry_id = 0);
    let message =
        "base protocol `MSAFD Tcpip [TCP/IPv6]` (id 0, key `000000000007`) has catalog entry id 0, which is none";
    in_both_sets(&zero, "winsock-duplicate-id", Error, 7, Field::CatalogEntryId, message);
}

#[test]
fn values_that_are_no_items_are_refused() {
    let sound = Catalog::sound();
    let packed = PackedItem::new(sound.info(1004)).unwrap().as_bytes().to_vec();
    let mut endless_path = packed.clone();
    endless_path[..260].fill(b'a');
    let mut endless_name = packed.clone();
    endless_name[376..].fill(b'a');
    for bytes in [vec![1, 2], packed[..887].to_vec(), [packed.clone(), vec![0]].concat(), endless_path, endless_name] {
        let mut broken = sound.clone();
        broken.sets[1].items[6].bytes = Some(bytes);
        let export = broken.reg();
        let told = told(&export);
        let line = export.line_of_key(&key64(7));
        assert!(
            matches!(told.as_slice(), [("winsock-malformed-item", Error, (at, _), _)] if (line..line + 40).contains(at)),
            "{told:#?}"
        );
    }
}

#[test]
fn what_stands_behind_the_ends_of_texts_is_nobody_s_business() {
    let mut garbage = Catalog::sound();
    let mut bytes = PackedItem::new(garbage.info(1004)).unwrap().as_bytes().to_vec();
    bytes[200..260].fill(0xcc);
    bytes[800..888].fill(0xcc);
    garbage.sets[1].items[6].bytes = Some(bytes);
    assert_eq!(told(&garbage.reg()), []);
}

#[test]
fn a_range_of_protocols_that_ends_before_it_begins_is_refused() {
    let negative = Catalog::sound().change(1006, |info| further(info).protocol_max_offset = -1);
    let message = "base protocol `MSAFD Tcpip [RAW/IPv6]` (id 1006, key `000000000009`) has iProtocolMaxOffset -1 where none is \
                   below 0";
    in_both_sets(&negative, "winsock-malformed-item", Error, 9, Field::ProtocolMaxOffset, message);
}

fn further(info: &mut ProtocolInfo) -> &mut Further {
    info.further.as_mut().expect("the fixture tells all")
}

#[test]
fn a_chain_whose_members_do_not_fit_together_is_odd() {
    // A second layer over the first one, as its installer leaves it: sound; and with another base at the end: not.
    let sound = two_layers();
    let loud = |catalog: &Catalog| -> Vec<Told> {
        told(&catalog.reg()).into_iter().filter(|(_, severity, ..)| *severity > Note).collect()
    };
    assert_eq!(loud(&sound), []);
    let duplicate = ProtocolInfo { catalog_entry_id: 1030, ..standard().remove(0) };
    let place = sound.sets[0].items.len();
    let other = sound.with(place, &duplicate).change(1021, |info| info.chain.entries[2] = 1030);
    let found = loud(&other);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found.iter().all(|(code, _, _, text)| *code == "winsock-chain-in-chain"
            && text.ends_with("as number 2, whose own chain goes on otherwise below")),
        "{found:#?}"
    );
}

/// A second layer `Zeta` (1020) with chains over those of `Acme` (1021 to 1023), in front.
fn two_layers() -> Catalog {
    let sound = Catalog::sound();
    let zeta = ProtocolInfo {
        name: "Zeta".to_owned(),
        path: r"%SystemRoot%\system32\zeta.dll".to_owned(),
        provider_id: uuid::Uuid::from_u128(0x3ec32cd3_f254_4826_9053_672dc37f0070),
        catalog_entry_id: 1020,
        ..sound.info(1007).clone()
    };
    let chains = [1008, 1009, 1010].map(|below| chained(&zeta, sound.info(below), zeta.provider_id, below + 13));
    let with = chains.iter().rev().fold(sound, |catalog, chain| catalog.with(0, chain));
    let end = with.sets[0].items.len();
    with.with(end, &zeta)
}

#[test]
fn libraries_without_a_path_or_a_folder_are_told() {
    let none = Catalog::sound().change(1007, |info| info.path.clear());
    let message = "layer `Acme` (id 1007, key `000000000010`) names no library";
    in_both_sets(&none, "winsock-library-path", Error, 10, Field::LibraryPath, message);

    let bare = Catalog::plain().change(1001, |info| info.path = "mswsock.dll".to_owned());
    let found = told(&bare.reg());
    let message = "base protocol `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000001`) names its library without a folder: \
                   whichever `mswsock.dll` is found first is loaded";
    let export = bare.reg();
    let place = export.place(&key64(1), Field::LibraryPath);
    assert!(found.contains(&("winsock-library-path", Error, place, message.to_owned())), "{found:#?}");
}

#[test]
fn a_library_of_microsoft_s_outside_of_windows_is_told_and_another_s_is_not() {
    let users = |info: &mut ProtocolInfo| info.path = r"C:\Users\Public\x.dll".to_owned();
    let moved = [1001, 1002, 1003].into_iter().fold(Catalog::plain(), |catalog, id| catalog.change(id, users));
    let found = told(&moved.reg());
    assert_eq!(found.len(), 6, "{found:#?}");
    let message = r"base protocol `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000001`) is of Microsoft's provider `tcpip`, and its library is `C:\Users\Public\x.dll`";
    assert_eq!((found[0].0, found[0].1, found[0].3.as_str()), ("winsock-library-path", Warning, message));
    assert_eq!(told(&Catalog::sound().change(1007, users).reg()), [], "the layer is nobody's in particular");
}

#[test]
fn counters_that_do_not_agree_with_the_keys_are_told() {
    let mut miscounted = Catalog::sound();
    miscounted.sets[1].count = Some(11);
    let export = miscounted.reg();
    let line = export.line_of_value("Num_Catalog_Entries64");
    let message = "`Num_Catalog_Entries64` is 11, and the 64-bit set has 10 keys".to_owned();
    assert_eq!(told(&export), [("winsock-numbering", Error, (line, 1), message)]);

    let mut late = Catalog::sound();
    late.next_id = 1010;
    let export = late.reg();
    let line = export.line_of_value("Next_Catalog_Entry_ID");
    let message = "`Next_Catalog_Entry_ID` is 1010, and ids up to 1010 are taken".to_owned();
    assert_eq!(told(&export), [("winsock-numbering", Error, (line, 1), message)]);
}

#[test]
fn holes_and_odd_names_of_keys_are_told_at_their_keys() {
    let mut hole = Catalog::sound();
    for (item, number) in hole.sets[1].items.iter_mut().zip((1..5).chain(6..)) {
        item.key = Some(format!("{number:012}"));
    }
    let export = hole.reg();
    let message = "the 64-bit set has no key `000000000005`, and `000000000006` follows".to_owned();
    assert_eq!(told(&export), [("winsock-numbering", Error, (export.line_of_key(&key64(6)), 1), message)]);

    let mut odd = Catalog::sound();
    odd.sets[1].items[9].key = Some("old".to_owned());
    let export = odd.reg();
    let place = (export.line_of_key(r"\Catalog_Entries64\old"), 1);
    let message = "the key `old` is no number, and items have the keys `000000000001` and so on".to_owned();
    assert_eq!(told(&export), [("winsock-malformed-item", Error, place, message)]);

    odd.sets[1].items[9].key = Some("10".to_owned());
    let export = odd.reg();
    let place = (export.line_of_key(r"\Catalog_Entries64\10"), 1);
    let message = "key `10` of the 64-bit set is none that Windows reads".to_owned();
    assert_eq!(told(&export), [("winsock-numbering", Error, place, message)]);
}

#[test]
fn a_layer_without_chains_is_told() {
    let alone = [1008, 1009, 1010].into_iter().fold(Catalog::sound(), Catalog::without);
    let export = alone.reg();
    let expected = [(key32(7), "32"), (key64(7), "64")].map(|(key, bits)| {
        let message =
            format!("no chain of the {bits}-bit set runs over layer `Acme` (id 1007, key `000000000007`), so that nothing uses it");
        ("winsock-unreachable-layer", Warning, export.place(&key, Field::CatalogEntryId), message)
    });
    assert_eq!(told(&export), expected);
}

#[test]
fn a_chain_behind_its_base_is_told_and_one_under_another_chain_is_noted() {
    let mut behind = Catalog::sound();
    for set in &mut behind.sets {
        let chain = set.items.remove(0);
        set.items.push(chain);
    }
    let export = behind.reg();
    let message = "no request selects chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000010`): base protocol \
                   `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000003`) comes first";
    let expected = [key32(10), key64(10)]
        .map(|key| ("winsock-shadowed-chain", Warning, (export.line_of_key(&key), 1), message.to_owned()));
    assert_eq!(told(&export), expected);

    let notes = told(&two_layers().reg());
    assert!(
        notes.iter().all(|(code, severity, ..)| (*code, *severity) == ("winsock-shadowed-chain", Note)),
        "{notes:#?}"
    );
    assert_eq!(notes.len(), 6);
}

#[test]
fn a_chain_that_also_takes_protocol_zero_or_more_protocols_is_not_shadowed() {
    let behind = |change: fn(&mut ProtocolInfo)| {
        let mut catalog = Catalog::sound().change(1001, change);
        catalog.sets.truncate(1);
        let chain = catalog.sets[0].items.remove(0);
        catalog.sets[0].items.push(chain);
        told(&catalog.reg()).into_iter().any(|(code, ..)| code == "winsock-shadowed-chain")
    };
    assert!(behind(|_| {}));
    assert!(!behind(|info| further(info).provider_flags = 0), "its base does not match protocol 0");
    assert!(behind(|info| further(info).protocol_max_offset = 5), "its base matches more");
}

#[test]
fn a_layer_over_tcp_alone_covers_its_family_in_part() {
    let part = Catalog::sound().without(1009).without(1010);
    let message = "layer `Acme` (id 1007, key `000000000008`) runs over socket type 1 of address family 2, and not over `MSAFD \
                   Tcpip [UDP/IP]` (id 1002, key `000000000003`), `MSAFD Tcpip [RAW/IP]` (id 1003, key `000000000004`)";
    in_both_sets(&part, "winsock-partial-coverage", Warning, 8, Field::CatalogEntryId, message);
}

#[test]
fn a_layer_that_takes_the_handles_away_is_told() {
    let taken = Catalog::sound().change(1008, |info| info.service_flags &= !IFS_HANDLES);
    let message = "sockets of chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) are no handles of the file \
                   system (XP1_IFS_HANDLES), those of base protocol `MSAFD Tcpip [TCP/IP]` (id 1001, key `000000000004`) are";
    in_both_sets(&taken, "winsock-ifs-handles", Warning, 1, Field::ServiceFlags1, message);
}

#[test]
fn a_chain_that_claims_handles_over_one_without_them_is_an_error() {
    let claims = two_layers().change(1008, |info| info.service_flags &= !IFS_HANDLES);
    let export = claims.reg();
    let place = export.place(&key64(1), Field::ServiceFlags1);
    let message = "chain `Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`) claims handles of the file \
                   system (XP1_IFS_HANDLES), and runs over chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key \
                   `000000000004`), which gives none";
    let found = told(&export);
    assert!(found.contains(&("winsock-ifs-handles", Error, place, message.to_owned())), "{found:#?}");
}

#[test]
fn layers_that_show_and_chains_that_hide_are_told() {
    let shown = Catalog::sound().change(1007, |info| further(info).provider_flags &= !HIDDEN);
    let message =
        "layer `Acme` (id 1007, key `000000000010`) is not hidden (PFL_HIDDEN), though no socket can be made of it";
    in_both_sets(&shown, "winsock-visibility", Warning, 10, Field::ProviderFlags, message);

    let hidden = Catalog::sound().change(1009, |info| further(info).provider_flags |= HIDDEN);
    let message = "chain `Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`) is hidden (PFL_HIDDEN), so that \
                   programs do not list it";
    in_both_sets(&hidden, "winsock-visibility", Warning, 2, Field::ProviderFlags, message);
}

#[test]
fn a_provider_in_one_set_only_is_told_there() {
    let mut one = Catalog::sound();
    one.sets[0].items.retain(|item| !item.info.path.ends_with("acme.dll"));
    let export = one.reg();
    let found = told(&export);
    let message = "provider `{2b611370-2190-4059-9af8-5bc0f58fb742}` of layer `Acme` (id 1007, key `000000000010`) is in the \
                   64-bit set and not in the 32-bit set";
    let place = export.place(&key64(10), Field::ProviderId);
    assert!(found.contains(&("winsock-bitness", Warning, place, message.to_owned())), "{found:#?}");
    assert_eq!(found.len(), 2, "the provider of its chains is the other: {found:#?}");

    let mut alone = one;
    alone.sets.remove(0);
    assert_eq!(told(&alone.reg()), [], "a single set has nothing to agree with");
}

#[test]
fn a_provider_with_two_libraries_and_two_layers_of_one_name_are_told() {
    let two = Catalog::sound().change(1010, |info| info.path = r"%SystemRoot%\system32\acme2.dll".to_owned());
    let message = r"provider `{1c39a736-9641-4f43-9c20-aeed81692a07}` has the library `%SystemRoot%\system32\acme.dll` in chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) and `%SystemRoot%\system32\acme2.dll` in chain `Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`)";
    in_both_sets(&two, "winsock-duplicate-provider", Error, 3, Field::LibraryPath, message);
    let case = Catalog::sound().change(1010, |info| info.path = info.path.to_uppercase());
    assert_eq!(told(&case.reg()), [], "Windows tells paths apart by more than their case");

    let again = two_layers().change(1020, |info| info.name = "Acme".to_owned());
    let export = again.reg();
    let message = "layer `Acme` (id 1020, key `000000000014`) has the name of another layer, id 1007".to_owned();
    let place = export.place(&key64(14), Field::ProtocolName);
    let found = told(&export);
    assert!(found.contains(&("winsock-duplicate-provider", Warning, place, message)), "{found:#?}");
}

#[test]
fn layers_are_told_where_an_application_permits_categories() {
    let mut permits = Catalog::sound();
    permits.applications.push(("2C69D9F1".to_owned(), r"C:\Windows\System32\svchost.exe".to_owned(), 0x8000_0001));
    let message = r"no category of layer `Acme` (id 1007, key `000000000010`) is told here, and without one `C:\Windows\System32\svchost.exe` does not load it";
    in_both_sets(&permits, "winsock-uncategorised-layer", Warning, 10, Field::ProviderId, message);
    permits.applications[0].2 = 0;
    assert_eq!(told(&permits.reg()), [], "it permits none, and so is not categorised");
}

/// A field, how much it weighs that it is odd, what makes it so, and what is said of it.
type Odd = (Field, Severity, fn(&mut ProtocolInfo), &'static str);

#[test]
fn fields_that_contradict_one_another_are_told() {
    let flags = |flags: u32| move |info: &mut ProtocolInfo| info.service_flags |= flags;
    let tcp6 = "base protocol `MSAFD Tcpip [TCP/IPv6]` (id 1004, key `000000000007`)";
    for (bits, severity, message) in [
        (0x18000, Error, "has both XP1_UNI_SEND and XP1_UNI_RECV: it would neither receive nor send"),
        (
            0x800,
            Warning,
            "has XP1_MULTIPOINT_CONTROL_PLANE without XP1_SUPPORT_MULTIPOINT, without which it says nothing",
        ),
        (
            0x1000,
            Warning,
            "has XP1_MULTIPOINT_DATA_PLANE without XP1_SUPPORT_MULTIPOINT, without which it says nothing",
        ),
        (0x1, Warning, "has XP1_CONNECTIONLESS, and its socket type is a stream, which has a connection"),
    ] {
        let broken = Catalog::sound().change(1004, flags(bits));
        in_both_sets(&broken, "winsock-flags", severity, 7, Field::ServiceFlags1, &format!("{tcp6} {message}"));
    }
    let fields: [Odd; 4] = [
        (
            Field::MinAddressLength,
            Warning,
            |info| info.min_address_length = 29,
            "has addresses of 29 bytes at least and 28 at most",
        ),
        (
            Field::NetworkByteOrder,
            Warning,
            |info| further(info).network_byte_order = 2,
            "has iNetworkByteOrder 2, which is none",
        ),
        (
            Field::ProtocolMaxOffset,
            Warning,
            |info| further(info).protocol_max_offset = i32::MAX,
            "accepts protocols up to 2147483653, which no request can ask for",
        ),
        (
            Field::MessageSize,
            Note,
            |info| info.service_flags |= 0x8,
            "has messages (XP1_MESSAGE_ORIENTED), and dwMessageSize 0, which is for streams",
        ),
    ];
    for (field, severity, change, message) in fields {
        let broken = Catalog::sound().change(1004, change);
        in_both_sets(&broken, "winsock-flags", severity, 7, field, &format!("{tcp6} {message}"));
    }
}

#[test]
fn standard_items_that_are_gone_are_told_by_set() {
    let mut robbed = Catalog::plain();
    robbed.sets[1].items.retain(|item| item.info.address_family != 2 || item.info.socket_type == 2);
    let export = robbed.reg();
    let message = "the 64-bit set lacks what every Windows has: `tcp4` (family 2, type 1, protocol 6), `raw4` (family 2, type 3, \
                   protocol 0)";
    let line = export.line_of_key(r"\Catalog_Entries64");
    assert_eq!(told(&export), [("winsock-missing-standard", Warning, (line, 1), message.to_owned())]);
    let renamed = Catalog::plain().change(1001, |info| info.name = "@mswsock.dll,-60100".to_owned());
    assert_eq!(told(&renamed.reg()), [], "a name says nothing");
    let foreign = Catalog::plain().change(1001, |info| info.provider_id = ACME);
    assert_eq!(told(&foreign.reg()).len(), 2, "another provider's TCP is not the standard one");
}

#[test]
fn of_several_chains_for_one_triple_the_first_is_shown_to_win() {
    // Zeta over the bases themselves, beside Acme.
    let zeta = ProtocolInfo {
        name: "Zeta".to_owned(),
        provider_id: uuid::Uuid::from_u128(0x3ec32cd3_f254_4826_9053_672dc37f0070),
        catalog_entry_id: 1020,
        ..Catalog::sound().info(1007).clone()
    };
    let mut beside = Catalog::sound();
    for (base, id) in standard().iter().take(3).zip(1021..) {
        beside = beside.with(3, &chained(&zeta, base, zeta.provider_id, id));
    }
    let end = beside.sets[0].items.len();
    let export = beside.with(end, &zeta).reg();
    let found = told(&export);
    let message = "2 chains are for address family 2, socket type 1, protocol 6: `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, \
                   key `000000000001`) wins, the first";
    let place = export.place(&key64(1), Field::ChainEntries);
    assert!(found.contains(&("winsock-several-chains", Note, place, message.to_owned())), "{found:#?}");
    let shadowed =
        found.iter().filter(|(code, severity, ..)| (*code, *severity) == ("winsock-shadowed-chain", Warning));
    assert_eq!(shadowed.count(), 6, "{found:#?}");
}

#[test]
fn a_fault_hides_no_lint_and_settings_weigh_both() {
    let mut both = Catalog::sound().change(1008, |info| info.chain.entries[0] = 1040);
    both.next_id = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = both.reg().write(folder.path());
    let codes = |settings: &Settings| -> Vec<(&str, Severity)> {
        let mut found: Vec<_> =
            checked(&path, settings).findings.iter().map(|finding| (finding.code, finding.severity)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(codes(&Settings::new()), [("winsock-broken-chain", Error), ("winsock-numbering", Error)]);
    let allowed = Settings::new().level("winsock-numbering", Severity::Allow).unwrap();
    assert_eq!(codes(&allowed), [("winsock-broken-chain", Error)]);
    let warned = Settings::new().level("winsock-numbering", Warning).unwrap();
    assert_eq!(codes(&warned), [("winsock-broken-chain", Error), ("winsock-numbering", Warning)]);
    assert!(Settings::new().level("winsock-broken-chain", Severity::Allow).is_err(), "a fault cannot be silenced");
}

#[test]
fn a_catalog_beside_it_states_severities_too() {
    let mut late = Catalog::sound();
    late.next_id = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = late.reg().write(folder.path());
    let site = "format = 1\n[lint]\nwinsock-numbering = \"note\"\n";
    let report = check(&Loader::new().winsock(Options::default()).path(path).text("site.toml", site), &Settings::new());
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(found, [("winsock-numbering", Note)]);
}

/// The line of a label in the block of an item, from 1.
fn netsh_line(text: &str, id: u32, label: &str) -> usize {
    let own = format!("{:<36}{id}", "Catalog Entry ID:");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| *line == own).expect("the item is there");
    let start = lines[..at].iter().rposition(|line| line.starts_with("Winsock")).expect("its block begins");
    start + lines[start..].iter().position(|line| line.starts_with(label)).expect("the label is there") + 1
}

/// The findings above notes on a text of netsh's: code, severity and line.
fn told_of_netsh(text: &str) -> Vec<(&'static str, Severity, usize)> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("catalog.txt");
    std::fs::write(&path, text).expect("a file can be written");
    let report = checked(&path, &Settings::new());
    let loud = report.findings.iter().filter(|finding| finding.severity > Note);
    loud.map(|finding| (finding.code, finding.severity, report.sources.locate(finding.at).line as usize)).collect()
}

#[test]
fn what_netsh_shows_is_judged_at_its_lines() {
    assert_eq!(told_of_netsh(&Catalog::sound().netsh()), []);
    let sound = Catalog::sound;
    let ids = |ids: &'static [u32]| move |info: &mut ProtocolInfo| info.chain = ProtocolChain::over(ids).unwrap();
    let behind = || {
        let mut behind = sound();
        let chain = behind.sets[1].items.remove(0);
        behind.sets[1].items.push(chain);
        behind
    };
    let cases: [(Catalog, &str, Severity, u32, &str); 13] = [
        (sound().change(1008, ids(&[1040, 1001])), "winsock-broken-chain", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, ids(&[1007, 1009])), "winsock-chain-without-base", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, ids(&[1007, 1007, 1001])), "winsock-malformed-chain", Error, 1008, "Protocol Chain: "),
        (sound().change(1008, |info| info.protocol = 7), "winsock-chain-unlike-base", Error, 1008, "Protocol:"),
        (
            sound().change(1007, |info| info.path = "acme.dll".into()),
            "winsock-library-path",
            Error,
            1007,
            "Provider Path:",
        ),
        (
            [1008, 1009, 1010].into_iter().fold(sound(), Catalog::without),
            "winsock-unreachable-layer",
            Warning,
            1007,
            "Catalog Entry ID:",
        ),
        (behind(), "winsock-shadowed-chain", Warning, 1008, "Winsock"),
        (sound().without(1009), "winsock-partial-coverage", Warning, 1007, "Catalog Entry ID:"),
        (
            sound().change(1009, |info| info.service_flags = 0x609),
            "winsock-ifs-handles",
            Warning,
            1009,
            "Service Flags:",
        ),
        (
            sound().change(1010, |info| info.path = r"C:\acme.dll".into()),
            "winsock-duplicate-provider",
            Error,
            1010,
            "Provider Path:",
        ),
        (sound().change(1004, |info| info.service_flags = 0x38066), "winsock-flags", Error, 1004, "Service Flags:"),
        (
            sound().change(1004, |info| info.min_address_length = 99),
            "winsock-flags",
            Warning,
            1004,
            "Min Address Length:",
        ),
        (Catalog::plain().without(1005), "winsock-missing-standard", Warning, 1001, "Winsock"),
    ];
    for (catalog, code, severity, id, label) in cases {
        let text = catalog.netsh();
        assert_eq!(told_of_netsh(&text), [(code, severity, netsh_line(&text, id, label))], "{code}");
    }
}

#[test]
fn what_netsh_does_not_show_is_not_judged() {
    // Flags, ranges, sizes and byte orders are not printed: what is wrong with them cannot be seen.
    let odd = Catalog::sound()
        .change(1007, |info| further(info).provider_flags = 0)
        .change(1009, |info| further(info).provider_flags = HIDDEN)
        .change(1004, |info| further(info).network_byte_order = 9)
        .change(1006, |info| further(info).protocol_max_offset = -1);
    assert_eq!(told_of_netsh(&odd.netsh()), []);
}

#[test]
fn excerpts_are_not_said_to_lack_what_they_leave_out() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples");
    for sample in [
        "moby27423_lavasoft.txt",
        "wsl9413_pgplsp.txt",
        "antigravity100_zhCN_32bit.txt",
        "instlsp_p_win2000_foobar.txt",
    ] {
        let report = checked(&samples.join(sample), &Settings::new());
        let absent =
            ["winsock-missing-standard", "winsock-unreachable-layer", "winsock-partial-coverage", "winsock-bitness"];
        assert!(
            report.findings.iter().any(|finding| finding.code == "winsock-gap"),
            "{sample}: {:#?}",
            report.findings
        );
        let found = report.findings.iter().find(|finding| absent.contains(&finding.code));
        assert!(found.is_none(), "{sample}: {found:#?}");
    }
}

#[test]
fn a_chain_of_an_excerpt_is_refused_without_a_claim_on_what_is_left_out() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples");
    let report = checked(&samples.join("moby27423_lavasoft.txt"), &Settings::new());
    let broken: Vec<_> = report.findings.iter().filter(|finding| finding.code == "winsock-broken-chain").collect();
    let texts: Vec<&str> = broken.iter().map(|finding| finding.message.as_str()).collect();
    let text = |id, position| {
        format!(
            "chain `LavasoftLSP over [MSAFD Tcpip [TCP/IP]]` (id 1032) runs over id {id} (number {position} of 2), which no item \
             that the source tells whole has"
        )
    };
    assert_eq!(texts, [text(1006, 2), text(1031, 1)]);
    assert!(broken.iter().all(|finding| report.sources.locate(finding.at).line == 21));
}

#[test]
fn the_chain_of_a_real_excerpt_takes_the_handles_away_or_would_if_its_base_were_told() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples/moby27423_lavasoft.txt");
    let text = std::fs::read_to_string(sample).unwrap();
    // Its base as Windows 10 1607 has it, behind what was posted.
    let base = Catalog::plain().change(1001, |info| info.catalog_entry_id = 1006).netsh();
    let end = base.match_indices("Winsock Catalog").nth(1).map_or(base.len(), |(at, _)| at);
    let found = told_of_netsh(&format!("{}\n{}", text, &base[..end]));
    assert!(
        found.iter().any(|(code, severity, line)| (*code, *severity, *line) == ("winsock-ifs-handles", Warning, 19)),
        "{found:#?}"
    );
}

#[test]
fn libraries_are_looked_for_where_windows_is_mounted() {
    let volume = tempfile::tempdir().unwrap();
    for folder in ["Windows/System32", "Windows/SysWOW64"] {
        std::fs::create_dir_all(volume.path().join(folder)).unwrap();
    }
    for file in ["System32/MSWSOCK.DLL", "System32/acme.dll", "SysWOW64/mswsock.dll"] {
        std::fs::write(volume.path().join("Windows").join(file), "MZ").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let export = Catalog::sound().reg();
    let path = export.write(folder.path());
    let report = checked(&path, &Settings::new().windows_root(volume.path()));
    let found: Vec<(&str, usize)> =
        report.findings.iter().map(|finding| (finding.code, report.sources.locate(finding.at).line as usize)).collect();
    let expected: Vec<_> =
        [1, 2, 3, 10].map(|number| ("winsock-library-path", export.place(&key32(number), Field::LibraryPath).0)).into();
    assert_eq!(found, expected, "the 32-bit programs have no acme.dll: {:#?}", report.findings);
    let text = &report.findings[0].message;
    assert!(
        text.ends_with(
            "names the library `%SystemRoot%\\system32\\acme.dll`, and there is no `Windows/SysWOW64/acme.dll`"
        ),
        "{text}"
    );
}
