use super::*;
use crate::LoadError;
use crate::catalog::{EntryKind, FileId, ReadForeign};
use crate::registry::Registry;
use crate::terms::Services;
use crate::winsock::{Field, Item, ProtocolChain, ProtocolInfo, Set, StandardItem, Stated};
use uuid::Uuid;

/// A form whose documents all have the content of this store.
#[derive(Debug)]
struct Fixed(Store);

impl Form for Fixed {
    fn most_bytes(&self, _: &[u8], limits: &Limits) -> u64 {
        limits.document_bytes
    }

    fn text(&self, _: &[u8], _: Option<&Path>) -> Option<Result<ForeignText, FaultKind>> {
        let store = self.0.clone();
        let read: ReadForeign = Box::new(move |file, _, faults| {
            let document = document(&store, file, Bitness::Bits64, faults);
            (Content::new(store), document)
        });
        Some(Ok(ForeignText { form: "reg", text: "0123456789".repeat(100), read }))
    }
}

/// Returns the registry that is made from a store.
pub(in crate::winsock) fn load(store: Store) -> Result<Registry, LoadError> {
    // The document's content is the store; the text of this file is not used.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT");
    Loader::new().path(file).form(Arc::new(Fixed(store))).load()
}

/// Returns a distinct place for each number.
pub(in crate::winsock) fn place(number: usize) -> Span {
    Span::new(FileId(0), number..number + 1)
}

pub(in crate::winsock) fn set(bits: Option<Bitness>, items: impl IntoIterator<Item = ProtocolInfo>) -> Set {
    let mut set = Set::new(bits, place(0));
    let items = (1..).zip(items).map(|(number, info)| {
        let mut item = Item::new(info, place(number));
        item.key = Some(Stated::new(format!("{number:012}"), place(number)));
        item
    });
    set.items = items.collect();
    set
}

pub(in crate::winsock) fn store(sets: Vec<Set>) -> Store {
    let mut store = Store::new(SourceForm::Reg);
    store.sets = sets;
    store
}

const ACME: Uuid = Uuid::from_u128(0xACE);
const PATH: &str = "C:\\Program Files\\Acme\\acme.dll";

fn standard(name: &str) -> ProtocolInfo {
    StandardItem::by_name(name).expect("a standard item").info()
}

fn layer(id: u32, name: &str) -> ProtocolInfo {
    let tcp = standard("tcp4");
    let (path, provider_id) = (PATH.to_owned(), ACME);
    ProtocolInfo { path, name: name.to_owned(), provider_id, catalog_entry_id: id, chain: ProtocolChain::LAYER, ..tcp }
}

fn chain(id: u32, ids: &[u32], base: &str) -> ProtocolInfo {
    let chain = ProtocolChain::over(ids).expect("two to seven ids");
    let name = format!("Acme over [{base}]");
    ProtocolInfo { chain, name, catalog_entry_id: id, path: PATH.to_owned(), provider_id: ACME, ..standard(base) }
}

/// Returns the names of the entries, in the order of declaration.
fn names(registry: &Registry) -> Vec<&str> {
    registry.entries().map(|entry| entry.name()).collect()
}

