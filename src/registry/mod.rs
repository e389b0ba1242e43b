//! The registry: a merged, checked and frozen catalog that answers requests.
//!
//! | file | contents |
//! |---|---|
//! | `request` | the request |
//! | `resolve` | the tests of a request, in their order |
//! | `index` | finds the answers to plain requests in constant time |
//! | `policy` | which entries applications may use |
//! | `deciding` | the demands that decide that a request is refused |
//! | `selection`, `refusal` | the two kinds of answers, and all selections at once for programs that choose themselves |
//! | `explain`, `mend` | the reasons for an answer, and the changes that would change it |
//! | `compare` | the requests whose answer changes between two registries |
//! | `picture` | the contents of a picture |
//! | `prove` | proofs about every request |
//! | `entry` | the views of entries and providers |
//! | `words` | requests written as text |
//!
//! It depends on `terms`, the valid forms of `catalog`, and `graph`. It uses no TOML, no files and no clock.

mod compare;
mod deciding;
mod entry;
mod explain;
mod index;
mod mend;
mod picture;
mod policy;
mod prove;
mod refusal;
mod request;
mod resolve;
mod selection;
mod words;

pub use compare::{Answer, Asked, Comparison, Demand, Difference, NotCompared, compare};
pub use entry::{EntryRef, ProviderRef};
pub use explain::{Candidate, Explanation, Test};
pub use mend::{Change, Mend};
pub(crate) use prove::{Leak, Proof, Shadow, Vacuity};
pub use refusal::Refusal;
pub use request::{Demands, ProviderDemand, Request};
pub use selection::{KeptSelection, Selection, Selections};
pub use words::WordError;

use crate::catalog::entry::{Entry, EntryIndex, ProviderIndex};
use crate::catalog::scope::Scope;
use crate::catalog::{
    Application, Catalog, Expectation, Guarantee, Location, Modules, ProtocolSet, Provider, Remark, Severity, Sources,
    Span, Stated, WinsockSection,
};
use crate::graph::{Graph, Stack};
use crate::terms::{Categories, Dialect, Family};
use index::{FamilyRule, Index, Row};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A frozen set of catalogs that answers requests.
///
/// Cloning it is cheap, and all clones share the frozen data, so that every thread can have its own clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    // The data that a plain resolve reads comes first, and together.
    index: Index,
    /// Whether a section of policy may apply to a request that demands nothing.
    has_policy: bool,
    /// The number of each known family in the index.
    family_keys: [i32; Family::KNOWN],
    /// The catalog, in whose order only selectable entries are left, and whose tests and guarantees are those that are run.
    catalog: Catalog,
    sources: Arc<Sources>,
    /// The stack of each enabled base protocol and chain.
    stacks: Vec<Option<Stack>>,
    by_id: HashMap<i32, EntryIndex>,
    graph: Graph,
    /// The expectations of catalogs that ship, where other catalogs include them.
    unrun: Vec<Expectation>,
    modules: Modules,
    /// The number of clones that exist only to be dropped last.
    retained: AtomicUsize,
}

impl Registry {
    /// Freezes a catalog in which no fault was found.
    pub(crate) fn freeze(
        sources: Arc<Sources>,
        mut catalog: Catalog,
        graph: Graph,
        stacks: Vec<Option<Stack>>,
        modules: Modules,
    ) -> Registry {
        catalog.stated.order.retain(|index| stacks[index.get()].is_some());
        // Where entries of Windows' two catalogs share an id, the id leads to an enabled one.
        let mut by_id: HashMap<i32, EntryIndex> = HashMap::with_capacity(catalog.entries.len());
        for (at, entry) in catalog.entries.iter().enumerate() {
            if entry.enabled || !by_id.contains_key(&entry.id) {
                by_id.insert(entry.id, EntryIndex::new(at));
            }
        }
        // The tests of catalogs that ship describe those catalogs by themselves.
        let runs = |at: Span| sources.run_tests_that_ship() || !sources.get(at.file).is_shipped();
        let unrun = catalog.expectations.extract_if(.., |expectation| !runs(expectation.at)).collect();
        catalog.guarantees.retain(|guarantee| runs(guarantee.at));
        let family_keys = family_keys(&catalog.stated.scope);
        let inner = Inner {
            index: build_index(&catalog, &family_keys, &stacks),
            has_policy: catalog.stated.applications.contains_key("*"),
            family_keys,
            catalog,
            sources,
            stacks,
            by_id,
            graph,
            unrun,
            modules,
            retained: AtomicUsize::new(0),
        };
        Registry { inner: Arc::new(inner) }
    }

    fn stated(&self) -> &Stated {
        &self.inner.catalog.stated
    }

