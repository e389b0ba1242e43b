//! Disables and enables entries.
//!
//! Entries that are already enabled, or already disabled, are left as they are written.

use super::Change;
use super::statements::{Meanings, Statements};
use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::raw::At;
use crate::edit::consequence::{Consequence, Dependent, Effect};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use crate::edit::text::Text;
use crate::registry::Registry;
use std::collections::BTreeSet;

/// Disables entries, so that no request is answered with them. Their names are added to the `disable` list of the
/// transaction's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disable {
    /// The names of the entries. The name of a chain over several bases stands for all of its entries.
    pub names: Vec<String>,
    /// Whether to disable the chains that stand on these entries too. Otherwise such chains cause the change to be
    /// rejected.
    pub with_dependents: bool,
}

/// Enables entries that were disabled, whichever file lists them in its `disable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enable {
    /// The names of the entries.
    pub names: Vec<String>,
}

impl Disable {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let registry = draft.registry().clone();
        let meanings = Meanings::of(&registry);
        let asked: BTreeSet<EntryIndex> = meanings.all(&self.names)?.into_iter().collect();
        let dependents = enabled_dependents(&registry, &asked);
        if !dependents.is_empty() && !self.with_dependents {
            return Err(needed(&registry, &self.names, &meanings, &asked)?.into());
        }
        let is_new = |index: &&EntryIndex| !registry.at(**index).is_disabled();
        let mut names = Vec::new();
        for name in &self.names {
            let stands_for = meanings.entries(name)?;
            let new: Vec<EntryIndex> = stands_for.iter().filter(is_new).copied().collect();
            match new.len() {
                0 => {}
                all if all == stands_for.len() => names.push(name.clone()),
                _ => names.extend(new.iter().map(|&index| registry.name_at(index).to_owned())),
            }
        }
        names.extend(called(&registry, &meanings, &dependents));
        let target = draft.target().to_owned();
        let mut text = Text::new(draft.text(&target));
        let mut listed = text.names(&[], "disable").unwrap_or_default();
        for name in names {
            if !listed.contains(&name) {
                text.insert_name(&[], "disable", listed.len(), &name);
                listed.push(name);
            }
        }
        draft.replace(&target, text.into_string());
        draft.add_consequences(dependents.iter().map(|&index| Consequence {
            effect: Effect::Disabled,
            what: registry.at(index).kind().name(),
            name: registry.name_at(index).to_owned(),
            at: registry.at(index).source(),
            reason: None,
        }));
        let all: BTreeSet<EntryIndex> = asked.union(&dependents).copied().collect();
        verify(draft, &registry, &all, true)
    }
}

/// Returns the enabled entries that stand on any of the entries in `of` and are not in `of` themselves.
fn enabled_dependents(registry: &Registry, of: &BTreeSet<EntryIndex>) -> BTreeSet<EntryIndex> {
    let dependents = of.iter().flat_map(|&index| registry.graph().dependents(index));
    dependents.filter(|index| !of.contains(index) && !registry.at(*index).is_disabled()).collect()
}

/// Returns the error that lists the enabled dependents of the entries to be disabled.
fn needed(
    registry: &Registry,
    names: &[String],
    meanings: &Meanings<'_>,
    asked: &BTreeSet<EntryIndex>,
) -> Result<ChangeError, ChangeError> {
    let mut needed = Vec::new();
    let mut by = BTreeSet::new();
    for name in names {
        let of = meanings.entries(name)?.into_iter().collect();
        let dependents = enabled_dependents(registry, &of);
        let others = dependents.difference(asked).copied().collect::<Vec<_>>();
        if !others.is_empty() {
            needed.push(name.clone());
            by.extend(others);
        }
    }
    let by = by.into_iter().map(|index| registry.at(index)).map(|entry| Dependent {
        what: entry.kind().name(),
        name: entry.name().to_owned(),
        at: entry.source(),
    });
    Ok(ChangeError::NeededBy { names: needed, by: by.collect() })
}

