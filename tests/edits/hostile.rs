//! What others put where sockatlas looks: no pipe makes it wait, no file of holes fills its memory, no lock stops it for ever.

use super::kept::{LIST, NOBODY, acl, as_user, get, is_root, mode, set};
use super::stage::{INSTALLATION, NEXT, REMOVAL, THREE, after, disk, done, left_behind, readers, restore};
use super::{folder, read, said, sockatlas, write};
use sockatlas::Loader;
use sockatlas::edit::{Install, LockError, Original, Prepared, Transaction, TransactionError, WriteError};
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown, lchown, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What can be put in the place of a file, and how it is called.
const THINGS: [&str; 5] = ["a named pipe", "a socket", "a symbolic link", "a folder", "a device"];

/// Puts a thing somewhere; no device where only root makes one.
fn put(thing: &str, path: &Path) -> bool {
    let run = |program: &str, arguments: &[&str]| {
        Command::new(program).arg(path).args(arguments).status().is_ok_and(|status| status.success())
    };
    match thing {
        "a named pipe" => assert!(run("mkfifo", &[]), "mkfifo runs"),
        "a socket" => drop(UnixListener::bind(path).expect("a socket is made")),
        "a symbolic link" => symlink("site.toml", path).expect("a link is made"),
        "a folder" => fs::create_dir(path).expect("a folder is made"),
        _ => return is_root() && run("mknod", &["c", "1", "5"]),
    }
    true
}

fn three() -> tempfile::TempDir {
    let folder = folder();
    restore(folder.path(), THREE);
    folder
}

fn fault(folder: &Path) -> String {
    let loader = Loader::new().path(folder.join("a/site.toml"));
    loader.load().expect_err("it is refused").to_string().replace(&folder.display().to_string(), "T")
}

#[test]
fn what_is_no_regular_file_in_the_place_of_a_journal_is_a_fault_at_once() {
    for thing in THINGS {
        for inner in ["a", "b"] {
            let folder = three();
            let journal = folder.path().join(inner).join(".sockatlas-journal");
            if !put(thing, &journal) {
                continue;
            }
            let expected = format!(
                "`T/{inner}/.sockatlas-journal` is no journal of a transaction: it is {thing}, and a regular file is expected; if it is \
                 not needed, remove it"
            );
            assert!(fault(folder.path()).contains(&expected), "{}", fault(folder.path()));
            for arguments in [
                INSTALLATION,
                REMOVAL,
                &["fmt", &format!("{inner}/{}", if inner == "a" { "site.toml" } else { "layers.toml" })],
            ] {
                let output = sockatlas(folder.path(), arguments);
                assert_eq!(said(&output).0, 2, "{output:?}");
                assert!(said(&output).2.contains(&format!("it is {thing}, and")), "{output:?}");
            }
            assert_eq!(disk(folder.path()), after(&[]));
            assert!(fs::symlink_metadata(&journal).is_ok(), "it is not taken away");
        }
    }
}

#[test]
fn a_journal_of_holes_is_not_read() {
    for (bytes, reason) in [
        (30 << 30, "it has 32212254720 bytes or more, and at most 268435456 are read"),
        (256 << 20, "it holds a NUL byte, which is no text"),
    ] {
        let folder = three();
        let journal = File::create(folder.path().join("b/.sockatlas-journal")).expect("a file is made");
        journal.set_len(bytes).expect("it is made of holes");
        let expected = format!("`T/b/.sockatlas-journal` is no journal of a transaction: {reason}");
        assert!(fault(folder.path()).contains(&expected), "{}", fault(folder.path()));
        assert_eq!(said(&sockatlas(folder.path(), INSTALLATION)).0, 2);
    }
}

