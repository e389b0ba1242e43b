//! The JSON Schema of catalogs, for editors: which keys stand where, and what values they take.
//!
//! It is made from the tables of keys with which documents are read ([`document`]), so that a key cannot be in one and not in
//! the other, and from the names in `terms`. It says what a single document tells by its shape. What takes more (a reference
//! to nothing, a broken contract, a name that the dialect lacks) loading says, and the schema refuses nothing that loads.
//!
//! Draft 7, because that is what Taplo and Even Better TOML read. They see TOML through JSON, in which a date is a text and
//! `1.0` is `1`: there alone loading is stricter in matters of shape.

use super::document::{FORMAT, keys as document};
use super::entry::{ByteOrder, Facts};
use super::raw::Severity;
use super::reader;
use crate::terms::{Categories, Dialect, ErrorCode, Family, Protocol, Services, SocketType, System};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What names look like: `[a-z0-9][a-z0-9._-]*`, and not all digits; written without a look-ahead, which not every
/// reader of schemas knows.
const NAME: &str = "([a-z][a-z0-9._-]*|[0-9]+[a-z._-][a-z0-9._-]*)";

/// The schema. `rules` are the codes that `[lint]` takes, and what each is about.
pub(crate) fn schema(rules: &[(&str, String)]) -> Value {
    let mut top = table(document::TOP, &["format"], |key| top(key, rules));
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

/// A table of exactly these keys; `describe` gives each its schema.
fn table(keys: &[&str], required: &[&str], describe: impl Fn(&str) -> Option<Value>) -> Value {
    let properties = keys.iter().map(|&key| (key.to_owned(), describe(key).unwrap_or_else(|| json!({}))));
    let properties: Map<String, Value> = properties.collect();
    let mut table = json!({ "type": "object", "additionalProperties": false });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table["properties"] = Value::Object(properties);
    table
}

/// A value with a description, and what it may look like.
fn described(description: &str, value: Value, examples: &[Value]) -> Option<Value> {
    let mut schema = Map::new();
    schema.insert("description".into(), json!(description));
    match value {
        // Beside `$ref` draft 7 reads nothing.
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

/// Tables by name, as in `[base.tcp4]`.
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
        _ => None,
    }
}

/// What stands for no family and no type: requests may say so, entries may not.
const UNSPEC: &str = "unspec";

fn stated<'n>(names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|&name| name != UNSPEC).collect()
}

/// Known families have a number; any other must be given one.
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
    // A code that no rule has is a lint of its own, and the catalog loads: it may be a later version's.
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
            "required": reader::PROTOCOL_RANGE,
            "properties": table(reader::PROTOCOL_RANGE, &[], |key| match key {
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
                table(document::ADDRESS_SIZE, document::ADDRESS_SIZE, |key| match key {
                    "min" => described("The least number of bytes.", integer(0, i32::MAX.into()), &[]),
                    "max" => described("The most bytes.", integer(0, i32::MAX.into()), &[]),
                    _ => None,
                }),
            ],
        },
        "provider": table(document::PROVIDER, &[], provider),
        "base": table(document::BASE, document::BASE_REQUIRED, base),
        "layer": table(document::LAYER, document::LAYER_REQUIRED, layer),
        "chain": table(document::CHAIN, document::CHAIN_REQUIRED, chain),
        "family": table(document::FAMILY, &[], family),
        "application": table(document::APPLICATION, &[], application),
        "request": table(document::REQUEST, &[], request),
        "expect": one_of(table(document::EXPECT, &["request"], expect), &["entry", "error"]),
        "always": one_of(table(document::ALWAYS, &["request"], always), &["services", "never", "refused"]),
    })
}

/// A table that has exactly one of these keys.
fn one_of(mut table: Value, keys: &[&str]) -> Value {
    let alternatives: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    table["oneOf"] = json!(alternatives);
    table
}

/// The names of the protocols of all families and systems, and their aliases.
fn protocols(families: impl Iterator<Item = Family>) -> BTreeSet<&'static str> {
    let of = |(family, system)| Protocol::names(family, system).chain(Protocol::aliases(family, system));
    let everywhere = families.flat_map(|family| System::ALL.map(|system| (family, system)));
    everywhere.flat_map(of).map(|(name, _)| name).collect()
}

fn provider(key: &str) -> Option<Value> {
    match key {
        "module" => described(
            "The implementation, by its name; the provider's own name if left out.",
            text(),
            &[json!("system"), json!("tls")],
        ),
        "id" => described(
            "Its GUID, by which Winsock knows providers.",
            // With hyphens, in braces, as a URN, or plain.
            json!({
                "type": "string",
                "pattern": format!("^({HYPHENATED}|\\{{{HYPHENATED}\\}}|urn:uuid:{HYPHENATED}|[0-9a-fA-F]{{32}})$"),
            }),
            &[json!("e70f1aa0-ab8b-11cf-8ca3-00805f48a192")],
        ),
        "replace" => replace("provider"),
        _ => None,
    }
}

