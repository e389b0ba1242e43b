//! Entries given other places: which lists change, how little of them, and that a move can be taken back.

use super::trial::{Site, reason};
use crate::laws::{generate, plain, walk};
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::Loader;
use sockatlas::edit::{ChangeError, Order, Place};

const ENTRIES: &str = "
[provider.kernel]
module = \"system\"

[provider.tls]

[base.a]
provider = \"kernel\"
family   = \"inet\"
type     = \"stream\"
protocol = \"tcp\"

[base.b]
provider = \"kernel\"
family   = \"inet6\"
type     = \"stream\"
protocol = \"tcp\"

[layer.tls]
provider = \"tls\"
adds = [\"encrypted\"]
[chain.tls-on]
layers = [\"tls\"]
base   = [\"a\", \"b\"]

[base.c]
provider = \"kernel\"
family   = \"inet\"
type     = \"dgram\"
protocol = \"udp\"
";

/// The catalog with these lines at its head.
fn with(lines: &str) -> String {
    format!("format = 1 # ours\n{lines}{ENTRIES}")
}

fn order(names: &[&str], place: Place) -> Order {
    Order { names: names.iter().map(|name| (*name).to_owned()).collect(), place }
}

fn before(name: &str) -> Place {
    Place::Before(name.to_owned())
}

fn after(name: &str) -> Place {
    Place::After(name.to_owned())
}

#[test]
fn each_place_is_reached_with_the_shortest_list() {
    let cases: [(&[&str], Place, &str, &str); 8] = [
        (&["c"], Place::First, "\"c\"", "c a b tls-on/a tls-on/b"),
        (&["tls-on"], Place::First, "\"tls-on\"", "tls-on/a tls-on/b a b c"),
        (&["tls-on/b"], Place::First, "\"tls-on/b\"", "tls-on/b a b tls-on/a c"),
        (&["a"], Place::Last, "\"b\", \"tls-on\", \"c\"", "b tls-on/a tls-on/b c a"),
        (&["c"], before("tls-on"), "\"a\", \"b\", \"c\"", "a b c tls-on/a tls-on/b"),
        (&["a"], after("b"), "\"b\"", "b a tls-on/a tls-on/b c"),
        (&["c", "b"], Place::First, "\"c\", \"b\"", "c b a tls-on/a tls-on/b"),
        (&["a"], after("tls-on"), "\"b\", \"tls-on\"", "b tls-on/a tls-on/b a c"),
    ];
    for (names, place, list, expected) in cases {
        let site = Site::one(&with(""));
        site.change(order(names, place.clone())).unwrap_or_else(|error| panic!("{names:?} {place:?}: {error}"));
        assert_eq!(site.text("site.toml"), with(&format!("order = [{list}]\n")), "{names:?} {place:?}");
        assert_eq!(site.order().join(" "), expected);
    }
}

#[test]
fn what_stands_there_already_is_left() {
    let text = with("order   = [ 'c' ] # first\n");
    let site = Site::one(&text);
    for (names, place) in [(["c"], Place::First), (["a"], after("c")), (["a"], before("b")), (["tls-on"], Place::Last)]
    {
        assert_eq!(site.change(order(&names, place)).unwrap().files().len(), 0);
    }
    assert_eq!(site.text("site.toml"), text);
}

#[test]
fn a_move_and_its_inverse_return_the_same_bytes() {
    for lines in ["", "order = [\n    'c', # the fast one\n    \"tls-on\",\n]\n", "order=[\"b\"]\n"] {
        let moves = [
            (&["c"][..], Place::First),
            (&["tls-on"], Place::First),
            (&["a"], Place::Last),
            (&["tls-on/b"], before("a")),
        ];
        for (names, place) in moves {
            let site = Site::one(&with(lines));
            let was = site.order();
            let first = if names == ["tls-on"] { "tls-on/a" } else { names[0] };
            let at = was.iter().position(|name| name == first).expect("it is there");
            let back = if at == 0 { Place::First } else { after(&was[at - 1]) };
            site.change(order(names, place.clone())).unwrap();
            site.change(order(names, back)).unwrap();
            assert_eq!(site.order(), was);
            assert_eq!(site.text("site.toml"), with(lines), "{names:?} {place:?}");
        }
    }
}

#[test]
fn a_list_of_somebodys_own_making_goes_on_naming_what_it_names() {
    let site = Site::one(&with("order = [\n    \"a\", # as it is anyway\n    \"b\",\n]\n"));
    site.change(order(&["c"], Place::First)).unwrap();
    assert_eq!(site.text("site.toml"), with("order = [\n    \"c\",\n    \"a\", # as it is anyway\n    \"b\",\n]\n"));
}

#[test]
fn entries_that_a_list_calls_one_by_one_are_not_gathered() {
    let site = Site::one(&with("order = [\"tls-on/a\", \"tls-on/b\"]\n"));
    site.change(order(&["c"], Place::First)).unwrap();
    assert_eq!(site.text("site.toml"), with("order = [\"c\", \"tls-on/a\", \"tls-on/b\"]\n"));
}

#[test]
fn what_is_disabled_keeps_its_place() {
    let site = Site::one(&with("disable = [\"b\", \"tls-on\"]\n"));
    site.change(order(&["c"], after("b"))).unwrap();
    assert_eq!(site.order(), ["a", "c"]);
    let enabled = site.text("site.toml").replace("disable = [\"b\", \"tls-on\"]\n", "");
    assert_eq!(Site::one(&enabled).order(), ["a", "b", "c", "tls-on/a", "tls-on/b"]);
}

#[test]
fn only_the_list_of_the_wanted_file_changes() {
    let over = "format = 1\ninclude = [\"base.toml\"]\norder = [\"b\"]\n";
    let base = with("order = [\"c\"]\n");
    let site = Site::of(&[("base.toml", &base), ("over.toml", over)]).given(&["over.toml"]);
    assert_eq!(site.order(), ["b", "c", "a", "tls-on/a", "tls-on/b"]);
    site.change(order(&["tls-on"], after("b"))).unwrap();
    assert_eq!(site.text("over.toml"), over.replace("\"b\"", "\"b\", \"tls-on\""));
    assert_eq!(site.text("base.toml"), base);
    site.change(order(&["tls-on"], Place::Last)).unwrap();
    assert_eq!(site.text("over.toml"), over);
    site.change_in("base.toml", order(&["tls-on"], after("b"))).unwrap();
    assert_eq!(
        (site.text("over.toml"), site.text("base.toml")),
        (over.to_owned(), with("order = [\"tls-on\", \"c\"]\n"))
    );
    assert_eq!(site.order(), ["b", "tls-on/a", "tls-on/b", "c", "a"]);
}

#[test]
fn a_place_that_a_later_document_gives_away_is_refused_with_its_line() {
    let over = "format = 1\ninclude = [\"base.toml\"]\n\norder = [\"b\"]\n";
    let site = Site::of(&[("base.toml", &with("")), ("over.toml", over)]).given(&["over.toml"]);
    let refused = site.change_in("base.toml", order(&["c"], Place::First)).unwrap_err();
    let ChangeError::PlaceTaken { name, at } = reason(refused) else { panic!("the place is taken") };
    assert_eq!((name.as_str(), at.line, at.column), ("b", 4, 10));
    assert!(at.file.ends_with("over.toml"), "{at}");
    assert_eq!((site.text("base.toml"), site.text("over.toml")), (with(""), over.to_owned()));
}

#[test]
fn what_cannot_be_placed_is_refused() {
    let site = Site::one(&with(""));
    let no_place = "is a layer, which has no place in the order: requests select base protocols and chains";
    assert_eq!(site.refused(order(&["tls"], Place::First)), format!("`tls` {no_place}"));
    assert_eq!(site.refused(order(&["a"], after("tls"))), format!("`tls` {no_place}"));
    assert_eq!(site.refused(order(&["a", "tls-on"], before("tls-on/b"))), "`tls-on/b` cannot be placed beside itself");
    assert_eq!(site.refused(order(&["tls-no"], Place::First)), "no entry is called `tls-no` (did you mean `tls-on`?)");
    assert_eq!(site.refused(order(&["a"], before("d"))), "no entry is called `d` (did you mean `a`?)");
    assert_eq!(site.text("site.toml"), with(""));
}

#[test]
fn chains_of_a_catalog_that_ships_are_put_first_and_back() {
    let text = "# Ours.\nformat = 1\n";
    let site = Site::of(&[("site.toml", text)]).given(&["builtin:linux.toml", "builtin:layers.toml", "site.toml"]);
    let was = site.order();
    site.change(order(&["framed"], before("secure"))).unwrap();
    let at = was.iter().position(|name| name == "secure/tcp4").expect("it is there");
    assert_eq!(site.order()[at..at + 3], ["framed/tcp4", "framed/tcp6", "secure/tcp4"]);
    let back = was.iter().position(|name| name == "framed/tcp4").expect("it is there") - 1;
    site.change(order(&["framed"], after(&was[back]))).unwrap();
    assert_eq!((site.order(), site.text("site.toml")), (was, text.to_owned()));
}

/// The order of all entries of some documents, disabled ones too, as the design says it.
fn effective(documents: &[plain::Catalog]) -> Vec<String> {
    let members: Vec<walk::Member<'_>> =
        documents.iter().flat_map(walk::members).filter(|member| !member.is_layer()).collect();
    let mut order: Vec<String> = Vec::new();
    let listed = documents.iter().rev().flat_map(|document| &document.order);
    let called =
        listed.flat_map(|name| members.iter().filter(move |member| member.name == *name || member.entry.name == *name));
    for member in called.chain(&members) {
        if !order.contains(&member.name) {
            order.push(member.name.clone());
        }
    }
    order
}

/// The order of what texts say, and of all that they disable.
fn loaded(site: &Site, names: &[&str]) -> Vec<String> {
    let is_other = |line: &&str| !line.starts_with("disable = ");
    let enabled =
        |name: &str| site.text(name).lines().filter(is_other).map(|line| format!("{line}\n")).collect::<String>();
    let loader = names.iter().fold(Loader::new(), |loader, name| loader.text(*name, enabled(name)));
    let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
    registry.selectable().map(|entry| entry.name().to_owned()).collect()
}

/// Where a name is to go among the others: its position among them, and how that is said.
fn place(others: &[String], at: usize) -> (usize, Place) {
    let to = at % (others.len() + 1);
    let place = match (to, at / 7 % 2) {
        (0, 0) => Place::First,
        (_, 0) if to == others.len() => Place::Last,
        (0, _) => others.first().map_or(Place::First, |name| before(name)),
        (_, 0) => before(&others[to]),
        _ => after(&others[to - 1]),
    };
    (to, place)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn after_a_move_the_order_is_the_wanted_one_whatever_lists_there_are(
        mut catalog in generate::catalog(),
        lists in vec(any::<prop::sample::Index>(), 0..6),
        moves in vec((any::<usize>(), any::<usize>()), 1..6),
    ) {
        let documents = {
            let early = catalog.order.clone();
            let order = effective(std::slice::from_ref(&catalog));
            catalog.order = Vec::new();
            for at in lists {
                let name = at.get(&order).clone();
                if !catalog.order.contains(&name) {
                    catalog.order.push(name);
                }
            }
            let late = plain::Catalog { order: std::mem::replace(&mut catalog.order, early), ..plain::Catalog::default() };
            [catalog, late]
        };
        let texts = documents.each_ref().map(ToString::to_string);
        let site = Site::of(&[("early.toml", &texts[0]), ("late.toml", &texts[1])]);
        let names = ["early.toml", "late.toml"];
        let mut wanted = effective(&documents);
        for (which, at) in moves {
            let name = wanted.remove(which % wanted.len());
            let (to, place) = place(&wanted, at);
            wanted.insert(to, name.clone());
            let change = order(&[&name], place);
            site.rewrite(change);
            prop_assert_eq!(loaded(&site, &names), &*wanted);
        }
        prop_assert_eq!(site.text("early.toml"), &*texts[0]);
        let without = |text: &str| text.lines().filter(|line| !line.starts_with("order")).collect::<Vec<_>>().join("\n");
        prop_assert_eq!(without(&site.text("late.toml")), without(&texts[1]));
    }

    #[test]
    fn any_moves_of_one_that_had_no_list_are_taken_back_to_the_same_bytes_at_every_step(
        catalog in generate::catalog(),
        moves in vec((any::<usize>(), any::<usize>()), 1..8),
    ) {
        let late = plain::Catalog::default();
        let documents = [catalog, late];
        let texts = documents.each_ref().map(ToString::to_string);
        let site = Site::of(&[("early.toml", &texts[0]), ("late.toml", &texts[1])]);
        let mut now = effective(&documents);
        let mut undo: Vec<(String, Order)> = Vec::new();
        let change = |change: Order| drop(site.rewrite(change));
        for (which, at) in moves {
            let which = which % now.len();
            let back = if which == 0 { Place::First } else { after(&now[which - 1]) };
            let name = now.remove(which);
            undo.push((site.text("late.toml"), order(&[&name], back)));
            let (to, place) = place(&now, at);
            now.insert(to, name.clone());
            change(order(&[&name], place));
        }
        for (text, back) in undo.into_iter().rev() {
            change(back);
            prop_assert_eq!(site.text("late.toml"), text);
        }
        prop_assert_eq!(site.text("early.toml"), &*texts[0]);
    }
}
