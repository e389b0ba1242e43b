//! Definitions taken from where they are, as they are written there, and made right for where they go.

use super::files;
use super::plan::Planned;
use super::source::Source;
use super::tables::Tables;
use crate::catalog::writing::facts::option as value;
use crate::catalog::{EntryOption, OptionKind};
use crate::edit::change::ChangeError;
use crate::edit::text::Text;
use crate::registry::EntryRef;
use std::path::Path;

/// Returns the text of a definition for a file of a folder; there it replaces another, or does not.
pub(super) fn definition(
    (source, tables): (&Source, &Tables<'_>),
    copy: &Planned,
    folder: &Path,
    replaces: bool,
) -> Result<String, ChangeError> {
    let (kind, name) = &copy.path;
    let table = [kind.name(), name.as_str()];
    let lost = ChangeError::Defect { what: "a definition that is to be copied is not where it was read" };
    let mut text = Text::new(&source.definition(copy.there, &table).ok_or(lost)?);
    text.unset(&table, &["replace"]);
    if source.is_foreign(copy.there) {
        // It is a number of that catalog, which here may be another entry's.
        text.unset(&table, &["catalog-entry-id"]);
    } else if kind.is_entry() {
        let entry = tables.members(name).first().copied();
        for (option, value) in entry.into_iter().flat_map(|entry| moved(source, entry, folder)) {
            text.set(&table, &["options", &option], &value);
        }
    }
    if replaces {
        text.set(&table, &["replace"], "true");
    }
    Ok(text.into_string())
}

/// Returns the options of an entry that hold relative paths, with these as they have to be for a file of another folder.
fn moved(source: &Source, entry: EntryRef<'_>, folder: &Path) -> Vec<(String, String)> {
    let to = files::canonical(folder);
    let moved = |option: &EntryOption| {
        let kind = entry.spec(&option.name)?.kind();
        let from = files::canonical(source.folder(option.at)?);
        let is_path = matches!(kind, OptionKind::File | OptionKind::FilesOr(_));
        let moved = files::with_paths(kind, &option.value, |path| files::moved(path, &from, &to));
        (is_path && moved != option.value).then(|| (option.name.clone(), value(&moved)))
    };
    entry.options().iter().filter_map(moved).collect()
}
