//! What holds for every command: help, colours, pipes.

use super::{command, run, site, sockatlas};

#[test]
fn every_command_has_help_with_an_example() {
    let help = sockatlas("--help").quietly(0);
    assert!(
        help.contains("Examples:\n") && help.contains("SOCKATLAS_CATALOG") && help.contains("Exit status:"),
        "{help}"
    );
    let page = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list of commands");
    // Lines that are indented further go on with the one before.
    let lines = page.lines().filter(|line| !line.trim_start_matches("  ").starts_with(' '));
    let commands = lines.filter_map(|line| line.split_whitespace().next());
    for name in commands.filter(|name| *name != "help") {
        let help = sockatlas(&format!("{name} --help")).quietly(0);
        assert!(
            help.contains("Examples:\n") && help.contains(&format!("  sockatlas {name}")) || help.contains(" graph "),
            "{help}"
        );
        assert!(help.contains("--color <WHEN>"), "{help}");
    }
}

#[test]
fn wrong_usage_is_status_two() {
    for line in ["", "nonsense", "list surplus", "resolve inet stream --format xml", "--color red list", "graph"] {
        let ran = sockatlas(line);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
    }
    assert_eq!(sockatlas("--version").quietly(0), concat!("sockatlas ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_pipe_gets_no_colours_unless_they_are_asked_for() {
    let styled = |text: &str| text.contains('\u{1b}');
    assert!(!styled(&site("list").stdout));
    assert!(styled(&site("--color always list").stdout));
    assert!(styled(&site("list --color always").stdout));
    assert!(styled(&site("resolve inet stream udp --color always").stderr));
    assert!(!styled(&site("list --color always --format json").stdout));
    let with = |variables: &[(&str, &str)], line: &str| {
        let mut command = command(&["-c", "site.toml"]);
        command.args(line.split_whitespace()).envs(variables.iter().copied());
        styled(&run(command, b"").stdout)
    };
    assert!(with(&[("CLICOLOR_FORCE", "1")], "list"));
    assert!(!with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], "list"));
    assert!(!with(&[("CLICOLOR_FORCE", "1")], "list --color never"));
    assert!(with(&[("NO_COLOR", "1")], "list --color always"), "the command line goes before the environment");
}

#[test]
fn colours_change_nothing_else() {
    let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
    for line in ["list --all", "show tcp4", "explain inet stream udp", "names", "resolve inet stream"] {
        let styled = site(&format!("{line} --color always")).stdout;
        assert_eq!(plain(&styled), site(line).stdout, "{line}");
    }
}

#[test]
fn control_characters_of_a_catalog_do_not_reach_the_terminal() {
    let catalog = include_str!("site.toml").replace("TCP over IPv4", r"TCP \u001b[2J over IPv4");
    let stdout = run(command(&["-c", "-", "show", "tcp4", "--color", "always"]), catalog.as_bytes()).quietly(0);
    assert!(stdout.contains(r"TCP \u{1b}[2J over IPv4"), "{stdout:?}");
    let said = run(command(&["--color", "always", "resolve", "a\u{1b}[2Jb", "stream"]), b"").complains(2);
    assert!(!said.contains("\u{1b}[2J"), "{said:?}");
}

/// The one device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_status_two() {
    for arguments in [&["list"][..], &["resolve", "--batch", "site.toml"], &["resolve", "inet", "stream"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let output = command(&["-c", "site.toml"]).args(arguments).stdout(full).output().expect("the command runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: <stdout>: "), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_changes_no_status() {
    for (line, status) in [("list", 0), ("explain inet stream udp", 1), ("names", 0), ("man", 0)] {
        let mut command = command(&["-c", "site.toml"]);
        command.args(line.split_whitespace()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command.stdout(writer).output().expect("the command runs");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(status), &b""[..]), "{line}");
    }
}