    /// Returns the titles of the documents, without those that other documents include.
    pub fn title(&self) -> Option<&str> {
        self.stated().title.as_deref()
    }

    /// Returns the dialect: whose numbers and whose precedence of errors apply.
    pub fn dialect(&self) -> Dialect {
        self.stated().scope.dialect
    }

    /// Returns every entry in the order of declaration, with layers, hidden and disabled entries.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = EntryRef<'_>> {
        (0..self.inner.catalog.entries.len()).map(|at| EntryRef::new(self, EntryIndex::new(at)))
    }

    /// Returns the entries that requests can select, in catalog order: enabled base protocols and chains, with hidden ones.
    pub fn selectable(&self) -> impl ExactSizeIterator<Item = EntryRef<'_>> {
        self.stated().order.iter().map(|&index| EntryRef::new(self, index))
    }

    /// Returns the entry of this name, of any kind, or `None` if there is none.
    pub fn entry(&self, name: &str) -> Option<EntryRef<'_>> {
        let index = self.stated().names.get_index_of(name)?;
        Some(EntryRef::new(self, EntryIndex::new(index)))
    }

    /// Returns the entry with this catalog entry id, of any kind, or `None` if there is none.
    pub fn entry_by_id(&self, id: i32) -> Option<EntryRef<'_>> {
        self.inner.by_id.get(&id).map(|&index| EntryRef::new(self, index))
    }

    /// Returns the facts that Winsock catalogs state about themselves.
    pub(crate) fn winsock(&self) -> &WinsockSection {
        &self.stated().winsock
    }

    /// Returns the sections of policy by the applications' names.
    pub(crate) fn sections(&self) -> &IndexMap<String, Application> {
        &self.stated().applications
    }

    /// Returns the providers in the order of declaration.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = ProviderRef<'_>> {
        self.stated().providers.iter().map(|provider| ProviderRef { provider })
    }

    /// Returns the names of the applications that have a section; `*` stands for all others.
    pub fn applications(&self) -> impl ExactSizeIterator<Item = &str> {
        self.stated().applications.keys().map(String::as_str)
    }

    /// Returns the categories of layers that the section of an application permits, or `None` if it permits all or there is no such
    /// section.
    pub fn permitted_categories(&self, application: &str) -> Option<Categories> {
        self.stated().applications.get(application)?.policy.permit
    }

    /// Returns whether this application has a section of its own.
    pub fn knows_application(&self, name: &str) -> bool {
        self.stated().applications.contains_key(name)
    }

    /// Returns the modules that the registry was loaded with: they implement its entries and define their options.
    pub fn modules(&self) -> &Modules {
        &self.inner.modules
    }

    /// Returns the documents of which the registry was made.
    pub fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    /// Returns the bytes of heap memory that the index uses, without entries and texts.
    pub fn index_bytes(&self) -> usize {
        self.inner.index.heap_bytes()
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.stated().scope
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.inner.graph
    }

    /// Returns the tests that are run. Where another catalog includes one that ships, the tests of the latter are not among them.
    pub(crate) fn expectations(&self) -> &[Expectation] {
        &self.inner.catalog.expectations
    }

    /// Returns the tests that are not run in this registry.
    pub(crate) fn unrun_expectations(&self) -> &[Expectation] {
        &self.inner.unrun
    }

    /// Returns the guarantees that are proved. Where another catalog includes one that ships, those of the latter are not among
    /// them.
    pub(crate) fn guarantees(&self) -> &[Guarantee] {
        &self.inner.catalog.guarantees
    }

    /// Returns the severities that the catalogs set: the code of the rule, the place and the severity.
    pub(crate) fn lint(&self) -> &[(String, Span, Severity)] {
        &self.stated().lint
    }

    /// Returns the statements of the documents that no other part of the registry shows.
    pub(crate) fn remarks(&self) -> &[Remark] {
        &self.stated().remarks
    }

    /// Returns the sections of policy, by the application's name; `*` is for all others.
    pub(crate) fn policy_sections(&self) -> impl Iterator<Item = (&str, &Application)> {
        self.stated().applications.iter().map(|(name, section)| (name.as_str(), section))
    }

    /// Returns the documents, shared with callers that keep them longer than the registry.
    pub(crate) fn shared_sources(&self) -> &Arc<Sources> {
        &self.inner.sources
    }

    pub(crate) fn is(&self, other: &Registry) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Marks this clone as one that exists only to be dropped last. The mark lasts until [`Registry::release`], after which the
    /// clone must be dropped.
    pub(crate) fn retain(&self) {
        self.inner.retained.fetch_add(1, Ordering::Relaxed);
    }

    /// Reverts one call of [`Registry::retain`].
    pub(crate) fn release(&self) {
        self.inner.retained.fetch_sub(1, Ordering::Relaxed);
    }

    /// Returns whether all remaining clones are retained ones, so that no user of the registry is left.
    pub(crate) fn is_unused(&self) -> bool {
        // A retaining thread may also release meanwhile, which can make this return `false` in place of `true`, but never the
        // reverse.
        Arc::strong_count(&self.inner) == self.inner.retained.load(Ordering::Relaxed)
    }

    /// Returns the file, line and column of a place in the registry's documents.
    pub fn locate(&self, span: Span) -> Location {
        self.inner.sources.locate(span)
    }

    pub(crate) fn refs(&self, indices: Vec<EntryIndex>) -> Vec<EntryRef<'_>> {
        indices.into_iter().map(|index| EntryRef::new(self, index)).collect()
    }

    #[inline]
    pub(crate) fn at(&self, index: EntryIndex) -> EntryRef<'_> {
        EntryRef::new(self, index)
    }

    pub(crate) fn entry_at(&self, index: EntryIndex) -> &Entry {
        &self.inner.catalog.entries[index.get()]
    }

    pub(crate) fn name_at(&self, index: EntryIndex) -> &str {
        self.stated().names.get_index(index.get()).map_or("", |(name, _)| name)
    }

    pub(crate) fn provider_at(&self, index: ProviderIndex) -> &Provider {
        &self.stated().providers[index.0 as usize]
    }

    pub(crate) fn stack_at(&self, index: EntryIndex) -> Option<&Stack> {
        self.inner.stacks[index.get()].as_ref()
    }

    /// Returns the stack of a selectable entry.
    pub(crate) fn stack(&self, index: EntryIndex) -> &Stack {
        self.stack_at(index).expect("the order holds only entries with a stack")
    }

    /// Returns the protocols that a selectable entry matches.
    pub(crate) fn protocols(&self, index: EntryIndex) -> &ProtocolSet {
        self.inner.protocols(index)
    }
}

