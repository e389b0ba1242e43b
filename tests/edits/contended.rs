//! Eight that change the same catalogs at once, each change by a process of its own: none is lost, none waits for ever, and the
//! catalogs always load.

use super::{folder, said, sockatlas, write};
use sockatlas::{Loader, Registry};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How many change the catalogs at once, and how many changes they make in all.
const WRITERS: usize = 8;
const ROUNDS: usize = 1_000;

/// How many entries each of them has at most.
const MOST: usize = 3;

fn load(folder: &Path) -> Registry {
    let loader = Loader::new().path(folder.join("a/site.toml")).path(folder.join("b/site.toml"));
    loader.load().unwrap_or_else(|error| panic!("the catalogs do not load:\n{error}"))
}

fn entries(registry: &Registry) -> BTreeSet<String> {
    registry.entries().map(|entry| entry.name().to_owned()).collect()
}

/// Installs and removes entries of its own, and gives those that are to be there at the end.
fn change(folder: &Path, writer: usize) -> BTreeSet<String> {
    // One file and folder after the other, or the other after the one: the last one takes what is new.
    let catalogs = match writer % 2 {
        0 => ["-c", "a/site.toml", "-c", "b/site.toml"],
        _ => ["-c", "b/site.toml", "-c", "a/site.toml"],
    };
    let mut mine: BTreeSet<String> = BTreeSet::new();
    for round in 0..ROUNDS / WRITERS {
        let oldest = if mine.len() < MOST { None } else { mine.pop_first() };
        let (arguments, name) = match oldest {
            Some(oldest) => (vec!["remove".to_owned(), oldest.clone()], oldest),
            None => {
                let name = format!("writer{writer}-{round:03}");
                mine.insert(name.clone());
                let keys = ["--base", "provider=kernel", "family=inet", "type=stream", "protocol=tcp"];
                (["install", &name].into_iter().chain(keys).map(str::to_owned).collect(), name)
            }
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(catalogs).collect();
        let output = sockatlas(folder, &arguments);
        assert_eq!(said(&output).0, 0, "{arguments:?}: {output:?}");
        let found = entries(&load(folder));
        assert_eq!(found.contains(&name), mine.contains(&name), "{arguments:?} reported success");
        assert!(mine.is_subset(&found), "{:?} are lost", mine.difference(&found));
    }
    mine
}

#[test]
fn of_eight_that_change_catalogs_at_once_none_is_lost() {
    const HEAD: &str = "format = 1\n\n# What all stand on.\n[provider.kernel]\nmodule = \"system\"\n";
    let folder = folder();
    for inner in ["a", "b"] {
        std::fs::create_dir(folder.path().join(inner)).expect("a folder is made");
    }
    write(folder.path(), "a/site.toml", HEAD);
    write(folder.path(), "b/site.toml", "format = 1\n");
    let (over, loads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let expected: BTreeSet<String> = thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                load(folder.path());
                loads.fetch_add(1, Ordering::Relaxed);
                // So that it leaves the writers their share of the processors.
                thread::sleep(Duration::from_millis(3));
            }
        });
        let path = folder.path();
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || change(path, writer))).collect();
        let expected: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        expected.into_iter().flat_map(|names| names.expect("a writer that found everything as it is to be")).collect()
    });
    let registry = load(folder.path());
    assert_eq!(entries(&registry), expected);
    let loads = loads.into_inner();
    let _ = writeln!(
        std::io::stderr(),
        "{ROUNDS} changes by {WRITERS} at once, {} entries at the end, and {loads} loads meanwhile",
        expected.len()
    );
    assert!(loads > 0);
    for inner in ["a", "b"] {
        assert_eq!(std::fs::read_dir(folder.path().join(inner)).expect("the folder is there").count(), 1);
    }
    let text = std::fs::read_to_string(folder.path().join("a/site.toml")).expect("a file is read");
    assert!(text.starts_with(HEAD), "what nobody changes stays: {text}");
}
