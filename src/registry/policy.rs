//! Policy: which entries applications may use, in addition to the demands of a request itself.
//!
//! Policy is test 7 of a request, after the request's own `require` and `prohibit`. The section of the application that asks
//! counts, or else that of `*`. Where neither exists but other applications have sections, no entry passes the test, and the
//! refusal is `no-such-application`, so that a mistyped name never lifts what policy demands. A request that no entry matches is
//! refused for that reason first, whichever application asks.

use super::deciding::Demanded;
use super::{Refusal, Registry};
use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{Policy, nearest};
use crate::terms::{Categories, Role, Services};

/// The section of policy that applies to a request.
#[derive(Copy, Clone)]
pub(super) struct Applied<'r> {
    /// The name of the section: that of an application, or `*`.
    pub name: &'r str,
    pub policy: &'r Policy,
}

/// The policy that governs the requests of an application.
#[derive(Copy, Clone)]
pub(super) enum Governed<'r> {
    /// No policy: there are no sections, or the request names no application and there is no `*`.
    Free,
    /// A section.
    By(Applied<'r>),
    /// The application has no section, others have one, and there is no `*`: it may use no entry.
    Unknown,
}

impl<'r> Governed<'r> {
    /// Returns the section, or `None` where no section applies.
    pub fn applied(self) -> Option<Applied<'r>> {
        match self {
            Governed::By(applied) => Some(applied),
            Governed::Free | Governed::Unknown => None,
        }
    }

    /// Returns whether both permit the same entries.
    pub fn is_like(self, other: Governed<'_>) -> bool {
        match (self, other) {
            (Governed::Free, Governed::Free) | (Governed::Unknown, Governed::Unknown) => true,
            (Governed::By(one), Governed::By(other)) => one.policy == other.policy,
            _ => false,
        }
    }
}

/// The reasons why an application may not use an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Objection {
    pub lacking: Services,
    pub prohibited: Services,
    /// The first layer, from the top, that `permit` excludes.
    pub layer: Option<EntryIndex>,
}

/// The most names that are searched for one that may have been meant. A refusal is not worth more time.
const LOOKS: usize = 1_000;

impl Registry {
    /// Returns the policy that governs an application: its own section, or else that of `*`.
    pub(super) fn policy(&self, application: Option<&str>) -> Governed<'_> {
        let sections = &self.stated().applications;
        let own = application.and_then(|name| sections.get_key_value(name));
        match own.or_else(|| sections.get_key_value("*")) {
            Some((name, section)) => Governed::By(Applied { name, policy: &section.policy }),
            None if application.is_some() && !sections.is_empty() => Governed::Unknown,
            None => Governed::Free,
        }
    }

    /// Returns whether an application without a section of its own is refused.
    pub(super) fn refuses_unknown_applications(&self) -> bool {
        matches!(self.policy(Some("*")), Governed::Unknown)
    }

    /// Returns whether a section applies to requests that name no application.
    #[inline]
    pub(super) fn has_policy(&self) -> bool {
        self.inner.has_policy
    }

    /// Returns whether the policy that governs an application permits an entry.
    pub(super) fn lets(&self, governed: Governed<'_>, role: Role, index: EntryIndex) -> bool {
        match governed {
            Governed::Free => true,
            Governed::By(applied) => self.permits(applied.policy, role, index),
            Governed::Unknown => false,
        }
    }

    pub(crate) fn permits(&self, policy: &Policy, role: Role, index: EntryIndex) -> bool {
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

    /// Returns whether `permit` permits the categories of each layer of a selectable entry.
    pub(crate) fn permits_layers(&self, permit: Categories, index: EntryIndex) -> bool {
        self.first_not_permitted(permit, index).is_none()
    }

    /// Returns the first layer of the stack that is not permitted. Base protocols always are.
    pub(super) fn first_not_permitted(&self, permit: Categories, index: EntryIndex) -> Option<EntryIndex> {
        self.stack(index).layers().iter().copied().find(|&layer| !permit.permits(self.categories(layer)))
    }

    pub(super) fn categories(&self, layer: EntryIndex) -> Categories {
        match &self.entry_at(layer).body {
            Body::Layer(layer) => layer.categories,
            Body::Base(_) | Body::Chain(_) => Categories::empty(),
        }
    }

    /// Returns the refusal of an application that may use none of some entries. There must be at least one entry.
    pub(super) fn not_permitted(
        &self,
        applied: Applied<'_>,
        role: Role,
        matches: impl Iterator<Item = EntryIndex> + Clone,
    ) -> Refusal {
        let Policy { require, prohibit, permit } = applied.policy;
        let deciding = self.deciding(Demanded { require, prohibit, permit: *permit, role }, matches);
        let not_permitted =
            deciding.layer.map(|layer| Box::new((self.name_at(layer).to_owned(), self.categories(layer))));
        Refusal::NotPermitted {
            application: applied.name.to_owned(),
            lacking: deciding.lacking,
            prohibited: deciding.prohibited,
            not_permitted,
            jointly: deciding.jointly,
        }
    }

    /// Returns the refusal of an application that may use no entry at all under a policy, or `None` where an entry is permitted
    /// or the registry has none.
    pub(crate) fn bars_all(&self, application: &str, policy: &Policy) -> Option<Refusal> {
        let all = self.stated().order.iter().copied();
        let is_permitted = |index| Role::ALL.into_iter().any(|role| self.permits(policy, role, index));
        let is_barred = all.len() > 0 && !all.clone().any(is_permitted);
        is_barred.then(|| self.not_permitted(Applied { name: application, policy }, Role::Connect, all))
    }

    pub(super) fn no_such_application(&self, name: &str) -> Refusal {
        Refusal::NoSuchApplication { application: name.to_owned(), nearest: self.nearest_application(name) }
    }

    /// Returns the application with a section whose name is nearest to one that has none.
    pub(crate) fn nearest_application(&self, name: &str) -> Option<String> {
        nearest(name, self.applications().filter(|known| *known != "*").take(LOOKS))
    }
}
