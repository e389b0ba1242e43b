//! `install` over catalogs in TOML: entries from words, from other catalogs, and layers with their chains.

use super::{SITE, Site, run};
use snapbox::{assert_data_eq, str};

/// A catalog of somebody else.
const ACME: &str = "\
format = 1

[provider.acme]
module = \"proxy-protocol\"

# Seals what goes through it.
[layer.acme]
provider = \"acme\"
needs    = [\"guaranteed-order\"]
adds     = [\"x-sealed\"]

[layer.other]
provider = \"acme\"
";

fn with_acme() -> Site {
    let site = Site::new();
    site.write("acme.toml", ACME);
    site
}

#[test]
fn a_new_chain_is_written_from_words() {
    let site = Site::new();
    assert_data_eq!(
        site.run("install tls6 layers=tls base=tcp6 --chain").quietly(0),
        str![[r#"
- error service-not-offered
+ tls6 (tls > tcp6)
    inet6 stream 0, tcp with require=encrypted
    inet6 stream 0, tcp role=connect with require=authenticated

- tcp6 (tcp6)
+ tls6 (tls > tcp6)
  now offers authenticated, encrypted
    inet6 stream 0, tcp with prefer=encrypted
    inet6 stream 0, tcp role=connect with prefer=authenticated

- error address-family-not-supported
+ tls6 (tls > tcp6)
    inet6 stream 0, tcp with provider=tls

- error no-such-entry
+ tls6 (tls > tcp6)
    unspec unspec 0 with entry=tls6

catalog entry ids that name another entry
    entry=1005 - error unchained-layer + tls6 (tls > tcp6)

7 kinds of requests are answered otherwise, and 5 kinds are refused for another reason

changed site.toml

"#]]
    );
    let expected = format!("{SITE}\n[chain.tls6]\nlayers = [\"tls\"]\nbase   = \"tcp6\"\n");
    assert_eq!(site.read("site.toml"), expected);
}

#[test]
fn a_new_entry_may_bring_its_provider() {
    let site = Site::new();
    let line = "install acme provider=acme needs=guaranteed-order adds=x-sealed --layer --module proxy-protocol \
                --id 3ec32cd3-f254-4826-9053-672dc37f0070";
    assert_eq!(site.run(line).status, 0);
    let added = site.read("site.toml").strip_prefix(SITE).expect("what was there stays").to_owned();
    assert_data_eq!(
        added,
        str![[r#"

[provider.acme]
module = "proxy-protocol"
id     = "3ec32cd3-f254-4826-9053-672dc37f0070"

[layer.acme]
provider = "acme"
needs    = ["guaranteed-order"]
adds     = ["x-sealed"]

"#]]
    );
    let line = "install sctp4 provider=kernel family=inet type=seqpacket protocol=sctp matches-zero=true --base";
    site.run(line).quietly(0);
    assert_eq!(site.answers("inet seqpacket"), "sctp4");
}

#[test]
fn entries_of_another_catalog_bring_what_they_stand_on() {
    let site = with_acme();
    let ran = site.run("install acme --from acme.toml");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_data_eq!(
        ran.stdout,
        str![[r#"
no request is answered by another entry; 17 kinds are refused for another reason

also added provider `acme` (acme.toml:3:11)

changed site.toml

"#]]
    );
    let added = site.read("site.toml").strip_prefix(SITE).expect("what was there stays").to_owned();
    assert!(
        added.contains("# Seals what goes through it.\n[layer.acme]\n") && added.contains("[provider.acme]\n"),
        "{added}"
    );
    assert!(!added.contains("[layer.other]"), "{added}");
    assert_eq!(site.read("acme.toml"), ACME);
    assert_eq!(site.run("install --from acme.toml").status, 0);
    assert!(site.read("site.toml").contains("[layer.other]"), "without names all are meant");
}

#[test]
fn what_is_here_already_and_not_the_same_is_replaced_only_where_that_is_asked_for() {
    let site = with_acme();
    let other = "format = 1\n[layer.tls]\nprovider = \"tls\"\nneeds = [\"guaranteed-order\"]\nadds = [\"encrypted\", \"authenticated\"]\n";
    site.write("acme.toml", other);
    assert_data_eq!(
        site.refuses(1, "install tls --from acme.toml"),
        str![[r#"
error: layer `tls` is here already, with another `adds`: site.toml:33:8, and acme.toml:2:8
help: `--replace` puts what comes in its place

"#]]
    );
    site.run("install tls --from acme.toml --replace").quietly(0);
    assert!(
        site.read("site.toml").contains("adds = [\"encrypted\", \"authenticated\"]\n"),
        "{}",
        site.read("site.toml")
    );
}

#[test]
fn a_layer_and_its_chains_are_made_in_one_step_and_put_first() {
    let site = with_acme();
    assert_data_eq!(
        site.run("install acme --from acme.toml --chains-over tcp4 inet6/stream/tcp").quietly(0),
        str![[r#"
- tcp4 (tcp4)
+ acme-over-tcp4 (acme > tcp4)
  now offers x-sealed
    inet stream 0, tcp; also with prefer=x-sealed, require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery and 7 demands more
    inet stream 0, tcp role=accept with prefer=authenticated

- error service-not-offered
+ acme-over-tcp4 (acme > tcp4)
    inet stream 0, tcp with require=x-sealed

- tcp6 (tcp6)
+ acme-over-tcp6 (acme > tcp6)
  now offers x-sealed
    inet6 stream 0, tcp; also with prefer=x-sealed, require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery and 9 demands more

- error service-not-offered
+ acme-over-tcp6 (acme > tcp6)
    inet6 stream 0, tcp with require=x-sealed

- error no-such-provider
+ acme-over-tcp4 (acme > tcp4)
    inet stream 0, tcp with provider=acme

- error no-such-provider
+ acme-over-tcp6 (acme > tcp6)
    inet6 stream 0, tcp with provider=acme

- error no-such-entry
+ acme-over-tcp4 (acme > tcp4)
    unspec unspec 0 with entry=acme-over-tcp4

- error no-such-entry
+ acme-over-tcp6 (acme > tcp6)
    unspec unspec 0 with entry=acme-over-tcp6

catalog entry ids that name another entry
    entry=1005 - error unchained-layer + acme-over-tcp4 (acme > tcp4)

34 kinds of requests are answered otherwise, and 18 kinds are refused for another reason

also added provider `acme` (acme.toml:3:11)

changed site.toml

"#]]
    );
    assert_eq!(site.answers("inet stream"), "acme-over-tcp4");
    assert_eq!(site.answers("inet6 stream"), "acme-over-tcp6");
    site.run("remove acme --with-dependents").quietly(0);
    assert_eq!(site.read("site.toml"), SITE, "and taken away again it leaves nothing behind");
}

#[test]
fn over_everything_leaves_out_what_the_layer_cannot_run_over_and_says_so() {
    let site = with_acme();
    // Another entry answers then what is expected of `tls4`.
    site.write("site.toml", &SITE[..SITE.find("# Whoever").expect("it is there")]);
    let ran = site.run("install acme --from acme.toml --chains-over-all");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_data_eq!(
        ran.stdout,
        str![[r#"
- tcp4 (tcp4)
+ acme-over-tcp4 (acme > tcp4)
  now offers x-sealed
    inet stream 0, tcp; also with prefer=x-sealed, require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery and 7 demands more
    inet stream 0, tcp role=accept with prefer=authenticated

- error service-not-offered
+ acme-over-tcp4 (acme > tcp4)
    inet stream 0, tcp with require=x-sealed

- tls4 (tls > tcp4)
+ acme-over-tls4 (acme > tls > tcp4)
  now offers x-sealed
    inet stream 0, tcp with require=encrypted, prefer=encrypted
    inet stream 0, tcp role=connect with require=authenticated, prefer=authenticated

- error service-not-offered
+ acme-over-tls4 (acme > tls > tcp4)
    inet stream 0, tcp with require=encrypted,x-sealed

- tcp6 (tcp6)
+ acme-over-tcp6 (acme > tcp6)
  now offers x-sealed
    inet6 stream 0, tcp; also with prefer=x-sealed, require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery and 9 demands more

- error service-not-offered
+ acme-over-tcp6 (acme > tcp6)
    inet6 stream 0, tcp with require=x-sealed

- error no-such-provider
+ acme-over-tcp4 (acme > tcp4)
    inet stream 0, tcp with provider=acme

- error no-such-provider
+ acme-over-tcp6 (acme > tcp6)
    inet6 stream 0, tcp with provider=acme

- error no-such-entry
+ acme-over-tcp4 (acme > tcp4)
    unspec unspec 0 with entry=acme-over-tcp4

- error no-such-entry
+ acme-over-tcp6 (acme > tcp6)
    unspec unspec 0 with entry=acme-over-tcp6

- error no-such-entry
+ acme-over-tls4 (acme > tls > tcp4)
    unspec unspec 0 with entry=acme-over-tls4

catalog entry ids that name another entry
    entry=1005 - error unchained-layer + acme-over-tcp4 (acme > tcp4)

40 kinds of requests are answered otherwise, and 18 kinds are refused for another reason

also added provider `acme` (acme.toml:3:11)
also left out chain `acme-over-udp4` (site.toml:26:7): `acme` needs guaranteed-order directly below it, and `udp4` does not offer it

changed site.toml

"#]]
    );
}

#[test]
fn over_what_is_named_it_must_run() {
    let site = with_acme();
    assert_data_eq!(
        site.refuses(1, "install acme --from acme.toml --chains-over tcp4 udp4"),
        str![[r#"
error: layer `acme` cannot run over `udp4`: `acme` needs guaranteed-order directly below it, and `udp4` does not offer it

"#]]
    );
    let said = site.refuses(2, "install acme --from acme.toml --chains-over tpc4");
    assert_eq!(said, "error: no entry is called `tpc4` (did you mean `tcp4`?)\n");
    let said = site.refuses(2, "install acme --from acme.toml --chains-over inet/stream/udp");
    assert_data_eq!(
        said,
        str![[r#"
error: no entry answers `inet/stream/udp`: no entry of family `inet` with type `stream` has the protocol `udp`
help: `sockatlas explain inet stream udp` shows every candidate

"#]]
    );
    let said = site.refuses(2, "install acme --from acme.toml --chains-over inte/stream/tcp");
    assert!(said.contains("did you mean `inet`?"), "{said}");
}

#[test]
fn what_is_installed_may_come_from_stdin() {
    let site = Site::new();
    let command = site.command(&["-c", "site.toml", "install", "acme", "--from", "-", "--chains-over", "tcp4"]);
    run(command, ACME.as_bytes()).quietly(0);
    assert_eq!(site.answers("inet stream"), "acme-over-tcp4");
    let both = run(site.command(&["-c", "site.toml", "-c", "-", "install", "--from", "-"]), b"").complains(2);
    assert!(both.starts_with("error: stdin cannot be both a catalog and what is installed\n"), "{both}");
}

#[test]
fn words_that_do_not_make_an_entry_are_refused_with_what_was_expected() {
    let site = with_acme();
    for (line, expected) in [
        ("install", "what is to be installed is not said"),
        ("install acme", "what is to be installed is not said"),
        ("install --layer", "the NAME of the new entry is missing"),
        ("install adds=encrypted --layer", "`adds=encrypted` where the NAME of the new entry is expected"),
        ("install acme adds --layer", "`adds` where KEY=VALUE is expected"),
        ("install acme kolour=red --layer", "layer `acme` has no key `kolour`"),
        ("install Acme --layer", "`Acme` cannot be a name"),
        ("install acme --base --chains-over tcp4", "chains stand on a layer, and `--base` makes none"),
        (
            "install acme adds=encrypted --from acme.toml",
            "`adds=encrypted` is for a new entry, and those of acme.toml are taken as they are",
        ),
        (
            "install acme --from acme.toml --module x",
            "`--module` is for a new entry, and those of acme.toml are taken as they are",
        ),
        ("install nothing --from acme.toml", "`acme.toml` has no entry called `nothing`"),
        ("install x --ifs --layer", "`--ifs` is for a Winsock catalog, and site.toml is a catalog in TOML"),
    ] {
        let said = site.refuses(2, line);
        assert!(said.starts_with(&format!("error: {expected}")), "{line}: {said}");
    }
    assert!(site.run("install acme --base --from acme.toml").stderr.contains("cannot be used with"));
    assert!(site.run("install acme --chains-over tcp4 --chains-over-all").stderr.contains("cannot be used with"));
}

#[test]
fn faults_of_what_is_installed_are_shown_at_their_places() {
    let site = with_acme();
    site.write("acme.toml", &ACME.replace("adds ", "ads  "));
    assert_data_eq!(
        site.refuses(2, "install acme --from acme.toml"),
        str![[r#"
error[unknown-key]: unknown key `ads` in layer `acme`
  --> acme.toml:10:1
   |
10 | ads      = ["x-sealed"]
   | ^^^
   |
help: did you mean `adds`?

"#]]
    );
}
