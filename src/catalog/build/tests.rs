//! Tests of where faults of built documents lead, and of the words that are written for families, types and protocols.

use super::{Always, Base, Chain, Document, Expect, Family, Layer, Protocols, Provider, Request};
use crate::Loader;
use crate::catalog::{OptionValue, ProtocolSet};
use crate::terms::{self, Dialect, ErrorCode, Protocol, Services, SocketType};

const STREAM: SocketType = SocketType::STREAM;

fn reported(document: &Document) -> String {
    Loader::new().built("ours", document).load().expect_err("it has a fault").to_string()
}

/// Returns the lines of the text that begin with this key.
fn lines(document: &Document, key: &str) -> Vec<String> {
    let begins = |line: &&str| line.split([' ', '=']).next() == Some(key);
    document.to_toml().lines().filter(begins).map(str::to_owned).collect()
}

#[test]
fn a_fault_says_where_in_the_program_its_table_was_built() {
    let line = line!() + 1;
    let layer = Layer::new("sealed", "acme");
    let document = Document::new()
        .provider(Provider::new("other"))
        .layer(layer)
        .lint("no-such-rule", crate::catalog::Severity::Note);
    let place = format!("(built at {}:{line}:17)", file!());
    assert_eq!(reported(&document), format!("ours:9:12: no provider is called `acme` {place}"));
    assert!(!reported(&document.places(false)).contains("built at"));
}

#[test]
fn the_excerpt_of_a_finding_shows_where_its_table_was_built() {
    #[cfg(feature = "reports")]
    {
        let document = Document::new().layer(Layer::new("sealed", "acme"));
        let report = crate::check::check(&Loader::new().built("ours", &document), &crate::check::Settings::new());
        let text = crate::report::text::findings(&report.findings, &report.sources, false);
        assert!(text.contains(" | # built at src/catalog/build/tests.rs:"), "{text}");
    }
}

#[test]
fn a_comment_can_be_an_allowance() {
    let layer = |comment| Layer::new("sealed", "acme").comment(comment);
    let found = |comment| {
        let document = Document::new().provider(Provider::new("acme")).layer(layer(comment));
        let report = crate::check::check(&Loader::new().built("ours", &document), &crate::check::Settings::new());
        report.findings.iter().filter(|finding| finding.code == "unchained-layer").count()
    };
    assert_eq!(found("nothing"), 1);
    assert_eq!(found("for people\nsockatlas: allow(unchained-layer) the program chains it"), 0);
}

#[test]
fn what_is_built_twice_under_one_name_is_a_fault() {
    let base = || Base::new("tcp", "kernel", terms::Family::INET, STREAM, Protocol::TCP);
    let document = Document::new().provider(Provider::new("kernel").module("system")).base(base());
    assert!(Loader::new().built("ours", &document).load().is_ok());
    let twice = reported(&document.clone().base(base()));
    assert!(twice.starts_with("ours:16:7: ") && twice.contains("`tcp`") && twice.contains("(built at "), "{twice}");
    let other_kind = reported(&document.layer(Layer::new("tcp", "kernel")));
    assert!(other_kind.contains("`tcp`"), "{other_kind}");
}

#[test]
fn what_types_leave_open_is_a_fault_of_loading() {
    let document = || Document::new().provider(Provider::new("acme"));
    let base = |protocols: Protocols| document().base(Base::new("b", "acme", terms::Family::INET, STREAM, protocols));
    for (document, fault) in [
        (document().chain(Chain::of("c", "l").over(Vec::<String>::new())), "an empty array where at least one name"),
        (document().always(Always::never(Request::any(), [""; 0])), "an empty array where at least one name"),
        #[allow(clippy::reversed_empty_ranges)]
        (base((7..=6).into()), "a range from 7 to 6"),
        (base(Protocols::from("tpc")), "unknown protocol `tpc`"),
        (document().include("site.toml"), "a text that is not a file cannot include files"),
        (document().layer(Layer::new("12", "acme")), "the name \"12\""),
        (document().expect(Expect::entry(Request::any(), "nothing")), "`nothing`"),
        (
            document().layer(Layer::new("l", "acme").option("when", OptionValue::Datetime("next week".to_owned()))),
            "string values must be quoted",
        ),
    ] {
        let reported = reported(&document);
        assert!(reported.contains(fault) && reported.contains("(built at "), "{reported}");
    }
}

