//! The JSON Schema of catalogs: it accepts what loads, refuses every fault of shape, and Taplo reads it as we do.

mod built;
mod faults;
mod taplo;

use serde_json::Value;
use sockatlas::Loader;
use sockatlas::catalog::FaultKind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A catalog that has every key of every table, each on a line of its own.
const WHOLE: &str = include_str!("whole.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> Value {
    let text = std::fs::read(root().join("catalogs/catalog.schema.json")).expect("the schema is committed");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// Whether the schema accepts a document; nothing if that is no TOML.
fn accepted(text: &str) -> Option<bool> {
    static VALIDATOR: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| jsonschema::draft7::new(&schema()).expect("the schema is one"));
    let table: toml::Table = toml::from_str(text).ok()?;
    Some(VALIDATOR.is_valid(&json(toml::Value::Table(table))))
}

/// TOML as readers of schemas see it: dates are texts.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

/// What loading says of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Loads,
    /// Its shape is wrong: a key that is not known or not there, a value of another type, a word of no closed list.
    Shape,
    /// What is wrong takes more than the document's shape to see.
    Meaning,
}

/// What a document is judged to be, and the codes of its faults.
fn verdict(text: &str) -> (Verdict, Vec<String>) {
    let Err(error) = Loader::new().text("t.toml", text).load() else { return (Verdict::Loads, Vec::new()) };
    let shape = |kind: &FaultKind| match kind {
        FaultKind::UnknownKey { .. } | FaultKind::MissingKey { .. } | FaultKind::NotACatalog { .. } => true,
        FaultKind::WrongValue { expected, .. } => !OF_MEANING.iter().any(|text| expected.contains(text)),
        FaultKind::UnknownName { what, .. } => {
            ["service", "category", "fact", "error code", "socket type"].contains(what)
        }
        _ => false,
    };
    let verdict = if error.faults().iter().any(|fault| shape(&fault.kind)) { Verdict::Shape } else { Verdict::Meaning };
    (verdict, error.faults().iter().map(|fault| format!("{}: {}", fault.kind.code(), fault.kind)).collect())
}

/// What a value was expected to be where more than its shape is wrong with it.
const OF_MEANING: [&str; 8] = [
    "`from` at most `to`",
    "a number that no other family has",
    "the known number of",
    "its known number",
    "a chain over one base",
    "numbers differ by system",
    "without SOCK_NONBLOCK",
    "bytes of a packed catalog item",
];

/// Catalogs that ship, examples and other catalogs of the repository that load.
fn sound_catalogs() -> Vec<PathBuf> {
    let mut found = vec![root().join("tests/schema/whole.toml"), root().join("tests/command/site.toml")];
    for folder in ["catalogs", "examples"] {
        let files =
            std::fs::read_dir(root().join(folder)).expect("a folder").map(|file| file.expect("readable").path());
        found.extend(files.filter(|file| file.extension().is_some_and(|is| is == "toml")));
    }
    found.retain(|file| !file.ends_with("examples/mistaken.toml"));
    found.sort();
    assert!(found.len() >= 9, "{found:?}");
    found
}

#[test]
fn it_accepts_every_catalog_that_ships_and_every_example() {
    for file in sound_catalogs() {
        let text = std::fs::read_to_string(&file).expect("readable");
        assert_eq!(accepted(&text), Some(true), "{}", file.display());
    }
    let mistaken = std::fs::read_to_string(root().join("examples/mistaken.toml")).expect("readable");
    assert_eq!(accepted(&mistaken), Some(false), "it has an unknown key");
}

#[test]
fn catalogs_name_it_in_their_first_line() {
    for file in sound_catalogs() {
        let text = std::fs::read_to_string(&file).expect("readable");
        if let Some(path) = text.strip_prefix("#:schema ") {
            let path = path.lines().next().expect("a line");
            let named = file.parent().expect("a folder").join(path);
            assert!(named.is_file(), "{}: {path}", file.display());
        } else {
            assert!(file.starts_with(root().join("tests/command")), "{}", file.display());
        }
    }
}

#[test]
fn the_whole_catalog_loads_and_has_every_key_that_the_schema_describes() {
    assert_eq!(verdict(WHOLE), (Verdict::Loads, Vec::new()));
    let table: toml::Table = toml::from_str(WHOLE).expect("it is TOML");
    let written = json(toml::Value::Table(table));
    has_every_key(&written, "whole.toml");
}

/// Every key of every table of the schema is somewhere in a document.
#[track_caller]
fn has_every_key(written: &Value, document: &str) {
    let schema = schema();
    let keys = |of: &Value| of["properties"].as_object().expect("a table").keys().cloned().collect::<Vec<String>>();
    let has = |tables: Vec<&Value>, of: &Value, name: &str| {
        for key in keys(of) {
            assert!(tables.iter().any(|table| table.get(&key).is_some()), "no {name} in {document} has `{key}`");
        }
    };
    has(vec![written], &schema, "catalog");
    for name in ["provider", "base", "layer", "chain", "family", "application"] {
        let tables = written[name].as_object().expect("a table").values().collect();
        has(tables, &schema["definitions"][name], name);
    }
    for name in ["expect", "always"] {
        let tables = written[name].as_array().expect("an array").iter().collect();
        has(tables, &schema["definitions"][name], name);
    }
    let requests = written["expect"].as_array().expect("an array").iter().map(|test| &test["request"]);
    has(requests.collect(), &schema["definitions"]["request"], "request");
}

#[test]
fn every_lint_and_no_fault_can_be_given_a_severity() {
    let schema = schema();
    let offered: Vec<&String> =
        schema["properties"]["lint"]["properties"].as_object().expect("a table").keys().collect();
    let lints = sockatlas::check::rules().iter().filter(|rule| !rule.is_fault()).map(|rule| rule.code);
    assert_eq!(offered, lints.collect::<Vec<_>>());
    assert!(!offered.is_empty());
}
