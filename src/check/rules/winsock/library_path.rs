//! # What it finds
//! An item without a library, or whose library is named without a folder and without a variable such as `%SystemRoot%`;
//! and an item of a known provider whose library is not the one of that provider, wherever it lies. With
//! `--windows-root` also: a library that is not there.
//!
//! # Why it matters
//! A library that is not there breaks every socket made of the item (10106). One without a folder is looked for along
//! the search path, where another may be found first: ZeroAccess got itself loaded into every program by making
//! `mswsock.dll` of `%SystemRoot%\system32\mswsock.dll`. Another library under the GUID of one of Microsoft's providers is
//! loaded into every program just as well, all the more where all items of the provider agree on it.
//!
//! # Example
//! ```netsh
//! Winsock Catalog Provider Entry
//! ------------------------------------------------------
//! Entry Type:                         Base Service Provider
//! Description:                        MSAFD Tcpip [TCP/IP]
//! Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}
//! Provider Path:                      mswsock.dll
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

pub(in crate::check) const RULE: Rule = Rule {
    code: "winsock-library-path",
    severity: Severity::Error,
    source: include_str!("library_path.rs"),
    look: Look::Winsock,
};
