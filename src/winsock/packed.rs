//! The value `PackedCatalogItem`: 888 bytes, which are kept as they are and read field by field.
//!
//! The value holds a path of 260 bytes (`MAX_PATH`, in the system's ANSI code page, terminated by a zero), and then a
//! `WSAPROTOCOL_INFOW` (628 bytes, `winsock2.h`), little-endian, with a name of 256 UTF-16 units that a zero terminates. The
//! bytes behind either zero have no meaning and are often left over from before; they are kept too.

use super::info::{Further, ProtocolChain, ProtocolInfo};
use crate::catalog::{MAX_PROTOCOL_CHAIN, PACKED_ITEM_BYTES};
use std::mem::{offset_of, size_of};
use uuid::Uuid;
use zerocopy::little_endian::{I32, U16, U32};
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned, transmute_ref};

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
        let next = self as usize + 1;
        let end = if next < Field::ALL.len() { Field::ALL[next].start() } else { PACKED_ITEM_BYTES };
        self.start()..end
    }

    /// Returns the offset of the field in the value.
    const fn start(self) -> usize {
        match self {
            Field::LibraryPath => offset_of!(Layout, path),
            Field::ServiceFlags1 => offset_of!(Layout, service_flags),
            Field::ServiceFlags2 => offset_of!(Layout, reserved_service_flags),
            Field::ServiceFlags3 => Field::ServiceFlags2.start() + size_of::<U32>(),
            Field::ServiceFlags4 => Field::ServiceFlags3.start() + size_of::<U32>(),
            Field::ProviderFlags => offset_of!(Layout, provider_flags),
            Field::ProviderId => offset_of!(Layout, provider_id),
            Field::CatalogEntryId => offset_of!(Layout, catalog_entry_id),
            Field::ChainLength => offset_of!(Layout, chain_length),
            Field::ChainEntries => offset_of!(Layout, chain_entries),
            Field::Version => offset_of!(Layout, version),
            Field::AddressFamily => offset_of!(Layout, address_family),
            Field::MaxAddressLength => offset_of!(Layout, max_address_length),
            Field::MinAddressLength => offset_of!(Layout, min_address_length),
            Field::SocketType => offset_of!(Layout, socket_type),
            Field::Protocol => offset_of!(Layout, protocol),
            Field::ProtocolMaxOffset => offset_of!(Layout, protocol_max_offset),
            Field::NetworkByteOrder => offset_of!(Layout, network_byte_order),
            Field::SecurityScheme => offset_of!(Layout, security_scheme),
            Field::MessageSize => offset_of!(Layout, message_size),
            Field::ProviderReserved => offset_of!(Layout, provider_reserved),
            Field::ProtocolName => offset_of!(Layout, name),
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

/// The layout of the value: the path, and then `WSAPROTOCOL_INFOW`.
#[derive(Clone, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    path: [u8; 260],
    service_flags: U32,
    reserved_service_flags: [U32; 3],
    provider_flags: U32,
    provider_id: [u8; 16],
    catalog_entry_id: U32,
    chain_length: I32,
    chain_entries: [U32; MAX_PROTOCOL_CHAIN],
    version: I32,
    address_family: I32,
    max_address_length: I32,
    min_address_length: I32,
    socket_type: I32,
    protocol: I32,
    protocol_max_offset: I32,
    network_byte_order: I32,
    security_scheme: I32,
    message_size: U32,
    provider_reserved: U32,
    name: [U16; 256],
}

/// A `PackedCatalogItem`, byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PackedItem(Box<Layout>);

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
        let layout = Layout::read_from_bytes(bytes).map_err(|_| PackedItemError::Size(bytes.len()))?;
        Ok(PackedItem(Box::new(layout)))
    }

    /// Creates an item with these values: all bytes behind both texts, and all fields that `info` does not state, are zero.
    ///
    /// # Errors
    /// If a text does not fit.
    pub fn new(info: &ProtocolInfo) -> Result<Self, PackedItemError> {
        let mut item = PackedItem(Box::new(Layout::new_zeroed()));
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
        let is_path_new = self.path().as_ref() != Ok(&info.path);
        let is_name_new = self.name().as_ref() != Ok(&info.name);
        let layout = &mut *self.0;
        if is_path_new {
            layout.path.fill(0);
            layout.path[..path.len()].copy_from_slice(&path);
        }
        if is_name_new {
            layout.name.fill(U16::ZERO);
            for (place, unit) in layout.name.iter_mut().zip(name) {
                place.set(unit);
            }
        }
        layout.service_flags.set(info.service_flags);
        layout.provider_id = info.provider_id.to_bytes_le();
        layout.catalog_entry_id.set(info.catalog_entry_id);
        layout.chain_length.set(info.chain.length);
        layout.chain_entries = info.chain.entries.map(U32::new);
        layout.version.set(info.version);
        layout.address_family.set(info.address_family);
        layout.max_address_length.set(info.max_address_length);
        layout.min_address_length.set(info.min_address_length);
        layout.socket_type.set(info.socket_type);
        layout.protocol.set(info.protocol);
        if let Some(further) = &info.further {
            layout.reserved_service_flags = further.reserved_service_flags.map(U32::new);
            layout.provider_flags.set(further.provider_flags);
            layout.protocol_max_offset.set(further.protocol_max_offset);
            layout.network_byte_order.set(further.network_byte_order);
            layout.security_scheme.set(further.security_scheme);
            layout.message_size.set(further.message_size);
            layout.provider_reserved.set(further.provider_reserved);
        }
        Ok(())
    }

    /// Returns the 888 bytes.
    pub fn as_bytes(&self) -> &[u8; PACKED_ITEM_BYTES] {
        transmute_ref!(&*self.0)
    }

    /// Returns the bytes of one field.
    pub fn field(&self, field: Field) -> &[u8] {
        &self.as_bytes()[field.range()]
    }

    /// Returns the value of every field.
    ///
    /// # Errors
    /// If no zero terminates the path or the name.
    pub fn info(&self) -> Result<ProtocolInfo, PackedItemError> {
        let layout = &*self.0;
        Ok(ProtocolInfo {
            path: self.path()?,
            name: self.name()?,
            service_flags: layout.service_flags.get(),
            provider_id: Uuid::from_bytes_le(layout.provider_id),
            catalog_entry_id: layout.catalog_entry_id.get(),
            chain: ProtocolChain { length: layout.chain_length.get(), entries: layout.chain_entries.map(U32::get) },
            version: layout.version.get(),
            address_family: layout.address_family.get(),
            max_address_length: layout.max_address_length.get(),
            min_address_length: layout.min_address_length.get(),
            socket_type: layout.socket_type.get(),
            protocol: layout.protocol.get(),
            further: Some(Further {
                reserved_service_flags: layout.reserved_service_flags.map(U32::get),
                provider_flags: layout.provider_flags.get(),
                protocol_max_offset: layout.protocol_max_offset.get(),
                network_byte_order: layout.network_byte_order.get(),
                security_scheme: layout.security_scheme.get(),
                message_size: layout.message_size.get(),
                provider_reserved: layout.provider_reserved.get(),
            }),
        })
    }

    /// Returns the path up to its zero, with each byte as the character of that number (ISO 8859-1). The code page is not known,
    /// and this way each byte can be written back.
    ///
    /// # Errors
    /// If no zero terminates the path.
    pub fn path(&self) -> Result<String, PackedItemError> {
        let field = &self.0.path;
        let end = field.iter().position(|&byte| byte == 0).ok_or(PackedItemError::Unterminated(Field::LibraryPath))?;
        Ok(field[..end].iter().map(|&byte| char::from(byte)).collect())
    }

    /// Returns the name up to its zero. A lone surrogate is returned as U+FFFD and stays in the bytes.
    ///
    /// # Errors
    /// If no zero terminates the name.
    pub fn name(&self) -> Result<String, PackedItemError> {
        let units = self.0.name.map(U16::get);
        let end = units.iter().position(|&unit| unit == 0).ok_or(PackedItemError::Unterminated(Field::ProtocolName))?;
        Ok(String::from_utf16_lossy(&units[..end]))
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
