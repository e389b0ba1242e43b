//! The steps of a plan: what is changed, as data, and the texts that say it.

use super::reason::{FlagFlaw, LibraryFlaw, Removal, Repointing};
use crate::catalog::{Bitness, Span};
use crate::winsock::packed::Field;
use crate::winsock::store::Item;

/// One change, as small as what it mends allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Which programs see the set that it changes; nothing for what serves both, and where the source does not state.
    pub bits: Option<Bitness>,
    /// The item that it changes; nothing for a counter and for all keys of a set.
    pub item: Option<Subject>,
    /// What it does.
    pub change: Change,
    /// Where in the source that stands which it changes.
    pub at: Span,
}

/// An item as the source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// The name of its key, as in `000000000001`; nothing for one that is added.
    pub key: Option<String>,
    /// Its id; nothing where it cannot be read.
    pub catalog_entry_id: Option<u32>,
    /// Its name; nothing where it cannot be read.
    pub name: Option<String>,
}

/// The change that a step makes; `Display` describes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Change {
    /// The item is taken out of the catalog.
    #[error("remove")]
    Remove(Removal),
    /// What cannot be read of a standard item is set to what Windows has there.
    #[error("restore {}", listed(.fields))]
    Restore {
        /// The fields that are set; all of them where the value has another size.
        fields: Vec<Field>,
        /// What is wrong with the value.
        reason: String,
    },
    /// A standard item that is missing is put in.
    #[error("add {name} with id {id}")]
    Add {
        /// What catalogs of sockatlas call it, as in `tcp4`.
        name: &'static str,
        /// Its id.
        id: u32,
        /// Whether chains name that id already.
        is_named: bool,
    },
    /// The library of a standard provider is put back.
    #[error("set the library from `{from}` to `{to}`")]
    Library {
        /// The path that stands there.
        from: String,
        /// That of Windows.
        to: &'static str,
        /// What is wrong with it.
        flaw: LibraryFlaw,
    },
    /// The item gets an id of its own.
    #[error("set its id from {from} to {to}")]
    NewId {
        /// The id that it has.
        from: u32,
        /// The id that it gets; chains that name `from` stay on the item that has it first, where that can stand there.
        to: u32,
    },
    /// A chain names the same layer or base by the id that it has now.
    #[error("in its chain set id {from} to {to}, which is `{name}`")]
    Repoint {
        /// The id that it names.
        from: u32,
        /// The id that it is to name.
        to: u32,
        /// The name of the item with that id.
        name: String,
        /// Why.
        reason: Repointing,
    },
    /// An id leaves the middle of a chain, so that the layer above runs over what stands below.
    #[error("take id {id} out of its chain")]
    TakeOut {
        /// The id, which no item has.
        id: u32,
        /// Whether it went with a provider that the user wants to be removed.
        is_asked: bool,
    },
    /// A chain gets the facts of its base.
    #[error("set {}", settings(.0))]
    Conform(Vec<Setting>),
    /// A range of protocols gets an end that is not before its beginning.
    #[error("set `iProtocolMaxOffset` from {from} to {to}")]
    Range {
        /// What stands there.
        from: i32,
        /// That of the standard item or of the chain's base; else 0, which is the protocol alone.
        to: i32,
    },
    /// Service flags that contradict one another, or the layers below, are set right.
    #[error("set `dwServiceFlags1` from {from:#x} to {to:#x}")]
    ServiceFlags {
        /// What stands there.
        from: u32,
        /// Those of the standard item; else without the bits that claim too much.
        to: u32,
        /// What is wrong with them.
        flaw: FlagFlaw,
    },
    /// A layer is hidden from applications.
    #[error("hide from applications")]
    Hide,
    /// A chain is shown to applications.
    #[error("show to applications")]
    Show,
    /// A chain goes ahead of what would be chosen in its place.
    #[error("move ahead of `{name}` (id {id})")]
    Move {
        /// The id of the item that it goes ahead of.
        id: u32,
        /// The name of that.
        name: String,
    },
    /// The keys of a set are numbered from 1 without a hole, in the order of the items.
    #[error("number the keys from 1 to {last}; {changed} of them change")]
    Renumber {
        /// How many items have another key than before.
        changed: usize,
        /// The last number.
        last: usize,
    },
    /// `Num_Catalog_Entries` or `Num_Catalog_Entries64`.
    #[error("set `{counter}`{} to {to}", counted(*from))]
    Count {
        /// Its name.
        counter: &'static str,
        /// What the source says, if it says anything.
        from: Option<u32>,
        /// How many items there are.
        to: u32,
    },
    /// `Next_Catalog_Entry_ID`.
    #[error("set `Next_Catalog_Entry_ID`{} to {to}", counted(*from))]
    NextId {
        /// What the source says, if it says anything.
        from: Option<u32>,
        /// One more than the highest id.
        to: u32,
    },
    /// `Serial_Access_Num`.
    #[error("set `Serial_Access_Num`{} to {to}", counted(*from))]
    Serial {
        /// What the source says, if it says anything.
        from: Option<u32>,
        /// One more.
        to: u32,
    },
}

/// A field that gets another value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The field.
    pub field: Field,
    /// What stands there.
    pub from: i32,
    /// What is to stand there.
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
    /// Returns the rule that asks for it, or `None` where the user does, and for what other steps bring with them.
    pub fn code(&self) -> Option<&'static str> {
        Some(match &self.change {
            Change::Remove(removal) => return removal.code(),
            Change::Restore { .. } | Change::Range { .. } => "winsock-malformed-item",
            Change::Add { .. } => "winsock-missing-standard",
            Change::Library { .. } => "winsock-library-path",
            // Fits into no catalog, which is what loading says of it.
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

    /// Why it is done: lower case, without a full stop.
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
    /// Returns what kind of change it is, in kebab-case: `remove`, `repoint`, ...
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
