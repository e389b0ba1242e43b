//! Deletes the planned definitions and names from the texts.

use super::super::statements::Statements;
use super::asked::{APPLICATION, FAMILY, PROVIDER};
use super::claims::Claims;
use super::plan::Plan;
use crate::catalog::FileId;
use crate::catalog::raw::{At, Document, RawEntry};
use crate::edit::draft::Draft;
use crate::edit::refused::ChangeError;
use crate::edit::text::Text;
use std::path::PathBuf;

/// Returns the files of the documents, and their new texts.
pub(super) fn without(
    (plan, claims): (&Plan<'_>, &Claims),
    draft: &Draft,
    statements: &Statements,
) -> Result<Vec<(PathBuf, String)>, ChangeError> {
    let mut texts = Vec::new();
    for document in &statements.documents {
        let path = draft.file(document.file).ok();
        let text = path.map_or_else(|| Text::new(""), |path| Text::new(draft.text(path)));
        let mut page = Page { plan, claims, statements, document, is_fixed: path.is_none(), text };
        page.definitions()?;
        page.members()?;
        page.mentions()?;
        page.claims()?;
        if let Some(path) = path {
            texts.push((path.to_owned(), page.text.into_string()));
        }
    }
    Ok(texts)
}

/// A list of names: its table, its key, and its names.
type List<'l> = (&'l [&'l str], &'l str, &'l [At<String>]);

/// A document that definitions are removed from.
struct Page<'p> {
    plan: &'p Plan<'p>,
    claims: &'p Claims,
    statements: &'p Statements,
    document: &'p Document,
    /// Whether the document cannot be changed.
    is_fixed: bool,
    text: Text,
}

impl Page<'_> {
    /// Removes definitions.
    fn definitions(&mut self) -> Result<(), ChangeError> {
        let document = self.document;
        for entry in &document.entries {
            let uncovers = (document.file, entry.name.value.clone());
            if self.plan.whole.contains_key(&entry.name.value) || self.plan.asked.uncovered.contains_key(&uncovers) {
                self.definition(entry.kind.name(), &entry.name)?;
            }
        }
        let providers = document.providers.iter().map(|raw| (PROVIDER, &raw.name));
        let applications = document.applications.iter().map(|raw| (APPLICATION, &raw.name));
        let families = document.families.iter().map(|raw| (FAMILY, &raw.name));
        for (kind, name) in providers.chain(applications).chain(families) {
            let is_idle = || self.plan.idle_providers.iter().any(|idle| idle.name == name.value);
            if self.plan.asked.sections.contains_key(&(kind, name.value.clone())) || kind == PROVIDER && is_idle() {
                self.definition(kind, name)?;
            }
        }
        Ok(())
    }

    fn definition(&mut self, kind: &str, name: &At<String>) -> Result<(), ChangeError> {
        if self.is_fixed {
            return Err(ChangeError::DefinedElsewhere {
                name: name.value.clone(),
                at: self.statements.locate(name.at),
            });
        }
        done(self.text.remove_table(&[kind, &name.value]))
    }

    /// Removes single bases from chains, and names from the `allow-below` of layers.
    fn members(&mut self) -> Result<(), ChangeError> {
        let plan = self.plan;
        for (chain, base) in plan.members.keys() {
            let Some(definition) = plan.definition(chain, self.document.file) else { continue };
            let name = At::new(format!("{chain}/{base}"), definition.name.at);
            self.name(&["chain", chain], "base", base, &name)?;
        }
        for (layer, allowed) in &plan.allowed {
            if plan.definition(layer, self.document.file).is_none() {
                continue;
            }
            let table = ["layer", layer];
            // Without the key, every entry would be allowed.
            if self.text.names(&table, "allow-below").is_some_and(|names| names.len() == 1) {
                done(self.text.set(&table, &["allow-below"], "[]"))?;
            } else {
                self.name(&table, "allow-below", &allowed.value, allowed)?;
            }
        }
        Ok(())
    }

    /// Deletes a name from an array. An error reports the name `said`.
    fn name(&mut self, table: &[&str], key: &str, name: &str, said: &At<String>) -> Result<(), ChangeError> {
        self.is_changeable(said)?;
        let names = self.text.names(table, key).unwrap_or_default();
        done(names.iter().position(|known| known == name).is_some_and(|at| self.text.remove_name(table, key, at)))
    }

    /// Deletes names that no longer stand for anything from the lists.
    fn mentions(&mut self) -> Result<(), ChangeError> {
        let document = self.document;
        let lists: [List<'_>; 4] = [
            (&[], "order", &document.order),
            (&[], "disable", &document.disable),
            (&["winsock"], "order-32", &document.winsock.order_32),
            (&["winsock"], "order-64", &document.winsock.order_64),
        ];
        for (table, key, names) in lists {
            let (gone, left): (Vec<&At<String>>, Vec<_>) =
                names.iter().partition(|name| self.plan.is_gone(&name.value));
            if let Some(first) = gone.first() {
                self.is_changeable(first)?;
                let left: Vec<&str> = left.iter().map(|name| name.value.as_str()).collect();
                done(self.text.set_names(table, key, &left))?;
            }
        }
        Ok(())
    }

    /// Removes tests and guarantees, in reverse, so that the indices of the earlier ones stay valid.
    fn claims(&mut self) -> Result<(), ChangeError> {
        let file = self.document.file;
        let claims = self.claims;
        for &(_, number, at) in claims.never.iter().rev().filter(|(of, ..)| *of == file) {
            self.is_claim_changeable()?;
            done(self.text.remove_name(&[&format!("always#{number}")], "never", at))?;
        }
        for (array, numbers) in [("always", &claims.guarantees), ("expect", &claims.expectations)] {
            for &(_, number) in numbers.iter().rev().filter(|(of, _)| *of == file) {
                self.is_claim_changeable()?;
                done(self.text.remove_element(array, number))?;
            }
        }
        Ok(())
    }

    fn is_changeable(&self, name: &At<String>) -> Result<(), ChangeError> {
        match self.is_fixed {
            true => Err(ChangeError::NamedElsewhere { name: name.value.clone(), at: self.statements.locate(name.at) }),
            false => Ok(()),
        }
    }

    fn is_claim_changeable(&self) -> Result<(), ChangeError> {
        match self.is_fixed {
            true => Err(ChangeError::Fixed { document: self.statements.name(self.document.file).to_owned() }),
            false => Ok(()),
        }
    }
}

impl Plan<'_> {
    /// Returns the definition that is in effect for an entry, if it stands in this document.
    fn definition(&self, name: &str, file: FileId) -> Option<&RawEntry> {
        self.counting(name).filter(|definition| definition.file == file).map(|definition| definition.entry)
    }
}

/// Returns an error if an edit did not find its target. The text loaded as TOML, so this is a defect of the library.
fn done(is_done: bool) -> Result<(), ChangeError> {
    match is_done {
        true => Ok(()),
        false => Err(ChangeError::Defect { what: "something that is to go was not found in the text" }),
    }
}
