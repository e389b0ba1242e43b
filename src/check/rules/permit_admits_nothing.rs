//! # What it finds
//! An application whose `permit` no chain satisfies: each chain has a layer without categories, a layer with a category
//! that is not permitted, or a layer without `system` if `system` is permitted. An empty `permit` states explicitly
//! that no chain is wanted and is not reported.
//!
//! # Why it matters
//! Base protocols are always permitted, so the application still gets sockets, but plain ones without any layer. The
//! author of a non-empty `permit` intended to permit some chains.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//! categories = ["crypto-compress"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//!
//! [application.billing]
//! permit = ["proxy"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//! categories = ["crypto-compress"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//!
//! [application.billing]
//! permit = ["crypto-compress"]
//! ```

use crate::catalog::{EntryKind, Severity};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule =
    Rule::lint("permit-admits-nothing", Severity::Warning, include_str!("permit_admits_nothing.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for (name, section) in registry.policy_sections() {
        let Some(permit) = section.policy.permit.filter(|permit| !permit.is_empty()) else { continue };
        let mut chains = registry.selectable().filter(|entry| entry.kind() == EntryKind::Chain);
        if !chains.any(|chain| registry.permits_layers(permit, chain.index())) {
            let message = format!("application `{name}` permits {permit}, which lets no chain in");
            lints.found(message, section.at, |finding| {
                finding.help(
                    "each layer of a chain needs categories, all of which are permitted, and `system` where that is",
                )
            });
        }
    }
}
