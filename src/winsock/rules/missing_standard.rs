//! # What it finds
//! A set that lacks TCP, UDP or RAW of IPv4 or IPv6 as Windows installs them. They are known by the GUIDs of their
//! providers and by their numbers, since their names are indirect strings. Excerpts are not judged.
//!
//! # Why it matters
//! Without them no program gets a socket of that kind, or only one of somebody else's. They get lost when malware is
//! removed together with the items that it had changed. The examples of other rules leave them out.
//!
//! # Example
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
//! Description:                        MSAFD Tcpip [UDP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
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
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IPv6]
//! Provider ID:                        {F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1004
//! Version:                            2
//! Address Family:                     23
//! Max Address Length:                 28
//! Min Address Length:                 28
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [RAW/IPv6]
//! Provider ID:                        {F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1006
//! Version:                            2
//! Address Family:                     23
//! Max Address Length:                 28
//! Min Address Length:                 28
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
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
//! Description:                        MSAFD Tcpip [UDP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1002
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
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
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IPv6]
//! Provider ID:                        {F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1004
//! Version:                            2
//! Address Family:                     23
//! Max Address Length:                 28
//! Min Address Length:                 28
//! Socket Type:                        1
//! Protocol:                           6
//! Service Flags:                      0x20066
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [UDP/IPv6]
//! Provider ID:                        {F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1005
//! Version:                            2
//! Address Family:                     23
//! Max Address Length:                 28
//! Min Address Length:                 28
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [RAW/IPv6]
//! Provider ID:                        {F9EAB0C0-26D4-11D0-BBBF-00AA006C34E4}
//! Provider Path:                      %SystemRoot%\system32\mswsock.dll
//! Catalog Entry ID:                   1006
//! Version:                            2
//! Address Family:                     23
//! Max Address Length:                 28
//! Min Address Length:                 28
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              1
//! ```

use super::super::standard::StandardItem;
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use std::collections::HashSet;

pub(super) const RULE: Rule =
    Rule::lint("winsock-missing-standard", Severity::Warning, include_str!("missing_standard.rs"));

/// Reports the essential items that are missing. They are recognised by their GUIDs and numbers, because their names are indirect
/// strings or depend on the language.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let there: HashSet<&str> =
        judged.set.items.iter().filter_map(|item| StandardItem::of(&item.info)).map(|item| item.name).collect();
    let missing = StandardItem::all().filter(|item| item.is_essential && !there.contains(item.name));
    let missing: Vec<String> = missing
        .map(|item| {
            let (family, socket_type, protocol) = item.triple;
            format!("`{}` (family {family}, type {socket_type}, protocol {protocol})", item.name)
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("{} lacks what every Windows has: {}", judged.name(), missing.join(", "));
    found.push(
        Finding::new(RULE.code, RULE.severity, message, judged.set.at)
            .help("`sockatlas winsock repair` restores them, and `netsh winsock reset` on the machine itself"),
    );
}
