//! The JSON Schema of catalogs, for editors: the keys of each table, and the values that they take.
//!
//! It is made from the tables of keys with which documents are read ([`keys`](super::keys)), so that no key can be in only one of
//! them, and from the names in `terms`. It describes the shape of a single document. Other faults (a dangling reference, a broken
//! contract, a name that the dialect lacks) are reported by loading, and the schema refuses nothing that loads.
//!
//! The schema is of draft 7, because Taplo and Even Better TOML read that one. They convert TOML to JSON, in which a date is a
//! text and `1.0` is `1`: only there is loading stricter in matters of shape.

mod values;

use super::keys::Table;
use super::raw::Severity;
use crate::terms::{Categories, Family, Protocol, Services, SocketType, System};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use values::number;

/// The pattern of names: `[a-z0-9][a-z0-9._-]*`, and not all digits; written without a look-ahead, which not every reader of
/// schemas supports.
const NAME: &str = "([a-z][a-z0-9._-]*|[0-9]+[a-z._-][a-z0-9._-]*)";

/// Returns the schema. `rules` are the codes that `[lint]` takes, with their summaries.
pub(crate) fn schema(rules: &[(&str, String)]) -> Value {
    let mut top = table(Table::Catalog);
    if let Some(lint) = top["properties"]["lint"].as_object_mut() {
        lint.append(&mut severities(rules));
    }
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".into(), json!("sockatlas catalog"));
    schema.insert(
        "description".into(),
        json!("A catalog of transport protocols, format 1: base protocols, layers that work only above something else, and \
               chains, which are layers over a base."),
    );
    schema.append(top.as_object_mut().unwrap_or(&mut Map::new()));
    schema.insert("definitions".into(), definitions());
    Value::Object(schema)
}

/// Returns the schema of a table: its keys, and no others.
fn table(table: Table) -> Value {
    let properties = table.keys().iter().map(|key| (key.name().to_owned(), values::described(table, key)));
    let properties: Map<String, Value> = properties.collect();
    let required: Vec<&str> = table.required().collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = Value::Object(properties);
    if !table.one_of().is_empty() {
        let alternatives = table.one_of().iter().map(|key| json!({ "required": [key] }));
        schema["oneOf"] = alternatives.collect();
    }
    schema
}

fn whole(pattern: &str) -> String {
    format!("^{pattern}$")
}

/// The name that stands for no family and no type: requests may use it, entries may not.
const UNSPEC: &str = "unspec";

fn stated<'n>(names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|&name| name != UNSPEC).collect()
}

/// Returns the schema of `[family.NAME]`: known families have a number, any other must state one.
fn families_by_name() -> Value {
    let known = Family::all().filter_map(Family::name);
    let known = known.chain(Family::aliases().iter().map(|&(alias, _)| alias));
    let known: Map<String, Value> = known.map(|name| (name.to_owned(), values::defined("family"))).collect();
    json!({
        "type": "object",
        "propertyNames": { "pattern": whole(NAME) },
        "properties": known,
        "additionalProperties": { "allOf": [values::defined("family")], "required": ["number"] },
    })
}

/// Returns the keys of `[lint]`.
fn severities(rules: &[(&str, String)]) -> Map<String, Value> {
    let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.name()).collect();
    let rule =
        |(code, about): &(&str, String)| ((*code).to_owned(), json!({ "description": about, "enum": severities }));
    let properties: Map<String, Value> = rules.iter().map(rule).collect();
    // A code that no rule has is a lint of its own, and the catalog loads: the rule may be a later version's.
    let schema = json!({ "type": "object", "additionalProperties": { "enum": severities }, "properties": properties });
    if let Value::Object(schema) = schema { schema } else { Map::new() }
}

fn definitions() -> Value {
    let mut definitions = words();
    let tables = Table::ALL.iter().filter_map(|&of| Some((definition(of)?, of)));
    for (name, of) in tables {
        definitions[name] = match of {
            Table::AddressSize => json!({
                "description": "The size of a socket address: a number of bytes, or the least and the greatest number.",
                "anyOf": [values::integer(0, i32::MAX.into()), table(of)],
            }),
            _ => table(of),
        };
    }
    definitions
}

/// Returns the name of a table's definition, or `None` if it has no definition of its own.
fn definition(table: Table) -> Option<&'static str> {
    Some(match table {
        Table::Provider => "provider",
        Table::Base => "base",
        Table::Layer => "layer",
        Table::Chain => "chain",
        Table::Family => "family",
        Table::Application => "application",
        Table::Winsock => "winsock",
        Table::EntryWinsock => "winsock-of-entry",
        Table::ApplicationWinsock => "winsock-of-application",
        Table::Request => "request",
        Table::Expect => "expect",
        Table::Always => "always",
        Table::AddressSize => "address-size",
        Table::ProtocolRange => "protocol-range",
        Table::Catalog | Table::Lint => return None,
    })
}

