//! # What it finds
//! Several chains for one address family, socket type and protocol, of which none runs over another; the finding shows
//! which one wins.
//!
//! # Why it matters
//! The first in the order gets all traffic, and the others get none unless a program asks for them. Two layers that
//! should both see the traffic must be installed over one another.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Zeta over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1032 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [RAW/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1003
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Service Provider
//! Description:                        Acme
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1030
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Service Provider
//! Description:                        Zeta
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1032
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Zeta over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              3
//! Protocol Chain: 1032 : 1031 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [RAW/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1003
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Service Provider
//! Description:                        Acme
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1030
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Service Provider
//! Description:                        Zeta
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1032
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//! ```

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use indexmap::IndexMap;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule::lint("winsock-several-chains", Severity::Note, include_str!("several_chains.rs"));

/// Reports several chains of one family, type and protocol of which none runs over another, and which of them wins.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let chains = || judged.of_kind(ItemKind::Chain);
    let inner: HashSet<u32> = chains().flat_map(|chain| chain.info.chain.ids()).copied().collect();
    let mut by_triple: IndexMap<(i32, i32, i32), Vec<&Item>> = IndexMap::new();
    for chain in chains().filter(|chain| !inner.contains(&chain.id())) {
        by_triple.entry(chain.info.triple()).or_default().push(chain);
    }
    for ((family, socket_type, protocol), chains) in by_triple {
        let [winner, others @ ..] = chains.as_slice() else { continue };
        if others.is_empty() {
            continue;
        }
        let message = format!(
            "{} chains are for address family {family}, socket type {socket_type}, protocol {protocol}: {} wins, the first",
            chains.len(),
            winner.name_and_id()
        );
        let finding = Finding::new(RULE.code, RULE.severity, message, winner.field_at(Field::ChainEntries));
        let finding = others.iter().fold(finding, |finding, other| finding.label(other.at, "behind it"));
        found.push(finding.help("if all are to see the traffic, install them over one another"));
    }
}
