//! Folders: which files in them are documents, in which order, and what is said of the others.

use super::{Ran, command, run};
use std::fs;
use std::path::Path;

fn run_in(folder: &Path, line: &str) -> Ran {
    let mut command = command(&line.split(' ').collect::<Vec<_>>());
    command.current_dir(folder);
    run(command, b"")
}

fn base(name: &str) -> String {
    format!("[base.{name}]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n")
}

/// A folder with these files; a name that ends in `.toml` in any case holds a base of that number.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (at, file) in files.iter().enumerate() {
        let path = folder.path().join("site").join(file);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        let head = if at == 0 { "format = 1\n[provider.kernel]\nmodule = \"system\"\n" } else { "format = 1\n" };
        fs::write(path, format!("{head}{}", base(&format!("n{at}")))).expect("written");
    }
    folder
}

fn documents(folder: &Path) -> Vec<String> {
    let sources = sockatlas::Loader::new().path(folder.join("site")).load().expect("it loads");
    let relative = |name: &str| name.replace(&format!("{}/", folder.join("site").display()), "");
    sources
        .sources()
        .iter()
        .filter(|(_, source)| !source.is_skipped())
        .map(|(_, source)| relative(source.name()))
        .collect()
}

#[test]
fn subfolders_are_read_in_the_order_of_paths_and_hidden_ones_are_not() {
    let files = ["a.toml", "a/b.toml", "a/b/c.toml", "a-b.toml", "B.toml", "z/y/x.toml"];
    let folder = folder(&files);
    let site = folder.path().join("site");
    fs::create_dir_all(site.join(".git/x")).expect("made");
    for hidden in [".draft.toml", ".git/x/y.toml", "a/.draft.toml"] {
        fs::write(site.join(hidden), "no catalog").expect("written");
    }
    for other in ["README.md", "a/old.toml.bak", "a/old.toml~"] {
        fs::write(site.join(other), "no catalog").expect("written");
    }
    assert_eq!(documents(folder.path()), ["B.toml", "a-b.toml", "a.toml", "a/b.toml", "a/b/c.toml", "z/y/x.toml"]);
    let text = run_in(folder.path(), "check site").quietly(0);
    assert!(text.contains("in 6 documents") && text.ends_with("; skipped: 3 hidden, 3 other files\n"), "{text}");
    let report: serde_json::Value =
        serde_json::from_str(&run_in(folder.path(), "check site --format json").quietly(0)).expect("JSON");
    assert_eq!(report["summary"]["skipped"], serde_json::json!({ "hidden": 3, "others": 3 }));
    let formatted = run_in(folder.path(), "fmt site").quietly(0);
    let wanted = ["B.toml", "a-b.toml", "a.toml", "a/b.toml", "a/b/c.toml", "z/y/x.toml"];
    let wanted: String = wanted.iter().map(|file| format!("formatted site/{file}\n")).collect();
    assert_eq!(formatted, wanted);
}

#[test]
fn a_fault_in_a_subfolder_is_found() {
    let folder = folder(&["a.toml"]);
    fs::create_dir(folder.path().join("site/team")).expect("made");
    fs::write(folder.path().join("site/team/b.toml"), "format = 1\n[[expect]]\n").expect("written");
    let text = run_in(folder.path(), "check site").quietly(1);
    assert!(text.contains("site/team/b.toml:2:1"), "{text}");
}

#[test]
fn names_that_are_nearly_those_of_documents_are_said() {
    for near in ["policy.TOML", "team/policy.Toml", "policy.tml", "policy.toml.txt", "policy.toml "] {
        let folder = folder(&["a.toml", near]);
        let text = run_in(folder.path(), "check site").quietly(0);
        assert!(
            text.contains("warning[skipped-file]") && text.contains(&format!("`site/{near}` is not read")),
            "{text}"
        );
        assert!(text.contains("1 document:") && !text.contains("skipped: "), "{text}");
        assert_eq!(run_in(folder.path(), "check site --deny warnings").status, 1);
        for line in ["-c site list", "fmt --check site"] {
            let ran = run_in(folder.path(), line);
            assert!(ran.stderr.contains(&format!("warning: `site/{near}` is not read")), "{line}: {}", ran.stderr);
        }
        fs::remove_file(folder.path().join("site/a.toml")).expect("removed");
        let text = run_in(folder.path(), "check site").complains_of_all();
        assert!(text.contains("holds no `*.toml` file") && text.contains(near), "{text}");
    }
}

impl Ran {
    /// What is reported of what cannot be read.
    #[track_caller]
    fn complains_of_all(self) -> String {
        assert_eq!(self.status, 2);
        self.stdout + &self.stderr
    }
}

#[test]
#[cfg(unix)]
fn links_count_by_where_they_lead_and_circles_end() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["a.toml", "team/b.toml"]);
    let site = folder.path().join("site");
    let link = |to: &str, at: &str| symlink(to, site.join(at)).expect("made");
    link("..", "team/up");
    link(".", "a-self");
    link("team", "a-team");
    link("team/b.toml", "a-b.toml");
    link("nowhere", ".#a.toml");
    link("nowhere", "dangling");
    // A file is known by the first of its names, a folder by the one that needs no link.
    assert_eq!(documents(folder.path()), ["a-b.toml", "a.toml"]);
    let text = run_in(folder.path(), "check --deny include-outside site").quietly(0);
    assert!(text.contains("skipped: 1 hidden, 1 other file\n"), "{text}");

    // What leads out is said: a file is read, a folder is not.
    let away = folder.path().join("away");
    fs::create_dir(&away).expect("made");
    fs::write(away.join("c.toml"), "format = 1\n").expect("written");
    fs::write(away.join("d.toml"), "format = 1\n").expect("written");
    link("../away", "out");
    link("../away/c.toml", "c.toml");
    let text = run_in(folder.path(), "check site").quietly(0);
    assert_eq!(text.matches("warning[include-outside]").count(), 2, "{text}");
    assert!(text.contains("`site/out` is a link to") && text.contains("`site/c.toml` is a link to"), "{text}");
    assert!(text.contains("in 3 documents"), "{text}");
    let text = run_in(folder.path(), "check site --root away").quietly(0);
    assert!(!text.contains("include-outside") && text.contains("in 4 documents"), "{text}");

    // A link to nothing that is a document's name is a document that cannot be read.
    link("nowhere", "e.toml");
    let text = run_in(folder.path(), "check site").complains_of_all();
    assert!(text.contains("cannot read `site/e.toml`"), "{text}");
}
