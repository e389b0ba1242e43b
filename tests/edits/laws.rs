//! What holds of every change of every catalog: a change and the change that undoes it give the same bytes, and a hundred changes
//! leave the comments and the order of what they are not about as they were.

use super::trial::Site;
use crate::laws::generate;
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::edit::{
    Change, Definition, DefinitionKind, Disable, Enable, Install, Order, Outcome, Place, Remove, Set, Transaction,
    TransactionError,
};
use sockatlas::{EntryRef, Registry};

const OURS: &str = "\
format = 1 # ours
title  = 'Ours'

# Proxies are for others.
[application.of-ours]
prohibit = [ 'proxied' ] # yet
";

/// The catalogs that ship, as files, and one that adds to them.
fn shipped() -> Site {
    let file = |name| std::fs::read_to_string(format!("{}/catalogs/{name}", env!("CARGO_MANIFEST_DIR")));
    let [linux, layers] = ["linux.toml", "layers.toml"].map(|name| file(name).expect("it ships"));
    Site::of(&[("linux.toml", &linux), ("layers.toml", &layers), ("site.toml", OURS)])
}

/// Makes a change, and writes the files as quickly as can be.
fn make(site: &Site, change: Change) -> Result<Outcome, TransactionError> {
    let outcome = Transaction::new(site.loader()).change(change).preview()?;
    for (original, text) in outcome.files() {
        std::fs::write(original.path(), text).expect("a file is written");
    }
    Ok(outcome)
}

fn texts(registry: &Registry) -> Vec<String> {
    registry.sources().iter().map(|(_, source)| source.text().to_owned()).collect()
}

fn owned(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

fn set(name: &str, key: &str, value: Option<&str>) -> Change {
    Set { name: name.to_owned(), key: key.to_owned(), value: value.map(str::to_owned) }.into()
}

fn layer(name: &str, provider: &str) -> Change {
    let keys = [("provider", provider), ("adds", "encrypted"), ("summary", "Made by a test")];
    let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Install::definition(Definition { kind: DefinitionKind::Layer, name: name.to_owned(), keys }).into()
}

/// What a name goes by where it is defined.
fn defined<'r>(entry: &EntryRef<'r>) -> &'r str {
    entry.name().split('/').next().unwrap_or_default()
}

/// How many kinds of changes there are.
const KINDS: u8 = 6;

/// A change that could be made, and the one that undoes it.
fn there_and_back(registry: &Registry, (kind, one, other): (u8, usize, usize)) -> (Change, Change) {
    let entries: Vec<EntryRef<'_>> = registry.entries().collect();
    let entry = entries[one % entries.len()];
    let (name, defined) = (entry.name(), defined(&entry));
    let order: Vec<&str> = registry.selectable().map(|entry| entry.name()).collect();
    match kind % KINDS {
        0 if !entry.is_disabled() => {
            let disable = Disable { names: owned(name), with_dependents: false };
            (disable.into(), Enable { names: owned(name) }.into())
        }
        // Disabled entries have places too, which registries do not state.
        1 if order.len() > 1 && !entries.iter().any(EntryRef::is_disabled) => {
            let at = one % order.len();
            let others: Vec<&str> = order.iter().copied().filter(|other| *other != order[at]).collect();
            let to = Place::Before(others[other % others.len()].to_owned());
            let from = at.checked_sub(1).map_or(Place::First, |before| Place::After(order[before].to_owned()));
            let order = |place| Order { names: owned(order[at]), place }.into();
            (order(to), order(from))
        }
        2 => {
            // One of entries that stay, or a new one: a provider goes with the last of its entries.
            let provider = if other % 2 == 0 { "maker" } else { entry.provider().name() };
            (layer("made", provider), Remove { names: owned("made"), with_dependents: false }.into())
        }
        3 => (set(defined, "security-scheme", Some("7")), set(defined, "security-scheme", None)),
        4 => (set(defined, "recommended", Some("true")), set(defined, "recommended", None)),
        _ => (set("lint", "missing-option", Some("note")), set("lint", "missing-option", None)),
    }
}

/// Makes a change and undoes it. Says whether it could be made and changed something.
fn is_undone(site: &Site, choice: (u8, usize, usize)) -> bool {
    let was = site.registry();
    let (there, back) = there_and_back(&was, choice);
    let Ok(outcome) = make(site, there.clone()) else { return false };
    let made = texts(&site.registry());
    make(site, back.clone()).unwrap_or_else(|error| panic!("{back:?}: {error}\n{made:#?}"));
    for ((was, is), made) in texts(&was).iter().zip(&texts(&site.registry())).zip(&made) {
        assert_eq!(was, is, "{there:?} made\n{made}");
    }
    outcome.files().len() > 0
}

