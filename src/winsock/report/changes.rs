//! What a standard item says otherwise than on Windows 10 1709, from which the shipped catalog is.

use crate::winsock::standard::{StandardItem, StandardProvider};
use crate::winsock::windows_path::same_file;
use crate::winsock::{Field, Item, ItemKind, ProtocolInfo};

/// What a base protocol is known to be.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// This item.
    Item(&'static StandardItem),
    /// One of `MSAFD NetBIOS`. There are two for each network card, so that no list has them: of what they say only the library
    /// is known.
    NetBios(&'static StandardProvider),
}

impl Known {
    /// What an item is, by GUID and triple: names are texts of a language, or references to such.
    pub fn of(info: &ProtocolInfo) -> Option<Self> {
        if let Some(item) = StandardItem::of(info) {
            return Some(Known::Item(item));
        }
        // Family 17, AF_NETBIOS, of the types 5 and 2; the protocols are negative (winsock2.h, wsnetbs.h).
        let provider = StandardProvider::by_id(info.provider_id).filter(|provider| provider.name == "netbios")?;
        let is_one = info.address_family == 17 && [2, 5].contains(&info.socket_type) && info.protocol < 0;
        (is_one && info.kind() == ItemKind::Base).then_some(Known::NetBios(provider))
    }

    /// What catalogs of sockatlas call it.
    pub fn name(self) -> &'static str {
        match self {
            Known::Item(item) => item.name,
            Known::NetBios(provider) => provider.name,
        }
    }
}

/// A field that does not say what it is known to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What it is known to say.
    pub known: String,
    /// What it says.
    pub found: String,
}

/// Every field that says otherwise. Not compared are ids, which each machine gives by itself, and what the source does not tell;
/// a name is compared where the source has the bytes, for what prints names translates them.
pub(super) fn changes(item: &Item, known: Known) -> Vec<Change> {
    let info = &item.info;
    let mut changes = Vec::new();
    let mut change = |field, known: String, found: String| changes.push(Change { field, known, found });
    let library = match known {
        Known::Item(item) => item.provider.library,
        Known::NetBios(provider) => provider.library,
    };
    if !same_file(&info.path, library) {
        change(Field::LibraryPath, library.to_owned(), info.path.clone());
    }
    let Known::Item(standard) = known else { return changes };
    let should = standard.info();
    for field in Field::ALL {
        let both = number(info, field).zip(number(&should, field));
        if let Some((found, known)) = both.filter(|(found, known)| found != known) {
            change(field, text(field, known), text(field, found));
        }
    }
    // Older versions of Windows have the English text itself.
    let names = [standard.text, standard.english];
    if item.packed.is_some() && !names.iter().any(|name| info.name.eq_ignore_ascii_case(name)) {
        change(Field::ProtocolName, should.name.clone(), info.name.clone());
    }
    changes
}

/// The number in a field; nothing for texts, GUIDs and ids, and where the source does not tell it.
pub(super) fn number(info: &ProtocolInfo, field: Field) -> Option<i64> {
    let further = info.further.as_ref();
    Some(match field {
        Field::ServiceFlags1 => info.service_flags.into(),
        Field::ServiceFlags2 => further?.reserved_service_flags[0].into(),
        Field::ServiceFlags3 => further?.reserved_service_flags[1].into(),
        Field::ServiceFlags4 => further?.reserved_service_flags[2].into(),
        Field::ProviderFlags => further?.provider_flags.into(),
        Field::ChainLength => info.chain.length.into(),
        Field::Version => info.version.into(),
        Field::AddressFamily => info.address_family.into(),
        Field::MaxAddressLength => info.max_address_length.into(),
        Field::MinAddressLength => info.min_address_length.into(),
        Field::SocketType => info.socket_type.into(),
        Field::Protocol => info.protocol.into(),
        Field::ProtocolMaxOffset => further?.protocol_max_offset.into(),
        Field::NetworkByteOrder => further?.network_byte_order.into(),
        Field::SecurityScheme => further?.security_scheme.into(),
        Field::MessageSize => further?.message_size.into(),
        Field::ProviderReserved => further?.provider_reserved.into(),
        _ => return None,
    })
}

/// A number as people read it in this field: flags in hexadecimal.
pub(super) fn text(field: Field, number: i64) -> String {
    match field {
        Field::ServiceFlags1
        | Field::ServiceFlags2
        | Field::ServiceFlags3
        | Field::ServiceFlags4
        | Field::ProviderFlags => format!("0x{number:x}"),
        _ => number.to_string(),
    }
}
