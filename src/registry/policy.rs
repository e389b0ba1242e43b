//! Policy: what applications may use, added to what a request itself demands.

use super::{Refusal, Registry};
use crate::catalog::Policy;
use crate::catalog::entry::{Body, EntryIndex};
use crate::terms::{Categories, Role, Services};

/// The section that applies to a request.
#[derive(Copy, Clone)]
pub(super) struct Applied<'r> {
    /// Its name: an application's, or `*`.
    pub name: &'r str,
    pub policy: &'r Policy,
}

/// What keeps an entry from an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Objection {
    pub lacking: Services,
    pub prohibited: Services,
    /// The first layer, from the top, that `permit` keeps out.
    pub layer: Option<EntryIndex>,
}

impl Registry {
    /// The section of the application that asks, else that of `*`, else none.
    pub(super) fn policy(&self, application: Option<&str>) -> Option<Applied<'_>> {
        let sections = &self.inner.applications;
        let own = application.and_then(|name| sections.get_key_value(name));
        let (name, section) = own.or_else(|| sections.get_key_value("*"))?;
        Some(Applied { name, policy: &section.policy })
    }

    /// Whether a section applies to requests that name no application.
    #[inline]
    pub(super) fn has_policy(&self) -> bool {
        self.inner.has_policy
    }

    pub(super) fn permits(&self, policy: &Policy, role: Role, index: EntryIndex) -> bool {
        let services = self.stack(index).services(role);
        services.contains(&policy.require)
            && !services.intersects(&policy.prohibit)
            && policy.permit.is_none_or(|permit| self.first_not_permitted(permit, index).is_none())
    }

    pub(super) fn objection(&self, policy: &Policy, role: Role, index: EntryIndex) -> Objection {
        let services = self.stack(index).services(role);
        Objection {
            lacking: policy.require.difference(services),
            prohibited: policy.prohibit.intersection(services),
            layer: policy.permit.and_then(|permit| self.first_not_permitted(permit, index)),
        }
    }

    /// Whether each layer of a selectable entry has categories that `permit` lets in.
    pub(crate) fn permits_layers(&self, permit: Categories, index: EntryIndex) -> bool {
        self.first_not_permitted(permit, index).is_none()
    }

    /// The first layer of the stack that is not permitted. Base protocols always are.
    fn first_not_permitted(&self, permit: Categories, index: EntryIndex) -> Option<EntryIndex> {
        self.stack(index).layers().iter().copied().find(|&layer| !permit.permits(self.categories(layer)))
    }

    pub(super) fn categories(&self, layer: EntryIndex) -> Categories {
        match &self.entry_at(layer).body {
            Body::Layer(layer) => layer.categories,
            Body::Base(_) | Body::Chain(_) => Categories::empty(),
        }
    }

    pub(super) fn not_permitted(&self, applied: Applied<'_>, role: Role, index: EntryIndex) -> Refusal {
        let Objection { lacking, prohibited, layer } = self.objection(applied.policy, role, index);
        let not_permitted = layer.map(|layer| (self.name_at(layer).to_owned(), self.categories(layer)));
        Refusal::NotPermitted { application: applied.name.to_owned(), lacking, prohibited, not_permitted }
    }
}
