//! The exact text of each kind of fault, and that one broken entry hides nothing and breeds nothing.

use super::fails;
use sockatlas::Loader;

/// A provider of a module that nobody knows, and that may implement base protocols and layers alike.
const HEAD: &str = "format = 1\n[provider.kernel]\nmodule = \"acme\"\n";
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
            &["a:15:1: unknown key `path` in provider `x` (the keys here are `module`, `id`, `library`, `replace`)"],
        ),
        (
            "[layer.x]\nprovider = \"kernel\"\nwinsock = { bits = 16 }".into(),
            &["a:16:20: the number 16 where 32 or 64 is expected"],
        ),
        (
            "[layer.x]\nprovider = \"kernel\"\nwinsock = { packed = \"AAEC\" }".into(),
            &["a:16:22: 3 bytes where the 888 bytes of a packed catalog item in base64 is expected"],
        ),
        (
            "[application.x]\nwinsock = { path = 'C:\\x.exe' }".into(),
            &["a:15:11: `winsock` of an application lacks the key `key`"],
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
    // A broken layer: the chains that hold it are not stated so once more.
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

/// Two bases and two layers of modules that are known, and a layer of one that is not: 22 lines.
const KNOWN: &str = "format = 1\nprovider = { kernel = { module = \"system\" }, tls = {}, socks5 = {}, acme = {} }\n\n\n\
                     [base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n\
                     [base.udp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = \"udp\"\n\
                     [layer.tls]\nprovider = \"tls\"\nadds = [\"encrypted\"]\n\
                     [layer.socks]\nprovider = \"socks5\"\nadds = [\"proxied\"]\n[layer.acme]\nprovider = \"acme\"\n";

#[test]
fn options_are_those_of_the_module_and_the_faults_of_all_are_reported() {
    let chain = "[chain.over]\nlayers = [\"tls\", \"socks\", \"acme\"]\nbase = \"tcp4\"\n[chain.over.options]\n";
    let cases: &[(&str, &[&str])] = &[
        (
            "[base.tcp4.options]\nno-delay = true\nnodelay = \"yes\"\nread-timeout = 5\nttl = 256",
            &[
                "a:24:1: unknown option `no-delay` of base `tcp4` (did you mean `nodelay`?)",
                "a:25:11: option `nodelay` of base `tcp4` has \"yes\" where `true` or `false` is expected",
                "a:26:16: option `read-timeout` of base `tcp4` has 5 where a time from 1ms to 24h with its unit, as in \
                 \"5s\" is expected",
                "a:27:7: option `ttl` of base `tcp4` has 256 where a whole number from 1 to 255 is expected",
            ],
        ),
        (
            "[base.udp4.options]\nnodelay = true\nonly-v6 = true\npass-credentials = true\nbroadcast = true",
            &[
                "a:24:1: option `nodelay` of base `udp4` is for streams of TCP and MPTCP only",
                "a:25:1: option `only-v6` of base `udp4` is for sockets of inet6 only",
                "a:26:1: option `pass-credentials` of base `udp4` is for sockets of unix only",
            ],
        ),
        (
            "[layer.tls.options]\nciphers = \"all\"\nmin-version = \"1.1\"",
            &[
                "a:24:1: unknown option `ciphers` of layer `tls` (the options here are `roots`, `server-name`, `alpn`, \
                 `min-version`, `certificate`, `key`, `client-roots`)",
                "a:25:15: option `min-version` of layer `tls` has \"1.1\" where \"1.2\" or \"1.3\" is expected",
            ],
        ),
        (
            "[layer.socks.options]\nproxy = \"http://proxy.example:1080\"\nuser-password = \"x\"",
            &[
                "a:24:9: option `proxy` of layer `socks` has \"http://proxy.example:1080\" where a host and a port, as in \
                 \"proxy.example:1080\" is expected",
                "a:25:1: unknown option `user-password` of layer `socks` (a catalog holds no secrets: say where it is with \
                 `password-file` or `password-env`)",
            ],
        ),
        (
            "[layer.socks.options]\npassword-env = \"PASSWORD\"\nusername = \"us\"\npassword-file = \"password\"",
            &[
                "a:26:1: option `password-file` of layer `socks` excludes option `password-env` (take one of the two away)",
            ],
        ),
        (
            &format!(
                "{chain}min-version = \"1.3\"\nproxy = \"a:1\"\nnodelay = true\nread-timeuot = \"5s\"\nrounds = 3"
            ),
            &[
                "a:27:1: unknown option `min-version` of chain `over` (it is an option of layer `tls`: state it there)",
                "a:28:1: unknown option `proxy` of chain `over` (it is an option of layer `socks`: state it there)",
                "a:29:1: unknown option `nodelay` of chain `over` (it is an option of base `tcp4`: state it there)",
                "a:30:1: unknown option `read-timeuot` of chain `over` (did you mean `read-timeout`?)",
                "a:31:1: unknown option `rounds` of chain `over` (options of a layer stand on the layer; the options here \
                 are `connect-timeout`, `handshake-timeout`, `read-timeout`, `write-timeout`)",
            ],
        ),
        (
            "[base.odd]\nprovider = \"tls\"\nfamily = \"inet\"\ntype = \"raw\"\nprotocol = 1\noptions = { what = 1 }\n\
             [layer.odd-layer]\nprovider = \"kernel\"",
            &[
                "a:23:7: base `odd` cannot be implemented by module `tls`, which implements layers",
                "a:29:8: layer `odd-layer` cannot be implemented by module `system`, which implements base protocols",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(faults(&[&format!("{KNOWN}{text}\n")]), *expected, "for\n{text}");
    }
}

#[test]
fn options_that_fit_are_no_faults() {
    let sound = [
        "[base.tcp4.options]\nnodelay = true\nkeepalive-time = 60\nconnect-timeout = \"1m 30s\"",
        "[base.any]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"any\"\noptions = { nodelay = true }",
        "[base.both]\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"stream\"\nprotocol = [132, { from = 1, to = 9 }]\n\
         options = { nodelay = true, only-v6 = true }",
        "[layer.acme.options]\nwhatever = 1979-05-27\npassword-file = \"x\"",
        "[base.other]\nprovider = \"acme\"\nfamily = \"inet\"\ntype = \"raw\"\nprotocol = 1\noptions = { what = 1, read-timeout = 1 }",
        "[chain.c]\nlayers = [\"acme\"]\nbase = [\"tcp4\", \"udp4\"]\noptions = { handshake-timeout = \"5s\" }",
        "[layer.socks.options]\nproxy = \"[::1]:1080\"",
    ];
    for text in sound {
        let loaded = Loader::new().text("a", format!("{KNOWN}{text}\n")).load();
        loaded.unwrap_or_else(|error| panic!("{error}\nfor\n{text}"));
    }
    let sctp = "[base.sctp]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 132\noptions = { nodelay = true }";
    let expected = "a:28:13: option `nodelay` of base `sctp` is for streams of TCP and MPTCP only";
    assert_eq!(faults(&[&format!("{KNOWN}{sctp}\n")]), [expected]);
}

#[test]
fn an_option_is_reported_once_however_many_entries_it_makes_and_whoever_replaces_it() {
    let several =
        "[chain.c]\nlayers = [\"acme\"]\nbase = [\"udp4\", \"nothing\", \"tcp4\"]\noptions = { rounds = 3 }\n";
    let reported = faults(&[&format!("{KNOWN}{several}")]);
    assert_eq!(reported.len(), 2, "{reported:?}");
    assert!(reported[1].starts_with("a:26:13: unknown option `rounds` of chain `c` ("), "{reported:?}");
    // Of a definition that is replaced nothing is said; disabled entries are still looked at.
    let first = format!("{KNOWN}[layer.tls.options]\nwhat = 1\n");
    let second = "format = 1\ndisable = [\"udp4\"]\n[layer.tls]\nprovider = \"tls\"\nreplace = true\noptions = { wat = 1 }\nadds = [\"encrypted\"]\n\
                  [base.udp4]\nreplace = true\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = \"udp\"\n\
                  options = { ttl = 0 }\n";
    let reported = faults(&[&first, second]);
    assert_eq!(reported.len(), 2, "{reported:?}");
    assert!(reported[0].starts_with("b:6:13: unknown option `wat` of layer `tls`"), "{reported:?}");
    assert!(reported[1].starts_with("b:14:19: option `ttl` of base `udp4` has 0 where"), "{reported:?}");
}
