//! The real Taplo, which editors use, judges all fixtures as the schema does here.
//!
//! It is npm's `@taplo/cli`, found in the PATH or in `$TAPLO_HOME/node_modules/.bin`; without it the test says that it was
//! skipped. With CI=true it must be there.

use super::{accepted, faults, root, sound_catalogs};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn taplo() -> Option<PathBuf> {
    let home = std::env::var_os("TAPLO_HOME").map(|home| PathBuf::from(home).join("node_modules/.bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = home.into_iter().chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("taplo")).find(|file| file.is_file())
}

/// Runs `taplo lint` on files; it prints a line `invalid file ... path="..."` for each that it refuses.
fn lint(taplo: &Path, folder: &Path, arguments: &[&str]) -> (Output, BTreeSet<String>) {
    let mut command = Command::new(taplo);
    command.args(["lint", "--no-auto-config", "--colors", "never"]).args(arguments).current_dir(folder);
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", taplo.display()));
    let said = String::from_utf8_lossy(&output.stderr);
    let invalid = said.lines().filter(|line| line.contains("invalid file"));
    let paths = invalid.filter_map(|line| line.split("path=\"").nth(1)?.split('"').next());
    let names = paths.filter_map(|path| path.rsplit('/').next().map(str::to_owned)).collect();
    (output, names)
}

#[test]
fn taplo_judges_all_fixtures_as_the_schema_does() {
    let Some(taplo) = taplo() else {
        assert!(std::env::var("CI").is_err(), "taplo is not installed, and CI must have it");
        // The test runner keeps what `println!` prints in a test that passes.
        let fixtures = faults::mutants().len();
        let _ = writeln!(std::io::stderr(), "SKIPPED: taplo is not in the PATH; 0 of {fixtures} fixtures judged");
        return;
    };
    // By their own first lines.
    let files: Vec<PathBuf> = sound_catalogs();
    let names: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
    let (output, refused) = lint(&taplo, root(), &names);
    assert!(output.status.success() && refused.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));

    let folder = tempfile::tempdir().expect("a folder");
    let mut expected = BTreeSet::new();
    let mut whats = Vec::new();
    for (at, mutant) in faults::mutants().into_iter().enumerate() {
        let text = mutant.part();
        let Some(accepted) = accepted(&text) else { continue };
        let name = format!("{at:05}.toml");
        std::fs::write(folder.path().join(&name), &text).expect("written");
        if !accepted {
            expected.insert(name.clone());
        }
        whats.push((name, mutant.what));
    }
    let schema = format!("file://{}", root().join("catalogs/catalog.schema.json").display());
    let (output, refused) = lint(&taplo, folder.path(), &["--schema", &schema, "*.toml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("found files total={}", whats.len())), "{}", &said[..said.len().min(2000)]);
    let differ: Vec<String> = whats
        .iter()
        .filter(|(name, _)| expected.contains(name) != refused.contains(name))
        .map(|(name, what)| {
            format!("{what}: taplo {}", if refused.contains(name) { "refuses it" } else { "accepts it" })
        })
        .collect();
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), whats.len(), differ.join("\n"));
    println!("taplo judged {} fixtures and {} catalogs", whats.len(), names.len());
}
