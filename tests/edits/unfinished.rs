//! Transactions on several files that count and are not finished: what readers get, what the next one does, and what it refuses.

use super::stage::{INSTALLATION, NEXT, REMOVAL, THREE, after, disk, done, left_behind, readers, restore};
use super::{folder, read, said, sockatlas, write};
use sockatlas::Loader;
use sockatlas::edit::{Original, Transaction, TransactionError, WriteError};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Makes the removal, in which the system refuses the second of the three renames.
fn refused(folder: &Path) -> Option<Output> {
    restore(folder, THREE);
    refused_there(folder)
}

pub(super) fn refused_there(folder: &Path) -> Option<Output> {
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "calls", "-e", "trace=renameat", "-e", "inject=renameat:error=EIO:when=2"])
        .arg(env!("CARGO_BIN_EXE_sockatlas"))
        .args(REMOVAL)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("SOCKATLAS_CATALOG")
        .output();
    if let Err(error) = &output {
        assert!(std::env::var_os("CI").is_none(), "CI must have strace");
        let _ = writeln!(std::io::stderr(), "SKIPPED: strace does not run here: {error}");
    }
    output.ok()
}

const JOURNALS: [&str; 2] = ["a/.sockatlas-journal", "b/.sockatlas-journal"];

fn fault(folder: &Path) -> String {
    let loader = Loader::new().path(folder.join("a/site.toml"));
    loader.load().expect_err("it is refused").to_string().replace(&folder.display().to_string(), "T")
}

#[test]
fn one_that_the_disk_refused_to_finish_counts_and_the_next_finishes_it() {
    let folder = folder();
    let Some(output) = refused(folder.path()) else { return };
    let (status, _, stderr) = said(&output);
    assert_eq!(status, 0, "it is made: {stderr}");
    assert!(stderr.contains("warning: the change counts and is not finished: "), "{stderr}");
    assert!(stderr.contains("cannot replace it: Input/output error"), "{stderr}");
    let new = after(&[REMOVAL]);
    assert_eq!(left_behind(folder.path()), JOURNALS.map(PathBuf::from));
    assert_eq!(readers(folder.path()), new);
    let on_disk = disk(folder.path());
    assert!(on_disk != new && on_disk != after(&[]), "one file is replaced, two are not");
    for (path, text) in [("a/base.toml", &new["base.toml"]), ("b/layers.toml", &new["layers.toml"])] {
        let original = Original::read(folder.path().join(path)).expect("it is read");
        assert_eq!(original.content(), text.as_bytes(), "what is read to be written is what it is to be");
        original.is_unchanged().expect("it is to hold that");
    }
    assert_eq!(readers(folder.path()), new, "to look changes nothing");
    done(folder.path(), NEXT);
    assert_eq!(disk(folder.path()), after(&[REMOVAL, NEXT]));
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn laying_out_and_mending_finish_it_too() {
    let written = "provider = \"count\"";
    let odd = "provider=\"count\"\nreplace = true";
    for (arguments, becomes) in [
        (&["fmt", "b/layers.toml"][..], "provider = \"count\"\nreplace  = true"),
        (&["check", "--fix", "a/site.toml"], "provider=\"count\""),
    ] {
        let folder = folder();
        restore(folder.path(), THREE);
        write(folder.path(), "b/layers.toml", &THREE[2].1.replace(written, odd));
        if refused_there(folder.path()).is_none() {
            return;
        }
        assert_eq!(left_behind(folder.path()), JOURNALS.map(PathBuf::from));
        let output = sockatlas(folder.path(), arguments);
        assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new(), "{output:?}");
        let mut expected = after(&[REMOVAL]);
        let layers = expected.remove("layers.toml").expect("it is there");
        expected.insert("layers.toml".to_owned(), layers.replace(written, becomes));
        assert_eq!(disk(folder.path()), expected, "{output:?}");
    }
}

