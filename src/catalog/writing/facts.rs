//! Writes what ends the table of an entry of any kind: further facts, options, and the facts of Winsock catalogs alone.

use crate::catalog::{Bitness, FactValue, Facts, OptionValue, WinsockApplication, WinsockFacts};
use crate::text::{Page, Table, Value, inline, string};
use base64::prelude::{BASE64_STANDARD, Engine as _};

/// The number of base64 characters on a line.
const BASE64_COLUMNS: usize = 100;

/// Writes the table of an entry, and adds these facts and options after its keys; `summary` is not among them.
///
/// Options and packed bytes that do not fit on a line get tables of their own.
pub(crate) fn finish(page: &mut Page, mut table: Table, path: [&str; 2], facts: &Facts, options: &[(&str, String)]) {
    further(&mut table, facts);
    let flat = inline(options.iter().cloned());
    let options_apart = !options.is_empty() && !table.has_room("options", &flat);
    if !options.is_empty() && !options_apart {
        table.scalar("options", flat);
    }
    let winsock = facts.winsock.as_deref();
    if let Some(winsock) = winsock.filter(|winsock| winsock.packed.is_none()) {
        table.scalar("winsock", inline(winsock_keys(winsock).into_iter()));
    }
    page.table(&table);
    if options_apart {
        let mut table = Table::new(&[path[0], path[1], "options"]);
        options.iter().for_each(|(name, value)| table.scalar(name, value));
        page.table(&table);
    }
    if let Some((winsock, packed)) = winsock.and_then(|winsock| Some((winsock, winsock.packed.as_deref()?))) {
        let mut table = Table::new(&[path[0], path[1], "winsock"]);
        winsock_keys(winsock).iter().for_each(|(name, value)| table.scalar(name, value));
        table.value("packed", Value::Scalar(base64(packed)));
        page.table(&table);
    }
}

/// The facts that all kinds of entries may state; the version stands further up.
fn further(table: &mut Table, facts: &Facts) {
    for (key, value) in facts.values().filter(|(key, _)| *key != "version") {
        let Some(value) = value else { continue };
        table.scalar(key, fact(&value));
    }
    table.names("unknown", facts.unknown.clone());
}

fn fact(value: &FactValue) -> String {
    match value {
        FactValue::Flag => true.to_string(),
        FactValue::Number(number) => number.to_string(),
        FactValue::Text(text) => string(text),
        FactValue::AddressSize(size) if size.min == size.max => size.min.to_string(),
        FactValue::AddressSize(size) => {
            inline([("min", size.min.to_string()), ("max", size.max.to_string())].into_iter())
        }
    }
}

/// Returns the keys of `winsock`, except the packed bytes.
fn winsock_keys(winsock: &WinsockFacts) -> Vec<(&'static str, String)> {
    let bits = winsock.bits.map(|bits| ("bits", Bitness::number(bits).to_string()));
    let library = winsock.library.as_deref().map(|library| ("library", string(library)));
    bits.into_iter().chain(library).collect()
}

/// Returns bytes in base64, as a string over several lines.
fn base64(bytes: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(bytes);
    let lines: Vec<&str> =
        text.as_bytes().chunks(BASE64_COLUMNS).filter_map(|line| str::from_utf8(line).ok()).collect();
    format!("\"\"\"\n{}\n\"\"\"", lines.join("\n"))
}

/// Returns the values by which Windows identifies an application, on one line.
pub(crate) fn application(winsock: &WinsockApplication) -> String {
    let path = [("path", string(&winsock.path))].into_iter();
    let arguments = winsock.arguments.iter().map(|arguments| ("arguments", string(arguments)));
    inline(path.chain(arguments).chain([("key", string(&winsock.key))]))
}

/// Returns the value of an option on one line.
///
/// A text that is not a date or time is written as one nevertheless, so that only its own reading is a fault.
pub(crate) fn option(value: &OptionValue) -> String {
    match value {
        OptionValue::Boolean(value) => value.to_string(),
        OptionValue::Integer(value) => value.to_string(),
        OptionValue::Float(value) => toml_writer::ToTomlValue::to_toml_value(value),
        OptionValue::String(text) => string(text),
        OptionValue::Datetime(text) if text.parse::<toml::value::Datetime>().is_ok() => text.clone(),
        OptionValue::Datetime(text) => format!("datetime {}", string(text)),
        OptionValue::Array(values) => format!("[{}]", values.iter().map(option).collect::<Vec<_>>().join(", ")),
        OptionValue::Table(pairs) => inline(pairs.iter().map(|(name, value)| (name.as_str(), option(value)))),
    }
}
