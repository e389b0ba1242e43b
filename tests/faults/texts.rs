//! The exact text of each kind of fault, and that one broken entry hides nothing and breeds nothing.

use super::fails;
use sockatlas::Loader;

const HEAD: &str = "format = 1\n[provider.kernel]\nmodule = \"system\"\n";
const TCP: &str = "[base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n\
                   services = [\"guaranteed-delivery\"]\n";
const TLS: &str = "[layer.tls]\nprovider = \"kernel\"\nneeds = [\"guaranteed-order\"]\nforbids = [\"encrypted\"]\n";

/// Place, message and help of every fault of some texts.
fn faults(texts: &[&str]) -> Vec<String> {
    let named = texts.iter().zip('a'..).fold(Loader::new(), |loader, (text, name)| loader.text(name, *text));
    let error = fails(named);
    error.to_string().lines().map(str::to_owned).collect()
}

/// The faults of a catalog with a sound base, a sound layer, and this after them from line 14 on.
fn of(text: &str) -> Vec<String> {
    faults(&[&format!("{HEAD}{TCP}{TLS}{text}")])
}

#[test]
fn every_kind_of_fault_says_what_was_found_what_was_expected_and_what_to_do() {
    let chain = |layers: &str, base: &str| format!("[chain.over]\nlayers = {layers}\nbase = {base}\n");
    let several = "[layer.a]\nprovider = \"kernel\"\n[layer.b]\nprovider = \"kernel\"\n[layer.c]\nprovider = \"kernel\"\n\
                   [layer.d]\nprovider = \"kernel\"\n[layer.e]\nprovider = \"kernel\"\n[layer.f]\nprovider = \"kernel\"\n\
                   [layer.g]\nprovider = \"kernel\"\n";
    let round = "[layer.a]\nprovider = \"kernel\"\n[chain.x]\nlayers = [\"a\"]\nbase = \"y\"\n\
                 [chain.y]\nlayers = [\"a\"]\nbase = \"z\"\n[chain.z]\nlayers = [\"a\"]\nbase = \"x\"\n";
    let cases: &[(String, &[&str])] = &[
        ("adds = [\"framed\"]]".into(), &["a:14:18: unexpected key or value, expected newline, `#`"]),
        (
            "[layer.x]\nprovider = \"kernel\"\nadd = []".into(),
            &["a:16:1: unknown key `add` in layer `x` (did you mean `adds`?)"],
        ),
        (
            "[provider.x]\npath = 1".into(),
            &["a:15:1: unknown key `path` in provider `x` (the keys here are `module`, `id`, `replace`)"],
        ),
        ("[chain.x]\nlayers = [\"tls\"]".into(), &["a:14:8: chain `x` lacks the key `base`"]),
        ("[layer.x]\nprovider = 5".into(), &["a:15:12: the number 5 where a string is expected"]),
        (
            "[layer.x]\nprovider = \"kernel\"\ntype = \"steram\"".into(),
            &["a:16:8: unknown socket type `steram` (did you mean `stream`?)"],
        ),
        (
            "[base.x]\nprovider = \"kernel\"\nfamily = \"bluetooth\"\ntype = 1\nprotocol = \"tcp\"".into(),
            &["a:18:12: unknown protocol `tcp`: family `bluetooth` has none of that name"],
        ),
        ("[layer.tls]\nprovider = \"kernel\"".into(), &["a:14:8: key `tls` is declared twice"]),
        (
            "[chain.tls]\nlayers = [\"tls\"]\nbase = \"tcp4\"".into(),
            &[
                "a:14:8: entry `tls` is declared twice (to replace the first definition, say `replace = true` in the second)",
            ],
        ),
        (
            "catalog-entry-id = 7\n[layer.x]\nprovider = \"kernel\"\ncatalog-entry-id = 7".into(),
            &["a:17:20: catalog entry id 7 is stated twice"],
        ),
        (chain("[\"tsl\"]", "\"tcp4\""), &["a:15:11: no layer is called `tsl` (did you mean `tls`?)"]),
        (chain("[\"tls\"]", "\"udp\""), &["a:16:8: no base protocol or chain is called `udp`"]),
        (chain("[\"tls\"]", "\"tls\""), &["a:16:8: `tls` is a layer where a base protocol or chain is expected"]),
        (round.into(), &["a:18:8: chains run over one another: x -> y -> z -> x"]),
        (
            format!("{several}{}", chain("[\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"]", "\"tcp4\"")),
            &["a:28:8: chain `over` has 8 entries, 7 at most: a / b / c / d / e / f / g / tcp4"],
        ),
        (
            format!("[layer.x]\nprovider = \"kernel\"\n{}", chain("[\"x\", \"x\"]", "\"tcp4\"")),
            &[
                "a:17:11: chain `over` holds layer `x` twice (to have it twice, declare a second layer of the provider of `x`)",
            ],
        ),
        (
            chain("[\"tls\"]", "\"tcp4\""),
            &[
                "a:15:11: in chain `over`, layer `tls` needs guaranteed-order directly below it: `tcp4` does not offer it",
            ],
        ),
        (
            format!(
                "[layer.x]\nprovider = \"kernel\"\nforbids = [\"guaranteed-delivery\"]\nallow-below = [\"tls\"]\n{}",
                chain("[\"x\"]", "\"tcp4\"")
            ),
            &[
                "a:19:11: in chain `over`, layer `x` forbids guaranteed-delivery directly below it: `tcp4` offers it",
                "a:19:11: in chain `over`, layer `x` allows only `tls` directly below it: `tcp4` is not among them",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text), *expected, "for\n{text}");
    }
}

