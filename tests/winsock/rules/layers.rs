//! Rules on layers: whether they are reached, where, by whom, and whether they show.

use super::{further, in_both_sets, key32, key64, stated};
use crate::winsock::fixture::Catalog;
use sockatlas::catalog::Severity::Warning;
use sockatlas::winsock::Field;
use sockatlas::winsock::info::provider_flags::HIDDEN;

#[test]
fn a_layer_without_chains_is_stated() {
    let alone = [1008, 1009, 1010].into_iter().fold(Catalog::sound(), Catalog::without);
    let export = alone.reg();
    let expected = [(key32(7), "32"), (key64(7), "64")].map(|(key, bits)| {
        let message =
            format!("no chain of the {bits}-bit set runs over layer `Acme` (id 1007, key `000000000007`), so that nothing uses it");
        ("winsock-unreachable-layer", Warning, export.place(&key, Field::CatalogEntryId), message)
    });
    assert_eq!(stated(&export), expected);
}

#[test]
fn a_layer_over_tcp_alone_covers_its_family_in_part() {
    let part = Catalog::sound().without(1009).without(1010);
    let message = "layer `Acme` (id 1007, key `000000000008`) runs over socket type 1 of address family 2, and not over `MSAFD \
                   Tcpip [UDP/IP]` (id 1002, key `000000000003`), `MSAFD Tcpip [RAW/IP]` (id 1003, key `000000000004`)";
    in_both_sets(&part, "winsock-partial-coverage", Warning, 8, Field::CatalogEntryId, message);
}

#[test]
fn layers_that_show_and_chains_that_hide_are_stated() {
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
fn layers_are_stated_where_an_application_permits_categories() {
    let mut permits = Catalog::sound();
    permits.applications.push(("2C69D9F1".to_owned(), r"C:\Windows\System32\svchost.exe".to_owned(), 0x8000_0001));
    let message = r"no category of layer `Acme` (id 1007, key `000000000010`) is stated here, and without one `C:\Windows\System32\svchost.exe` does not load it";
    in_both_sets(&permits, "winsock-uncategorised-layer", Warning, 10, Field::ProviderId, message);
    permits.applications[0].2 = 0;
    assert_eq!(stated(&permits.reg()), [], "it permits none, and so is not categorised");
}
