//! `kill -9` during an edit: at each of its system calls, and at any moment. Whoever reads the catalog then gets the old one or the
//! new one, whole, and the next edit needs no repair and leaves nothing behind.

use super::folder;
use super::stage::{INSTALLATION, NEXT, REMOVAL, THREE, after, disk, done, left_behind, readers, restore};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many kills there must be in all.
const KILLS: usize = 1_000;

/// An edit, and what readers get before it and after it, and when the next edit has followed.
struct Edit {
    arguments: &'static [&'static str],
    old: BTreeMap<String, String>,
    new: BTreeMap<String, String>,
    old_and_next: BTreeMap<String, String>,
    new_and_next: BTreeMap<String, String>,
}

/// When the edit is killed.
#[derive(Clone, Debug)]
enum Moment {
    /// At the n-th call of this name.
    Call(String, usize),
    /// After a while.
    After(Duration),
}

impl Edit {
    fn new(arguments: &'static [&'static str], files: usize) -> Edit {
        let (old, new) = (after(&[]), after(&[arguments]));
        let changed = old.iter().filter(|(name, text)| new.get(*name) != Some(*text)).count();
        assert_eq!((old.len(), new.len(), changed), (3, 3, files), "{arguments:?}");
        Edit { arguments, old, new, old_and_next: after(&[NEXT]), new_and_next: after(&[arguments, NEXT]) }
    }

    fn command(&self, folder: &Path, program: &str, before: &[String]) -> Command {
        let mut command = Command::new(program);
        command.args(before).args(self.arguments).current_dir(folder).env_remove("SOCKATLAS_CATALOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Every system call of the edit by its name, and how often it makes that.
    fn calls(&self) -> Option<BTreeMap<String, usize>> {
        let folder = folder();
        restore(folder.path(), THREE);
        let log = folder.path().join("calls").display().to_string();
        let tracing = ["-f", "-qq", "-o", &log, env!("CARGO_BIN_EXE_sockatlas")].map(str::to_owned);
        let traced = self.command(folder.path(), "strace", &tracing).status();
        if !traced.is_ok_and(|status| status.success()) {
            assert!(std::env::var_os("CI").is_none(), "strace is not installed or may not trace, and CI must have it");
            let _ = writeln!(std::io::stderr(), "SKIPPED: strace is not here; no edit was killed at its system calls");
            return None;
        }
        let log = std::fs::read_to_string(log).expect("the tracer's log");
        let mut calls = BTreeMap::new();
        for line in log.lines() {
            let call = line.trim_start().split_once(' ').map_or("", |(_, call)| call.trim_start());
            if let Some((name, _)) = call.split_once('(').filter(|(name, _)| !name.is_empty() && !name.contains(' ')) {
                *calls.entry(name.to_owned()).or_default() += 1;
            }
        }
        assert!(
            calls.contains_key("renameat") && calls.contains_key("fsync") && calls.contains_key("flock"),
            "{calls:?}"
        );
        Some(calls)
    }

    /// How long the edit takes, undisturbed.
    fn duration(&self) -> Duration {
        let folder = folder();
        restore(folder.path(), THREE);
        let begun = Instant::now();
        let status = self.command(folder.path(), env!("CARGO_BIN_EXE_sockatlas"), &[]).status();
        assert!(status.expect("the command runs").success());
        begun.elapsed()
    }

    /// Kills the edit, looks at what is there, and makes the next one where that is another state than those before and after.
    fn kill(&self, folder: &Path, moment: &Moment) -> Found {
        restore(folder, THREE);
        assert_eq!(left_behind(folder), Vec::<PathBuf>::new());
        let status = match moment {
            Moment::Call(name, at) => {
                let inject = format!("inject={name}:signal=SIGKILL:when={at}");
                let trace = format!("trace={name}");
                let tracing = ["-f", "-qq", "-e", &trace, "-e", &inject, env!("CARGO_BIN_EXE_sockatlas")];
                self.command(folder, "strace", &tracing.map(str::to_owned)).status().expect("the tracer runs")
            }
            Moment::After(delay) => {
                let mut child =
                    self.command(folder, env!("CARGO_BIN_EXE_sockatlas"), &[]).spawn().expect("the command runs");
                thread::sleep(*delay);
                let _ = child.kill();
                child.wait().expect("it ends")
            }
        };
        let found = readers(folder);
        let is_new = found == self.new;
        assert!(is_new || found == self.old, "{moment:?}: neither the old nor the new catalog: {found:#?}");
        for (name, text) in disk(folder) {
            let is_whole = [&self.old, &self.new].into_iter().any(|whole| whole.get(&name) == Some(&text));
            assert!(is_whole, "{moment:?}: `{name}` is neither the old nor the new one: {text}");
        }
        let found = Found { was_killed: was_killed(status), is_new, is_between: is_between(folder, &found) };
        if found.is_between {
            done(folder, NEXT);
            let expected = if is_new { &self.new_and_next } else { &self.old_and_next };
            assert_eq!(&readers(folder), expected, "{moment:?}");
            assert_eq!(&disk(folder), expected, "{moment:?}: the next edit finishes what was begun");
            assert_eq!(left_behind(folder), Vec::<PathBuf>::new(), "{moment:?}: nothing is left behind");
        }
        found
    }
}

/// What a killed edit left.
struct Found {
    /// Whether it was killed before its end.
    was_killed: bool,
    /// Whether readers get the new catalog.
    is_new: bool,
    /// Whether the disk holds something else than it does before an edit or after it.
    is_between: bool,
}

fn is_between(folder: &Path, readers: &BTreeMap<String, String>) -> bool {
    disk(folder) != *readers || !left_behind(folder).is_empty()
}

/// strace ends as that which it traced.
fn was_killed(status: ExitStatus) -> bool {
    const SIGKILL: i32 = 9;
    status.signal() == Some(SIGKILL) || status.code() == Some(128 + SIGKILL)
}

#[test]
fn an_edit_that_is_killed_leaves_the_old_catalog_or_the_new_one() {
    let edits = [Edit::new(INSTALLATION, 1), Edit::new(REMOVAL, 3)];
    let mut moments = Vec::new();
    for edit in &edits {
        for (name, count) in edit.calls().into_iter().flatten() {
            moments.extend((1..=count).map(|at| (edit, Moment::Call(name.clone(), at))));
        }
    }
    let at_calls = moments.len();
    // Some of these come too late.
    let at_random = KILLS.saturating_sub(at_calls).max(200) * 3 / 2;
    let durations = edits.each_ref().map(Edit::duration);
    for (at, (edit, duration)) in edits.iter().zip(durations).cycle().take(at_random).enumerate() {
        // Spread over the whole edit, whatever it is doing then.
        moments.push((edit, Moment::After(duration.mul_f64(at as f64 / at_random as f64))));
    }
    let next = AtomicUsize::new(0);
    let [killed, old, new, between] = [0; 4].map(AtomicUsize::new);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let folder = folder();
                while let Some((edit, moment)) = moments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = edit.kill(folder.path(), moment);
                    let counts =
                        [(&killed, true), (&old, !found.is_new), (&new, found.is_new), (&between, found.is_between)];
                    for (count, _) in counts.iter().filter(|(_, counts)| found.was_killed && *counts) {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let [killed, old, new, between] = [killed, old, new, between].map(AtomicUsize::into_inner);
    let _ = writeln!(
        std::io::stderr(),
        "{killed} edits killed, at each of {at_calls} system calls and at up to {at_random} moments: {old} left the old catalog, {new} \
         the new one; after {between} the next edit had something to finish or to clear away"
    );
    assert!(killed >= if at_calls == 0 { 100 } else { KILLS }, "{killed} kills");
    assert!(at_calls == 0 || old > 0 && new > 0 && between > 0, "{old} old, {new} new, {between} between");
}

#[test]
fn an_edit_that_is_killed_while_it_finishes_another_leaves_that_counting() {
    let (old, new) = (after(&[REMOVAL]), after(&[REMOVAL, NEXT]));
    let last = after(&[REMOVAL, NEXT, INSTALLATION]);
    let last_of_old = after(&[REMOVAL, INSTALLATION]);
    let run = |folder: &Path, arguments: &[&str], name: &str, what: &str| {
        let (trace, inject) = (format!("trace={name}"), format!("inject={name}:{what}"));
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject, env!("CARGO_BIN_EXE_sockatlas")]);
        command.args(arguments).current_dir(folder).env_remove("SOCKATLAS_CATALOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let (mut killed, mut between) = (0, 0);
    for name in ["flock", "getdents64", "openat", "write", "fchmod", "fsync", "renameat", "unlink"] {
        for at in 1.. {
            let folder = folder();
            restore(folder.path(), THREE);
            // The system refuses the second of three renames, so that the transaction counts and is not finished.
            if !run(folder.path(), REMOVAL, "renameat", "error=EIO:when=2").is_ok_and(|status| status.success()) {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "strace is not installed or may not trace, and CI must have it"
                );
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: strace is not here; no edit was killed while it finished another"
                );
                return;
            }
            assert!(is_between(folder.path(), &old));
            let status = run(folder.path(), NEXT, name, &format!("signal=SIGKILL:when={at}")).expect("the tracer runs");
            if !was_killed(status) {
                assert!(at > 1, "the edit makes no call `{name}`");
                break;
            }
            killed += 1;
            let found = readers(folder.path());
            assert!(found == old || found == new, "{name} {at}: neither the old nor the new catalog: {found:#?}");
            between += usize::from(is_between(folder.path(), &found));
            done(folder.path(), INSTALLATION);
            assert_eq!(&disk(folder.path()), if found == old { &last_of_old } else { &last }, "{name} {at}");
            assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new(), "{name} {at}");
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{killed} edits killed while they finished another; {between} left it unfinished again"
    );
    assert!(between > 20 && killed > between, "{killed} killed, {between} between");
}