#[test]
fn what_concerns_several_documents_is_said_where_the_later_one_says_it() {
    let linux = "format = 1\ndialect = \"linux\"\n";
    let windows = "dialect = \"windows\"\nformat = 1\n";
    assert_eq!(
        faults(&[linux, windows]),
        ["b:1:11: dialect `windows` disagrees with `linux`, which another document states"]
    );
    let first = format!("{HEAD}{TCP}");
    let twice =
        ["b:2:7: entry `tcp4` is declared twice (to replace the first definition, say `replace = true` in the second)"];
    assert_eq!(faults(&[&first, &format!("format = 1\n{TCP}")]), twice);
    let disabled = "format = 1\ndisable = [\"tcp4\"]\n[layer.x]\nprovider = \"kernel\"\n[chain.c]\nlayers = [\"x\"]\nbase = \"tcp4\"";
    assert_eq!(faults(&[&first, disabled]), ["b:2:12: `tcp4` cannot be disabled: `c` stands on it (disable `c` too)"]);
    let text = ["a:2:12: cannot read `b`: a text that is not a file cannot include files"];
    assert_eq!(faults(&["format = 1\ninclude = [\"b\"]", "format = 1"]), text);
}

/// Entries with a fault of their own, each with one fault.
const BROKEN: [(&str, &str); 4] = [
    ("[base.broken]\nprovider = \"kernel\"\nfamily = \"inett\"\ntype = \"stream\"\nprotocol = 6\n", "unknown-name"),
    ("[base.broken]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\n", "missing-key"),
    (
        "[base.broken]\nprovider = \"nobody\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 6\n",
        "dangling-reference",
    ),
    ("[chain.broken]\nlayers = [\"plain\"]\nbase = \"nothing\"\n", "dangling-reference"),
];

#[test]
fn a_chain_over_something_broken_has_no_second_fault() {
    let plain = "[layer.plain]\nprovider = \"kernel\"\n[layer.second]\nprovider = \"kernel\"\n";
    let users = "[chain.user]\nlayers = [\"tls\"]\nbase = \"broken\"\n[chain.several]\nlayers = [\"plain\"]\nbase = [\"tcp4\", \"broken\"]\n\
                 [chain.over]\nlayers = [\"second\"]\nbase = \"several/broken\"\n[chain.of-it]\nlayers = [\"plain\"]\nbase = \"user\"\n\
                 protocol = \"tcp\"\n[[expect]]\nrequest = { family = \"inet\", type = 1 }\nentry = \"broken\"\n";
    for (broken, code) in BROKEN {
        let error = fails(Loader::new().text("a", format!("{HEAD}{TCP}{TLS}{plain}{broken}{users}")));
        let codes: Vec<_> = error.faults().iter().map(|fault| fault.kind.code()).collect();
        assert_eq!(codes, [code], "{error}");
    }
    // A broken layer: the chains that hold it are not told so once more.
    let broken = "[layer.broken]\nprovider = \"kernel\"\nadds = [\"encryptd\"]\n";
    let users = "[chain.user]\nlayers = [\"broken\"]\nbase = \"tcp4\"\n[chain.second]\nlayers = [\"broken\", \"tls\"]\nbase = \"user\"\n";
    let codes: Vec<_> = {
        let error =
            fails(Loader::new().text("a", format!("{HEAD}{TCP}{broken}{users}[layer.tls]\nprovider = \"kernel\"\n")));
        error.faults().iter().map(|fault| fault.kind.code()).collect()
    };
    assert_eq!(codes, ["unknown-name"]);
}

#[test]
fn a_broken_entry_hides_no_fault_of_another() {
    let other = "[base.other]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"straem\"\nprotocol = 6\n";
    let plain = "[layer.plain]\nprovider = \"kernel\"\n";
    for (broken, code) in BROKEN {
        for text in [format!("{plain}{broken}{other}"), format!("{other}{plain}{broken}")] {
            let error = fails(Loader::new().text("a", format!("{HEAD}{text}")));
            let mut codes: Vec<_> = error.faults().iter().map(|fault| fault.kind.code()).collect();
            let mut expected = [code, "unknown-name"];
            codes.sort_unstable();
            expected.sort_unstable();
            assert_eq!(codes, expected, "{error}");
        }
    }
}

#[test]
fn a_document_that_is_not_toml_hides_no_fault_of_another() {
    let error = fails(Loader::new().text("a", "format = 1\n]]]").text("b", "format = 1\ntitel = \"b\""));
    let places: Vec<String> = error.faults().iter().map(|fault| error.locate(fault).to_string()).collect();
    assert!(places.iter().any(|place| place.starts_with("a:2:")), "{places:?}");
    assert!(places.contains(&"b:2:1".to_owned()), "{places:?}");
    assert!(error.to_string().ends_with("unknown key `titel` in a catalog (did you mean `title`?)"), "{error}");
}

#[test]
fn columns_count_characters_and_lines_count_from_one() {
    let text = "format = 1\ntitle = \"äöü\" ; \n";
    assert!(faults(&[text])[0].starts_with("a:2:15: "), "{:?}", faults(&[text]));
    let windows_lines = "format = 1\r\nx = 1\r\n";
    assert!(faults(&[windows_lines])[0].starts_with("a:2:1: unknown key `x`"));
}
