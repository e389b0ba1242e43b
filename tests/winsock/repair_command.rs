//! `sockatlas winsock repair` as its users meet it.

use super::fixture::Catalog;
use super::repair::read;
use std::path::Path;
use std::process::{Command, Output};

fn repair(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(["winsock", "repair"]).args(arguments).current_dir(folder).env_remove("CLICOLOR_FORCE");
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// A folder with the fixture in `catalog.reg`, broken so that its layer is gone.
fn broken() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    Catalog::sound().without(1007).reg().write(folder.path());
    folder
}

#[test]
fn the_plan_is_shown_and_without_an_output_nothing_is_written() {
    let folder = broken();
    let before = std::fs::read(folder.path().join("catalog.reg")).expect("it is there");
    for arguments in [&["catalog.reg"][..], &["catalog.reg", "-o", "out.reg", "--dry-run"]] {
        let ran = repair(folder.path(), arguments);
        assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), ""));
        let plan = text(&ran.stdout);
        let begin = "catalog.reg: 11 steps\n\n32-bit set\n   1. `Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key \
                     `000000000001`): remove\n      its chain names id 1007, which no item has, and no layer here is surely \
                     meant [winsock-broken-chain], catalog.reg:14:1\n";
        assert!(plan.starts_with(begin), "{plan}");
        let end = "\nthe catalog\n  11. set `Serial_Access_Num` from 7 to 8\n      each change raises it, so that programs read the \
                   catalog again, catalog.reg:10:1\n\n";
        assert!(plan.ends_with(end), "{plan}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    assert_eq!(std::fs::read(folder.path().join("catalog.reg")).expect("it is there"), before);
}

#[test]
fn the_mended_catalog_is_written_and_has_nothing_to_repair() {
    let folder = broken();
    let ran = repair(folder.path(), &["catalog.reg", "-o", "out.reg"]);
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), ""));
    assert!(text(&ran.stdout).ends_with("\nwritten to out.reg\n"), "{}", text(&ran.stdout));
    let store = read(&std::fs::read(folder.path().join("out.reg")).expect("it is there")).store;
    assert_eq!(store.items().map(|item| item.id()).collect::<Vec<_>>(), [1001, 1002, 1003, 1004, 1005, 1006].repeat(2));
    let ran = repair(folder.path(), &["out.reg", "-o", "again.reg", "--encoding", "utf-8"]);
    assert_eq!(text(&ran.stdout), "out.reg: nothing to repair\nwritten to again.reg\n");
    let again = std::fs::read_to_string(folder.path().join("again.reg")).expect("it is UTF-8");
    let items = |store: &sockatlas::winsock::Store| store.items().map(|item| item.packed.clone()).collect::<Vec<_>>();
    assert_eq!(items(&read(again.as_bytes()).store), items(&store));
}

#[test]
fn the_input_is_never_written_over_under_whatever_name() {
    let folder = broken();
    let at = |name: &str| folder.path().join(name);
    let before = std::fs::read(at("catalog.reg")).expect("it is there");
    std::fs::hard_link(at("catalog.reg"), at("hard.reg")).expect("a link");
    let mut names = vec!["catalog.reg", "./catalog.reg", "hard.reg"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("catalog.reg", at("soft.reg")).expect("a link");
        names.push("soft.reg");
    }
    for name in names {
        let ran = repair(folder.path(), &["catalog.reg", "--force", "-o", name]);
        assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(2), ""));
        let message = format!(
            "error: {name}: not written, because it is the file that is read\nhelp: name another file with `--output`\n"
        );
        assert_eq!(text(&ran.stderr), message);
    }
    assert_eq!(std::fs::read(at("catalog.reg")).expect("it is there"), before);
}

#[test]
fn what_is_there_is_replaced_only_at_the_users_word() {
    let folder = broken();
    let out = folder.path().join("out.reg");
    std::fs::write(&out, "mine").expect("a file");
    let ran = repair(folder.path(), &["catalog.reg", "-o", "out.reg"]);
    assert_eq!(ran.status.code(), Some(2));
    let message =
        "error: out.reg: not written, because it exists\nhelp: `--force` replaces it; `--output` names another file\n";
    assert_eq!((text(&ran.stdout), text(&ran.stderr)), ("", message));
    assert_eq!(std::fs::read(&out).expect("it is there"), b"mine");
    assert_eq!(repair(folder.path(), &["catalog.reg", "-o", "out.reg", "--force"]).status.code(), Some(0));
    assert_eq!(read(&std::fs::read(&out).expect("it is there")).store.items().count(), 12);
}

