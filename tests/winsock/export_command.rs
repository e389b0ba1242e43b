//! `sockatlas export`, and Winsock catalogs where other commands take catalogs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");

fn sockatlas(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(words).env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> (i32, Vec<u8>, String) {
    let Output { status, stdout, stderr } = sockatlas(words).output().expect("the command runs");
    (status.code().expect("it ends by itself"), stdout, String::from_utf8(stderr).expect("talk is UTF-8"))
}

/// The texts of stdout and stderr, with the status.
fn said(words: &[&str]) -> (i32, String, String) {
    let (status, stdout, stderr) = run(words);
    (status, String::from_utf8(stdout).expect("results are UTF-8"), stderr)
}

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("the folder is writable");
    path
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

/// The sections of the protocol catalog, each value on one line, without the control set that the sample names.
fn protocol_catalog(export: &str) -> String {
    let wanted = |section: &&str| section.contains("\\Protocol_Catalog9");
    let sections = export.split("\r\n\r\n").filter(wanted).collect::<Vec<_>>().join("\r\n\r\n");
    sections.replace("ControlSet001", "CurrentControlSet").replace("\\\r\n  ", "")
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    String::from_utf16(&units.collect::<Vec<_>>()).expect("it is UTF-16")
}

#[test]
fn what_is_exported_of_a_real_export_is_its_protocol_catalog_to_the_character() {
    let sample = utf16(&std::fs::read(SAMPLE).expect("the sample is there"));
    let (status, utf_16, stderr) = run(&["-c", SAMPLE, "export", "--to", "reg"]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let written = utf16(&utf_16);
    assert!(written.starts_with("\u{feff}Windows Registry Editor Version 5.00\r\n\r\n"));
    assert_eq!(protocol_catalog(&written), protocol_catalog(&sample));
    assert_eq!(written.matches("\"PackedCatalogItem\"").count(), 32);
    let (_, utf_8, _) = run(&["-c", SAMPLE, "export", "--to", "reg", "--encoding", "utf-8"]);
    assert_eq!(String::from_utf8(utf_8).expect("it is UTF-8"), written.trim_start_matches('\u{feff}'));
    let (_, old, _) = run(&["-c", SAMPLE, "export", "--to", "reg", "--encoding", "regedit4"]);
    assert!(old.starts_with(b"REGEDIT4\r\n"), "{}", String::from_utf8_lossy(&old[..20]));
}

#[test]
fn bits_say_which_of_the_two_catalogs_is_written() {
    for (bits, has_32, has_64) in [("32", 16, 0), ("64", 0, 16), ("both", 16, 16)] {
        let (status, out, _) = said(&["-c", SAMPLE, "export", "--to", "reg", "--encoding", "utf-8", "--bits", bits]);
        let count = |entries: &str| out.matches(&format!("\\Protocol_Catalog9\\{entries}\\0000000000")).count();
        assert_eq!((status, count("Catalog_Entries"), count("Catalog_Entries64")), (0, has_32, has_64), "{bits}");
    }
}

#[test]
fn nothing_that_is_read_or_there_is_written_over_unasked() {
    let folder = folder();
    let catalog = folder.path().join("site.reg");
    std::fs::copy(SAMPLE, &catalog).expect("the folder is writable");
    let linked = folder.path().join("linked.reg");
    std::fs::hard_link(&catalog, &linked).expect("the file system has links");
    let there = file(folder.path(), "there.reg", "mine");
    let catalog = catalog.to_str().expect("a plain path");
    for target in [catalog, linked.to_str().expect("a plain path")] {
        let (status, _, stderr) = said(&["-c", catalog, "export", "--to", "reg", "--force", "-o", target]);
        let expected = format!(
            "error: {target}: not written, because it is the file that is read\nhelp: name another file with `--output`\n"
        );
        assert_eq!((status, stderr), (2, expected));
    }
    assert_eq!(std::fs::read(catalog).ok(), std::fs::read(SAMPLE).ok());
    let target = there.to_str().expect("a plain path");
    let (status, _, stderr) = said(&["-c", catalog, "export", "--to", "reg", "-o", target]);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.starts_with(&format!("error: {target}: not written, because it exists\n")), "{stderr}");
    assert_eq!(std::fs::read_to_string(&there).ok().as_deref(), Some("mine"));
    let (status, stdout, _) = said(&["-c", catalog, "export", "--to", "reg", "--force", "-o", target]);
    assert_eq!((status, stdout), (0, format!("created {target}\n")));
    let (_, exported, _) = run(&["-c", catalog, "export", "--to", "reg"]);
    assert_eq!(std::fs::read(&there).ok(), Some(exported));
}

#[test]
fn entries_that_do_not_fit_are_listed_and_keep_all_from_being_written() {
    let folder = folder();
    let site = file(
        folder.path(),
        "site.toml",
        "format = 1\ninclude = ['builtin:windows.toml']\n[provider.acme]\n[base.acme]\nprovider = 'acme'\nfamily = 'inet'\ntype = \
         'stream'\nprotocol = 'sctp'\n",
    );
    let site = site.to_str().expect("a plain path");
    let output = folder.path().join("out.reg");
    let target = output.to_str().expect("a plain path");
    let stated = format!(
        "not exported: {site}:4:7: `acme` is of provider `acme`, which states no `library` that Windows could load\n"
    );
    let (status, stdout, stderr) = said(&["-c", site, "export", "--to", "reg", "-o", target]);
    let refused = "error: 1 entry does not fit into a Winsock catalog, and so nothing is written\n\
                   help: `--partial` leaves out what does not fit, and what stands on it\n";
    assert_eq!((status, stdout.as_str(), stderr), (1, "", format!("{stated}{refused}")));
    assert!(!output.exists());
    let (status, _, stderr) = said(&["-c", site, "export", "--to", "reg", "-o", target, "--partial"]);
    assert_eq!((status, stderr), (1, stated), "the status says that something is left out");
    let (status, list, _) = said(&["-c", target, "list", "--all"]);
    assert_eq!((status, list.lines().count()), (0, 17), "{list}");
}

#[test]
fn other_commands_take_a_winsock_catalog_from_files_and_from_stdin() {
    let (status, from_file, _) = said(&["-c", SAMPLE, "resolve", "inet", "raw", "1"]);
    assert_eq!((status, from_file.lines().next()), (0, Some("raw4  base 1009")), "{from_file}");
    let mut child = sockatlas(&["-c", "-", "resolve", "inet", "raw", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let sample = std::fs::read(SAMPLE).expect("the sample is there");
    let writer = std::thread::spawn(move || stdin.write_all(&sample));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it does not panic").expect("all is read");
    let from_stdin = String::from_utf8(output.stdout).expect("results are UTF-8");
    assert_eq!(from_stdin, from_file.replace(SAMPLE, "<stdin>"));
}

#[test]
fn what_is_not_toml_is_neither_laid_out_nor_fixed() {
    let folder = folder();
    let catalog = folder.path().join("site.reg");
    std::fs::copy(SAMPLE, &catalog).expect("the folder is writable");
    let catalog = catalog.to_str().expect("a plain path");
    let (status, _, stderr) = said(&["fmt", catalog]);
    let expected = format!(
        "error: {catalog}: this is a Winsock catalog, and only TOML is laid out\nhelp: `sockatlas import {catalog}` makes TOML of it\n"
    );
    assert_eq!((status, stderr), (2, expected));
    let (status, _, stderr) = said(&["check", "--fix", catalog]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert_eq!(std::fs::read(catalog).ok(), std::fs::read(SAMPLE).ok());
}
