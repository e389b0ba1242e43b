//! # What it finds
//! A provider that no entry uses.
//!
//! # Why it matters
//! Either the provider remains from entries that were removed, or an entry that should use it names another provider,
//! and its implementation is not the one that its author intended.
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
//! ```

use crate::catalog::Severity;
use crate::catalog::entry::ProviderIndex;
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("unused-provider", Severity::Warning, include_str!("unused_provider.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let mut used = vec![false; registry.providers().len()];
    for entry in registry.entries() {
        if let Some(used) = used.get_mut(registry.entry_at(entry.index()).provider.0 as usize) {
            *used = true;
        }
    }
    for (at, _) in used.into_iter().enumerate().filter(|(_, used)| !used) {
        let provider = registry.provider_at(ProviderIndex(at as u32));
        lints.found(format!("no entry uses provider `{}`", provider.name), provider.at, |finding| finding);
    }
}
