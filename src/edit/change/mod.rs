//! What can be changed of catalogs, and what each change does to their texts.
//!
//! | file | what |
//! |---|---|
//! | `disabled` | entries taken away and given back |
//! | `error` | why a change cannot be made |

mod disabled;
mod error;

pub use disabled::{Disable, Enable};
pub use error::ChangeError;

use super::transaction::{Draft, TransactionError};

/// A change of catalogs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Entries are taken away.
    Disable(Disable),
    /// Entries that were taken away are given back.
    Enable(Enable),
}

impl Change {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        match self {
            Change::Disable(change) => change.apply(draft),
            Change::Enable(change) => change.apply(draft),
        }
    }
}