const HYPHENATED: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

fn replace(what: &str) -> Option<Value> {
    let description = format!("Whether this takes the place of a {what} of the same name that was declared before.");
    described(&description, flag(), &[])
}

fn base(key: &str) -> Option<Value> {
    match key {
        "provider" => described("Who implements it: the name of a provider.", defined("name"), &[json!("kernel")]),
        "family" => described("Its address family.", defined("family-name"), &[json!("inet")]),
        "type" => described("Its socket type.", defined("type-name"), &[json!("stream")]),
        "protocol" => described(
            "The protocols that it answers to; a request without one gets the first that is written.",
            defined("protocol-set"),
            &[json!("tcp"), json!({ "from": 1, "to": 262 }), json!(["udp", "udp-lite"]), json!("any")],
        ),
        "matches-zero" => described(
            "Whether a request with protocol 0 matches; if left out it does not, also where the protocols hold the number 0.",
            flag(),
            &[],
        ),
        "services" => described(
            "What it offers.",
            defined("services"),
            &[json!(["guaranteed-delivery", "guaranteed-order", "graceful-close"])],
        ),
        _ => common(key),
    }
}

fn layer(key: &str) -> Option<Value> {
    match key {
        "provider" => described("Who implements it: the name of a provider.", defined("name"), &[json!("tls")]),
        "needs" => described(
            "What lies directly below must offer these.",
            defined("services"),
            &[json!(["guaranteed-delivery", "guaranteed-order"])],
        ),
        "forbids" => described(
            "What lies directly below must not offer these.",
            defined("services"),
            &[json!(["message-oriented"])],
        ),
        "adds" => described(
            "What it adds to what is offered below.",
            defined("services"),
            &[json!(["encrypted", "authenticated"])],
        ),
        "removes" => {
            described("What is no longer offered above it.", defined("services"), &[json!(["expedited-data"])])
        }
        "allow-below" => described(
            "The layers and bases that may lie directly below; all may if left out.",
            list(defined("entry-name")),
            &[json!(["tcp4", "tcp6"])],
        ),
        "categories" => described(
            "What kinds of work it does, by which applications permit it.",
            defined("categories"),
            &[json!(["crypto-compress"])],
        ),
        "type" => described(
            "The socket type that it presents above; that of what lies below if left out.",
            defined("type-name"),
            &[json!("seqpacket")],
        ),
        _ => common(key),
    }
}

fn chain(key: &str) -> Option<Value> {
    match key {
        "layers" => described(
            "Its layers, top first; none twice, and 7 entries at most with all that is below.",
            some(defined("entry-name")),
            &[json!(["tls"]), json!(["tls", "socks5"])],
        ),
        "base" => described(
            "What it runs over: a base protocol or another chain. An array of them makes an entry CHAIN/BASE of each.",
            json!({ "anyOf": [defined("entry-name"), some(defined("entry-name"))] }),
            &[json!("tcp4"), json!(["tcp4", "tcp6"])],
        ),
        "protocol" => described(
            "Protocols of its own under which it is asked for; its base's if left out.",
            defined("protocol-set"),
            &[],
        ),
        "matches-zero" => described("Whether a request with protocol 0 matches; as its base if left out.", flag(), &[]),
        "provider" => described("Who it counts for; the provider of its top layer if left out.", defined("name"), &[]),
        "services" => described(
            "What it is said to offer; if left out, what follows from its base and layers.",
            defined("services"),
            &[],
        ),
        _ => common(key),
    }
}

