//! Resolves the names of a removal.

use super::super::statements::{Definition, Statements, group_of};
use crate::catalog::raw::{RawBody, RawChainBase};
use crate::catalog::{FileId, nearest};
use crate::edit::draft::Draft;
use crate::edit::refused::ChangeError;
use indexmap::IndexMap;

/// The definitions to be removed, each with the name by which it was requested.
#[derive(Default)]
pub(super) struct Asked {
    /// Entries, by the names of their definitions.
    pub entries: IndexMap<String, String>,
    /// Single bases of chains over several bases.
    pub members: IndexMap<(String, String), String>,
    /// Single definitions, by their documents, of entries that other documents define too; an earlier definition then
    /// takes effect.
    pub uncovered: IndexMap<(FileId, String), String>,
    /// Providers, applications and families.
    pub sections: IndexMap<Section, String>,
}

/// A section other than an entry, by its kind and name.
pub(super) type Section = (&'static str, String);

/// The kinds of [`Section`].
pub(super) const PROVIDER: &str = "provider";
pub(super) const APPLICATION: &str = "application";
pub(super) const FAMILY: &str = "family";

impl Asked {
    pub fn of(names: &[String], draft: &Draft, statements: &Statements) -> Result<Asked, ChangeError> {
        let definitions = statements.definitions();
        let sections = sections(statements);
        // If the target file was named, only its definition is meant where several documents define the entry.
        let target = Some(draft.target()).filter(|_| draft.is_target_named());
        let target = target.and_then(|path| statements.position(path)).map(|at| statements.documents[at].file);
        let mut asked = Asked::default();
        for name in names {
            if let Some(of_name) = definitions.get(name.as_str()) {
                let is_there = |definition: &Definition<'_>| Some(definition.file) == target;
                match target.filter(|_| of_name.len() > 1 && of_name.iter().any(is_there)) {
                    Some(file) => drop(asked.uncovered.insert((file, name.clone()), name.clone())),
                    None => drop(asked.entries.insert(name.clone(), name.clone())),
                }
            } else if let Some(member) = member(name, &definitions) {
                asked.members.insert(member, name.clone());
            } else if let Some(section) = sections.iter().find(|section| called(section) == *name) {
                asked.sections.insert(section.clone(), name.clone());
            } else {
                let members = draft.registry().entries().map(|entry| entry.name().to_owned());
                let known: Vec<String> = definitions
                    .keys()
                    .map(|&name| name.to_owned())
                    .chain(members)
                    .chain(sections.iter().map(called))
                    .collect();
                let suggestion = nearest(name, known.iter().map(String::as_str));
                return Err(ChangeError::NoSuchEntry { name: name.clone(), suggestion });
            }
        }
        Ok(asked)
    }
}

/// Returns the chain and the base of a name like `CHAIN/BASE`.
fn member(name: &str, definitions: &IndexMap<&str, Vec<Definition<'_>>>) -> Option<(String, String)> {
    let chain = group_of(name)?;
    let base = name.get(chain.len() + 1..)?;
    let Ok(RawBody::Chain(body)) = &definitions.get(chain)?.last()?.entry.body else { return None };
    let RawChainBase::Several(bases) = &body.base else { return None };
    bases.iter().any(|known| known.value == base).then(|| (chain.to_owned(), base.to_owned()))
}

fn sections(statements: &Statements) -> Vec<Section> {
    let mut sections = Vec::new();
    for document in &statements.documents {
        sections.extend(document.providers.iter().map(|raw| (PROVIDER, raw.name.value.clone())));
        sections.extend(document.applications.iter().map(|raw| (APPLICATION, raw.name.value.clone())));
        sections.extend(document.families.iter().map(|raw| (FAMILY, raw.name.value.clone())));
    }
    sections
}

fn called((kind, name): &Section) -> String {
    format!("{kind}.{name}")
}
