//! The changes that can be made to catalogs, and their effects on the texts.
//!
//! | file | contents |
//! |---|---|
//! | `disabled` | disables and enables entries |
//! | `install` | adds entries, with everything that they stand on |
//! | `words` | converts command-line words to values of keys |
//! | `order` | moves entries within the catalog order |
//! | `remove` | removes definitions, with everything that names them |
//! | `statements` | the statements of each document, and what the names in them stand for |
//! | `set` | sets and unsets keys |

mod disabled;
mod install;
mod order;
mod remove;
mod set;
mod statements;
pub(in crate::edit) mod words;

pub use disabled::{Disable, Enable};
pub use install::{Definition, DefinitionKind, Install};
pub use order::{Order, Place};
pub use remove::Remove;
pub use set::Set;

use super::draft::Draft;
use super::refused::TransactionError;

/// A change of catalogs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Disables entries.
    Disable(Disable),
    /// Enables disabled entries.
    Enable(Enable),
    /// Adds entries.
    Install(Install),
    /// Moves entries to another place in the catalog order.
    Order(Order),
    /// Removes definitions.
    Remove(Remove),
    /// Sets or unsets a key.
    Set(Set),
}

impl Change {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        match self {
            Change::Disable(change) => change.apply(draft),
            Change::Enable(change) => change.apply(draft),
            Change::Install(change) => change.apply(draft),
            Change::Order(change) => change.apply(draft),
            Change::Remove(change) => change.apply(draft),
            Change::Set(change) => change.apply(draft),
        }
    }
}
