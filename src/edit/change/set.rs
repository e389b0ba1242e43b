//! Sets and unsets keys.
//!
//! Whatever the key and the value are: the text changes only in this value, or in the line of a new key, and the tables
//! hold the same values except for this key. Whether the catalogs accept the value is decided by loading them.

use super::Change;
use super::words;
use crate::catalog::keys;
use crate::catalog::{FileId, nearest};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use crate::edit::text::{Text, key_parts};
use crate::registry::{EntryRef, Registry};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Sets or unsets a key of an entry, or of another item that catalogs define, in the document that defines it.
///
/// Setting a key to the value that it has changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The item that the key belongs to.
    ///
    /// An entry is given by its name; of several definitions, the one in effect is changed. A chain over several bases
    /// is given by its own name. Where no entry has this name: `provider.NAME`, `application.NAME` or `family.NAME`;
    /// `lint`; or `catalog` or a dot for the keys of the document itself, such as `title`. `lint` and `catalog` are
    /// those of the file that new definitions are written into.
    pub name: String,
    /// The key. It may have parts, as `options.roots` has.
    pub key: String,
    /// Its value: a TOML value, or else a plain text, or a list of texts separated by commas where the key takes a
    /// list. `None` unsets the key.
    pub value: Option<String>,
}

/// The item whose key is set.
struct Target<'d> {
    file: PathBuf,
    /// `chain`, `provider`, `catalog`, ...
    what: &'static str,
    /// Its table in that file.
    table: Vec<&'d str>,
    entry: Option<EntryRef<'d>>,
}

/// The sections whose items are given as `SECTION.NAME`.
const SECTIONS: &[&str] = &["provider", "application", "family"];

impl Set {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let target = target(draft, &self.name)?;
        let key = self.key_in(&target)?;
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let mut text = Text::new(draft.text(&target.file));
        let before = table(&text);
        let mut wanted = before.clone();
        let path: Vec<&str> = target.table.iter().chain(&key).copied().collect();
        match &self.value {
            None if !text.unset(&target.table, &key) => return Ok(()),
            None => drop(take(&mut wanted, &path)),
            Some(word) => {
                let option = match *key {
                    ["options", option] => target.entry.and_then(|entry| entry.spec(option)).map(|spec| spec.kind()),
                    _ => None,
                };
                let value = words::value(&path, option, word);
                let parsed = parsed(&value);
                if parsed.is_some() && at(&before, &path) == parsed.as_ref() {
                    return Ok(());
                }
                if !write(&mut text, &target.table, &key, &value, word) {
                    return Err(self.no_place(&text, &target, &key).into());
                }
                if let Some(parsed) = parsed {
                    put(&mut wanted, &path, parsed);
                }
            }
        }
        let is = table(&text);
        if without_empty(is, &path) != without_empty(wanted, &path) {
            return Err(ChangeError::Defect { what: "more than this key changed" }.into());
        }
        let (file, text) = (target.file.clone(), text.into_string());
        draft.replace(&file, text);
        Ok(())
    }

    /// Returns the parts of the key, or an error if the table has no such key.
    fn key_in(&self, target: &Target) -> Result<Vec<String>, ChangeError> {
        let unknown = |suggestion| match (target.what, target.table.last()) {
            (what, Some(name)) => {
                ChangeError::NoSuchKey { what, name: (*name).to_owned(), key: self.key.clone(), suggestion }
            }
            (_, None) => ChangeError::NoSuchCatalogKey { key: self.key.clone(), suggestion },
        };
        let parts = key_parts(&self.key).ok_or_else(|| unknown(None))?;
        let mut path = target.table.clone();
        for (at, part) in parts.iter().enumerate() {
            let known = keys::Table::at(&path).map(settable);
            let accepts = |known: &Vec<&str>| known.iter().any(|key| *key == "*" || key == part);
            if let Some(known) = known.filter(|known| !accepts(known)) {
                let near = nearest(part, known.iter().copied());
                let whole = |near: String| parts[..at].iter().cloned().chain([near]).collect::<Vec<_>>().join(".");
                return Err(unknown(near.map(whole)));
            }
            path.push(part);
        }
        Ok(parts)
    }

    /// Returns the error that explains why a key cannot be written.
    fn no_place(&self, text: &Text, target: &Target, key: &[&str]) -> ChangeError {
        let of = match target.table.last() {
            Some(name) => format!("{} `{name}`", target.what),
            None => "the catalog".to_owned(),
        };
        let depth = (1..key.len()).find(|&depth| text.value(&target.table, &key[..depth]).is_some());
        match depth {
            Some(depth) => ChangeError::NoTable { key: key[..depth].join("."), of },
            None => ChangeError::IsTable { key: self.key.clone(), of },
        }
    }
}

impl From<Set> for Change {
    fn from(change: Set) -> Self {
        Change::Set(change)
    }
}

/// Returns the names of the keys of a table that can be set. The items of a document's sections are named by themselves.
fn settable(table: keys::Table) -> Vec<&'static str> {
    let is_section = |key: &&keys::Key| matches!(key.shape(), keys::Shape::Section(_) | keys::Shape::Tables(_));
    table.keys().iter().filter(|key| !is_section(key)).map(keys::Key::name).collect()
}

fn is_document(name: &str) -> bool {
    matches!(name, "." | "catalog")
}

