//! # What it finds
//! A chain whose address family, socket type, protocol or length of addresses is not that of the base protocol at its
//! end.
//!
//! # Why it matters
//! A chain is selected by its own fields and opened with its base's. Installers copy the fields from the base, and real
//! catalogs have them equal without exception; where they differ, one of the two was changed by hand, and programs get
//! a socket that they did not ask for.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [TCP/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 28
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1001
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
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              0
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [TCP/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1001
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
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              0
//! ```

use super::super::fault::{Difference, WinsockFault};
use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-chain-unlike-base", include_str!("chain_unlike_base.rs"));

/// Reports chains that differ from their base. The fields that netsh prints of real chains always equal those of their bases,
/// from which installers copy them.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let Some(base) = judged.base_of(chain) else { continue };
        let differences = differences(chain, base);
        let Some(&Difference { field, .. }) = differences.first() else { continue };
        let fault = WinsockFault::ChainUnlikeBase { chain: chain.named(), base: base.name_and_id(), differences };
        faults.push(fault.at(chain.field_at(field)).because(base.field_at(field), "its base"));
    }
}

/// Returns the fields in which a chain differs from its base.
fn differences(chain: &Item, base: &Item) -> Vec<Difference> {
    let compared = [
        (Field::AddressFamily, chain.info.address_family, base.info.address_family),
        (Field::SocketType, chain.info.socket_type, base.info.socket_type),
        (Field::Protocol, chain.info.protocol, base.info.protocol),
        (Field::MaxAddressLength, chain.info.max_address_length, base.info.max_address_length),
        (Field::MinAddressLength, chain.info.min_address_length, base.info.min_address_length),
    ];
    let differing = compared.into_iter().filter(|(_, chain, base)| chain != base);
    differing.map(|(field, chain, base)| Difference { field, chain, base }).collect()
}
