//! Whatever a document can say, a program can build.

use super::{Verdict, accepted, has_every_key, json, root, verdict};
use crate::laws::writing::everything;
use sockatlas::catalog::build::{
    self, Always, Application, Base, Chain, Document, Expect, Layer, Protocols, Provider, Request,
};
use sockatlas::catalog::{AddressSize, Bitness, ByteOrder, OptionValue, PACKED_ITEM_BYTES, Severity};
use sockatlas::edit::{format, to_toml};
use sockatlas::terms::{Categories, Dialect, ErrorCode, Family, Protocol, Role, Services, SocketType};
use sockatlas::{Loader, compare};

fn services(names: &[&str]) -> Services {
    names.iter().map(|name| Services::from_name(name).expect("a service")).collect()
}

fn categories(names: &[&str]) -> Categories {
    names.iter().map(|name| name.parse::<Categories>().expect("a category")).collect()
}

/// What `whole.toml` says. Stated to say all, it says so too where that file states what goes without saying.
fn whole(all: bool) -> Document {
    let nested = vec![
        ("number".to_owned(), OptionValue::from(1.5)),
        ("list".to_owned(), OptionValue::Array(vec![1.into(), "a".into()])),
    ];
    let of_whole = Request::any().family("acme").socket_type(SocketType::STREAM).protocol_named("widget");
    let of_whole = of_whole.require(if all { services(&["encrypted"]) } else { Services::NONE });
    let of_whole = of_whole.prefer(Services::METERED).avoid(Services::PROXIED).prohibit(Services::FRAMED);
    let layer = Layer::new("whole-layer", "whole")
        .needs(Services::GUARANTEED_ORDER)
        .forbids(Services::MESSAGE_ORIENTED)
        .adds(Services::ENCRYPTED)
        .removes(services(&["x-of-our-own"]))
        .allow_below(["whole", "tcp4", "tcp6"])
        .categories(categories(&["crypto-compress", "0x40000000"]))
        .presents(SocketType::SEQPACKET)
        .summary("Every key of a layer")
        .hidden(true)
        .replace(all)
        .catalog_entry_id(2002)
        .version(1)
        .message_size(0)
        .address_size(AddressSize { min: 8, max: 8 })
        .byte_order(ByteOrder::Little)
        .security_scheme(-1)
        .recommended(all)
        .unknown(all.then_some("version"))
        .winsock_bits(Bitness::Bits64);
    let chain = Chain::of("whole-chain", "whole-layer")
        .over("whole")
        .protocols(7..=9)
        .matches_zero(false)
        .provider("whole")
        .services(Services::ENCRYPTED | Services::GUARANTEED_ORDER)
        .summary("Every key of a chain")
        .hidden(all)
        .replace(all)
        .catalog_entry_id(2003)
        .version(1)
        .message_size(1)
        .address_size(AddressSize { min: 8, max: 8 })
        .byte_order(ByteOrder::Big)
        .security_scheme(7)
        .recommended(all)
        .unknown(["services", "provider"])
        .winsock_library("C:\\chain.dll");
    let (layer, chain) =
        if all { (layer.option("more", 1), chain.option("connect-timeout", "5s")) } else { (layer, chain) };
    Document::new()
        .dialect(Dialect::Linux)
        .title("Every key of every table, each on a line of its own")
        .include("builtin:linux.toml")
        .order(["whole-chain", "several"])
        .disable(["idle"])
        .provider(
            Provider::new("whole")
                .module("acme")
                .id("3e3fde34-6e1b-4c34-9b3b-4ff8d7d4dd5b".parse().expect("a GUID"))
                .library("%SystemRoot%\\system32\\whole.dll")
                .replace(all),
        )
        .provider(Provider::new("kernel").module("system").replace(true))
        .family(
            build::Family::new("acme")
                .number(201)
                .protocol("widget", 1)
                .protocol("gadget", 2)
                .max_protocol(9)
                .protocol_first(true)
                .replace(all),
        )
        .family(build::Family::new("inet").replace(true))
        .application(
            Application::new("billing")
                .require(Services::ENCRYPTED)
                .prohibit(services(&["x-insecure"]))
                .permit(categories(&["crypto-compress", "proxy"]))
                .winsock("C:\\billing.exe", Some("-x"), "2C69D9F1")
                .replace(all),
        )
        .application(Application::others().replace(all))
        .base(
            Base::new(
                "whole",
                "whole",
                "acme",
                SocketType::STREAM,
                Protocols::from("widget").and(Protocol::from_raw(3)).and(4..=6),
            )
            .matches_zero(true)
            .services(services(&["guaranteed-order", "x-of-our-own", "xp1-0x00100000"]))
            .option("nodelay", true)
            .option("nested", OptionValue::Table(nested))
            .summary("Every key of a base protocol")
            .hidden(all)
            .replace(all)
            .catalog_entry_id(2001)
            .version(2)
            .message_size(u32::MAX)
            .address_size(AddressSize { min: 8, max: 16 })
            .byte_order(ByteOrder::Big)
            .security_scheme(0)
            .recommended(true)
            .unknown(["version"])
            .winsock_bits(Bitness::Bits64)
            .winsock_library("C:\\whole.dll")
            .winsock_packed(&[0; PACKED_ITEM_BYTES]),
        )
        .base(
            Base::new("idle", "kernel", Family::INET, SocketType::RAW, Protocols::any())
                .address_size(AddressSize { min: 16, max: 16 })
                .replace(all),
        )
        .layer(layer)
        .chain(chain)
        .chain(Chain::of("several", "whole-layer").over(["tcp4", "tcp6"]).replace(all))
        .expect(Expect::error(of_whole.application("billing").role(Role::Accept), ErrorCode::NotPermitted))
        .expect(Expect::error(Request::any().entry("no-such-entry").provider("whole"), ErrorCode::NoSuchEntry))
        .expect(Expect::entry(
            Request::any()
                .entry_id(2003)
                .family(Family::from_raw(201))
                .socket_type(SocketType::SEQPACKET)
                .protocol(Protocol::from_raw(8)),
            "whole-chain",
        ))
        .always(Always::services(Request::any().application("billing"), Services::ENCRYPTED))
        .always(Always::refused(Request::any().family(Family::VSOCK).application("billing")))
        .always(Always::never(Request::any(), ["udp4"]))
        .winsock_next_catalog_entry_id(2004)
        .winsock_serial_access_number(12)
        .winsock_order_32(["whole-layer", "whole"])
        .winsock_order_64(["whole", "whole-layer"])
        .lint("unchained-layer", Severity::Allow)
        .lint("shadowed-entry", Severity::Note)
}

