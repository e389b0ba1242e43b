//! The read-only views of a registry's entries and providers.

use super::Registry;
use crate::catalog::entry::{Body, Entry, EntryIndex, Layer};
use crate::catalog::modules::{module_of, taken};
use crate::catalog::{EntryKind, EntryOption, Facts, Location, Module, OptionSpec, ProtocolSet, Provider, Span};
use crate::graph::Stack;
use crate::terms::{Categories, Family, Role, Services, SocketType};
use uuid::Uuid;

/// An entry of a registry: a base protocol, a layer or a chain.
#[derive(Copy, Clone)]
pub struct EntryRef<'r> {
    registry: &'r Registry,
    index: EntryIndex,
}

impl<'r> EntryRef<'r> {
    pub(super) fn new(registry: &'r Registry, index: EntryIndex) -> Self {
        EntryRef { registry, index }
    }

    fn entry(&self) -> &'r Entry {
        self.registry.entry_at(self.index)
    }

    fn layer(&self) -> Option<&'r Layer> {
        match &self.entry().body {
            Body::Layer(layer) => Some(layer),
            _ => None,
        }
    }

    pub(crate) fn index(&self) -> EntryIndex {
        self.index
    }

    /// Returns the place of its declaration in the registry's documents.
    pub fn span(&self) -> Span {
        self.entry().at
    }

    /// Returns the protocols of requests that match it, for people: `tcp`, `1 to 262`, `any`; empty for an entry that is not
    /// selectable.
    pub fn protocols_text(&self) -> String {
        if self.protocols().is_some() { self.registry.protocols_text(self.index) } else { String::new() }
    }

    /// Returns the name, which is unique in the registry.
    pub fn name(&self) -> &'r str {
        self.registry.name_at(self.index)
    }

    /// Returns whether the entry is a base protocol, a layer or a chain.
    pub fn kind(&self) -> EntryKind {
        self.entry().body.kind()
    }

    /// Returns the catalog entry id, a stable number: counted from 1001 unless the catalog states one.
    pub fn catalog_entry_id(&self) -> i32 {
        self.entry().id
    }

    /// Returns the provider that implements the entry.
    pub fn provider(&self) -> ProviderRef<'r> {
        ProviderRef { provider: self.registry.provider_at(self.entry().provider) }
    }

    /// Returns the address family, or `None` for a layer and for a disabled entry.
    pub fn family(&self) -> Option<Family> {
        self.registry.stack_at(self.index).map(|stack| stack.family)
    }

    /// Returns the socket type that the entry presents above it; of a layer, the one that it states, if any.
    pub fn socket_type(&self) -> Option<SocketType> {
        let of_layer = || self.layer().and_then(|layer| layer.presents);
        self.registry.stack_at(self.index).map(|stack| stack.socket_type).or_else(of_layer)
    }

    /// Returns the protocols that the entry matches, or `None` for a layer and for a disabled entry.
    pub fn protocols(&self) -> Option<&'r ProtocolSet> {
        self.registry.stack_at(self.index).map(|_| self.registry.protocols(self.index))
    }

    /// Returns whether requests with protocol 0 match.
    pub fn matches_zero(&self) -> bool {
        self.registry.stack_at(self.index).is_some_and(|stack| stack.matches_zero)
    }

    /// Returns the services that the entry offers when connecting: those of a base protocol, the computed or stated ones of a chain, or
    /// those that a layer adds.
    pub fn services(&self) -> &'r Services {
        self.services_for(Role::Connect)
    }

    /// Returns the services that the entry offers in a role: a service can hold on one side only.
    ///
    /// ```
    /// use sockatlas::Registry;
    /// use sockatlas::terms::{Role, Services};
    ///
    /// let registry = Registry::builtin();
    /// let tls = registry.entry("secure/tcp4").expect("it ships");
    /// assert!(tls.services_for(Role::Connect).contains(&Services::AUTHENTICATED));
    /// assert!(!tls.services_for(Role::Accept).contains(&Services::AUTHENTICATED));
    /// ```
    pub fn services_for(&self, role: Role) -> &'r Services {
        match (self.registry.stack_at(self.index), &self.entry().body) {
            (Some(stack), _) => stack.services(role),
            (None, Body::Layer(layer)) => &layer.adds,
            (None, Body::Base(base)) => &base.services,
            (None, Body::Chain(_)) => const { &Services::NONE },
        }
    }

    /// Returns the stack from the top down: layers, then the base protocol. For a layer and for a disabled entry it is the entry alone.
    pub fn stack(&self) -> impl ExactSizeIterator<Item = EntryRef<'r>> + use<'r> {
        let registry = self.registry;
        let alone = Stack::alone(self.index);
        let entries = registry.stack_at(self.index).map_or(alone, Stack::raw);
        (0..entries.1).map(move |at| EntryRef { registry, index: entries.0[at] })
    }

    /// Returns the base protocol at the bottom, or `None` for a layer and for a disabled entry.
    pub fn base(&self) -> Option<EntryRef<'r>> {
        self.registry.stack_at(self.index).map(|stack| EntryRef { registry: self.registry, index: stack.base() })
    }

    /// Returns the services that must be offered directly below a layer.
    pub fn needs(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.needs)
    }

    /// Returns the services that must not be offered directly below a layer.
    pub fn forbids(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.forbids)
    }

    /// Returns the services that a layer adds.
    pub fn adds(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.adds)
    }

    /// Returns the services that a layer removes.
    pub fn removes(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.removes)
    }

    /// Returns the entries that are allowed directly below a layer, or `None` if all are.
    pub fn allow_below(&self) -> Option<Vec<EntryRef<'r>>> {
        let allowed = self.layer()?.allow_below.as_ref()?;
        Some(allowed.iter().map(|&index| EntryRef { registry: self.registry, index }).collect())
    }

    /// Returns the categories of a layer.
    pub fn categories(&self) -> Option<Categories> {
        self.layer().map(|layer| layer.categories)
    }

    /// Returns whether the entry is left out of lists. It can be selected all the same.
    pub fn is_hidden(&self) -> bool {
        self.entry().hidden
    }

    /// Returns whether the catalogs disable the entry.
    pub fn is_disabled(&self) -> bool {
        !self.entry().enabled
    }

    /// Returns whether a request can select the entry: enabled base protocols and chains.
    pub fn is_selectable(&self) -> bool {
        self.registry.stack_at(self.index).is_some()
    }

    /// Returns the facts that the catalog states beyond what resolving needs.
    pub fn facts(&self) -> &'r Facts {
        static NONE: Facts = Facts::NONE;
        self.entry().facts.as_deref().unwrap_or(&NONE)
    }

    /// Returns the options that the catalog states, in the order of its text.
    pub fn options(&self) -> &'r [EntryOption] {
        &self.entry().options
    }

    /// Returns the folder to which relative paths in the options refer, or `None` if the entry was not read from a file.
    pub(crate) fn folder_of(&self, at: crate::catalog::Span) -> Option<&'r std::path::Path> {
        self.registry.sources().get(at.file).file().and_then(std::path::Path::parent)
    }

    /// Returns the option of this name, or `None` if the catalogs do not state it.
    pub fn option(&self, name: &str) -> Option<&'r EntryOption> {
        self.options().iter().find(|option| option.name == name)
    }

    /// Returns the module that implements the entry, or `None` if the registry was loaded without it. A chain has none; its layers have theirs.
    pub fn module(&self) -> Option<&'static Module> {
        let entry = self.entry();
        module_of(self.registry.modules(), self.registry.provider_at(entry.provider), &entry.body)
    }

    /// Returns the options that the entry takes: those of its module that are for its sockets, then, of a base protocol or chain, the
    /// time limits ([`TIME_LIMITS`](crate::catalog::TIME_LIMITS)).
    pub fn specs(&self) -> impl Iterator<Item = &'static OptionSpec> + use<'r> {
        taken(&self.entry().body, self.module())
    }

    /// Returns the specification of the option of this name, stated or not, or `None` if the entry does not take it.
    pub fn spec(&self, name: &str) -> Option<&'static OptionSpec> {
        self.specs().find(|spec| spec.name() == name)
    }

    /// Returns where the entry is declared.
    pub fn source(&self) -> Location {
        self.registry.sources().locate(self.entry().at)
    }

    /// Returns the entries that name this one directly.
    pub fn users(&self) -> Vec<EntryRef<'r>> {
        self.registry.refs(self.registry.graph().users(self.index))
    }

    /// Returns all entries that would break if this one were removed.
    pub fn dependents(&self) -> Vec<EntryRef<'r>> {
        self.registry.refs(self.registry.graph().dependents(self.index))
    }
}

