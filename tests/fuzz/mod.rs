//! The seeds of the fuzzer: inputs of each target that are sound, and inputs that once broke it.

mod targets;

use std::path::PathBuf;
use targets::TARGETS;

fn seeds() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds")
}

#[test]
fn every_target_holds_for_its_seeds() {
    for target in TARGETS {
        let folder = seeds().join(target.name);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
        files.sort();
        assert!(files.len() >= 3, "{} has {} seeds", folder.display(), files.len());
        for file in files {
            println!("{}", file.display());
            (target.run)(&std::fs::read(&file).expect("it can be read"));
        }
    }
}

/// The targets that need the command, whose seeds only the fuzzer runs.
const OF_COMMAND: [&str; 2] = ["batch", "spec"];

#[test]
fn seeds_belong_to_targets() {
    for folder in std::fs::read_dir(seeds()).expect("there are seeds") {
        let name = folder.expect("it can be read").file_name();
        let mut names = TARGETS.iter().map(|target| target.name).chain(OF_COMMAND);
        assert!(names.any(|known| name == known), "there is no target `{}`", name.display());
    }
}
