//! # What it finds
//! An `[[always]]` that does not hold: the answer to some request within its scope contradicts it. The finding shows
//! one such request.
//!
//! # Why it matters
//! A guarantee holds for every request within its scope, whatever the other fields of the request are, including
//! requests that name an entry and requests that nobody has thought of. It is proved for all of them and not tested on
//! samples. If it is broken, a program can get less than the catalog promises.
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
