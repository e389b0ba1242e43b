//! Changes that are not made: status 1 where the catalogs refuse them, 2 where they could not be tried.

use super::{SITE, Site, run};
use snapbox::{assert_data_eq, str};

#[test]
fn what_others_stand_on_is_not_removed_and_they_are_named_with_their_places() {
    let site = Site::new();
    assert_data_eq!(
        site.refuses(1, "remove tcp4"),
        str![[r#"
error: `tcp4` is needed by 2 others
  site.toml:40:10: chain `tls4`
  site.toml:43:1: [[expect]] that names `tls4`
help: `--with-dependents` removes these too; `disable` takes an entry away and keeps its definition

"#]]
    );
    assert_data_eq!(
        site.refuses(1, "remove tls4"),
        str![[r#"
error: `tls4` is needed by 1 other
  site.toml:43:1: [[expect]] that names `tls4`
help: `--with-dependents` removes these too; `disable` takes an entry away and keeps its definition

"#]]
    );
    assert_eq!(site.refuses(1, "remove tcp4 --dry-run"), site.refuses(1, "remove tcp4"));
}

#[test]
fn what_others_stand_on_is_not_disabled() {
    assert_data_eq!(
        Site::new().refuses(1, "disable tcp4"),
        str![[r#"
error: `tcp4` is needed by 1 other
  site.toml:38:8: chain `tls4`
help: `--with-dependents` disables these too

"#]]
    );
}

#[test]
fn what_stands_on_what_is_disabled_is_not_enabled() {
    let site = Site::new();
    site.write("site.toml", &SITE[..SITE.find("# Whoever").expect("it is there")]);
    site.run("disable tcp4 tls4").quietly(0);
    assert_data_eq!(
        site.refuses(1, "enable tls4"),
        str![[r#"
error: `tls4` stands on 1 other that is disabled
  site.toml:4:12: base `tcp4`
help: name these too, and they are enabled together

"#]]
    );
}

#[test]
fn a_result_that_fails_its_check_is_not_written() {
    let site = Site::new();
    assert_data_eq!(
        site.refuses(1, "disable tls4"),
        str![[r#"
error[expectation-failed]: the request `inet stream 0 require=encrypted` is refused with `service-not-offered` where entry `tls4` is expected
  --> site.toml:46:11
   |
44 | [[expect]]
   | ---------- in this expectation
45 | request = { family = "inet", type = "stream", require = ["encrypted"] }
46 | entry   = "tls4"
   |           ^^^^^^
   |
help: what matches does not offer `encrypted`

error: not written, because the result has errors
help: the places are those of the text as it would be

"#]]
    );
    assert_eq!(site.refuses(1, "disable tls4 --dry-run"), site.refuses(1, "disable tls4"));
}

#[test]
fn a_result_with_faults_is_not_written() {
    assert_data_eq!(
        Site::new().refuses(1, "install tls-udp layers=tls base=udp4 --chain"),
        str![[r#"
error[contract-broken]: in chain `tls-udp`, layer `tls` needs guaranteed-order directly below it: `udp4` does not offer it
  --> site.toml:48:11
   |
48 | layers = ["tls"]
   |           ^^^^^
   |
  ::: site.toml:35:12
   |
35 | needs    = ["guaranteed-order"]
   |            -------------------- `tls` states it here

error: not written, because the result has errors
help: the places are those of the text as it would be

"#]]
    );
}

#[test]
fn a_name_that_no_entry_has_is_status_two_and_the_near_one_is_named() {
    let site = Site::new();
    assert_eq!(site.refuses(2, "disable upd4"), "error: no entry is called `upd4` (did you mean `udp4`?)\n");
    for line in ["enable nothing", "remove nothing", "order nothing", "order tcp4 --after nothing"] {
        let said = site.refuses(2, line);
        assert!(said.starts_with("error: no entry is called `nothing`"), "{line}: {said}");
    }
}

#[test]
fn a_catalog_that_has_faults_as_it_is_is_status_two() {
    let site = Site::new();
    site.write("site.toml", &SITE.replace("\"tcp4\"", "\"tpc4\""));
    let said = site.refuses(2, "disable udp4");
    assert!(said.starts_with("error[dangling-reference]"), "{said}");
    assert_eq!(site.refuses(2, "disable udp4 --format json"), said, "only what is not done by design is told as JSON");
}

#[test]
fn without_a_file_there_is_nothing_to_change() {
    let site = Site::new();
    let none = "error: no catalog is named, and the catalogs built in cannot be changed\n\
                help: name the catalog with `--catalog`, as in `-c site.toml`, or in $SOCKATLAS_CATALOG\n";
    for line in ["disable tcp4", "enable tcp4", "order tcp4", "remove tcp4", "install x --layer"] {
        assert_eq!(site.run_in("", line).complains(2), none, "{line}");
        let said = site.run_in("-c builtin:linux.toml", line).complains(2);
        assert!(said.starts_with("error: no file is named, which alone can be changed\n"), "{line}: {said}");
    }
    let said = run(site.command(&["-c", "-", "disable", "tcp4"]), SITE.as_bytes()).complains(2);
    assert!(said.starts_with("error: no file is named, which alone can be changed\n"), "{said}");
    let said = site.run_in("-c no-such.toml", "disable tcp4").complains(2);
    assert!(said.starts_with("error: no-such.toml: ") || said.contains("no-such.toml"), "{said}");
}

#[test]
fn the_file_for_what_is_new_must_be_one_of_the_catalogs() {
    let said = Site::new().refuses(2, "disable udp4 --file other.toml");
    let expected = "error: other.toml is no file of the catalogs\n\
                    help: `--file` is one of the files that `--catalog` names, or that they include\n";
    assert_eq!(said, expected);
}

#[test]
fn wrong_usage_is_status_two() {
    let site = Site::new();
    for line in
        ["disable", "enable", "remove", "order", "order tcp4 --first --last", "order tcp4 --before tcp6 --after udp4"]
    {
        assert_eq!(site.run(line).status, 2, "{line}");
    }
    assert_eq!(site.read("site.toml"), SITE);
}
