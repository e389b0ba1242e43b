//! `Set` gives one key another value, and changes nothing else.

use super::{folder, read, write};
use sockatlas::Loader;
use sockatlas::edit::{ChangeError, Set, Transaction, TransactionError};
use std::path::Path;

const CATALOG: &str = r#"format = 1   # the first

[provider.kernel]
module = "system"
[provider.tls]

[base.tcp4]
provider = "kernel"
family   = "inet"
type     = "stream"
protocol = "tcp"
services = ["guaranteed-delivery", "guaranteed-order"]
[base.tcp6]
provider = "kernel"
family   = "inet6"
type     = "stream"
protocol = "tcp"
services = ["guaranteed-delivery", "guaranteed-order"]

[layer.tls]
provider = "tls"
needs    = [
    "guaranteed-delivery", # all of it
    'guaranteed-order',    # as it was sent
]
adds     = ["encrypted"]

[chain.tls4]
layers = ["tls"]
base   = ["tcp4", "tcp6"]   # both
"#;

fn set(name: &str, key: &str, value: Option<&str>) -> Set {
    Set { name: name.to_owned(), key: key.to_owned(), value: value.map(str::to_owned) }
}

fn transaction(folder: &Path, change: Set) -> Transaction {
    Transaction::new(Loader::new().path(folder.join("site.toml"))).change(change)
}

fn changed(text: &str, change: Set) -> Result<String, TransactionError> {
    let folder = folder();
    write(folder.path(), "site.toml", text);
    transaction(folder.path(), change).prepare(|_| true)?.commit()?;
    Ok(read(folder.path(), "site.toml"))
}

/// The lines that a change takes away and those that it brings.
#[track_caller]
fn lines(change: Set) -> (Vec<String>, Vec<String>) {
    let text = changed(CATALOG, change).expect("the change can be made");
    let without = |one: &str, other: &str| -> Vec<String> {
        one.lines().filter(|line| !other.lines().any(|other| other == *line)).map(str::to_owned).collect()
    };
    (without(CATALOG, &text), without(&text, CATALOG))
}

#[track_caller]
fn refusal(change: Set) -> ChangeError {
    match changed(CATALOG, change) {
        Err(TransactionError::Change(error)) => error,
        other => panic!("it is refused, but: {other:?}"),
    }
}

#[test]
fn one_line_changes_and_setting_it_back_gives_the_same_bytes() {
    for (name, key, old, new) in [
        ("tcp4", "type", "\"stream\"", "seqpacket"),
        (
            "tcp4",
            "services",
            "[\"guaranteed-delivery\", \"guaranteed-order\"]",
            "guaranteed-order,guaranteed-delivery,partial-message",
        ),
        ("provider.kernel", "module", "\"system\"", "'system' "),
        ("catalog", "format", "1", "0x1"),
        ("tls4", "base", "[\"tcp4\", \"tcp6\"]", "tcp6,tcp4"),
    ] {
        let text = changed(CATALOG, set(name, key, Some(new))).unwrap();
        let differing = text.lines().zip(CATALOG.lines()).filter(|(new, old)| new != old).count();
        let is_same = matches!(new, "'system' " | "0x1");
        assert_eq!(differing, usize::from(!is_same), "{name} {key}: {text}");
        assert_eq!(changed(&text, set(name, key, Some(old))).unwrap(), CATALOG, "{name} {key}, and back");
    }
}

#[test]
fn a_new_key_takes_one_line_which_unsetting_takes_away() {
    for (name, key, value, line) in [
        ("tls4", "summary", "TLS over TCP", "summary = \"TLS over TCP\""),
        ("tcp4", "matches-zero", "true", "matches-zero = true"),
        ("tcp6", "hidden", "true", "hidden   = true"),
        ("tls", "options.min-version", "1.3", "options  = { min-version = \"1.3\" }"),
        (".", "title", "Ours", "title = \"Ours\""),
        ("catalog", "disable", "tls4/tcp6", "disable = [\"tls4/tcp6\"]"),
        ("provider.tls", "module", "tls", "module = \"tls\""),
    ] {
        assert_eq!(lines(set(name, key, Some(value))), (vec![], vec![line.to_owned()]));
        let text = changed(CATALOG, set(name, key, Some(value))).unwrap();
        assert_eq!(text.lines().count(), CATALOG.lines().count() + 1);
        assert_eq!(changed(&text, set(name, key, None)).unwrap(), CATALOG);
    }
    let text = changed(CATALOG, set("lint", "missing-option", Some("allow"))).unwrap();
    assert_eq!(text, format!("{CATALOG}\n[lint]\nmissing-option = \"allow\"\n"));
    assert_eq!(changed(&text, set("lint", "missing-option", None)).unwrap(), CATALOG);
}

