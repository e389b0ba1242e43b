//! The steps of a plan: the changes, as data, and their texts.

use super::reason::{FlagFlaw, LibraryFlaw, Removal, Repointing};
use crate::catalog::{Bitness, Span};
use crate::winsock::packed::Field;
use crate::winsock::store::Item;

/// A change of a plan, as small as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The bitness of the set that it changes, or `None` if it concerns both sets, or the source does not state the bitness.
    pub bits: Option<Bitness>,
    /// The item that it changes, or `None` for a counter and for all keys of a set.
    pub item: Option<Subject>,
    /// The change.
    pub change: Change,
    /// The place of the changed item or value in the source.
    pub at: Span,
}

/// An item in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// The name of the item's key, such as `000000000001`, or `None` for an added item.
    pub key: Option<String>,
    /// The id of the item, or `None` if it cannot be read.
    pub catalog_entry_id: Option<u32>,
    /// The name of the item, or `None` if it cannot be read.
    pub name: Option<String>,
}

/// The change that a step makes; `Display` describes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Change {
    /// The item is removed from the catalog.
    #[error("remove")]
    Remove(Removal),
    /// The unreadable fields of a standard item are set to their values in Windows.
    #[error("restore {}", listed(.fields))]
    Restore {
        /// The fields that are set; empty if the value has another size and all are set.
        fields: Vec<Field>,
        /// The problem of the value.
        reason: String,
    },
    /// A missing standard item is added.
    #[error("add {name} with id {id}")]
    Add {
        /// The name of the item in catalogs of sockatlas, such as `tcp4`.
        name: &'static str,
        /// The id of the item.
        id: u32,
        /// Whether chains name that id already.
        is_named: bool,
    },
    /// The path of the library of a standard provider is restored.
    #[error("set the library from `{from}` to `{to}`")]
    Library {
        /// The path in the source.
        from: String,
        /// The path in Windows.
        to: &'static str,
        /// The flaw of the path in the source.
        flaw: LibraryFlaw,
    },
    /// The item gets an id of its own.
    #[error("set its id from {from} to {to}")]
    NewId {
        /// The old id.
        from: u32,
        /// The new id. Chains that name `from` keep naming the first item that has it, if that item is allowed there.
        to: u32,
    },
    /// A chain names its layer or base by the current id.
    #[error("in its chain set id {from} to {to}, which is `{name}`")]
    Repoint {
        /// The old id in the chain.
        from: u32,
        /// The new id in the chain.
        to: u32,
        /// The name of the item with that id.
        name: String,
        /// The reason.
        reason: Repointing,
    },
    /// An id is removed from the middle of a chain, so that the layer above runs over the items below.
    #[error("take id {id} out of its chain")]
    TakeOut {
        /// The id, which no item has.
        id: u32,
        /// Whether its item was removed with a provider that the user names.
        is_asked: bool,
    },
    /// A chain gets the field values of its base.
    #[error("set {}", settings(.0))]
    Conform(Vec<Setting>),
    /// A range of protocols gets a valid end.
    #[error("set `iProtocolMaxOffset` from {from} to {to}")]
    Range {
        /// The old end.
        from: i32,
        /// The end of the standard item's range or of that of the chain's base, or else 0, which means the single protocol.
        to: i32,
    },
    /// Service flags that contradict each other, or the layers below, are corrected.
    #[error("set `dwServiceFlags1` from {from:#x} to {to:#x}")]
    ServiceFlags {
        /// The old flags.
        from: u32,
        /// The flags of the standard item, or else the old ones without the wrong bits.
        to: u32,
        /// The flaw of the old flags.
        flaw: FlagFlaw,
    },
    /// A layer is hidden from applications.
    #[error("hide from applications")]
    Hide,
    /// A chain is made visible to applications.
    #[error("show to applications")]
    Show,
    /// A chain is moved before an item that would be chosen in its place.
    #[error("move ahead of `{name}` (id {id})")]
    Move {
        /// The id of the item before which it is placed.
        id: u32,
        /// The name of that item.
        name: String,
    },
    /// The keys of a set are numbered consecutively from 1, in the order of the items.
    #[error("number the keys from 1 to {last}; {changed} of them change")]
    Renumber {
        /// The number of items whose keys change.
        changed: usize,
        /// The last number.
        last: usize,
    },
    /// The counter `Num_Catalog_Entries` or `Num_Catalog_Entries64` is set.
    #[error("set `{counter}`{} to {to}", counted(*from))]
    Count {
        /// The name of the counter.
        counter: &'static str,
        /// The old value, if the source states it.
        from: Option<u32>,
        /// The number of items.
        to: u32,
    },
    /// The counter `Next_Catalog_Entry_ID` is set.
    #[error("set `Next_Catalog_Entry_ID`{} to {to}", counted(*from))]
    NextId {
        /// The old value, if the source states it.
        from: Option<u32>,
        /// The highest id plus one.
        to: u32,
    },
    /// The counter `Serial_Access_Num` is set.
    #[error("set `Serial_Access_Num`{} to {to}", counted(*from))]
    Serial {
        /// The old value, if the source states it.
        from: Option<u32>,
        /// The old value plus one, or 1.
        to: u32,
    },
}

/// A field that is set to another value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The field.
    pub field: Field,
    /// The old value.
    pub from: i32,
    /// The new value.
    pub to: i32,
}

impl Subject {
    pub(super) fn of(item: &Item) -> Self {
        Subject {
            key: item.key.as_ref().map(|key| key.value.clone()),
            catalog_entry_id: Some(item.id()),
            name: Some(item.info.name.clone()),
        }
    }
}

