//! # What it finds
//! A `PackedCatalogItem` that cannot be an item: it does not have 888 bytes, its path or name has no terminating zero, its
//! protocol range ends before it begins, or the address family or socket type of a base protocol is 0 or less. Bytes behind
//! the terminating zero of a text have no meaning and are ignored.
//!
//! # Why it matters
//! Windows reads 888 bytes at fixed offsets. It skips a malformed item, or reads other bytes as the path of the library. Such
//! values come from tools that write the registry directly.
//!
//! # Example
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000001
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries\000000000001]
//! "PackedCatalogItem"=hex:25,00
//! ```
//!
//! # Mended
//! ```reg
//! Windows Registry Editor Version 5.00
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9]
//! "Num_Catalog_Entries"=dword:00000000
//!
//! [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries]
//! ```

use super::super::fault::WinsockFault;
use super::super::{Field, ItemKind, ProtocolInfo};
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-malformed-item", include_str!("malformed_item.rs"));

/// Reports numbers of items that are not possible. Reading reports the values that are not items.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    triples(judged, faults);
    ranges(judged, faults);
}

/// Reports base protocols whose family or type is not possible: 0 means "any" in requests, and valid numbers are
/// above it.
fn triples(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in judged.of_kind(ItemKind::Base) {
        for (field, value) in impossible(&item.info) {
            let reason = format!("{} has {} {value} where none is below 1", item.named(), field.name());
            faults.push(WinsockFault::MalformedItem { reason }.at(item.field_at(field)));
        }
    }
}

/// Returns the family and the type if they are not possible.
pub(in crate::winsock) fn impossible(info: &ProtocolInfo) -> impl Iterator<Item = (Field, i32)> {
    let fields = [(Field::AddressFamily, info.address_family), (Field::SocketType, info.socket_type)];
    fields.into_iter().filter(|(_, value)| *value < 1)
}

/// Reports protocol ranges that end before they begin.
fn ranges(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in &judged.set.items {
        let offset = item.info.further.as_ref().map_or(0, |further| further.protocol_max_offset);
        if offset < 0 {
            let reason = format!("{} has iProtocolMaxOffset {offset} where none is below 0", item.named());
            faults.push(WinsockFault::MalformedItem { reason }.at(item.field_at(Field::ProtocolMaxOffset)));
        }
    }
}
