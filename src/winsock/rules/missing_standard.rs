//! # What it finds
//! A set without one of the standard base protocols: TCP, UDP and RAW over IPv4 and IPv6, as Windows installs them. They are
//! recognised by the GUIDs of their providers and by their numbers, because their names are indirect strings. Excerpts are
//! not checked.
//!
//! # Why it matters
//! Without such an item, programs get no socket of that kind, or only one of another provider. Standard items are often lost
//! when malware is removed together with the items that it had changed. The examples of other rules omit standard items.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 5 entries of 64-bit programs; the counter says 5
//!   1001  MSAFD Tcpip [TCP/IP]
//!       request         inet (2), stream (1), tcp (6)
//!   1002  MSAFD Tcpip [UDP/IP]
//!       request         inet (2), dgram (2), udp (17)
//!   1003  MSAFD Tcpip [RAW/IP]
//!       request         inet (2), raw (3), 0 to 255
//!   1004  MSAFD Tcpip [TCP/IPv6]
//!       request         inet6 (23), stream (1), tcp (6)
//!   1006  MSAFD Tcpip [RAW/IPv6]
//!       request         inet6 (23), raw (3), 0 to 255
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 6 entries of 64-bit programs; the counter says 6
//!   1001  MSAFD Tcpip [TCP/IP]
//!       request         inet (2), stream (1), tcp (6)
//!   1002  MSAFD Tcpip [UDP/IP]
//!       request         inet (2), dgram (2), udp (17)
//!   1003  MSAFD Tcpip [RAW/IP]
//!       request         inet (2), raw (3), 0 to 255
//!   1004  MSAFD Tcpip [TCP/IPv6]
//!       request         inet6 (23), stream (1), tcp (6)
//!   1005  MSAFD Tcpip [UDP/IPv6]
//!       request         inet6 (23), dgram (2), udp (17)
//!   1006  MSAFD Tcpip [RAW/IPv6]
//!       request         inet6 (23), raw (3), 0 to 255
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