#[test]
fn a_list_keeps_the_comments_of_what_stays_in_it() {
    let (gone, come) = lines(set("tls", "needs", Some("guaranteed-order,guaranteed-delivery")));
    assert_eq!((gone, come), (vec![], vec![]), "two lines change places, with what stands behind them");
    let (gone, come) = lines(set("tls", "needs", Some("guaranteed-order")));
    assert_eq!((gone, come), (vec!["    \"guaranteed-delivery\", # all of it".to_owned()], vec![]));
}

#[test]
fn setting_what_is_so_already_changes_nothing() {
    for (name, key, value) in [
        ("tcp4", "type", "stream"),
        ("tls", "needs", "guaranteed-delivery, guaranteed-order"),
        ("tls4", "base", "['tcp4','tcp6']"),
    ] {
        assert_eq!(lines(set(name, key, Some(value))), (vec![], vec![]), "{name} {key}");
    }
    assert_eq!(lines(set("tls4", "summary", None)), (vec![], vec![]), "what is not set can be unset");
}

#[test]
fn the_definition_that_counts_is_changed() {
    let folder = folder();
    write(folder.path(), "base.toml", CATALOG);
    let site = "include = [\"base.toml\"]\nformat = 1\n[layer.tls]\nprovider = \"tls\"\nadds = [\"encrypted\"]\nreplace = true\n";
    write(folder.path(), "site.toml", site);
    let change = set("tls", "hidden", Some("true"));
    transaction(folder.path(), change).prepare(|_| true).unwrap().commit().unwrap();
    assert_eq!(read(folder.path(), "base.toml"), CATALOG);
    let expected = site.replace("replace", "hidden = true\nreplace");
    assert_eq!(read(folder.path(), "site.toml"), expected);
}

#[test]
fn what_cannot_be_set_is_refused_and_says_what_can_be_done() {
    let message = |name, key, value| refusal(set(name, key, value)).to_string();
    assert_eq!(message("tls4/tcp4", "hidden", Some("true")), "`tls4/tcp4` is made by chain `tls4`: set it there");
    assert_eq!(message("tcp44", "hidden", None), "no entry is called `tcp44` (did you mean `tcp4`?)");
    assert_eq!(
        message("provider.kernal", "module", None),
        "no entry is called `provider.kernal` (did you mean `provider.kernel`?)"
    );
    assert_eq!(message("tls4", "sumary", Some("x")), "chain `tls4` has no key `sumary` (did you mean `summary`?)");
    assert_eq!(
        message("tls4", "adress-size.min", Some("1")),
        "chain `tls4` has no key `adress-size.min` (did you mean `address-size`?)"
    );
    assert_eq!(
        message("tcp4", "address-size.mini", Some("1")),
        "base `tcp4` has no key `address-size.mini` (did you mean `address-size.min`?)"
    );
    assert_eq!(message(".", "base.tcp4", Some("{}")), "a catalog has no key `base.tcp4` that can be set");
    assert_eq!(message("tls", "adds.x", Some("1")), "`adds` of layer `tls` has no keys: it is a value");
    assert_eq!(message("tls4", "a b", Some("1")), "chain `tls4` has no key `a b`");
    let sub_table = CATALOG.replace("\n[chain.tls4]", "[layer.tls.options]\nmin-version = \"1.3\"\n\n[chain.tls4]");
    let error = changed(&sub_table, set("tls", "options", Some("{}"))).unwrap_err();
    assert_eq!(error.to_string(), "`options` of layer `tls` is a table: set its keys, as in `options.KEY`");
    let text = changed(&sub_table, set("tls", "options.min-version", Some("1.2"))).unwrap();
    assert_eq!(text, sub_table.replace("1.3", "1.2"));

    let folder = folder();
    write(folder.path(), "site.toml", "format = 1\ninclude = [\"builtin:linux.toml\"]\n");
    let error = transaction(folder.path(), set("tcp4", "hidden", Some("true"))).preview().unwrap_err();
    let expected =
        "`tcp4` is defined in `builtin:linux.toml`, which cannot be changed: install a replacement of it, and set that";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_value_that_makes_a_fault_is_not_written() {
    for (name, key, value, expected) in [
        ("tcp4", "type", "strem", "10:12: unknown socket type `strem` (did you mean `stream`?)"),
        ("tls4", "layers", "tsl", "29:11: no layer is called `tsl`"),
        ("tls", "options.min-vers", "1.3", "27:14: unknown option `min-vers` of layer `tls`"),
    ] {
        let error = changed(CATALOG, set(name, key, Some(value))).unwrap_err();
        assert!(matches!(error, TransactionError::Faults(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}
