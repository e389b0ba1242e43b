//! Writes policy, tests and guarantees.

use super::unit::{Unit, called};
use crate::catalog::build::{self, Document};
use crate::catalog::{Claim, EntryDemand, Outcome, TestRequest};
use crate::registry::Registry;

pub(super) fn policy(document: Document, registry: &Registry) -> Document {
    registry.policy_sections().fold(document, |document, (name, section)| {
        let policy = &section.policy;
        let application =
            build::Application::new(name).require(policy.require.clone()).prohibit(policy.prohibit.clone());
        let application = policy.permit.into_iter().fold(application, build::Application::permit);
        document.application(section.winsock.iter().fold(application, |application, winsock| {
            application.winsock(&winsock.path, winsock.arguments.as_deref(), &winsock.key)
        }))
    })
}

pub(super) fn tests(document: Document, registry: &Registry) -> Document {
    registry.expectations().iter().fold(document, |document, expectation| {
        let request = request(&expectation.request);
        document.expect(match &expectation.outcome {
            Outcome::Entry(index) => build::Expect::entry(request, registry.name_at(*index)),
            Outcome::Error(code) => build::Expect::error(request, *code),
        })
    })
}

pub(super) fn guarantees(document: Document, registry: &Registry, units: &[Unit]) -> Document {
    registry.guarantees().iter().fold(document, |document, guarantee| {
        let request = request(&guarantee.request);
        document.always(match &guarantee.claim {
            Claim::Services(services) => build::Always::services(request, services.clone()),
            Claim::Never(indices) => build::Always::never(request, called(registry, units, indices)),
            Claim::Refused => build::Always::refused(request),
        })
    })
}

/// Returns the request of a test or guarantee.
fn request(of: &TestRequest) -> build::Request {
    let demands = build::Request::any()
        .require(of.require.clone())
        .prefer(of.prefer.clone())
        .avoid(of.avoid.clone())
        .prohibit(of.prohibit.clone());
    let request = of.family.into_iter().fold(demands, build::Request::family);
    let request = of.socket_type.into_iter().fold(request, build::Request::socket_type);
    let request = of.protocol.into_iter().fold(request, build::Request::protocol);
    let request = of.role.into_iter().fold(request, build::Request::role);
    let request = of.entry.iter().fold(request, |request, entry| match entry {
        EntryDemand::Name(name) => request.entry(name),
        EntryDemand::Id(id) => request.entry_id(*id),
    });
    let request = of.provider.iter().fold(request, build::Request::provider);
    of.application.iter().fold(request, |request, (name, _)| request.application(name))
}
