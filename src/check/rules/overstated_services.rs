//! # What it finds
//! A chain that states services of protection (`encrypted`, `authenticated`) which do not follow from its base and its layers.
//!
//! # Why it matters
//! What a chain states is taken at its word: a request that requires `encrypted` may get it, and a guarantee holds by it. If no
//! layer encrypts, everything that relies on the word is deceived.
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
    // Where all modules are known, stating more than they give is a fault.
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
