//! Rules on chains: what they name, who wins, and what they make of sockets.

use super::{Stated, further, in_both_sets, key32, key64, stated, two_layers};
use crate::winsock::fixture::{Catalog, IFS_HANDLES, chained, standard};
use sockatlas::catalog::Severity::{Error, Note, Warning};
use sockatlas::winsock::{Field, ProtocolChain, ProtocolInfo};

#[test]
fn a_chain_that_names_no_entry_is_refused_at_its_ids() {
    let broken = Catalog::sound().change(1008, |info| info.chain.entries[0] = 1040);
    let message = "chain `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`) runs over id 1040 (number 1 of 2), \
                   which no item of the set has";
    in_both_sets(&broken, "winsock-broken-chain", Error, 1, Field::ChainEntries, message);
}

#[test]
fn every_chain_of_a_layer_that_is_gone_is_stated() {
    let broken = Catalog::sound().without(1007);
    let export = broken.reg();
    let stated = stated(&export);
    let places: Vec<_> = stated.iter().map(|(code, _, place, _)| (*code, *place)).collect();
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
        let stated = stated(&export);
        let found = stated.iter().find(|(code, _, at, _)| *code == "winsock-malformed-chain" && *at == place);
        assert_eq!(
            found.map(|(_, severity, _, message)| (*severity, message)),
            Some((Error, &expected)),
            "{stated:#?}"
        );
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
    let found: Vec<_> = stated(&itself.reg()).into_iter().filter(|(_, severity, ..)| *severity == Error).collect();
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
    let found: Vec<_> = stated(&circle.reg()).into_iter().filter(|(_, severity, ..)| *severity == Error).collect();
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
        let found = stated(&export).into_iter().find(|(code, ..)| *code == "winsock-chain-unlike-base");
        assert_eq!(found.map(|(_, _, place, _)| place), Some(export.place(&key32(1), field)), "{field:?}");
    }
}

#[test]
fn a_chain_whose_members_do_not_fit_together_is_odd() {
    // A second layer over the first one, as its installer leaves it: sound; and with another base at the end: not.
    let sound = two_layers();
    let loud = |catalog: &Catalog| -> Vec<Stated> {
        stated(&catalog.reg()).into_iter().filter(|(_, severity, ..)| *severity > Note).collect()
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

#[test]
fn a_chain_behind_its_base_is_stated_and_one_under_another_chain_is_noted() {
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
    assert_eq!(stated(&export), expected);

    let notes = stated(&two_layers().reg());
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
        stated(&catalog.reg()).into_iter().any(|(code, ..)| code == "winsock-shadowed-chain")
    };
    assert!(behind(|_| {}));
    assert!(!behind(|info| further(info).provider_flags = 0), "its base does not match protocol 0");
    assert!(behind(|info| further(info).protocol_max_offset = 5), "its base matches more");
}

#[test]
fn a_layer_that_takes_the_handles_away_is_stated() {
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
    let found = stated(&export);
    assert!(found.contains(&("winsock-ifs-handles", Error, place, message.to_owned())), "{found:#?}");
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
    let found = stated(&export);
    let message = "2 chains are for address family 2, socket type 1, protocol 6: `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, \
                   key `000000000001`) wins, the first";
    let place = export.place(&key64(1), Field::ChainEntries);
    assert!(found.contains(&("winsock-several-chains", Note, place, message.to_owned())), "{found:#?}");
    let shadowed =
        found.iter().filter(|(code, severity, ..)| (*code, *severity) == ("winsock-shadowed-chain", Warning));
    assert_eq!(shadowed.count(), 6, "{found:#?}");
}
