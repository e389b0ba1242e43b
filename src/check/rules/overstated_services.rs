//! # What it finds
//! A chain that states protection services (`encrypted`, `authenticated`) that do not follow from its base and its
//! layers.
//!
//! # Why it matters
//! The statement of a chain is trusted: a request that requires `encrypted` can get the chain, and guarantees rely on
//! it. If no layer encrypts, everything that relies on the statement is wrong.
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
//! [provider.meter]
//!
//! [layer.meter]
//! provider = "meter"
//! adds = ["metered"]
//!
//! [chain.secure]
//! layers = ["meter"]
//! base = "tcp4"
//! services = ["metered", "encrypted"]
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
//! [provider.meter]
//!
//! [layer.meter]
//! provider = "meter"
//! adds = ["metered"]
//!
//! [chain.secure]
//! layers = ["meter"]
//! base = "tcp4"
//! services = ["metered"]
//! ```

use crate::catalog::Severity;
use crate::check::Lints;
use crate::report::Rule;
use crate::terms::Services;

pub(super) const RULE: Rule =
    Rule::lint("overstated-services", Severity::Warning, include_str!("overstated_services.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let protection = Services::ENCRYPTED | Services::AUTHENTICATED;
    // If all modules are known, a statement beyond their services is a fault.
    let unknown = registry.selectable().filter(|entry| !registry.stack(entry.index()).is_known());
    for chain in unknown {
        let overstated =
            chain.services().difference(&registry.computed_services(chain.index())).intersection(&protection);
        if !overstated.is_empty() {
            let message =
                format!("chain `{}` states {overstated}, which its base and its layers do not give", chain.name());
            lints.found(message, registry.entry_at(chain.index()).at, |finding| finding);
        }
    }
}