impl Inner {
    fn protocols(&self, index: EntryIndex) -> &ProtocolSet {
        let owner = self.stacks[index.get()].as_ref().map_or(index, |stack| stack.protocols_of);
        protocol_set(&self.catalog.entries, owner)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("title", &self.stated().title)
            .field("dialect", &self.stated().scope.dialect)
            .field("entries", &self.inner.catalog.entries.len())
            .finish_non_exhaustive()
    }
}

/// A family number that no entry has: catalogs take none below 1.
const NOWHERE: i32 = -1;

/// Returns the number of each known family in the index: that of the system or, where the system has none, a number that no
/// program can ask for.
fn family_keys(scope: &Scope) -> [i32; Family::KNOWN] {
    let mut keys = [NOWHERE; Family::KNOWN];
    for family in Family::all() {
        if let Some(known) = family.known_index() {
            let absent = || NOWHERE - 1 - known as i32;
            keys[known] = family.number(scope.system()).unwrap_or_else(absent);
        }
    }
    keys
}

fn family_key(keys: &[i32; Family::KNOWN], scope: &Scope, family: Family) -> i32 {
    match family.known_index() {
        Some(known) => keys[known],
        None => family.number(scope.system()).map_or(NOWHERE, |number| number.max(NOWHERE)),
    }
}

fn protocol_set(entries: &[Entry], owner: EntryIndex) -> &ProtocolSet {
    use crate::catalog::entry::Body;
    static NONE: ProtocolSet = ProtocolSet::one(0);
    match &entries[owner.get()].body {
        Body::Base(base) => &base.protocols,
        Body::Chain(chain) => chain.protocols.as_ref().unwrap_or(&NONE),
        Body::Layer(_) => &NONE,
    }
}

fn build_index(catalog: &Catalog, keys: &[i32; Family::KNOWN], stacks: &[Option<Stack>]) -> Index {
    let Stated { scope, order, .. } = &catalog.stated;
    let rows = order.iter().filter_map(|&index| {
        let stack = stacks[index.get()].as_ref()?;
        Some(Row {
            family: family_key(keys, scope, stack.family),
            socket_type: stack.socket_type.number(),
            protocols: protocol_set(&catalog.entries, stack.protocols_of).ranges(),
            matches_zero: stack.matches_zero,
            answer: index.0.min(index::MOST_ANSWERS - 1),
        })
    });
    let rules = scope.families.values().filter(|declared| declared.has_rule()).map(|declared| {
        let rule = FamilyRule { max_protocol: declared.max_protocol, protocol_first: declared.protocol_first };
        (family_key(keys, scope, declared.family), rule)
    });
    Index::build(scope.dialect, keys, &rows.collect::<Vec<_>>(), rules.collect())
}
