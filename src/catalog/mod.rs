//! Catalogs: TOML documents in, valid and merged entries out, or every fault of every document at once.
//!
//! The way of a catalog through this room:
//!
//! | step | file | from | to |
//! |---|---|---|---|
//! | find and read the documents | `files`, `form`, `snapshot`, `journal` | paths and texts | [`Sources`] |
//! | check shapes and types | `document`, `reader` | TOML | raw forms (`raw`), each value with its span |
//! | merge, resolve names, number | `merge`, `scope` | raw forms | `Catalog`, of valid entries (`entry`) |
//! | check who implements entries, and their options | `modules` | `Catalog` and [`Modules`] | faults |
//!
//! Who else can read or write the files that catalogs are and name, `rights` judges, for those who check and those who open.
//!
//! And the other way: [`build`] makes the TOML of documents that programs bring, and `writing` knows how TOML is written.
//!
//! Faults ([`FaultKind`]) are collected on the way and never stop it: a broken entry stays known by name, so that what refers
//! to it is not reported too. What remains to be checked, the chains as wholes, is the business of the graph.
//!
//! Depends on `terms` only.

pub mod build;
pub(crate) mod document;
pub(crate) mod entry;
mod fault;
mod files;
mod form;
pub(crate) mod journal;
mod limits;
mod merge;
pub(crate) mod modules;
mod options;
mod protocols;
pub(crate) mod raw;
mod reader;
pub(crate) mod rights;
#[cfg(feature = "cli")]
pub(crate) mod schema;
pub(crate) mod scope;
mod snapshot;
mod source;
mod suggest;
pub(crate) mod writing;

pub use document::FORMAT;
pub use entry::{AddressSize, Bitness, ByteOrder, EntryKind, Facts, WinsockFacts};
pub(crate) use fault::quoted;
pub use fault::{Cause, Clause, Fault, FaultKind, Meant, Misuse};
#[cfg(feature = "cli")]
pub(crate) use files::BUILTIN;
pub(crate) use files::Builtin;
pub use files::Input;
pub(crate) use form::{ForeignText, Form};
pub use limits::{Limits, MAX_PROTOCOL_CHAIN, PACKED_ITEM_BYTES};
pub(crate) use merge::numbered;
#[cfg(feature = "edit")]
pub(crate) use merge::ordered;
pub use modules::{Module, ModuleRole, Modules, On, OptionKind, OptionSpec, TIME_LIMITS, WrongValue};
pub use options::{EntryOption, OptionValue};
pub use protocols::ProtocolSet;
pub use raw::Severity;
pub use rights::{Exposure, FileUse, Right};
#[cfg(feature = "watch")]
pub(crate) use source::Place;
pub use source::{FileId, Location, Source, Sources, Span};
pub(crate) use suggest::nearest;

use crate::terms::{Categories, ErrorCode, Family, Protocol, Services, SocketType};
use entry::{Entry, EntryIndex};
use indexmap::IndexMap;
use scope::Scope;
use uuid::Uuid;

/// Everything that the documents say, merged.
pub(crate) struct Catalog {
    pub title: Option<String>,
    pub scope: Scope,
    pub providers: Vec<Provider>,
    /// Every entry by name, in the order of places; the position is the [`EntryIndex`].
    pub names: IndexMap<String, Declared>,
    /// The entries; those with a fault of their own are missing.
    pub entries: Vec<Option<Entry>>,
    /// For each entry where it is disabled, if it is.
    pub disabled: Vec<Option<Span>>,
    /// Enabled bases and chains in catalog order.
    pub order: Vec<EntryIndex>,
    /// By name; `*` is for all without a section of their own.
    pub applications: IndexMap<String, Application>,
    pub expectations: Vec<Expectation>,
    pub guarantees: Vec<Guarantee>,
    /// Severities that the catalog sets for lints: code, place, severity.
    pub lint: Vec<(String, Span, Severity)>,
    pub winsock: WinsockSection,
    /// Each `replace = true` that replaces nothing.
    pub replaces_nothing: Vec<Replacement>,
}

