//! Why an installation is refused.

use super::super::super::packed::PackedItemError;
use super::Triple;
use crate::catalog::Bitness;
use crate::terms::WsaError;
use uuid::Uuid;

/// Why `WSCInstallProviderAndChains` would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The GUID is all zeros.
    #[error("the layer has no GUID: it is all zeros")]
    NoProviderId,
    /// A path is empty or too long.
    #[error("a path of {characters} characters, where it has 1 to {most}")]
    PathLength {
        /// How long it is.
        characters: usize,
        /// How long it may be.
        most: usize,
    },
    /// A path holds a character that the catalog cannot.
    #[error("a path that holds {character:?}, for which the catalog has no byte")]
    PathCharacter {
        /// The first of them.
        character: char,
    },
    /// The name is empty, too long, or holds a zero.
    #[error("a name of {units} UTF-16 units, where it has 1 to {most} and none is zero")]
    Name {
        /// How long it is.
        units: usize,
        /// How long it may be.
        most: usize,
    },
    /// Other flags than `XP1_IFS_HANDLES`.
    #[error("service flags {flags:#x}, of which only XP1_IFS_HANDLES (0x20000) may be asked for")]
    ServiceFlags {
        /// What is asked for.
        flags: u32,
    },
    /// The list of what is to be covered is empty.
    #[error("the list of what is to be covered is empty; without a list everything is")]
    NothingToCover,
    /// A library for 32-bit programs is needed, for the other one lies outside of the system's folder.
    #[error("the library is not in %windir%\\system32 itself, so that 32-bit programs need the path of their own")]
    No32BitLibrary,
    /// The GUID is in the catalog.
    #[error("a provider with the GUID {provider_id} is installed: entry {entry}")]
    ProviderInstalled {
        /// The GUID.
        provider_id: Uuid,
        /// The first entry that has it.
        entry: u32,
    },
    /// A layer of that name is in the catalog.
    #[error("a layer called `{name}` is installed: entry {entry}")]
    NameInstalled {
        /// The name.
        name: String,
        /// The layer.
        entry: u32,
    },
    /// No entry has what is to be covered.
    #[error("no entry{} has family {}, type {} and protocol {}", of(*.bits), .triple.0, .triple.1, .triple.2)]
    NoMatch {
        /// What is asked for.
        triple: Triple,
        /// In which catalog.
        bits: Option<Bitness>,
    },
    /// Everything is to be covered, and there is nothing.
    #[error("everything is to be covered, and no base protocol is there")]
    NoBase,
    /// A chain would be too long.
    #[error("a chain over entry {below} has {length} entries, where the most are 7")]
    ChainTooLong {
        /// The entry below the layer.
        below: u32,
        /// How long the chain would be.
        length: usize,
    },
    /// No number is left for an id.
    #[error("no catalog entry id is left behind those that are taken")]
    NoMoreIds,
    /// The source has no catalog of that bitness. Windows has no error for it.
    #[error("there is no{} catalog", .bits.map(|bits| format!(" {bits}")).unwrap_or_default())]
    NoSuchCatalog {
        /// Which was asked for.
        bits: Option<Bitness>,
    },
    /// A text does not fit into an entry.
    #[error("an entry cannot be written: {0}")]
    Unwritable(PackedItemError),
}

/// ` of the 32-bit catalog`
fn of(bits: Option<Bitness>) -> String {
    bits.map(|bits| format!(" of the {bits} catalog")).unwrap_or_default()
}

impl InstallError {
    /// Returns what Windows gives for it: one error, or both where the documentation names two for the same (a layer that is
    /// installed); none where the question does not arise on Windows.
    pub const fn wsa(&self) -> &'static [WsaError] {
        match self {
            InstallError::NoProviderId
            | InstallError::PathLength { .. }
            | InstallError::PathCharacter { .. }
            | InstallError::Name { .. }
            | InstallError::ServiceFlags { .. }
            | InstallError::NothingToCover
            | InstallError::No32BitLibrary
            | InstallError::NoMatch { .. } => &[WsaError::WSAEINVAL],
            InstallError::ProviderInstalled { .. } | InstallError::NameInstalled { .. } => {
                &[WsaError::WSAEINVAL, WsaError::WSANO_RECOVERY]
            }
            InstallError::NoBase
            | InstallError::ChainTooLong { .. }
            | InstallError::NoMoreIds
            | InstallError::Unwritable(_) => &[WsaError::WSANO_RECOVERY],
            InstallError::NoSuchCatalog { .. } => &[],
        }
    }
}
