//! The value `PackedCatalogItem`: 888 bytes, which are kept as they are and read field by field.
//!
//! The value holds a path of 260 bytes (`MAX_PATH`, in the system's ANSI code page, terminated by a zero), and then a
//! `WSAPROTOCOL_INFOW` (628 bytes, `winsock2.h`), little-endian, with a name of 256 UTF-16 units that a zero terminates. The
//! bytes behind either zero have no meaning and are often left over from before; they are kept too.

use super::info::{Further, ProtocolChain, ProtocolInfo};
use crate::catalog::PACKED_ITEM_BYTES;
use uuid::Uuid;

/// The message for an item that consists of zeros only.
pub(super) const BLANK: &str =
    "`PackedCatalogItem` holds zeros only: it is no item, though a layer has chain length 0 too";

/// Returns whether a value has the size of an item and all its bytes, except perhaps the id, are zero.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    let id = Field::CatalogEntryId.range();
    let mut others = bytes.iter().enumerate().filter(|(at, _)| !id.contains(at));
    bytes.len() == PACKED_ITEM_BYTES && others.all(|(_, &byte)| byte == 0)
}

/// A field of `WSAPROTOCOL_INFOW`, or the path before it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// The path of the provider's library, which is not part of the structure.
    LibraryPath,
    /// `dwServiceFlags1`.
    ServiceFlags1,
    /// `dwServiceFlags2`, reserved.
    ServiceFlags2,
    /// `dwServiceFlags3`, reserved.
    ServiceFlags3,
    /// `dwServiceFlags4`, reserved.
    ServiceFlags4,
    /// `dwProviderFlags`.
    ProviderFlags,
    /// `ProviderId`.
    ProviderId,
    /// `dwCatalogEntryId`.
    CatalogEntryId,
    /// `ProtocolChain.ChainLen`.
    ChainLength,
    /// `ProtocolChain.ChainEntries`.
    ChainEntries,
    /// `iVersion`.
    Version,
    /// `iAddressFamily`.
    AddressFamily,
    /// `iMaxSockAddr`.
    MaxAddressLength,
    /// `iMinSockAddr`.
    MinAddressLength,
    /// `iSocketType`.
    SocketType,
    /// `iProtocol`.
    Protocol,
    /// `iProtocolMaxOffset`.
    ProtocolMaxOffset,
    /// `iNetworkByteOrder`.
    NetworkByteOrder,
    /// `iSecurityScheme`.
    SecurityScheme,
    /// `dwMessageSize`.
    MessageSize,
    /// `dwProviderReserved`.
    ProviderReserved,
    /// `szProtocol`.
    ProtocolName,
}

impl Field {
    /// All fields, in the order in which the value holds them.
    pub const ALL: [Field; 22] = [
        Field::LibraryPath,
        Field::ServiceFlags1,
        Field::ServiceFlags2,
        Field::ServiceFlags3,
        Field::ServiceFlags4,
        Field::ProviderFlags,
        Field::ProviderId,
        Field::CatalogEntryId,
        Field::ChainLength,
        Field::ChainEntries,
        Field::Version,
        Field::AddressFamily,
        Field::MaxAddressLength,
        Field::MinAddressLength,
        Field::SocketType,
        Field::Protocol,
        Field::ProtocolMaxOffset,
        Field::NetworkByteOrder,
        Field::SecurityScheme,
        Field::MessageSize,
        Field::ProviderReserved,
        Field::ProtocolName,
    ];

