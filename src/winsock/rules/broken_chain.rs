//! # What it finds
//! A chain that names an id which no item of its set has. The id can be that of its layer, of its base protocol, or of a
//! member in between.
//!
//! # Why it matters
//! Opening a socket over such a chain fails with error 10106 (WSAEPROVIDERFAILEDINIT) until the chain is removed. The usual
//! cause is a layer that was uninstalled, or removed by a virus scanner, without its chains and without the chains of other
//! layers above it. Microsoft's sample installer counts such orphans and removes them.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1002 (no such entry)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::fault::WinsockFault;
use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Fault;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-broken-chain", include_str!("broken_chain.rs"));

/// Reports ids that no item has, each once for a chain. In an excerpt the item may exist and be left out; the chain cannot be
/// loaded then, but it is not called broken.
pub(super) fn look(judged: &Judged<'_>, faults: &mut Vec<Fault>) {
    let is_excerpt = !judged.store.fragments.is_empty();
    for chain in judged.of_kind(ItemKind::Chain) {
        let ids = chain.info.chain.ids();
        for (at, &id) in ids.iter().enumerate() {
            if judged.by_id(id).is_some() || ids[..at].contains(&id) {
                continue;
            }
            let (position, length) = (at + 1, ids.len());
            let fault = WinsockFault::BrokenChain { chain: chain.named(), id, position, length, is_excerpt };
            faults.push(fault.at(chain.field_at(Field::ChainEntries)));
        }
    }
}
