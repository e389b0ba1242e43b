//! Links, folders and includes on the way to the files.

use super::{Followed, titled};
use crate::edits::{folder, write};
use crate::net::peer::program;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

fn make(folder: &Path, name: &str) {
    fs::create_dir_all(folder.join(name)).expect("a folder is made");
}

fn rename(folder: &Path, from: &str, to: &str) {
    fs::rename(folder.join(from), folder.join(to)).expect("it is renamed");
}

#[test]
fn a_link_that_is_made_to_point_elsewhere() {
    let Some(ln) = program("ln") else { return };
    let folder = folder();
    for release in ["41", "42"] {
        make(folder.path(), &format!("releases/{release}"));
        write(folder.path(), &format!("releases/{release}/site.toml"), &titled(release));
    }
    symlink("releases/41", folder.path().join("current")).expect("a link is made");
    let followed = Followed::path(&folder.path().join("current/site.toml"));
    for release in ["42", "41", "42"] {
        let target = format!("releases/{release}");
        let status = Command::new(&ln).args(["-sfn", &target, "current"]).current_dir(folder.path()).status();
        assert!(status.expect("ln runs").success());
        followed.becomes(release);
    }
    write(folder.path(), "releases/42/site.toml", &titled("in it"));
    followed.becomes("in it");
}

#[test]
fn a_volume_of_kubernetes() {
    let folder = folder();
    // As its AtomicWriter writes ConfigMaps: site.toml -> ..data/site.toml, ..data -> ..2026_1, which is swapped by a rename.
    let volume = |name: &str, title: &str| {
        make(folder.path(), name);
        write(folder.path(), &format!("{name}/site.toml"), &titled(title));
        symlink(name, folder.path().join("..data_tmp")).expect("a link is made");
        rename(folder.path(), "..data_tmp", "..data");
    };
    volume("..2026_1", "one");
    symlink("..data/site.toml", folder.path().join("site.toml")).expect("a link is made");
    for path in [folder.path().join("site.toml"), folder.path().to_owned()] {
        let followed = Followed::path(&path);
        for (name, title) in [("..2026_2", "two"), ("..2026_3", "three"), ("..2026_1", "one")] {
            let _ = fs::remove_dir_all(folder.path().join(name));
            volume(name, title);
            followed.becomes(title);
        }
    }
}

#[test]
fn a_link_to_a_file_elsewhere() {
    let (here, there) = (folder(), folder());
    write(there.path(), "site.toml", &titled("one"));
    symlink(there.path().join("site.toml"), here.path().join("second")).expect("a link is made");
    symlink("second", here.path().join("first.toml")).expect("a link is made");
    let followed = Followed::path(&here.path().join("first.toml"));
    write(there.path(), "site.toml", &titled("two"));
    followed.becomes("two");
    write(there.path(), "other.toml", &titled("three"));
    fs::remove_file(here.path().join("second")).expect("the link is removed");
    assert!(followed.is_kept().contains("first.toml"));
    symlink(there.path().join("other.toml"), here.path().join("second")).expect("a link is made");
    followed.becomes("three");
    write(there.path(), "other.toml", &titled("four"));
    followed.becomes("four");
}

#[test]
fn a_folder_that_is_moved_away_and_back() {
    let folder = folder();
    make(folder.path(), "a/b/c");
    write(folder.path(), "a/b/c/site.toml", &titled("zero"));
    let followed = Followed::path(&folder.path().join("a/b/c/site.toml"));
    for (way, title) in [("a/b/c", "one"), ("a/b", "two"), ("a", "three")] {
        rename(folder.path(), way, "away");
        assert!(followed.is_kept().contains("no such file"));
        rename(folder.path(), "away", way);
        followed.is_restored();
        write(folder.path(), "a/b/c/site.toml", &titled(title));
        followed.becomes(title);
    }
}

#[test]
fn a_folder_that_is_deleted_and_restored() {
    let folder = folder();
    make(folder.path(), "a/b/c");
    write(folder.path(), "a/b/c/site.toml", &titled("zero"));
    let followed = Followed::path(&folder.path().join("a/b/c"));
    for (way, title) in [("a/b/c", "one"), ("a/b", "two"), ("a", "three")] {
        fs::remove_dir_all(folder.path().join(way)).expect("the folder is removed");
        assert!(followed.is_kept().contains("a/b/c"));
        make(folder.path(), "a/b/c");
        write(folder.path(), "a/b/c/site.toml", &titled(title));
        followed.becomes(title);
    }
}

