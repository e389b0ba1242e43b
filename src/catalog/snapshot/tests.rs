//! Tests that contents that are read together existed together.

use super::*;
use crate::catalog::{FaultKind, ForeignText, Form, Limits};
use crate::{LoadError, Loader, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the files")
}

/// Replaces a file in one step.
fn replace(folder: &Path, name: &str, text: &str) {
    let temporary = folder.join("temporary");
    fs::write(&temporary, text).expect("a file is written");
    fs::rename(temporary, folder.join(name)).expect("it is renamed");
}

fn read_one(snapshot: &mut Snapshot, path: &Path) -> Vec<u8> {
    let identity = snapshot.find(path).expect("it is there");
    let read = snapshot.read(path, &identity, false, &mut Pipes::new(), |_| 1 << 20);
    read.unwrap_or_else(|_| panic!("{} cannot be read", path.display()))
}

#[test]
fn every_way_in_which_a_file_becomes_another_is_seen() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 8] = [
        ("replaced", |folder| replace(folder, "file", "new")),
        ("replaced by the same", |folder| replace(folder, "file", "old")),
        // Perhaps within one step of the clock, and with the same length.
        ("written over", |folder| fs::write(folder.join("file"), "new").expect("it is written")),
        ("removed", |folder| fs::remove_file(folder.join("file")).expect("it is removed")),
        ("a missing one made", |folder| fs::write(folder.join("missing"), "").expect("it is written")),
        ("a journal made", |folder| fs::write(folder.join(journal::NAME), "").expect("it is written")),
        ("one more of a folder", |folder| fs::write(folder.join("more.toml"), "").expect("it is written")),
        ("one less of a folder", |folder| fs::remove_file(folder.join("listed.toml")).expect("it is removed")),
    ];
    for (what, change) in changes {
        let folder = folder();
        fs::write(folder.path().join("file"), "old").expect("a file is written");
        fs::write(folder.path().join("listed.toml"), "").expect("a file is written");
        let mut snapshot = Snapshot::default();
        assert_eq!(read_one(&mut snapshot, &folder.path().join("file")), b"old");
        assert_eq!(snapshot.list(folder.path(), |_| true).expect("it is a folder").files.len(), 1);
        assert!(snapshot.find(&folder.path().join("missing")).is_err());
        assert_eq!(snapshot.changed(|_| true), None);
        fs::write(folder.path().join("other"), "").expect("a file is written");
        assert_eq!(snapshot.changed(|_| true), None, "what was not looked at does not count");
        change(folder.path());
        assert!(snapshot.changed(|_| true).is_some(), "{what}");
    }
}

#[test]
fn a_link_that_leads_elsewhere_is_another_file() {
    #[cfg(unix)]
    {
        let folder = folder();
        for name in ["one", "other"] {
            fs::write(folder.path().join(name), "the same").expect("a file is written");
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("one", &link).expect("a link is made");
        let mut snapshot = Snapshot::default();
        read_one(&mut snapshot, &link);
        assert_eq!(snapshot.changed(|_| true), None);
        std::os::unix::fs::symlink("other", folder.path().join("next")).expect("a link is made");
        fs::rename(folder.path().join("next"), &link).expect("it is renamed");
        assert_eq!(snapshot.changed(|_| true), Some(&*link));
    }
}

/// Returns the numbers that the three files hold, in the order in which they are written.
fn versions(registry: &Registry) -> Vec<u32> {
    let number = |name: &str| {
        let (_, source) =
            registry.sources().iter().find(|(_, source)| source.name().ends_with(name)).expect("it was read");
        source.text().lines().next().and_then(|line| line.strip_prefix("# ")?.parse().ok()).expect("it has a number")
    };
    ["first.toml", "second.toml", "third.toml"].map(number).to_vec()
}

#[test]
fn readers_get_what_was_there_at_one_moment() {
    let folder = folder();
    // They are read from the last one written to the first: a reader without snapshots would get a new third file, and then newer
    // ones.
    let texts = [
        ("first.toml", "format = 1\ninclude = [\"second.toml\"]\n"),
        ("second.toml", "format = 1\ninclude = [\"third.toml\"]\n"),
        ("third.toml", "format = 1\n"),
    ];
    let write = |version: u32| {
        for (name, text) in texts {
            replace(folder.path(), name, &format!("# {version}\n{text}"));
            thread::sleep(Duration::from_micros(700));
        }
    };
    write(0);
    let over = AtomicBool::new(false);
    let (writes, reads) = thread::scope(|scope| {
        let writer =
            scope.spawn(|| (1..).take_while(|&version| (write(version), !over.load(Ordering::Relaxed)).1).count());
        let mut reads = 0;
        let mut seen = std::collections::BTreeSet::new();
        let read = || Loader::new().path(folder.path().join("first.toml")).load();
        // Many of the readings must be of different moments, or the test shows nothing.
        while seen.len() < 100 {
            match read() {
                Ok(registry) => {
                    let versions = versions(&registry);
                    let (first, third) = (versions[0], versions[2]);
                    let is_of_one_moment = versions.is_sorted_by(|one, next| one >= next) && first <= third + 1;
                    if !is_of_one_moment {
                        over.store(true, Ordering::Relaxed);
                    }
                    assert!(is_of_one_moment, "{versions:?}");
                    seen.insert(versions);
                    reads += 1;
                }
                Err(error) => assert!(keeps_changing(&error), "{error}"),
            }
        }
        over.store(true, Ordering::Relaxed);
        (writer.join().expect("it writes"), reads)
    });
    assert!(writes > 30 && reads >= 100);
}

fn keeps_changing(error: &LoadError) -> bool {
    error.to_string().contains("it kept changing while it was read with the others, 40 times")
}

/// Changes a file whenever it has been read.
#[derive(Debug)]
struct Restless;

impl Form for Restless {
    fn most_bytes(&self, _beginning: &[u8], limits: &Limits) -> u64 {
        limits.document_bytes
    }

    fn text(&self, bytes: &[u8], path: Option<&Path>) -> Option<Result<ForeignText, FaultKind>> {
        fs::write(path?, [bytes, b"#"].concat()).expect("the file is written");
        None
    }
}

#[test]
fn what_is_another_with_each_look_is_given_up_and_that_is_said() {
    let folder = folder();
    let file = folder.path().join("file.toml");
    fs::write(&file, "format = 1\n#").expect("a file is written");
    let error = Loader::new().path(&file).form(Arc::new(Restless)).load().expect_err("it is never what it was");
    let expected =
        format!("cannot read `{}`: it kept changing while it was read with the others, 40 times", file.display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(fs::read_to_string(&file).expect("it is read").len(), 12 + 40);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_though_the_others_are_read_again() {
    let folder = folder();
    let (pipe, file) = (folder.path().join("pipe.toml"), folder.path().join("file.toml"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    fs::write(&file, "format = 1\n# old").expect("a file is written");
    let registry = thread::scope(|scope| {
        scope.spawn(|| {
            // It opens when the reader opens it, who has read the file by then.
            let mut pipe = File::options().write(true).open(&pipe).expect("the pipe opens");
            replace(folder.path(), "file.toml", "format = 1\n# new");
            io::Write::write_all(&mut pipe, b"format = 1\n# piped").expect("the pipe takes it");
        });
        Loader::new().path(&file).path(&pipe).load().expect("both are catalogs")
    });
    let texts: Vec<&str> = registry.sources().iter().map(|(_, source)| source.text()).collect();
    assert_eq!(texts, ["format = 1\n# new", "format = 1\n# piped"]);
}
