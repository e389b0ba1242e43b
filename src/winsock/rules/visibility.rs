//! # What it finds
//! A layer that is not hidden, or a chain that is hidden (`PFL_HIDDEN`, 0x4 in `dwProviderFlags`). The rule applies only if
//! the source states the flags; netsh does not print them.
//!
//! # Why it matters
//! Hidden items are not enumerated for programs. A program that opens each enumerated item fails at a layer, of which no
//! socket can be made, and never finds a hidden chain.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!       provider flags  matches-protocol-zero (0x8)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!       provider flags  none (0x0)
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 3 entries of 64-bit programs; the counter says 3
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!       provider flags  matches-protocol-zero (0x8)
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//!       provider flags  hidden (0x4)
//! ```

use super::super::info::provider_flags::HIDDEN;
use super::super::{Field, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};

pub(super) const RULE: Rule = Rule::lint("winsock-visibility", Severity::Warning, include_str!("visibility.rs"));

/// Reports layers that programs can list, and chains that they cannot.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        let (message, help) = match (item.kind(), item.info.has_provider_flags(HIDDEN)) {
            (ItemKind::Layer, Some(false)) => {
                ("is not hidden (PFL_HIDDEN), though no socket can be made of it", "set the bit 0x4")
            }
            (ItemKind::Chain, Some(true)) => {
                ("is hidden (PFL_HIDDEN), so that programs do not list it", "clear the bit 0x4")
            }
            _ => continue,
        };
        let message = format!("{} {message}", item.named());
        let help = format!("{help} in dwProviderFlags: `sockatlas winsock repair` does");
        found.push(Finding::new(RULE.code, RULE.severity, message, item.field_at(Field::ProviderFlags)).help(help));
    }
}
