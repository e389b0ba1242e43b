//! Copies definitions as they are written, and adapts them to the file that they are copied into.

use super::files;
use super::plan::Planned;
use super::source::Source;
use super::tables::Tables;
use crate::catalog::writing::facts::option as value;
use crate::catalog::{EntryOption, OptionKind};
use crate::edit::refused::ChangeError;
use crate::edit::text::Text;
use crate::registry::EntryRef;
use std::path::Path;

/// Returns the text of a definition for a file in `folder`. Sets `replace = true` in it if `replaces` is set.
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
        // The id is a number of that catalog, and may belong to another entry here.
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

/// Returns the options of an entry that hold relative paths, rewritten for a file in another folder.
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
