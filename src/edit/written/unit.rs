//! The entries that each table declares. The entries that one chain over several bases generates are one table again.

use crate::catalog::entry::{Body, EntryIndex};
use crate::registry::{EntryRef, Registry};

/// The entries that one table declares: one entry, or those of a chain over an array of bases.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The name of the chain over an array of bases.
    pub group: Option<String>,
    members: std::ops::Range<u32>,
}

impl Unit {
    pub fn first(&self) -> EntryIndex {
        EntryIndex(self.members.start)
    }

    /// Returns the name of the table.
    pub fn name<'n>(&'n self, registry: &'n Registry) -> &'n str {
        self.group.as_deref().unwrap_or_else(|| registry.name_at(self.first()))
    }

    pub fn members(&self) -> impl Iterator<Item = EntryIndex> + use<> {
        self.members.clone().map(EntryIndex)
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }
}

/// Returns the tables that declare the entries, in the order of declaration.
pub(super) fn units(registry: &Registry) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(registry.entries().len());
    for entry in registry.entries() {
        let at = entry.index().0;
        let group = group(registry, entry);
        match units.last_mut() {
            Some(last) if group.is_some() && last.group == group => last.members.end = at + 1,
            _ => units.push(Unit { group, members: at..at + 1 }),
        }
    }
    units
}

/// Returns the name of the chain over an array of bases that generated an entry. No other names contain a `/`.
fn group(registry: &Registry, entry: EntryRef<'_>) -> Option<String> {
    let Body::Chain(chain) = &registry.entry_at(entry.index()).body else { return None };
    let name = entry.name().strip_suffix(registry.name_at(chain.base.0))?.strip_suffix('/')?;
    Some(name.to_owned())
}

/// Returns the names of these entries in a list. The name of a chain over an array of bases stands for all of its
/// entries where they stand together.
pub(super) fn called(registry: &Registry, units: &[Unit], indices: &[EntryIndex]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = indices;
    while let Some((&first, behind)) = rest.split_first() {
        let at = units.partition_point(|unit| unit.members.end <= first.0);
        let unit = units.get(at);
        let whole =
            unit.filter(|unit| rest.get(..unit.len()).is_some_and(|some| some.iter().copied().eq(unit.members())));
        match whole.and_then(|unit| Some((unit, unit.group.clone()?))) {
            Some((unit, group)) => {
                names.push(group);
                rest = rest.get(unit.len()..).unwrap_or_default();
            }
            None => {
                names.push(registry.name_at(first).to_owned());
                rest = behind;
            }
        }
    }
    names
}
