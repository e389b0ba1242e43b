//! # What it finds
//! A layer that no chain of its set names.
//!
//! # Why it matters
//! A layer carries traffic only as a member of chains. Either its chains were removed and the layer was not, or its
//! installation was interrupted.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
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

use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use std::collections::HashSet;

pub(super) const RULE: Rule =
    Rule::lint("winsock-unreachable-layer", Severity::Warning, include_str!("unreachable_layer.rs"));

/// Reports layers that no chain names.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let named: HashSet<u32> =
        judged.of_kind(ItemKind::Chain).flat_map(|chain| chain.info.chain.ids()).copied().collect();
    for layer in judged.of_kind(ItemKind::Layer).filter(|layer| !named.contains(&layer.id())) {
        let message = format!("no chain of {} runs over {}, so that nothing uses it", judged.name(), layer.named());
        found.push(
            Finding::new(RULE.code, RULE.severity, message, layer.field_at(Field::CatalogEntryId))
                .help("`sockatlas winsock repair --remove-unreachable` removes it; or install its provider anew"),
        );
    }
}
