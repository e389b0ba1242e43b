//! What `examples/README.md` shows is what the examples print.
//!
//! Each block of `console` has commands, `$ ...`, with what they print below them, to both outputs. The commands of a
//! section run in turn; one that says where it listens goes on until the section ends. In what is shown `[..]` stands
//! for any text within a line. Ports that servers are told to have are replaced by free ones.

use super::running::{PATIENCE, binary, start};
use crate::net::peer::free_port;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::Instant;

const COURSE: &str = include_str!("../../examples/README.md");

/// `cargo run -q` without building: the programs are there.
const CARGO: &str = r#"
cargo() {
    shift 2
    local program=$SOCKATLAS
    if [ "$1" = --example ]; then program=$EXAMPLES/$2; shift 2; fi
    if [ "$1" = -- ]; then shift; fi
    exec "$program" "$@"
}
"#;

/// A command, and what it is shown to print.
struct Shown {
    command: String,
    lines: Vec<String>,
}

/// The commands of each section, by its heading.
fn sections() -> Vec<(&'static str, Vec<Shown>)> {
    let mut sections = Vec::new();
    for section in COURSE.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let mut commands: Vec<Shown> = Vec::new();
        for block in section.split("\n```console\n").skip(1) {
            let (block, _) = block.split_once("\n```").expect("every block ends");
            for line in block.lines() {
                match (line.strip_prefix("$ "), commands.last_mut()) {
                    (Some(command), _) => commands.push(Shown { command: command.to_owned(), lines: Vec::new() }),
                    (None, Some(shown)) => shown.lines.push(line.to_owned()),
                    (None, None) => panic!("`{line}` is printed by no command"),
                }
            }
        }
        sections.push((heading, commands));
    }
    sections
}

/// The same text with other ports, as a section needs them.
fn with_ports(text: &str, ports: &[(String, String)]) -> String {
    ports.iter().fold(text.to_owned(), |text, (shown, free)| text.replace(shown, free))
}

/// Whether a line is as it is shown, with `[..]` for any text.
fn is_as_shown(shown: &str, line: &str) -> bool {
    let mut parts = shown.split("[..]");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        None => rest.is_empty(),
        Some(part) => line.ends_with(part),
    }
}

/// Takes a line for each that is shown, and compares.
#[track_caller]
fn compare(command: &str, shown: &[String], lines: &Receiver<String>, ends: bool) {
    let deadline = Instant::now() + PATIENCE;
    let mut printed = Vec::new();
    while ends || printed.len() < shown.len() {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => printed.push(line),
            Err(_) => break,
        }
    }
    let same = printed.len() == shown.len() && shown.iter().zip(&printed).all(|(shown, line)| is_as_shown(shown, line));
    assert!(same, "$ {command}\nis shown to print\n{}\nand prints\n{}", shown.join("\n"), printed.join("\n"));
}

/// A process that does not outlive the section.
struct Until(Child);

impl Drop for Until {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_command_of_the_course_prints_what_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = binary("resolve");
    let examples = examples.parent().expect("it is in a folder");
    for (heading, commands) in sections() {
        let ports: Vec<(String, String)> = (7000..7010)
            .map(|port| format!("127.0.0.1:{port}"))
            .filter(|shown| commands.iter().any(|command| command.command.contains(shown)))
            .map(|shown| (shown, format!("127.0.0.1:{}", free_port())))
            .collect();
        let mut servers = Vec::new();
        for Shown { command, lines: shown } in &commands {
            let command = with_ports(command, &ports);
            let shown: Vec<String> = shown.iter().map(|line| with_ports(line, &ports)).collect();
            assert!(command.contains("cargo run -q "), "{heading}: `{command}` builds what it runs");
            let mut shell = Command::new("bash");
            shell.arg("-c").arg(format!("{CARGO}{command}")).current_dir(root);
            shell.env("EXAMPLES", examples).env("SOCKATLAS", env!("CARGO_BIN_EXE_sockatlas"));
            for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
                shell.env_remove(variable);
            }
            let (child, lines) = start(&mut shell);
            let child = Until(child);
            if shown.first().is_some_and(|line| line.starts_with("listening at ")) {
                compare(&command, &shown[..1], &lines, false);
                servers.push((command, shown, lines, child));
            } else if command.contains("raw_") {
                compare_raw(&command, &shown, &lines);
            } else {
                compare(&command, &shown, &lines, true);
            }
        }
        for (command, shown, lines, child) in servers {
            compare(&command, &shown[1..], &lines, false);
            drop(child);
            let more: Vec<String> = lines.iter().collect();
            assert!(more.is_empty(), "$ {command}\nprints more than is shown:\n{}", more.join("\n"));
        }
    }
}

/// As `compare`, but for a system that refuses raw sockets, or has no IPv6.
fn compare_raw(command: &str, shown: &[String], lines: &Receiver<String>) {
    let all: Vec<String> = lines.iter().collect();
    let refusals = ["Operation not permitted", "Address family not supported", "Cannot assign requested address"];
    if let Some(line) = all.iter().find(|line| refusals.iter().any(|refusal| line.contains(refusal))) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {command}: {line}");
        return;
    }
    let same = all.len() == shown.len() && shown.iter().zip(&all).all(|(shown, line)| is_as_shown(shown, line));
    assert!(same, "$ {command}\nis shown to print\n{}\nand prints\n{}", shown.join("\n"), all.join("\n"));
}

#[test]
fn the_course_has_every_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(folder).expect("it is there").map(|file| file.expect("it can be read").path());
    let programs = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let examples: BTreeSet<String> = programs.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    let commands = sections().into_iter().flat_map(|(_, commands)| commands);
    let shown: BTreeSet<String> = commands
        .filter_map(|shown| Some(shown.command.split_once("--example ")?.1.split(' ').next()?.to_owned()))
        .collect();
    assert_eq!(shown, examples);
    for example in &examples {
        assert!(COURSE.contains(&format!("]({example}.rs)")), "{example} is linked");
    }
}

#[test]
fn shown_lines_are_compared_to_the_letter_but_for_what_is_left_open() {
    for (shown, line, same) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a[..]c", "abc", true),
        ("a[..]c", "ac", true),
        ("a[..]c", "abcd", false),
        ("a[..]", "abcd", true),
        ("[..]d", "abcd", true),
        ("[..]d", "abc", false),
        ("a[..]c[..]e", "abcde", true),
        ("a[..]c[..]e", "abde", false),
        ("x[..]a", "xaba", true),
    ] {
        assert_eq!(is_as_shown(shown, line), same, "{shown} {line}");
    }
}
