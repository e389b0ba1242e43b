//! The chapter on the catalog format, made of the table of its keys, the schema's descriptions, and a catalog that has every key.

use serde_json::Value;
use sockatlas::catalog::keys::{Key, Table};
use std::fmt::Write;
use std::path::Path;

/// A catalog with every key of the format; the law of deletions goes through it too.
const EXAMPLES: &str = include_str!("../laws/deleting/every_key.toml");

/// A table: how it is written, the schema's definition, and what it says.
fn sections() -> Vec<(Table, &'static str, &'static str, &'static str)> {
    vec![
        (Table::Catalog, "The catalog itself", "", "Keys above the first table of a document."),
        (Table::Provider, "`[provider.NAME]`", "provider", "Who implements entries."),
        (Table::Base, "`[base.NAME]`", "base", "A base protocol: it can carry data to a remote endpoint by itself."),
        (Table::Layer, "`[layer.NAME]`", "layer", "A layer: it works only above something else."),
        (Table::Chain, "`[chain.NAME]`", "chain", "One or more layers over a base protocol or another chain."),
        (Table::Family, "`[family.NAME]`", "family", "An address family of your own, or facts about a known one."),
        (
            Table::Application,
            "`[application.NAME]`",
            "application",
            "The policy of an application, or of all others (`\"*\"`).",
        ),
        (Table::Expect, "`[[expect]]`", "expect", "A test of the merged catalogs."),
        (Table::Always, "`[[always]]`", "always", "A guarantee for every request that fits."),
        (Table::Request, "`request`, in tests and guarantees", "request", "The request of a test or a guarantee."),
        (
            Table::Lint,
            "`[lint]`",
            "",
            "The severity of findings: `allow`, `note`, `warning` or `error`, by the rule's code.",
        ),
        (Table::AddressSize, "`address-size`", "address-size", "The sizes of a socket address."),
        (Table::ProtocolRange, "A range of protocols", "protocol-range", "Inclusive at both ends."),
        (Table::Winsock, "`[winsock]`", "winsock", "What a Winsock catalog states of itself, beyond its entries."),
        (
            Table::EntryWinsock,
            "`winsock`, of an entry",
            "winsock-of-entry",
            "What a Winsock catalog states of an entry, and no other key does.",
        ),
        (
            Table::ApplicationWinsock,
            "`winsock`, of an application",
            "winsock-of-application",
            "How Windows identifies the application.",
        ),
    ]
}

/// The chapter.
fn chapter() -> String {
    let schema: Value = serde_json::from_str(include_str!("../../catalogs/catalog.schema.json")).expect("it is JSON");
    let mut text = "# The catalog format\n\nA catalog is one TOML document; several documents merge into one catalog. \
                    This chapter lists every table and key, with its meaning and an example. `sockatlas schema` prints the same as a JSON Schema \
                    for editors, and `sockatlas fmt` writes keys in this order.\n\n\
                    Every name that a key refers to must exist and be of the kind that the key takes. Keys that the format does not have, and values of the wrong type, are faults: \
                    the catalog is not loaded, and each fault is reported with file, line and column.\n"
        .to_owned();
    for (table, title, definition, says) in sections() {
        let properties = match definition {
            "" => &schema["properties"],
            name => &schema["definitions"][name]["properties"],
        };
        let _ = write!(text, "\n## {title}\n\n{says}\n\n| key | meaning | example |\n|---|---|---|\n");
        for key in table.keys() {
            let described = &properties[key.name()];
            let meaning = described["description"].as_str().unwrap_or(own_meaning(key.name()));
            assert!(!meaning.is_empty(), "{table:?} {} has no description", key.name());
            let required = if key.is_required() { " Required." } else { "" };
            let _ = writeln!(text, "| `{}` | {meaning}{required} | {} |", key.name(), example(table, key, described));
        }
    }
    text.push_str("\n## A catalog that uses most of them\n\n```toml\n");
    text.push_str(EXAMPLES);
    text.push_str("```\n");
    text
}