/// Returns the item that a name stands for, and the file that defines it.
fn target<'d>(draft: &'d Draft, name: &'d str) -> Result<Target<'d>, ChangeError> {
    let registry = draft.registry();
    if let Some(entry) = registry.entry(name) {
        if let Some((chain, _)) = name.split_once('/') {
            return Err(ChangeError::MadeByChain { name: name.to_owned(), chain: chain.to_owned() });
        }
        return of_entry(draft, name, entry);
    }
    if let Some(member) = registry.entries().find(|entry| group(entry.name()) == Some(name)) {
        return of_entry(draft, name, member);
    }
    if is_document(name) {
        return Ok(Target { file: draft.target().to_owned(), what: "catalog", table: Vec::new(), entry: None });
    }
    if name == "lint" {
        return Ok(Target { file: draft.target().to_owned(), what: "table", table: vec!["lint"], entry: None });
    }
    let section = name.split_once('.').and_then(|(section, of)| {
        let what = SECTIONS.iter().find(|known| **known == section)?;
        Some((*what, of))
    });
    let Some((section, of)) = section else {
        let known = registry.entries().map(|entry| group(entry.name()).unwrap_or(entry.name()));
        return Err(ChangeError::NoSuchEntry { name: name.to_owned(), suggestion: nearest(name, known) });
    };
    let sections = sections(registry, section);
    let Some((_, document)) = sections.iter().find(|(known, _)| *known == of) else {
        let near = nearest(of, sections.iter().map(|(known, _)| *known));
        let suggestion = near.map(|near| format!("{section}.{near}"));
        return Err(ChangeError::NoSuchEntry { name: name.to_owned(), suggestion });
    };
    Ok(Target { file: editable(draft, name, *document)?, what: section, table: vec![section, of], entry: None })
}

fn of_entry<'d>(draft: &'d Draft, name: &'d str, entry: EntryRef<'d>) -> Result<Target<'d>, ChangeError> {
    let document = draft.registry().entry_at(entry.index()).at.file;
    let file = editable(draft, name, document)?;
    Ok(Target { file, what: entry.kind().name(), table: vec![entry.kind().name(), name], entry: Some(entry) })
}

/// Returns the chain over several bases that generated an entry.
fn group(entry: &str) -> Option<&str> {
    entry.split_once('/').map(|(chain, _)| chain)
}

/// Returns the names in a section of the catalogs, and the documents that define them.
fn sections<'d>(registry: &'d Registry, section: &str) -> Vec<(&'d str, FileId)> {
    match section {
        "provider" => registry.providers().map(|provider| (provider.name(), provider.at().file)).collect(),
        "application" => registry.policy_sections().map(|(name, policy)| (name, policy.at.file)).collect(),
        _ => registry.scope().families.iter().map(|(name, family)| (name.as_str(), family.at.file)).collect(),
    }
}

/// Returns the file of a document, if it can be changed.
fn editable(draft: &Draft, name: &str, document: FileId) -> Result<PathBuf, ChangeError> {
    let source = draft.registry().sources().get(document);
    let fixed = |_| ChangeError::NotSettable { name: name.to_owned(), document: source.name().to_owned() };
    draft.file(document).map(Path::to_owned).map_err(fixed)
}

/// Writes a value. A list that was not given as TOML changes an existing array as little as possible, so that comments
/// in it stay.
fn write(text: &mut Text, table: &[&str], key: &[&str], value: &str, word: &str) -> bool {
    let names = match parsed(value) {
        Some(Value::Array(items)) if word.trim() != value && !items.is_empty() => {
            let names = items.into_iter().map(|item| item.as_str().map(str::to_owned));
            names.collect::<Option<Vec<String>>>()
        }
        _ => None,
    };
    if let (Some(names), Some((last, above))) = (names, key.split_last()) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let table: Vec<&str> = table.iter().chain(above).copied().collect();
        if text.names(&table, last).is_some() {
            return text.set_names(&table, last, &names);
        }
    }
    text.set(table, key, value)
}

fn table(text: &Text) -> Table {
    // The text loaded as TOML. If it were not TOML, both sides of the comparison would be empty, and loading would
    // report it.
    text.as_str().trim_start_matches('\u{feff}').parse().unwrap_or_default()
}

/// Returns the TOML value that a text represents.
fn parsed(value: &str) -> Option<Value> {
    format!("x = {value}").parse::<Table>().ok()?.remove("x")
}

fn at<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Value> {
    let (last, above) = path.split_last()?;
    let table = above.iter().try_fold(table, |table, part| table.get(*part)?.as_table())?;
    table.get(*last)
}

fn put(table: &mut Table, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        table.insert((*first).to_owned(), value);
        return;
    }
    let next = table.entry(*first).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(next) = next {
        put(next, rest, value);
    }
}

fn take(table: &mut Table, path: &[&str]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    match rest.is_empty() {
        true => table.remove(*first),
        false => table.get_mut(*first)?.as_table_mut().and_then(|next| take(next, rest)),
    }
}

/// Removes empty tables on the way to a key, which are made and removed with it.
fn without_empty(mut table: Table, path: &[&str]) -> Table {
    for depth in (1..path.len()).rev() {
        if at(&table, &path[..depth]).and_then(Value::as_table).is_some_and(Table::is_empty) {
            take(&mut table, &path[..depth]);
        }
    }
    table
}
