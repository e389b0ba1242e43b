//! # What it finds
//! A layer whose chains run over one socket type of an address family and not over another that a base protocol has:
//! over TCP, say, and not over UDP or RAW.
//!
//! # Why it matters
//! What the layer is there for holds for a part of the traffic, and a `select()` over sockets of two providers fails,
//! as the notes to Microsoft's own sample say.
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
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [UDP/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1032
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        2
//! Protocol:                           17
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1002
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
    code: "winsock-partial-coverage",
    severity: Severity::Warning,
    source: include_str!("partial_coverage.rs"),
    look: Look::Winsock,
};
