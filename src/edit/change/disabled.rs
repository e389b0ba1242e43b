//! Entries taken away, and given back.

use super::Change;
use crate::edit::transaction::{Draft, TransactionError};

/// Takes entries away, so that no request is answered with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disable {
    /// Their names; also those of chains over several bases, which stand for all of these.
    pub names: Vec<String>,
    /// Whether the chains that stand on them are taken away too. Otherwise they refuse it.
    pub with_dependents: bool,
}

/// Gives entries back that were taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enable {
    /// Their names.
    pub names: Vec<String>,
}

impl Disable {
    pub(super) fn apply(&self, _draft: &mut Draft) -> Result<(), TransactionError> {
        Ok(())
    }
}

impl Enable {
    pub(super) fn apply(&self, _draft: &mut Draft) -> Result<(), TransactionError> {
        Ok(())
    }
}

impl From<Disable> for Change {
    fn from(change: Disable) -> Self {
        Change::Disable(change)
    }
}

impl From<Enable> for Change {
    fn from(change: Enable) -> Self {
        Change::Enable(change)
    }
}
