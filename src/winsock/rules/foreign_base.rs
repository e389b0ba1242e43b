//! # What it finds
//! A base protocol of an unknown provider that comes before a base protocol of Windows (TCP, UDP or RAW, over IPv4 or IPv6)
//! and answers the same requests.
//!
//! # Why it matters
//! The first entry that matches a request is selected. A base protocol before those of Windows therefore receives the
//! traffic of all programs, as a layer would, and has no chain that would make it visible.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        Acme [TCP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1002
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
//! Description:                        Acme [TCP/IP]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//! ```

use super::super::standard::{StandardItem, StandardProvider};
use super::super::{Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-foreign-base", Severity::Warning, include_str!("foreign_base.rs"));

/// Reports base protocols of unknown providers that come before those of Windows.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    // The essential standard items with their indices, the first of each.
    let mut standard: Vec<(usize, &StandardItem, &Item)> = Vec::new();
    for (at, item) in judged.set.items.iter().enumerate() {
        let known = StandardItem::of(&item.info).filter(|known| known.is_essential);
        if let Some(known) = known.filter(|known| standard.iter().all(|(_, other, _)| other != known)) {
            standard.push((at, known, item));
        }
    }
    for (at, item) in judged.set.items.iter().enumerate() {
        let is_known = StandardProvider::by_id(item.info.provider_id).is_some();
        if is_known || item.kind() != ItemKind::Base {
            continue;
        }
        let behind = standard.iter().filter(|(place, known, _)| at < *place && answers(item, known));
        let behind: Vec<_> = behind.collect();
        let Some(&&(_, _, first)) = behind.first() else { continue };
        let names: Vec<String> = behind.iter().map(|(_, known, _)| format!("`{}`", known.name)).collect();
        let message = format!(
            "{} is of a provider that is not known, and answers before {} of Windows",
            item.named(),
            names.join(", ")
        );
        found.push(
            Finding::new(RULE.code, RULE.severity, message, item.at).label(first.at, "which no request reaches").help(
                "find out what its library is; `sockatlas winsock repair --remove-provider` removes it, and moving it \
                     behind those of Windows leaves it to programs that name it",
            ),
        );
    }
}

/// Returns whether an item answers requests for which a standard item is meant.
fn answers(item: &Item, known: &StandardItem) -> bool {
    let (family, socket_type, protocol) = known.triple;
    let info = &item.info;
    let (first, last) = info.protocols();
    // Requests for raw sockets may name any protocol of IP, so an item that answers a part of these is included.
    let wanted = i64::from(protocol)..=i64::from(protocol) + i64::from(known.protocols() - 1);
    let last = last.unwrap_or(first);
    info.address_family == family
        && info.socket_type == socket_type
        && first <= *wanted.end()
        && last >= *wanted.start()
}
