//! What can be changed of catalogs, and what each change does to their texts.
//!
//! | file | what |
//! |---|---|
//! | `disabled` | entries taken away and given back |
//! | `install` | entries added, with all that they stand on |
//! | `words` | words of people as values of keys |
//! | `error` | why a change cannot be made |

mod disabled;
mod error;
mod install;
pub(in crate::edit) mod words;

pub use disabled::{Disable, Enable};
pub use error::ChangeError;
pub use install::{Definition, DefinitionKind, Install};

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
}

impl Change {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        match self {
            Change::Disable(change) => change.apply(draft),
            Change::Enable(change) => change.apply(draft),
            Change::Install(change) => change.apply(draft),
        }
    }
}