#[test]
fn a_document_built_with_every_key_makes_the_registry_of_the_file_with_every_key() {
    let file = Loader::new().path(root().join("tests/schema/whole.toml")).load().expect("a sound catalog");
    let built = whole(false);
    let registry =
        Loader::new().built("whole", &built).load().unwrap_or_else(|error| panic!("{error}\n{}", built.to_toml()));
    assert_eq!(everything(&registry), everything(&file), "{}", built.to_toml());
    assert_eq!(compare(&file, &registry), []);
    assert_eq!(to_toml(&registry), to_toml(&file));
    assert_eq!(format(&built.to_toml()), Ok(built.to_toml()));
    // Names where the dialect knows them, also of a family of its own.
    let text = built.to_toml();
    assert!(
        text.contains("request = { family = \"acme\", type = \"seqpacket\", protocol = 8, entry = 2003 }"),
        "{text}"
    );
}

#[test]
fn every_key_that_the_schema_describes_can_be_built() {
    let text = whole(true).to_toml();
    assert_eq!(accepted(&text), Some(true), "{text}");
    assert_eq!(verdict(&text), (Verdict::Loads, Vec::new()), "{text}");
    assert_eq!(format(&text), Ok(text.clone()));
    has_every_key(&json(toml::Value::Table(toml::from_str(&text).expect("it is TOML"))), "the built document");
}

#[test]
fn a_document_replaces_what_a_file_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("whole.toml");
    std::fs::write(&file, super::WHOLE).expect("a file is written");
    let both = Loader::new().path(&file).built("whole", &whole(true)).load().expect("they merge");
    let alone = Loader::new().built("whole", &whole(true)).load().expect("a sound catalog");
    let entry = both.entry("whole").expect("it is there");
    assert!(entry.is_hidden(), "the document says so, the file does not");
    assert_eq!(both.entries().len(), alone.entries().len(), "nothing is there twice");
    let again = Loader::new().text("written.toml", to_toml(&both)).load().expect("a sound catalog");
    assert_eq!(everything(&again), everything(&both));
    assert_eq!(compare(&both, &again), []);
}
