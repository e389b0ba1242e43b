//! What can be read of a registry's entries and providers.

use super::Registry;
use crate::catalog::entry::{Body, Entry, EntryIndex, Layer};
use crate::catalog::modules::{module_of, taken};
use crate::catalog::{EntryKind, EntryOption, Facts, Location, Module, OptionSpec, ProtocolSet, Provider};
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

    /// Its name, unique in the registry.
    pub fn name(&self) -> &'r str {
        self.registry.name_at(self.index)
    }

    /// Whether it is a base protocol, a layer or a chain.
    pub fn kind(&self) -> EntryKind {
        self.entry().body.kind()
    }

    /// Its stable number; from 1001 unless stated.
    pub fn catalog_entry_id(&self) -> i32 {
        self.entry().id
    }

    /// Who implements it.
    pub fn provider(&self) -> ProviderRef<'r> {
        ProviderRef { provider: self.registry.provider_at(self.entry().provider) }
    }

    /// The address family; nothing for a layer and for an entry that is disabled.
    pub fn family(&self) -> Option<Family> {
        self.registry.stack_at(self.index).map(|stack| stack.family)
    }

    /// The socket type presented above; of a layer the one that it states, if it does.
    pub fn socket_type(&self) -> Option<SocketType> {
        let of_layer = || self.layer().and_then(|layer| layer.presents);
        self.registry.stack_at(self.index).map(|stack| stack.socket_type).or_else(of_layer)
    }

    /// The protocols that it answers to; nothing for a layer and for an entry that is disabled.
    pub fn protocols(&self) -> Option<&'r ProtocolSet> {
        self.registry.stack_at(self.index).map(|_| self.registry.protocols(self.index))
    }

    /// Whether a request with protocol 0 matches.
    pub fn matches_zero(&self) -> bool {
        self.registry.stack_at(self.index).is_some_and(|stack| stack.matches_zero)
    }

    /// What it offers to those who connect: a base protocol's services, a chain's computed or stated ones, what a layer adds.
    pub fn services(&self) -> &'r Services {
        self.services_for(Role::Connect)
    }

    /// What it offers in a role: a service can hold on one side only.
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

    /// The stack from the top down: layers, then the base protocol. Of a layer, and of a disabled entry, it alone.
    pub fn stack(&self) -> impl ExactSizeIterator<Item = EntryRef<'r>> + use<'r> {
        let registry = self.registry;
        let alone = Stack::alone(self.index);
        let entries = registry.stack_at(self.index).map_or(alone, Stack::raw);
        (0..entries.1).map(move |at| EntryRef { registry, index: entries.0[at] })
    }

    /// The base protocol at the bottom; nothing for a layer and for a disabled entry.
    pub fn base(&self) -> Option<EntryRef<'r>> {
        self.registry.stack_at(self.index).map(|stack| EntryRef { registry: self.registry, index: stack.base() })
    }

    /// What must be offered below a layer.
    pub fn needs(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.needs)
    }

    /// What must not be offered below a layer.
    pub fn forbids(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.forbids)
    }

    /// What a layer adds.
    pub fn adds(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.adds)
    }

    /// What a layer takes away.
    pub fn removes(&self) -> Option<&'r Services> {
        self.layer().map(|layer| &layer.removes)
    }

    /// The entries allowed directly below a layer; nothing: all.
    pub fn allow_below(&self) -> Option<Vec<EntryRef<'r>>> {
        let allowed = self.layer()?.allow_below.as_ref()?;
        Some(allowed.iter().map(|&index| EntryRef { registry: self.registry, index }).collect())
    }

    /// The kinds of work that a layer does.
    pub fn categories(&self) -> Option<Categories> {
        self.layer().map(|layer| layer.categories)
    }

    /// Whether it is resolvable but not listed.
    pub fn is_hidden(&self) -> bool {
        self.entry().hidden
    }

    /// Whether the catalogs disable it.
    pub fn is_disabled(&self) -> bool {
        !self.entry().enabled
    }

    /// Whether a request can select it: an enabled base protocol or chain.
    pub fn is_selectable(&self) -> bool {
        self.registry.stack_at(self.index).is_some()
    }

    /// The facts stated beyond what resolving needs.
    pub fn facts(&self) -> &'r Facts {
        static NONE: Facts = Facts::NONE;
        self.entry().facts.as_deref().unwrap_or(&NONE)
    }

    /// Its options, in the order written.
    pub fn options(&self) -> &'r [EntryOption] {
        &self.entry().options
    }

    /// The folder from which the relative paths count that are written there; nothing if that is no file.
    pub(crate) fn folder_of(&self, at: crate::catalog::Span) -> Option<&'r std::path::Path> {
        self.registry.sources().get(at.file).file().and_then(std::path::Path::parent)
    }

    /// The option of this name, if the catalogs state it.
    pub fn option(&self, name: &str) -> Option<&'r EntryOption> {
        self.options().iter().find(|option| option.name == name)
    }

    /// The module that implements it, if the registry was loaded with it; nothing for a chain, whose layers have theirs.
    pub fn module(&self) -> Option<&'static Module> {
        let entry = self.entry();
        module_of(self.registry.modules(), self.registry.provider_at(entry.provider), &entry.body)
    }

    /// The options that it takes: those of its module that are for its sockets, then, of a base protocol or chain, the
    /// time limits ([`TIME_LIMITS`](crate::catalog::TIME_LIMITS)).
    pub fn specs(&self) -> impl Iterator<Item = &'static OptionSpec> + use<'r> {
        taken(&self.entry().body, self.module())
    }

    /// The option of this name that it takes, stated or not.
    pub fn spec(&self, name: &str) -> Option<&'static OptionSpec> {
        self.specs().find(|spec| spec.name() == name)
    }

    /// Where it is declared.
    pub fn source(&self) -> Location {
        self.registry.sources().locate(self.entry().at)
    }

    /// The entries that name this one directly.
    pub fn users(&self) -> Vec<EntryRef<'r>> {
        self.registry.refs(self.registry.graph().users(self.index))
    }

    /// All entries that would break if this one went.
    pub fn dependents(&self) -> Vec<EntryRef<'r>> {
        self.registry.refs(self.registry.graph().dependents(self.index))
    }
}

impl PartialEq for EntryRef<'_> {
    /// The same entry of the same registry.
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

/// Who implements entries.
#[derive(Copy, Clone)]
pub struct ProviderRef<'r> {
    pub(super) provider: &'r Provider,
}

impl<'r> ProviderRef<'r> {
    /// Its name.
    pub fn name(&self) -> &'r str {
        &self.provider.name
    }

    /// The implementation; the provider's own name unless stated.
    pub fn module(&self) -> &'r str {
        &self.provider.module
    }

    /// Its library under Windows, environment variables unexpanded.
    pub fn library(&self) -> Option<&'r str> {
        self.provider.library.as_deref()
    }

    /// Where it is declared.
    #[cfg(feature = "edit")]
    pub(crate) fn at(&self) -> crate::catalog::Span {
        self.provider.at
    }

    /// Its GUID, if it has one.
    pub fn id(&self) -> Option<Uuid> {
        self.provider.id
    }
}

impl std::fmt::Debug for ProviderRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProviderRef({})", self.name())
    }
}
