//! The keys of an entry that describe its item: the form between the items of Windows and the entries of a catalog.
//!
//! Both directions use this form, so that an item which is read into a catalog and written again does not change.

use super::info::{Further, ItemKind, ProtocolChain, ProtocolInfo, provider_flags};
use super::packed::{PackedItem, PackedItemError};
use super::rules;
use crate::catalog::{AddressSize, ByteOrder};
use crate::terms::Services;
use uuid::Uuid;

/// The values of an entry's keys. Where a key is `None`, the value of the item that the entry describes applies, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub catalog_entry_id: u32,
    pub provider_id: Uuid,
    pub library: String,
    pub summary: Option<String>,
    pub hidden: bool,
    pub recommended: bool,
    pub version: Option<i32>,
    pub message_size: Option<u32>,
    pub address_size: Option<AddressSize>,
    pub byte_order: Option<ByteOrder>,
    pub security_scheme: Option<i32>,
    pub role: Role,
}

/// The role of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A layer, which has no keys for family, type and protocol. `services` are the service flags that it adds, if it adds any.
    Layer { services: Option<u32> },
    /// A base protocol or a chain.
    Selectable(Selectable),
}

/// The keys of an entry that requests can select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selectable {
    /// The ids from the top layer to the base if the entry is a chain; empty for a base protocol.
    pub chain: Vec<u32>,
    pub family: i32,
    pub socket_type: i32,
    /// The first and the last protocol.
    pub protocols: (i32, i32),
    pub matches_zero: bool,
    pub services: u32,
}

/// The `iVersion` of an item for which none is stated: the version of all of Microsoft's items.
const USUAL_VERSION: i32 = 2;
/// The `dwMessageSize` of an item that preserves message boundaries and for which none is stated: it depends on the MTU.
const DEPENDS_ON_MTU: u32 = 1;

impl Keys {
    /// Returns the keys of an item, or `None` if it cannot be an entry. `chain` are the ids with which the entry states its
    /// chain.
    pub fn of(info: &ProtocolInfo, chain: Vec<u32>) -> Option<Keys> {
        let further = info.further.as_ref();
        let flag = |bit| info.has_provider_flags(bit) == Some(true);
        let role = match info.kind() {
            ItemKind::Layer => Role::Layer { services: None },
            ItemKind::Base if rules::impossible(info).next().is_some() => return None,
            ItemKind::Base | ItemKind::Chain => Role::Selectable(Selectable {
                chain,
                family: info.address_family,
                socket_type: info.socket_type,
                protocols: protocols(info)?,
                matches_zero: flag(provider_flags::MATCHES_PROTOCOL_ZERO),
                services: info.service_flags,
            }),
            ItemKind::Malformed => return None,
        };
        Some(Keys {
            catalog_entry_id: info.catalog_entry_id,
            provider_id: info.provider_id,
            library: info.path.clone(),
            summary: Some(info.name.clone()).filter(|name| !name.is_empty()),
            hidden: flag(provider_flags::HIDDEN),
            recommended: flag(provider_flags::RECOMMENDED_PROTO_ENTRY),
            version: Some(info.version),
            message_size: further.map(|further| further.message_size),
            address_size: address_size(info),
            byte_order: further.and_then(|further| match further.network_byte_order {
                0 => Some(ByteOrder::Big),
                1 => Some(ByteOrder::Little),
                _ => None,
            }),
            security_scheme: further.map(|further| further.security_scheme),
            role,
        })
    }

