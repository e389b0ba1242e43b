//! Chains: what they name, what they say of it, and where they stand.

use super::{ids, info, is_sound, items, planned, steps};
use crate::winsock::fixture::{Catalog, chained};
use sockatlas::winsock::{ProtocolChain, ProtocolInfo};
use uuid::Uuid;

#[test]
fn chains_follow_their_layer_to_its_new_id() {
    let plan = planned(&Catalog::sound().change(1007, |info| info.catalog_entry_id = 1010 + 30));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`): in its chain set id 1007 to 1040, which is \
             `Acme` [winsock-broken-chain]",
        ]
    );
    assert_eq!(info(&plan.store, 1008).chain.ids(), [1040, 1001]);
    assert_eq!(plan.store.next_catalog_entry_id.as_ref().map(|next| next.value), Some(1041));
    is_sound(&plan);
}

#[test]
fn chains_whose_layer_is_gone_go_too() {
    let plan = planned(&Catalog::sound().without(1007));
    assert_eq!(
        steps(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): remove [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000002`): remove [winsock-broken-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000003`): remove [winsock-broken-chain]",
            "number the keys from 1 to 6; 6 of them change [winsock-numbering]",
            "set `Num_Catalog_Entries` from 9 to 6 [winsock-numbering]",
        ]
    );
    assert_eq!(plan.steps[0].reason(), "its chain names id 1007, which no item has, and no layer here is surely meant");
    assert_eq!(plan.steps.last().map(ToString::to_string).as_deref(), Some("set `Serial_Access_Num` from 7 to 8"));
    assert_eq!(ids(&plan.store), [1001, 1002, 1003, 1004, 1005, 1006]);
    is_sound(&plan);
}

#[test]
fn a_chain_is_not_given_to_a_layer_of_another_name_or_kin() {
    let catalog = Catalog::sound().without(1007);
    let layer = Catalog::sound().info(1007).clone();
    for other in [
        ProtocolInfo { catalog_entry_id: 1040, name: "Acme Two".to_owned(), ..layer.clone() },
        ProtocolInfo { catalog_entry_id: 1040, name: "Acm".to_owned(), ..layer.clone() },
        ProtocolInfo { catalog_entry_id: 1040, path: r"C:\other.dll".to_owned(), ..layer.clone() },
    ] {
        let plan = planned(&catalog.clone().with(9, &other));
        assert_eq!(items(&plan).iter().filter(|step| step.contains(": remove [")).count(), 3, "{other:?}");
    }
    let twice = catalog.with(8, &ProtocolInfo { catalog_entry_id: 1040, ..layer.clone() });
    let plan = planned(&twice.with(9, &ProtocolInfo { catalog_entry_id: 1041, ..layer }));
    assert_eq!(items(&plan).len(), 3, "of two layers that may be meant neither surely is");
    is_sound(&plan);
}

#[test]
fn chains_follow_their_base_to_its_new_id() {
    let plan = planned(&Catalog::sound().change(1001, |info| info.catalog_entry_id = 1050));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1001 to 1050, which is \
          `MSAFD Tcpip [TCP/IP]` [winsock-broken-chain]"
        ]
    );
    is_sound(&plan);
}

#[test]
fn a_layer_that_left_the_middle_of_a_chain_is_taken_out_of_it() {
    let catalog = Catalog::sound();
    let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    assert_eq!(chain.chain.ids(), [1020, 1008, 1001]);
    let catalog = catalog.with(0, &chain).with(11, &upper);
    assert_eq!(planned(&catalog).steps, []);
    let mut broken = catalog;
    for id in [1007, 1008, 1009, 1010] {
        broken = broken.without(id);
    }
    let plan = planned(&broken);
    assert_eq!(
        items(&plan),
        [
            "`Upper over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`): take id 1008 out of its chain \
          [winsock-broken-chain]"
        ]
    );
    assert_eq!(info(&plan.store, 1021).chain, ProtocolChain::over(&[1020, 1001]).expect("two"));
    is_sound(&plan);
}

#[test]
fn a_chain_that_would_be_another_again_is_removed() {
    let catalog = Catalog::sound();
    let twin = ProtocolInfo {
        catalog_entry_id: 1030,
        chain: ProtocolChain::over(&[1007, 1029, 1001]).expect("three"),
        ..catalog.info(1008).clone()
    };
    let plan = planned(&catalog.with(1, &twin));
    assert_eq!(
        plan.steps[0].reason(),
        "it would run over the same ids as `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008)"
    );
    assert_eq!(items(&plan).len(), 1);
    is_sound(&plan);
}