impl Step {
    /// Returns the code of the rule that requires the step, or `None` if the user does, or if it follows from other steps.
    pub fn code(&self) -> Option<&'static str> {
        Some(match &self.change {
            Change::Remove(removal) => return removal.code(),
            Change::Restore { .. } | Change::Range { .. } => "winsock-malformed-item",
            Change::Add { .. } => "winsock-missing-standard",
            Change::Library { .. } => "winsock-library-path",
            // The id fits into no catalog, which loading reports with this code.
            Change::NewId { from, .. } | Change::Repoint { from, reason: Repointing::Followed, .. }
                if i32::try_from(*from).is_err() =>
            {
                "wrong-value"
            }
            Change::NewId { .. } | Change::Repoint { reason: Repointing::Followed, .. } => "winsock-duplicate-id",
            Change::Conform(_) | Change::Repoint { reason: Repointing::OtherBase, .. } => "winsock-chain-unlike-base",
            Change::TakeOut { is_asked: true, .. } | Change::Serial { .. } => return None,
            Change::Repoint { reason: Repointing::NotALayer, .. } => "winsock-malformed-item",
            Change::Repoint { .. } | Change::TakeOut { .. } => "winsock-broken-chain",
            Change::ServiceFlags { flaw: FlagFlaw::OneWayTwice, .. } => "winsock-flags",
            Change::ServiceFlags { flaw: FlagFlaw::NoHandlesBelow(_), .. } => "winsock-ifs-handles",
            Change::Hide | Change::Show => "winsock-visibility",
            Change::Move { .. } => "winsock-shadowed-chain",
            Change::Renumber { .. } | Change::Count { .. } | Change::NextId { .. } => "winsock-numbering",
        })
    }

    /// Returns the reason for the step: lower case, without a full stop.
    pub fn reason(&self) -> String {
        match &self.change {
            Change::Remove(removal) => removal.to_string(),
            Change::Restore { reason, .. } => reason.clone(),
            Change::Add { is_named: true, .. } => {
                "it is missing; chains that run over it name this id, and so need no change".to_owned()
            }
            Change::Add { .. } => "it is missing, and the bytes are known".to_owned(),
            Change::Library { flaw, .. } => flaw.to_string(),
            Change::NewId { from, .. } if i32::try_from(*from).is_err() || *from == 0 => {
                format!("{from} is no id: those are from 1 to {}", i32::MAX)
            }
            Change::NewId { from, .. } => {
                format!("an item before it has id {from} too; chains that name {from} stay with that one if they can")
            }
            Change::Repoint { reason, .. } => reason.to_string(),
            Change::TakeOut { is_asked: true, .. } => "it goes with its provider".to_owned(),
            Change::TakeOut { .. } => {
                "no item has that id: the layer was removed, and the layers above stayed".to_owned()
            }
            Change::Conform(_) => "a chain is asked for as its base is".to_owned(),
            Change::Range { .. } => "a range of protocols cannot end before it begins".to_owned(),
            Change::ServiceFlags { flaw, .. } => flaw.to_string(),
            Change::Hide => "a layer cannot be used by itself".to_owned(),
            Change::Show => "a chain is what applications are to find".to_owned(),
            Change::Move { .. } => "that would be chosen for all that this is asked for".to_owned(),
            Change::Renumber { .. } => "Windows reads the keys from 1 on, and their numbers are the order".to_owned(),
            Change::Count { .. } => "Windows reads as many items as it says".to_owned(),
            Change::NextId { .. } => "the next item that is installed gets this id, which must be free".to_owned(),
            Change::Serial { .. } => "each change raises it, so that programs read the catalog again".to_owned(),
        }
    }
}

impl Change {
    /// Returns the kind of change in kebab-case: `remove`, `repoint`, ...
    pub const fn name(&self) -> &'static str {
        match self {
            Change::Remove(_) => "remove",
            Change::Restore { .. } => "restore",
            Change::Add { .. } => "add",
            Change::Library { .. } => "library",
            Change::NewId { .. } => "new-id",
            Change::Repoint { .. } => "repoint",
            Change::TakeOut { .. } => "take-out",
            Change::Conform(_) => "conform",
            Change::Range { .. } => "range",
            Change::ServiceFlags { .. } => "service-flags",
            Change::Hide => "hide",
            Change::Show => "show",
            Change::Move { .. } => "move",
            Change::Renumber { .. } => "renumber",
            Change::Count { .. } => "count",
            Change::NextId { .. } => "next-id",
            Change::Serial { .. } => "serial",
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.item {
            Some(item) => write!(f, "{item}: {}", self.change),
            None => write!(f, "{}", self.change),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.name.as_ref().map_or("an item that cannot be read".to_owned(), |name| format!("`{name}`"));
        let id = self.catalog_entry_id.map(|id| format!("id {id}"));
        let key = self.key.as_ref().map(|key| format!("key `{key}`"));
        let facts: Vec<String> = id.into_iter().chain(key).collect();
        if facts.is_empty() { f.write_str(&name) } else { write!(f, "{name} ({})", facts.join(", ")) }
    }
}

fn listed(fields: &[Field]) -> String {
    match fields {
        [] => "the whole item".to_owned(),
        fields => fields.iter().map(|field| format!("`{}`", field.name())).collect::<Vec<_>>().join(" and "),
    }
}

fn settings(settings: &[Setting]) -> String {
    let texts = settings.iter().map(|Setting { field, from, to }| format!("`{}` from {from} to {to}", field.name()));
    texts.collect::<Vec<_>>().join(", ")
}

fn counted(from: Option<u32>) -> String {
    from.map(|from| format!(" from {from}")).unwrap_or_default()
}
