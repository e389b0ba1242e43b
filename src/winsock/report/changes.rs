//! The fields in which a standard item differs from Windows 7 to 11; the standard values are those of the shipped catalog.

use crate::winsock::standard::{StandardItem, StandardProvider};
use crate::winsock::{Field, Item, ProtocolInfo};

/// The standard item or provider that a base protocol belongs to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// This item.
    Item(&'static StandardItem),
    /// Some item of a provider whose items are not listed, such as `MSAFD NetBIOS`; only the library is known.
    Family(&'static StandardProvider),
}

impl Known {
    /// Returns what an item is, by its GUID and triple. Names are not used, as they depend on the language.
    pub fn of(info: &ProtocolInfo) -> Option<Self> {
        let item = StandardItem::of(info).map(Known::Item);
        item.or_else(|| StandardProvider::of_family(info).map(Known::Family))
    }

    /// Returns its name in catalogs of sockatlas.
    pub fn name(self) -> &'static str {
        match self {
            Known::Item(item) => item.name,
            Known::Family(provider) => provider.name,
        }
    }
}

/// A field that differs from its known value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The field.
    pub field: Field,
    /// The known value.
    pub known: String,
    /// The value in the source.
    pub found: String,
}

/// Returns the fields that differ from their known values. Not compared are ids, which each machine assigns; fields that the
/// source does not state; and names, which depend on the version and the language of Windows, and have no effect. Of providers
/// that are not Microsoft's only the library is the same in all their versions.
pub(super) fn changes(item: &Item, known: Known) -> Vec<Change> {
    let info = &item.info;
    let mut changes = Vec::new();
    let mut change = |field, known: String, found: String| changes.push(Change { field, known, found });
    let provider = match known {
        Known::Item(item) => item.provider,
        Known::Family(provider) => provider,
    };
    if !provider.has_library(&info.path) {
        change(Field::LibraryPath, provider.library.to_owned(), info.path.clone());
    }
    let Known::Item(standard) = known else { return changes };
    let should = standard.info();
    for field in Field::ALL.into_iter().filter(|_| provider.by_microsoft) {
        let both = number(info, field).zip(number(&should, field));
        if let Some((found, known)) = both.filter(|(found, known)| found != known) {
            change(field, text(field, known), text(field, found));
        }
    }
    changes
}

/// Returns the number in a field, or `None` for texts, GUIDs, ids and fields that the source does not state.
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

/// Formats a number of this field for people: flags in hexadecimal.
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
