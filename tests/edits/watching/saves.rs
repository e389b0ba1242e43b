//! One file, saved in the ways of editors and tools.

use super::{Followed, titled};
use crate::edits::{folder, read, write};
use crate::net::peer::program;
use sockatlas::Loader;
use sockatlas::edit::{Original, create};
use sockatlas::live::WatchOptions;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Saves a file in one way, twice and with other things in between, and expects to see each.
fn follows(save: impl Fn(&Path, &str)) {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("zero"));
    let path = folder.path().join("site.toml");
    let followed = Followed::path(&path);
    for title in ["one", "two", "three"] {
        save(&path, title);
        followed.becomes(title);
        assert_eq!(read(folder.path(), "site.toml"), titled(title));
    }
}

/// Runs a program in the file's folder.
fn run(path: &Path, program: &Path, arguments: &[&str]) {
    let folder = path.parent().expect("the file is in a folder");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().expect("the program runs");
    assert!(status.success(), "{program:?} {arguments:?}: {status}");
}

/// Saves as vim does with these settings.
fn vim(settings: &str) {
    let Some(vim) = program("vim") else { return };
    follows(|path, title| {
        let change = format!("%s/^title.*/title = \"{title}\"/");
        let settings = format!("set {settings}");
        run(path, &vim, &["-N", "-u", "NONE", "-es", "-c", &settings, "-c", &change, "-c", "wq", "site.toml"]);
    });
}

#[test]
fn vim_that_renames_the_old_file_away() {
    vim("backupcopy=no writebackup");
}

#[test]
fn vim_that_renames_the_old_file_away_and_keeps_it() {
    vim("backupcopy=no backup writebackup");
}

#[test]
fn vim_that_copies_the_old_file_and_writes_in_place() {
    vim("backupcopy=yes writebackup");
}

#[test]
fn vim_that_writes_in_place_without_a_backup() {
    vim("nobackup nowritebackup backupcopy=yes");
}

#[test]
fn sed_in_place() {
    let Some(sed) = program("sed") else { return };
    follows(|path, title| run(path, &sed, &["-i", &format!("s/^title.*/title = \"{title}\"/"), "site.toml"]));
}

#[test]
fn cp_over_it() {
    let Some(cp) = program("cp") else { return };
    follows(|path, title| {
        write(path.parent().expect("the file is in a folder"), "other", &titled(title));
        run(path, &cp, &["other", "site.toml"]);
    });
}

#[test]
fn a_rename_over_it() {
    follows(|path, title| {
        let other = path.with_extension("other");
        fs::write(&other, titled(title)).expect("a file is written");
        fs::rename(&other, path).expect("a file is renamed");
    });
}

#[test]
fn a_rename_over_it_from_another_folder() {
    let elsewhere = folder();
    follows(|path, title| {
        let other = elsewhere.path().join("other");
        fs::write(&other, titled(title)).expect("a file is written");
        fs::rename(&other, path).expect("a file is renamed");
    });
}

#[test]
fn a_write_in_place() {
    follows(|path, title| fs::write(path, titled(title)).expect("a file is written"));
}

#[test]
fn a_replacement_of_our_own() {
    follows(|path, title| {
        let original = Original::read(path).expect("the file is read");
        original.replace(titled(title)).expect("the file is replaced");
    });
}

#[test]
fn a_file_that_is_deleted_and_created_again() {
    follows(|path, title| {
        fs::remove_file(path).expect("the file is removed");
        create(path, titled(title)).expect("the file is created");
    });
}

#[test]
fn nothing_is_relied_on_when_it_polls() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let path = folder.path().join("site.toml");
    let same_times = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("the file is there");
    let options = WatchOptions::new().poll(Duration::from_millis(10));
    let followed = Followed::of(Loader::new().path(&path), options);
    // Of the same length and, as far as the file system tells, of the same time.
    for title in ["two", "six", "ten"] {
        let file = fs::File::create(&path).expect("the file is opened");
        std::io::Write::write_all(&mut &file, titled(title).as_bytes()).expect("the file is written");
        file.set_modified(same_times).expect("its time is set");
        followed.becomes(title);
    }
    fs::remove_file(&path).expect("the file is removed");
    assert!(followed.is_kept().contains("no such file"));
    write(folder.path(), "site.toml", &titled("ten"));
    followed.is_restored();
}

#[test]
fn a_file_that_is_missing_for_a_while_changes_nothing() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    fs::rename(folder.path().join("site.toml"), folder.path().join("away")).expect("the file is renamed");
    assert!(followed.is_kept().contains("no such file"));
    assert_eq!(followed.title(), "one");
    fs::rename(folder.path().join("away"), folder.path().join("site.toml")).expect("the file is renamed");
    followed.is_restored();
    write(folder.path(), "site.toml", &titled("two"));
    followed.becomes("two");
}

#[test]
fn a_half_written_file_is_reported_and_the_rest_mends_it() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    write(folder.path(), "site.toml", "format = 1\ntitle = \"tw");
    assert!(followed.is_kept().contains("site.toml:2:"));
    assert_eq!(followed.title(), "one");
    write(folder.path(), "site.toml", &titled("two"));
    followed.becomes("two");
}

#[test]
fn a_file_that_may_be_read_again() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let path = folder.path().join("site.toml");
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        // Root may read everything.
        eprintln!("SKIPPED: root may read every file");
        return;
    }
    let followed = Followed::path(&path);
    let allow = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode is set");
    allow(0o000);
    assert!(followed.is_kept().contains("permission denied"));
    allow(0o644);
    followed.is_restored();
}