#[test]
fn a_document_can_include_what_ships() {
    let document = Document::new().include("builtin:linux.toml").provider(Provider::new("acme"));
    let document = document.layer(Layer::new("sealed", "acme")).chain(Chain::of("sealed4", "sealed").over("tcp4"));
    let registry = Loader::new().built("ours", &document).load().expect("sound");
    assert!(registry.entry("sealed4").is_some());
}

#[test]
fn words_are_names_where_the_dialect_has_them() {
    let document = |dialect: Option<Dialect>| {
        let base = |family: terms::Family, protocol| Base::new("b", "p", family, SocketType::PACKET, protocol);
        let document = Document::new()
            .family(Family::new("acme").number(201).protocol("widget", 1))
            .base(base(terms::Family::NETLINK, Protocol::from_raw(16)))
            .base(base(terms::Family::from_raw(201), Protocol::from_raw(1)))
            .base(base(terms::Family::from_raw(10), Protocol::TCP))
            .expect(Expect::error(Request::any().protocol(Protocol::UDP), ErrorCode::InvalidArgument));
        dialect.into_iter().fold(document, Document::dialect)
    };
    let linux = document(Some(Dialect::Linux));
    assert_eq!(lines(&linux, "family"), [r#"family   = "netlink""#, r#"family   = "acme""#, "family   = 10"]);
    assert_eq!(lines(&linux, "type"), [r#"type     = "packet""#; 3]);
    assert_eq!(lines(&linux, "protocol"), [r#"protocol = "generic""#, r#"protocol = "widget""#, r#"protocol = "tcp""#]);
    assert_eq!(lines(&linux, "request"), [r#"request = { protocol = "udp" }"#]);

    // Windows has neither this family nor this type. The family's name shows which one is meant, and is a fault there.
    let windows = document(Some(Dialect::Windows));
    assert_eq!(lines(&windows, "family")[0], r#"family   = "netlink""#);
    assert_eq!(lines(&windows, "type"), ["type     = 10"; 3]);

    // A document without a dialect is read in any dialect; values that differ between dialects are written as numbers.
    let open = document(None);
    assert_eq!(lines(&open, "family")[..2], [r#"family   = "netlink""#, r#"family   = "acme""#]);
    assert_eq!(lines(&open, "type"), ["type     = 10"; 3]);
    assert_eq!(lines(&open, "protocol")[1], r#"protocol = "widget""#);
}

#[test]
fn a_set_of_protocols_comes_back_as_it_was() {
    for (written, first) in [
        (vec![(6, 6)], 6),
        (vec![(1, 5), (7, 9)], 7),
        (vec![(4, 6)], 5),
        (vec![(i32::MIN, i32::MAX)], 3),
        (vec![(i32::MIN, -1), (1, i32::MAX)], 0),
        (vec![(i32::MIN, -1), (1, i32::MAX)], 17),
    ] {
        let set = ProtocolSet::of(&written, first).expect("not empty");
        let document = Document::new()
            .provider(Provider::new("p"))
            .base(Base::new("b", "p", terms::Family::INET, STREAM, &set).services(Services::ENCRYPTED));
        let registry = Loader::new().built("ours", &document).load().unwrap_or_else(|error| panic!("{error}"));
        let back = registry.entry("b").and_then(|entry| entry.protocols().cloned());
        assert_eq!(back, Some(set), "{}", document.to_toml());
    }
}