    /// Returns the item that the keys describe: the original, if there is one, with the values that the keys change.
    ///
    /// `name` becomes the description if there is no original and the keys state no description. `top` returns the id of the top
    /// layer for the id of a chain, and any other id unchanged: a chain may be named by its layer or by itself, which means the
    /// same.
    ///
    /// # Errors
    /// If a text does not fit, or if a text of the original is not terminated.
    pub fn item(
        &self,
        name: &str,
        original: Option<&PackedItem>,
        top: impl Fn(u32) -> u32,
    ) -> Result<PackedItem, PackedItemError> {
        let mut item = match original {
            Some(original) => original.clone(),
            None => PackedItem::new(&self.unstated())?,
        };
        let mut info = item.info()?;
        info.catalog_entry_id = self.catalog_entry_id;
        info.provider_id = self.provider_id;
        info.path.clone_from(&self.library);
        if let Some(summary) = &self.summary {
            info.name.clone_from(summary);
        } else if info.name.is_empty() && original.is_none() {
            info.name = name.to_owned();
        }
        info.version = self.version.unwrap_or(info.version);
        if let Some(size) = self.address_size {
            info.min_address_length = i32::try_from(size.min).unwrap_or(i32::MAX);
            info.max_address_length = i32::try_from(size.max).unwrap_or(i32::MAX);
        }
        let mut further = info.further.take().unwrap_or_default();
        let mut set = |bit: u32, on: bool| {
            further.provider_flags = if on { further.provider_flags | bit } else { further.provider_flags & !bit };
        };
        // Windows' own installer hides every layer. Catalogs of sockatlas do not state that, because layers are never listed.
        set(provider_flags::HIDDEN, self.hidden || original.is_none() && matches!(self.role, Role::Layer { .. }));
        set(provider_flags::RECOMMENDED_PROTO_ENTRY, self.recommended);
        if let Role::Selectable(selectable) = &self.role {
            set(provider_flags::MATCHES_PROTOCOL_ZERO, selectable.matches_zero);
        }
        further.message_size = self.message_size.unwrap_or(further.message_size);
        further.security_scheme = self.security_scheme.unwrap_or(further.security_scheme);
        match self.byte_order {
            Some(ByteOrder::Big) => further.network_byte_order = 0,
            Some(ByteOrder::Little) => further.network_byte_order = 1,
            None => {}
        }
        info.further = Some(further);
        self.role.write(&mut info, top);
        item.set_info(&info)?;
        Ok(item)
    }

    /// Returns the item of an entry for which nothing is stated.
    fn unstated(&self) -> ProtocolInfo {
        let has_messages = match &self.role {
            Role::Selectable(selectable) => {
                Services::from_xp1(selectable.services).intersects(&Services::MESSAGE_ORIENTED)
            }
            Role::Layer { .. } => false,
        };
        let message_size = if has_messages { DEPENDS_ON_MTU } else { 0 };
        ProtocolInfo {
            path: String::new(),
            name: String::new(),
            service_flags: 0,
            provider_id: self.provider_id,
            catalog_entry_id: self.catalog_entry_id,
            chain: ProtocolChain::LAYER,
            version: USUAL_VERSION,
            address_family: 0,
            max_address_length: 0,
            min_address_length: 0,
            socket_type: 0,
            protocol: 0,
            further: Some(Further { message_size, ..Further::default() }),
        }
    }
}

impl Role {
    fn write(&self, info: &mut ProtocolInfo, top: impl Fn(u32) -> u32) {
        match self {
            Role::Layer { services } => {
                if info.kind() != ItemKind::Layer {
                    info.chain = ProtocolChain::LAYER;
                }
                info.service_flags = services.unwrap_or(info.service_flags);
            }
            Role::Selectable(selectable) => {
                let Selectable { ref chain, family, socket_type, protocols: range, services, .. } = *selectable;
                (info.address_family, info.socket_type, info.service_flags) = (family, socket_type, services);
                if protocols(info) != Some(range) {
                    info.protocol = range.0;
                    if let Some(further) = &mut info.further {
                        further.protocol_max_offset = range.1.saturating_sub(range.0);
                    }
                }
                match ProtocolChain::over(chain) {
                    None if info.kind() == ItemKind::Base => {}
                    None => info.chain = ProtocolChain::BASE,
                    Some(over) => {
                        let same = info.chain.ids().iter().map(|&id| top(id)).eq(chain.iter().map(|&id| top(id)));
                        if !same {
                            info.chain = over;
                        }
                    }
                }
            }
        }
    }
}

/// Returns the first and the last protocol of an item, bounded by the highest number, or `None` if the item accepts none.
pub(super) fn protocols(info: &ProtocolInfo) -> Option<(i32, i32)> {
    let (first, last) = info.protocols();
    let last = last.unwrap_or(first).min(i64::from(i32::MAX));
    i32::try_from(last).ok().filter(|last| *last >= info.protocol).map(|last| (info.protocol, last))
}

/// Returns the least and the greatest length of addresses, or `None` if the lengths are not possible.
fn address_size(info: &ProtocolInfo) -> Option<AddressSize> {
    let min = u32::try_from(info.min_address_length).ok()?;
    let max = u32::try_from(info.max_address_length).ok()?;
    (min <= max).then_some(AddressSize { min, max })
}
