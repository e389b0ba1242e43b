//! Writes definitions into files: a replacement into the place of the replaced definition, every other definition at
//! the end of the target.

use super::kind::DefinitionKind;
use crate::catalog::Span;
use crate::edit::draft::Draft;
use crate::edit::refused::ChangeError;
use crate::edit::text::Text;
use std::path::{Path, PathBuf};

/// The place where a definition is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// The end of the target.
    End,
    /// The end of the target, with `replace = true`, as the definition replaces one of another document.
    EndReplacing,
    /// The place of the replaced definition, which may itself state `replace = true`.
    Place { file: PathBuf, kind: DefinitionKind, at: Span, replaces: bool },
}

impl Home {
    /// Returns the place for the replacement of a definition: the place of that definition, if its file can be changed.
    pub fn replacing(draft: &Draft, kind: DefinitionKind, name: &str, at: Span) -> Home {
        let Ok(file) = draft.file(at.file) else { return Home::EndReplacing };
        let replaces = Text::new(draft.text(file)).value(&[kind.name(), name], &["replace"]) == Some("true");
        Home::Place { file: file.to_owned(), kind, at, replaces }
    }

    /// Returns the folder of the file into which the definition is written.
    pub fn folder<'d>(&'d self, draft: &'d Draft) -> &'d Path {
        let file = match self {
            Home::End | Home::EndReplacing => draft.target(),
            Home::Place { file, .. } => file,
        };
        file.parent().unwrap_or(Path::new(""))
    }

    /// Returns whether the definition must state `replace = true`.
    pub fn replaces(&self) -> bool {
        match self {
            Home::End => false,
            Home::EndReplacing => true,
            Home::Place { replaces, .. } => *replaces,
        }
    }
}

/// Appends tables to the target.
pub(super) fn at_end(draft: &mut Draft, tables: &[String]) -> Result<(), ChangeError> {
    if tables.is_empty() {
        return Ok(());
    }
    let tables = tables.iter().map(|table| table.trim_matches(['\n', '\r'])).collect::<Vec<_>>().join("\n\n");
    let target = draft.target().to_owned();
    let mut text = Text::new(draft.text(&target));
    if !text.append(&tables) {
        return Err(ChangeError::Closed { file: target });
    }
    draft.replace(&target, text.into_string());
    Ok(())
}

/// Replaces a table by another.
pub(super) fn in_place(
    draft: &mut Draft,
    file: &Path,
    (kind, name, at): (DefinitionKind, &str, Span),
    table: &str,
) -> Result<(), ChangeError> {
    let mut text = Text::new(draft.text(file));
    // A definition that is written in several places, or without a header, has no single place for the replacement.
    if !text.replace_table(&[kind.name(), name], table) {
        let at = draft.registry().locate(at);
        return Err(ChangeError::Scattered { what: kind.name(), name: name.to_owned(), at });
    }
    draft.replace(file, text.into_string());
    Ok(())
}
