//! Keys and values as TOML text.

use std::fmt::Write as _;
use toml_writer::{ToTomlKey, ToTomlValue, TomlKeyBuilder, TomlStringBuilder};

/// The width of a line in columns.
pub(crate) const COLUMNS: usize = 120;
/// The indentation of a line inside brackets.
pub(super) const INDENT: &str = "    ";

/// Returns a string in the quotes in which it needs the fewest escapes, on one line.
pub(crate) fn string(text: &str) -> String {
    let builder = TomlStringBuilder::new(text);
    let plain = builder.as_basic_pretty().or_else(|| builder.as_literal());
    plain.unwrap_or_else(|| builder.as_basic()).to_toml_value()
}

/// Returns a key, in quotes if it needs them.
pub(crate) fn key(text: &str) -> String {
    let builder = TomlKeyBuilder::new(text);
    builder.as_unquoted().unwrap_or_else(|| builder.as_basic()).to_toml_key()
}

/// Returns whether a key needs no quotes.
pub(super) fn is_bare(key: &str) -> bool {
    TomlKeyBuilder::new(key).as_unquoted().is_some()
}

/// Returns the header of the table with this path, as in `[chain.tls4]`.
pub(super) fn header(path: &[&str]) -> String {
    format!("[{}]", dotted(path))
}

/// Returns a dotted key, each of its parts in quotes if it needs them.
pub(super) fn dotted<S: AsRef<str>>(path: &[S]) -> String {
    path.iter().map(|part| key(part.as_ref())).collect::<Vec<_>>().join(".")
}

/// Returns an array of these values on one line.
pub(super) fn array(values: &[String]) -> String {
    format!("[{}]", values.join(", "))
}

/// Returns an inline table of these pairs, which are written as `key = value`.
pub(super) fn inline_table(pairs: &[String]) -> String {
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// Returns an inline table of these keys and values.
pub(crate) fn inline<'k>(pairs: impl Iterator<Item = (&'k str, String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{} = {value}", key(name))).collect();
    inline_table(&pairs)
}

/// Returns an array of strings.
pub(crate) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> Value {
    Value::Array(names.into_iter().map(string).collect())
}

/// A value as text.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A value that is written as it is.
    Scalar(String),
    /// An array of these values, on as many lines as it needs.
    Array(Vec<String>),
}

impl Value {
    /// Returns the value on one line.
    pub fn flat(&self) -> String {
        match self {
            Value::Scalar(text) => text.clone(),
            Value::Array(items) => array(items),
        }
    }

    /// Returns the value with an array on several lines, each of which holds as many values as there is room for.
    pub(super) fn broken(&self) -> String {
        let Value::Array(items) = self else { return self.flat() };
        let mut text = "[".to_owned();
        let mut room = 0;
        for item in items {
            let width = item.chars().count() + 1;
            if width + 1 > room {
                let _ = write!(text, "\n{INDENT}{item},");
                room = COLUMNS.saturating_sub(INDENT.len() + width);
            } else {
                let _ = write!(text, " {item},");
                room -= width + 1;
            }
        }
        text + "\n]"
    }
}
