//! One TOML document into its raw form: which keys stand where, and what type their values have.
//!
//! | file | what |
//! |---|---|
//! | `sections` | providers, families, applications, severities |
//! | `entries` | base protocols, layers and chains |
//! | `claims` | tests and guarantees |
//! | `winsock` | what only Winsock catalogs say |

mod claims;
mod entries;
mod sections;
mod winsock;

use super::entry::{AddressSize, ByteOrder, EntryKind, Facts};
use super::fault::{FaultKind, NotACatalog};
use super::faults::Faults;
use super::keys::Table;
use super::options::EntryOption;
use super::raw::*;
use super::reader::{Key, Read, Reader, Value};
use super::source::{FileId, Span};
use super::suggest::nearest;
use crate::terms::{ErrorCode, Services};
use std::fmt::Display;
use toml::de::{DeTable, DeValue};

/// The version of the catalog format that this library reads.
pub const FORMAT: i64 = 1;

/// Reads a document. What is faulty is left out of the result, or stands there without a body, and is in `faults`; of what is no
/// catalog nothing is read, and nothing may be shown.
pub(super) fn read(file: FileId, text: &str, faults: &mut Faults) -> Result<Document, NotACatalog> {
    // A byte order mark is not part of the text; the parser skips it, so that spans stay those of the whole text.
    let (table, errors) = DeTable::parse_recoverable(text);
    states_format(text, table.get_ref(), &errors)?;
    let mut reader = Reader { file, faults, guessed: Vec::new(), last: None };
    reader.syntax_errors(text, errors);
    Ok(reader.document(table.get_ref()))
}

/// Whether a text is a catalog, sound or not.
pub(crate) fn recognise(text: &str) -> Result<(), NotACatalog> {
    let (table, errors) = DeTable::parse_recoverable(text);
    states_format(text, table.get_ref(), &errors)
}

/// A catalog is TOML up to its key `format`, whose value is a whole number. Other programs have a key of that name too, with texts.
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

struct Named<'a>(&'static str, &'a str);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.0, self.1)
    }
}

impl Reader<'_> {
    fn syntax_errors(&mut self, text: &str, errors: Vec<toml::de::Error>) {
        // The parser reads on into the first table of that name, so that every key of the second seems to be there already;
        // what is wrong is the header, and it is enough to say so.
        let mut second_table = None;
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let at = self.span(span.clone());
            if error.message() != "duplicate key" {
                let word = text.get(span.clone()).filter(|word| is_bare_word(word)).map(str::to_owned);
                let unquoted = word.filter(|_| error.message().starts_with("invalid"));
                let kind = FaultKind::Syntax { message: error.message().replace('\n', ", "), unquoted };
                let reported = self.fault(kind, at);
                if text.get(span.clone()).is_some_and(|guess| !guess.contains('\n')) {
                    self.guessed.push((span, reported));
                }
                continue;
            }
            let line_start =
                text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |line_break| line_break + 1);
            let is_header = text.get(line_start..).is_some_and(|line| line.trim_start().starts_with('['));
            if second_table.as_ref().is_some_and(|table: &std::ops::Range<usize>| table.contains(&span.start))
                && !is_header
            {
                continue;
            }
            if is_header {
                let next = text.get(span.end..).and_then(|rest| rest.find("\n["));
                second_table = Some(span.start..next.map_or(text.len(), |length| span.end + length));
            }
            let name = text.get(span).unwrap_or_default().to_owned();
            self.fault(FaultKind::DuplicateName { what: "key", name }, at);
        }
    }

    fn document(&mut self, table: &DeTable<'_>) -> Document {
        let mut document = Document::empty();
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
                "provider" => self.each(value, is_name, &mut document.providers, Self::provider),
                "family" => self.each(value, is_name, &mut document.families, Self::family),
                "application" => {
                    self.each(
                        value,
                        |name| name == "*" || is_name(name),
                        &mut document.applications,
                        Self::application,
                    );
                }
                "base" => self.each(value, is_name, &mut document.entries, Self::base),
                "layer" => self.each(value, is_name, &mut document.entries, Self::layer),
                "chain" => self.each(value, is_name, &mut document.entries, Self::chain),
                "expect" => document.expectations = self.tables(value, Self::expectation),
                "always" => document.guarantees = self.tables(value, Self::guarantee),
                "lint" => self.lint(value, &mut document.lint),
                "winsock" => document.winsock = self.winsock_catalog(value),
                _ => _ = self.unknown_key(key, "a catalog", Table::Catalog),
            }
        }
        // Of a document that could not be read to its end it is not known what it lacks.
        if !self.faults.iter().any(|fault| fault.at.file == self.file && fault.kind.code() == "syntax") {
            self.required(table, "the catalog", Table::Catalog, Span::beginning(self.file));
        }
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
        value: &Value<'_>,
        allowed: fn(&str) -> bool,
        into: &mut Vec<T>,
        mut read: impl FnMut(&mut Self, At<String>, &Value<'_>) -> T,
    ) {
        let Ok(section) = self.table(value) else { return };
        into.reserve(section.len());
        for (key, value) in section.iter() {
            let at = self.span(key.span());
            let name = key.get_ref().as_ref();
            if !allowed(name) {
                self.bad_name(name, at);
            }
            into.push(read(self, At::new(name.to_owned(), at), value));
        }
    }

    /// A name must look like one.
    fn name(&mut self, name: &str, at: Span) {
        if !is_name(name) {
            self.bad_name(name, at);
        }
    }

    fn bad_name(&mut self, name: &str, at: Span) {
        let expected = "a name of lower case letters, digits, `.`, `_` and `-` that begins with a letter or digit and is not \
                        all digits";
        self.fault(FaultKind::WrongValue { found: format!("the name {name:?}"), expected: expected.to_owned() }, at);
    }

    /// Reads every table of an array of tables.
    fn tables<T>(&mut self, value: &Value<'_>, mut read: impl FnMut(&mut Self, &Value<'_>) -> Read<T>) -> Vec<T> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(value, value.get_ref().type_str(), "an array of tables");
            return Vec::new();
        };
        array.iter().filter_map(|element| self.whole(|reader| read(reader, element)).ok()).collect()
    }
}

/// Whether this looks like a text that lacks its quotes.
fn is_bare_word(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.all(|character| !character.is_whitespace())
}

/// Whether names of a catalog may look so: `[a-z0-9][a-z0-9._-]*`, and not all digits.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(plain)
        && name.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}
