//! Which catalogs are meant, and what becomes of those with faults.

use super::{command, run, site, sockatlas};
use std::path::PathBuf;

const MORE: &str = "\
format = 1
[base.tcp6]
provider = \"kernel\"
family = \"inet6\"
type = \"stream\"
protocol = \"tcp\"
";

/// A folder with `a.toml`, which is the site's catalog, and `b.toml`, which adds to it.
fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let [a, b] = ["a.toml", "b.toml"].map(|name| folder.path().join(name));
    std::fs::write(&a, include_str!("site.toml")).expect("written");
    std::fs::write(&b, MORE).expect("written");
    std::fs::write(folder.path().join("c.txt"), "no catalog").expect("written");
    (folder, a, b)
}

fn finds_tcp6(arguments: &[&str], variable: Option<&std::ffi::OsStr>) -> i32 {
    let mut command = command(arguments);
    command.args(["resolve", "inet6", "stream", "tcp", "--format", "json"]);
    if let Some(value) = variable {
        command.env("SOCKATLAS_CATALOG", value);
    }
    run(command, b"").status
}

#[test]
fn catalogs_are_files_and_folders_and_repeat() {
    let (folder, a, b) = folder();
    let [folder, a, b] = [folder.path(), &a, &b].map(|path| path.to_str().expect("UTF-8"));
    assert_eq!(finds_tcp6(&["-c", a], None), 1);
    assert_eq!(finds_tcp6(&["-c", a, "--catalog", b], None), 0);
    assert_eq!(finds_tcp6(&["-c", folder], None), 0);
}

#[test]
fn catalogs_before_and_behind_the_command_are_one_list() {
    let (_folder, a, b) = folder();
    let [a, b] = [&a, &b].map(|path| path.to_str().expect("UTF-8"));
    let stdout = sockatlas(&format!("-c {a} show -c {b} tcp6")).quietly(0);
    assert!(stdout.starts_with("tcp6\n"), "{stdout}");
    assert_eq!(sockatlas(&format!("-c {b} list -c {a}")).status, 0);
}

#[test]
fn stdin_can_be_a_catalog() {
    let mut requests = command(&["-c", "-", "-c", "no-such.toml", "list"]);
    requests.env("SOCKATLAS_CATALOG", "also-not-there.toml");
    assert_eq!(run(requests, b"").status, 2);
    let stdout = run(command(&["-c", "-", "show", "tcp4"]), include_bytes!("site.toml")).quietly(0);
    assert!(stdout.contains("<stdin>:13:7"), "{stdout}");
}

#[test]
fn the_environment_names_catalogs_where_the_command_line_does_not() {
    let (_folder, a, b) = folder();
    let both = std::env::join_paths([&a, &b]).expect("no separator in the paths");
    assert_eq!(finds_tcp6(&[], Some(&both)), 0);
    assert_eq!(finds_tcp6(&[], Some(a.as_os_str())), 1);
    assert_eq!(finds_tcp6(&["-c", "site.toml"], Some(&both)), 1, "--catalog goes before");
    assert_eq!(finds_tcp6(&["-c", "site.toml"], Some("no-such.toml".as_ref())), 1, "and the variable is not read");
    assert_eq!(finds_tcp6(&[], Some("no-such.toml".as_ref())), 2);
}

#[test]
fn without_a_catalog_those_built_in_answer() {
    let builtin = sockatlas("list --format json").quietly(0);
    assert!(builtin.contains(r#""source":{"file":"builtin:"#), "{builtin}");
}

/// `$A:$B` with one of them not set would go on without its policy.
#[test]
fn an_empty_path_in_the_variable_is_an_error_where_the_variable_counts() {
    for (value, says) in [("", "is empty"), (":", "has an empty path"), ("site.toml:", "has an empty path")] {
        for line in ["list", "check", "names", "resolve inet stream", "install x", "fmt"] {
            let mut empty = command(&line.split(' ').collect::<Vec<_>>());
            empty.env("SOCKATLAS_CATALOG", value);
            let said = run(empty, b"").complains(2);
            assert!(said.contains(says) || line == "install x", "{value} {line}: {said}");
        }
        for line in ["-c site.toml list", "rule syntax", "check site.toml", "schema"] {
            let mut named = command(&line.split(' ').collect::<Vec<_>>());
            named.env("SOCKATLAS_CATALOG", value);
            assert_eq!(run(named, b"").status, 0, "{value} {line}");
        }
    }
}

#[test]
fn a_catalog_with_faults_answers_nothing() {
    let (_folder, a, b) = folder();
    std::fs::write(&b, MORE.replace("inet6", "inte6").replace("tcp\"", "tpc\"")).expect("written");
    let [a, b] = [&a, &b].map(|path| path.to_str().expect("UTF-8"));
    for line in ["resolve inet stream", "explain inet stream", "list", "show tcp4", "names", "graph --to dot"] {
        let said = sockatlas(&format!("-c {a} -c {b} {line}")).complains(2);
        assert!(said.contains("unknown address family `inte6`"), "{line}: {said}");
        assert!(said.contains("b.toml"), "{line}: {said}");
    }
}

#[test]
fn a_missing_catalog_is_status_two() {
    let said = sockatlas("-c no-such.toml resolve inet stream").complains(2);
    assert!(said.contains("no-such.toml"), "{said}");
    assert_eq!(site("resolve inet stream").status, 0);
}
