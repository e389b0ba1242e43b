//! Entries given other places in the catalog order.

use super::Change;
use crate::edit::transaction::{Draft, TransactionError};

/// Gives entries another place in the catalog order. All others keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Their names, in the order in which they are to stand; also those of chains over several bases, which stand for all of
    /// these.
    pub names: Vec<String>,
    /// Where they are to stand.
    pub place: Place,
}

/// A place in the catalog order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
    /// Directly before this entry.
    Before(String),
    /// Directly behind this entry.
    After(String),
}

impl Order {
    pub(super) fn apply(&self, _draft: &mut Draft) -> Result<(), TransactionError> {
        Ok(())
    }
}

impl From<Order> for Change {
    fn from(change: Order) -> Self {
        Change::Order(change)
    }
}
