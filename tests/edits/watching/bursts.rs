//! Many changes, few reloads, and the last one always seen.

use super::{Followed, titled};
use crate::edits::{folder, read, said, sockatlas, write};
use sockatlas::live::{Event, WatchOptions};
use sockatlas::{Loader, Request};
use std::fs;
use std::time::Duration;

#[test]
fn a_thousand_writes_make_few_reloads_and_the_last_one_is_seen() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("zero"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    followed.settles();
    let before = followed.watcher.reloads();
    for round in 1..=1000 {
        write(folder.path(), "site.toml", &titled(&round.to_string()));
    }
    followed.becomes("1000");
    followed.settles();
    let reloads = followed.watcher.reloads() - before;
    // A few each second, however long the machine took to write.
    println!("{reloads} reloads for 1000 writes");
    assert!(reloads < 100, "{reloads}");
    assert_eq!(followed.title(), "1000");
}

#[test]
fn what_never_gets_quiet_is_seen_all_the_same() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("zero"));
    let options = WatchOptions::new().quiet(super::PATIENCE * 10).at_most(Duration::from_millis(200));
    let followed = Followed::of(Loader::new().path(folder.path().join("site.toml")), options);
    write(folder.path(), "site.toml", &titled("one"));
    followed.becomes("one");
    write(folder.path(), "site.toml", &titled("two"));
    followed.becomes("two");
}

#[test]
fn two_files_that_change_together_make_one_version() {
    let folder = folder();
    write(folder.path(), "one.toml", &titled("1"));
    write(folder.path(), "two.toml", &titled("1"));
    // Long enough to write two files on any machine.
    let options = WatchOptions::new().quiet(Duration::from_secs(2)).at_most(super::PATIENCE);
    let followed = Followed::of(Loader::new().path(folder.path()), options);
    write(folder.path(), "one.toml", &titled("2"));
    write(folder.path(), "two.toml", &titled("2"));
    let event = followed.next();
    assert!(matches!(&event, Event::Replaced(replaced) if replaced.is().title() == Some("2; 2")), "{event:?}");
}

#[test]
fn temporary_files_of_our_own_are_nothing_that_happens() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(folder.path());
    followed.settles();
    let before = followed.watcher.reloads();
    for round in 0..100 {
        let name = format!(".sockatlas-{round}.tmp");
        write(folder.path(), &name, &titled("two"));
        fs::remove_file(folder.path().join(&name)).expect("the file is removed");
    }
    read(folder.path(), "site.toml");
    followed.settles();
    assert!(followed.watcher.reloads() <= before + 2, "those asked for, and no other");
    assert_eq!(followed.title(), "one");
}

const KERNEL: &str = "[provider.kernel]\nmodule = \"system\"\n[provider.inspect]\n[base.tcp4]\nprovider = \"kernel\"\n\
                      family = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n[layer.inspect]\nprovider = \"inspect\"\nadds = [\"metered\"]\n";
const CHAIN: &str = "[chain.inspected]\nlayers = [\"inspect\"]\nbase = \"tcp4\"\n";

#[test]
fn a_transaction_of_ours_on_one_file_makes_one_version() {
    let folder = folder();
    write(folder.path(), "site.toml", &format!("format = 1\n{KERNEL}{CHAIN}"));
    let followed = Followed::path(&folder.path().join("site.toml"));
    let output = sockatlas(folder.path(), &["disable", "-c", "site.toml", "inspected"]);
    assert_eq!(said(&output).0, 0, "{output:?}");
    super::wait_until(|| followed.live.version().resolve(&Request::named("inspected")).is_err());
    followed.settles();
    assert_eq!(followed.live.version().number, 2);
}

#[test]
fn a_transaction_of_ours_on_files_of_several_folders_makes_one_version() {
    let folder = folder();
    for name in ["one", "two"] {
        fs::create_dir(folder.path().join(name)).expect("a folder is made");
    }
    write(folder.path(), "one/kernel.toml", &format!("format = 1\n{KERNEL}"));
    write(folder.path(), "two/chain.toml", &format!("format = 1\ninclude = [\"../one/kernel.toml\"]\n{CHAIN}"));
    // As soon as anything happens, so that what is between the two files would be seen.
    let options = WatchOptions::new().quiet(Duration::ZERO);
    let followed = Followed::of(Loader::new().path(folder.path().join("two/chain.toml")), options);
    let arguments = ["remove", "-c", "two/chain.toml", "inspect", "--with-dependents"];
    let output = sockatlas(folder.path(), &arguments);
    assert_eq!(said(&output).0, 0, "{output:?}");
    assert!(!read(folder.path(), "one/kernel.toml").contains("[layer.inspect]"));
    assert!(!read(folder.path(), "two/chain.toml").contains("[chain.inspected]"));
    super::wait_until(|| followed.live.version().entry("inspect").is_none());
    followed.settles();
    assert_eq!(followed.live.version().number, 2);
    let events: Vec<Event> = followed.events.try_iter().collect();
    assert!(matches!(events[..], [Event::Replaced(_)]), "nothing else was ever seen: {events:?}");
}

#[test]
fn a_program_that_reads_makes_no_reload() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(folder.path());
    followed.settles();
    let before = followed.watcher.reloads();
    for _ in 0..3 {
        let output = sockatlas(folder.path(), &["-c", "site.toml", "list"]);
        assert_eq!(said(&output).0, 0);
    }
    followed.settles();
    assert!(followed.watcher.reloads() <= before + 2, "those asked for, and no other");
}

#[test]
fn many_watchers_end_when_they_are_dropped() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    // More than there are sources of events for a user by default: 128.
    for _ in 0..300 {
        drop(Followed::path(folder.path()));
    }
}

#[test]
fn a_subscriber_may_drop_the_watcher() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let followed = Followed::path(folder.path());
    let watcher = std::sync::Arc::new(std::sync::Mutex::new(Some(followed.watcher)));
    let held = watcher.clone();
    followed.live.subscribe(move |_| drop(held.lock().expect("nothing panics").take())).forever();
    write(folder.path(), "site.toml", &titled("two"));
    super::wait_until(|| watcher.lock().expect("nothing panics").is_none());
}
