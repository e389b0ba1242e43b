//! A text that is written table by table. The canonical layout decides about its spacing afterwards.

use super::values::{COLUMNS, Value, header, key, list, string};
use std::fmt::{Display, Write as _};

/// A table to be written, with its keys in order.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    header: Option<String>,
    keys: Vec<(String, Value, Option<String>)>,
}

impl Table {
    /// Creates the table of the keys that stand above all headers.
    pub fn top() -> Self {
        Table { header: None, keys: Vec::new() }
    }

    /// Creates the table with this path.
    pub fn new(path: &[&str]) -> Self {
        Table { header: Some(header(path)), keys: Vec::new() }
    }

    /// Creates a further member of the array of tables with this name.
    pub fn further(name: &str) -> Self {
        Table { header: Some(format!("[[{name}]]")), keys: Vec::new() }
    }

    pub fn value(&mut self, name: &str, value: Value) {
        self.keys.push((key(name), value, None));
    }

    /// Adds a key whose value is written as it is displayed.
    pub fn scalar(&mut self, name: &str, value: impl Display) {
        self.value(name, Value::Scalar(value.to_string()));
    }

    /// Adds a string, if there is one.
    pub fn text(&mut self, name: &str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.scalar(name, string(text)));
    }

    /// Adds a number, if there is one.
    pub fn number(&mut self, name: &str, number: Option<impl Display>) {
        number.into_iter().for_each(|number| self.scalar(name, number));
    }

    /// Adds a key that is true, if it is set.
    pub fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.scalar(name, true);
        }
    }

    /// Adds an array of names, unless it is empty.
    pub fn names<S: AsRef<str>>(&mut self, name: &str, names: Vec<S>) {
        if !names.is_empty() {
            self.value(name, list(names.iter().map(AsRef::as_ref)));
        }
    }

    /// Adds a comment after the last key.
    pub fn remark(&mut self, text: &str) {
        if let Some((.., remark)) = self.keys.last_mut() {
            *remark = Some(text.to_owned());
        }
    }

    /// Returns whether a value fits on the line of its key, aligned with the keys before it.
    pub fn has_room(&self, name: &str, value: &str) -> bool {
        self.width().max(name.len()) + " = ".len() + value.chars().count() <= COLUMNS
    }

    /// Returns the width of the widest key, in characters.
    fn width(&self) -> usize {
        self.keys.iter().map(|(key, ..)| key.chars().count()).max().unwrap_or_default()
    }
}

/// A text that is being written.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
    /// Whether comments were written above the next table.
    commented: bool,
}

impl Page {
    /// Writes a comment of one line. Control characters in it, such as line breaks, become spaces.
    pub fn comment(&mut self, line: &str) {
        if !std::mem::replace(&mut self.commented, true) {
            self.blank();
        }
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(self.text, "# {}", line.trim_end());
    }

    /// Writes a blank line, unless there is one already.
    pub fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Writes a heading, if it is wanted.
    pub fn section(&mut self, title: &str, wanted: bool) {
        if wanted {
            self.blank();
            let _ = writeln!(self.text, "\n{:-<COLUMNS$}\n", format!("# ---- {title} "));
        }
    }

    /// Writes a table.
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

    /// Returns the text.
    pub fn into_text(self) -> String {
        self.text
    }
}
