//! Reads a TOML document into its raw form: which keys stand where, and which types their values have.
//!
//! | file | contents |
//! |---|---|
//! | `sections` | providers, families, applications, severities |
//! | `entries` | base protocols, layers and chains |
//! | `claims` | tests and guarantees |
//! | `repair` | texts that are not TOML: the mistakes, and the rest of the text |
//! | `winsock` | the keys that only Winsock catalogs have |

mod claims;
mod entries;
mod repair;
mod sections;
mod winsock;

use super::entry::{AddressSize, EntryKind, Facts};
use super::facts::FactValue;
use super::fault::{Fault, FaultKind, NotACatalog, OF_CATALOG, Stands, is_top_level};
use super::faults::{Faults, Reported};
use super::keys::{Shape, Table};
use super::options::EntryOption;
use super::raw::*;
use super::reader::{Damage, Key, Read, Reader, Value};
use super::source::{FileId, Span};
use super::suggest::nearest;
use crate::terms::{ErrorCode, Services};
use std::fmt::Display;
use toml::de::{DeTable, DeValue};

/// The version of the catalog format that this library reads.
pub const FORMAT: i64 = 1;

/// Reads a document. Faulty parts are left out of the result, or stand there without a body, and are in `faults`. Nothing is read
/// of a text that is not a catalog, and nothing of it may be shown.
pub(super) fn read(file: FileId, text: &str, faults: &mut Faults) -> Result<Document, NotACatalog> {
    // A byte order mark is not part of the text. The parser skips it, so that spans refer to the whole text.
    let (table, errors) = DeTable::parse_recoverable(text);
    states_format(text, table.get_ref(), &errors)?;
    let mut reader = Reader { file, faults, damaged: Vec::new(), last: None, strange: Vec::new(), remarks: Vec::new() };
    let mut unread = Vec::new();
    if errors.iter().all(repair::is_duplicate) {
        reader.duplicates(text, table.get_ref(), &errors);
        return Ok(reader.document(table.get_ref()));
    }
    let (repaired, incomplete) = reader.repaired(text, &mut unread);
    let (table, errors) = DeTable::parse_recoverable(&repaired);
    reader.duplicates(&repaired, table.get_ref(), &errors);
    let mut document = reader.document(table.get_ref());
    document.unread.append(&mut unread);
    document.incomplete = document.incomplete.or(incomplete);
    Ok(document)
}

/// Returns an error if a text is not a catalog. A catalog with faults is one.
pub fn recognise(text: &str) -> Result<(), NotACatalog> {
    let (table, errors) = DeTable::parse_recoverable(text);
    states_format(text, table.get_ref(), &errors)
}

/// Checks that the text is TOML up to its key `format`, and that the key's value is a whole number. Other programs have a key of
/// that name too, with texts.
fn states_format(text: &str, table: &DeTable<'_>, errors: &[toml::de::Error]) -> Result<(), NotACatalog> {
    let Some((key, value)) = table.get_key_value("format") else {
        return Err(match () {
            () if text.trim_start_matches('\u{feff}').trim().is_empty() => NotACatalog::Empty,
            () if errors.is_empty() => NotACatalog::NoFormat,
            () => NotACatalog::NotToml,
        });
    };
    let is_broken_before = |error: &toml::de::Error| error.span().is_none_or(|at| at.start < key.span().start);
    match () {
        () if errors.iter().any(is_broken_before) => Err(NotACatalog::NotToml),
        () if value.get_ref().as_integer().is_none() => Err(NotACatalog::OtherFormat),
        () => Ok(()),
    }
}

/// A section whose keys are names, and the table of each name.
struct Section<'k, 'i>(&'k Key<'i>, Table);

/// The definitions of a document that cannot be read.
#[derive(Default)]
struct Unread {
    names: Vec<(String, Reported)>,
    /// The fault of a section in which not even the names are known.
    section: Option<Reported>,
}

struct Named<'a>(&'static str, &'a str);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.0, self.1)
    }
}

