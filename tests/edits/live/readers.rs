//! What readers see while versions take each other's place.

use super::{Site, number, numbered, whole};
use sockatlas::live::{Event, Live, Version};
use sockatlas::{Loader, Registry, Request};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const RELOADS: u64 = 10_000;

/// What one thread saw: how often it looked, how many versions there were, and the last.
struct Seen {
    looks: u64,
    versions: u64,
    last: u64,
}

/// Looks at versions until it is told to stop, and once more then.
fn watch(stop: &AtomicBool, mut look: impl FnMut(&mut dyn FnMut(&Version))) -> Seen {
    let mut seen = Seen { looks: 0, versions: 0, last: 0 };
    loop {
        let stopping = stop.load(Ordering::Acquire);
        // In bursts: who only spins takes the time from who reloads.
        seen.looks += 1;
        if seen.looks.is_multiple_of(4) {
            thread::sleep(Duration::from_micros(500));
        }
        look(&mut |version| {
            assert!(version.number >= seen.last, "{} after {}", version.number, seen.last);
            whole(version);
            seen.versions += u64::from(version.number != seen.last);
            seen.last = version.number;
        });
        if stopping {
            return seen;
        }
    }
}

/// What an event told.
enum Stated {
    Replaced { was: u64, is: u64, catalog: u64 },
    Kept { said: String },
}

impl Stated {
    fn new(event: &Event) -> Stated {
        match event {
            Event::Replaced(replaced) => {
                let (was, is) = (replaced.was().number, replaced.is().number);
                Stated::Replaced { was, is, catalog: whole(replaced.is()) }
            }
            Event::Kept(kept) => Stated::Kept { said: kept.rejection().to_string() },
            other => panic!("{other:?}"),
        }
    }
}

/// Every seventh catalog is broken, and every one of these at another place.
fn is_broken(step: u64) -> bool {
    step.is_multiple_of(7)
}

#[test]
fn each_of_ten_thousand_reloads_is_seen_whole_and_reported_once() {
    let site = Site::new(&numbered(0));
    let live = site.live();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let subscription = live.subscribe({
        let reported = reported.clone();
        // Not the events themselves, which would keep ten thousand versions.
        move |event| reported.lock().expect("no test panics here").push(Stated::new(event))
    });
    let stop = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..2 {
            threads.push(scope.spawn(|| watch(&stop, |see| see(&live.version()))));
            let mut reader = live.reader();
            let stop = &stop;
            threads.push(scope.spawn(move || watch(stop, |see| see(reader.version()))));
        }
        for step in 1..=RELOADS {
            let broken = format!("{}\n{}colour = 1\n", numbered(step), "\n".repeat(step as usize % 100));
            site.save(&if is_broken(step) { broken } else { numbered(step) });
            let event = live.reload().expect("every catalog is another one");
            assert_eq!(matches!(event, Event::Kept(_)), is_broken(step), "{event:?}");
        }
        stop.store(true, Ordering::Release);
        threads.into_iter().map(|thread| thread.join().expect("it saw whole versions")).collect::<Vec<_>>()
    });
    drop(subscription);

    let newest = 1 + (1..=RELOADS).filter(|&step| !is_broken(step)).count() as u64;
    for seen in &seen {
        assert_eq!(seen.last, newest, "what a reload put in its place is seen as soon as it returned");
        assert!(seen.versions > 10, "a thread saw {} versions, too few to tell", seen.versions);
    }
    let reported = reported.lock().expect("nobody else has it");
    assert_eq!(reported.len() as u64, RELOADS);
    let mut version = 1;
    for (reported, step) in reported.iter().zip(1..) {
        match reported {
            Stated::Replaced { was, is, catalog } => {
                assert_eq!((*was, *is, *catalog), (version, version + 1, step));
                version += 1;
            }
            Stated::Kept { said } => {
                let line = numbered(step).lines().count() as u64 + 2 + step % 100;
                let place = format!("site.toml:{line}:1: unknown key `colour`");
                let said = site.said(said);
                assert!(is_broken(step) && said.starts_with(&place), "{said} is not at {place}");
            }
        }
    }
    assert_eq!(version, newest);
}

#[test]
fn a_version_stays_what_it_is_for_those_who_have_it() {
    let site = Site::new(&numbered(0));
    let live = site.live();
    let mut reader = live.reader();
    assert_eq!(whole(reader.version()), 0);
    let kept: Version = live.version().clone();
    // More than arc-swap holds without counting.
    let guards: Vec<_> = (0..20)
        .map(|step| {
            let guard = live.version();
            site.save(&numbered(step + 1));
            live.reload();
            guard
        })
        .collect();
    for (guard, step) in guards.iter().zip(0..) {
        assert_eq!((whole(guard), guard.number), (step, step + 1));
    }
    assert_eq!((whole(&kept), kept.number), (0, 1));
    assert_eq!((whole(reader.version()), reader.version().number), (20, 21));
}

#[test]
fn a_reader_outlives_the_handle_that_made_it_and_goes_on_hearing_of_others() {
    let live = Live::new(Loader::new().text("1", numbered(1)).load().expect("it has no faults"));
    let mut reader = live.reader();
    let other = reader.live().clone();
    drop(live);
    other.replace(Loader::new().text("2", numbered(2)).load().expect("it has no faults"));
    drop(other);
    let mut another = reader.clone();
    assert_eq!([whole(reader.version()), whole(another.version())], [2, 2]);
}

#[test]
fn an_old_version_is_kept_while_somebody_has_it_and_no_longer() {
    let site = Site::new(&numbered(0));
    let live = site.live();
    let next = |step| {
        site.save(&numbered(step));
        assert!(live.reload().is_some());
        live.release()
    };
    assert_eq!(next(1), 0, "nobody has the first one");

    let guard = live.version();
    assert_eq!(next(2), 1);
    drop(guard);
    assert_eq!(live.release(), 0);

    let registry: Registry = live.version().registry.clone();
    assert_eq!((next(3), next(4)), (1, 1), "that of the clone, and not the one behind it");
    drop(registry);
    assert_eq!(live.release(), 0);

    let kept = live.version().resolve(&Request::named("framed")).expect("it is there").keep();
    assert_eq!(next(5), 1);
    assert_eq!(kept.get().entry().facts().summary.as_deref().map(number), Some(4));
    drop(kept);
    assert_eq!(live.release(), 0);

    let mut reader = live.reader();
    assert_eq!((next(6), next(7), next(8)), (1, 1, 1), "that which the reader has, and none that it has not taken");
    reader.version();
    assert_eq!(live.release(), 0);
    let _ = next(9);
    drop(reader);
    assert_eq!(live.release(), 0, "what a reader had not taken goes with it");

    let event = {
        site.save(&numbered(10));
        live.reload()
    };
    assert_eq!(live.release(), 1);
    drop(event);
    assert_eq!(live.release(), 0);
}

#[test]
fn a_registry_that_several_share_is_kept_by_none_for_the_other() {
    let registry = |number| Loader::new().text("site.toml", numbered(number)).load().expect("it has no faults");
    let (first, second) = (registry(1), registry(2));
    let lives = [Live::new(first.clone()), Live::new(first.clone())];
    // Back and forth: the first stands among the retired of both, more than once.
    for _ in 0..3 {
        for live in &lives {
            live.replace(second.clone());
            live.replace(first.clone());
        }
    }
    for live in &lives {
        live.replace(second.clone());
        assert!(live.release() > 0, "the program has it");
    }
    drop(first);
    assert_eq!(lives.each_ref().map(Live::release), [0, 0]);
    assert!(lives.iter().all(|live| whole(&live.version()) == 2));
}
