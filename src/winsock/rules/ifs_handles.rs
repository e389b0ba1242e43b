//! # What it finds
//! A chain without `XP1_IFS_HANDLES` (0x20000) over a base protocol that has this flag. As an error: a chain with the flag
//! that runs over a layer or chain, below its own layer, without the flag.
//!
//! # Why it matters
//! The sockets of such a chain are not file-system handles. Programs that use `ReadFile` and `WriteFile`, completion ports,
//! or the polling interface below the event loops of Rust, Go and Python hang or fail. This is how the layers of Lavasoft
//! and ASProxy (flags 0x66) were found.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!       services        expedited-data, graceful-close, guaranteed-delivery, guaranteed-order (0x66)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!       services        expedited-data, graceful-close, guaranteed-delivery, guaranteed-order, ifs-handles (0x20066)
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
//!       services        expedited-data, graceful-close, guaranteed-delivery, guaranteed-order, ifs-handles (0x20066)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!       services        expedited-data, graceful-close, guaranteed-delivery, guaranteed-order, ifs-handles (0x20066)
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use crate::terms::Services;

pub(super) const RULE: Rule = Rule::lint("winsock-ifs-handles", Severity::Warning, include_str!("ifs_handles.rs"));

/// Reports chains whose sockets are not file-system handles, or that claim handles which their members do not give.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let at = chain.field_at(Field::ServiceFlags1);
        if !is_of_file_system(chain) {
            let Some(base) = judged.base_of(chain).filter(|base| is_of_file_system(base)) else { continue };
            let message = format!(
                "sockets of {} are no handles of the file system (XP1_IFS_HANDLES), those of {} are",
                chain.named(),
                base.named()
            );
            found.push(
                Finding::new(RULE.code, Severity::Warning, message, at)
                    .label(base.field_at(Field::ServiceFlags1), "its base")
                    .help("programs that read or poll such sockets as files hang or fail: ask for a provider that keeps the handles"),
            );
            continue;
        }
        // The first id is the chain's own layer, whose flags the chain itself states. The members below it were installed before.
        let ids = chain.info.chain.ids();
        let below = ids.iter().skip(1).filter_map(|&id| judged.by_id(id));
        let mut below = below.filter(|item| matches!(item.kind(), ItemKind::Layer | ItemKind::Chain));
        if let Some(other) = below.find(|item| !is_of_file_system(item)) {
            let message = format!(
                "{} claims handles of the file system (XP1_IFS_HANDLES), and runs over {}, which gives none",
                chain.named(),
                other.named()
            );
            found.push(
                Finding::new(RULE.code, Severity::Error, message, at)
                    .label(other.field_at(Field::ServiceFlags1), "the bit 0x20000 is clear here")
                    .help("a handle that passed through it is not the system's: clear the bit in the chain"),
            );
        }
    }
}

fn is_of_file_system(item: &Item) -> bool {
    item.info.offers(&Services::IFS_HANDLES)
}
