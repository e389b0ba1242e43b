//! Items that cannot be told apart, or state numbers that none can have.

use super::super::Field;
use super::super::fault::WinsockFault;
use super::Judged;
use crate::catalog::Fault;

/// Ids that are 0, and ids that an item before has.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for (at, item) in judged.set.items.iter().enumerate() {
        let id = item.id();
        let first = judged.place(id).filter(|&first| first < at).and_then(|first| judged.set.items.get(first));
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

/// Protocol ranges that end before they begin.
pub(super) fn ranges(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for item in &judged.set.items {
        let offset = item.info.further.as_ref().map_or(0, |further| further.protocol_max_offset);
        if offset < 0 {
            let reason = format!("{} has iProtocolMaxOffset {offset} where none is below 0", item.named());
            faults.push(WinsockFault::MalformedItem { reason }.at(item.field_at(Field::ProtocolMaxOffset)));
        }
    }
}
