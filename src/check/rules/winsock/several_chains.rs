//! # What it finds
//! Several chains for one address family, socket type and protocol, of which none runs over another; the finding shows
//! which one wins.
//!
//! # Why it matters
//! The first in the order gets all traffic, and the others get none unless a program asks for them. Two layers that
//! should both see the traffic must be installed over one another.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Zeta over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1032 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1003
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
//! Entry Type:                         Layered Service Provider
//! Description:                        Acme
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1030
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
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
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//! ```
//!
//! # Mended
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Zeta over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {3EC32CD3-F254-4826-9053-672DC37F0070}
//! Provider Path:                      %SystemRoot%\system32\zeta.dll
//! Catalog Entry ID:                   1033
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              3
//! Protocol Chain: 1032 : 1031 : 1003
//!
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Layered Chain Entry
//! Description:                        Acme over [MSAFD Tcpip [RAW/IP]]
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1031
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              2
//! Protocol Chain: 1030 : 1003
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
//! Entry Type:                         Layered Service Provider
//! Description:                        Acme
//! Provider ID:                        {2B611370-2190-4059-9AF8-5BC0F58FB742}
//! Provider Path:                      %SystemRoot%\system32\acme.dll
//! Catalog Entry ID:                   1030
//! Version:                            2
//! Address Family:                     2
//! Max Address Length:                 16
//! Min Address Length:                 16
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
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
//! Socket Type:                        3
//! Protocol:                           0
//! Service Flags:                      0x20609
//! Protocol Chain Length:              0
//! ```

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule = Rule {
    code: "winsock-several-chains",
    severity: Severity::Note,
    source: include_str!("several_chains.rs"),
    look: Look::Winsock,
};
