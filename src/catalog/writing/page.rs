//! Tables, keys and values as TOML text; how they are spaced is for the canonical layout to say.

use std::fmt::{Display, Write as _};
use toml_writer::{ToTomlKey, ToTomlValue, TomlKeyBuilder, TomlStringBuilder};

/// What a line holds.
pub(crate) const COLUMNS: usize = 120;
/// What a line of an array is indented by.
const INDENT: &str = "    ";

/// A text string, in the quotes in which it needs the fewest escapes, on one line.
pub(crate) fn string(text: &str) -> String {
    let builder = TomlStringBuilder::new(text);
    let plain = builder.as_basic_pretty().or_else(|| builder.as_literal());
    plain.unwrap_or_else(|| builder.as_basic()).to_toml_value()
}

/// A key, in quotes if it needs them.
pub(crate) fn key(text: &str) -> String {
    let builder = TomlKeyBuilder::new(text);
    builder.as_unquoted().unwrap_or_else(|| builder.as_basic()).to_toml_key()
}

/// A table on one line.
pub(crate) fn inline<'k>(pairs: impl Iterator<Item = (&'k str, String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{} = {value}", key(name))).collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// An array of texts.
pub(crate) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> Value {
    Value::Array(names.into_iter().map(string).collect())
}

/// A value as text.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// As it is.
    Scalar(String),
    /// An array of these, on as many lines as it needs.
    Array(Vec<String>),
}

impl Value {
    /// On one line.
    pub fn flat(&self) -> String {
        match self {
            Value::Scalar(text) => text.clone(),
            Value::Array(items) => format!("[{}]", items.join(", ")),
        }
    }

    /// On lines that hold as much as there is room for.
    fn broken(&self) -> String {
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

/// A table with its keys in order.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    header: Option<String>,
    keys: Vec<(String, Value, Option<String>)>,
}

impl Table {
    /// Returns the keys that stand above all tables.
    pub fn top() -> Self {
        Table { header: None, keys: Vec::new() }
    }

    /// Returns the table with this path.
    pub fn new(path: &[&str]) -> Self {
        Table { header: Some(format!("[{}]", dotted(path))), keys: Vec::new() }
    }

    /// Creates a further table of an array.
    pub fn further(name: &str) -> Self {
        Table { header: Some(format!("[[{name}]]")), keys: Vec::new() }
    }

    pub fn value(&mut self, name: &str, value: Value) {
        self.keys.push((key(name), value, None));
    }

    pub fn scalar(&mut self, name: &str, value: impl Display) {
        self.value(name, Value::Scalar(value.to_string()));
    }

    /// A text string, if there is one.
    pub fn text(&mut self, name: &str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.scalar(name, string(text)));
    }

    /// A number, if there is one.
    pub fn number(&mut self, name: &str, number: Option<impl Display>) {
        number.into_iter().for_each(|number| self.scalar(name, number));
    }

    /// A key that is true, unless it is false.
    pub fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.scalar(name, true);
        }
    }

    /// An array of names, unless there is none.
    pub fn names<S: AsRef<str>>(&mut self, name: &str, names: Vec<S>) {
        if !names.is_empty() {
            self.value(name, list(names.iter().map(AsRef::as_ref)));
        }
    }

    /// Says something behind the last key.
    pub fn remark(&mut self, text: &str) {
        if let Some((.., remark)) = self.keys.last_mut() {
            *remark = Some(text.to_owned());
        }
    }

    /// Returns whether a value has room on the line of its key, beside keys that are there and those to come.
    pub fn has_room(&self, name: &str, value: &str) -> bool {
        self.width().max(name.len()) + " = ".len() + value.chars().count() <= COLUMNS
    }

    /// Returns the columns that the layout gives to keys.
    fn width(&self) -> usize {
        self.keys.iter().map(|(key, ..)| key.chars().count()).max().unwrap_or_default()
    }
}

fn dotted(path: &[&str]) -> String {
    path.iter().map(|part| key(part)).collect::<Vec<_>>().join(".")
}

/// A text that is being written.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
    /// Whether comments stand above the next table.
    commented: bool,
}

impl Page {
    /// A line for people. A line break in it becomes a space, and no other control character can be written.
    pub fn comment(&mut self, line: &str) {
        if !std::mem::replace(&mut self.commented, true) {
            self.blank();
        }
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(self.text, "# {}", line.trim_end());
    }

    pub fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading, if there is something below it.
    pub fn section(&mut self, title: &str, wanted: bool) {
        if wanted {
            self.blank();
            let _ = writeln!(self.text, "\n{:-<COLUMNS$}\n", format!("# ---- {title} "));
        }
    }

    pub fn table(&mut self, table: &Table) {
        if !std::mem::take(&mut self.commented) {
            self.blank();
        }
        if let Some(header) = &table.header {
            self.text.push_str(header);
            self.text.push('\n');
        }
        let width = table.width();
        for (key, value, remark) in &table.keys {
            let flat = value.flat();
            let value = if width + " = ".len() + flat.chars().count() > COLUMNS { value.broken() } else { flat };
            let _ = write!(self.text, "{key:width$} = {value}");
            if let Some(remark) = remark {
                let _ = write!(self.text, "  # {remark}");
            }
            self.text.push('\n');
        }
    }

    pub fn into_text(self) -> String {
        self.text
    }
}
