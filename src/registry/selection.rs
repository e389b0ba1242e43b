//! The answer: what was selected.

use super::{EntryRef, Registry};
use crate::catalog::entry::EntryIndex;
use crate::terms::{Family, Protocol, SocketType};

/// The base protocol or chain that answers a request.
///
/// It borrows the registry and costs nothing; [`Selection::keep`] makes it independent.
#[derive(Copy, Clone)]
pub struct Selection<'r> {
    registry: &'r Registry,
    index: EntryIndex,
    protocol: Protocol,
}

impl<'r> Selection<'r> {
    #[inline]
    pub(super) fn new(registry: &'r Registry, index: EntryIndex, requested: Protocol) -> Self {
        Selection { registry, index, protocol: requested }
    }

    /// The entry selected.
    #[inline]
    pub fn entry(&self) -> EntryRef<'r> {
        self.registry.at(self.index)
    }

    /// Its name.
    #[inline]
    pub fn name(&self) -> &'r str {
        self.entry().name()
    }

    /// The family of the socket.
    pub fn family(&self) -> Family {
        self.registry.stack(self.index).family
    }

    /// The type that is presented above.
    pub fn socket_type(&self) -> SocketType {
        self.registry.stack(self.index).socket_type
    }

    /// The protocol: the one asked for, or else the first of the entry's set as written (of `any`: 0).
    pub fn protocol(&self) -> Protocol {
        match self.protocol {
            Protocol::UNSPEC => Protocol::from_raw(self.registry.protocols(self.index).first()),
            asked => asked,
        }
    }

    /// The stack from the top down: layers, then the base protocol. Of a base protocol it is the entry alone.
    pub fn stack(&self) -> impl ExactSizeIterator<Item = EntryRef<'r>> + use<'r> {
        self.entry().stack()
    }

    /// The documents of its registry.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(crate) fn sources(&self) -> &'r crate::catalog::Sources {
        self.registry.sources()
    }

    /// A selection that keeps its registry alive, for as long as it is needed.
    pub fn keep(&self) -> KeptSelection {
        KeptSelection { registry: self.registry.clone(), index: self.index, protocol: self.protocol }
    }
}

impl PartialEq for Selection<'_> {
    /// The same entry of the same registry, for the same protocol.
    fn eq(&self, other: &Self) -> bool {
        self.registry.is(other.registry) && self.index == other.index && self.protocol() == other.protocol()
    }
}

impl Eq for Selection<'_> {}

impl std::fmt::Debug for Selection<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selection").field("entry", &self.name()).field("protocol", &self.protocol().number()).finish()
    }
}

/// Every answer to one request, best first, at least one. Several are made by [`Registry::selections`] alone, so that each of them
/// passed the same tests: whoever falls back from one to the next keeps what was required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selections<'r> {
    all: Vec<Selection<'r>>,
}

impl<'r> Selections<'r> {
    /// Nothing if there is none.
    pub(super) fn new(all: Vec<Selection<'r>>) -> Option<Self> {
        (!all.is_empty()).then_some(Selections { all })
    }

    /// The one that [`Registry::resolve`] selects.
    pub fn first(&self) -> Selection<'r> {
        self.all[0]
    }
}

impl<'r> From<Selection<'r>> for Selections<'r> {
    /// That one, and no other.
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

/// A [`Selection`] that owns its part of the registry: to be stored, sent and cloned.
#[derive(Clone)]
pub struct KeptSelection {
    registry: Registry,
    index: EntryIndex,
    protocol: Protocol,
}

impl KeptSelection {
    /// The selection that was kept.
    pub fn get(&self) -> Selection<'_> {
        Selection { registry: &self.registry, index: self.index, protocol: self.protocol }
    }
}

impl std::fmt::Debug for KeptSelection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
