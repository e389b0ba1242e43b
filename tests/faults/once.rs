//! The exact texts of findings that are made once, and of helps that show what loads.

use super::{fails, report};
use sockatlas::Loader;
use std::path::Path;

const HEAD: &str = "format = 1\n[provider.kernel]\nmodule = \"acme\"\n\
    [layer.plain]\nprovider = \"kernel\"\nneeds = [\"encrypted\"]\n\
    [base.tcp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 6\n\
    [base.udp4]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"dgram\"\nprotocol = 17\n";

/// The faults of a catalog with this text from line 17 on, with help and causes.
fn of(text: &str) -> String {
    report(&fails(Loader::new().text("a", format!("{HEAD}{text}\n"))), Path::new("nowhere"))
}

#[test]
fn helps_show_what_loads() {
    let base = "[base.x]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 9\n";
    let with = |line: &str| format!("{base}{line}");
    let cases = [
        (
            "[application.*]\nrequire = [\"encrypted\"]".to_owned(),
            "a:17:14 syntax: invalid unquoted key, expected letters, numbers, `-`, `_` (`*` needs quotes there: \
             `[application.\"*\"]`)\n",
        ),
        (
            with("matches-zero = True"),
            "a:22:16 syntax: invalid boolean, expected `true` (did you mean `true`?)\n",
        ),
        (
            with("hidden = yes"),
            "a:22:10 syntax: string values must be quoted, expected literal string (`true` is written out; a text needs \
             quotes: `\"yes\"`)\n",
        ),
        (
            with("hidden = \"No\""),
            "a:22:10 wrong-value: \"No\" where `true` or `false` is expected (did you mean `false`?)\n",
        ),
        (
            with("title = \"x\""),
            "a:22:1 unknown-key: unknown key `title` in base `x` (`title` is a key of the catalog itself, and stands above \
             the first table)\n",
        ),
        (
            "[chain.sécure]\nlayers = [\"plain\"]\nbase = \"tcp4\"\n[[expect]]\nrequest = { type = 1 }\nentry = \"secure\"".to_owned(),
            "a:17:9 syntax: invalid unquoted key, expected letters, numbers, `-`, `_` (names have lower case letters from `a` \
             to `z`, digits, `.`, `_` and `-`; one with a `.` needs quotes)\n",
        ),
        (
            "[base.x]\nprovider: \"kernel\"".to_owned(),
            "a:18:9 syntax: invalid unquoted key, expected letters, numbers, `-`, `_` (`=` stands between a key and its \
             value: `provider = ...`)\n",
        ),
        (
            "[[chain]]\nname = \"x\"".to_owned(),
            "a:17:1 wrong-value: an array where a table for each name is expected (did you mean `[chain.NAME]`?)\n",
        ),
        (
            "[chain]\nlayers = [\"plain\"]\nbase = \"tcp4\"".to_owned(),
            "a:18:10 wrong-value: the key `layers` directly in `[chain]` where a table for each name is expected (did you \
             mean `[chain.NAME]`?)\n",
        ),
        (
            "[always]\nrefused = true".to_owned(),
            "a:17:1 wrong-value: a table where an array of tables is expected (did you mean `[[always]]`?)\n",
        ),
        (
            "[lint]\nshadowed-entry = \"warn\"".to_owned(),
            "a:18:18 wrong-value: `warn` where `allow`, `note`, `warning` or `error` is expected (did you mean `warning`?)\n",
        ),
        (
            "[lint]\ninclude = []".to_owned(),
            "a:18:1 unknown-key: unknown key `include` in `lint` (`include` is a key of the catalog itself, and stands above \
             the first table)\n",
        ),
        (
            base.replace("\"inet\"", "\"AF_INET\""),
            "a:19:10 unknown-name: unknown address family `AF_INET` (did you mean `inet`?)\n",
        ),
        (
            base.replace("\"stream\"", "\"SOCK_STREAM\""),
            "a:20:8 unknown-name: unknown socket type `SOCK_STREAM` (did you mean `stream`?)\n",
        ),
        (
            base.replace("= 9", "= \"IPPROTO_TCP\""),
            "a:21:12 unknown-name: unknown protocol `IPPROTO_TCP`: family `inet` has none of that name (did you mean `tcp`?)\n",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of(&text), expected, "for\n{text}");
    }
}

#[test]
fn what_is_there_twice_shows_both_places() {
    let twice = "[chain.c]\nlayers = []\nbase = \"tcp4\"\n[chain.d]\nbase = \"udp4\"\n[ chain . c ] # again\n";
    let found = of(twice);
    assert!(
        found.contains("a:22:11 duplicate-name: key `c` is declared twice [a:17:8: first declared here]\n"),
        "{found}"
    );
    let key = "[layer.x]\nprovider = \"kernel\"\n[layer.y]\nprovider = \"kernel\"\nprovider = \"kernel\"";
    let expected = "a:21:1 duplicate-name: key `provider` is declared twice [a:20:1: first declared here]\n";
    assert_eq!(of(key), expected);
    let inline = "[[expect]]\nrequest = { type = 1, type = 2 }\nentry = \"tcp4\"";
    assert_eq!(of(inline), "a:18:23 duplicate-name: key `type` is declared twice [a:18:13: first declared here]\n");
}

#[test]
fn a_contract_broken_over_several_bases_is_one_fault() {
    let chain = "[chain.c]\nlayers = [\"plain\"]\nbase = [\"tcp4\", \"udp4\"]";
    let expected = "a:18:11 contract-broken: in chain `c` over 2 bases, layer `plain` needs encrypted directly below it: \
                    `tcp4`, `udp4` do not offer it [a:6:9: `plain` states it here]\n";
    assert_eq!(of(chain), expected);
    let one = "[base.sealed]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"raw\"\nprotocol = 9\nservices = [\"encrypted\"]\n\
               [chain.c]\nlayers = [\"plain\"]\nbase = [\"sealed\", \"udp4\"]";
    let expected = "a:24:11 contract-broken: in chain `c/udp4`, layer `plain` needs encrypted directly below it: `udp4` does \
                    not offer it [a:6:9: `plain` states it here]\n";
    assert_eq!(of(one), expected);
}

#[test]
fn an_entry_that_several_are_called_by_names_them() {
    let text = HEAD.replace("needs = [\"encrypted\"]\n", "")
        + "[chain.c]\nlayers = [\"plain\"]\nbase = [\"tcp4\", \"udp4\"]\n";
    let registry = Loader::new().text("a", text).load().unwrap_or_else(|error| panic!("{error}"));
    let refusal = registry.resolve(&sockatlas::Request::named("c")).expect_err("it is several");
    assert_eq!(refusal.to_string(), "`c` is a chain over several bases; its entries are `c/tcp4`, `c/udp4`");
}
