//! The chapter on the catalog format, made of the table of keys and a catalog that has nearly every key.

use sockatlas::catalog::keys::{Key, Shape, Table};
use std::fmt::Write;
use std::path::Path;

/// A catalog with nearly every key of the format; the law of deletions uses it too.
const EXAMPLES: &str = include_str!("../laws/deleting/every_key.toml");

/// The chapter.
fn chapter() -> String {
    let mut text = "# The catalog format\n\nA catalog is one TOML document; several documents merge into one catalog. \
                    This chapter lists every table and key, with its meaning and an example. `sockatlas schema` prints the same as a JSON Schema \
                    for editors.\n\n\
                    Every name that a key refers to must exist and be of the kind that the key takes. Keys that the format does not have, and values of the wrong type, are faults: \
                    the catalog is not loaded, and each fault is reported with file, line and column.\n"
        .to_owned();
    for table in Table::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n| key | meaning | example |\n|---|---|---|\n",
            table.title(),
            table.description()
        );
        for key in table.keys() {
            let required = if key.is_required() { " Required." } else { "" };
            let default = key.default_value().map(|value| format!(" Default: `{value}`.")).unwrap_or_default();
            let example = example(*table, key).replace('|', "\\|");
            let _ = writeln!(text, "| `{}` | {}{required}{default} | `{example}` |", key.name(), key.description());
        }
    }
    text.push_str("\n## A catalog that uses most of them\n\n```toml\n");
    text.push_str(EXAMPLES);
    text.push_str("```\n");
    text
}

/// How a key is written: with its example, or as the header of a table.
fn example(table: Table, key: &Key) -> String {
    let name = key.name();
    match (table, key.shape(), key.example_values().first()) {
        (Table::Lint, _, Some(value)) => format!("unchained-layer = {value}"),
        (_, _, Some(value)) => format!("{name} = {value}"),
        (_, Shape::Tables(_), None) => format!("[[{name}]]"),
        (_, Shape::Section(_), None) => {
            let is_header = |line: &&str| line.starts_with(&format!("[{name}."));
            EXAMPLES.lines().find(is_header).expect("the example has the section").to_owned()
        }
        _ => format!("[{name}]"),
    }
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
