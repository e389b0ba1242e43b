//! Files that are made from the code are those that it makes today.

use std::path::Path;
use std::process::Command;

/// A committed file, and the words of the command that prints it.
const GENERATED: [(&str, &[&str]); 3] = [
    (".github/site.svg", &["-c", "examples/site.toml", "graph", "--to", "svg"]),
    ("src/cli/sockatlas.1", &["man"]),
    ("catalogs/catalog.schema.json", &["schema"]),
];

/// `SOCKATLAS_FRESH=write` writes them anew.
#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = std::env::var_os("SOCKATLAS_FRESH").is_some_and(|mode| mode == "write");
    for (file, words) in GENERATED {
        let output = Command::new(env!("CARGO_BIN_EXE_sockatlas")).args(words).current_dir(root).output();
        let output = output.expect("the command runs");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        let path = root.join(file);
        if write {
            std::fs::write(&path, &output.stdout).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        let committed = std::fs::read(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(
            committed == output.stdout,
            "{file} is stale: `SOCKATLAS_FRESH=write cargo test generated` writes it anew"
        );
    }
}