impl Reader<'_> {
    fn document(&mut self, table: &DeTable<'_>) -> Document {
        let mut document = Document::empty();
        let mut unread = Unread::default();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "format" => self.format(value),
                "dialect" => {
                    let dialect = self.parsed(value, "`documented`, `windows` or `linux`");
                    document.dialect = dialect.ok().map(|dialect| At::new(dialect, self.at(value)));
                }
                "title" => document.title = self.string(value).ok().map(str::to_owned),
                "include" => document.includes = self.names(value).unwrap_or_default(),
                "order" => document.order = self.names(value).unwrap_or_default(),
                "disable" => document.disable = self.names(value).unwrap_or_default(),
                "provider" => self.each(
                    Section(key, Table::Provider),
                    value,
                    is_name,
                    &mut unread,
                    &mut document.providers,
                    Self::provider,
                ),
                "family" => self.each(
                    Section(key, Table::Family),
                    value,
                    is_name,
                    &mut unread,
                    &mut document.families,
                    Self::family,
                ),
                "application" => {
                    self.each(
                        Section(key, Table::Application),
                        value,
                        |name| name == "*" || is_name(name),
                        &mut unread,
                        &mut document.applications,
                        Self::application,
                    );
                }
                "base" => {
                    self.each(Section(key, Table::Base), value, is_name, &mut unread, &mut document.entries, Self::base)
                }
                "layer" => self.each(
                    Section(key, Table::Layer),
                    value,
                    is_name,
                    &mut unread,
                    &mut document.entries,
                    Self::layer,
                ),
                "chain" => self.each(
                    Section(key, Table::Chain),
                    value,
                    is_name,
                    &mut unread,
                    &mut document.entries,
                    Self::chain,
                ),
                "expect" => document.expectations = self.tables(key, value, Self::expectation),
                "always" => document.guarantees = self.tables(key, value, Self::guarantee),
                "lint" => self.lint(value, &mut document.lint),
                "winsock" => document.winsock = self.winsock_catalog(value),
                _ => _ = self.unknown_key(key, OF_CATALOG, Table::Catalog),
            }
        }
        self.required(table, "the catalog", Table::Catalog, Span::beginning(self.file));
        document.unread = unread.names;
        document.incomplete = unread.section;
        document.remarks = std::mem::take(&mut self.remarks);
        document.entries.sort_by_key(|entry| entry.name.at.start);
        document
    }

    fn format(&mut self, value: &Value<'_>) {
        if let Ok(version) = self.integer(value, 0, i64::MAX)
            && version != FORMAT
        {
            self.wrong(value, format!("format {version}"), format!("format {FORMAT}, the one that this version reads"));
        }
    }

    /// Reads every table of a section whose keys are names.
    fn each<T>(
        &mut self,
        section: Section<'_, '_>,
        value: &Value<'_>,
        allowed: fn(&str) -> bool,
        unread: &mut Unread,
        into: &mut Vec<T>,
        mut read: impl FnMut(&mut Self, At<String>, &Value<'_>) -> T,
    ) {
        let Section(of, table) = section;
        let form = format!("[{}.NAME]", of.get_ref());
        let DeValue::Table(tables) = value.get_ref() else {
            let found = self.kind_of(value);
            unread.section = Some(self.meant(value, found, "a table for each name", Some(form)));
            return;
        };
        // A key of one table that stands directly in the section lacks the name of that table.
        let stray = |key: &Key<'_>, value: &Value<'_>| {
            !matches!(value.get_ref(), DeValue::Table(_)) && table.names().any(|name| name == key.get_ref())
        };
        let mut strays = tables.iter().filter(|(key, value)| stray(key, value)).peekable();
        if let Some((key, value)) = strays.peek() {
            let found = format!("the key `{}` directly in `[{}]`", key.get_ref(), of.get_ref());
            unread.section = Some(self.meant(value, found, "a table for each name", Some(form)));
        }
        into.reserve(tables.len());
        for (key, value) in tables.iter().filter(|(key, value)| !stray(key, value)) {
            let at = self.span(key.span());
            let name = key.get_ref().as_ref();
            if !allowed(name) {
                let reported = self.bad_name(name, at);
                unread.names.push((name.to_owned(), reported));
            }
            into.push(read(self, At::new(name.to_owned(), at), value));
        }
    }

    /// Checks the form of a name.
    fn name(&mut self, name: &str, at: Span) {
        if !is_name(name) {
            self.bad_name(name, at);
        }
    }

    fn bad_name(&mut self, name: &str, at: Span) -> Reported {
        let expected = "a name of lower case letters, digits, `.`, `_` and `-` that begins with a letter or digit and is not \
                        all digits";
        let meant = Some(name.to_lowercase().replace(' ', "-")).filter(|meant| is_name(meant));
        let found = format!("the name {name:?}");
        self.fault(FaultKind::WrongValue { found, expected: expected.to_owned(), meant }, at)
    }

    /// Reads every table of an array of tables.
    fn tables<T>(
        &mut self,
        section: &Key<'_>,
        value: &Value<'_>,
        mut read: impl FnMut(&mut Self, &Value<'_>) -> Read<T>,
    ) -> Vec<T> {
        let Some(array) = value.get_ref().as_array() else {
            let found = self.kind_of(value);
            self.meant(value, found, "an array of tables", Some(format!("[[{}]]", section.get_ref())));
            return Vec::new();
        };
        array.iter().filter_map(|element| self.whole(|reader| read(reader, element)).ok()).collect()
    }
}

/// Returns whether a text has the form of a catalog's names: `[a-z0-9][a-z0-9._-]*`, and not all digits.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}
