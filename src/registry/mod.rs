//! The registry: merged, checked, frozen; it answers requests.
//!
//! | file | what |
//! |---|---|
//! | `request` | the question |
//! | `resolve` | the tests of a request, in their order |
//! | `index` | plain requests in constant time |
//! | `policy` | what applications may use |
//! | `deciding` | which demands decide that a request is refused |
//! | `selection`, `refusal` | the two answers, and all answers at once for those who choose |
//! | `explain`, `mend` | why, and what would change it |
//! | `compare` | which requests change their answer between two registries |
//! | `picture` | what a picture shows |
//! | `prove` | what holds for every request |
//! | `entry` | what can be read of entries |
//! | `words` | requests written as text |
//!
//! Depends on `terms`, the valid forms of `catalog`, and `graph`. It knows no TOML, no files and no clock.

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
    Application, Catalog, Declared, Expectation, Guarantee, Location, Modules, ProtocolSet, Provider, Remark, Severity,
    Sources, Span, WinsockSection,
};
use crate::graph::{Graph, Stack};
use crate::terms::{Dialect, Family};
use index::{FamilyRule, Index, Row};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A frozen set of catalogs that answers requests.
///
/// Cloning it is cheap, and all clones share what is frozen: it is made to be handed to every thread.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    // What a plain resolve reads stands first, and together.
    index: Index,
    /// Whether a section of policy may apply to a request that demands nothing.
    has_policy: bool,
    /// For each known family the number by which the index knows it.
    family_keys: [i32; Family::KNOWN],
    title: Option<String>,
    sources: Arc<Sources>,
    scope: Scope,
    providers: Vec<Provider>,
    names: IndexMap<String, Declared>,
    entries: Vec<Entry>,
    /// For each enabled base and chain what it is as a whole.
    stacks: Vec<Option<Stack>>,
    disabled: Vec<Option<Span>>,
    /// The selectable entries in catalog order.
    order: Vec<EntryIndex>,
    by_id: HashMap<i32, EntryIndex>,
    graph: Graph,
    applications: IndexMap<String, Application>,
    expectations: Vec<Expectation>,
    /// Those of catalogs that ship, where others include them.
    unrun: Vec<Expectation>,
    guarantees: Vec<Guarantee>,
    lint: Vec<(String, Span, Severity)>,
    winsock: WinsockSection,
    remarks: Vec<Remark>,
    modules: Modules,
    /// How many clones are there only to be the last one.
    retained: AtomicUsize,
}

