//! What counts when catalogs change, and what does not.

use super::{Site, number, numbered, outcome, whole};
use sockatlas::check::Settings;
use sockatlas::live::{Event, Live, Rejection};
use sockatlas::{Loader, Request};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// A subscriber that writes down what it is told.
fn listen(live: &Live) -> Arc<Mutex<Vec<String>>> {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let list = reported.clone();
    live.subscribe(move |event| list.lock().expect("no test panics here").push(outcome(Some(event)))).forever();
    reported
}

fn taken(reported: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut *reported.lock().expect("no test panics here"))
}

#[test]
fn the_last_good_version_counts_while_the_catalogs_have_faults() {
    let site = Site::new(&numbered(1));
    let live = site.live();
    let reported = listen(&live);
    let reload = || outcome(live.reload().as_ref());
    assert_eq!(reload(), "nothing", "nothing changed");
    assert!(taken(&reported).is_empty() && live.rejection().is_none());

    let broken = numbered(2).replace("family = \"inet6\"", "family = \"inte6\"");
    site.save(&broken.replace("base = \"tcp4\"", "base = \"tpc4\""));
    assert_eq!((reload(), taken(&reported)), ("1 kept".to_owned(), vec!["1 kept".to_owned()]));
    assert_eq!(whole(&live.version()), 1);
    let said = site.said(live.rejection().expect("they have faults"));
    assert_eq!(
        said,
        "site.toml:28:8: no base protocol or chain is called `tpc4` (did you mean `tcp4`?)\n\
         site.toml:33:10: unknown address family `inte6` (did you mean `inet6`?)"
    );

    assert_eq!((reload(), taken(&reported)), ("1 kept".to_owned(), vec![]), "the same faults are reported once");
    site.save(&broken);
    assert_eq!((reload(), taken(&reported)), ("1 kept".to_owned(), vec!["1 kept".to_owned()]), "one fault less");
    site.save(&numbered(1));
    assert_eq!((reload(), taken(&reported)), ("1 restored".to_owned(), vec!["1 restored".to_owned()]));
    assert!(live.rejection().is_none());
    assert_eq!((reload(), taken(&reported)), ("nothing".to_owned(), vec![]));

    site.save(&broken);
    reload();
    site.save(&numbered(2));
    assert_eq!((reload(), taken(&reported)), ("2 for 1".to_owned(), vec!["1 kept".to_owned(), "2 for 1".to_owned()]));
    assert_eq!(whole(&live.version()), 2);
}

#[test]
fn a_catalog_that_is_gone_is_a_fault_and_one_that_is_back_is_none() {
    let site = Site::new(&numbered(1));
    let live = site.live();
    std::fs::remove_file(site.path()).expect("it is there");
    assert_eq!(outcome(live.reload().as_ref()), "1 kept");
    let rejection = live.rejection().expect("the file is gone");
    assert_eq!(site.said(&rejection), "cannot read `site.toml`: no such file or directory");
    assert_eq!(whole(&live.version()), 1);
    site.save(&numbered(1));
    assert_eq!(outcome(live.reload().as_ref()), "1 restored");
}

#[test]
fn a_file_more_in_a_folder_makes_a_version_though_all_others_are_the_same() {
    let site = Site::new(&numbered(1));
    let live = Live::load(Loader::new().path(site.folder.path())).expect("it has no faults");
    let other = site.folder.path().join("other.toml");
    std::fs::write(&other, "format = 1\n").expect("there is room");
    assert_eq!(outcome(live.reload().as_ref()), "2 for 1");
    std::fs::rename(&other, site.folder.path().join("another.toml")).expect("it is there");
    assert_eq!(outcome(live.reload().as_ref()), "3 for 2");
    assert_eq!(whole(&live.version()), 1);
}

/// With a test, and a guarantee, that hold where the number is odd.
fn with_expectations(number: u64) -> String {
    let adds = if number.is_multiple_of(2) { "[\"framed\"]" } else { "[\"framed\", \"x-kept\"]" };
    format!(
        "{}[[expect]]\nrequest = {{ family = \"inet\", type = \"stream\", protocol = \"tcp\" }}\nentry = \"tcp4\"\n\
         [[always]]\nrequest = {{ family = \"inet\", protocol = 253 }}\nservices = [\"x-kept\"]\n",
        numbered(number).replace("[\"framed\"]\nneeds", &format!("{adds}\nneeds"))
    )
}

