//! # What it finds
//! A chain without `XP1_IFS_HANDLES` (0x20000) over a base protocol that has it. As an error: a chain that claims it
//! and runs over a layer or chain, below its own layer, that does not have it.
//!
//! # Why it matters
//! Sockets of such a chain are no handles of the file system. Programs that use `ReadFile` and `WriteFile`, completion
//! ports or the polling that Rust's, Go's and Python's event loops are built on hang or fail: Lavasoft's and ASProxy's
//! layers (flags 0x66) were found that way.
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
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x66
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
