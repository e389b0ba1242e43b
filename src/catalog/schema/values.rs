//! The schema of a key's value, made of the key's shape.

use super::{NAME, definition, families_by_name, whole};
use crate::catalog::PACKED_ITEM_BYTES;
use crate::catalog::document::FORMAT;
use crate::catalog::entry::Bitness;
use crate::catalog::keys::{Key, Refers, Shape, Table};
use crate::terms::ErrorCode;
use serde_json::{Map, Value, json};

const HYPHENATED: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/// Returns the schema of a key: its description, its value, and examples.
pub(super) fn described(table: Table, key: &Key) -> Value {
    let mut schema = Map::new();
    schema.insert("description".into(), json!(key.description()));
    match value(table, key) {
        // Draft 7 ignores everything beside `$ref`.
        Value::Object(reference) if reference.contains_key("$ref") => {
            schema.insert("allOf".into(), json!([reference]));
        }
        Value::Object(mut value) => schema.append(&mut value),
        _ => {}
    }
    if let Some(default) = key.default_value().and_then(json_of) {
        schema.insert("default".into(), default);
    }
    let examples: Vec<Value> = key.example_values().iter().filter_map(|example| json_of(example)).collect();
    if !examples.is_empty() && !matches!(key.shape(), Shape::Flag | Shape::True | Shape::Format) {
        schema.insert("examples".into(), json!(examples));
    }
    Value::Object(schema)
}

/// Returns a TOML value as JSON.
fn json_of(value: &str) -> Option<Value> {
    let table: toml::Table = format!("x = {value}").parse().ok()?;
    serde_json::to_value(table.get("x")?).ok()
}

fn value(table: Table, key: &Key) -> Value {
    match key.shape() {
        Shape::Format => json!({ "type": "integer", "const": FORMAT }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Text => text(),
        Shape::Integer { least, most } => integer(least, most),
        // With hyphens, in braces, as a URN, or plain.
        Shape::Guid => json!({
            "type": "string",
            "pattern": format!("^({HYPHENATED}|\\{{{HYPHENATED}\\}}|urn:uuid:{HYPHENATED}|[0-9a-fA-F]{{32}})$"),
        }),
        // Blanks and line breaks may stand in it, so the greatest length is not stated.
        Shape::Base64 => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9+/\\s]*$", "minLength": PACKED_ITEM_BYTES / 3 * 4 })
        }
        Shape::Bits => json!({ "enum": Bitness::ALL.map(Bitness::number) }),
        Shape::Word(refers) => word(table, refers),
        Shape::Words(Refers::Service | Refers::AskedService) => defined("services"),
        Shape::Words(Refers::Category) => defined("categories"),
        Shape::Words(refers) => list(word(table, refers)),
        Shape::SomeWords(refers) => some(word(table, refers)),
        Shape::WordOrWords(refers) => json!({ "anyOf": [word(table, refers), some(word(table, refers))] }),
        Shape::ProtocolSet => defined("protocol-set"),
        Shape::AddressSize => defined("address-size"),
        Shape::Numbers => json!({ "type": "object", "additionalProperties": number() }),
        Shape::Options => defined("options"),
        Shape::Section(Table::Family) => families_by_name(),
        Shape::Section(of) => {
            let names = if of == Table::Application { format!("^({NAME}|\\*)$") } else { whole(NAME) };
            json!({ "type": "object", "additionalProperties": false, "patternProperties": { names: table_of(of) } })
        }
        Shape::Table(of) => table_of(of),
        Shape::Tables(of) => list(table_of(of)),
        // The severities are described with the rules.
        Shape::Severity => json!({}),
    }
}

fn table_of(table: Table) -> Value {
    definition(table).map_or_else(|| json!({}), defined)
}

/// Returns the schema of a word that refers to something.
fn word(table: Table, refers: Refers) -> Value {
    match refers {
        // Taplo shows the summaries beside the codes.
        Refers::ErrorCode => {
            let summaries = ErrorCode::ALL.iter().map(|code| code.summary()).collect::<Vec<_>>();
            json!({ "enum": refers.words(), "x-taplo": { "docs": { "enumValues": summaries } } })
        }
        Refers::Dialect | Refers::ByteOrder | Refers::Role | Refers::Fact => json!({ "enum": refers.words() }),
        Refers::Provider => defined("name"),
        Refers::Layer | Refers::LayerOrBase | Refers::BaseOrChain | Refers::BaseChainOrGroup | Refers::EntryOrGroup => {
            defined("entry-name")
        }
        Refers::RequestedEntry => json!({ "anyOf": [text(), number()] }),
        Refers::Family if table == Table::Request => defined("requested-family"),
        Refers::Family => defined("family-name"),
        Refers::SocketType if table == Table::Request => defined("requested-type"),
        Refers::SocketType => defined("type-name"),
        Refers::Protocol => defined("protocol-name"),
        Refers::Service | Refers::AskedService => defined("service"),
        Refers::Category => defined("category"),
        Refers::RequestedProvider | Refers::RequestedApplication | Refers::Module | Refers::Document | Refers::Rule => {
            text()
        }
    }
}

pub(super) fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

pub(super) fn integer(least: i64, most: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

pub(super) fn number() -> Value {
    integer(i32::MIN.into(), i32::MAX.into())
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

pub(super) fn some(of: Value) -> Value {
    json!({ "type": "array", "items": of, "minItems": 1 })
}
