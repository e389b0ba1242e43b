//! The answer to a request: the selected entry.

use super::{Demands, EntryRef, Refusal, Registry, Request};
use crate::catalog::entry::EntryIndex;
use crate::terms::{Family, Protocol, Role, Services, SocketType};
use std::sync::Arc;

/// The base protocol or chain that answers a request.
///
/// It borrows the registry and keeps the demands of the request, so that opening it can test them again. [`Selection::keep`]
/// makes it independent of the borrow.
#[derive(Clone)]
pub struct Selection<'r> {
    registry: &'r Registry,
    index: EntryIndex,
    protocol: Protocol,
    role: Role,
    demands: Option<Arc<Demands>>,
}

impl<'r> Selection<'r> {
    #[inline]
    pub(super) fn new(registry: &'r Registry, index: EntryIndex, protocol: Protocol, request: &Request) -> Self {
        Selection { registry, index, protocol, role: request.role(), demands: request.shared_demands().cloned() }
    }

    /// Returns the selected entry.
    #[inline]
    pub fn entry(&self) -> EntryRef<'r> {
        self.registry.at(self.index)
    }

    /// Returns the name of the selected entry.
    #[inline]
    pub fn name(&self) -> &'r str {
        self.entry().name()
    }

    /// Returns the role that was requested.
    #[inline]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the services that the entry offers in that role.
    pub fn services(&self) -> &'r Services {
        self.entry().services_for(self.role)
    }

    /// Returns the demands of the request beyond family, type and protocol.
    pub fn demands(&self) -> Option<&Demands> {
        self.demands.as_deref()
    }

    /// Returns a selection of the same entry for another role, if the entry passes the tests of the request in that role. An
    /// entry that was selected for connecting may not offer the required services when it accepts.
    ///
    /// # Errors
    ///
    /// Returns the refusal that [`Registry::resolve`] returns for a request whose demands are not met.
    pub fn as_role(&self, role: Role) -> Result<Selection<'r>, Refusal> {
        let selection = Selection { role, ..self.clone() };
        match self.registry.admits(self.index, self.demands().unwrap_or(Demands::none()), role) {
            Ok(()) => Ok(selection),
            Err(refusal) => Err(refusal),
        }
    }

    /// Tests the services that an opened stack really offers against the demands, as those of the catalog were tested. Options
    /// given at opening may have changed them.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(crate) fn admits(&self, services: &Services) -> Result<(), Refusal> {
        self.registry.admits_services(self.index, self.demands().unwrap_or(Demands::none()), services)
    }

    /// Returns the place of a guarantee that these services would break.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(crate) fn broken_guarantee(&self, role: Role, services: &Services) -> Option<crate::catalog::Location> {
        let demands = self.demands().unwrap_or(Demands::none());
        let guarantee = self.registry.broken_by(self.index, demands, role, services)?;
        Some(self.registry.locate(guarantee.at))
    }

    /// Returns the address family of the socket.
    pub fn family(&self) -> Family {
        self.registry.stack(self.index).family
    }

    /// Returns the socket type that is presented above the stack.
    pub fn socket_type(&self) -> SocketType {
        self.registry.stack(self.index).socket_type
    }

    /// Returns the protocol: the requested one, or else the first of the entry's set as written (of `any`: 0).
    pub fn protocol(&self) -> Protocol {
        match self.protocol {
            Protocol::UNSPEC => Protocol::from_raw(self.registry.protocols(self.index).first()),
            asked => asked,
        }
    }

    /// Returns the stack from the top down: layers, then the base protocol. The stack of a base protocol is the entry alone.
    pub fn stack(&self) -> impl ExactSizeIterator<Item = EntryRef<'r>> + use<'r> {
        self.entry().stack()
    }

    /// Returns the documents of the registry.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(crate) fn sources(&self) -> &'r crate::catalog::Sources {
        self.registry.sources()
    }

    /// Returns a selection that owns its part of the registry, and keeps it alive.
    pub fn keep(&self) -> KeptSelection {
        KeptSelection {
            registry: self.registry.clone(),
            index: self.index,
            protocol: self.protocol,
            role: self.role,
            demands: self.demands.clone(),
        }
    }
}

impl PartialEq for Selection<'_> {
    /// Returns whether both select the same entry of the same registry, for the same protocol and role.
    fn eq(&self, other: &Self) -> bool {
        self.registry.is(other.registry)
            && self.index == other.index
            && self.protocol() == other.protocol()
            && self.role == other.role
    }
}

impl Eq for Selection<'_> {}

impl std::fmt::Debug for Selection<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selection").field("entry", &self.name()).field("protocol", &self.protocol().number()).finish()
    }
}

/// Every answer to one request, best first; at least one. Only [`Registry::selections`] returns several, so that all of them
/// passed the same tests: a program that falls back from one to the next still gets what it required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selections<'r> {
    all: Vec<Selection<'r>>,
}

impl<'r> Selections<'r> {
    /// Creates the list, or returns `None` if it would be empty.
    pub(super) fn new(all: Vec<Selection<'r>>) -> Option<Self> {
        (!all.is_empty()).then_some(Selections { all })
    }

    /// Returns the selection that [`Registry::resolve`] makes.
    pub fn first(&self) -> Selection<'r> {
        self.all[0].clone()
    }
}

impl<'r> From<Selection<'r>> for Selections<'r> {
    /// Creates a list of this selection alone.
    fn from(only: Selection<'r>) -> Self {
        Selections { all: vec![only] }
    }
}

impl<'r> std::ops::Deref for Selections<'r> {
    type Target = [Selection<'r>];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl<'r> IntoIterator for Selections<'r> {
    type Item = Selection<'r>;
    type IntoIter = std::vec::IntoIter<Selection<'r>>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

/// A [`Selection`] that owns its part of the registry, so that it can be stored, sent and cloned.
#[derive(Clone)]
pub struct KeptSelection {
    registry: Registry,
    index: EntryIndex,
    protocol: Protocol,
    role: Role,
    demands: Option<Arc<Demands>>,
}

impl KeptSelection {
    /// Returns the kept selection, borrowed.
    pub fn get(&self) -> Selection<'_> {
        Selection {
            registry: &self.registry,
            index: self.index,
            protocol: self.protocol,
            role: self.role,
            demands: self.demands.clone(),
        }
    }
}

impl std::fmt::Debug for KeptSelection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