/// A change by random choices, that may be refused.
fn random(registry: &Registry, at: usize, choice: (u8, usize, usize)) -> Change {
    let entries: Vec<EntryRef<'_>> = registry.entries().collect();
    let pick = |at: usize| entries[at % entries.len()];
    let (kind, one, other) = choice;
    match kind % 10 {
        0 | 1 => Disable { names: owned(pick(one).name()), with_dependents: other % 2 == 0 }.into(),
        2 => {
            let disabled = entries.iter().find(|entry| entry.is_disabled()).unwrap_or(&entries[0]);
            Enable { names: owned(disabled.name()) }.into()
        }
        3 | 4 => {
            let place = match other % 4 {
                0 => Place::First,
                1 => Place::Last,
                2 => Place::Before(pick(other).name().to_owned()),
                _ => Place::After(pick(other).name().to_owned()),
            };
            Order { names: owned(pick(one).name()), place }.into()
        }
        5 => layer(&format!("made-{at}"), "maker"),
        6 => set(defined(&pick(one)), "summary", Some(&format!("Number {other}"))),
        7 => set(defined(&pick(one)), "hidden", Some(if other % 2 == 0 { "true" } else { "false" })),
        8 => set(defined(&pick(one)), "version", (other % 2 == 0).then_some("3")),
        _ => Remove { names: owned(pick(one).name()), with_dependents: other % 4 == 0 }.into(),
    }
}

/// The comments of a text that holds no `#` within strings.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find('#').map(|at| line[at..].trim_end())).collect()
}

fn is_sublist<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let mut other = other.iter();
    one.iter().all(|item| other.any(|other| other == item))
}

/// Makes changes one after another. Says how many could be made.
fn keeps_the_rest(site: &Site, choices: &[(u8, usize, usize)]) -> usize {
    let mut made = 0;
    for (at, choice) in choices.iter().enumerate() {
        let was = site.registry();
        // Removals can leave nothing to choose from.
        if was.entries().len() == 0 {
            break;
        }
        let change = random(&was, at, *choice);
        // What is refused changes nothing, which others show.
        if make(site, change.clone()).is_err() {
            continue;
        }
        made += 1;
        let is = site.registry();
        let (before, after) = (texts(&was), texts(&is));
        for (was, is) in before.iter().zip(&after) {
            match change {
                Change::Remove(_) => assert!(is_sublist(&comments(is), &comments(was)), "{change:?} made\n{is}"),
                _ => assert_eq!(comments(was), comments(is), "{change:?} made\n{is}"),
            }
        }
        // Those that stay were declared in this order, and are.
        let names = |one: &Registry, other: &Registry| -> Vec<String> {
            let names = one.entries().map(|entry| entry.name().to_owned());
            names.filter(|name| other.entry(name).is_some()).collect()
        };
        assert_eq!(names(&is, &was), names(&was, &is), "{change:?}");
    }
    made
}

#[test]
fn every_kind_of_change_of_the_catalogs_that_ship_is_undone_to_the_byte() {
    let site = shipped();
    for kind in 0..KINDS {
        let undone = (0..7).filter(|at| is_undone(&site, (kind, at * 11 + 3, at * 17 + 5))).count();
        assert!(undone > 0, "some change of kind {kind} is made");
    }
}

#[test]
fn a_hundred_changes_of_the_catalogs_that_ship_keep_the_comments_and_the_order_of_all_else() {
    let site = shipped();
    let choices: Vec<(u8, usize, usize)> = (0..100).map(|at| (at as u8, at * 37 + 11, at * 53 + 7)).collect();
    let made = keeps_the_rest(&site, &choices);
    assert!(made > 50, "most changes are made: {made}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn a_change_of_any_catalog_is_undone_to_the_byte(
        catalog in generate::catalog(),
        choices in vec(any::<(u8, usize, usize)>(), 8),
    ) {
        let site = Site::of(&[("random.toml", &catalog.to_string()), ("site.toml", OURS)]);
        for choice in choices {
            is_undone(&site, choice);
        }
    }

    #[test]
    fn many_changes_of_any_catalog_keep_the_comments_and_the_order_of_all_else(
        catalog in generate::catalog(),
        choices in vec(any::<(u8, usize, usize)>(), 25),
    ) {
        let catalog = catalog.to_string().replace("\n[", "\n# of ours\n[");
        let site = Site::of(&[("random.toml", &catalog), ("site.toml", OURS)]);
        keeps_the_rest(&site, &choices);
    }
}