#[test]
fn a_file_that_was_edited_since_is_a_fault_which_says_what_to_do() {
    let folder = folder();
    if refused(folder.path()).is_none() {
        return;
    }
    let edited = read(folder.path(), "b/layers.toml") + "\n# Edited.\n";
    write(folder.path(), "b/layers.toml", &edited);
    let reason = "an unfinished transaction changes it, and it was edited since; `T/a/.sockatlas-journal` holds what it was and what \
                  it was to be: to keep all files as they are, remove that";
    assert_eq!(fault(folder.path()), format!("T/a/site.toml:2:25: cannot read `T/a/../b/layers.toml`: {reason}"));
    let loader = Loader::new().path(folder.path().join("a/site.toml"));
    let error = Transaction::new(loader).prepare(|_| true).expect_err("it cannot be finished");
    assert!(matches!(error, TransactionError::Write(WriteError::Unfinished { .. })), "{error}");
    assert_eq!(read(folder.path(), "b/layers.toml"), edited, "it is not overwritten");
    // What is said to do helps.
    fs::remove_file(folder.path().join(JOURNALS[0])).expect("the journal is removed");
    assert_eq!(readers(folder.path()), disk(folder.path()), "each file is what it holds");
    restore(folder.path(), THREE);
    done(folder.path(), NEXT);
    assert_eq!(disk(folder.path()), after(&[NEXT]));
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new(), "the journal that says nothing goes too");
}

#[test]
fn what_is_no_journal_is_a_fault() {
    let folder = folder();
    restore(folder.path(), THREE);
    for (text, reason) in [
        ("format = 2\n", "it has format 2, and this sockatlas reads format 1"),
        ("half a jour", "line 1: "),
        ("", "it lacks the key `format`"),
    ] {
        write(folder.path(), "b/.sockatlas-journal", text);
        let fault = fault(folder.path());
        let expected = format!(
            "cannot read `T/a/../b/layers.toml`: `T/b/.sockatlas-journal` is no journal of a transaction: {reason}"
        );
        assert!(fault.contains(&expected), "{fault}");
        let refused = sockatlas(folder.path(), NEXT);
        assert_eq!(said(&refused).0, 2);
        assert_eq!(read(folder.path(), "b/.sockatlas-journal"), text, "it is not taken away");
    }
}

#[test]
fn a_journal_whose_part_is_missing_elsewhere_is_not_taken_for_finished() {
    let folder = folder();
    if refused(folder.path()).is_none() {
        return;
    }
    fs::remove_file(folder.path().join(JOURNALS[1])).expect("a journal is removed");
    let output = sockatlas(folder.path(), NEXT);
    let (status, _, stderr) = said(&output);
    assert_eq!(status, 2, "{stderr}");
    assert!(fs::exists(folder.path().join(JOURNALS[0])).expect("the folder is there"), "{stderr}");
}

#[test]
fn a_journal_of_another_transaction_makes_none_count() {
    let folder = folder();
    if refused(folder.path()).is_none() {
        return;
    }
    let journal = read(folder.path(), JOURNALS[1]);
    let number = journal.lines().find(|line| line.starts_with("transaction = ")).expect("it has one");
    write(folder.path(), JOURNALS[1], &journal.replace(number, "transaction = \"another\""));
    let mut expected = after(&[REMOVAL]);
    expected.insert("layers.toml".to_owned(), THREE[2].1.to_owned());
    assert_eq!(readers(folder.path()), expected, "of that folder nothing counts but what its files hold");
    write(folder.path(), JOURNALS[1], &journal);
    assert_eq!(readers(folder.path()), after(&[REMOVAL]));
}