/// A definition that says it is a replacement.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    /// "entry", "provider", "family" or "application".
    pub what: &'static str,
    pub name: String,
    pub at: Span,
}

/// What is known of an entry's name, whether or not the entry is sound.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Declared {
    pub kind: EntryKind,
    pub at: Span,
}

/// Who implements entries.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub name: String,
    pub module: String,
    pub id: Option<Uuid>,
    /// Its library under Windows, environment variables unexpanded.
    pub library: Option<String>,
    pub at: Span,
}

/// Policy for an application, or for all without a section (`*`).
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub policy: Policy,
    pub winsock: Option<WinsockApplication>,
    pub at: Span,
}

/// By what Windows knows an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WinsockApplication {
    /// `AppFullPath`.
    pub path: String,
    /// `AppArgs`.
    pub arguments: Option<String>,
    /// The name of its key in `AppId_Catalog`.
    pub key: String,
}

/// What a Winsock catalog says of itself, beyond its entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct WinsockSection {
    pub next_catalog_entry_id: Option<u32>,
    pub serial_access_number: Option<u32>,
    /// The order of the 32-bit catalog where that is another one.
    pub order_32: Vec<EntryIndex>,
    /// The order of the 64-bit catalog where that is another one.
    pub order_64: Vec<EntryIndex>,
}

/// What is added to a request's own demands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    pub require: Services,
    pub prohibit: Services,
    pub permit: Option<Categories>,
}

/// The request of a test or guarantee; fields left out are nothing.
#[derive(Clone, Debug)]
pub(crate) struct TestRequest {
    pub family: Option<Family>,
    pub socket_type: Option<SocketType>,
    pub protocol: Option<Protocol>,
    pub entry: Option<EntryDemand>,
    pub provider: Option<String>,
    pub require: Services,
    pub prefer: Services,
    pub avoid: Services,
    pub prohibit: Services,
    pub application: Option<(String, Span)>,
}

/// How a request names an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntryDemand {
    /// By its name.
    Name(String),
    /// By its catalog entry id.
    Id(i32),
}

/// An `[[expect]]`.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    pub request: TestRequest,
    pub outcome: Outcome,
    pub at: Span,
    pub outcome_at: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Entry(EntryIndex),
    Error(ErrorCode),
}

/// An `[[always]]`.
#[derive(Clone, Debug)]
pub(crate) struct Guarantee {
    pub request: TestRequest,
    pub claim: Claim,
    pub at: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// What is selected offers these.
    Services(Services),
    /// None of these is selected.
    Never(Vec<EntryIndex>),
    /// Nothing is selected.
    Refused,
}

/// Reads and merges; what is wrong is in the faults, and the catalog is sound only when there are none.
///
/// What documents from the one with number `prevailing` on define replaces what those before define, whether or not they say so.
pub(crate) fn read(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    prevailing: usize,
) -> (Sources, Catalog, Vec<Fault>) {
    let mut faults = Vec::new();
    let (sources, mut documents) = files::gather(inputs, builtins, form, limits, &mut faults);
    raw::Document::prevail(&mut documents, prevailing);
    let catalog = merge::merge(documents, limits, &mut faults);
    (sources, catalog, faults)
}

/// Reads the documents, in the order in which they merge, as far as they can be read.
#[cfg(feature = "edit")]
pub(crate) fn documents(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
) -> (Sources, Vec<raw::Document>) {
    files::gather(inputs, builtins, form, limits, &mut Vec::new())
}

/// Merges documents that are read; what is wrong is added to the faults.
pub(crate) fn merged(documents: Vec<raw::Document>, limits: &Limits, faults: &mut Vec<Fault>) -> Catalog {
    merge::merge(documents, limits, faults)
}

impl Catalog {
    pub fn name(&self, index: EntryIndex) -> &str {
        self.names.get_index(index.get()).map_or("", |(name, _)| name)
    }

    pub fn at(&self, index: EntryIndex) -> Span {
        self.names[index.get()].at
    }
}