/// Returns the definitions of names and words.
fn words() -> Value {
    let known_services: Vec<&str> = Services::known().map(|(name, _)| name).collect();
    let known_categories: Vec<&str> = Categories::names().collect();
    let types: Vec<&str> = SocketType::all().filter_map(SocketType::name).collect();
    let type_aliases: Vec<&str> = SocketType::aliases().iter().map(|&(alias, _)| alias).collect();
    let types: Vec<&str> = types.into_iter().chain(type_aliases).collect();
    let families: Vec<&str> = Family::all().filter_map(Family::name).collect();
    let family_aliases: Vec<&str> = Family::aliases().iter().map(|&(alias, _)| alias).collect();
    let families: Vec<&str> = families.into_iter().chain(family_aliases).collect();
    json!({
        "name": {
            "description": "A name: lower case letters, digits, `.`, `_` and `-`; the first is a letter or a digit, and not all \
                            are digits.",
            "type": "string",
            "pattern": whole(NAME),
        },
        "entry-name": {
            "description": "The name of an entry; of a chain over several bases, CHAIN/BASE.",
            "type": "string",
            "pattern": format!("^{NAME}(/{NAME})*$"),
        },
        "service": {
            "description": "A service: one of the XP1_* flags of Winsock, one of sockatlas' own, or a \
                            further word with the prefix `x-`.",
            "anyOf": [
                { "enum": known_services },
                { "type": "string", "pattern": "^x-[a-z0-9][a-z0-9._-]*$" },
                // The bits of dwServiceFlags1 that nobody has named.
                { "type": "string", "pattern": "^xp1-0x(00[1248]|0[1248]0|[1248]00)00000$" },
            ],
        },
        "services": { "type": "array", "items": values::defined("service") },
        "category": {
            "description": "What kind of work a layer does: one of the LSP categories of Winsock, or a bit without a name.",
            "anyOf": [
                { "enum": known_categories },
                { "type": "string", "pattern": "^0x0*[1248]0{0,7}$" },
            ],
        },
        "categories": { "type": "array", "items": values::defined("category") },
        "family-name": {
            "description": "An address family: a name as in AF_, in lower case, or one that a `[family.NAME]` declares; or, in \
                            the dialects linux and windows, a number.",
            "anyOf": [
                { "enum": stated(&families) },
                { "allOf": [values::defined("name")], "not": { "const": UNSPEC } },
                values::integer(1, i32::MAX.into()),
            ],
        },
        "type-name": {
            "description": "A socket type: a name as in SOCK_, in lower case, or a number.",
            "anyOf": [{ "enum": stated(&types) }, values::integer(1, i32::MAX.into())],
        },
        "requested-family": {
            "description": "An address family: a name as in AF_, in lower case, or one that a `[family.NAME]` declares; or, in \
                            the dialects linux and windows, a number.",
            "anyOf": [{ "enum": families }, values::defined("name"), number()],
        },
        "requested-type": {
            "description": "A socket type: a name as in SOCK_, in lower case, or a number.",
            "anyOf": [{ "enum": types }, number()],
        },
        "protocol-name": {
            "description": "A protocol: a name known in its family, or a number.",
            "anyOf": [{ "enum": protocols(Family::all()) }, values::text(), number()],
        },
        "protocol-set": {
            "description": "The protocols that are answered to: a name known in the family, a number, `{ from = 1, to = 262 }`, \
                            an array of those, or `\"any\"`, which is every number but 0.",
            "anyOf": [
                { "const": "any" },
                values::defined("protocol-name"),
                values::defined("protocol-range"),
                values::some(json!({ "anyOf": [{ "const": "any" }, values::defined("protocol-name"), values::defined("protocol-range")] })),
            ],
        },
        "options": {
            "description": "Options of an entry: typed, and documented by the provider's module.",
            "type": "object",
        },
    })
}

/// Returns the names of the protocols of all families and systems, and their aliases.
fn protocols(families: impl Iterator<Item = Family>) -> BTreeSet<&'static str> {
    let of = |(family, system)| Protocol::names(family, system).chain(Protocol::aliases(family, system));
    let everywhere = families.flat_map(|family| System::ALL.map(|system| (family, system)));
    everywhere.flat_map(of).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_every_table_is_described() {
        let schema = schema(&[("some-rule", "what it finds".to_owned())]);
        let definitions = schema["definitions"].as_object().expect("a table");
        let tables = definitions.iter().map(|(name, table)| (name.as_str(), table));
        let tables = tables.chain([("catalog", &schema)]);
        let mut keys = 0;
        for (name, table) in tables {
            for (key, value) in table.get("properties").and_then(Value::as_object).into_iter().flatten() {
                assert!(
                    value["description"].as_str().is_some_and(|text| text.ends_with('.')),
                    "{name}: {key}: {value}"
                );
                keys += 1;
            }
        }
        assert!(keys > 90, "{keys}");
    }

    #[test]
    fn the_pattern_of_names_is_the_reader_s() {
        for name in ["a", "tcp4", "0-a", "3.", "1_", "x.y-z"] {
            assert!(crate::catalog::document::is_name(name), "{name}");
        }
        for name in ["", "1", "0815", "-a", ".a", "_", "A", "a b", "ä"] {
            assert!(!crate::catalog::document::is_name(name), "{name}");
        }
    }
}
