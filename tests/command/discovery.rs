//! Which catalog counts where the command line names none: by command, by place, by `$SOCKATLAS_CATALOG`.

use super::{Ran, command, run};
use std::fs;
use std::path::Path;

/// A catalog with one entry, by whose name it is known in whatever a command says.
fn catalog(name: &str) -> String {
    format!(
        "format = 1\n[provider.kernel]\nmodule = \"system\"\n[base.{name}]\nprovider = \"kernel\"\nfamily = \"inet\"\n\
         type = \"stream\"\nprotocol = \"tcp\"\nmatches-zero = true\n"
    )
}

fn run_in(folder: &Path, words: &[&str], variable: Option<&str>) -> Ran {
    let mut command = command(words);
    command.current_dir(folder);
    if let Some(value) = variable {
        command.env("SOCKATLAS_CATALOG", value);
    }
    run(command, b"")
}

/// Places of catalogs, from a folder above a repository to one two below its root; which of them has one, and which counts below.
const PLACES: [(&[&str], Option<&str>); 8] = [
    (&[], None),
    (&["outer"], None),
    (&["outer/repo"], Some("../../sockatlas.toml")),
    (&["outer/repo/a"], Some("../sockatlas.toml")),
    (&["outer/repo/a/b"], Some("sockatlas.toml")),
    (&["outer/repo", "outer/repo/a"], Some("../sockatlas.toml")),
    (&["outer/repo", "outer/repo/a", "outer/repo/a/b"], Some("sockatlas.toml")),
    (&["outer", "outer/repo/elsewhere"], None),
];

#[test]
fn commands_that_read_take_the_nearest_in_the_repository_and_say_so() {
    // `.git` is a folder, or a file in a further work tree.
    for git_is_file in [false, true] {
        for (places, counts) in PLACES {
            let top = tempfile::tempdir().expect("a folder");
            let repository = top.path().join("outer/repo");
            let here = repository.join("a/b");
            fs::create_dir_all(&here).expect("made");
            match git_is_file {
                true => fs::write(repository.join(".git"), "gitdir: elsewhere").expect("written"),
                false => fs::create_dir(repository.join(".git")).expect("made"),
            }
            for place in places {
                fs::create_dir_all(top.path().join(place)).expect("made");
                fs::write(top.path().join(place).join("sockatlas.toml"), catalog("mine")).expect("written");
            }
            fs::write(top.path().join("other.toml"), catalog("other")).expect("written");
            for line in [
                "list",
                "resolve inet stream",
                "explain inet stream",
                "show tcp4",
                "graph --to dot",
                "check",
                "fmt --check",
            ] {
                let words: Vec<&str> = line.split(' ').collect();
                let ran = run_in(&here, &words, None);
                let note = counts.map(|path| format!("the catalog is `{path}`"));
                assert_eq!(ran.stderr.contains("the catalog is"), note.is_some(), "{line} {places:?}: {}", ran.stderr);
                assert!(note.is_none_or(|note| ran.stderr.contains(&note)), "{line} {places:?}: {}", ran.stderr);
                if ["list", "resolve inet stream"].contains(&line) {
                    assert_eq!(ran.stdout.contains("mine"), counts.is_some(), "{line} {places:?}: {}", ran.stdout);
                }
                // What is named counts alone.
                if !line.starts_with("fmt") {
                    let named = run_in(&here, &[&["-c", "../../../../other.toml"], words.as_slice()].concat(), None);
                    let variable = run_in(&here, &words, Some("../../../../other.toml"));
                    for ran in [named, variable] {
                        assert!(!(ran.stdout + &ran.stderr).contains("sockatlas.toml"), "{line} {places:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn outside_a_repository_only_this_folder_counts() {
    let top = tempfile::tempdir().expect("a folder");
    let here = top.path().join("here");
    fs::create_dir(&here).expect("made");
    fs::write(top.path().join("sockatlas.toml"), catalog("anybodys")).expect("written");
    assert!(!run_in(&here, &["list"], None).quietly(0).contains("anybodys"));
    fs::write(here.join("sockatlas.toml"), catalog("mine")).expect("written");
    assert!(run_in(&here, &["list"], None).stdout.contains("mine"));
}

#[test]
fn a_broken_catalog_of_the_folder_is_not_passed_over() {
    let here = tempfile::tempdir().expect("a folder");
    let path = here.path().join("sockatlas.toml");
    fs::write(&path, "format = 1\nbroken = = 1\n").expect("written");
    for (line, status) in [("check", 1), ("list", 2), ("resolve inet stream", 2), ("fmt", 2)] {
        let ran = run_in(here.path(), &line.split(' ').collect::<Vec<_>>(), None);
        assert_eq!(ran.status, status, "{line}: {}", ran.stderr);
        assert!((ran.stdout + &ran.stderr).contains("sockatlas.toml:2:10"), "{line}");
    }
    #[cfg(unix)]
    {
        fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink("not there", &path).expect("made");
        assert_eq!(
            run_in(here.path(), &["check"], None).status,
            2,
            "a link to nothing is no reason to go on without it"
        );
    }
}

#[test]
fn commands_that_open_or_edit_never_take_the_catalog_of_the_folder() {
    let here = tempfile::tempdir().expect("a folder");
    let path = here.path().join("sockatlas.toml");
    fs::write(&path, catalog("mine")).expect("written");
    let mut lines =
        vec!["disable mine", "enable mine", "order first mine", "remove mine", "set mine type dgram", "check --fix"];
    if cfg!(target_os = "linux") {
        lines.extend([
            "connect mine 127.0.0.1:9",
            "listen mine 127.0.0.1:0",
            "relay mine 127.0.0.1:0 mine 127.0.0.1:9",
        ]);
    }
    for line in lines {
        let ran = run_in(here.path(), &line.split(' ').collect::<Vec<_>>(), None);
        assert_ne!(ran.status, 0, "{line}: {}", ran.stdout);
        assert!(!ran.stderr.contains("the catalog is"), "{line}: {}", ran.stderr);
        assert_eq!(fs::read_to_string(&path).expect("there"), catalog("mine"), "{line}");
    }
    for line in ["names", "export --to reg"] {
        let ran = run_in(here.path(), &line.split(' ').collect::<Vec<_>>(), None);
        assert!(!(ran.stdout + &ran.stderr).contains("mine"), "{line}");
    }
}
