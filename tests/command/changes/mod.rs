//! The commands that change catalogs: what they say, what they write, and what they leave as it is.

mod installed;
mod json;
mod made;
mod refused;
mod set;
mod waiting;

use super::{Ran, run};
use std::path::Path;
use std::process::Command;

/// The catalog that is changed.
const SITE: &str = include_str!("site.toml");

/// A folder with the catalog `site.toml`.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Site {
        let site = Site { folder: tempfile::tempdir().expect("a folder for the files") };
        site.write("site.toml", SITE);
        site
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("a file is written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("a file is read")
    }

    /// The command in the folder.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = super::command(arguments);
        command.current_dir(self.path());
        command
    }

    /// Runs the command over `site.toml` with the arguments of a line.
    fn run(&self, line: &str) -> Ran {
        self.run_in("-c site.toml", line)
    }

    /// Runs the command over other catalogs.
    fn run_in(&self, catalogs: &str, line: &str) -> Ran {
        run(self.command(&catalogs.split_whitespace().chain(line.split_whitespace()).collect::<Vec<_>>()), b"")
    }

    /// Runs it as it must be refused: with this status, without a result, and with every file as it was.
    #[track_caller]
    fn refuses(&self, status: i32, line: &str) -> String {
        let before = self.read("site.toml");
        let said = self.run(line).complains(status);
        assert_eq!(self.read("site.toml"), before, "{line}");
        said
    }

    /// What a request is answered with.
    #[track_caller]
    fn answers(&self, request: &str) -> String {
        let said = self.run(&format!("resolve {request}")).quietly(0);
        said.split_whitespace().next().expect("a name").to_owned()
    }
}

/// Replaces a part of the catalog, which must be there.
#[track_caller]
fn site_with(part: &str, by: &str) -> String {
    assert!(SITE.contains(part), "{part}");
    SITE.replacen(part, by, 1)
}
