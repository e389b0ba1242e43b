//! # What it finds
//! A chain whose members are there but do not fit together: it begins with another chain where a layer is expected, or
//! it names another chain and goes on below it otherwise than that one does.
//!
//! # Why it matters
//! A chain may run over another: it then names that one, and behind it what stands below that one's layer. Where the
//! two differ, the lower one was installed anew or repaired and the upper one was not, and each layer takes something
//! else for what is below it.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              3
//! Protocol Chain: 1032 : 1031 : 1002
//!
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
//! Entry Type:                         Base Service Provider
//! Description:                        RSVP TCP Service Provider
//! Provider ID:                        {9D60A9E0-337A-11D0-BD88-0000C082E69A}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x22066
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
//! Description:                        Zeta over [Acme over [MSAFD Tcpip [TCP/IP]]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              3
//! Protocol Chain: 1032 : 1031 : 1001
//!
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
//! Entry Type:                         Base Service Provider
//! Description:                        RSVP TCP Service Provider
//! Provider ID:                        {9D60A9E0-337A-11D0-BD88-0000C082E69A}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x22066
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
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              0
//! ```

use super::super::{Field, Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule =
    Rule::lint("winsock-chain-in-chain", Severity::Warning, include_str!("chain_in_chain.rs"));

/// Reports chains whose members exist but do not fit together.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for chain in judged.of_kind(ItemKind::Chain) {
        let ids = chain.info.chain.ids();
        // The last id is the base. A base before it is a fault, which `chains` reports.
        for (at, &id) in ids.iter().enumerate().take(ids.len().saturating_sub(1)) {
            let Some(member) = judged.by_id(id) else { continue };
            let Some(reason) = reason(member, at, ids.get(at + 1..).unwrap_or_default()) else { continue };
            let message = format!("{} names {} as number {}, {reason}", chain.named(), member.named(), at + 1);
            found.push(
                Finding::new(RULE.code, RULE.severity, message, chain.field_at(Field::ChainEntries))
                    .label(member.field_at(Field::ChainLength), "it names this")
                    .help("install the provider of the chain anew, above what is there now"),
            );
        }
    }
}

/// Returns the reason why a member does not belong at this position, counted from 0, above the ids `below`, or `None` if it does.
fn reason(member: &Item, at: usize, below: &[u32]) -> Option<&'static str> {
    match member.kind() {
        ItemKind::Chain if at == 0 => Some("where a layer is expected"),
        // A chain over a chain names the lower chain in place of its top layer, and then the members below that layer.
        ItemKind::Chain if member.info.chain.ids().get(1..) != Some(below) => {
            Some("whose own chain goes on otherwise below")
        }
        _ => None,
    }
}
