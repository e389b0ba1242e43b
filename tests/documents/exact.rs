//! What the manual shows with backslashes, which are paths of Windows and must not be turned round.

use std::path::Path;
use std::process::Command;

/// Every `shell-session` block of the manual: its one command is run by a shell, and all that it prints is compared.
///
/// `SOCKATLAS_FRESH=write` writes down what is printed.
#[test]
fn sessions_in_the_manual_print_what_they_show() {
    let chapters = ["changing", "windows"].map(|chapter| format!("src/manual/{chapter}.md"));
    let blocks: usize = chapters.iter().map(|chapter| sessions(Path::new(chapter))).sum();
    assert!(blocks > 0, "there are blocks to run");
}

/// Runs the blocks of a chapter, and returns how many it has.
fn sessions(path: &Path) -> usize {
    let chapter = std::fs::read_to_string(path).expect("it is there");
    let mut parts = chapter.split("```shell-session\n");
    let mut fresh = parts.next().unwrap_or_default().to_owned();
    let mut blocks = 0;
    for part in parts {
        let (block, rest) = part.split_once("```\n").expect("the block ends");
        let command = block.lines().next().and_then(|line| line.strip_prefix("$ ")).expect("a command");
        fresh += &format!("```shell-session\n$ {command}\n{}```\n{rest}", printed(command));
        blocks += 1;
    }
    if std::env::var_os("SOCKATLAS_FRESH").is_some_and(|wish| wish == "write") {
        std::fs::write(path, fresh).expect("it can be written");
        return blocks;
    }
    snapbox::assert_data_eq!(fresh, snapbox::Data::from(chapter).raw());
    blocks
}

/// What a command prints, with its status before it where that is not 0.
fn printed(command: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_sockatlas")).parent().expect("a folder");
    let path = std::env::join_paths(
        std::iter::once(bin.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1; {command}")]).env("PATH", path.expect("no separator in a folder's name"));
    let output = shell.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1").output().expect("a shell");
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    match output.status.code() {
        Some(0) => text,
        status => format!("? {}\n{text}", status.expect("it ends by itself")),
    }
}
