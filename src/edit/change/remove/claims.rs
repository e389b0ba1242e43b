//! Finds the tests and guarantees that need a removed definition.

use super::asked::{APPLICATION, FAMILY, PROVIDER};
use super::plan::{Need, Plan};
use crate::catalog::raw::{At, RawClaim, RawEntryDemand, RawOutcome, RawRequest, Word};
use crate::catalog::{FileId, Span};
use crate::edit::consequence::Effect;
use crate::registry::Registry;
use crate::terms::{ErrorCode, Family};
use uuid::Uuid;

/// The tests and guarantees to be removed, by document, in the order of their places.
#[derive(Default)]
pub(super) struct Claims {
    /// Each `[[expect]]`, by its index in the document.
    pub expectations: Vec<(FileId, usize)>,
    /// Each `[[always]]`, by its index in the document.
    pub guarantees: Vec<(FileId, usize)>,
    /// Each name in the `never` of a guarantee that stays, by the index of the guarantee and the index in the list.
    pub never: Vec<(FileId, usize, usize)>,
}

/// A removed name, and the requested name that caused its removal.
type Gone = (String, String);

impl Claims {
    /// Finds the tests and guarantees that need a removed definition. Returns them also as dependents of the definition.
    pub fn of(plan: &Plan<'_>, registry: &Registry) -> (Claims, Vec<Need>) {
        let (mut claims, mut needs) = (Claims::default(), Vec::new());
        let mut need = |what, (name, root): Gone, at, effect| needs.push(Need { what, name, at, effect, root });
        for document in &plan.statements().documents {
            for (number, test) in document.expectations.iter().enumerate() {
                let of_outcome = match &test.outcome {
                    RawOutcome::Entry(name) => gone(plan, name),
                    RawOutcome::Error(_) => None,
                };
                // A test that expects no such entry stays true.
                let expects_absence =
                    matches!(&test.outcome, RawOutcome::Error(code) if code.value == ErrorCode::NoSuchEntry);
                let of_request = || gone_in_request(plan, &test.request, registry, !expects_absence);
                if let Some(gone) = of_outcome.or_else(of_request) {
                    claims.expectations.push((document.file, number));
                    need("expect", gone, test.at, Effect::Removed);
                }
            }
            for (number, guarantee) in document.guarantees.iter().enumerate() {
                if let Some(gone) = gone_in_request(plan, &guarantee.request, registry, true) {
                    claims.guarantees.push((document.file, number));
                    need("always", gone, guarantee.at, Effect::Removed);
                    continue;
                }
                let RawClaim::Never(names) = &guarantee.claim else { continue };
                let gone: Vec<(usize, Span, Gone)> =
                    names.iter().enumerate().filter_map(|(at, name)| Some((at, name.at, gone(plan, name)?))).collect();
                let Some((_, _, first)) = gone.first() else { continue };
                if gone.len() == names.len() {
                    claims.guarantees.push((document.file, number));
                    need("always", first.clone(), guarantee.at, Effect::Removed);
                    continue;
                }
                for (at, span, gone) in gone {
                    claims.never.push((document.file, number, at));
                    need("always", gone, span, Effect::Shortened);
                }
            }
        }
        (claims, needs)
    }
}

fn gone(plan: &Plan<'_>, name: &At<String>) -> Option<Gone> {
    Some((name.value.clone(), plan.root(&name.value)?.clone()))
}

/// Returns the removed name that a request uses. An entry's name counts only if `names_count` is set.
fn gone_in_request(plan: &Plan<'_>, request: &RawRequest, registry: &Registry, names_count: bool) -> Option<Gone> {
    let named = |name: &str| Some((name.to_owned(), plan.root(name)?.clone()));
    let entry = request.entry.as_ref().and_then(|entry| match &entry.value {
        RawEntryDemand::Name(name) => named(name).filter(|_| names_count),
        RawEntryDemand::Id(id) => named(registry.entry_by_id(*id)?.name()),
    });
    let section = |kind: &'static str, name: &str| {
        let root = plan.asked.sections.get(&(kind, name.to_owned()))?;
        Some((name.to_owned(), root.clone()))
    };
    let provider = || {
        let name = request.provider.as_ref()?.value.as_str();
        // A request may name the provider by its GUID.
        let id = Uuid::parse_str(name).ok();
        let by_id = id.and_then(|id| registry.providers().find(|provider| provider.id() == Some(id)));
        let name = by_id.map_or(name, |provider| provider.name());
        let idle = plan.idle_providers.iter().find(|provider| provider.name == name);
        section(PROVIDER, name).or_else(|| idle.map(|idle| (name.to_owned(), idle.root.clone())))
    };
    let application = || section(APPLICATION, &request.application.as_ref()?.value);
    let family = || match &request.family.as_ref()?.value {
        Word::Name(name) if Family::from_name(name).is_none() => section(FAMILY, name),
        _ => None,
    };
    entry.or_else(provider).or_else(application).or_else(family)
}