/// Returns the names of the entries. All entries of one chain over several bases are given by the chain's name.
fn called(registry: &Registry, meanings: &Meanings<'_>, entries: &BTreeSet<EntryIndex>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for &index in entries {
        let whole = meanings.group(index).filter(|(_, members)| members.iter().all(|member| entries.contains(member)));
        let name = whole.map_or(registry.name_at(index), |(chain, _)| chain);
        if names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
    }
    names
}

impl Enable {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let registry = draft.registry().clone();
        let meanings = Meanings::of(&registry);
        let statements = Statements::of(draft);
        let asked: BTreeSet<EntryIndex> = meanings.all(&self.names)?.into_iter().collect();
        for name in &self.names {
            self.stands_on_enabled(name, &registry, &meanings, &statements, &asked)?;
        }
        for document in &statements.documents {
            // In reverse, so that the positions of the earlier names stay valid.
            for (at, listed) in document.disable.iter().enumerate().rev() {
                let stands_for = meanings.entries(&listed.value)?;
                let others: Vec<&EntryIndex> = stands_for.iter().filter(|index| !asked.contains(index)).collect();
                if others.len() == stands_for.len() {
                    continue;
                }
                let path = statements.changeable(draft, listed)?.to_owned();
                let mut text = Text::new(draft.text(&path));
                for (behind, index) in others.into_iter().enumerate() {
                    text.insert_name(&[], "disable", at + 1 + behind, registry.name_at(*index));
                }
                text.remove_name(&[], "disable", at);
                draft.replace(&path, text.into_string());
            }
        }
        verify(draft, &registry, &asked, false)
    }

    /// Checks that an entry to be enabled does not stand on an entry that stays disabled.
    fn stands_on_enabled(
        &self,
        name: &str,
        registry: &Registry,
        meanings: &Meanings<'_>,
        statements: &Statements,
        asked: &BTreeSet<EntryIndex>,
    ) -> Result<(), ChangeError> {
        let mut on = BTreeSet::new();
        let mut open = meanings.entries(name)?;
        while let Some(index) = open.pop() {
            if let Body::Chain(chain) = &registry.entry_at(index).body {
                let below: Vec<EntryIndex> = chain.layers().chain([chain.base]).map(|(below, _)| below).collect();
                let stays_disabled = |index: &&EntryIndex| registry.at(**index).is_disabled() && !asked.contains(index);
                on.extend(below.iter().filter(stays_disabled));
                open.extend(below);
            }
        }
        if on.is_empty() {
            return Ok(());
        }
        let on = on.into_iter().map(|index| {
            let entry = registry.at(index);
            let lists = statements.documents.iter().rev().flat_map(|document| document.disable.iter().rev());
            let is_it = |listed: &&At<String>| {
                meanings.entries(&listed.value).is_ok_and(|stands_for| stands_for.contains(&index))
            };
            let at = lists.clone().find(is_it).map_or_else(|| entry.source(), |listed| statements.locate(listed.at));
            Dependent { what: entry.kind().name(), name: entry.name().to_owned(), at }
        });
        Err(ChangeError::StandsOnDisabled { name: name.to_owned(), on: on.collect() })
    }
}

/// Checks that after a reload exactly these entries changed: they are disabled, or enabled, and all others are as
/// before.
fn verify(
    draft: &mut Draft,
    before: &Registry,
    entries: &BTreeSet<EntryIndex>,
    are_disabled: bool,
) -> Result<(), TransactionError> {
    draft.reload().map_err(TransactionError::Faults)?;
    let now = draft.registry().entries().map(|entry| entry.is_disabled());
    let wanted = before.entries().map(|entry| match entries.contains(&entry.index()) {
        true => are_disabled,
        false => entry.is_disabled(),
    });
    if !now.eq(wanted) {
        return Err(ChangeError::Defect { what: "others are disabled than were asked for" }.into());
    }
    Ok(())
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