#[test]
fn chains_that_cannot_be_are_removed_and_what_stood_on_them_is_mended() {
    let over = |ids: &[u32]| ProtocolChain::over(ids).expect("two to seven");
    let cases = [
        (ProtocolChain { length: 9, entries: [1; 7] }, "a chain cannot have length 9", "winsock-malformed-chain"),
        (ProtocolChain { length: -1, entries: [0; 7] }, "a chain cannot have length -1", "winsock-malformed-chain"),
        (over(&[1007, 1001, 1001]), "its chain names id 1001 twice", "winsock-malformed-chain"),
        (over(&[1007, 1008, 1001]), "its chain names its own id 1008", "winsock-malformed-chain"),
        (over(&[1001, 1007]), "its chain ends in `Acme`, which is no base protocol", "winsock-chain-without-base"),
    ];
    for (chain, reason, code) in cases {
        let catalog = Catalog::sound().change(1008, |info| info.chain = chain);
        let plan = planned(&catalog);
        assert_eq!(items(&plan).len(), 1);
        assert_eq!((plan.steps[0].reason().as_str(), plan.steps[0].code()), (reason, Some(code)));
        is_sound(&plan);
        let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
        let lower = Catalog::sound().info(1008).clone();
        let catalog = catalog.with(0, &chained(&upper, &lower, Uuid::from_u128(7), 1021)).with(11, &upper);
        let plan = planned(&catalog);
        assert_eq!(info(&plan.store, 1021).chain.ids(), [1020, 1001]);
        is_sound(&plan);
    }
}

#[test]
fn chains_that_run_over_one_another_are_removed() {
    let over = |ids: &[u32]| ProtocolChain::over(ids).expect("two to seven");
    let catalog = Catalog::sound().change(1008, |info| info.chain = over(&[1007, 1009, 1001]));
    let plan = planned(&catalog.change(1009, |info| info.chain = over(&[1007, 1010, 1008, 1002])));
    assert_eq!(items(&plan).len(), 2);
    assert_eq!(plan.steps[0].reason(), "it runs over chains that run over it");
    is_sound(&plan);
}

#[test]
fn a_chain_gets_the_facts_of_its_base() {
    let plan = planned(&Catalog::sound().change(1008, |info| {
        info.address_family = 23;
        info.max_address_length = 0;
    }));
    assert_eq!(
        items(&plan),
        ["`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): set `iAddressFamily` from 23 to 2, \
          `iMaxSockAddr` from 0 to 16 [winsock-chain-unlike-base]"]
    );
    assert_eq!(info(&plan.store, 1008), Catalog::sound().info(1008));
    is_sound(&plan);
}

#[test]
fn a_chain_that_is_wholly_as_another_base_names_that_one() {
    let plan = planned(&Catalog::sound().change(1008, |info| info.chain.entries[1] = 1002));
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): in its chain set id 1002 to 1001, which is \
          `MSAFD Tcpip [TCP/IP]` [winsock-chain-unlike-base]"
        ]
    );
    assert_eq!(info(&plan.store, 1008), Catalog::sound().info(1008));
    is_sound(&plan);
}

#[test]
fn chains_go_ahead_of_what_they_cover_in_the_order_that_they_have() {
    let mut catalog = Catalog::sound();
    for set in &mut catalog.sets {
        set.items.rotate_left(3);
    }
    let plan = planned(&catalog);
    assert_eq!(
        items(&plan),
        [
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000008`): move ahead of `MSAFD Tcpip [TCP/IP]` (id \
             1001) [winsock-shadowed-chain]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000009`): move ahead of `MSAFD Tcpip [UDP/IP]` (id \
             1002) [winsock-shadowed-chain]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000010`): move ahead of `MSAFD Tcpip [RAW/IP]` (id \
             1003) [winsock-shadowed-chain]",
        ]
    );
    assert_eq!(ids(&plan.store), [1008, 1001, 1009, 1002, 1010, 1003, 1004, 1005, 1006, 1007]);
    assert_eq!(plan.warnings, []);
    is_sound(&plan);
}

#[test]
fn a_chain_goes_ahead_of_the_chain_that_it_runs_over_and_of_no_other() {
    let catalog = Catalog::sound();
    let upper = ProtocolInfo { catalog_entry_id: 1020, name: "Upper".to_owned(), ..catalog.info(1007).clone() };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    let plan = planned(&catalog.clone().with(4, &chain).with(11, &upper));
    assert_eq!(items(&plan).len(), 1);
    assert_eq!(ids(&plan.store)[..3], [1021, 1008, 1009]);
    is_sound(&plan);
    let rival = chained(&upper, catalog.info(1001), Uuid::from_u128(7), 1021);
    let plan = planned(&catalog.with(4, &rival).with(11, &upper));
    assert_eq!(plan.steps, [], "which of two layers is wanted is not for repair to say");
}
