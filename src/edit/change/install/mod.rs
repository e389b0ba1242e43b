//! Entries that are added to catalogs, with all that they stand on.
//!
//! | file | what |
//! |---|---|
//! | `source` | the catalogs that definitions come from, loaded |
//! | `tables` | what catalogs define, and what each definition stands on |
//! | `plan` | what is to be copied, in which order, and what is in the way |
//! | `same` | whether two definitions of a name are the same in all that counts |
//! | `copy` | a definition as it is written there, made right for where it goes |
//! | `files` | paths of files among the options |
//! | `definition` | what is given by words |
//! | `put` | definitions put into files |
//! | `over` | chains of a new layer over what is there |

mod copy;
mod definition;
mod files;
mod over;
mod plan;
mod put;
mod same;
mod source;
mod tables;

pub use definition::{Definition, DefinitionKind};

use super::{Change, ChangeError, Consequence, Effect};
use crate::edit::transaction::{Draft, TransactionError};
use crate::registry::Registry;
use plan::Plan;
use put::Home;
use source::Source;
use std::path::PathBuf;
use tables::Tables;

/// Adds entries: from another catalog, from words, or from a text.
///
/// An entry brings what it stands on and what is not here yet: its provider, the layers and the base of a chain, families of its own.
/// What is here under the same name is taken as it is, if it is the same in all that counts: in what it answers to, in its contract,
/// in what would be opened; else it refuses the change, or is replaced. Of what only its `allow-below` names a layer brings layers,
/// which change no answer; base protocols and chains have to be installed by name.
///
/// Definitions are copied as they are written, with the comments that belong to them; relative paths among their options lead to the
/// same files from the new place. They go to the end of the file that is changed: providers, families, base protocols, layers,
/// chains, those of which the first that matches is chosen in the catalog order that they have where they come from. Policy, tests,
/// guarantees, severities and `order` of a catalog do not come along, as they speak of that catalog as a whole.
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

/// Where what is installed comes from.
#[derive(Clone, Debug)]
enum Origin {
    Catalogs(Catalogs),
    Words(Definition),
}

/// Catalogs that are loaded, or are to be.
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

    /// From other catalogs, which load by themselves.
    pub fn from(registry: &Registry) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Registry(registry.clone())))
    }

    /// From another catalog: a file, a folder, or one that ships (`builtin:layers.toml`). It may stand on entries that are here, as it
    /// is loaded together with these; so it must load as a whole, whatever is wanted of it.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Path(path.into())))
    }

    /// From a catalog given as a text, under a name for messages. It may stand on entries that are here. Relative paths in it count
    /// from the folder of the file that they go into.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Install::of(Origin::Catalogs(Catalogs::Text { name: name.into(), text: text.into() }))
    }

    /// One entry, provider, family or section of policy, given by words.
    pub fn definition(definition: Definition) -> Self {
        Install::of(Origin::Words(definition))
    }

    /// The entries that are wanted of a catalog. Without: all that its own documents define, but for what these include, and what
    /// is disabled there.
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Puts what comes in the place of what is here under the same name and is not the same.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Makes a chain `LAYER-over-BASE` of the one layer that comes over each of these base protocols and chains, and puts the chains
    /// first in the catalog order, as `WSCInstallProviderAndChains` does. `all` stands for every entry that requests can select.
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

/// Copies what is planned, and notes what was not asked for.
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
