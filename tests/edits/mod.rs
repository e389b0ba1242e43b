//! Catalog files changed: fixes, layout, the starter, and how files are written.

#[cfg(target_os = "linux")]
mod contended;
mod disabling;
mod fixes;
#[cfg(target_os = "linux")]
mod full;
mod glue;
#[cfg(target_os = "linux")]
mod hostile;
mod installing;
#[cfg(target_os = "linux")]
mod kept;
#[cfg(target_os = "linux")]
mod killed;
mod laws;
mod layout;
mod live;
mod ordering;
mod removing;
mod set;
#[cfg(target_os = "linux")]
mod stage;
mod starter;
mod trial;
#[cfg(target_os = "linux")]
mod unfinished;
mod watching;
mod writing;

use std::path::Path;
use std::process::{Command, Output};

/// Runs the command in a folder, with an environment that says nothing about catalogs and colours.
fn sockatlas(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder);
    for variable in ["SOCKATLAS_CATALOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_WORKSPACE"] {
        command.env_remove(variable);
    }
    command.output().expect("the command runs")
}

/// Exit status, stdout, stderr.
fn said(output: &Output) -> (i32, &str, &str) {
    let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal ends it"), text(&output.stdout), text(&output.stderr))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file is written");
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file is read")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the files")
}
