//! Writes policy, tests and guarantees.

use super::entries::{Unit, called};
use crate::catalog::writing::{facts, words};
use crate::catalog::{Claim, EntryDemand, Outcome, TestRequest};
use crate::registry::Registry;
use crate::terms::{Family, Services};
use crate::text::{Page, Table, inline, list, string};

pub(super) fn policy(page: &mut Page, registry: &Registry) {
    page.section("Policy", registry.applications().len() > 0);
    for (name, application) in registry.policy_sections() {
        let mut table = Table::new(&["application", name]);
        let policy = &application.policy;
        for (key, services) in [("require", &policy.require), ("prohibit", &policy.prohibit)] {
            table.names(key, services.iter().collect());
        }
        if let Some(permit) = policy.permit {
            super::names(&mut table, "permit", permit.to_names().iter().map(String::as_str));
        }
        if let Some(winsock) = &application.winsock {
            table.scalar("winsock", facts::application(winsock));
        }
        page.table(&table);
    }
}

pub(super) fn tests(page: &mut Page, registry: &Registry) {
    page.section("Tests", !registry.expectations().is_empty());
    for expectation in registry.expectations() {
        let mut table = Table::further("expect");
        table.scalar("request", request(registry, &expectation.request));
        match &expectation.outcome {
            Outcome::Entry(index) => table.scalar("entry", string(registry.name_at(*index))),
            Outcome::Error(code) => table.scalar("error", string(code.as_str())),
        }
        page.table(&table);
    }
}

pub(super) fn guarantees(page: &mut Page, registry: &Registry, units: &[Unit]) {
    page.section("Guarantees", !registry.guarantees().is_empty());
    for guarantee in registry.guarantees() {
        let mut table = Table::further("always");
        table.scalar("request", request(registry, &guarantee.request));
        match &guarantee.claim {
            Claim::Services(services) => super::names(&mut table, "services", services.iter()),
            Claim::Never(indices) => table.names("never", called(registry, units, indices)),
            Claim::Refused => table.scalar("refused", true),
        }
        page.table(&table);
    }
}

/// Returns the request of a test or guarantee, on one line.
fn request(registry: &Registry, request: &TestRequest) -> String {
    let scope = registry.scope();
    let TestRequest {
        role,
        family,
        socket_type,
        protocol,
        entry,
        provider,
        require,
        prefer,
        avoid,
        prohibit,
        application,
    } = request;
    let mut keys: Vec<(&str, String)> = Vec::new();
    keys.extend(family.map(|family| ("family", words::family(scope, family))));
    keys.extend(socket_type.map(|socket_type| ("type", words::socket_type(scope, socket_type))));
    let family = family.unwrap_or(Family::UNSPEC);
    keys.extend(protocol.map(|protocol| ("protocol", words::protocol(scope, protocol, family))));
    keys.extend(role.map(|role| ("role", string(role.name()))));
    keys.extend(entry.as_ref().map(|entry| match entry {
        EntryDemand::Name(name) => ("entry", string(name)),
        EntryDemand::Id(id) => ("entry", id.to_string()),
    }));
    keys.extend(provider.as_ref().map(|provider| ("provider", string(provider))));
    let demands = [("require", require), ("prefer", prefer), ("avoid", avoid), ("prohibit", prohibit)];
    let stated = demands.into_iter().filter(|(_, services)| !services.is_empty());
    keys.extend(stated.map(|(key, services)| (key, flat(services))));
    keys.extend(application.as_ref().map(|(name, _)| ("application", string(name))));
    inline(keys.into_iter())
}

fn flat(services: &Services) -> String {
    list(services.iter()).flat()
}
