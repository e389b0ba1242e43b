//! What the keys of an entry say of its item: the form between items, as Windows keeps them, and entries of a catalog.
//!
//! Both ways lead through here, so that an item which is read into a catalog and written again comes out as it was.

use super::info::{Further, ItemKind, ProtocolChain, ProtocolInfo, provider_flags};
use super::packed::{PackedItem, PackedItemError};
use super::rules;
use crate::catalog::{AddressSize, ByteOrder};
use crate::terms::Services;
use uuid::Uuid;

/// What the keys of an entry say. Of what they do not say, the item that they describe counts, if there is one.
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

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A layer has no keys for family, type and protocol. Services are what it adds, if anything.
    Layer { services: Option<u32> },
    /// A base protocol or a chain.
    Selectable(Selectable),
}

/// What requests ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selectable {
    /// Of a chain the ids from the top layer to the base; of a base protocol none.
    pub chain: Vec<u32>,
    pub family: i32,
    pub socket_type: i32,
    /// The first and the last.
    pub protocols: (i32, i32),
    pub matches_zero: bool,
    pub services: u32,
}

/// What `iVersion` is where nothing says it: the version of all of Microsoft's items.
const USUAL_VERSION: i32 = 2;
/// What `dwMessageSize` is where nothing says it and messages have bounds: it depends on the MTU.
const DEPENDS_ON_MTU: u32 = 1;

impl Keys {
    /// Returns what keys can say of an item whose chain, if it is one, is stated with these ids, or `None` of one that cannot be an
    /// entry.
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

    /// Returns the item that the keys describe: the original where there is one, with what the keys say otherwise.
    ///
    /// The name is used where neither says one. `top` gives for the id of a chain that of its top layer and for any other id
    /// itself: a chain may be named by its layer or by itself, which is the same.
    ///
    /// # Errors
    /// If a text does not fit, or one of the original has no end.
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
        // Windows' own installer hides every layer, which no catalog of ours needs to say: layers are never listed.
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

    /// Returns the item of an entry that says nothing of itself.
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

/// Returns the first and the last protocol of an item, no number being above the highest, or `None` if none is accepted.
pub(super) fn protocols(info: &ProtocolInfo) -> Option<(i32, i32)> {
    let (first, last) = info.protocols();
    let last = last.unwrap_or(first).min(i64::from(i32::MAX));
    i32::try_from(last).ok().filter(|last| *last >= info.protocol).map(|last| (info.protocol, last))
}

/// Returns the sizes of addresses, where they can be some.
fn address_size(info: &ProtocolInfo) -> Option<AddressSize> {
    let min = u32::try_from(info.min_address_length).ok()?;
    let max = u32::try_from(info.max_address_length).ok()?;
    (min <= max).then_some(AddressSize { min, max })
}
