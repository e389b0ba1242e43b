//! The facts that an item states: the fields of `WSAPROTOCOL_INFOW` and the path of the provider's library.

use crate::terms::Services;
use uuid::Uuid;

/// One item of a Winsock catalog, with its fields as in `winsock2.h`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolInfo {
    /// The path of the provider's library, with environment variables unexpanded.
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
    /// The fields that `netsh` does not print; `None` if the source does not state them.
    pub further: Option<Further>,
}

/// The fields that `netsh winsock show catalog` does not print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// `dwServiceFlags2` to `dwServiceFlags4`, reserved.
    pub reserved_service_flags: [u32; 3],
    /// `dwProviderFlags`: `PFL_*`, see [`provider_flags`].
    pub provider_flags: u32,
    /// `iProtocolMaxOffset`: protocols from `iProtocol` to `iProtocol` plus this offset are accepted.
    pub protocol_max_offset: i32,
    /// `iNetworkByteOrder`: 0 big-endian, 1 little-endian.
    pub network_byte_order: i32,
    /// `iSecurityScheme`: 0 means none.
    pub security_scheme: i32,
    /// `dwMessageSize`, in bytes: 0 means a stream, 1 that it depends on the MTU, and 0xFFFFFFFF that there is no limit.
    pub message_size: u32,
    /// `dwProviderReserved`.
    pub provider_reserved: u32,
}

/// The bits of `dwProviderFlags` (`winsock2.h`, `PFL_*`).
pub mod provider_flags {
    /// The entry is one of several entries of one protocol.
    pub const MULTIPLE_PROTO_ENTRIES: u32 = 0x1;
    /// The entry is the recommended one of several.
    pub const RECOMMENDED_PROTO_ENTRY: u32 = 0x2;
    /// The entry is not enumerated for applications, but requests find it nevertheless.
    pub const HIDDEN: u32 = 0x4;
    /// The entry matches requests with protocol 0.
    pub const MATCHES_PROTOCOL_ZERO: u32 = 0x8;
    /// The provider is for Network Direct.
    pub const NETWORKDIRECT_PROVIDER: u32 = 0x10;
}

/// The chain of an item (`WSAPROTOCOLCHAIN`).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProtocolChain {
    /// `ChainLen`: 0 for a layer, 1 for a base protocol, more for a chain of that many entries. The field is a count, whatever
    /// its documentation page states.
    pub length: i32,
    /// `ChainEntries`: the ids from the top layer to the base if the item is a chain; otherwise unused and usually zeros.
    pub entries: [u32; 7],
}

impl ProtocolChain {
    /// The chain of a base protocol.
    pub const BASE: ProtocolChain = ProtocolChain { length: 1, entries: [0; 7] };
    /// The chain of a layer.
    pub const LAYER: ProtocolChain = ProtocolChain { length: 0, entries: [0; 7] };

    /// Creates a chain of these ids, top first, or `None` if there are fewer than two or more than seven.
    pub fn over(ids: &[u32]) -> Option<Self> {
        let mut chain = ProtocolChain { length: i32::try_from(ids.len()).ok()?, entries: [0; 7] };
        chain.entries.get_mut(..ids.len())?.copy_from_slice(ids);
        (ids.len() > 1).then_some(chain)
    }

    /// Returns the ids of a chain, top first. The slice is empty for a base, for a layer, and if the length is out of range.
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
    /// A layer: the length is 0.
    Layer,
    /// A base protocol: the length is 1.
    Base,
    /// A chain: the length is 2 to 7.
    Chain,
    /// Any other length, which Winsock does not define.
    Malformed,
}

impl ProtocolInfo {
    /// Returns the kind of the item.
    pub const fn kind(&self) -> ItemKind {
        match self.chain.length {
            0 => ItemKind::Layer,
            1 => ItemKind::Base,
            2..=7 => ItemKind::Chain,
            _ => ItemKind::Malformed,
        }
    }

    /// Returns the family, the type and the first protocol.
    pub const fn triple(&self) -> (i32, i32, i32) {
        (self.address_family, self.socket_type, self.protocol)
    }

    /// Returns whether `dwServiceFlags1` has all of these services.
    pub fn offers(&self, services: &Services) -> bool {
        Services::from_xp1(self.service_flags).contains(services)
    }

    /// Returns whether these bits of `dwProviderFlags` are all set, or `None` if the source does not state the flags.
    pub fn has_provider_flags(&self, bits: u32) -> Option<bool> {
        self.further.as_ref().map(|further| further.provider_flags & bits == bits)
    }

    /// Returns the first and the last protocol number that the item accepts. The last number is below the first if the item
    /// accepts none, and `None` if the source does not state the range.
    pub fn protocols(&self) -> (i64, Option<i64>) {
        let first = i64::from(self.protocol);
        (first, self.further.as_ref().map(|further| first + i64::from(further.protocol_max_offset)))
    }
}