#[test]
fn another_folder_in_its_place() {
    let folder = folder();
    for (name, title) in [("one", "one"), ("two", "two")] {
        make(folder.path(), name);
        write(folder.path(), &format!("{name}/site.toml"), &titled(title));
    }
    rename(folder.path(), "one", "site");
    let followed = Followed::path(&folder.path().join("site/site.toml"));
    rename(folder.path(), "site", "one");
    rename(folder.path(), "two", "site");
    followed.becomes("two");
    write(folder.path(), "one/site.toml", &titled("of the old one"));
    write(folder.path(), "site/site.toml", &titled("of the new one"));
    followed.becomes("of the new one");
}

#[test]
fn files_that_come_into_a_folder_and_go() {
    let folder = folder();
    write(folder.path(), "10.toml", &titled("ten"));
    let followed = Followed::path(folder.path());
    write(folder.path(), "20.toml", &titled("twenty"));
    followed.becomes("ten; twenty");
    write(folder.path(), "05.toml.new", &titled("five"));
    rename(folder.path(), "05.toml.new", "05.toml");
    followed.becomes("five; ten; twenty");
    fs::remove_file(folder.path().join("10.toml")).expect("the file is removed");
    followed.becomes("five; twenty");
    rename(folder.path(), "20.toml", "20.toml.disabled");
    followed.becomes("five");
}

#[test]
fn an_include_that_appears() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    write(folder.path(), "site.toml", "format = 1\ninclude = [\"further/more.toml\"]\n");
    assert!(followed.is_kept().contains("further/more.toml"));
    make(folder.path(), "further");
    write(folder.path(), "further/more.toml", &titled("more"));
    followed.becomes("more");
    write(folder.path(), "further/more.toml", &titled("even more"));
    followed.becomes("even more");
    // What is not included any more is not followed any more.
    write(folder.path(), "site.toml", &titled("alone"));
    followed.becomes("alone");
    followed.settles();
    let before = followed.watcher.reloads();
    write(folder.path(), "further/more.toml", &titled("for nobody"));
    followed.settles();
    assert!(followed.watcher.reloads() <= before + 2, "those asked for, and no other");
}

#[test]
fn an_include_beside_the_includer() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    write(folder.path(), "more.toml", &titled("more"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    write(folder.path(), "site.toml", "format = 1\ninclude = [\"more.toml\"]\n");
    followed.becomes("more");
    write(folder.path(), "more.toml", &titled("even more"));
    followed.becomes("even more");
}

#[test]
fn two_links_to_one_document() {
    let folder = folder();
    write(folder.path(), "one.toml", &titled("one"));
    write(folder.path(), "two.toml", "format = 1\n[provider.two]\n");
    for link in ["a.toml", "b.toml"] {
        symlink("one.toml", folder.path().join(link)).expect("a link is made");
    }
    write(folder.path(), "site.toml", "format = 1\ninclude = [\"a.toml\", \"b.toml\"]\n");
    let followed = Followed::path(&folder.path().join("site.toml"));
    let has_two = || followed.live.version().registry.sources().len() == 3;
    assert!(!has_two(), "the second link leads to what was read already");
    symlink("two.toml", folder.path().join("b.new")).expect("a link is made");
    rename(folder.path(), "b.new", "b.toml");
    super::wait_until(has_two);
}

#[test]
fn a_path_with_steps_back_and_links() {
    let folder = folder();
    make(folder.path(), "real/inner");
    make(folder.path(), "real/conf");
    write(folder.path(), "real/conf/site.toml", &titled("one"));
    symlink("real/inner", folder.path().join("link")).expect("a link is made");
    // `link/..` is `real`, not the folder that holds the link.
    let followed = Followed::path(&folder.path().join("link/../conf/./site.toml"));
    write(folder.path(), "real/conf/site.toml", &titled("two"));
    followed.becomes("two");
}