/// What every kind of entry has.
fn common(key: &str) -> Option<Value> {
    match key {
        "options" => described("Options of the sockets or sessions of this entry.", defined("options"), &[]),
        "summary" => described("What it is, in one line. Winsock: szProtocol.", text(), &[json!("TCP over IPv4")]),
        "hidden" => described("Whether it is left out of lists; it can be selected all the same.", flag(), &[]),
        "replace" => replace("definition"),
        "catalog-entry-id" => described(
            "Its stable number; if left out, bases and chains are counted from 1001 on, then layers. Winsock: \
             dwCatalogEntryId.",
            integer(1, i32::MAX.into()),
            &[json!(1001)],
        ),
        "version" => described("The version of the protocol. Winsock: iVersion.", number(), &[]),
        "message-size" => described(
            "The largest message in bytes: 0 for a stream of bytes, 1 when it depends on the MTU, 4294967295 for no limit. \
             Winsock: dwMessageSize.",
            integer(0, u32::MAX.into()),
            &[json!(0), json!(65507)],
        ),
        "address-size" => described(
            "Bytes of a socket address. Winsock: iMinSockAddr, iMaxSockAddr.",
            defined("address-size"),
            &[json!(16), json!({ "min": 2, "max": 110 })],
        ),
        "byte-order" => described(
            "The order of bytes on the wire. Winsock: iNetworkByteOrder.",
            json!({ "enum": [ByteOrder::Big.name(), ByteOrder::Little.name()] }),
            &[],
        ),
        "security-scheme" => described("Its security scheme; 0 is none. Winsock: iSecurityScheme.", number(), &[]),
        "recommended" => described(
            "Whether it is the recommended one among several entries of a protocol. Winsock: PFL_RECOMMENDED_PROTO_ENTRY.",
            flag(),
            &[],
        ),
        "unknown" => described(
            "Facts that the source of this entry did not tell; they count as absent, and refusals name them.",
            list(json!({ "enum": Facts::UNKNOWABLE })),
            &[json!(["matches-zero"])],
        ),
        _ => None,
    }
}

fn family(key: &str) -> Option<Value> {
    match key {
        "number" => {
            described("Its number; needed for a family of one's own.", integer(1, i32::MAX.into()), &[json!(201)])
        }
        "protocols" => described(
            "Its protocols: their names and numbers.",
            json!({ "type": "object", "additionalProperties": number() }),
            &[json!({ "widget": 1, "gadget": 2 })],
        ),
        "max-protocol" => described(
            "In the dialect linux: a protocol below 0 or above this is `invalid-argument` when nothing matches.",
            integer(0, i32::MAX.into()),
            &[json!(262)],
        ),
        "protocol-first" => described(
            "In the dialect linux: whether the protocol is tested before the type when nothing matches.",
            flag(),
            &[],
        ),
        "replace" => replace("family"),
        _ => None,
    }
}

fn application(key: &str) -> Option<Value> {
    match key {
        "require" => {
            described("What is selected for it must offer these.", defined("services"), &[json!(["encrypted"])])
        }
        "prohibit" => {
            described("What is selected for it must not offer these.", defined("services"), &[json!(["proxied"])])
        }
        "permit" => described(
            "Categories that its chains may have: of each layer they must be some, and all of them among these, `system` \
             included if it is here. Base protocols are always permitted.",
            defined("categories"),
            &[json!(["crypto-compress", "proxy"])],
        ),
        "replace" => replace("section"),
        _ => None,
    }
}

fn request(key: &str) -> Option<Value> {
    match key {
        "family" => described("The address family asked for.", defined("requested-family"), &[json!("inet")]),
        "type" => described("The socket type asked for.", defined("requested-type"), &[json!("stream")]),
        "protocol" => described("The protocol asked for.", defined("protocol-name"), &[json!("tcp")]),
        "entry" => described(
            "The entry asked for: its name, or its catalog entry id.",
            json!({ "anyOf": [text(), number()] }),
            &[json!("tcp4"), json!(1001)],
        ),
        "provider" => described("The provider asked for: its name or GUID.", text(), &[json!("kernel")]),
        "require" => described("Services that must be offered.", defined("services"), &[json!(["encrypted"])]),
        "prefer" => described("Services by which one of several is preferred.", defined("services"), &[]),
        "avoid" => described("Services for which one of several is put behind.", defined("services"), &[]),
        "prohibit" => described("Services that must not be offered.", defined("services"), &[]),
        "application" => described("The application that asks.", text(), &[json!("billing")]),
        _ => None,
    }
}

fn expect(key: &str) -> Option<Value> {
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let summaries: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.summary()).collect();
    match key {
        "request" => described(
            "What is asked; a field that is left out is not stated.",
            defined("request"),
            &[json!({ "family": "inet", "type": "stream", "protocol": "tcp" })],
        ),
        "entry" => described("The entry that must be selected.", defined("entry-name"), &[json!("tcp4")]),
        "error" => described(
            "The code with which it must be refused.",
            // Taplo shows these beside the codes.
            json!({ "enum": codes, "x-taplo": { "docs": { "enumValues": summaries } } }),
            &[],
        ),
        _ => None,
    }
}

fn always(key: &str) -> Option<Value> {
    match key {
        "request" => described(
            "Which requests are meant; a field that is left out is whatever it is.",
            defined("request"),
            &[json!({ "application": "billing" })],
        ),
        "services" => {
            described("What is selected offers these.", defined("services"), &[json!(["encrypted", "authenticated"])])
        }
        "never" => described("None of these is selected.", some(defined("entry-name")), &[json!(["tcp4"])]),
        "refused" => described("Nothing is selected.", json!({ "const": true }), &[]),
        _ => None,
    }
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
