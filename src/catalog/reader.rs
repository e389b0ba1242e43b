//! Typed reading of TOML values: each getter either returns the value or records a fault.

use super::fault::{Fault, FaultKind, boolean, is_top_level};
use super::faults::{Faults, Reported};
use super::keys::Table;
use super::options::{EntryOption, OptionValue};
use super::raw::{At, ProtocolWord, Word};
use super::remark::Remark;
use super::source::{FileId, Span};
use super::suggest::nearest;
use crate::terms::{Categories, Services};
use std::fmt::Display;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

pub(super) type Key<'i> = Spanned<DeString<'i>>;
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A value, or the proof that a fault was recorded because of which it cannot be read.
pub(super) type Read<T> = Result<T, Reported>;

/// Reads the values of one document and records its faults.
pub(super) struct Reader<'f> {
    pub file: FileId,
    pub faults: &'f mut Faults,
    /// The places where unreadable parts were removed from the text, each with the fault that was recorded for it.
    pub damaged: Vec<Damage>,
    /// The last fault that was met here, including one that stands for a guess.
    pub last: Option<Reported>,
    /// The unknown keys of the table being read: for each the key that was probably meant.
    pub strange: Vec<(Option<String>, Reported)>,
    pub remarks: Vec<Remark>,
}

/// A part of a table that could not be read.
pub(super) struct Damage {
    /// The start of its header; 0 for the catalog itself.
    pub table: usize,
    pub at: usize,
    pub reported: Reported,
}

impl Damage {
    /// Returns whether the part is in the table that begins at this offset, in its header or its body.
    fn is_in(&self, table: usize) -> bool {
        (self.table..=self.at).contains(&table)
    }
}

