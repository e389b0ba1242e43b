//! # What it finds
//! A chain whose address family, socket type, protocol or address length differs from that of the base protocol at its end.
//!
//! # Why it matters
//! Windows selects a chain by the fields of the chain, and opens it with those of its base protocol. Installers copy the
//! fields from the base protocol, and they are equal in all known catalogs. If they differ, one of the two was changed by
//! hand, and programs get a socket that they did not request.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!       request         inet (2), stream (1), udp (17)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!       request         inet (2), stream (1), tcp (6)
//!   1030  Acme
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!       request         inet (2), stream (1), tcp (6)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!       request         inet (2), stream (1), tcp (6)
//!   1030  Acme
//!       kind            layer
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
