//! Adds entries to catalogs, with everything that they stand on.
//!
//! | file | contents |
//! |---|---|
//! | `source` | loads the catalogs that definitions are copied from |
//! | `tables` | the tables that catalogs define, and what each table stands on |
//! | `plan` | the tables to copy, their order, and the conflicts |
//! | `same` | compares two definitions of a name by the keys that matter |
//! | `copy` | copies the text of a definition and adapts it to its new file |
//! | `files` | file paths among the options |
//! | `kind` | the kinds of things that a definition defines |
//! | `definition` | definitions given as words |
//! | `put` | writes definitions into files |
//! | `over` | chains of a new layer over existing entries |

mod copy;
mod definition;
mod files;
mod kind;
mod over;
mod plan;
mod put;
mod same;
mod source;
mod tables;

pub use definition::Definition;
pub use kind::DefinitionKind;

use super::Change;
use crate::edit::consequence::{Consequence, Effect};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use crate::registry::Registry;
use plan::Plan;
use put::Home;
use source::Source;
use std::path::PathBuf;
use tables::Tables;

/// Adds entries: from another catalog, from words, or from a text.
///
/// With an entry, everything that it stands on and that does not exist yet is installed too: its provider, the layers
/// and the base of a chain, custom families. An existing definition of the same name is kept if it is equal in every
/// key that matters: the requests that it answers, its contract, and the files that it opens. Otherwise it causes the
/// change to be rejected, or is replaced. Of the entries that a layer names only in its `allow-below`, layers are
/// installed too, because they change no answer; base protocols and chains must be installed by name.
///
/// Definitions are copied as they are written, with the comments that belong to them; relative paths among their
/// options are rewritten so that they lead to the same files. The definitions are appended to the file that is changed:
/// providers, families, base protocols, layers, chains. Base protocols and chains keep the catalog order that they have
/// in their source, because the first that matches a request is selected. Policy, tests, guarantees, severities and the
/// `order` of a catalog are not copied, because they apply to that catalog as a whole.
///
/// ```
/// use sockatlas::Loader;
/// use sockatlas::edit::{Install, Transaction};
///
/// let folder = tempfile::tempdir()?;
/// let site = folder.path().join("site.toml");
/// std::fs::write(&site, "format = 1\ninclude = [\"builtin:linux.toml\"]\n")?;
/// let install = Install::path("builtin:layers.toml").names(["secure"]);
/// let prepared = Transaction::new(Loader::new().path(&site)).change(install).prepare(|_| true)?;
/// let outcome = prepared.commit()?;
/// let added: Vec<_> = outcome.is.entries().filter(|entry| outcome.was.entry(entry.name()).is_none()).collect();
/// let added: Vec<&str> = added.iter().map(|entry| entry.name()).collect();
/// assert_eq!(added, ["tls", "secure/tcp4", "secure/tcp6"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Install {
    from: Origin,
    names: Vec<String>,
    replace: bool,
    chains_over: Vec<String>,
}

/// The origin of the definitions to be installed.
#[derive(Clone, Debug)]
enum Origin {
    Catalogs(Catalogs),
    Words(Definition),
}

/// Catalogs that are loaded, or are to be loaded.
#[derive(Clone, Debug)]
enum Catalogs {
    Registry(Registry),
    Path(PathBuf),
    Text { name: String, text: String },
}

impl Install {
    fn of(from: Origin) -> Self {
        Install { from, names: Vec::new(), replace: false, chains_over: Vec::new() }
    }

    /// Installs from other catalogs, which are loaded already.
    pub fn from(registry: &Registry) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Registry(registry.clone())))
    }

    /// Installs from another catalog: a file, a folder, or a built-in one (`builtin:layers.toml`). The catalog may
    /// stand on existing entries, because it is loaded together with them. It must load as a whole, even if only some
    /// of its entries are wanted.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Path(path.into())))
    }

    /// Installs from a catalog given as a text, with a name for messages. The catalog may stand on existing entries.
    /// Relative paths in it are relative to the folder of the file that they are written into.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Text { name: name.into(), text: text.into() }))
    }

    /// Installs one entry, provider, family or policy section, given as words.
    pub fn definition(definition: Definition) -> Self {
        Install::of(Origin::Words(definition))
    }

    /// Selects the entries to install from a catalog. Without this call, all entries that its own documents define are
    /// installed, except those of included documents and disabled ones.
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets whether a definition replaces an existing definition of the same name that differs from it.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Makes a chain `LAYER-over-BASE` of the one installed layer over each of these base protocols and chains, and
    /// puts the chains first in the catalog order, as `WSCInstallProviderAndChains` does. `all` stands for every entry
    /// that requests can select.
    pub fn chains_over<S: Into<String>>(mut self, bases: impl IntoIterator<Item = S>) -> Self {
        self.chains_over.extend(bases.into_iter().map(Into::into));
        self
    }

    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let layers = match &self.from {
            Origin::Words(definition) => definition.install(draft, self.replace)?,
            Origin::Catalogs(catalogs) => {
                let source = Source::load(catalogs, draft)?;
                let tables = Tables::of(&source.registry);
                let plan = Plan::make(&source, &tables, draft.registry(), &self.names, self.replace)?;
                copy(&source, &tables, &plan, draft)?;
                plan.layers()
            }
        };
        match layers.as_slice() {
            _ if self.chains_over.is_empty() => Ok(()),
            [layer] => {
                draft.reload().map_err(TransactionError::Faults)?;
                over::install(draft, layer, &self.chains_over)
            }
            _ => Err(ChangeError::NotOneLayer { layers }.into()),
        }
    }
}

/// Copies the planned tables, and records those that were not requested by name as consequences.
fn copy(source: &Source, tables: &Tables<'_>, plan: &Plan, draft: &mut Draft) -> Result<(), ChangeError> {
    let mut new = Vec::new();
    for copy in &plan.copies {
        let (kind, name) = &copy.path;
        let home = match copy.here {
            None => Home::End,
            Some((here, at)) => Home::replacing(draft, here, name, at),
        };
        let text = copy::definition((source, tables), copy, home.folder(draft), home.replaces())?;
        match &home {
            Home::End | Home::EndReplacing => new.push(text),
            Home::Place { file, kind, at, .. } => put::in_place(draft, file, (*kind, name, *at), &text)?,
        }
        let effect = match copy.here {
            Some(_) => Effect::Replaced,
            None => Effect::Added,
        };
        if copy.here.is_some() || !plan.wanted.contains(&copy.path) {
            let at = source.locate(copy.there);
            draft.add_consequences([Consequence { effect, what: kind.name(), name: name.clone(), at, reason: None }]);
        }
    }
    put::at_end(draft, &new)
}

impl From<Install> for Change {
    fn from(change: Install) -> Self {
        Change::Install(change)
    }
}