#[test]
fn a_file_that_is_to_be_changed_is_a_regular_one_and_no_larger_than_is_read() {
    for thing in ["a named pipe", "a socket", "a folder", "a device"] {
        let folder = folder();
        let path = folder.path().join("odd.toml");
        if put(thing, &path) {
            let error = Original::read(&path).expect_err("it is not read");
            assert!(matches!(error, WriteError::NotAFile { .. }), "{thing}: {error}");
            let error = Original::known(&path, "").replace("new").expect_err("it is not replaced");
            assert!(matches!(error, WriteError::NotAFile { .. }), "{thing}: {error}");
        }
    }
    let folder = folder();
    File::create(folder.path().join("large.toml"))
        .and_then(|file| file.set_len(30 << 30))
        .expect("it is made of holes");
    let (status, _, stderr) = said_of(folder.path(), &["fmt", "large.toml"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("it has 32212254720 bytes or more, and at most 1073741824 are read"), "{stderr}");
}

fn said_of(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = sockatlas(folder, arguments);
    let (status, stdout, stderr) = said(&output);
    (status, stdout.to_owned(), stderr.to_owned())
}

#[test]
fn what_has_the_name_of_a_temporary_file_is_neither_opened_nor_followed() {
    for thing in THINGS {
        let folder = three();
        let odd = folder.path().join("a/.sockatlas-abcdef.tmp");
        if put(thing, &odd) {
            done(folder.path(), INSTALLATION);
            done(folder.path(), &["fmt", "a/site.toml"]);
            assert!(fs::symlink_metadata(&odd).is_ok(), "{thing} is nobody's temporary file");
            assert_eq!(readers(folder.path()), after(&[INSTALLATION]));
        }
    }
}

/// Gives everybody a place in the folders of the catalogs, as in `/tmp`.
fn sticky(folder: &Path) {
    mode(folder, 0o755);
    for inner in ["a", "b"] {
        mode(&folder.join(inner), 0o1777);
    }
}

#[test]
fn where_everybody_makes_files_what_others_put_there_hinders_nobody() {
    if !is_root() {
        return;
    }
    for name in [".sockatlas-journal", ".sockatlas-lock", ".sockatlas-abcdef.tmp"] {
        for thing in THINGS.into_iter().chain(["a file of holes", "a text"]) {
            let folder = three();
            sticky(folder.path());
            let path = folder.path().join("b").join(name);
            match thing {
                "a file of holes" => {
                    File::create(&path).and_then(|file| file.set_len(30 << 30)).expect("it is made of holes");
                }
                "a text" => fs::write(&path, "nonsense").expect("it is written"),
                thing => assert!(put(thing, &path)),
            }
            lchown(&path, Some(NOBODY), Some(NOBODY)).expect("root gives it away");
            assert_eq!(readers(folder.path()), after(&[]), "{name}: {thing}");
            let held = (thing == "a text").then(|| File::open(&path).expect("it is there"));
            held.as_ref().map_or(Ok(()), File::lock).expect("its owner holds its lock");
            // A journal has to be made where theirs is.
            let arguments = if name.ends_with("journal") { INSTALLATION } else { REMOVAL };
            let (status, _, stderr) = said_of(folder.path(), arguments);
            if name.ends_with("lock") && thing == "a folder" {
                let expected = "/b/.sockatlas-lock: cannot lock this folder: it is a folder, and a regular file is expected; remove it";
                assert!(status == 2 && stderr.contains(expected), "{stderr}");
                continue;
            }
            assert_eq!(status, 0, "{name}: {thing}: {stderr}");
            assert_eq!(readers(folder.path()), after(&[arguments]), "{name}: {thing}");
        }
    }
}

#[test]
fn a_journal_gives_nobody_the_files_of_others() {
    if !is_root() {
        return;
    }
    let folder = folder();
    mode(folder.path(), 0o1777);
    let (mine, theirs) = ("format = 1\ninclude = [\"theirs.toml\"]\n", "format = 1\n");
    write(folder.path(), "site.toml", mine);
    write(folder.path(), "theirs.toml", theirs);
    let file =
        |name, was: &str| format!("\n[[file]]\nname = \"{name}\"\nwas = {was:?}\nis = \"format = 1\\n# forged\\n\"\n");
    let journal = format!(
        "format = 1\ntransaction = \"t\"\nfolders = []\n{}{}",
        file("site.toml", mine),
        file("theirs.toml", theirs)
    );
    write(folder.path(), ".sockatlas-journal", &journal);
    for path in [".sockatlas-journal", "theirs.toml"] {
        chown(folder.path().join(path), Some(NOBODY), Some(NOBODY)).expect("root gives files away");
    }
    let texts = || {
        let registry = Loader::new().path(folder.path().join("site.toml")).load().expect("it loads");
        registry.sources().iter().map(|(_, source)| source.text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(), [mine, "format = 1\n# forged\n"], "they may replace their own");
    let change = Install::text(
        "new.toml",
        "format = 1\n[provider.new]\nmodule = \"system\"\n[base.new]\nprovider = \"new\"\nfamily = \"inet\"\ntype = \"stream\"\n\
         protocol = \"tcp\"\n",
    );
    let transaction = Transaction::new(Loader::new().path(folder.path().join("site.toml"))).change(change);
    transaction.prepare(|_| false).and_then(Prepared::commit).expect("it is made");
    assert!(read(folder.path(), "site.toml").starts_with(mine), "{}", read(folder.path(), "site.toml"));
    assert_eq!(read(folder.path(), "theirs.toml"), theirs);
}

fn transaction(folder: &Path) -> Transaction {
    let change = Install::text("new.toml", "format = 1\n[layer.new]\nprovider = \"count\"\n");
    Transaction::new(Loader::new().path(folder.join("a/site.toml"))).file(folder.join("a/site.toml")).change(change)
}

const LOCKS: [&str; 2] = ["a/.sockatlas-lock", "b/.sockatlas-lock"];

#[test]
fn a_lock_on_what_others_can_read_stops_no_edit() {
    let folder = three();
    let held: Vec<File> = ["a", "b", "a/site.toml", "b/layers.toml"]
        .map(|path| File::open(folder.path().join(path)).expect("it is there"))
        .into_iter()
        .inspect(|file| file.lock().expect("nobody else has it"))
        .collect();
    let mut arguments = REMOVAL.to_vec();
    arguments.push("--no-wait");
    done(folder.path(), &arguments);
    done(folder.path(), &["fmt", "a/site.toml"]);
    drop(held);
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn the_lock_of_a_transaction_is_opened_by_those_alone_who_may_make_files_there_and_goes_with_it() {
    for (of_folder, of_lock) in
        [(0o755, 0o600), (0o775, 0o660), (0o777, 0o666), (0o1777, 0o600), (0o1775, 0o600), (0o700, 0o600)]
    {
        let folder = three();
        mode(folder.path(), 0o755);
        for inner in ["a", "b"] {
            mode(&folder.path().join(inner), of_folder);
        }
        let prepared = transaction(folder.path()).prepare(|_| false).expect("nobody else holds it");
        assert_eq!(left_behind(folder.path()), LOCKS.map(PathBuf::from));
        for lock in LOCKS {
            let lock = folder.path().join(lock);
            assert_eq!(fs::metadata(&lock).expect("it is there").mode() & 0o777, of_lock, "{of_folder:o}");
            if is_root() {
                let opened = Command::new("sh").args(["-c", ": <\"$0\""]).arg(&lock).uid(NOBODY).gid(NOBODY).output();
                let opened = opened.expect("a shell runs").status.success();
                assert_eq!(opened, of_lock & 0o004 != 0, "{of_folder:o}");
            }
        }
        drop(prepared);
        assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn the_mask_of_a_folders_list_opens_its_lock_to_no_group() {
    let folder = three();
    // Its user 1000 may make files there, its group may not.
    let list = LIST.map(|(tag, may, id)| (tag, may | 1, id));
    if !set(&folder.path().join("a"), "system.posix_acl_access", &acl(&list)) {
        return;
    }
    let prepared = transaction(folder.path()).prepare(|_| false).expect("nobody else holds it");
    assert_eq!(get(&folder.path().join(LOCKS[0]), "system.posix_acl_access"), Some(acl(&LIST)));
    drop(prepared);
}

#[test]
fn a_lock_that_a_killed_process_left_is_taken_over() {
    let folder = three();
    for lock in LOCKS {
        write(folder.path(), lock, "");
    }
    done(folder.path(), INSTALLATION);
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn who_holds_a_lock_too_long_is_named_and_waited_for_no_longer() {
    let folder = three();
    let lock = File::create_new(folder.path().join(LOCKS[1])).expect("nobody else makes it");
    lock.lock().expect("nobody else has it");
    let mut asked = Vec::new();
    let transaction = transaction(folder.path()).wait_at_most(Duration::ZERO);
    let error = transaction.prepare(|folder| {
        asked.push(folder.to_owned());
        true
    });
    let Err(TransactionError::Lock(error @ LockError::Held { .. })) = &error else { panic!("{error:?}") };
    assert_eq!(asked.len(), 1);
    let expected = format!(
        "b/.sockatlas-lock`, has been held for 0s by process {} (`{}`); if that makes no change, end it, or remove the lock",
        std::process::id(),
        fs::read_to_string("/proc/self/comm").expect("Linux has it").trim_end()
    );
    assert!(error.to_string().ends_with(&expected), "{error}");
    let path = folder.path().join("b/layers.toml");
    let original = Original::read(&path).expect("readers need no lock").wait_at_most(Duration::ZERO);
    let error = original.replace("new").expect_err("it is not replaced");
    assert!(matches!(error, WriteError::Lock(LockError::Held { .. })), "{error}");
    assert_eq!(disk(folder.path()), after(&[]));
    drop(lock);
    done(folder.path(), NEXT);
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn what_is_no_regular_file_in_the_place_of_a_lock_is_refused_at_once() {
    for thing in THINGS {
        let folder = three();
        let lock = folder.path().join(LOCKS[0]);
        if put(thing, &lock) {
            let (status, _, stderr) = said_of(folder.path(), INSTALLATION);
            let expected = format!(
                "a/.sockatlas-lock: cannot lock this folder: it is {thing}, and a regular file is expected; remove it"
            );
            assert!(status == 2 && stderr.contains(&expected), "{stderr}");
            assert_eq!(disk(folder.path()), after(&[]));
            assert!(fs::symlink_metadata(&lock).is_ok(), "it is not taken away");
        }
    }
}

#[test]
fn a_lock_that_cannot_be_opened_by_one_who_may_change_the_folder_is_a_lock() {
    if !is_root() {
        return;
    }
    let folder = three();
    mode(folder.path(), 0o755);
    for inner in ["a", "b"] {
        mode(&folder.path().join(inner), 0o777);
    }
    // Of a process that was killed before it got its rights, or of one whose group is another.
    write(folder.path(), LOCKS[0], "");
    mode(&folder.path().join(LOCKS[0]), 0o600);
    let mut arguments = INSTALLATION.to_vec();
    arguments.push("--no-wait");
    let output = as_user(NOBODY, folder.path(), &arguments);
    let (status, _, stderr) = said(&output);
    let expected = "another transaction is changing the catalogs of this folder: a process that the system does not name; the lock \
                    belongs to user 0";
    assert!(status == 2 && stderr.contains(expected), "{stderr}");
    assert_eq!(disk(folder.path()), after(&[]));
    done(folder.path(), INSTALLATION);
}
