//! Changes that are made, or shown.

use super::{SITE, Site, site_with};
use snapbox::{assert_data_eq, str};

#[test]
fn disabling_says_which_requests_are_answered_otherwise_and_which_file_changed() {
    let site = Site::new();
    assert_data_eq!(
        site.run("disable udp4").quietly(0),
        str![[r#"
- udp4 (udp4)
+ error socket-type-not-supported
    inet dgram 0, udp; also with prohibit=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery, prohibit=guaranteed-order and 9 demands more

- udp4 (udp4)
+ error no-such-entry
    unspec unspec 0 with entry=udp4

15 kinds of requests are answered otherwise, and 6 kinds are refused for another reason

changed site.toml

"#]]
    );
    assert_eq!(site.read("site.toml"), site_with("\"linux\"\n", "\"linux\"\ndisable = [\"udp4\"]\n"));
}

#[test]
fn enabling_returns_the_bytes_that_were_there() {
    let site = Site::new();
    site.run("disable udp4").quietly(0);
    assert_data_eq!(
        site.run("enable udp4").quietly(0),
        str![[r#"
- error socket-type-not-supported
+ udp4 (udp4)
    inet dgram 0, udp; also with prohibit=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery, prohibit=guaranteed-order and 9 demands more

- error no-such-entry
+ udp4 (udp4)
    unspec unspec 0 with entry=udp4

15 kinds of requests are answered otherwise, and 6 kinds are refused for another reason

changed site.toml

"#]]
    );
    assert_eq!(site.read("site.toml"), SITE);
}

#[test]
fn a_dry_run_shows_the_text_and_the_answers_and_writes_nothing() {
    let site = Site::new();
    assert_data_eq!(
        site.run("disable udp4 --dry-run").quietly(0),
        str![[r#"
--- site.toml
+++ changed
@@ -2,4 +2,5 @@
 format  = 1
 dialect = "linux"
+disable = ["udp4"]
 
 [provider.kernel]

- udp4 (udp4)
+ error socket-type-not-supported
    inet dgram 0, udp; also with prohibit=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery, prohibit=guaranteed-order and 9 demands more

- udp4 (udp4)
+ error no-such-entry
    unspec unspec 0 with entry=udp4

15 kinds of requests are answered otherwise, and 6 kinds are refused for another reason

nothing is written

"#]]
    );
    assert_eq!(site.read("site.toml"), SITE);
    // Not even the folder is locked.
    let folder = std::fs::File::open(site.path()).expect("the folder is there");
    folder.lock().expect("nobody else has it");
    site.run("disable udp4 --dry-run --no-wait").quietly(0);
}

#[test]
fn what_is_so_already_changes_nothing() {
    let site = Site::new();
    assert_eq!(site.run("enable udp4").quietly(0), "nothing to change: the catalogs are so already\n");
    assert_eq!(site.run("order tcp4").quietly(0), "nothing to change: the catalogs are so already\n");
    assert_eq!(site.read("site.toml"), SITE);
}

#[test]
fn an_entry_put_first_is_what_requests_get() {
    let site = Site::new();
    assert_eq!(site.answers("inet stream"), "tcp4");
    assert_data_eq!(
        site.run("order tls4").quietly(0),
        str![[r#"
- tcp4 (tcp4)
+ tls4 (tls > tcp4)
  now offers authenticated, encrypted
    inet stream 0, tcp; also with require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery, require=guaranteed-order and 2 demands more

- tcp4 (tcp4)
+ tls4 (tls > tcp4)
  now offers encrypted
    inet stream 0, tcp role=accept with prohibit=authenticated, prefer=authenticated, avoid=authenticated

10 kinds of requests are answered otherwise

changed site.toml

"#]]
    );
    assert_eq!(site.answers("inet stream"), "tls4");
    assert_eq!(site.read("site.toml"), site_with("\"linux\"\n", "\"linux\"\norder   = [\"tls4\"]\n"));
}

#[test]
fn the_places_of_the_order_are_first_last_before_and_after() {
    let site = Site::new();
    let order = || {
        let listed = site.run("list --format json").quietly(0);
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        let names = listed["entries"].as_array().expect("entries").iter().map(|entry| entry["name"].as_str());
        names.map(|name| name.expect("a name").to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(), "tcp4 tcp6 udp4 tls4");
    for (line, expected) in [
        ("order tls4 udp4 --first", "tls4 udp4 tcp4 tcp6"),
        ("order tls4 --last", "udp4 tcp4 tcp6 tls4"),
        ("order tls4 --before tcp4", "udp4 tls4 tcp4 tcp6"),
        ("order udp4 --after tls4", "tls4 udp4 tcp4 tcp6"),
        ("order tcp6", "tcp6 tls4 udp4 tcp4"),
    ] {
        assert_eq!(site.run(line).status, 0, "{line}");
        assert_eq!(order(), expected, "{line}");
    }
}

#[test]
fn removing_with_dependents_says_what_went_along() {
    let site = Site::new();
    assert_data_eq!(
        site.run("remove tls --with-dependents").quietly(0),
        str![[r#"
- tls4 (tls > tcp4)
+ error service-not-offered
    inet stream 0, tcp with require=encrypted
    inet stream 0, tcp role=connect with require=authenticated

- tls4 (tls > tcp4)
+ tcp4 (tcp4)
  no longer offers authenticated, encrypted
    inet stream 0, tcp with prefer=encrypted
    inet stream 0, tcp role=connect with prefer=authenticated

- tls4 (tls > tcp4)
+ error no-such-provider
    inet stream 0, tcp with provider=tls

- tls4 (tls > tcp4)
+ error no-such-entry
    unspec unspec 0 with entry=tls4

6 kinds of requests are answered otherwise, and 17 kinds are refused for another reason

also removed chain `tls4` (site.toml:39:11)
also removed `[[expect]]` with `tls4` (site.toml:43:1)
also removed provider `tls` (site.toml:8:11)

changed site.toml

"#]]
    );
    let left = site.read("site.toml");
    for gone in ["[layer.tls]", "[chain.tls4]", "[[expect]]", "Whoever asks"] {
        assert!(!left.contains(gone), "{gone}: {left}");
    }
    assert!(
        left.starts_with("# The paths of a small site.\n") && left.contains("   # names are asked over it\n"),
        "{left}"
    );
}

#[test]
fn disabling_with_dependents_disables_them_too() {
    let site = Site::new();
    site.write("site.toml", &SITE[..SITE.find("# Whoever").expect("it is there")]);
    assert_data_eq!(
        site.run("disable tcp4 --with-dependents").quietly(0),
        str![[r#"
- tcp4 (tcp4)
+ error socket-type-not-supported
    inet stream 0, tcp; also with require=guaranteed-delivery, prefer=guaranteed-delivery, avoid=guaranteed-delivery, require=guaranteed-order and 7 demands more
    inet stream 0, tcp role=accept with prefer=authenticated

- tls4 (tls > tcp4)
+ error socket-type-not-supported
    inet stream 0, tcp with require=encrypted, prefer=encrypted
    inet stream 0, tcp role=connect with require=authenticated, prefer=authenticated

- tls4 (tls > tcp4)
+ error address-family-not-supported
    inet stream 0, tcp with provider=tls

- tcp4 (tcp4)
+ error no-such-entry
    unspec unspec 0 with entry=tcp4

- tls4 (tls > tcp4)
+ error no-such-entry
    unspec unspec 0 with entry=tls4

20 kinds of requests are answered otherwise, and 9 kinds are refused for another reason

also disabled chain `tls4` (site.toml:38:8)

changed site.toml

"#]]
    );
}

#[test]
fn what_the_check_newly_finds_is_said_on_stderr() {
    let site = Site::new();
    site.write("site.toml", &SITE[..SITE.find("# Whoever").expect("it is there")]);
    let ran = site.run("remove tls4");
    assert_eq!(ran.status, 0);
    assert_data_eq!(
        ran.stdout,
        str![[r#"
- tls4 (tls > tcp4)
+ error service-not-offered
    inet stream 0, tcp with require=encrypted
    inet stream 0, tcp role=connect with require=authenticated

- tls4 (tls > tcp4)
+ tcp4 (tcp4)
  no longer offers authenticated, encrypted
    inet stream 0, tcp with prefer=encrypted
    inet stream 0, tcp role=connect with prefer=authenticated

- tls4 (tls > tcp4)
+ error address-family-not-supported
    inet stream 0, tcp with provider=tls

- tls4 (tls > tcp4)
+ error no-such-entry
    unspec unspec 0 with entry=tls4

catalog entry ids that name another entry
    entry=1004 - tls4 (tls > tcp4) + error unchained-layer

7 kinds of requests are answered otherwise, and 5 kinds are refused for another reason

changed site.toml

"#]]
    );
    assert_data_eq!(
        ran.stderr,
        str![[r#"
warning[unchained-layer]: no chain uses layer `tls`
  --> site.toml:33:8
   |
33 | [layer.tls]
   |        ^^^
   |
help: put it into a chain, or disable it

"#]]
    );
}

#[test]
fn of_several_files_the_last_takes_what_is_new_unless_another_is_named() {
    let site = Site::new();
    site.write("own.toml", "format = 1\n");
    let said = site.run_in("-c site.toml -c own.toml", "disable udp4").quietly(0);
    assert!(said.ends_with("\nchanged own.toml\n"), "{said}");
    assert_eq!(
        (site.read("site.toml").as_str(), site.read("own.toml").as_str()),
        (SITE, "format = 1\ndisable = [\"udp4\"]\n")
    );
    let said = site.run_in("-c site.toml -c own.toml", "disable tcp6 --file site.toml").quietly(0);
    assert!(said.ends_with("\nchanged site.toml\n"), "{said}");
    assert_eq!(site.read("own.toml"), "format = 1\ndisable = [\"udp4\"]\n");
}

#[test]
fn catalogs_that_cannot_be_changed_are_read_beside_those_that_can() {
    let site = Site::new();
    site.write("own.toml", "format = 1\n");
    let said = site.run_in("-c builtin:linux.toml -c own.toml", "order udplite4 --last").quietly(0);
    assert!(said.ends_with("\nchanged own.toml\n"), "{said}");
    assert!(site.read("own.toml").contains("order = ["), "{}", site.read("own.toml"));
    site.write("own.toml", "format = 1\n");
    let ran = super::run(site.command(&["-c", "own.toml", "-c", "-", "disable", "udp4"]), SITE.as_bytes());
    assert!(ran.quietly(0).ends_with("\nchanged own.toml\n"));
    assert_eq!(site.read("own.toml"), "format = 1\ndisable = [\"udp4\"]\n");
}

#[test]
fn the_environment_names_the_catalog_too() {
    let site = Site::new();
    let mut command = site.command(&["disable", "udp4"]);
    command.env("SOCKATLAS_CATALOG", "site.toml");
    assert!(super::run(command, b"").quietly(0).ends_with("\nchanged site.toml\n"));
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed_and_named_as_it_was_given() {
    let site = Site::new();
    std::fs::create_dir(site.path().join("kept")).expect("a folder is made");
    std::fs::rename(site.path().join("site.toml"), site.path().join("kept/real.toml")).expect("it is moved");
    std::os::unix::fs::symlink("kept/real.toml", site.path().join("site.toml")).expect("a link is made");
    let said = site.run("disable udp4").quietly(0);
    assert!(said.ends_with("\nchanged site.toml\n"), "{said}");
    let link = std::fs::read_link(site.path().join("site.toml")).expect("it is a link still");
    assert_eq!(link.to_str(), Some("kept/real.toml"));
    assert!(site.read("kept/real.toml").contains("disable = [\"udp4\"]"));
}

/// The one device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_change_that_is_made_and_cannot_be_reported_is_said_to_be_made() {
    let site = Site::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = site.command(&["-c", "site.toml", "disable", "udp4"]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        said.starts_with(
            "warning: the change is made all the same: only what it does could not be printed\nerror: <stdout>: "
        ),
        "{said}"
    );
    assert_ne!(site.read("site.toml"), SITE);
}