#[test]
fn modes_owners_and_links_are_kept_and_journals_are_as_secret_as_the_files() {
    let folder = folder();
    restore(folder.path(), THREE);
    // The catalog is found through a link to a folder and one to a file.
    fs::rename(folder.path().join("a/base.toml"), folder.path().join("a/real.toml")).expect("a file is moved");
    symlink("real.toml", folder.path().join("a/base.toml")).expect("a link is made");
    let modes = [("a/real.toml", 0o640), ("a/site.toml", 0o604), ("b/layers.toml", 0o660)];
    let mut given = false;
    for (path, mode) in modes {
        let path = folder.path().join(path);
        given = chown(&path, Some(4321), Some(1234)).is_ok();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode is set");
    }
    let Some(output) = refused_there(folder.path()) else { return };
    assert_eq!(said(&output).0, 0, "{output:?}");
    // 0640 and 0604 have nothing in common but their owner.
    for (journal, mode) in JOURNALS.iter().zip([0o400, 0o440]) {
        let metadata = fs::metadata(folder.path().join(journal)).expect("it is there");
        assert_eq!(metadata.mode() & 0o777, mode, "{journal}");
        assert!(!given || (metadata.uid(), metadata.gid()) == (4321, 1234), "{journal}");
    }
    done(folder.path(), NEXT);
    for (path, mode) in modes {
        let metadata = fs::metadata(folder.path().join(path)).expect("it is there");
        assert_eq!(metadata.mode() & 0o777, mode, "{path}");
        assert!(!given || (metadata.uid(), metadata.gid()) == (4321, 1234), "{path}");
    }
    assert!(fs::symlink_metadata(folder.path().join("a/base.toml")).expect("the link is there").is_symlink());
    assert_eq!(readers(folder.path()), after(&[REMOVAL, NEXT]));
}

#[test]
fn where_everybody_may_make_files_a_journal_of_somebody_else_has_no_say() {
    let folder = folder();
    restore(folder.path(), THREE);
    let journal = folder.path().join(JOURNALS[1]);
    let forged = format!(
        "format = 1\ntransaction = \"t\"\nfolders = []\n[[file]]\nname = \"layers.toml\"\nwas = '''\n{}'''\nis = \"format = 1\"\n",
        THREE[2].1
    );
    write(folder.path(), JOURNALS[1], &forged);
    assert!(fault(folder.path()).contains("tls"), "where only their owner makes files, it has");
    if chown(&journal, Some(4321), Some(1234)).is_err() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: only root gives files away");
        return;
    }
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o1777)).expect("the mode is set");
    assert_eq!(readers(folder.path()), after(&[]));
    write(folder.path(), JOURNALS[1], "nonsense");
    assert_eq!(readers(folder.path()), after(&[]), "nor does what is no journal keep anybody from reading");
    chown(&journal, Some(0), Some(0)).expect("root gives files away");
    assert!(fault(folder.path()).contains("is no journal"), "root may replace every file");
}

#[test]
fn what_killed_processes_left_is_cleared_and_what_is_made_without_a_lock_is_not() {
    let folder = folder();
    restore(folder.path(), THREE);
    write(folder.path(), "a/.sockatlas-abcdef.tmp", "left");
    write(folder.path(), "a/.sockatlas-abcdef.new", "being made");
    fs::create_dir(folder.path().join("a/.sockatlas-folder.tmp")).expect("a folder is made");
    done(folder.path(), INSTALLATION);
    let expected = ["a/.sockatlas-abcdef.new", "a/.sockatlas-folder.tmp"].map(PathBuf::from);
    assert_eq!(left_behind(folder.path()), expected);
}

#[test]
fn a_file_of_the_catalogs_that_an_editor_changed_meanwhile_is_not_overwritten_nor_built_upon() {
    for (edited, is_changed) in [("a/site.toml", true), ("b/layers.toml", false)] {
        let folder = folder();
        restore(folder.path(), THREE);
        let loader = Loader::new().path(folder.path().join("a/site.toml"));
        let change = sockatlas::edit::Install::text("new.toml", "format = 1\n[layer.new]\nprovider = \"count\"\n");
        let transaction = Transaction::new(loader).file(folder.path().join("a/site.toml")).change(change);
        let prepared = transaction.prepare(|_| false).expect("it is sound");
        assert_eq!(prepared.outcome().files().any(|(file, _)| file.path().ends_with(edited)), is_changed);
        let theirs = read(folder.path(), edited) + "# An editor's.\n";
        write(folder.path(), edited, &theirs);
        let error = prepared.commit().expect_err("it is not written");
        assert!(matches!(&error, TransactionError::Write(WriteError::Changed { .. })), "{error}");
        assert_eq!(read(folder.path(), edited), theirs);
        assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
        let made = transaction.prepare(|_| false).and_then(sockatlas::edit::Prepared::commit);
        assert!(made.expect("it is made upon what is there now").unfinished.is_none());
    }
}
