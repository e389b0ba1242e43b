//! # What it finds
//! A word beginning with `x-` that nothing in the catalog offers, in a place that refers to services: `needs`,
//! `forbids` and `removes` of a layer, the policy of an application, the request of an `[[expect]]` or `[[always]]`,
//! and the claim of an `[[always]]`. Also a service of any name that the policy of an application requires and that no
//! selectable entry offers.
//!
//! # Why it matters
//! Words with `x-` are not checked against a list, so a mistyped word is a different word: a prohibition of it
//! prohibits nothing, and a requirement of it is never met. A policy that requires a service without any offer excludes
//! its application from every entry.
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
//! services = ["guaranteed-order", "x-internal"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application.billing]
//! prohibit = ["x-internl"]
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
//! services = ["guaranteed-order", "x-internal"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application.billing]
//! prohibit = ["x-internal"]
//! ```

use crate::catalog::entry::Body;
use crate::catalog::{Claim, Severity, TestRequest, nearest};
use crate::check::Lints;
use crate::check::spelling::{Spelling, Within};
use crate::registry::Registry;
use crate::report::Rule;
use crate::terms::Services;

pub(super) const RULE: Rule = Rule::lint("unoffered-service", Severity::Warning, include_str!("unoffered_service.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    // A document that contains only policy is intended to be merged with one that has entries.
    if registry.entries().len() == 0 {
        return;
    }
    let mut asked = Asked { offered: offered(registry), spelling: Spelling::of(registry.sources()), lints };
    for entry in registry.entries() {
        let entry = registry.entry_at(entry.index());
        let Body::Layer(layer) = &entry.body else { continue };
        for (key, services) in [("needs", &layer.needs), ("forbids", &layer.forbids), ("removes", &layer.removes)] {
            asked.about(services, Within::Named("layer", entry.at), key);
        }
    }
    for (name, section) in registry.policy_sections() {
        let within = Within::Named("application", section.at);
        asked.about(&section.policy.prohibit, within, "prohibit");
        asked.required(name, &unmet(registry, &section.policy.require), within);
    }
    for expectation in registry.expectations() {
        asked.about_request(&expectation.request, Within::Request("expect", expectation.at));
    }
    for guarantee in registry.guarantees() {
        asked.about_request(&guarantee.request, Within::Request("always", guarantee.at));
        if let Claim::Services(services) = &guarantee.claim {
            asked.about(services, Within::Element("always", guarantee.at), "services");
        }
    }
}

/// Returns those of the required services of a policy that no selectable entry offers.
pub(in crate::check) fn unmet(registry: &Registry, required: &Services) -> Services {
    let mut unmet = required.clone();
    let mut selectable = registry.selectable();
    while let Some(entry) = selectable.next().filter(|_| !unmet.is_empty()) {
        unmet.remove(entry.services());
    }
    unmet
}

/// Returns those of the words in a request that nothing offers.
pub(in crate::check) fn unoffered(registry: &Registry, asked: &Services) -> Services {
    words(asked).collect::<Services>().difference(&offered(registry))
}

fn words(services: &Services) -> impl Iterator<Item = Services> {
    services.each().filter(|service| service.iter().any(|name| name.starts_with("x-")))
}

/// Returns the services that entries offer or layers add, selectable or not.
fn offered(registry: &Registry) -> Services {
    let mut offered = Services::NONE;
    for entry in registry.entries() {
        match &registry.entry_at(entry.index()).body {
            Body::Base(base) => offered.insert(&base.services),
            Body::Layer(layer) => offered.insert(&layer.adds),
            Body::Chain(chain) => chain.services.iter().for_each(|services| offered.insert(services)),
        }
    }
    offered
}

struct Asked<'a, 'r> {
    offered: Services,
    spelling: Spelling<'r>,
    lints: &'a mut Lints<'r>,
}

impl Asked<'_, '_> {
    fn about_request(&mut self, request: &TestRequest, within: Within) {
        let TestRequest { require, prefer, avoid, prohibit, .. } = request;
        for (key, services) in [("require", require), ("prefer", prefer), ("avoid", avoid), ("prohibit", prohibit)] {
            self.about(services, within, key);
        }
    }

    /// Reports each word of a list that nothing offers.
    fn about(&mut self, asked: &Services, within: Within, key: &str) {
        for word in words(asked).filter(|word| !self.offered.contains(word)) {
            let at = self.spelling.find(within, key, &word.to_string());
            let help = self.meant(&word).unwrap_or_else(|| "let an entry offer it, or take it away".to_owned());
            self.lints.found(format!("nothing offers the service `{word}`"), at, |finding| finding.help(help));
        }
    }

    /// Reports each service that a policy requires and no selectable entry offers.
    fn required(&mut self, application: &str, unmet: &Services, within: Within) {
        for service in unmet.each() {
            let at = self.spelling.find(within, "require", &service.to_string());
            let message =
                format!("no entry that can be selected offers `{service}`, which application `{application}` requires");
            let meant = if self.offered.contains(&service) { None } else { self.meant(&service) };
            let help =
                meant.unwrap_or_else(|| "let an entry offer it; as it is, the application may use none".to_owned());
            self.lints.found(message, at, |finding| finding.help(help));
        }
    }

    /// Returns the offered service that was probably meant.
    fn meant(&self, word: &Services) -> Option<String> {
        let near = nearest(&word.to_string(), self.offered.iter())?;
        Some(format!("did you mean `{near}`?"))
    }
}
