//! # What it finds
//! Two items of one set with the same catalog entry id, or an item with the id 0. Items of the 32-bit set may have the same
//! ids as items of the 64-bit set.
//!
//! # Why it matters
//! Chains name their members by id, and programs can request an entry by id. Which of two items with the same id they get is
//! undefined. The id 0 means that there is no item.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [UDP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1001
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [UDP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//! ```

use super::super::Field;
use super::super::fault::WinsockFault;
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-duplicate-id", include_str!("duplicate_id.rs"));

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