    /// Returns the range of bytes that the field takes in the value.
    pub const fn range(self) -> std::ops::Range<usize> {
        match self {
            Field::LibraryPath => 0..260,
            Field::ServiceFlags1 => 260..264,
            Field::ServiceFlags2 => 264..268,
            Field::ServiceFlags3 => 268..272,
            Field::ServiceFlags4 => 272..276,
            Field::ProviderFlags => 276..280,
            Field::ProviderId => 280..296,
            Field::CatalogEntryId => 296..300,
            Field::ChainLength => 300..304,
            Field::ChainEntries => 304..332,
            Field::Version => 332..336,
            Field::AddressFamily => 336..340,
            Field::MaxAddressLength => 340..344,
            Field::MinAddressLength => 344..348,
            Field::SocketType => 348..352,
            Field::Protocol => 352..356,
            Field::ProtocolMaxOffset => 356..360,
            Field::NetworkByteOrder => 360..364,
            Field::SecurityScheme => 364..368,
            Field::MessageSize => 368..372,
            Field::ProviderReserved => 372..376,
            Field::ProtocolName => 376..888,
        }
    }

    /// Returns the name of the field in `winsock2.h`; `path` for the path.
    pub const fn name(self) -> &'static str {
        match self {
            Field::LibraryPath => "path",
            Field::ServiceFlags1 => "dwServiceFlags1",
            Field::ServiceFlags2 => "dwServiceFlags2",
            Field::ServiceFlags3 => "dwServiceFlags3",
            Field::ServiceFlags4 => "dwServiceFlags4",
            Field::ProviderFlags => "dwProviderFlags",
            Field::ProviderId => "ProviderId",
            Field::CatalogEntryId => "dwCatalogEntryId",
            Field::ChainLength => "ProtocolChain.ChainLen",
            Field::ChainEntries => "ProtocolChain.ChainEntries",
            Field::Version => "iVersion",
            Field::AddressFamily => "iAddressFamily",
            Field::MaxAddressLength => "iMaxSockAddr",
            Field::MinAddressLength => "iMinSockAddr",
            Field::SocketType => "iSocketType",
            Field::Protocol => "iProtocol",
            Field::ProtocolMaxOffset => "iProtocolMaxOffset",
            Field::NetworkByteOrder => "iNetworkByteOrder",
            Field::SecurityScheme => "iSecurityScheme",
            Field::MessageSize => "dwMessageSize",
            Field::ProviderReserved => "dwProviderReserved",
            Field::ProtocolName => "szProtocol",
        }
    }
}

/// A `PackedCatalogItem`, byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PackedItem(Box<[u8; PACKED_ITEM_BYTES]>);

/// The reason why bytes are not a valid packed item, or why values do not fit into one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PackedItemError {
    /// The value has another size.
    #[error("{0} bytes where a packed catalog item has {PACKED_ITEM_BYTES}")]
    Size(usize),
    /// No zero ends the text in this field.
    #[error("no zero ends the text in {}", .0.name())]
    Unterminated(Field),
    /// The text is longer than the field has room for beside its zero: 259 bytes, or 255 UTF-16 units.
    #[error("a text of {units} {} where {} has room for {room}", if *.field == Field::LibraryPath { "bytes" } else { "UTF-16 units" }, .field.name())]
    TooLong {
        /// The field.
        field: Field,
        /// The length of the text.
        units: usize,
        /// The greatest length that the field has room for.
        room: usize,
    },
    /// The text holds a zero, which would terminate it.
    #[error("a text for {} that holds a zero", .0.name())]
    Zero(Field),
    /// The path holds a character above U+00FF, for which there is no byte.
    #[error("the path holds {0:?}, which has no byte in ISO 8859-1")]
    NotOneByte(char),
}

