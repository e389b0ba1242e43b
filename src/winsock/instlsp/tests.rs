use super::*;
use crate::catalog::Sources;

fn stated(text: &str) -> (Store, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("instlsp.txt", text.to_owned());
    let mut faults = Vec::new();
    let store = parse(file, sources.get(file).text(), &mut faults);
    let faults = faults.iter().map(|fault| format!("{}: {}", fault.location(&sources), fault.kind)).collect();
    (store, faults)
}

#[test]
fn ids_and_descriptions_are_stated_in_order_with_their_places() {
    let text = "C:\\>instlsp -p\r\n    1042 - Foobar over [MSAFD Tcpip [TCP/IP]]\r\n    1041 - Foobar - light\r\n";
    assert!(looks_like(text));
    let (store, faults) = stated(text);
    let facts: Vec<(&str, &str)> = store
        .fragments
        .iter()
        .map(|fragment| {
            let fact = |field| fragment.facts.get(&field).map_or("", |stated| &text[stated.at.range()]);
            (fact(Field::CatalogEntryId), fact(Field::ProtocolName))
        })
        .collect();
    assert_eq!(facts, [("1042", "Foobar over [MSAFD Tcpip [TCP/IP]]"), ("1041", "Foobar - light")]);
    let missing = "instlsp.txt:2:5: the source does not state more than the ids and descriptions of its entries";
    assert_eq!(faults, [missing]);
}

#[test]
fn other_texts_are_not_taken_for_a_listing() {
    for text in ["", "1 - one\n2 - two\n", "a = \"\"\"\n1042 - b\n\"\"\"\n", "1042 - a\nthen\n1043 - b\n", "1042 -\n"] {
        assert!(!looks_like(text), "{text}");
    }
}

#[test]
fn a_listing_without_entries_says_so() {
    assert_eq!(
        stated("nothing").1,
        ["instlsp.txt:1:1: the source does not state a single entry: no line is one that `instlsp -p` prints"]
    );
}

#[test]
fn a_listing_without_end_is_given_up_at_a_limit() {
    let (store, faults) = stated(&"1001 - a\n".repeat(20_000));
    assert_eq!((store.fragments.len(), faults.len()), (MOST_ENTRIES + 1, 2));
}
