//! # What it finds
//! A section of policy that no entry passes: it requires and prohibits the same service, or each demand is met by some
//! entry but no entry meets all of them. A service that no entry offers is reported as `unoffered-service`.
//!
//! # Why it matters
//! Every request of the application is refused. This is rarely intended, and is noticed only when the application runs.
//! If it is intended, state it with a guarantee: `[[always]]` with `request = { application = "NAME" }` and `refused =
//! true`.
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
//! [application.billing]
//! require = ["guaranteed-order"]
//! prohibit = ["guaranteed-order"]
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
//! [application.billing]
//! require = ["guaranteed-order"]
//! ```

use super::unoffered_service::unmet;
use crate::catalog::{Application, Claim, Policy, Severity, TestRequest, quoted};
use crate::check::Lints;
use crate::check::spelling::{Spelling, Within};
use crate::registry::{Refusal, Registry};
use crate::report::Rule;
use crate::terms::Services;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule::lint("unmeetable-policy", Severity::Warning, include_str!("unmeetable_policy.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let mut spelling = Spelling::of(registry.sources());
    // Many applications can have the same policy, so each policy is judged once.
    let mut known: HashMap<&Policy, Option<Refusal>> = HashMap::new();
    for (name, Application { policy, at, .. }) in registry.policy_sections() {
        let both = policy.require.intersection(&policy.prohibit);
        let barred = known.entry(policy).or_insert_with(|| barring(registry, name, policy));
        if barred.is_none() && both.is_empty() || is_meant(registry, name) {
            continue;
        }
        if both.is_empty() {
            let Some(why) = barred.as_ref().map(Refusal::of_every_entry) else { continue };
            lints.found(format!("no entry passes the policy of application `{name}`"), *at, |finding| {
                finding.help(format!("{why}; as it is, the application may use nothing"))
            });
            continue;
        }
        let words: Vec<&str> = both.iter().collect();
        let within = Within::Named("application", *at);
        let [required, prohibited] = ["require", "prohibit"].map(|key| spelling.find(within, key, words[0]));
        let message = format!("application `{name}` requires and prohibits {}", quoted(&words));
        lints.found(message, prohibited, |finding| {
            finding
                .label(required, "required here")
                .help("take one of them away; as it is, the application may use nothing")
        });
    }
}

/// Returns the refusal of a policy that no entry passes, unless it requires a service that no selectable entry offers.
fn barring(registry: &Registry, name: &str, policy: &Policy) -> Option<Refusal> {
    let refusal = registry.bars_all(name, policy)?;
    unmet(registry, &policy.require).is_empty().then_some(refusal)
}

/// Returns whether a guarantee states that every request of an application is refused.
fn is_meant(registry: &Registry, name: &str) -> bool {
    registry.guarantees().iter().any(|guarantee| {
        let TestRequest { family, socket_type, protocol, entry, provider, application, .. } = &guarantee.request;
        let TestRequest { require, prefer, avoid, prohibit, .. } = &guarantee.request;
        let speaks_of_all = family.is_none() && socket_type.is_none() && protocol.is_none();
        let names_nothing = entry.is_none() && provider.is_none();
        let demands_nothing = [require, prefer, avoid, prohibit].into_iter().all(Services::is_empty);
        let of_it = application.as_ref().is_none_or(|(application, _)| application == name);
        matches!(guarantee.claim, Claim::Refused) && speaks_of_all && names_nothing && demands_nothing && of_it
    })
}
