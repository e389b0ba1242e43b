//! The reasons of steps, and their texts.

use uuid::Uuid;

/// The reason why an item is removed; `Display` states it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Removal {
    /// The user names its provider for removal.
    #[error("its provider {0} is to be removed")]
    Provider(Uuid),
    /// The value of the item is not a packed item, and the correct value is not known.
    #[error("{reason}")]
    Malformed {
        /// The problem of the value.
        reason: String,
    },
    /// The key of the item has no packed item.
    #[error("its key has no value `PackedCatalogItem`")]
    NoValue,
    /// The item is a layer that no chain runs over, and the options ask for the removal of those.
    #[error("no chain runs over it")]
    Unreachable,
    /// The chain names an item that was removed with its provider.
    #[error("its chain names id {0}, which goes with its provider")]
    Bereft(u32),
    /// `ChainLen` is below 0 or over 7.
    #[error("a chain cannot have length {0}")]
    Length(i32),
    /// An id occurs twice.
    #[error("its chain names id {0} twice")]
    Repeated(u32),
    /// The chain names itself.
    #[error("its chain names its own id {0}")]
    Itself(u32),
    /// The chain runs over chains that run over it.
    #[error("it runs over chains that run over it")]
    Cycle,
    /// No item has the id of its layer or base, and no existing item is certainly meant.
    #[error("its chain names id {id}, which no item has, and no {what} here is surely meant")]
    Missing {
        /// The id.
        id: u32,
        /// The kind of item: "layer" or "base protocol".
        what: &'static str,
    },
    /// The chain ends in an item that is not a base protocol.
    #[error("its chain ends in `{0}`, which is no base protocol")]
    NoBase(String),
    /// An item in its chain is not allowed at its place.
    #[error("it {0}")]
    Misplaced(String),
    /// A layer occurs in its chain twice, directly and at the top of a chain.
    #[error("it runs over layer `{0}` twice")]
    LayerTwice(String),
    /// The chain would be equal to another chain.
    #[error("it would run over the same ids as `{name}` (id {id})")]
    Twin {
        /// The id of the other chain.
        id: u32,
        /// The name of the other chain.
        name: String,
    },
}

/// A flaw of a path; `Display` describes it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryFlaw {
    /// The path is empty.
    #[error("no library is named")]
    Empty,
    /// The path has no folder, so the folder of the program is searched first.
    #[error("no folder is named, so that a program's own is searched first")]
    Bare,
    /// The path is not that of the provider's library on any Windows.
    #[error("a provider of Windows has its own library, in the folder of Windows")]
    Elsewhere,
}

/// The reason why a chain names another id; `Display` states it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Repointing {
    /// No item has the id, and the chain is named after exactly one layer.
    #[error("no item has that id, and this is the one layer that the chain is called after")]
    Layer,
    /// No item has the id, and exactly one base has the fields of the chain.
    #[error("no item has that id, and this is the one base protocol with the chain's family, type and protocol")]
    Base,
    /// The id is that of another base than the one with all fields of the chain.
    #[error("this is the base protocol with the chain's family, type, protocol and address lengths, the other is not")]
    OtherBase,
    /// The item with the id got another one, and the item that has it now is not allowed at this place.
    #[error("the item that had that id, and can stand there, got another")]
    Followed,
    /// The first id is that of a base protocol.
    #[error("that is no layer, and this is the one layer that the chain is called after")]
    NotALayer,
}

impl Removal {
    /// Returns the code of the rule that requires the removal, or `None` if the user does.
    pub(super) const fn code(&self) -> Option<&'static str> {
        Some(match self {
            Removal::Provider(_) | Removal::Bereft(_) => return None,
            Removal::NoValue => "winsock-gap",
            Removal::Unreachable => "winsock-unreachable-layer",
            Removal::Malformed { .. } | Removal::Misplaced(_) => "winsock-malformed-item",
            Removal::LayerTwice(_) => "repeated-layer",
            Removal::Length(_) | Removal::Repeated(_) | Removal::Itself(_) | Removal::Cycle => {
                "winsock-malformed-chain"
            }
            Removal::Missing { .. } | Removal::Twin { .. } => "winsock-broken-chain",
            Removal::NoBase(_) => "winsock-chain-without-base",
        })
    }
}

/// A flaw of service flags.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlagFlaw {
    /// `XP1_UNI_SEND` and `XP1_UNI_RECV` are both set.
    #[error("it would neither receive nor send; with neither bit it does both, as most do")]
    OneWayTwice,
    /// `XP1_IFS_HANDLES` is set, and an item below has no such handles.
    #[error("it runs over `{0}`, whose sockets are no handles of the file system")]
    NoHandlesBelow(String),
}
