//! Moves entries within the catalog order.
//!
//! | file | contents |
//! |---|---|
//! | `list` | computes the `order` list that produces a wanted order |
//!
//! Only the `order` list of the transaction's file changes. The lists of later documents take precedence over it; it
//! takes precedence over the lists of earlier documents and the order of the declarations. So it can express every
//! order that does not contradict a later document.

mod list;

use super::Change;
use super::statements::{Meanings, Statements};
use crate::catalog::entry::EntryIndex;
use crate::catalog::{EntryKind, ordered};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use crate::edit::text::Text;
use crate::registry::Registry;
use list::List;

/// Moves entries to another place in the catalog order. All other entries keep their order, also disabled ones, whose
/// place counts when they are enabled.
///
/// To undo a move, move the entries back beside their former neighbour. This restores the text, except for comments
/// inside the list, if the list was as short as possible. A list that does not exist is as short as possible, and so
/// are the lists that this change makes from such lists. A list that is longer stays longer, and is restored even if
/// the order needs no list in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The names of the entries, in the order in which they are to stand. The name of a chain over several bases stands
    /// for all of its entries.
    pub names: Vec<String>,
    /// The place where they are to stand.
    pub place: Place,
}

/// A place in the catalog order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Directly before this entry, or before the first entry of this chain over several bases.
    Before(String),
    /// Directly after this entry, or after the last entry of this chain over several bases.
    After(String),
}

impl Order {
    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), TransactionError> {
        let registry = draft.registry().clone();
        let meanings = Meanings::of(&registry);
        let moved = meanings.all(&self.names)?;
        let layer = |&&index: &&EntryIndex| registry.at(index).kind() == EntryKind::Layer;
        if let Some(&layer) = moved.iter().find(layer) {
            return Err(ChangeError::NoPlace { name: registry.name_at(layer).to_owned() }.into());
        }
        let target = draft.target().to_owned();
        let statements = Statements::of(draft);
        let lists = lists(&statements, &meanings)?;
        let now = ordered(&lists, &meanings.has_place());
        let wanted = self.wanted(&registry, &meanings, &now, &moved)?;
        let Some(own) = statements.position(&target).filter(|_| wanted != now) else { return Ok(()) };
        let (earlier, later) = (&lists[..own], &lists[own + 1..]);
        let first = ordered(later, &listed(later, registry.entries().len()));
        if let Some((&taken, _)) = first.iter().zip(&wanted).find(|(taken, wanted)| taken != wanted) {
            return Err(place_taken(&registry, &meanings, &statements, own, taken).into());
        }
        let names: Vec<&str> = statements.documents[own].order.iter().map(|name| name.value.as_str()).collect();
        let list = List { meanings: &meanings, first: &first, behind: ordered(earlier, &meanings.has_place()), names };
        let names = list.of_order(&now, &wanted);
        let mut text = Text::new(draft.text(&target));
        text.set_names(&[], "order", &names);
        draft.replace(&target, text.into_string());
        verify(draft, &wanted)
    }

    /// Returns the requested order.
    fn wanted(
        &self,
        registry: &Registry,
        meanings: &Meanings<'_>,
        now: &[EntryIndex],
        moved: &[EntryIndex],
    ) -> Result<Vec<EntryIndex>, ChangeError> {
        let others: Vec<EntryIndex> = now.iter().filter(|index| !moved.contains(index)).copied().collect();
        let beside = |name: &str| -> Result<Vec<usize>, ChangeError> {
            let beside = meanings.entries(name)?;
            if beside.iter().any(|index| moved.contains(index)) {
                return Err(ChangeError::BesideItself { name: name.to_owned() });
            }
            if beside.iter().any(|&index| registry.at(index).kind() == EntryKind::Layer) {
                return Err(ChangeError::NoPlace { name: name.to_owned() });
            }
            let positions = others.iter().enumerate().filter(|(_, index)| beside.contains(index));
            Ok(positions.map(|(at, _)| at).collect())
        };
        let at = match &self.place {
            Place::First => 0,
            Place::Last => others.len(),
            Place::Before(name) => beside(name)?.first().copied().unwrap_or(0),
            Place::After(name) => beside(name)?.last().map_or(others.len(), |at| at + 1),
        };
        Ok([&others[..at], moved, &others[at..]].concat())
    }
}

/// Returns the entries that the `order` of each document names.
fn lists(statements: &Statements, meanings: &Meanings<'_>) -> Result<Vec<Vec<EntryIndex>>, ChangeError> {
    let mut lists = Vec::with_capacity(statements.documents.len());
    for document in &statements.documents {
        let named = document.order.iter().map(|name| meanings.entries(&name.value));
        lists.push(named.collect::<Result<Vec<_>, _>>()?.concat());
    }
    Ok(lists)
}

/// Returns for each entry index below `entries` whether one of these lists names it.
fn listed(lists: &[Vec<EntryIndex>], entries: usize) -> Vec<bool> {
    let mut listed = vec![false; entries];
    for index in lists.iter().flatten() {
        if let Some(listed) = listed.get_mut(index.get()) {
            *listed = true;
        }
    }
    listed
}

/// Returns the error that locates where a later document puts an entry at the wanted place of another.
fn place_taken(
    registry: &Registry,
    meanings: &Meanings<'_>,
    statements: &Statements,
    own: usize,
    taken: EntryIndex,
) -> ChangeError {
    let later = statements.documents.iter().skip(own + 1).rev().flat_map(|document| &document.order);
    let mut names = later.filter(|name| meanings.entries(&name.value).is_ok_and(|entries| entries.contains(&taken)));
    let entry = registry.at(taken);
    let at = names.next().map_or_else(|| entry.source(), |name| statements.locate(name.at));
    ChangeError::PlaceTaken { name: entry.name().to_owned(), at }
}

/// Checks that the texts produce this order, and that the selectable entries stand in it.
fn verify(draft: &mut Draft, wanted: &[EntryIndex]) -> Result<(), TransactionError> {
    draft.reload().map_err(TransactionError::Faults)?;
    let registry = draft.registry();
    let meanings = Meanings::of(registry);
    let order = ordered(&lists(&Statements::of(draft), &meanings)?, &meanings.has_place());
    let selectable = wanted.iter().copied().filter(|&index| registry.at(index).is_selectable());
    if order != wanted || !registry.selectable().map(|entry| entry.index()).eq(selectable) {
        return Err(ChangeError::Defect { what: "the order is another than the one asked for" }.into());
    }
    Ok(())
}

impl From<Order> for Change {
    fn from(change: Order) -> Self {
        Change::Order(change)
    }
}