impl Registry {
    /// Freezes a catalog in which no fault was found.
    pub(crate) fn freeze(
        sources: Arc<Sources>,
        catalog: Catalog,
        graph: Graph,
        stacks: Vec<Option<Stack>>,
        modules: Modules,
    ) -> Registry {
        let Catalog {
            title,
            scope,
            providers,
            names,
            disabled,
            order,
            applications,
            expectations,
            guarantees,
            lint,
            winsock,
            remarks,
            entries,
        } = catalog;
        let order: Vec<EntryIndex> = order.into_iter().filter(|index| stacks[index.get()].is_some()).collect();
        // Of entries of Windows' two catalogs that share an id, an enabled one has it.
        let mut by_id: HashMap<i32, EntryIndex> = HashMap::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            if entry.enabled || !by_id.contains_key(&entry.id) {
                by_id.insert(entry.id, EntryIndex::new(at));
            }
        }
        // Tests of catalogs that ship say what those do by themselves.
        let runs = |at: Span| sources.run_tests_that_ship() || !sources.get(at.file).is_shipped();
        let (expectations, unrun) = expectations.into_iter().partition(|expectation| runs(expectation.at));
        let guarantees = guarantees.into_iter().filter(|guarantee| runs(guarantee.at)).collect();
        let family_keys = family_keys(&scope);
        let index = build_index(&scope, &family_keys, &entries, &stacks, &order);
        let has_policy = applications.contains_key("*");
        let inner = Inner {
            has_policy,
            title,
            sources,
            scope,
            providers,
            names,
            entries,
            stacks,
            disabled,
            order,
            by_id,
            graph,
            index,
            family_keys,
            applications,
            expectations,
            unrun,
            guarantees,
            lint,
            winsock,
            remarks,
            modules,
            retained: AtomicUsize::new(0),
        };
        Registry { inner: Arc::new(inner) }
    }

    /// Returns the titles of the documents, without those that other documents include.
    pub fn title(&self) -> Option<&str> {
        self.inner.title.as_deref()
    }

    /// Returns the dialect: whose numbers and whose precedence of errors apply.
    pub fn dialect(&self) -> Dialect {
        self.inner.scope.dialect
    }

    /// Returns every entry in the order of declaration, with layers, hidden and disabled entries.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = EntryRef<'_>> {
        (0..self.inner.entries.len()).map(|at| EntryRef::new(self, EntryIndex::new(at)))
    }

    /// Returns the entries that requests can select, in catalog order: enabled base protocols and chains, with hidden ones.
    pub fn selectable(&self) -> impl ExactSizeIterator<Item = EntryRef<'_>> {
        self.inner.order.iter().map(|&index| EntryRef::new(self, index))
    }

    /// Returns the entry of this name, of any kind, or `None` if there is none.
    pub fn entry(&self, name: &str) -> Option<EntryRef<'_>> {
        let index = self.inner.names.get_index_of(name)?;
        Some(EntryRef::new(self, EntryIndex::new(index)))
    }

    /// Returns the entry with this catalog entry id, of any kind, or `None` if there is none.
    pub fn entry_by_id(&self, id: i32) -> Option<EntryRef<'_>> {
        self.inner.by_id.get(&id).map(|&index| EntryRef::new(self, index))
    }

    /// Returns what Winsock catalogs say of themselves.
    pub(crate) fn winsock(&self) -> &WinsockSection {
        &self.inner.winsock
    }

    /// Returns the sections of policy by the applications' names.
    pub(crate) fn sections(&self) -> &IndexMap<String, Application> {
        &self.inner.applications
    }

    /// Returns the providers in the order of declaration.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = ProviderRef<'_>> {
        self.inner.providers.iter().map(|provider| ProviderRef { provider })
    }

    /// Returns the names of the applications that have a section; `*` stands for all others.
    pub fn applications(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inner.applications.keys().map(String::as_str)
    }

    /// Returns whether this application has a section of its own.
    pub fn knows_application(&self, name: &str) -> bool {
        self.inner.applications.contains_key(name)
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
        &self.inner.scope
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.inner.graph
    }

    /// Returns the tests that are run: where a catalog that ships is included by another, not its own.
    pub(crate) fn expectations(&self) -> &[Expectation] {
        &self.inner.expectations
    }

    /// Returns the tests that are not run here.
    pub(crate) fn unrun_expectations(&self) -> &[Expectation] {
        &self.inner.unrun
    }

    /// Returns the guarantees that are proved: where a catalog that ships is included by another, not its own.
    pub(crate) fn guarantees(&self) -> &[Guarantee] {
        &self.inner.guarantees
    }

    /// Severities that the catalogs set: code of the rule, place, severity.
    pub(crate) fn lint(&self) -> &[(String, Span, Severity)] {
        &self.inner.lint
    }

    /// Statements of the documents that nothing else here shows.
    pub(crate) fn remarks(&self) -> &[Remark] {
        &self.inner.remarks
    }

    /// Returns the sections of policy, by the application's name; `*` is for all others.
    pub(crate) fn policy_sections(&self) -> impl Iterator<Item = (&str, &Application)> {
        self.inner.applications.iter().map(|(name, section)| (name.as_str(), section))
    }

    /// Returns the documents, for those who keep them longer than the registry.
    pub(crate) fn shared_sources(&self) -> &Arc<Sources> {
        &self.inner.sources
    }

    pub(crate) fn is(&self, other: &Registry) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Says of this clone that it is there only to be the last one; it stays so until it is dropped after [`Registry::release`].
    pub(crate) fn retain(&self) {
        self.inner.retained.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes back one [`Registry::retain`].
    pub(crate) fn release(&self) {
        self.inner.retained.fetch_sub(1, Ordering::Relaxed);
    }

    /// Returns whether all clones are retained ones, so that nobody answers by it any more.
    pub(crate) fn is_unused(&self) -> bool {
        // Who retains may also release meanwhile, which lets this say no where yes were right, and never the other way round.
        Arc::strong_count(&self.inner) == self.inner.retained.load(Ordering::Relaxed)
    }

    pub(crate) fn locate(&self, span: Span) -> Location {
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
        &self.inner.entries[index.get()]
    }

    pub(crate) fn name_at(&self, index: EntryIndex) -> &str {
        self.inner.names.get_index(index.get()).map_or("", |(name, _)| name)
    }

    pub(crate) fn provider_at(&self, index: ProviderIndex) -> &Provider {
        &self.inner.providers[index.0 as usize]
    }

    pub(crate) fn stack_at(&self, index: EntryIndex) -> Option<&Stack> {
        self.inner.stacks[index.get()].as_ref()
    }

    /// Returns the stack of a selectable entry.
    pub(crate) fn stack(&self, index: EntryIndex) -> &Stack {
        self.stack_at(index).expect("the order holds only entries with a stack")
    }

    /// Returns the protocols that a selectable entry answers to.
    pub(crate) fn protocols(&self, index: EntryIndex) -> &ProtocolSet {
        self.inner.protocols(index)
    }
}

impl Inner {
    fn protocols(&self, index: EntryIndex) -> &ProtocolSet {
        let owner = self.stacks[index.get()].as_ref().map_or(index, |stack| stack.protocols_of);
        protocol_set(&self.entries, owner)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("title", &self.inner.title)
            .field("dialect", &self.inner.scope.dialect)
            .field("entries", &self.inner.entries.len())
            .finish_non_exhaustive()
    }
}

/// A family number that no entry has: catalogs take none below 1.
const NOWHERE: i32 = -1;

/// Returns the number by which the index knows each known family: the system's, or where it has none one that no program can ask
/// for.
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

fn build_index(
    scope: &Scope,
    keys: &[i32; Family::KNOWN],
    entries: &[Entry],
    stacks: &[Option<Stack>],
    order: &[EntryIndex],
) -> Index {
    let rows = order.iter().filter_map(|&index| {
        let stack = stacks[index.get()].as_ref()?;
        Some(Row {
            family: family_key(keys, scope, stack.family),
            socket_type: stack.socket_type.number(),
            protocols: protocol_set(entries, stack.protocols_of).ranges(),
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
