//! What the user wants besides: providers and layers that are to go, one set only; and what is refused.

use super::{ids, info, is_sound, items, planned, planned_with, read};
use crate::winsock::fixture::{ACME, ACME_CHAINS, Catalog, TCPIP, chained};
use sockatlas::winsock::repair::{RepairOptions, Unrepairable, plan};
use sockatlas::winsock::{self, Bitness, Options, ProtocolInfo, Store};
use uuid::Uuid;

#[test]
fn a_layer_that_nothing_uses_stays_unless_the_user_says_otherwise() {
    let catalog = Catalog::sound().without(1008).without(1009).without(1010);
    let plan = planned(&catalog);
    assert_eq!(plan.steps, []);
    let codes: Vec<_> = plan.warnings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["winsock-unreachable-layer"; 2]);
    let plan = planned_with(&catalog, |mut options| {
        options.remove_unreachable = true;
        options
    });
    assert_eq!(items(&plan), ["`Acme` (id 1007, key `000000000007`): remove [winsock-unreachable-layer]"]);
    assert_eq!(plan.warnings, []);
    is_sound(&plan);
}

#[test]
fn a_provider_goes_with_all_that_cannot_be_without_it() {
    let remove = |provider| {
        move |mut options: RepairOptions| {
            options.remove_providers = vec![provider];
            options
        }
    };
    let catalog = Catalog::sound();
    let upper = ProtocolInfo {
        catalog_entry_id: 1020,
        name: "Upper".to_owned(),
        provider_id: Uuid::from_u128(6),
        ..catalog.info(1007).clone()
    };
    let chain = chained(&upper, catalog.info(1008), Uuid::from_u128(7), 1021);
    let catalog = catalog.with(0, &chain).with(11, &upper);
    let plan = planned_with(&catalog, remove(ACME));
    assert_eq!(
        items(&plan),
        [
            "`Acme` (id 1007, key `000000000011`): remove [asked]",
            "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000002`): remove [asked]",
            "`Acme over [MSAFD Tcpip [UDP/IP]]` (id 1009, key `000000000003`): remove [asked]",
            "`Acme over [MSAFD Tcpip [RAW/IP]]` (id 1010, key `000000000004`): remove [asked]",
            "`Upper over [Acme over [MSAFD Tcpip [TCP/IP]]]` (id 1021, key `000000000001`): take id 1008 out of its chain \
             [asked]",
        ]
    );
    is_sound(&plan);
    let plan = planned_with(&catalog, remove(ACME_CHAINS));
    assert_eq!(info(&plan.store, 1021).chain.ids(), [1020, 1001]);
    is_sound(&plan);
    let store = read(catalog.reg().text.as_bytes()).store;
    let error = plan_error(&store, remove(Uuid::from_u128(5)));
    assert_eq!(error, "no item has provider 00000000-0000-0000-0000-000000000005");
}

fn plan_error(store: &Store, options: impl FnOnce(RepairOptions) -> RepairOptions) -> String {
    plan(store, &options(RepairOptions::default())).expect_err("there is no plan").to_string()
}

#[test]
fn one_set_is_mended_by_itself_with_ids_that_are_free_in_both() {
    let mut catalog = Catalog::sound();
    for set in &mut catalog.sets {
        set.items[3].info.catalog_entry_id = 1002;
    }
    catalog.sets[1].items[9].info.catalog_entry_id = 1060;
    let plan = planned_with(&catalog, |mut options| {
        options.bits = Some(Bitness::Bits32);
        options
    });
    assert_eq!(plan.store.sets.len(), 1);
    assert!(plan.steps.iter().all(|step| step.bits != Some(Bitness::Bits64)));
    assert_eq!(plan.store.next_catalog_entry_id.as_ref().map(|next| next.value), Some(1062));
    let mut store = read(catalog.reg().text.as_bytes()).store;
    store.sets.truncate(1);
    let error = plan_error(&store, |mut options| {
        options.bits = Some(Bitness::Bits64);
        options
    });
    assert_eq!(error, "there is no 64-bit set in it");
}

#[test]
fn text_of_netsh_is_refused_as_it_does_not_tell_enough() {
    let text = Catalog::sound().netsh();
    let reading = winsock::read("catalog.txt", text.as_bytes(), None, &Options::default());
    let store = reading.expect("what netsh prints").expect("it can be read").store;
    let error = plan(&store, &RepairOptions::default()).expect_err("there is no plan");
    assert!(matches!(error, Unrepairable::Partial(_)));
    assert_eq!(
        error.to_string(),
        "netsh text does not state whole items: provider flags and protocol ranges are not in it"
    );
    assert!(error.help().is_some_and(|help| help.contains("reg export")));
}

#[test]
fn a_standard_provider_that_is_removed_is_installed_anew() {
    let plan = planned_with(&Catalog::sound(), |mut options| {
        options.remove_providers = vec![TCPIP];
        options
    });
    assert_eq!(ids(&plan.store), [1008, 1009, 1010, 1001, 1002, 1003, 1004, 1005, 1006, 1007]);
    is_sound(&plan);
}
