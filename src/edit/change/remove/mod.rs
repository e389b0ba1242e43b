//! Definitions taken away, with all that names them.
//!
//! | file | what |
//! |---|---|
//! | `asked` | what the names of a removal mean |
//! | `plan` | what goes, and who needs what goes, through any number of steps |
//! | `claims` | the tests and guarantees that need what goes |
//! | `texts` | the texts without it |
//!
//! What stands on something that goes is never made to stand on less: a chain goes as a whole when one of its layers goes, and a
//! layer that allowed nothing else below it allows nothing from then on.

mod asked;
mod claims;
mod plan;
mod texts;

use super::consequence::{Consequence, Effect};
use super::statements::Statements;
use super::{Change, ChangeError};
use crate::edit::transaction::{Draft, TransactionError};
use asked::Asked;
use indexmap::IndexSet;
use plan::Plan;

/// Takes definitions away, with the comments that belong to them, and all that names them in lists.
///
/// Of an entry that several documents define, one replacing the other, every definition goes: without the last alone, the one that it
/// replaced would come back. That is what happens where the transaction's file was named and holds one of several: then only that
/// one goes.
///
/// A provider goes with the last of its entries, where its document can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remove {
    /// The names of entries; `CHAIN/BASE` takes one base from a chain over several. `provider.NAME`, `application.NAME` and
    /// `family.NAME` are what their names say, where no entry is called so.
    pub names: Vec<String>,
    /// Whether what stands on them, and what tests them, goes too. Otherwise it refuses the removal.
    pub with_dependents: bool,
}

impl Remove {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let registry = draft.registry().clone();
        let statements = Statements::of(draft);
        let asked = Asked::of(&self.names, draft, &statements)?;
        let plan = Plan::of(asked, draft, &statements);
        if !plan.needs.is_empty() && !self.with_dependents {
            let is_needed = |name: &&String| plan.needs.iter().any(|need| need.root == **name);
            let names: IndexSet<String> = self.names.iter().filter(is_needed).cloned().collect();
            return Err(ChangeError::NeededBy { names: names.into_iter().collect(), by: plan.dependents() }.into());
        }
        let texts = texts::without(&plan, draft, &statements)?;
        for (path, text) in texts {
            draft.replace(&path, text);
        }
        draft.add_consequences(plan.consequences());
        draft.reload().map_err(TransactionError::Faults)?;
        let is_left = |name: &str| !plan.is_gone(name);
        let left = registry.entries().map(|entry| entry.name()).filter(|name| is_left(name));
        // What comes back may be of another form.
        if plan.asked.uncovered.is_empty() && !draft.registry().entries().map(|entry| entry.name()).eq(left) {
            return Err(ChangeError::Defect { what: "others are gone than were asked for" }.into());
        }
        Ok(())
    }
}

impl Plan<'_> {
    /// Returns what goes or is changed besides what was asked for.
    fn consequences(&self) -> Vec<Consequence> {
        let needs = self.needs.iter().map(|need| Consequence {
            effect: need.effect,
            what: need.what,
            name: need.name.clone(),
            at: self.statements().locate(need.at),
            reason: None,
        });
        let providers = self.idle_providers.iter().map(|provider| Consequence {
            effect: Effect::Removed,
            what: "provider",
            name: provider.name.clone(),
            at: provider.at.clone(),
            reason: None,
        });
        needs.chain(providers).collect()
    }
}

impl From<Remove> for Change {
    fn from(change: Remove) -> Self {
        Change::Remove(change)
    }
}