#[test]
fn where_a_check_is_asked_for_a_version_counts_only_when_it_passes() {
    let site = Site::new(&with_expectations(2));
    let rejected = Live::checked(site.loader(), Settings::new()).expect_err("neither the test nor the guarantee holds");
    let said = site.said(&rejected);
    let expected = "site.toml:38:9: the request `inet stream tcp` selects `plain` where entry `tcp4` is expected\n\
                    site.toml:39:1: the request `inet stream 253` selects `framed`, which does not offer x-kept";
    assert_eq!(said, expected);
    assert!(matches!(rejected, Rejection::Findings(report) if report.tally.expectations == 1));

    site.save(&with_expectations(1));
    let live = Live::checked(site.loader(), Settings::new()).expect("both hold");
    let reported = listen(&live);
    site.save(&with_expectations(2));
    assert_eq!(outcome(live.reload().as_ref()), "1 kept");
    assert_eq!(outcome(live.reload().as_ref()), "1 kept");
    assert_eq!(whole(&live.version()), 1);
    assert_eq!(live.rejection().map(|rejection| site.said(rejection)), Some(said));
    site.save(&with_expectations(3));
    assert_eq!(outcome(live.reload().as_ref()), "2 for 1");
    site.save("format = 2\n");
    assert!(matches!(live.reload(), Some(Event::Kept(kept)) if matches!(kept.rejection(), Rejection::Faults(_))));
    assert_eq!(taken(&reported), ["1 kept", "2 for 1", "2 kept"]);

    let given = Loader::new().text("given.toml", with_expectations(4)).load().expect("it has no faults");
    assert_eq!(outcome(live.replace(given).as_ref()), "2 kept", "what is made elsewhere must pass it too");
    assert_eq!(whole(&live.version()), 3);

    // Without it, that is a warning of the check and no reason to refuse.
    site.save(&with_expectations(2));
    assert_eq!(whole(&site.live().version()), 2);
}

#[test]
fn a_registry_made_elsewhere_takes_its_place_until_the_catalogs_are_loaded_again() {
    let site = Site::new(&numbered(1));
    let live = site.live();
    let given = Loader::new().text("given.toml", numbered(2)).load().expect("it has no faults");
    assert_eq!(outcome(live.replace(given.clone()).as_ref()), "2 for 1");
    assert_eq!(outcome(live.replace(given).as_ref()), "nothing", "it is the same one");
    assert_eq!(whole(&live.version()), 2);
    assert_eq!(outcome(live.reload().as_ref()), "3 for 2");
    assert_eq!(whole(&live.version()), 1);

    // Even where it was made of the same documents: what else went into it, only its maker knows.
    let same = site.loader().load().expect("it has no faults");
    assert_eq!(outcome(live.replace(same).as_ref()), "4 for 3");
    assert_eq!(outcome(live.reload().as_ref()), "5 for 4");
    assert_eq!(outcome(live.reload().as_ref()), "nothing");
}

#[test]
fn without_catalogs_there_is_nothing_to_reload() {
    let live = Live::new(Loader::new().text("given.toml", numbered(1)).load().expect("it has no faults"));
    assert!(live.reload().is_none() && live.loader().is_none() && live.rejection().is_none());
    assert_eq!((whole(&live.version()), live.version().number), (1, 1));
}

#[test]
fn threads_that_reload_at_once_make_no_version_twice() {
    const EACH: u64 = 200;
    let site = Site::new(&numbered(0));
    let live = site.live();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let list = reported.clone();
    live.subscribe(move |event| list.lock().expect("no test panics here").push(event.clone())).forever();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (live, site) = (live.clone(), &site);
            scope.spawn(move || {
                for step in 0..EACH {
                    if thread == 0 {
                        // In one step, so that no half of it is read.
                        let next = site.folder.path().join("next");
                        std::fs::write(&next, numbered(step + 1)).expect("there is room");
                        std::fs::rename(&next, site.path()).expect("it is there");
                    }
                    live.reload();
                }
            });
        }
    });
    let reported = reported.lock().expect("no test panics here");
    let numbers = reported.iter().map(|event| event.version().number);
    assert!(numbers.eq(2..reported.len() as u64 + 2), "each once, in order");
    let titles: Vec<u64> = reported.iter().map(|event| whole(event.version())).collect();
    assert!(titles.is_sorted() && titles.iter().collect::<BTreeSet<_>>().len() == titles.len(), "{titles:?}");
    assert_eq!(titles.last(), Some(&EACH));
    let framed =
        live.version().resolve(&Request::named("framed")).map(|selection| selection.entry().facts().summary.clone());
    assert_eq!(framed.expect("it is there").as_deref().map(number), Some(EACH));
}
