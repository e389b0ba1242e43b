//! Items that cannot be distinguished, or whose numbers are not possible.

use super::super::fault::WinsockFault;
use super::super::{Field, ItemKind, ProtocolInfo};
use super::Judged;
use crate::catalog::Fault;

/// Reports ids that are 0, and ids that an earlier item has.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for (at, item) in judged.set.items.iter().enumerate() {
        let id = item.id();
        let first = judged.position(id).filter(|&first| first < at).and_then(|first| judged.set.items.get(first));
        if id != 0 && first.is_none() {
            continue;
        }
        let fault = WinsockFault::DuplicateId { item: item.named(), id }.at(item.field_at(Field::CatalogEntryId));
        faults.push(match first {
            Some(first) if id != 0 => fault.because(first.field_at(Field::CatalogEntryId), "the first to have it"),
            _ => fault,
        });
    }
}

/// Reports base protocols whose family or type is not possible: 0 means "any" in requests, and valid numbers are
/// above it.
pub(super) fn triples(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
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
pub(super) fn ranges(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in &judged.set.items {
        let offset = item.info.further.as_ref().map_or(0, |further| further.protocol_max_offset);
        if offset < 0 {
            let reason = format!("{} has iProtocolMaxOffset {offset} where none is below 0", item.named());
            faults.push(WinsockFault::MalformedItem { reason }.at(item.field_at(Field::ProtocolMaxOffset)));
        }
    }
}