impl Reader<'_> {
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    pub fn at(&self, value: &Value<'_>) -> Span {
        self.span(value.span())
    }

    /// Records a fault.
    pub fn fault(&mut self, kind: FaultKind, at: Span) -> Reported {
        let reported = self.faults.push(Fault::new(kind, at));
        self.last = Some(reported);
        reported
    }

    /// Reads something made of several values. Returns an error if any of them is faulty, after all of them are read.
    pub fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let before = self.last.take();
        let strange = std::mem::take(&mut self.strange);
        let read = read(self);
        self.strange = strange;
        let found = self.last;
        self.last = found.or(before);
        match found {
            Some(reported) => Err(reported),
            None => read,
        }
    }

    pub fn wrong(&mut self, value: &Value<'_>, found: impl Into<String>, expected: impl Into<String>) -> Reported {
        let at = self.at(value);
        self.fault(FaultKind::WrongValue { found: found.into(), expected: expected.into(), meant: None }, at)
    }

    /// Records a value in whose place another was probably meant.
    pub fn meant(
        &mut self,
        value: &Value<'_>,
        found: impl Into<String>,
        expected: &str,
        meant: Option<String>,
    ) -> Reported {
        let at = self.at(value);
        self.fault(FaultKind::WrongValue { found: found.into(), expected: expected.to_owned(), meant }, at)
    }

    fn wrong_type(&mut self, value: &Value<'_>, expected: &str) -> Reported {
        self.wrong(value, describe(value.get_ref()), expected)
    }

    pub fn unknown_key(&mut self, key: &Key<'_>, of: impl Display, table: Table) -> Reported {
        let name = key.get_ref().to_string();
        let suggestion = nearest(&name, table.names());
        let at = self.span(key.span());
        let expected = table.names().collect();
        let meant = suggestion.clone();
        let is_of_another = table != Table::Catalog && is_top_level(&name);
        let reported = self.fault(FaultKind::UnknownKey { key: name, table: of.to_string(), expected, suggestion }, at);
        if !is_of_another {
            self.strange.push((meant, reported));
        }
        reported
    }

    /// Records a missing key. If the key may be there under another name, or in a part that could not be read, returns the fault
    /// of that instead.
    pub fn missing_key(&mut self, key: &'static str, table: impl Display, at: Span) -> Reported {
        match self.misread(&[key], at) {
            Some(reported) => {
                self.last = Some(reported);
                reported
            }
            None => self.fault(FaultKind::MissingKey { key, table: table.to_string() }, at),
        }
    }

    /// Returns the fault because of which one of these keys may only seem to be missing from the table being read, which begins
    /// at this place.
    pub fn misread(&self, keys: &[&str], at: Span) -> Option<Reported> {
        let strange = self.strange.iter().find(|(meant, _)| meant.as_deref().is_none_or(|meant| keys.contains(&meant)));
        strange.map(|&(_, reported)| reported).or_else(|| self.damage(at))
    }

    /// Records each missing key that a table must have.
    pub fn required(&mut self, table: &DeTable<'_>, of: impl Display, kind: Table, at: Span) {
        for key in kind.required().filter(|key| !table.contains_key(*key)) {
            self.missing_key(key, &of, at);
        }
    }

    /// Returns the fault of an unreadable part of the table that begins at this place.
    pub fn damage(&self, table: Span) -> Option<Reported> {
        let damage = self.damaged.iter().find(|damage| damage.is_in(table.range().start));
        damage.map(|damage| damage.reported)
    }

    /// Returns the kind of a value, for messages.
    pub fn kind_of(&self, value: &Value<'_>) -> String {
        describe(value.get_ref())
    }

    pub fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Read<&'v DeTable<'i>> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(value, "a table"))
    }

    pub fn string<'v>(&mut self, value: &'v Value<'_>) -> Read<&'v str> {
        value.get_ref().as_str().ok_or_else(|| self.wrong_type(value, "a string"))
    }

    pub fn text(&mut self, value: &Value<'_>) -> Read<At<String>> {
        let at = self.at(value);
        self.string(value).map(|text| At::new(text.to_owned(), at))
    }

    pub fn boolean(&mut self, value: &Value<'_>) -> Read<bool> {
        let meant = || match value.get_ref() {
            DeValue::String(word) => boolean(word).map(str::to_owned),
            DeValue::Integer(number) => boolean(number.as_str()).map(str::to_owned),
            _ => None,
        };
        let expected = "`true` or `false`";
        let read = value.get_ref().as_bool();
        read.ok_or_else(|| self.meant(value, describe(value.get_ref()), expected, meant()))
    }

    /// Reads a whole number from `least` to `most`.
    pub fn integer(&mut self, value: &Value<'_>, least: i64, most: i64) -> Read<i64> {
        let expected = || match (least, most) {
            (least, most) if (least, most) == (i64::from(i32::MIN), i64::from(i32::MAX)) => {
                "a 32-bit whole number".to_owned()
            }
            _ => format!("a whole number from {least} to {most}"),
        };
        match value.get_ref() {
            DeValue::Integer(written) => match whole(written) {
                Some(number) if (least..=most).contains(&number) => Ok(number),
                _ => Err(self.wrong(value, format!("`{written}`"), expected())),
            },
            _ => Err(self.wrong_type(value, &expected())),
        }
    }

    pub fn number(&mut self, value: &Value<'_>) -> Read<i32> {
        self.integer(value, i32::MIN.into(), i32::MAX.into()).map(|number| number as i32)
    }

    /// Reads a value from a text that `T` parses; `expected` names the valid ones.
    pub fn parsed<T: FromStr>(&mut self, value: &Value<'_>, expected: &str) -> Read<T> {
        let text = self.string(value)?;
        text.parse().map_err(|_| self.wrong(value, format!("`{text}`"), expected))
    }

    /// Reads every element with `each`. Returns an error if the value is not an array or an element is faulty, after all are
    /// read.
    pub fn array<T>(
        &mut self,
        value: &Value<'_>,
        expected: &str,
        mut each: impl FnMut(&mut Self, &Value<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let Some(array) = value.get_ref().as_array() else { return Err(self.wrong_type(value, expected)) };
        let mut elements = Vec::with_capacity(array.len());
        let mut faulty = None;
        for element in array.iter() {
            match each(self, element) {
                Ok(element) => elements.push(element),
                Err(reported) => faulty = Some(reported),
            }
        }
        faulty.map_or(Ok(elements), Err)
    }

    /// Reads the elements of an array of words, without duplicates.
    fn words<T>(
        &mut self,
        value: &Value<'_>,
        expected: &str,
        each: impl FnMut(&mut Self, &Value<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let words = self.array(value, expected, each)?;
        let elements = value.get_ref().as_array().into_iter().flat_map(|array| array.iter());
        let mut sorted: Vec<_> = elements.filter_map(|element| Some((element.get_ref().as_str()?, element))).collect();
        // Equal words keep the order of their places.
        sorted.sort_by_key(|&(word, _)| word);
        for pair in sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let [(word, first), (_, again)] = [pair[0], pair[1]];
            let (first, at) = (self.at(first), self.at(again));
            self.remarks.push(Remark::RepeatedWord { word: format!("`{word}`"), first, at });
        }
        Ok(words)
    }

    pub fn names(&mut self, value: &Value<'_>) -> Read<Vec<At<String>>> {
        self.words(value, "an array of names", |reader, element| reader.text(element))
    }

    pub fn some_names(&mut self, value: &Value<'_>) -> Read<Vec<At<String>>> {
        let names = self.names(value)?;
        if names.is_empty() {
            return Err(self.wrong(value, "an empty array", "at least one name"));
        }
        Ok(names)
    }

    pub fn services(&mut self, value: &Value<'_>) -> Read<Services> {
        let list = self.words(value, "an array of services", |reader, element| {
            let name = reader.string(element)?;
            Services::from_name(name).map_err(|_| {
                let suggestion = nearest(name, Services::known().map(|(known, _)| known));
                let note = suggestion.is_none().then(|| "a service of your own begins with `x-`".to_owned());
                let at = reader.at(element);
                let kind = FaultKind::UnknownName { what: "service", name: name.to_owned(), suggestion, note };
                reader.fault(kind, at)
            })
        })?;
        let mut services = Services::NONE;
        services.extend(list);
        Ok(services)
    }

    pub fn categories(&mut self, value: &Value<'_>) -> Read<Categories> {
        let list = self.words(value, "an array of categories", |reader, element| {
            let name = reader.string(element)?;
            name.parse::<Categories>().map_err(|_| {
                let suggestion = nearest(name, Categories::names());
                let at = reader.at(element);
                let kind = FaultKind::UnknownName { what: "category", name: name.to_owned(), suggestion, note: None };
                reader.fault(kind, at)
            })
        })?;
        Ok(list.into_iter().collect())
    }

    /// Reads a name or a number.
    pub fn word(&mut self, value: &Value<'_>) -> Read<At<Word>> {
        let at = self.at(value);
        let word = match value.get_ref() {
            DeValue::String(name) => Word::Name(name.to_string()),
            DeValue::Integer(_) => Word::Number(self.number(value)?),
            _ => return Err(self.wrong_type(value, "a name or a number")),
        };
        Ok(At::new(word, at))
    }

    /// Reads a protocol set: `"any"`, a name, a number, `{ from, to }`, or an array of those.
    pub fn protocols(&mut self, value: &Value<'_>) -> Read<Vec<At<ProtocolWord>>> {
        match value.get_ref() {
            DeValue::Array(array) if array.is_empty() => {
                Err(self.wrong(value, "an empty array", "at least one protocol"))
            }
            DeValue::Array(_) => self.array(value, "", |reader, element| reader.protocol(element)),
            _ => Ok(vec![self.protocol(value)?]),
        }
    }

    fn protocol(&mut self, value: &Value<'_>) -> Read<At<ProtocolWord>> {
        let at = self.at(value);
        let protocol = match value.get_ref() {
            DeValue::String(name) if name == "any" => ProtocolWord::Any,
            DeValue::Table(table) => self.whole(|reader| reader.protocol_range(value, table))?,
            DeValue::String(_) | DeValue::Integer(_) => ProtocolWord::One(self.word(value)?.value),
            _ => {
                let expected = "a protocol: a name, a number, `{ from, to }`, an array of those, or `\"any\"`";
                return Err(self.wrong_type(value, expected));
            }
        };
        Ok(At::new(protocol, at))
    }

    fn protocol_range(&mut self, value: &Value<'_>, table: &DeTable<'_>) -> Read<ProtocolWord> {
        let (mut from, mut to) = (0, 0);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "from" => from = self.number(value).unwrap_or_default(),
                "to" => to = self.number(value).unwrap_or_default(),
                _ => _ = self.unknown_key(key, "a protocol range", Table::ProtocolRange),
            }
        }
        let at = self.at(value);
        self.required(table, "a protocol range", Table::ProtocolRange, at);
        if self.last.is_none() && from > to {
            return Err(self.wrong(value, format!("a range from {from} to {to}"), "`from` at most `to`"));
        }
        Ok(ProtocolWord::Range(from, to))
    }

    pub fn options(&mut self, value: &Value<'_>) -> Read<Vec<EntryOption>> {
        let table = self.table(value)?;
        let mut options = Vec::with_capacity(table.len());
        for (key, value) in table.iter() {
            let at = self.at(value);
            let key_at = self.span(key.span());
            options.push(EntryOption { name: key.get_ref().to_string(), value: self.option(value)?, at, key_at });
        }
        Ok(options)
    }

    fn option(&mut self, value: &Value<'_>) -> Read<OptionValue> {
        Ok(match value.get_ref() {
            DeValue::String(text) => OptionValue::String(text.to_string()),
            DeValue::Integer(_) => OptionValue::Integer(self.integer(value, i64::MIN, i64::MAX)?),
            DeValue::Float(written) => {
                let number = written.as_str().parse();
                OptionValue::Float(number.map_err(|_| self.wrong(value, format!("`{written}`"), "a number"))?)
            }
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

/// Describes a value for messages: short values are shown, long ones named.
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
