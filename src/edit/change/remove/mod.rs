//! Removes definitions, with everything that names them.
//!
//! | file | contents |
//! |---|---|
//! | `asked` | resolves the names of a removal |
//! | `plan` | computes the definitions to be removed, and their direct and indirect dependents |
//! | `claims` | finds the tests and guarantees that need a removed definition |
//! | `texts` | deletes the definitions and their names from the texts |
//!
//! A removal never makes an entry stand on less: a chain is removed as a whole when one of its layers is, and a layer
//! that allowed nothing but removed entries below it allows nothing from then on.

mod asked;
mod claims;
mod plan;
mod texts;

use super::Change;
use super::statements::Statements;
use crate::edit::consequence::{Consequence, Effect};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use asked::Asked;
use claims::Claims;
use indexmap::IndexSet;
use plan::Plan;

/// Removes definitions, with the comments that belong to them, and deletes their names from all lists.
///
/// If several documents define an entry, one replacing the other, all definitions are removed: without the last one
/// alone, the definition that it replaced would take effect again. That is what happens if the transaction's file was
/// named and contains one of several definitions: then only that definition is removed.
///
/// A provider is removed with the last of its entries, where its document can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remove {
    /// The names of entries; `CHAIN/BASE` removes one base from a chain over several bases. `provider.NAME`,
    /// `application.NAME` and `family.NAME` name such sections, where no entry has this name.
    pub names: Vec<String>,
    /// Whether to remove the dependents of the definitions and their tests too. Otherwise these cause the removal to be
    /// rejected.
    pub with_dependents: bool,
}

impl Remove {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let registry = draft.registry().clone();
        let statements = Statements::of(draft);
        let asked = Asked::of(&self.names, draft, &statements)?;
        let mut plan = Plan::of(asked, draft, &statements);
        let (claims, needs) = Claims::of(&plan, draft.registry());
        plan.add_needs(needs);
        if !plan.needs.is_empty() && !self.with_dependents {
            let is_needed = |name: &&String| plan.needs.iter().any(|need| need.root == **name);
            let names: IndexSet<String> = self.names.iter().filter(is_needed).cloned().collect();
            return Err(ChangeError::NeededBy { names: names.into_iter().collect(), by: plan.dependents() }.into());
        }
        let texts = texts::without((&plan, &claims), draft, &statements)?;
        for (path, text) in texts {
            draft.replace(&path, text);
        }
        draft.add_consequences(plan.consequences());
        draft.reload().map_err(TransactionError::Faults)?;
        let is_left = |name: &str| !plan.is_gone(name);
        let left = registry.entries().map(|entry| entry.name()).filter(|name| is_left(name));
        // A definition that takes effect again may generate other entries.
        if plan.asked.uncovered.is_empty() && !draft.registry().entries().map(|entry| entry.name()).eq(left) {
            return Err(ChangeError::Defect { what: "others are gone than were asked for" }.into());
        }
        Ok(())
    }
}

impl Plan<'_> {
    /// Returns the edits that were not requested by name.
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
