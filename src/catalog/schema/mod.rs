//! The JSON Schema of catalogs, for editors: the keys of each table, and the values that they take.
//!
//! It is made from the tables of keys with which documents are read ([`keys`](super::keys)), so that no key can be in only one of
//! them, and from the names in `terms`. It describes the shape of a single document. Other faults (a dangling reference, a broken
//! contract, a name that the dialect lacks) are reported by loading, and the schema refuses nothing that loads.
//!
//! The schema is of draft 7, because Taplo and Even Better TOML read that one. They convert TOML to JSON, in which a date is a
//! text and `1.0` is `1`: only there is loading stricter in matters of shape.

mod keys;

use super::document::FORMAT;
use super::keys::Table;
use super::raw::Severity;
use crate::terms::{Categories, Dialect, Family, Protocol, Services, SocketType, System};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The pattern of names: `[a-z0-9][a-z0-9._-]*`, and not all digits; written without a look-ahead, which not every reader of
/// schemas supports.
const NAME: &str = "([a-z][a-z0-9._-]*|[0-9]+[a-z._-][a-z0-9._-]*)";

/// Returns the schema. `rules` are the codes that `[lint]` takes, with their summaries.
pub(crate) fn schema(rules: &[(&str, String)]) -> Value {
    let mut top = table(Table::Catalog, |key| top(key, rules));
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

/// Returns the schema of a table with exactly these keys; `describe` returns the schema of each.
fn table(kind: Table, describe: impl Fn(&str) -> Option<Value>) -> Value {
    let properties = kind.names().map(|key| (key.to_owned(), describe(key).unwrap_or_else(|| json!({}))));
    let properties: Map<String, Value> = properties.collect();
    let required: Vec<&str> = kind.required().collect();
    let mut table = json!({ "type": "object", "additionalProperties": false });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table["properties"] = Value::Object(properties);
    table
}

/// Returns the schema of a value with a description and examples.
fn described(description: &str, value: Value, examples: &[Value]) -> Option<Value> {
    let mut schema = Map::new();
    schema.insert("description".into(), json!(description));
    match value {
        // In draft 7, keywords beside `$ref` are ignored.
        Value::Object(reference) if reference.contains_key("$ref") => {
            schema.insert("allOf".into(), json!([reference]));
        }
        Value::Object(mut value) => schema.append(&mut value),
        _ => {}
    }
    if !examples.is_empty() {
        schema.insert("examples".into(), json!(examples));
    }
    Some(Value::Object(schema))
}

fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// Returns the schema of tables by name, as in `[base.tcp4]`.
fn named(names: &str, table: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "patternProperties": { names: table } })
}

