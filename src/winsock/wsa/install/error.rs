//! The errors of an installation.

use super::super::super::packed::PackedItemError;
use super::Triple;
use crate::catalog::Bitness;
use crate::terms::WsaError;
use uuid::Uuid;

/// The reason why `WSCInstallProviderAndChains` would refuse an installation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The GUID is all zeros.
    #[error("the layer has no GUID: it is all zeros")]
    NoProviderId,
    /// A path is empty or too long.
    #[error("a path of {characters} characters, where it has 1 to {most}")]
    PathLength {
        /// The length of the path.
        characters: usize,
        /// The greatest length of a path.
        most: usize,
    },
    /// A path contains a character that the catalog cannot store.
    #[error("a path that holds {character:?}, for which the catalog has no byte")]
    PathCharacter {
        /// The first such character.
        character: char,
    },
    /// The name is empty or too long, or contains a zero.
    #[error("a name of {units} UTF-16 units, where it has 1 to {most} and none is zero")]
    Name {
        /// The length of the name.
        units: usize,
        /// The greatest length of a name.
        most: usize,
    },
    /// The service flags include others than `XP1_IFS_HANDLES`.
    #[error("service flags {flags:#x}, of which only XP1_IFS_HANDLES (0x20000) may be asked for")]
    ServiceFlags {
        /// The requested flags.
        flags: u32,
    },
    /// The list of protocols to cover is empty.
    #[error("the list of what is to be covered is empty; without a list everything is")]
    NothingToCover,
    /// A library for 32-bit programs is needed, because the other one is outside of the system folder.
    #[error("the library is not in %windir%\\system32 itself, so that 32-bit programs need the path of their own")]
    No32BitLibrary,
    /// An entry of the catalog has this GUID.
    #[error("a provider with the GUID {provider_id} is installed: entry {entry}")]
    ProviderInstalled {
        /// The GUID.
        provider_id: Uuid,
        /// The first entry with the GUID.
        entry: u32,
    },
    /// A layer of the catalog has this name.
    #[error("a layer called `{name}` is installed: entry {entry}")]
    NameInstalled {
        /// The name.
        name: String,
        /// The layer's id.
        entry: u32,
    },
    /// No entry has the family, type and protocol to cover.
    #[error("no entry{} has family {}, type {} and protocol {}", of(*.bits), .triple.0, .triple.1, .triple.2)]
    NoMatch {
        /// The family, type and protocol.
        triple: Triple,
        /// The bitness of the catalog.
        bits: Option<Bitness>,
    },
    /// Everything is to be covered, but there is no base protocol.
    #[error("everything is to be covered, and no base protocol is there")]
    NoBase,
    /// A chain would be too long.
    #[error("a chain over entry {below} has {length} entries, where the most are 7")]
    ChainTooLong {
        /// The entry below the layer.
        below: u32,
        /// The length of the chain.
        length: usize,
    },
    /// No id is left for a new entry.
    #[error("no catalog entry id is left behind those that are taken")]
    NoMoreIds,
    /// The source has no catalog of that bitness. Windows has no error for this case.
    #[error("there is no{} catalog", .bits.map(|bits| format!(" {bits}")).unwrap_or_default())]
    NoSuchCatalog {
        /// The bitness of the catalog.
        bits: Option<Bitness>,
    },
    /// A text does not fit into an entry.
    #[error("an entry cannot be written: {0}")]
    Unwritable(PackedItemError),
}

/// Returns the text ` of the 32-bit catalog`, or an empty text.
fn of(bits: Option<Bitness>) -> String {
    bits.map(|bits| format!(" of the {bits} catalog")).unwrap_or_default()
}

impl InstallError {
    /// Returns the errors of Windows for this case: one error, or two if the documentation names both (a layer that is
    /// installed), or none if the case cannot occur on Windows.
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