impl PartialEq for EntryRef<'_> {
    /// Returns the same entry of the same registry.
    fn eq(&self, other: &Self) -> bool {
        self.registry.is(other.registry) && self.index == other.index
    }
}

impl Eq for EntryRef<'_> {}

impl std::fmt::Debug for EntryRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EntryRef({} {})", self.kind(), self.name())
    }
}

/// A provider of a registry, which implements entries.
#[derive(Copy, Clone)]
pub struct ProviderRef<'r> {
    pub(super) provider: &'r Provider,
}

impl<'r> ProviderRef<'r> {
    /// Returns the name.
    pub fn name(&self) -> &'r str {
        &self.provider.name
    }

    /// Returns the name of the module; the provider's own name unless the catalog states another.
    pub fn module(&self) -> &'r str {
        &self.provider.module
    }

    /// Returns the library under Windows, with environment variables unexpanded, or `None` if the catalog states none.
    pub fn library(&self) -> Option<&'r str> {
        self.provider.library.as_deref()
    }

    /// Returns where the provider is declared.
    #[cfg(feature = "edit")]
    pub(crate) fn at(&self) -> crate::catalog::Span {
        self.provider.at
    }

    /// Returns the GUID, or `None` if the catalog states none.
    pub fn id(&self) -> Option<Uuid> {
        self.provider.id
    }
}

impl std::fmt::Debug for ProviderRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProviderRef({})", self.name())
    }
}