#[test]
fn what_is_left_is_shown_and_ends_with_status_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::sound().change(1007, |info| "acme.dll".clone_into(&mut info.path));
    catalog.reg().write(folder.path());
    let ran = repair(folder.path(), &["catalog.reg", "-o", "out.reg"]);
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(1), ""));
    let stated = text(&ran.stdout);
    assert!(stated.starts_with("catalog.reg: there is nothing that repair can mend\n\nleft: 2 errors, "), "{stated}");
    assert_eq!(stated.matches("error[winsock-library-path]").count(), 2, "{stated}");
    assert!(folder.path().join("out.reg").exists());
}

#[test]
fn the_plan_as_json_says_what_is_done_and_why_and_where() {
    let folder = broken();
    let ran = repair(folder.path(), &["catalog.reg", "-o", "out.reg", "--bits", "64", "--format", "json"]);
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let line = Catalog::sound().without(1007).reg().line_of_key(r"Catalog_Entries64\000000000001");
    assert_eq!(
        json["steps"][0],
        serde_json::json!({
            "change": "remove",
            "code": "winsock-broken-chain",
            "bits": 64,
            "item": {"key": "000000000001", "catalog_entry_id": 1008, "name": "Acme over [MSAFD Tcpip [TCP/IP]]"},
            "message": "`Acme over [MSAFD Tcpip [TCP/IP]]` (id 1008, key `000000000001`): remove",
            "reason": "its chain names id 1007, which no item has, and no layer here is surely meant",
            "source": {"file": "catalog.reg", "line": line, "column": 1},
        })
    );
    assert_eq!((&json["version"], &json["form"], &json["output"]), (&1.into(), &"reg".into(), &"out.reg".into()));
    let changes: Vec<_> = json["steps"].as_array().expect("an array").iter().map(|step| &step["change"]).collect();
    assert_eq!(changes, ["remove", "remove", "remove", "renumber", "count", "serial"]);
    let store = read(&std::fs::read(folder.path().join("out.reg")).expect("it is there")).store;
    assert_eq!(store.sets.len(), 1);
}

#[test]
fn what_does_not_tell_enough_or_was_not_read_whole_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("catalog.txt"), Catalog::sound().netsh()).expect("a file");
    let ran = repair(folder.path(), &["catalog.txt"]);
    assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(2), ""));
    let begin = "error: catalog.txt: netsh text does not state whole items: provider flags and protocol ranges are not in it\n\
                 help: repair needs the bytes: `reg export HKLM";
    assert!(text(&ran.stderr).starts_with(begin), "{}", text(&ran.stderr));
    let broken = Catalog::sound().reg().text.replacen("hex:", "hex:zz,", 1);
    std::fs::write(folder.path().join("broken.reg"), broken).expect("a file");
    let ran = repair(folder.path(), &["broken.reg"]);
    assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(2), ""));
    assert!(text(&ran.stderr).contains("broken.reg: it is not repaired, since a part of it was not read"));
}

#[test]
fn help_lists_what_repair_takes_and_netsh_is_not_among_it() {
    let folder = broken();
    let ran = repair(folder.path(), &["--help"]);
    let help = text(&ran.stdout);
    assert!(help.contains("A registry export, a SYSTEM hive, or packed items"), "{help}");
    assert!(!help.contains("netsh winsock show") && !help.contains("instlsp"), "{help}");
    let ran = repair(folder.path(), &["--from", "netsh", "catalog.reg"]);
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran.stderr));
    std::fs::write(folder.path().join("netsh.txt"), Catalog::sound().netsh()).expect("a file");
    let ran = repair(folder.path(), &["netsh.txt"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("help: repair needs the bytes"), "{}", text(&ran.stderr));
}
