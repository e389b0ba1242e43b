//! # What it finds
//! A layer that no chain names. Disabled chains count as chains.
//!
//! # Why it matters
//! A layer alone never answers a request, so a layer without a chain has no effect, whatever its configuration. If the
//! layer is intended to protect traffic, that protection is missing. Interrupted installers leave such layers too.
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
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//! ```

use crate::catalog::{EntryKind, Severity};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("unchained-layer", Severity::Warning, include_str!("unchained_layer.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let layers = registry.entries().filter(|entry| entry.kind() == EntryKind::Layer && !entry.is_disabled());
    for layer in layers.filter(|layer| registry.graph().users(layer.index()).is_empty()) {
        let message = format!("no chain uses layer `{}`", layer.name());
        lints.found(message, registry.entry_at(layer.index()).at, |finding| {
            finding.help("put it into a chain, or disable it")
        });
    }
}
