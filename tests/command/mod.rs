//! The command as its users meet it: arguments and environment in; stdout, stderr and exit status out.

mod answers;
mod batch;
mod catalogs;
mod changes;
mod discovery;
mod explanations;
mod folders;
mod listings;
mod manners;
#[cfg(target_os = "linux")]
mod offline;
mod pictures;
#[cfg(unix)]
mod pipes;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the command gave.
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// The output of a run that must end with this status, and say nothing on stderr.
    #[track_caller]
    fn quietly(self, status: i32) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (status, ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// What a run says on stderr that must end with this status, and give no result.
    #[track_caller]
    fn complains(self, status: i32) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (status, ""), "stderr: {}", self.stderr);
        self.stderr
    }
}

/// The command in the folder of `site.toml`, with an environment that says nothing about catalogs and colours.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command"));
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

fn run(mut command: Command, stdin: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let stdin = stdin.to_owned();
    // A command that does not read all of its input closes the pipe early.
    let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("writing does not panic");
    Ran {
        status: output.status.code().expect("no signal ends it"),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// Runs the command with the arguments of a line, without stdin.
fn sockatlas(line: &str) -> Ran {
    run(command(&line.split_whitespace().collect::<Vec<_>>()), b"")
}

/// Runs the command over `site.toml`.
fn site(line: &str) -> Ran {
    sockatlas(&format!("-c site.toml {line}"))
}

/// Runs a batch over `site.toml`.
fn batch(format: &str, requests: &[u8]) -> Ran {
    run(command(&["-c", "site.toml", "resolve", "--batch", "-", "--format", format]), requests)
}
