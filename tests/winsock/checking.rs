//! `sockatlas check` and `sockatlas rule`, as people and build servers call them on Winsock catalogs.

use super::fixture::{Catalog, Export};
use sockatlas::winsock::Field;
use std::path::Path;
use std::process::Command;

/// The exit status of the command, and what it prints on stdout.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder);
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_WORKSPACE"] {
        command.env_remove(variable);
    }
    let output = command.output().expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    (output.status.code().expect("no signal ends it"), text)
}

/// An export with an orphan in each set.
fn orphans() -> (tempfile::TempDir, Export) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let export = Catalog::sound().change(1008, |info| info.chain.entries[0] = 1040).reg();
    export.write(folder.path());
    (folder, export)
}

#[test]
fn a_broken_export_is_shown_with_the_bytes_that_are_wrong() {
    let (folder, export) = orphans();
    let (status, text) = run(folder.path(), &["check", "catalog.reg"]);
    let (line, column) = export.place(r"\Catalog_Entries64\000000000001", Field::ChainEntries);
    let place = format!("--> catalog.reg:{line}:{column}\n");
    assert_eq!(status, 1);
    assert!(text.contains("error[winsock-broken-chain]: chain `Acme over [MSAFD Tcpip [TCP/IP]]`"), "{text}");
    assert!(text.contains(&place), "{place}{text}");
    assert!(text.ends_with("2 errors in 1 document\n"), "{text}");
}

#[test]
fn every_form_of_the_report_says_it_at_its_place() {
    let (folder, export) = orphans();
    let (line, column) = export.place(r"\Catalog_Entries64\000000000001", Field::ChainEntries);
    for (format, place) in [
        ("json", format!("\"line\":{line},\"column\":{column}")),
        ("sarif", format!("\"startLine\":{line},\"startColumn\":{column}")),
        ("github", format!("file=catalog.reg,line={line}")),
        ("junit", format!("{line}:{column}")),
    ] {
        let (status, text) = run(folder.path(), &["check", "catalog.reg", "--format", format]);
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("winsock-broken-chain") && text.contains(&place), "{format}: {place}\n{text}");
    }
}

#[test]
fn a_sound_export_is_clean_and_a_real_one_too() {
    let folder = tempfile::tempdir().unwrap();
    Catalog::sound().reg().write(folder.path());
    let (status, text) = run(folder.path(), &["check", "--deny", "warnings", "catalog.reg"]);
    assert_eq!(status, 0, "{text}");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples");
    let (status, text) = run(&samples, &["check", "--deny", "warnings", "windows-10-1709.reg"]);
    assert_eq!(status, 0, "{text}");
}

#[test]
fn a_lint_is_weighed_by_flags_and_a_fault_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut late = Catalog::sound();
    late.next_id = 5;
    late.reg().write(folder.path());
    assert_eq!(run(folder.path(), &["check", "catalog.reg"]).0, 1);
    assert_eq!(run(folder.path(), &["check", "--warn", "winsock-numbering", "catalog.reg"]).0, 0);
    let (status, text) = run(folder.path(), &["check", "--allow", "winsock-numbering", "catalog.reg"]);
    assert_eq!((status, text.contains("winsock-numbering")), (0, false), "{text}");
    assert_eq!(run(folder.path(), &["check", "--allow", "winsock-broken-chain", "catalog.reg"]).0, 2);
}

#[test]
fn a_folder_without_windows_is_refused_as_its_volume() {
    let folder = tempfile::tempdir().unwrap();
    Catalog::sound().reg().write(folder.path());
    let (status, _) = run(folder.path(), &["check", "catalog.reg", "--windows-root", "."]);
    assert_eq!(status, 2);
    std::fs::create_dir(folder.path().join("Windows")).unwrap();
    let (status, text) = run(folder.path(), &["check", "catalog.reg", "--windows-root", "."]);
    assert_eq!(status, 1);
    assert!(text.contains("and there is no `Windows/system32/mswsock.dll`"), "{text}");
}

#[test]
fn a_rule_of_winsock_catalogs_is_explained_with_an_example_as_netsh_or_the_command_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (status, text) = run(folder.path(), &["rule", "winsock-broken-chain"]);
    assert_eq!(status, 0);
    assert!(text.starts_with("winsock-broken-chain: a fault: always an error"), "{text}");
    assert!(text.contains("\nExample\n    $ sockatlas winsock show catalog.txt  # excerpt\n"), "{text}");
    assert!(text.contains("          chain           1030 Acme / 1002 (no such entry)\n"), "{text}");
    let (status, text) = run(folder.path(), &["rule", "winsock-duplicate-id"]);
    assert_eq!(status, 0);
    assert!(text.contains("\nExample\n    Winsock Catalog Provider Entry\n"), "{text}");
}