/// The meaning of keys that the schema describes as a whole.
fn own_meaning(key: &str) -> &'static str {
    match key {
        "*" => "The code of a rule, as `sockatlas rule` lists them.",
        "min" => "The least number of bytes.",
        "max" => "The greatest number of bytes.",
        "from" => "The first number.",
        "to" => "The last number.",
        _ => "",
    }
}

/// How a key is written: as in the catalog that has every key, or as the schema shows it.
fn example(table: Table, key: &Key, described: &Value) -> String {
    let name = key.name();
    let written = match table {
        Table::Lint => Some("unchained-layer = \"warning\"".to_owned()),
        Table::Catalog => stated("", None, name).or_else(|| header(name)),
        Table::Provider => stated("[provider.", None, name),
        Table::Base => stated("[base.", None, name),
        Table::Layer => stated("[layer.", None, name),
        Table::Chain => stated("[chain.", None, name),
        Table::Family => stated("[family.", None, name),
        Table::Application => stated("[application.", None, name),
        Table::Expect => stated("[[expect]]", None, name),
        Table::Always => stated("[[always]]", None, name),
        Table::Request => stated("[", Some("request"), name),
        Table::AddressSize => stated("[", Some("address-size"), name),
        Table::ProtocolRange => stated("[", Some("protocol"), name),
        Table::Winsock => stated("[winsock]", None, name),
        Table::EntryWinsock => stated("[base.", Some("winsock"), name),
        Table::ApplicationWinsock => stated("[application.", Some("winsock"), name),
        _ => None,
    };
    let of_windows = || match (name, table) {
        ("winsock", Table::Catalog) => Some("[winsock]".to_owned()),
        ("winsock", Table::Application) => {
            Some("winsock = { path = \"C:\\svchost.exe\", key = \"2C69D9F1\" }".to_owned())
        }
        ("winsock", _) => Some("winsock = { bits = 32 }".to_owned()),
        _ => None,
    };
    let shown = || Some(format!("{name} = {}", described["examples"].get(0).filter(|value| !value.is_object())?));
    let written = written.or_else(of_windows).or_else(shown).unwrap_or_else(|| format!("{name} = true"));
    format!("`{}`", written.replace('|', "\\|"))
}

/// The header of the first table below a key.
fn header(name: &str) -> Option<String> {
    let is_of = |line: &&str| line.trim_matches(['[', ']']).split('.').next() == Some(name) && line.starts_with('[');
    EXAMPLES.lines().find(is_of).map(str::to_owned)
}

/// The first place in the tables with such a header where a key stands, on a line of its own or in the value of another key.
fn stated(header: &str, inside: Option<&str>, name: &str) -> Option<String> {
    let mut current = "";
    for line in EXAMPLES.lines() {
        if line.starts_with('[') {
            current = line;
        }
        let is_in = if header.is_empty() { current.is_empty() } else { current.starts_with(header) };
        let Some((key, value)) = line.split_once('=').filter(|_| is_in && !line.starts_with(['[', '#'])) else {
            continue;
        };
        match inside {
            None if key.trim() == name => return Some(format!("{name} = {}", value.trim())),
            Some(outer) if key.trim() == outer => {
                let place = value.find(&format!(" {name} = "));
                if let Some(inner) = place.and_then(|at| value.get(at + 1..)) {
                    return Some(until_end(inner).to_owned());
                }
            }
            _ => {}
        }
    }
    None
}

/// A key and its value in an inline table, up to the comma or the brace behind it.
fn until_end(text: &str) -> &str {
    let mut depth = 0_u32;
    let end = text.char_indices().find(|&(_, c)| {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => return true,
            _ => {}
        }
        false
    });
    end.map_or(text, |(at, _)| &text[..at]).trim_end()
}

/// `SOCKATLAS_FRESH=write` writes it anew.
#[test]
fn the_generated_chapter_on_the_format_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/format.md");
    let chapter = chapter();
    if std::env::var_os("SOCKATLAS_FRESH").is_some_and(|mode| mode == "write") {
        std::fs::write(&path, &chapter).expect("the folder is ours");
    }
    let committed = std::fs::read_to_string(&path).expect("it is there");
    assert!(
        committed == chapter,
        "src/manual/format.md is stale: `SOCKATLAS_FRESH=write cargo test generated` writes it anew"
    );
}
