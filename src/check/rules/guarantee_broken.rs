//! # What it finds
//! An `[[always]]` that does not hold: some request that it speaks of is answered against it. The finding shows one.
//!
//! # Why it matters
//! A guarantee says what is so for every request that fits, whatever its other fields are: also for one that names an entry, and
//! for those that nobody has thought of yet. It is proved over all of them, not tried on some. When it breaks, a program can
//! get less than the catalog promises.
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
//! services = ["guaranteed-order"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application.billing]
//! prohibit = ["proxied"]
//!
//! [[always]]
//! request = { application = "billing" }
//! services = ["guaranteed-order"]
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
//! services = ["guaranteed-order"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application.billing]
//! prohibit = ["proxied"]
//! require = ["guaranteed-order"]
//!
//! [[always]]
//! request = { application = "billing" }
//! services = ["guaranteed-order"]
//! ```

use crate::catalog::{Claim, Severity, quoted};
use crate::check::Lints;
use crate::registry::{Leak, Proof, Registry};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("guarantee-broken", Severity::Error, include_str!("guarantee_broken.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for (guarantee, proof) in registry.guarantees().iter().zip(lints.proofs) {
        let Proof::Broken(leak) = proof else { continue };
        let Leak { request, selected } = &**leak;
        let entry = registry.at(*selected);
        let message = format!(
            "the request `{}` selects `{}`, {}",
            registry.request_text(request),
            entry.name(),
            against(registry, &guarantee.claim, entry.services())
        );
        lints.found(message, guarantee.at, |finding| {
            finding.label(registry.entry_at(*selected).at, format!("`{}` is declared here", entry.name()))
        });
    }
}

fn against(registry: &Registry, claim: &Claim, offered: &crate::terms::Services) -> String {
    match claim {
        Claim::Services(services) => format!("which does not offer {}", services.difference(offered)),
        Claim::Never(entries) => {
            let names: Vec<&str> = entries.iter().map(|&entry| registry.at(entry).name()).collect();
            format!("against never {}", quoted(&names))
        }
        Claim::Refused => "and should be refused".to_owned(),
    }
}
