//! What an item says: the fields of `WSAPROTOCOL_INFOW` and the path of the provider's library.

use crate::terms::Services;
use uuid::Uuid;

/// One item of a Winsock catalog, every field by name (`winsock2.h`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolInfo {
    /// The library of the provider, environment variables unexpanded.
    pub path: String,
    /// `szProtocol`: at most 255 UTF-16 units. Standard items have indirect strings, `@LIBRARY,-NUMBER`.
    pub name: String,
    /// `dwServiceFlags1`: `XP1_*`.
    pub service_flags: u32,
    /// `ProviderId`.
    pub provider_id: Uuid,
    /// `dwCatalogEntryId`.
    pub catalog_entry_id: u32,
    /// `ProtocolChain`.
    pub chain: ProtocolChain,
    /// `iVersion`.
    pub version: i32,
    /// `iAddressFamily`.
    pub address_family: i32,
    /// `iMaxSockAddr`, in bytes.
    pub max_address_length: i32,
    /// `iMinSockAddr`, in bytes.
    pub min_address_length: i32,
    /// `iSocketType`.
    pub socket_type: i32,
    /// `iProtocol`: the first of the accepted numbers; negative for NetBIOS.
    pub protocol: i32,
    /// What `netsh` does not print; nothing where the source does not state.
    pub further: Option<Further>,
}

/// The fields that `netsh winsock show catalog` does not print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// `dwServiceFlags2` to `dwServiceFlags4`, reserved.
    pub reserved_service_flags: [u32; 3],
    /// `dwProviderFlags`: `PFL_*`, see [`provider_flags`].
    pub provider_flags: u32,
    /// `iProtocolMaxOffset`: protocols up to `iProtocol` plus this are accepted.
    pub protocol_max_offset: i32,
    /// `iNetworkByteOrder`: 0 big-endian, 1 little-endian.
    pub network_byte_order: i32,
    /// `iSecurityScheme`: 0 is none.
    pub security_scheme: i32,
    /// `dwMessageSize`, in bytes: 0 a stream, 1 depends on the MTU, 0xFFFFFFFF no limit.
    pub message_size: u32,
    /// `dwProviderReserved`.
    pub provider_reserved: u32,
}

/// The bits of `dwProviderFlags` (`winsock2.h`, `PFL_*`).
pub mod provider_flags {
    /// One of several entries of one protocol.
    pub const MULTIPLE_PROTO_ENTRIES: u32 = 0x1;
    /// The recommended one of several.
    pub const RECOMMENDED_PROTO_ENTRY: u32 = 0x2;
    /// Not enumerated for applications; found by requests all the same.
    pub const HIDDEN: u32 = 0x4;
    /// A request with protocol 0 matches.
    pub const MATCHES_PROTOCOL_ZERO: u32 = 0x8;
    /// Network Direct.
    pub const NETWORKDIRECT_PROVIDER: u32 = 0x10;
}

/// `WSAPROTOCOLCHAIN`.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProtocolChain {
    /// `ChainLen`: 0 a layer, 1 a base protocol, over 1 a chain of so many entries; a count, whatever its page says.
    pub length: i32,
    /// `ChainEntries`: of a chain the ids from the top layer to the base; else unused and usually zeros.
    pub entries: [u32; 7],
}

impl ProtocolChain {
    /// That of a base protocol.
    pub const BASE: ProtocolChain = ProtocolChain { length: 1, entries: [0; 7] };
    /// That of a layer.
    pub const LAYER: ProtocolChain = ProtocolChain { length: 0, entries: [0; 7] };

    /// Creates a chain of these ids, top first, or `None` if there are fewer than two or more than seven.
    pub fn over(ids: &[u32]) -> Option<Self> {
        let mut chain = ProtocolChain { length: i32::try_from(ids.len()).ok()?, entries: [0; 7] };
        chain.entries.get_mut(..ids.len())?.copy_from_slice(ids);
        (ids.len() > 1).then_some(chain)
    }

    /// Returns the ids of a chain, top first; nothing for a base, for a layer, and where the length is out of range.
    pub fn ids(&self) -> &[u32] {
        match usize::try_from(self.length) {
            Ok(length @ 2..=7) => &self.entries[..length],
            _ => &[],
        }
    }
}

/// The kind of an item, by the length of its chain.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// Length 0.
    Layer,
    /// Length 1.
    Base,
    /// Length 2 to 7.
    Chain,
    /// Any other length: nothing that Winsock knows.
    Malformed,
}

impl ProtocolInfo {
    /// Returns what it is.
    pub const fn kind(&self) -> ItemKind {
        match self.chain.length {
            0 => ItemKind::Layer,
            1 => ItemKind::Base,
            2..=7 => ItemKind::Chain,
            _ => ItemKind::Malformed,
        }
    }

    /// Family, type and the first protocol.
    pub const fn triple(&self) -> (i32, i32, i32) {
        (self.address_family, self.socket_type, self.protocol)
    }

    /// Returns whether `dwServiceFlags1` has all of these services.
    pub fn offers(&self, services: &Services) -> bool {
        Services::from_xp1(self.service_flags).contains(services)
    }

    /// Returns whether these bits of `dwProviderFlags` are all set, or `None` where the source does not state.
    pub fn has_provider_flags(&self, bits: u32) -> Option<bool> {
        self.further.as_ref().map(|further| further.provider_flags & bits == bits)
    }

    /// Returns the first and the last protocol number accepted, the last below the first if none is; the last is nothing where the
    /// source does not state.
    pub fn protocols(&self) -> (i64, Option<i64>) {
        let first = i64::from(self.protocol);
        (first, self.further.as_ref().map(|further| first + i64::from(further.protocol_max_offset)))
    }
}
