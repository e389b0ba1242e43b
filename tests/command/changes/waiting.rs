//! Several who change the same catalogs at once.

use super::{SITE, Site};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

/// The lock that a transaction holds.
fn lock(site: &Site) -> File {
    let file = File::create_new(site.path().join(".sockatlas-lock")).expect("nobody else makes it");
    file.lock().expect("nobody else has it");
    file
}

#[test]
fn who_does_not_wait_learns_that_another_is_changing_the_catalogs() {
    let site = Site::new();
    let lock = lock(&site);
    let folder = site.path().canonicalize().expect("it is there");
    let expected =
        format!("error: {}: another transaction is changing the catalogs of this folder: ", folder.display());
    let refused = site.refuses(2, "disable udp4 --no-wait");
    let holder = refused.strip_prefix(&expected).expect("it begins so");
    assert!(holder.ends_with("\nhelp: without `--no-wait` its end is waited for\n"), "{holder}");
    #[cfg(target_os = "linux")]
    assert!(holder.starts_with(&format!("process {} (`", std::process::id())), "{holder}");
    drop(lock);
    site.run("disable udp4 --no-wait").quietly(0);
}

#[test]
fn who_waits_says_so_once_and_then_changes_what_the_other_left() {
    let site = Site::new();
    let lock = lock(&site);
    let mut command = site.command(&["-c", "site.toml", "disable", "udp4"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let mut talk = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
    let mut line = String::new();
    talk.read_line(&mut line).expect("a line");
    let folder = site.path().canonicalize().expect("it is there");
    assert_eq!(line, format!("waiting for another transaction on {}\n", folder.display()));
    // The other one changes the file before it ends.
    site.write("site.toml", &format!("{SITE}\n# by another\n"));
    drop(lock);
    let output = child.wait_with_output().expect("the command ends");
    let mut rest = String::new();
    talk.read_to_string(&mut rest).expect("UTF-8");
    assert_eq!((output.status.code(), rest.as_str()), (Some(0), ""));
    let now = site.read("site.toml");
    assert!(now.contains("disable = [\"udp4\"]") && now.ends_with("# by another\n"), "{now}");
}
