//! Why something is changed, where a step can have more than one reason, and the texts that say it.

use uuid::Uuid;

/// Why an item cannot stay; `Display` says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Removal {
    /// The user wants its provider to be removed.
    #[error("its provider {0} is to be removed")]
    Provider(Uuid),
    /// Its value is no packed item, and what it should be is not known.
    #[error("{reason}")]
    Malformed {
        /// What is wrong with the value.
        reason: String,
    },
    /// Its key has no packed item at all.
    #[error("its key has no value `PackedCatalogItem`")]
    NoValue,
    /// It is a layer that no chain runs over, and the user wants those to be removed.
    #[error("no chain runs over it")]
    Unreachable,
    /// It ran over an item that went with its provider.
    #[error("its chain names id {0}, which goes with its provider")]
    Bereft(u32),
    /// `ChainLen` is below 0 or over 7.
    #[error("a chain cannot have length {0}")]
    Length(i32),
    /// An id occurs twice.
    #[error("its chain names id {0} twice")]
    Repeated(u32),
    /// It names itself.
    #[error("its chain names its own id {0}")]
    Itself(u32),
    /// It runs over chains that run over it.
    #[error("it runs over chains that run over it")]
    Cycle,
    /// Its layer or its base is not there, and none that is there is known to be the same.
    #[error("its chain names id {id}, which no item has, and no {what} here is surely meant")]
    Missing {
        /// The id.
        id: u32,
        /// "layer" or "base protocol".
        what: &'static str,
    },
    /// Its chain ends in something else than a base protocol.
    #[error("its chain ends in `{0}`, which is no base protocol")]
    NoBase(String),
    /// What it names cannot stand there.
    #[error("it {0}")]
    Misplaced(String),
    /// One layer stands in it twice, by itself and at the top of a chain.
    #[error("it runs over layer `{0}` twice")]
    LayerTwice(String),
    /// It is what another chain is already.
    #[error("it would run over the same ids as `{name}` (id {id})")]
    Twin {
        /// The id of the other.
        id: u32,
        /// The name of the other.
        name: String,
    },
}

/// A flaw of a path; `Display` describes it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryFlaw {
    /// There is none.
    #[error("no library is named")]
    Empty,
    /// No folder is named, so that a program's own folder is searched first.
    #[error("no folder is named, so that a program's own is searched first")]
    Bare,
    /// It is not the library that the provider has on any Windows.
    #[error("a provider of Windows has its own library, in the folder of Windows")]
    Elsewhere,
}

/// Why a chain is to name another id; `Display` says it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Repointing {
    /// No item has the id, and one layer is called as the chain says.
    #[error("no item has that id, and this is the one layer that the chain is called after")]
    Layer,
    /// No item has the id, and one base is what the chain says.
    #[error("no item has that id, and this is the one base protocol with the chain's family, type and protocol")]
    Base,
    /// The id is that of another base than the chain says in each of its fields.
    #[error("this is the base protocol with the chain's family, type, protocol and address lengths, the other is not")]
    OtherBase,
    /// The item that it named got another id, and what has that id now cannot stand there.
    #[error("the item that had that id, and can stand there, got another")]
    Followed,
    /// The id at its top is that of a base protocol.
    #[error("that is no layer, and this is the one layer that the chain is called after")]
    NotALayer,
}

impl Removal {
    /// Returns the rule that asks for it, or `None` where the user does.
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
    /// `XP1_IFS_HANDLES` is set, and what it runs over gives no such handles.
    #[error("it runs over `{0}`, whose sockets are no handles of the file system")]
    NoHandlesBelow(String),
}
