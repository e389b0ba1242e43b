//! # What it finds
//! Fields of one item that contradict one another: a plane for multipoint without `XP1_SUPPORT_MULTIPOINT`,
//! `XP1_CONNECTIONLESS` on a stream, a byte order that is none, protocols beyond the largest number, addresses that are
//! longer at least than at most. As an error: `XP1_UNI_SEND` with `XP1_UNI_RECV`. As a note: messages whose size is 0,
//! as VMware's are.
//!
//! # Why it matters
//! Programs choose by these flags. What is set without sense was written by an installer that did not know, or by a
//! hand that slipped.
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
//! Service Flags:                      0x20866
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
//! ```

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule =
    Rule { code: "winsock-flags", severity: Severity::Warning, source: include_str!("flags.rs"), look: Look::Winsock };
