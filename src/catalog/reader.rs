//! Typed reading of TOML values: each getter gives the value or leaves a fault, and never both.

use super::fault::{Fault, FaultKind};
use super::options::{EntryOption, OptionValue};
use super::raw::{At, ProtocolWord, Word};
use super::source::{FileId, Span};
use super::suggest::nearest;
use crate::terms::{Categories, Services};
use std::fmt::Display;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

pub(super) type Key<'i> = Spanned<DeString<'i>>;
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

pub(super) const PROTOCOL_RANGE: &[&str] = &["from", "to"];

/// Reads the values of one document and collects its faults.
pub(super) struct Reader<'f> {
    pub file: FileId,
    pub faults: &'f mut Vec<Fault>,
    /// Where the parser could not read on and guessed; what is wrong there has been said.
    pub guessed: Vec<std::ops::Range<usize>>,
}

impl Reader<'_> {
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    pub fn at(&self, value: &Value<'_>) -> Span {
        self.span(value.span())
    }

    pub fn fault(&mut self, kind: FaultKind, at: Span) {
        let of_a_guess = self.guessed.iter().any(|guess| guess.start < at.range().end && at.range().start < guess.end);
        if !of_a_guess {
            self.faults.push(Fault::new(kind, at));
        }
    }

    pub fn wrong(&mut self, value: &Value<'_>, found: impl Into<String>, expected: impl Into<String>) {
        let at = self.at(value);
        self.fault(FaultKind::WrongValue { found: found.into(), expected: expected.into() }, at);
    }

    fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        self.wrong(value, describe(value.get_ref()), expected);
    }

    pub fn unknown_key(&mut self, key: &Key<'_>, table: impl Display, expected: &'static [&'static str]) {
        let name = key.get_ref().to_string();
        let suggestion = nearest(&name, expected.iter().copied());
        let at = self.span(key.span());
        self.fault(FaultKind::UnknownKey { key: name, table: table.to_string(), expected, suggestion }, at);
    }

    pub fn missing_key(&mut self, key: &'static str, table: impl Display, at: Span) {
        self.fault(FaultKind::MissingKey { key, table: table.to_string() }, at);
    }

    pub fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, "a table");
        }
        table
    }

    pub fn string<'v>(&mut self, value: &'v Value<'_>) -> Option<&'v str> {
        let string = value.get_ref().as_str();
        if string.is_none() {
            self.wrong_type(value, "a string");
        }
        string
    }

    pub fn text(&mut self, value: &Value<'_>) -> Option<At<String>> {
        let at = self.at(value);
        self.string(value).map(|text| At::new(text.to_owned(), at))
    }

    pub fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(value, "`true` or `false`");
        }
        boolean
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, value: &Value<'_>, least: i64, most: i64) -> Option<i64> {
        let expected = || match (least, most) {
            (least, most) if (least, most) == (i64::from(i32::MIN), i64::from(i32::MAX)) => {
                "a 32-bit whole number".to_owned()
            }
            _ => format!("a whole number from {least} to {most}"),
        };
        match value.get_ref() {
            DeValue::Integer(written) => match whole(written) {
                Some(number) if (least..=most).contains(&number) => Some(number),
                _ => {
                    self.wrong(value, format!("`{written}`"), expected());
                    None
                }
            },
            _ => {
                self.wrong_type(value, &expected());
                None
            }
        }
    }

    pub fn number(&mut self, value: &Value<'_>) -> Option<i32> {
        self.integer(value, i32::MIN.into(), i32::MAX.into()).map(|number| number as i32)
    }

    /// A value whose text form `T` knows; `expected` says which those are.
    pub fn parsed<T: FromStr>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        let text = self.string(value)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(value, format!("`{text}`"), expected);
        }
        parsed
    }

    /// Every element that `each` can read; nothing if the value is no array or an element is faulty.
    pub fn array<T>(
        &mut self,
        value: &Value<'_>,
        expected: &str,
        mut each: impl FnMut(&mut Self, &Value<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(value, expected);
            return None;
        };
        let mut elements = Vec::with_capacity(array.len());
        for element in array.iter() {
            elements.extend(each(self, element));
        }
        (elements.len() == array.len()).then_some(elements)
    }

    pub fn names(&mut self, value: &Value<'_>) -> Option<Vec<At<String>>> {
        self.array(value, "an array of names", |reader, element| reader.text(element))
    }

    pub fn some_names(&mut self, value: &Value<'_>) -> Option<Vec<At<String>>> {
        let names = self.names(value)?;
        if names.is_empty() {
            self.wrong(value, "an empty array", "at least one name");
            return None;
        }
        Some(names)
    }

    pub fn services(&mut self, value: &Value<'_>) -> Option<Services> {
        let list = self.array(value, "an array of services", |reader, element| {
            let name = reader.string(element)?;
            match Services::from_name(name) {
                Ok(service) => Some(service),
                Err(_) => {
                    let suggestion = nearest(name, Services::known().map(|(known, _)| known));
                    let note = suggestion.is_none().then(|| "a service of your own begins with `x-`".to_owned());
                    let at = reader.at(element);
                    reader
                        .fault(FaultKind::UnknownName { what: "service", name: name.to_owned(), suggestion, note }, at);
                    None
                }
            }
        })?;
        let mut services = Services::NONE;
        services.extend(list);
        Some(services)
    }

    pub fn categories(&mut self, value: &Value<'_>) -> Option<Categories> {
        let list = self.array(value, "an array of categories", |reader, element| {
            let name = reader.string(element)?;
            let category = name.parse::<Categories>().ok();
            if category.is_none() {
                let suggestion = nearest(name, Categories::names());
                let at = reader.at(element);
                let kind = FaultKind::UnknownName { what: "category", name: name.to_owned(), suggestion, note: None };
                reader.fault(kind, at);
            }
            category
        })?;
        Some(list.into_iter().collect())
    }

    /// A name or a number.
    pub fn word(&mut self, value: &Value<'_>) -> Option<At<Word>> {
        let at = self.at(value);
        let word = match value.get_ref() {
            DeValue::String(name) => Word::Name(name.to_string()),
            DeValue::Integer(_) => Word::Number(self.number(value)?),
            _ => {
                self.wrong_type(value, "a name or a number");
                return None;
            }
        };
        Some(At::new(word, at))
    }

    /// A protocol set: `"any"`, a name, a number, `{ from, to }`, or an array of those.
    pub fn protocols(&mut self, value: &Value<'_>) -> Option<Vec<At<ProtocolWord>>> {
        match value.get_ref() {
            DeValue::Array(array) if array.is_empty() => {
                self.wrong(value, "an empty array", "at least one protocol");
                None
            }
            DeValue::Array(_) => self.array(value, "", |reader, element| reader.protocol(element)),
            _ => Some(vec![self.protocol(value)?]),
        }
    }

    fn protocol(&mut self, value: &Value<'_>) -> Option<At<ProtocolWord>> {
        let at = self.at(value);
        let protocol = match value.get_ref() {
            DeValue::String(name) if name == "any" => ProtocolWord::Any,
            DeValue::Table(table) => {
                let (mut from, mut to) = (None, None);
                for (key, value) in table.iter() {
                    match key.get_ref().as_ref() {
                        "from" => from = self.number(value),
                        "to" => to = self.number(value),
                        _ => self.unknown_key(key, "a protocol range", PROTOCOL_RANGE),
                    }
                }
                for (key, there) in [("from", table.contains_key("from")), ("to", table.contains_key("to"))] {
                    if !there {
                        self.missing_key(key, "a protocol range", at);
                    }
                }
                let (from, to) = (from?, to?);
                if from > to {
                    self.wrong(value, format!("a range from {from} to {to}"), "`from` at most `to`");
                    return None;
                }
                ProtocolWord::Range(from, to)
            }
            DeValue::String(_) | DeValue::Integer(_) => ProtocolWord::One(self.word(value)?.value),
            _ => {
                self.wrong_type(value, "a protocol: a name, a number, `{ from, to }`, an array of those, or `\"any\"`");
                return None;
            }
        };
        Some(At::new(protocol, at))
    }

    pub fn options(&mut self, value: &Value<'_>) -> Option<Vec<EntryOption>> {
        let table = self.table(value)?;
        let mut options = Vec::with_capacity(table.len());
        for (key, value) in table.iter() {
            let at = self.at(value);
            let key_at = self.span(key.span());
            options.push(EntryOption { name: key.get_ref().to_string(), value: self.option(value)?, at, key_at });
        }
        Some(options)
    }

    fn option(&mut self, value: &Value<'_>) -> Option<OptionValue> {
        Some(match value.get_ref() {
            DeValue::String(text) => OptionValue::String(text.to_string()),
            DeValue::Integer(_) => OptionValue::Integer(self.integer(value, i64::MIN, i64::MAX)?),
            DeValue::Float(written) => OptionValue::Float(written.as_str().parse().ok()?),
            DeValue::Boolean(value) => OptionValue::Boolean(*value),
            DeValue::Datetime(value) => OptionValue::Datetime(value.to_string()),
            DeValue::Array(_) => OptionValue::Array(self.array(value, "", |reader, element| reader.option(element))?),
            DeValue::Table(table) => {
                let mut values = Vec::with_capacity(table.len());
                for (key, value) in table.iter() {
                    values.push((key.get_ref().to_string(), self.option(value)?));
                }
                OptionValue::Table(values)
            }
        })
    }
}

fn whole(written: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(written.as_str(), written.radix()).ok()
}

/// What a value is, for messages: short values are shown, long ones named.
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.len() <= 40 => format!("{:?}", text.as_ref()),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::String(_) => "a long string".to_owned(),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
