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

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule = Rule {
    code: "winsock-ifs-handles",
    severity: Severity::Warning,
    source: include_str!("ifs_handles.rs"),
    look: Look::Winsock,
};