impl PackedItem {
    /// Creates an item from its bytes, which are kept as they are. [`info`](PackedItem::info) reports texts without a terminating
    /// zero.
    ///
    /// # Errors
    /// If the length is not 888.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PackedItemError> {
        let bytes: &[u8; PACKED_ITEM_BYTES] = bytes.try_into().map_err(|_| PackedItemError::Size(bytes.len()))?;
        Ok(PackedItem(Box::new(*bytes)))
    }

    /// Creates an item with these values: all bytes behind both texts, and all fields that `info` does not state, are zero.
    ///
    /// # Errors
    /// If a text does not fit.
    pub fn new(info: &ProtocolInfo) -> Result<Self, PackedItemError> {
        let mut item = PackedItem(Box::new([0; PACKED_ITEM_BYTES]));
        item.set_info(info)?;
        Ok(item)
    }

    /// Writes every field that `info` states. The other fields stay as they are, as do the bytes behind the end of a text that
    /// does not change.
    ///
    /// # Errors
    /// If a text does not fit; the item is then unchanged.
    pub fn set_info(&mut self, info: &ProtocolInfo) -> Result<(), PackedItemError> {
        let path = path_bytes(&info.path)?;
        let name = name_units(&info.name)?;
        if self.path().as_ref() != Ok(&info.path) {
            let field = self.field_mut(Field::LibraryPath);
            field.fill(0);
            field[..path.len()].copy_from_slice(&path);
        }
        if self.name().as_ref() != Ok(&info.name) {
            let field = self.field_mut(Field::ProtocolName);
            field.fill(0);
            for (place, unit) in field.chunks_exact_mut(2).zip(name) {
                place.copy_from_slice(&unit.to_le_bytes());
            }
        }
        self.set_u32(Field::ServiceFlags1, info.service_flags);
        self.field_mut(Field::ProviderId).copy_from_slice(&info.provider_id.to_bytes_le());
        self.set_u32(Field::CatalogEntryId, info.catalog_entry_id);
        self.set_i32(Field::ChainLength, info.chain.length);
        let entries = self.field_mut(Field::ChainEntries);
        for (place, id) in entries.chunks_exact_mut(4).zip(info.chain.entries) {
            place.copy_from_slice(&id.to_le_bytes());
        }
        self.set_i32(Field::Version, info.version);
        self.set_i32(Field::AddressFamily, info.address_family);
        self.set_i32(Field::MaxAddressLength, info.max_address_length);
        self.set_i32(Field::MinAddressLength, info.min_address_length);
        self.set_i32(Field::SocketType, info.socket_type);
        self.set_i32(Field::Protocol, info.protocol);
        if let Some(further) = &info.further {
            let reserved = [Field::ServiceFlags2, Field::ServiceFlags3, Field::ServiceFlags4];
            for (field, flags) in reserved.into_iter().zip(further.reserved_service_flags) {
                self.set_u32(field, flags);
            }
            self.set_u32(Field::ProviderFlags, further.provider_flags);
            self.set_i32(Field::ProtocolMaxOffset, further.protocol_max_offset);
            self.set_i32(Field::NetworkByteOrder, further.network_byte_order);
            self.set_i32(Field::SecurityScheme, further.security_scheme);
            self.set_u32(Field::MessageSize, further.message_size);
            self.set_u32(Field::ProviderReserved, further.provider_reserved);
        }
        Ok(())
    }

    /// Returns the 888 bytes.
    pub fn as_bytes(&self) -> &[u8; PACKED_ITEM_BYTES] {
        &self.0
    }

    /// Returns the bytes of one field.
    pub fn field(&self, field: Field) -> &[u8] {
        &self.0[field.range()]
    }

    fn field_mut(&mut self, field: Field) -> &mut [u8] {
        &mut self.0[field.range()]
    }

    /// Returns the value of every field.
    ///
    /// # Errors
    /// If no zero terminates the path or the name.
    pub fn info(&self) -> Result<ProtocolInfo, PackedItemError> {
        let mut entries = [0; 7];
        for (id, bytes) in entries.iter_mut().zip(self.field(Field::ChainEntries).chunks_exact(4)) {
            *id = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        let mut provider_id = [0; 16];
        provider_id.copy_from_slice(self.field(Field::ProviderId));
        Ok(ProtocolInfo {
            path: self.path()?,
            name: self.name()?,
            service_flags: self.u32(Field::ServiceFlags1),
            provider_id: Uuid::from_bytes_le(provider_id),
            catalog_entry_id: self.u32(Field::CatalogEntryId),
            chain: ProtocolChain { length: self.i32(Field::ChainLength), entries },
            version: self.i32(Field::Version),
            address_family: self.i32(Field::AddressFamily),
            max_address_length: self.i32(Field::MaxAddressLength),
            min_address_length: self.i32(Field::MinAddressLength),
            socket_type: self.i32(Field::SocketType),
            protocol: self.i32(Field::Protocol),
            further: Some(Further {
                reserved_service_flags: [
                    self.u32(Field::ServiceFlags2),
                    self.u32(Field::ServiceFlags3),
                    self.u32(Field::ServiceFlags4),
                ],
                provider_flags: self.u32(Field::ProviderFlags),
                protocol_max_offset: self.i32(Field::ProtocolMaxOffset),
                network_byte_order: self.i32(Field::NetworkByteOrder),
                security_scheme: self.i32(Field::SecurityScheme),
                message_size: self.u32(Field::MessageSize),
                provider_reserved: self.u32(Field::ProviderReserved),
            }),
        })
    }

    /// Returns the path up to its zero, with each byte as the character of that number (ISO 8859-1). The code page is not known,
    /// and this way each byte can be written back.
    ///
    /// # Errors
    /// If no zero terminates the path.
    pub fn path(&self) -> Result<String, PackedItemError> {
        let field = self.field(Field::LibraryPath);
        let end = field.iter().position(|&byte| byte == 0).ok_or(PackedItemError::Unterminated(Field::LibraryPath))?;
        Ok(field[..end].iter().map(|&byte| char::from(byte)).collect())
    }

    /// Returns the name up to its zero. A lone surrogate is returned as U+FFFD and stays in the bytes.
    ///
    /// # Errors
    /// If no zero terminates the name.
    pub fn name(&self) -> Result<String, PackedItemError> {
        let units =
            self.field(Field::ProtocolName).chunks_exact(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let units: Vec<u16> = units.collect();
        let end = units.iter().position(|&unit| unit == 0).ok_or(PackedItemError::Unterminated(Field::ProtocolName))?;
        Ok(String::from_utf16_lossy(&units[..end]))
    }

    fn u32(&self, field: Field) -> u32 {
        let start = field.range().start;
        let bytes = &self.0[start..start + 4];
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    fn i32(&self, field: Field) -> i32 {
        self.u32(field).cast_signed()
    }

    fn set_u32(&mut self, field: Field, value: u32) {
        self.field_mut(field).copy_from_slice(&value.to_le_bytes());
    }

    fn set_i32(&mut self, field: Field, value: i32) {
        self.set_u32(field, value.cast_unsigned());
    }
}

impl std::fmt::Debug for PackedItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PackedItem").field(&self.info()).finish()
    }
}

/// Returns the bytes of a path as the field holds them, without the zero.
fn path_bytes(path: &str) -> Result<Vec<u8>, PackedItemError> {
    let field = Field::LibraryPath;
    let byte = |c: char| u8::try_from(u32::from(c)).map_err(|_| PackedItemError::NotOneByte(c));
    let bytes = path.chars().map(byte).collect::<Result<Vec<u8>, _>>()?;
    let room = field.range().len() - 1;
    match bytes.len() {
        _ if bytes.contains(&0) => Err(PackedItemError::Zero(field)),
        units if units > room => Err(PackedItemError::TooLong { field, units, room }),
        _ => Ok(bytes),
    }
}

/// Returns the UTF-16 units of a name as the field holds them, without the zero.
fn name_units(name: &str) -> Result<Vec<u16>, PackedItemError> {
    let field = Field::ProtocolName;
    let units: Vec<u16> = name.encode_utf16().collect();
    let room = field.range().len() / 2 - 1;
    match units.len() {
        _ if units.contains(&0) => Err(PackedItemError::Zero(field)),
        long if long > room => Err(PackedItemError::TooLong { field, units: long, room }),
        _ => Ok(units),
    }
}

#[cfg(test)]
mod tests;
