//! A transaction loads the catalogs once as they were and once as they are to be.

use super::*;
use crate::catalog::readings;
use crate::edit::{Install, Remove, Set};

const SITE: &str = "format = 1\ninclude = ['more.toml']\n[provider.kernel]\nmodule = 'system'\n\
                    [base.tcp]\nprovider = 'kernel'\nfamily = 'inet'\ntype = 'stream'\nprotocol = 'tcp'\n";

fn site() -> (tempfile::TempDir, Transaction) {
    let folder = tempfile::tempdir().expect("a folder for the files");
    fs::write(folder.path().join("site.toml"), SITE).expect("a file is written");
    fs::write(folder.path().join("more.toml"), "format = 1\ntitle = 'More'\n").expect("a file is written");
    let transaction = Transaction::new(Loader::new().path(folder.path().join("site.toml")));
    (folder, transaction)
}

fn set(value: &str) -> Set {
    Set { name: "tcp".to_owned(), key: "summary".to_owned(), value: Some(value.to_owned()) }
}

/// Returns the number of times that documents are read meanwhile.
fn readings<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = readings::so_far();
    let done = run();
    (readings::so_far() - before, done)
}

#[test]
fn one_set_reads_the_old_texts_once_and_the_new_ones_once() {
    let (_folder, transaction) = site();
    let transaction = transaction.change(set("ours"));
    let (previewed, outcome) = readings(|| transaction.preview().expect("it is sound"));
    assert_eq!((previewed, outcome.files().len()), (2, 1));
    let (made, outcome) = readings(|| transaction.prepare(|_| true).and_then(Prepared::commit).expect("it is made"));
    assert_eq!((made, outcome.files().len()), (2, 1));
}

#[test]
fn what_changes_nothing_reads_the_texts_once() {
    let (_folder, transaction) = site();
    let transaction = transaction.change(Set { value: None, ..set("") });
    let (made, outcome) = readings(|| transaction.prepare(|_| true).and_then(Prepared::commit).expect("it is made"));
    assert_eq!((made, outcome.files().len()), (1, 0));
}

#[test]
fn each_further_change_reads_the_texts_once_more() {
    let (_folder, transaction) = site();
    let second = "[base.udp]\nprovider = 'kernel'\nfamily = 'inet'\ntype = 'dgram'\nprotocol = 'udp'\n";
    let install = Install::text("more", format!("format = 1\n{second}"));
    let (made, _) = readings(|| transaction.clone().change(set("a")).change(set("b")).preview().expect("it is sound"));
    assert_eq!(made, 3);
    // The catalog to install from is loaded too.
    let (made, _) = readings(|| transaction.clone().change(install).preview().expect("it is sound"));
    assert_eq!(made, 3);
    // What each document states is read too.
    let remove = Remove { names: vec!["tcp".to_owned()], with_dependents: false };
    let (made, _) = readings(|| transaction.change(remove).preview().expect("it is sound"));
    assert_eq!(made, 3);
}

#[test]
fn catalogs_that_others_change_before_they_are_locked_are_read_again() {
    let (folder, transaction) = site();
    let transaction = transaction.change(set("ours"));
    let site = folder.path().join("site.toml");
    // Another transaction holds the lock at first, and makes its change before it ends.
    let other = Transaction::new(Loader::new().path(&site)).change(Set { value: Some("2".to_owned()), ..version() });
    let mut other = Some(other.prepare(|_| true).expect("it is sound"));
    let waits = |_: &Path| {
        other.take().expect("it waits once").commit().expect("it is made");
        true
    };
    let (made, outcome) = readings(|| transaction.prepare(waits).and_then(Prepared::commit).expect("it is made"));
    assert_eq!((made, outcome.files().len()), (3, 1));
    let text = fs::read_to_string(site).expect("it is there");
    assert!(text.contains("version") && text.contains("ours"), "{text}");
}

fn version() -> Set {
    Set { key: "version".to_owned(), ..set("") }
}
