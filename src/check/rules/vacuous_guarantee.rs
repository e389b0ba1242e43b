//! # What it finds
//! An `[[always]]` that cannot be broken: it claims only what its own request requires, or it makes a claim about
//! selected entries although no request within its scope is answered.
//!
//! # Why it matters
//! A guarantee that claims nothing looks like a proved one. It does not count as proved, and nobody can rely on it. If
//! every request is to be refused, state `refused = true`, which is a claim.
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
//! [[always]]
//! request = { family = "inet", type = "dgram" }
//! services = ["encrypted"]
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
//! [[always]]
//! request = { family = "inet", type = "dgram" }
//! refused = true
//! ```

use super::unoffered_service::unoffered;
use crate::catalog::{Claim, Guarantee, Severity};
use crate::check::Lints;
use crate::registry::{Proof, Registry, Vacuity};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("vacuous-guarantee", Severity::Warning, include_str!("vacuous_guarantee.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for (guarantee, proof) in registry.guarantees().iter().zip(lints.proofs) {
        let (message, help) = match proof {
            // Another rule reports a guarantee about an unknown application.
            Proof::Holds | Proof::Broken(_) | Proof::Vacuous(Vacuity::UnknownApplication) => continue,
            Proof::Vacuous(Vacuity::Demanded) => match &guarantee.claim {
                Claim::Services(services) if services.is_empty() => {
                    ("this guarantee names no service".to_owned(), "name what is always offered".to_owned())
                }
                _ => (
                    "this guarantee claims what its own request requires".to_owned(),
                    "claim something else of what is selected, or require less".to_owned(),
                ),
            },
            Proof::Vacuous(Vacuity::Unanswered(_)) if has_another_cause(registry, guarantee) => continue,
            Proof::Vacuous(Vacuity::Unanswered(nearest)) => {
                let why = nearest.as_ref().map(|(index, refusal)| {
                    format!("not even for `{}`: {}; ", registry.at(*index).name(), registry.refusal_text(refusal))
                });
                (
                    "no request that this guarantee speaks of is answered, so it claims nothing".to_owned(),
                    format!("{}where that is meant, claim `refused = true`", why.unwrap_or_default()),
                )
            }
        };
        lints.found(message, guarantee.at, |finding| finding.help(help));
    }
}

/// Returns whether the reason that no request is answered is reported elsewhere.
fn has_another_cause(registry: &Registry, guarantee: &Guarantee) -> bool {
    let request = &guarantee.request;
    let section = request.application.as_ref().and_then(|(name, _)| registry.sections().get_key_value(name));
    let is_barred = section.is_some_and(|(name, section)| registry.bars_all(name, &section.policy).is_some());
    is_barred || !unoffered(registry, &request.require).is_empty() || registry.selectable().len() == 0
}