fn loaded(store: Store) -> Registry {
    load(store).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_standard_items_of_both_sets_are_the_entries_of_the_shipped_catalog() {
    let items = || StandardItem::all().map(StandardItem::info);
    let both = vec![set(Some(Bitness::Bits32), items()), set(Some(Bitness::Bits64), items())];
    let registry = loaded(store(both));
    let shipped = Loader::new().path("builtin:windows.toml").load().expect("it ships");
    assert_eq!(names(&registry), names(&shipped));
    for (entry, expected) in registry.entries().zip(shipped.entries()) {
        assert_eq!(entry.catalog_entry_id(), expected.catalog_entry_id());
        assert_eq!((entry.family(), entry.socket_type()), (expected.family(), expected.socket_type()));
        assert_eq!((entry.protocols(), entry.matches_zero()), (expected.protocols(), expected.matches_zero()));
        assert_eq!((entry.services(), entry.is_hidden()), (expected.services(), expected.is_hidden()));
        let (provider, other) = (entry.provider(), expected.provider());
        assert_eq!((provider.name(), provider.id(), provider.module()), (other.name(), other.id(), other.module()));
        assert_eq!(provider.library(), other.library());
        assert_eq!(entry.facts().message_size, expected.facts().message_size);
        assert_eq!(entry.facts().winsock, None, "its keys say all of {}", entry.name());
    }
}

#[test]
fn a_layer_and_its_chains_are_stated_by_name() {
    let items = [chain(1042, &[1041, 1007], "tcp4"), standard("tcp4"), standard("udp4"), layer(1041, "Acme LSP")];
    let registry = loaded(store(vec![set(None, items)]));
    assert_eq!(names(&registry), ["acme-lsp-over-tcp4", "tcp4", "udp4", "acme-lsp"]);
    let chain = registry.entry("acme-lsp-over-tcp4").expect("there");
    assert_eq!(chain.stack().map(|entry| entry.name()).collect::<Vec<_>>(), ["acme-lsp", "tcp4"]);
    assert_eq!((chain.catalog_entry_id(), chain.provider().id()), (1042, Some(ACME)));
    assert_eq!(chain.services(), &Services::from_xp1(0x20066));
    assert_eq!((chain.provider().name(), chain.provider().library()), ("acme-lsp", Some(PATH)));
    let layer = registry.entry("acme-lsp").expect("there");
    assert_eq!((layer.kind(), &layer.facts().unknown[..]), (EntryKind::Layer, &["categories"][..]));
}

#[test]
fn a_chain_may_name_the_chain_below_or_its_layer() {
    let items = [
        chain(3, &[21, 2, 1007], "tcp4"),
        chain(4, &[21, 22, 1007], "tcp4"),
        chain(5, &[21, 2, 1008], "udp4"),
        chain(2, &[22, 1007], "tcp4"),
        standard("tcp4"),
        standard("udp4"),
        layer(21, "Upper"),
        layer(22, "Lower"),
    ];
    let registry = loaded(store(vec![set(None, items)]));
    let stack = |id| {
        let entry = registry.entry_by_id(id).expect("there");
        entry.stack().map(|entry| entry.name()).collect::<Vec<_>>()
    };
    assert_eq!(stack(3), ["upper", "lower", "tcp4"]);
    assert_eq!(stack(4), ["upper", "lower", "tcp4"]);
    assert_eq!(
        stack(5),
        ["upper", "lower", "udp4"],
        "the chain that it names runs over TCP, its layer over what stands below"
    );
    let users = |id| {
        registry.entry_by_id(id).expect("there").users().iter().map(|user| user.catalog_entry_id()).collect::<Vec<_>>()
    };
    assert_eq!(users(2), [3], "only the first runs over the chain itself");
    assert_eq!(users(22), [4, 5, 2]);
}

#[test]
fn what_the_sets_do_not_share_stands_twice_and_the_32_bit_one_is_disabled() {
    let shared = || [standard("tcp4"), standard("udp4")];
    let in_64 = [vec![chain(1042, &[1041, 1007], "tcp4")], shared().to_vec(), vec![layer(1041, "Acme")]].concat();
    let mut in_32 = in_64.clone();
    in_32[3].path = "C:\\Program Files (x86)\\Acme\\acme.dll".to_owned();
    in_32.push(layer(1050, "Old"));
    let both = vec![set(Some(Bitness::Bits32), in_32), set(Some(Bitness::Bits64), in_64)];
    let registry = loaded(store(both));
    let expected = ["acme-over-tcp4-32", "acme-over-tcp4", "tcp4", "udp4", "acme", "acme-32", "old-32"];
    let mut sorted = names(&registry);
    sorted.sort_unstable();
    assert_eq!(sorted.len(), expected.len());
    assert!(expected.iter().all(|name| sorted.contains(name)), "{sorted:?}");
    for entry in registry.entries() {
        let bits = entry.facts().winsock.as_ref().and_then(|winsock| winsock.bits);
        let (is_32, is_shared) = (entry.name().ends_with("-32"), ["tcp4", "udp4"].contains(&entry.name()));
        let wanted = if is_32 { Some(Bitness::Bits32) } else { Some(Bitness::Bits64).filter(|_| !is_shared) };
        assert_eq!((bits, entry.is_disabled()), (wanted, is_32), "{}", entry.name());
    }
    assert_eq!(
        registry.entry_by_id(1042).map(|entry| entry.name()),
        Some("acme-over-tcp4"),
        "the enabled one has the id"
    );
    let library = registry.entry("acme-32").and_then(|entry| entry.facts().winsock.as_ref()?.library.as_deref());
    assert_eq!(library, Some("C:\\Program Files (x86)\\Acme\\acme.dll"));
}

#[test]
fn an_order_of_its_own_is_stated_of_the_32_bit_set() {
    let items = ["tcp4", "udp4", "raw4"].map(standard);
    let mut turned = items.clone();
    turned.reverse();
    let both = vec![set(Some(Bitness::Bits64), items), set(Some(Bitness::Bits32), turned)];
    let registry = loaded(store(both));
    assert_eq!(names(&registry), ["tcp4", "udp4", "raw4"]);
    let order: Vec<&str> = registry.winsock().order_32.iter().map(|&at| registry.at(at).name()).collect();
    assert_eq!(order, ["raw4", "udp4", "tcp4"]);
}

#[test]
fn what_the_source_does_not_tell_is_unknown() {
    let mut tcp = standard("tcp4");
    tcp.further = None;
    let registry = loaded(store(vec![set(None, [tcp])]));
    let entry = registry.entry("tcp4").expect("there");
    let unknown =
        ["protocol", "matches-zero", "hidden", "message-size", "byte-order", "security-scheme", "recommended"];
    assert_eq!(entry.facts().unknown, unknown);
    assert!(!entry.matches_zero() && entry.facts().message_size.is_none());
    assert_eq!(entry.facts().version, Some(2), "it is told");
}

#[test]
fn a_chain_that_is_none_has_one_fault_and_keeps_those_of_others_apart() {
    let codes = |items: Vec<ProtocolInfo>| {
        let error = load(store(vec![set(None, items)])).expect_err("it is refused");
        error.faults().iter().map(|fault| (fault.kind.code().to_owned(), fault.at.start)).collect::<Vec<_>>()
    };
    let stated = |code: &str, at: u32| vec![(code.to_owned(), at)];
    let with = |broken: ProtocolInfo| vec![standard("tcp4"), layer(1041, "Acme"), standard("udp4"), broken];
    assert_eq!(codes(with(chain(9, &[1041, 999], "tcp4"))), stated("winsock-broken-chain", 4));
    assert_eq!(codes(with(chain(9, &[1007, 1041], "tcp4"))), stated("winsock-chain-without-base", 4));
    assert_eq!(codes(with(chain(9, &[1008, 1007], "tcp4"))), stated("winsock-malformed-chain", 4));
    let mut endless = layer(9, "endless");
    endless.chain.length = 8;
    assert_eq!(codes(with(endless)), stated("winsock-malformed-chain", 4));
    let mut zero = standard("raw4");
    zero.catalog_entry_id = 0;
    assert_eq!(codes(with(zero)), stated("winsock-duplicate-id", 4));
    let mut twice = standard("raw4");
    twice.catalog_entry_id = 1007;
    assert_eq!(codes(with(twice)), stated("winsock-duplicate-id", 4));
    let mut family = standard("raw4");
    family.address_family = 0;
    assert_eq!(codes(with(family)), stated("winsock-malformed-item", 4));
    let mut huge = standard("raw4");
    huge.catalog_entry_id = u32::MAX;
    assert_eq!(codes(with(huge)), stated("wrong-value", 4));
}

#[test]
fn a_fault_of_a_field_stands_where_the_field_does() {
    let mut broken = Item::new(ProtocolInfo { address_family: 0, ..standard("tcp4") }, place(1));
    let lines = [(Field::AddressFamily, place(40)), (Field::SocketType, place(50))].into_iter().collect();
    broken.places = crate::winsock::Places::Lines(lines);
    let mut only = set(None, []);
    only.items.push(broken);
    let error = load(store(vec![only])).expect_err("it is refused");
    assert_eq!(error.faults().iter().map(|fault| fault.at).collect::<Vec<_>>(), [place(40)]);
}

#[test]
fn a_provider_that_is_called_as_a_module_is_not_taken_for_it() {
    let items = [chain(1042, &[1041, 1007], "tcp4"), standard("tcp4"), layer(1041, "TLS")];
    let registry = loaded(store(vec![set(None, items)]));
    let layer = registry.entry("tls").expect("there");
    assert_eq!((layer.provider().name(), layer.provider().module()), ("tls-2", "tls-2"));
}

#[test]
fn applications_keep_by_what_windows_knows_them() {
    let mut with = store(vec![set(None, [standard("tcp4")])]);
    let application = |key: &str, path: Option<&str>, categories: u32| ApplicationCategories {
        key: Stated::new(key.to_owned(), place(9)),
        path: path.map(|path| Stated::new(path.to_owned(), place(9))),
        arguments: None,
        categories: Some(Stated::new(crate::terms::Categories::from_bits_retain(categories), place(9))),
        written: None,
        beside: Vec::new(),
    };
    with.applications = vec![
        application("06EBDCB1", Some("C:\\Windows\\System32\\WinInit.exe"), 0x4000_0000),
        application("06EBDCB2", Some("D:\\wininit.exe"), 0x8000_0001),
        application("06EBDCB3", None, 0),
    ];
    let registry = loaded(with);
    let names: Vec<&str> = registry.applications().collect();
    assert_eq!(names, ["wininit.exe", "wininit.exe-2", "application-06ebdcb3", "*"], "Windows restricts no others");
    let permit = |name: &str| registry.sections()[name].policy.permit.map(|permit| permit.bits());
    assert_eq!(
        names.iter().map(|name| permit(name)).collect::<Vec<_>>(),
        [Some(0x4000_0000), Some(0x8000_0001), None, None]
    );
    assert_eq!(registry.sections()["wininit.exe"].winsock.as_ref().map(|known| known.key.as_str()), Some("06EBDCB1"));
}
