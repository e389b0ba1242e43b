//! # What it finds
//! An item of a Winsock catalog that the source states only in part: a netsh block that is cut off, a line of `instlsp -p`,
//! or a mark such as `[...]` for omitted text.
//!
//! # Why it matters
//! Missing facts are never guessed. A chain whose base protocol is not stated can be neither checked nor written back. Logs
//! in support requests are often cut in this way. Ask for the whole output or, better, for the registry export, which also
//! contains the fields that netsh does not print.
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

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("winsock-gap", include_str!("gap.rs"));
