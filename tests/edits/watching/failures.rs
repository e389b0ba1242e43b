//! What cannot be watched.

use super::titled;
use crate::edits::{folder, write};
use sockatlas::live::{Live, Watcher};
use sockatlas::{Loader, Registry};

#[test]
fn catalogs_that_ship_need_no_watch() {
    let live = Live::load(Loader::new().builtin()).expect("they are sound");
    let watcher = Watcher::new(&live).expect("nothing is to be watched");
    super::wait_until(|| watcher.reloads() > 0);
    assert_eq!(live.version().number, 1);
}

#[test]
fn what_changed_between_loading_and_watching_is_seen() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let live = Live::load(Loader::new().path(folder.path())).expect("the catalog is sound");
    write(folder.path(), "site.toml", &titled("two"));
    let _watcher = Watcher::new(&live).expect("the folder can be watched");
    super::wait_until(|| live.version().registry.title() == Some("two"));
}

#[test]
fn a_subscriber_that_panics_ends_nothing_for_the_others() {
    let folder = folder();
    write(folder.path(), "site.toml", &titled("one"));
    let live = Live::load(Loader::new().path(folder.path())).expect("the catalog is sound");
    let _panics = live.subscribe(|_| panic!("a subscriber's own mistake"));
    let watcher = Watcher::new(&live).expect("the folder can be watched");
    for title in ["two", "three"] {
        write(folder.path(), "site.toml", &titled(title));
        super::wait_until(|| live.version().title() == Some(title));
    }
    drop(watcher);
}

#[test]
fn registries_made_elsewhere_have_nothing_to_be_watched() {
    let live = Live::new(Registry::builtin());
    let watcher = Watcher::new(&live).expect("nothing is to be watched");
    watcher.look();
    super::wait_until(|| watcher.reloads() > 0);
    assert_eq!(live.version().number, 1);
}

/// Runs this test once more, alone in another process, as a user who may have no more than so many watches and sources of them.
#[cfg(target_os = "linux")]
mod limits {
    use super::*;
    use sockatlas::live::{Event, WatchError};
    use std::process::Command;

    const INSIDE: &str = "SOCKATLAS_TEST_INSIDE";

    /// In a name space of users of its own, which has limits of its own: user_namespaces(7). Those of inotify(7) are the whole system's.
    fn alone(test: &str, limit: &str, value: u32) -> bool {
        if std::env::var_os(INSIDE).is_some() {
            return true;
        }
        let Some(unshare) = crate::net::peer::program("unshare") else { return false };
        let script = format!("echo {value} > /proc/sys/user/{limit} || exit 77; exec \"$0\" \"$@\"");
        let mut command = Command::new(unshare);
        command.args(["--user", "--map-root-user", "sh", "-c", &script]);
        command.arg(std::env::current_exe().expect("the test is a program"));
        command.args(["--exact", &format!("edits::watching::failures::limits::{test}"), "--nocapture"]);
        let output = command.env(INSIDE, "1").output().expect("unshare runs");
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(77) || said.contains("unshare:") {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), b"SKIPPED: limits cannot be set here\n");
            return false;
        }
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && out.contains("1 passed"), "{out}{said}");
        false
    }

    #[test]
    fn too_few_watches_are_said_at_once() {
        if !alone("too_few_watches_are_said_at_once", "max_inotify_watches", 0) {
            return;
        }
        let folder = folder();
        write(folder.path(), "site.toml", &titled("one"));
        let live = Live::load(Loader::new().path(folder.path())).expect("the catalog is sound");
        let error = Watcher::new(&live).expect_err("there is no watch to be had");
        assert!(matches!(error, WatchError::NoMoreWatches { limit: Some(0), .. }), "{error:?}");
        let expected = "/: cannot watch this folder, because all 0 watches of this user are taken \
                        (raise `fs.inotify.max_user_watches`, or poll)";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn too_few_sources_of_events_are_said_at_once() {
        if !alone("too_few_sources_of_events_are_said_at_once", "max_inotify_instances", 0) {
            return;
        }
        let folder = folder();
        write(folder.path(), "site.toml", &titled("one"));
        let live = Live::load(Loader::new().path(folder.path())).expect("the catalog is sound");
        let error = Watcher::new(&live).expect_err("there is no source to be had");
        assert!(matches!(error, WatchError::NoMoreSources { limit: Some(0) }), "{error:?}");
    }

    #[test]
    fn watches_that_run_out_later_are_reported_and_files_followed_all_the_same() {
        const ENOUGH: &str = "1000";
        const LIMIT: &str = "/proc/sys/user/max_inotify_watches";
        if !alone(
            "watches_that_run_out_later_are_reported_and_files_followed_all_the_same",
            "max_inotify_watches",
            1000,
        ) {
            return;
        }
        let folder = folder();
        write(folder.path(), "site.toml", &titled("one"));
        std::fs::create_dir(folder.path().join("further")).expect("a folder is made");
        write(folder.path(), "further/more.toml", &titled("more"));
        let followed = super::super::Followed::path(&folder.path().join("site.toml"));
        followed.settles();
        std::fs::write(LIMIT, "0").expect("the limit is this process's own");
        write(folder.path(), "site.toml", "format = 1\ninclude = [\"further/more.toml\"]\n");
        let mut reported = followed.next();
        while !matches!(reported, Event::Unwatched(_)) {
            reported = followed.next();
        }
        let Event::Unwatched(unwatched) = reported else { unreachable!("it was waited for") };
        assert!(matches!(unwatched.error(), WatchError::NoMoreWatches { .. }), "{unwatched:?}");
        assert_eq!(followed.title(), "more");
        write(folder.path(), "further/more.toml", &titled("polled"));
        followed.becomes("polled");
        std::fs::write(LIMIT, ENOUGH).expect("the limit is this process's own");
        // Once it is watched again, nothing is polled any more: what happens comes faster than that.
        write(folder.path(), "further/more.toml", &titled("watched"));
        followed.becomes("watched");
    }
}
