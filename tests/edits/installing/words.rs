//! Definitions given by words.

use super::*;

#[test]
fn words_make_a_definition_in_the_canonical_layout() {
    let folder = site(SITE);
    let layer = [
        ("summary", "Seals"),
        ("adds", "encrypted, authenticated"),
        ("provider", "acme"),
        ("needs", "guaranteed-order"),
        ("module", "acme-tls"),
        ("id", "8ab8dc16-15bf-45ab-b2d5-e76ef76df0b8"),
        ("options.rounds", "3"),
        ("options.mode", "fast"),
    ];
    commit(folder.path(), defined(DefinitionKind::Layer, "seal", &layer));
    let base =
        [("provider", "kernel"), ("family", "inet"), ("type", "dgram"), ("protocol", "udp"), ("matches-zero", "true")];
    commit(folder.path(), defined(DefinitionKind::Base, "udp4", &base));
    commit(folder.path(), defined(DefinitionKind::Chain, "sealed", &[("base", "tcp4"), ("layers", "seal")]));
    let both = [("layers", "seal"), ("base", "tcp4,"), ("hidden", "true")];
    commit(folder.path(), defined(DefinitionKind::Chain, "several", &both));
    commit(folder.path(), defined(DefinitionKind::Application, "*", &[("prohibit", "proxied")]));
    let expected = "
[provider.acme]
module = \"acme-tls\"
id     = \"8ab8dc16-15bf-45ab-b2d5-e76ef76df0b8\"

[layer.seal]
provider = \"acme\"
needs    = [\"guaranteed-order\"]
adds     = [\"encrypted\", \"authenticated\"]
options  = { rounds = 3, mode = \"fast\" }
summary  = \"Seals\"

[base.udp4]
provider     = \"kernel\"
family       = \"inet\"
type         = \"dgram\"
protocol     = \"udp\"
matches-zero = true

[chain.sealed]
layers = [\"seal\"]
base   = \"tcp4\"

[chain.several]
layers = [\"seal\"]
base   = [\"tcp4\"]
hidden = true

[application.\"*\"]
prohibit = [\"proxied\"]
";
    assert_eq!(read(folder.path(), "site.toml"), format!("{SITE}{expected}"));
}

#[test]
fn words_that_make_no_definition_are_refused_precisely() {
    use DefinitionKind::{Base, Layer, Provider};
    let folder = site(SITE);
    let refused = |install: Install| refusal(folder.path(), install);
    let expected = "`Seal` cannot be a name: names are of lower case letters, digits, `.`, `_` and `-`, begin with a letter or \
                    digit, and are not all digits";
    assert_eq!(refused(defined(Layer, "Seal", &[])), expected);
    assert_eq!(
        refused(defined(Layer, "tcp4", &[("provider", "kernel")])),
        "base `tcp4` is here already, at site.toml:7:7"
    );
    assert_eq!(refused(defined(Provider, "kernel", &[])), "provider `kernel` is here already, at site.toml:4:11");
    let expected = "layer `seal` has no key `ads` (did you mean `adds`?)";
    assert_eq!(refused(defined(Layer, "seal", &[("ads", "encrypted")])), expected);
    let twice = [("options.a", "1"), ("options", "{}")];
    assert_eq!(refused(defined(Layer, "seal", &twice)), "layer `seal`: the key `options` is given twice");
    let module = [("provider", "kernel"), ("module", "other")];
    let expected = "provider `kernel` is here already, with another `module`: site.toml:4:11";
    assert_eq!(refused(defined(Layer, "seal", &module)), expected);
    let faulty = [("provider", "kernel"), ("family", "inte"), ("type", "stream"), ("protocol", "tcp")];
    let expected = "site.toml:17:12: unknown address family `inte` (did you mean `inet`?)";
    assert_eq!(refused(defined(Base, "other", &faulty)), expected);
    assert_eq!(refused(defined(Layer, "seal", &[])), "site.toml:15:8: layer `seal` lacks the key `provider`");
}

#[test]
fn an_option_is_read_as_its_module_takes_it() {
    let folder = site(SITE);
    let keys =
        [("module", "tls"), ("adds", "encrypted"), ("options.alpn", "h2,http/1.1"), ("options.min-version", "1.3")];
    commit(folder.path(), defined(DefinitionKind::Layer, "tls-13", &keys));
    let expected = "
[provider.tls]

[layer.tls-13]
provider = \"tls\"
adds     = [\"encrypted\"]
options  = { alpn = [\"h2\", \"http/1.1\"], min-version = \"1.3\" }
";
    assert_eq!(read(folder.path(), "site.toml"), format!("{SITE}{expected}"));
}

#[test]
fn words_replace_where_that_is_asked_for() {
    let folder = site(SITE);
    let keys = [("provider", "kernel"), ("family", "inet"), ("type", "stream"), ("protocol", "mptcp")];
    commit(folder.path(), defined(DefinitionKind::Base, "tcp4", &keys).replace(true));
    let (before, _) = SITE.split_once("[base.tcp4]").unwrap();
    let base = "[base.tcp4]\nprovider = \"kernel\"\nfamily   = \"inet\"\ntype     = \"stream\"\nprotocol = \"mptcp\"\n";
    assert_eq!(read(folder.path(), "site.toml"), format!("{before}{base}"));
}
