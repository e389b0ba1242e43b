//! The errors of `WSASocket`.

use crate::registry::Refusal;
use crate::terms::WsaError;

/// The reason why `WSASocket` creates no socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The registry refuses the triple, or the entry of the structure.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The arguments and the structure lack a family or a protocol.
    #[error("neither the arguments nor the structure have an address family or a protocol")]
    IncompleteInfo,
    /// No entry has the id of the structure.
    #[error("no entry has the id {id} of the structure")]
    NoSuchEntry {
        /// The id.
        id: u32,
    },
    /// The provider has no entry with the family.
    #[error("the provider of `{entry}`, which the structure names, has no address family {address_family}")]
    ProviderLacksFamily {
        /// The entry of the structure.
        entry: String,
        /// The requested family.
        address_family: i32,
    },
    /// The provider has no entry with the family and the type.
    #[error("the provider of `{entry}`, which the structure names, has no socket type {socket_type} in that family")]
    ProviderLacksType {
        /// The entry of the structure.
        entry: String,
        /// The requested type.
        socket_type: i32,
    },
    /// The provider has no entry with the family, the type and the protocol.
    #[error("the provider of `{entry}`, which the structure names, has no protocol {protocol} of that family and type")]
    ProviderLacksProtocol {
        /// The entry of the structure.
        entry: String,
        /// The requested protocol.
        protocol: i32,
    },
    /// The flags include some that have no meaning.
    #[error("flags {flags:#x}, which have no meaning")]
    UnknownFlags {
        /// The flags without a meaning.
        flags: u32,
    },
    /// The flags request the root and a leaf of one plane at once.
    #[error("flags {flags:#x} ask for a root and a leaf of one plane at once")]
    RootAndLeaf {
        /// All flags.
        flags: u32,
    },
    /// The flags request a multipoint session, which the entry does not offer.
    #[error("{flag} asks for multipoint sessions, which the entry does not offer")]
    NoMultipoint {
        /// The flag.
        flag: &'static str,
    },
    /// The plane is rooted and must not be, or is not rooted and must be.
    #[error("{flag} asks for a plane that is {}rooted, which the entry's is{}", if *.rooted { "" } else { "not " }, if *.rooted { " not" } else { "" })]
    OtherPlane {
        /// The flag.
        flag: &'static str,
        /// Whether the flag needs a rooted plane.
        rooted: bool,
    },
    /// The group is constrained, and the socket is connectionless.
    #[error("a constrained group takes sockets with connections only")]
    ConstrainedGroup,
}

impl SocketError {
    /// Returns Winsock's error for this reason.
    pub const fn wsa(&self) -> WsaError {
        match self {
            SocketError::Refused(refusal) => refusal.wsa(),
            SocketError::ProviderLacksFamily { .. } => WsaError::WSAEAFNOSUPPORT,
            SocketError::ProviderLacksType { .. } => WsaError::WSAESOCKTNOSUPPORT,
            SocketError::ProviderLacksProtocol { .. } => WsaError::WSAEPROTONOSUPPORT,
            SocketError::IncompleteInfo
            | SocketError::NoSuchEntry { .. }
            | SocketError::UnknownFlags { .. }
            | SocketError::RootAndLeaf { .. }
            | SocketError::NoMultipoint { .. }
            | SocketError::OtherPlane { .. }
            | SocketError::ConstrainedGroup => WsaError::WSAEINVAL,
        }
    }
}