fn integer(least: i64, most: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn number() -> Value {
    integer(i32::MIN.into(), i32::MAX.into())
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn some(of: Value) -> Value {
    json!({ "type": "array", "items": of, "minItems": 1 })
}

fn whole(pattern: &str) -> String {
    format!("^{pattern}$")
}

fn top(key: &str, rules: &[(&str, String)]) -> Option<Value> {
    let name = whole(NAME);
    let application = format!("^({NAME}|\\*)$");
    let dialects: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
    match key {
        "format" => described("The version of the catalog format.", json!({ "type": "integer", "const": FORMAT }), &[]),
        "dialect" => described(
            "Whose numbers and whose order of errors apply. Documents that are merged must agree; one that states none \
             takes the others'; if none states one, it is `documented`.",
            json!({ "enum": dialects }),
            &[],
        ),
        "title" => described("What the catalog is, in one line.", text(), &[json!("How our programs may connect")]),
        "include" => described(
            "Further catalogs: paths relative to this file, or those that ship. An included catalog comes before its \
             includer, and once.",
            list(text()),
            &[json!(["site.toml"]), json!(["builtin:linux.toml", "builtin:layers.toml"])],
        ),
        "order" => described(
            "Entries that come first in catalog order; of those that match a request the first is selected. A chain over \
             several bases may be named as a whole.",
            list(defined("entry-name")),
            &[json!(["secure"])],
        ),
        "disable" => described(
            "Entries that are taken away. What an enabled entry stands on cannot be disabled.",
            list(defined("entry-name")),
            &[json!(["udp4"])],
        ),
        "provider" => described("Who implements entries, by name.", named(&name, defined("provider")), &[]),
        "base" => described(
            "Base protocols, by name: what can carry data to a remote endpoint by itself.",
            named(&name, defined("base")),
            &[],
        ),
        "layer" => {
            described("Layers, by name: what works only above something else.", named(&name, defined("layer")), &[])
        }
        "chain" => described(
            "Chains, by name: one or more layers, top first, over one base.",
            named(&name, defined("chain")),
            &[],
        ),
        "family" => described("Address families of one's own, or facts about known ones.", families_by_name(), &[]),
        "application" => described(
            "Policy, by the application that asks; it is added to what the request itself demands. `\"*\"` is for \
             applications without a section, and for requests that name none.",
            named(&application, defined("application")),
            &[],
        ),
        "expect" => {
            described("Tests of the merged catalogs, which `sockatlas check` runs.", list(defined("expect")), &[])
        }
        "always" => described(
            "Guarantees for every request that fits, which `sockatlas check` proves or refutes.",
            list(defined("always")),
            &[],
        ),
        "lint" => described(
            "How much findings weigh, by the rule's code. Faults cannot be silenced.",
            lint(rules),
            &[json!({ "unchained-layer": "allow" })],
        ),
        "winsock" => described("What a Winsock catalog says of itself, beyond its entries.", defined("winsock"), &[]),
        _ => None,
    }
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
    let known: Map<String, Value> = known.map(|name| (name.to_owned(), defined("family"))).collect();
    json!({
        "type": "object",
        "propertyNames": { "pattern": whole(NAME) },
        "properties": known,
        "additionalProperties": { "allOf": [defined("family")], "required": ["number"] },
    })
}

fn lint(rules: &[(&str, String)]) -> Value {
    let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.name()).collect();
    let rule =
        |(code, about): &(&str, String)| ((*code).to_owned(), json!({ "description": about, "enum": severities }));
    let properties: Map<String, Value> = rules.iter().map(rule).collect();
    // Unknown codes are accepted: the catalog loads with a lint, as the rule may be one of a later version.
    json!({ "type": "object", "additionalProperties": { "enum": severities }, "properties": properties })
}

fn definitions() -> Value {
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
            "description": "Something that an entry offers: one of the XP1_* flags of Winsock, one of sockatlas' own, or a \
                            further word with the prefix `x-`.",
            "anyOf": [
                { "enum": known_services },
                { "type": "string", "pattern": "^x-[a-z0-9][a-z0-9._-]*$" },
                // The bits of dwServiceFlags1 that nobody has named.
                { "type": "string", "pattern": "^xp1-0x(00[1248]|0[1248]0|[1248]00)00000$" },
            ],
        },
        "services": { "type": "array", "items": defined("service") },
        "category": {
            "description": "What kind of work a layer does: one of the LSP categories of Winsock, or a bit without a name.",
            "anyOf": [
                { "enum": known_categories },
                { "type": "string", "pattern": "^0x0*[1248]0{0,7}$" },
            ],
        },
        "categories": { "type": "array", "items": defined("category") },
        "family-name": {
            "description": "An address family: a name as in AF_, in lower case, or one that a `[family.NAME]` declares; or, in \
                            the dialects linux and windows, a number.",
            "anyOf": [
                { "enum": stated(&families) },
                { "allOf": [defined("name")], "not": { "const": UNSPEC } },
                integer(1, i32::MAX.into()),
            ],
        },
        "type-name": {
            "description": "A socket type: a name as in SOCK_, in lower case, or a number.",
            "anyOf": [{ "enum": stated(&types) }, integer(1, i32::MAX.into())],
        },
        "requested-family": {
            "description": "An address family: a name as in AF_, in lower case, or one that a `[family.NAME]` declares; or, in \
                            the dialects linux and windows, a number.",
            "anyOf": [{ "enum": families }, defined("name"), number()],
        },
        "requested-type": {
            "description": "A socket type: a name as in SOCK_, in lower case, or a number.",
            "anyOf": [{ "enum": types }, number()],
        },
        "protocol-name": {
            "description": "A protocol: a name known in its family, or a number.",
            "anyOf": [{ "enum": protocols(Family::all()) }, text(), number()],
        },
        "protocol-range": {
            "description": "All protocols from one number to another, both counted.",
            "type": "object",
            "additionalProperties": false,
            "required": Table::ProtocolRange.required().collect::<Vec<_>>(),
            "properties": table(Table::ProtocolRange, |key| match key {
                "from" => described("The first number.", number(), &[]),
                "to" => described("The last number, not below the first.", number(), &[]),
                _ => None,
            })["properties"],
        },
        "protocol-set": {
            "description": "The protocols that are answered to: a name known in the family, a number, `{ from = 1, to = 262 }`, \
                            an array of those, or `\"any\"`, which is every number but 0.",
            "anyOf": [
                { "const": "any" },
                defined("protocol-name"),
                defined("protocol-range"),
                some(json!({ "anyOf": [{ "const": "any" }, defined("protocol-name"), defined("protocol-range")] })),
            ],
        },
        "options": {
            "description": "Options of an entry: typed, and documented by the provider's module.",
            "type": "object",
        },
        "address-size": {
            "description": "The size of a socket address: bytes, or the least and the most.",
            "anyOf": [
                integer(0, i32::MAX.into()),
                table(Table::AddressSize, |key| match key {
                    "min" => described("The least number of bytes.", integer(0, i32::MAX.into()), &[]),
                    "max" => described("The most bytes.", integer(0, i32::MAX.into()), &[]),
                    _ => None,
                }),
            ],
        },
        "provider": table(Table::Provider, keys::provider),
        "base": table(Table::Base, keys::base),
        "layer": table(Table::Layer, keys::layer),
        "chain": table(Table::Chain, keys::chain),
        "family": table(Table::Family, keys::family),
        "application": table(Table::Application, keys::application),
        "winsock": table(Table::Winsock, keys::winsock),
        "winsock-of-entry": table(Table::EntryWinsock, keys::winsock_of_entry),
        "winsock-of-application":
            table(Table::ApplicationWinsock, keys::winsock_of_application),
        "request": table(Table::Request, keys::request),
        "expect": one_of(table(Table::Expect, keys::expect), &["entry", "error"]),
        "always": one_of(table(Table::Always, keys::always), &["services", "never", "refused"]),
    })
}

/// Returns a table that has exactly one of these keys.
fn one_of(mut table: Value, keys: &[&str]) -> Value {
    let alternatives: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    table["oneOf"] = json!(alternatives);
    table
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
