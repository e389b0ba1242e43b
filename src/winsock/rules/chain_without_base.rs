//! # What it finds
//! A chain whose last id is not that of a base protocol but that of a layer or of another chain.
//!
//! # Why it matters
//! Only a base protocol carries data. A chain over another chain therefore names all members of that chain, down to the
//! base protocol.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1033  Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//!       kind            chain
//!       chain           1032 Zeta / 1031 Acme over [MSAFD Tcpip [TCP/IP]]
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!   1032  Zeta
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1033  Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//!       kind            chain
//!       chain           1032 Zeta / 1031 Acme over [MSAFD Tcpip [TCP/IP]] / 1001 MSAFD Tcpip [TCP/IP]
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!   1032  Zeta
//!       kind            layer
//! ```

use super::super::fault::WinsockFault;
use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-chain-without-base", include_str!("chain_without_base.rs"));

/// Reports chains whose last id names a layer or a chain.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let Some(last) = chain.info.chain.ids().last().and_then(|&id| judged.by_id(id)) else { continue };
        let is = match last.kind() {
            ItemKind::Layer => "a layer",
            ItemKind::Chain => "a chain",
            // A malformed item is reported at its own place.
            ItemKind::Base | ItemKind::Malformed => continue,
        };
        let fault = WinsockFault::ChainWithoutBase { chain: chain.named(), last: last.name_and_id(), is };
        faults.push(
            fault
                .at(chain.field_at(Field::ChainEntries))
                .because(last.field_at(Field::ChainLength), "its last id names this"),
        );
    }
}
