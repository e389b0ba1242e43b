//! Pipes are read once, by whatever names and however often they are named, and only where a person names them.

use super::{command, run};
use std::fs;
use std::process::Command;

const CATALOG: &[u8] =
    b"format = 1\n[provider.kernel]\nmodule = \"system\"\n[base.piped]\nprovider = \"kernel\"\nfamily = \"inet\"\n\
    type = \"stream\"\nprotocol = \"tcp\"\nmatches-zero = true\n";

fn fifo(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

#[test]
fn stdin_is_one_document_by_all_its_names() {
    for names in [&["-"][..], &["/dev/stdin"], &["-", "-"], &["/dev/stdin", "/dev/fd/0"], &["-", "/dev/stdin"]] {
        let stdout = run(command(&[&["check"], names].concat()), CATALOG).quietly(0);
        assert!(stdout.contains("in 1 document: 1 entry"), "{names:?}: {stdout}");
    }
    // What is wrong is said once.
    for names in [&["-", "-"][..], &["/dev/stdin", "/dev/fd/0"]] {
        let stdout = run(command(&[&["check"], names].concat()), b"format = 1\nx = 1\n").quietly(1);
        assert!(stdout.contains("unknown key `x`") && stdout.ends_with("1 error in 1 document\n"), "{stdout}");
    }
}

#[test]
fn a_process_of_the_shell_is_a_document() {
    let run_shell = |line: &str| {
        let mut shell = Command::new("bash");
        shell.args(["-c", line]).env("S", env!("CARGO_BIN_EXE_sockatlas")).env_remove("SOCKATLAS_CATALOG");
        let output = shell.output().expect("bash runs");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let catalog = String::from_utf8_lossy(CATALOG).replace('\n', "\\n");
    let (status, text) = run_shell(&format!("$S check <(printf '{catalog}') <(printf 'format = 1\\n')"));
    assert!(status == Some(0) && text.contains("in 2 documents: 1 entry"), "{text}");
    let (status, text) = run_shell(&format!("$S -c <(printf '{catalog}') resolve inet stream"));
    assert!(status == Some(0) && text.contains("piped"), "{text}");
    let (status, text) = run_shell("$S check <(printf 'include = [\"x\"]\\n')");
    assert!(status == Some(1) && text.matches("error").count() == 2 && text.contains("not-a-catalog"), "{text}");
}

#[test]
fn a_named_pipe_is_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    fifo(&path);
    fs::write(folder.path().join("beside.toml"), "format = 1\n").expect("written");
    fs::hard_link(&path, folder.path().join("other name")).expect("linked");
    let writer = std::thread::spawn(move || {
        let catalog = [b"include = ['beside.toml']\n", CATALOG].concat();
        fs::write(path, catalog).expect("the command reads it");
    });
    let mut check = command(&["check", "pipe", "./pipe", "other name"]);
    check.current_dir(folder.path());
    let stdout = run(check, b"").quietly(0);
    assert!(stdout.contains("in 2 documents: 1 entry"), "{stdout}");
    writer.join().expect("it was written");
}

#[test]
fn what_no_person_names_must_be_a_regular_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("site")).expect("made");
    fifo(&folder.path().join("site/pipe.toml"));
    fs::write(folder.path().join("a.toml"), "format = 1\ninclude = ['site/pipe.toml', '/dev/zero']\n")
        .expect("written");
    for (words, status, said) in [(["check", "site"], 2, 1), (["check", "a.toml"], 1, 2)] {
        let mut check = command(&words);
        check.current_dir(folder.path());
        let ran = run(check, b"");
        assert_eq!((ran.status, ran.stdout.matches("not a regular file").count()), (status, said), "{}", ran.stdout);
    }
}

#[test]
fn a_key_that_is_stated_twice_is_an_error() {
    let lines = [
        ("inet stream application=a application=b", "`application` is stated twice"),
        ("inet stream application=a application=a", "`application` is stated twice"),
        ("inet stream entry=a require=encrypted entry=b", "`entry` is stated twice"),
        ("inet stream require=encrypted require=authenticated", "`require` is stated twice"),
    ];
    for (line, says) in lines {
        let ran = super::batch("text", line.as_bytes());
        assert!(ran.status == 1 && ran.stdout.contains(says), "{line}: {}", ran.stdout);
        let ran = super::batch("json", line.as_bytes());
        assert!(ran.status == 1 && ran.stdout.contains("bad-request-line"), "{line}: {}", ran.stdout);
        if cfg!(target_os = "linux") {
            let spec = line.replacen(' ', "/", 1);
            let said = run(command(&["-c", "site.toml", "connect", &spec, "127.0.0.1:9"]), b"").complains(2);
            assert!(said.contains(says), "{spec}: {said}");
        }
    }
    if cfg!(target_os = "linux") {
        for words in [
            &["inet/stream application=a", "--application", "b"][..],
            &["tcp4 provider=a", "--provider", "b"],
            &["tcp4 tcp4.nodelay=true tcp4.nodelay=false"],
            &["tcp4 tcp4.nodelay=true", "--set", "tcp4.nodelay=false"],
            &["tcp4", "--set", "tcp4.nodelay=true", "--set", "tcp4.nodelay=false"],
        ] {
            let said =
                run(command(&[&["-c", "site.toml", "connect"], words, &["127.0.0.1:9"]].concat()), b"").complains(2);
            assert!(said.contains("is stated twice"), "{words:?}: {said}");
        }
    }
}
