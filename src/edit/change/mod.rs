//! What can be changed of catalogs, and what each change does to their texts.
//!
//! | file | what |
//! |---|---|
//! | `disabled` | entries taken away and given back |
//! | `install` | entries added, with all that they stand on |
//! | `words` | words of people as values of keys |
//! | `order` | entries given other places in the catalog order |
//! | `remove` | definitions taken away, with all that names them |
//! | `statements` | what the documents say, each for itself, and what the names in them stand for |
//! | `set` | keys given other values |
//! | `consequence` | what depends on what is changed, and what changes along with it |
//! | `error` | why a change cannot be made |

mod consequence;
mod disabled;
mod error;
mod install;
mod order;
mod remove;
mod set;
mod statements;
pub(in crate::edit) mod words;

pub use consequence::{Consequence, Dependent, Effect};
pub use disabled::{Disable, Enable};
pub use error::{ChangeError, Conflict, Unfit};
pub use install::{Definition, DefinitionKind, Install};
pub use order::{Order, Place};
pub use remove::Remove;
pub use set::Set;

use super::transaction::{Draft, TransactionError};

/// A change of catalogs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Entries are taken away.
    Disable(Disable),
    /// Entries that were taken away are given back.
    Enable(Enable),
    /// Entries are added.
    Install(Install),
    /// Entries are given another place in the catalog order.
    Order(Order),
    /// Definitions are taken away.
    Remove(Remove),
    /// A key is given another value.
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
