//! Reads TOML documents into valid and merged entries, or reports every fault of every document at once.
//!
//! The steps of reading a catalog:
//!
//! | step | file | from | to |
//! |---|---|---|---|
//! | find and read the documents | `files`, `folder`, `pipe`, `form`, `foreign`, `snapshot`, `regular`, `journal` | paths and texts | [`Sources`] |
//! | check shapes and types | `document`, `reader`, `keys` | TOML | raw forms (`raw`), each value with its span |
//! | merge, resolve names, number | `merge`, `scope` | raw forms | `Draft`, of valid entries (`entry`) and the faults of others (`faults`) |
//! | check the implementations of entries, and their options | `modules` | `Draft` and [`Modules`] | faults |
//! | seal | `Draft::seal` | `Draft` without faults | `Catalog`, which has no gap |
//!
//! `rights` determines who else can read or write the files of catalogs and the files that they name, for `check` and for
//! opening.
//!
//! In the other direction, [`build`] makes the TOML of documents that programs bring, and `writing` writes TOML.
//!
//! Faults ([`FaultKind`]) are collected and never stop the reading: a broken entry stays known by name, so that references to it
//! are not reported too. The remaining checks, of chains as wholes, are those of the graph.
//!
//! Depends on `terms` only.

pub mod build;
pub(crate) mod document;
pub(crate) mod entry;
mod facts;
mod fault;
pub(crate) mod faults;
mod files;
mod folder;
mod foreign;
mod form;
pub(crate) mod journal;
pub mod keys;
mod limits;
mod merge;
pub(crate) mod modules;
mod options;
mod pipe;
mod protocols;
pub(crate) mod raw;
mod reader;
pub(crate) mod regular;
mod remark;
pub(crate) mod rights;
#[cfg(feature = "reports")]
pub(crate) mod schema;
pub(crate) mod scope;
mod snapshot;
mod source;
mod suggest;
pub(crate) mod writing;

pub use document::FORMAT;
pub use document::recognise;
pub use entry::{AddressSize, Bitness, ByteOrder, EntryKind, Facts, WinsockFacts};
pub use facts::FactValue;
pub use fault::quoted;
pub use fault::{Cause, Clause, Fault, FaultKind, Meant, Misuse, NotACatalog};
pub use files::BUILTIN;
pub use files::Input;
#[cfg(all(test, feature = "edit"))]
pub(crate) use files::readings;
pub(crate) use files::{Builtin, Moment};
pub use folder::walk;
pub use foreign::ForeignFault;
#[cfg(feature = "winsock")]
pub(crate) use foreign::{Content, ForeignFacts};
#[cfg(any(feature = "winsock", test))]
pub(crate) use form::ForeignText;
pub(crate) use form::Form;
#[cfg(all(test, feature = "winsock"))]
pub(crate) use form::ReadForeign;
pub use limits::{Limits, MAX_PROTOCOL_CHAIN, PACKED_ITEM_BYTES};
pub(crate) use merge::numbered;
#[cfg(feature = "edit")]
pub(crate) use merge::ordered;
pub use modules::{Module, ModuleRole, Modules, On, OptionKind, OptionSpec, Promise, TIME_LIMITS, WrongValue};
pub use options::{EntryOption, OptionValue};
pub use protocols::ProtocolSet;
pub use raw::Severity;
pub use rights::{Exposure, FileUse, Right};
#[cfg(feature = "watch")]
pub(crate) use source::Place;
pub(crate) use source::Way;
pub use source::{FileId, Location, Skipped, Source, Sources, Span};
pub use suggest::{nearest, nearest_or_longer};

use crate::terms::{Categories, ErrorCode, Family, Protocol, Role, Services, SocketType};
use entry::{Entry, EntryIndex};
use faults::{Faults, Reported};
use indexmap::IndexMap;
pub(crate) use remark::Remark;
use scope::Scope;
use uuid::Uuid;

/// The merged documents, with the fault in place of each entry, test and guarantee that could not be built.
pub(crate) struct Draft {
    pub stated: Stated,
    /// The entries, each at its position.
    pub entries: Vec<Result<Entry, Reported>>,
    pub expectations: Vec<Result<Expectation, Reported>>,
    pub guarantees: Vec<Result<Guarantee, Reported>>,
}

/// The merged documents without a gap: a [`Draft`] in which nothing is faulty.
pub(crate) struct Catalog {
    pub stated: Stated,
    /// The entries, each at its position.
    pub entries: Vec<Entry>,
    pub expectations: Vec<Expectation>,
    pub guarantees: Vec<Guarantee>,
}

/// The statements of the merged documents besides entries, tests and guarantees.
pub(crate) struct Stated {
    pub title: Option<String>,
    pub scope: Scope,
    pub providers: Vec<Provider>,
    /// Every entry by name, in the order of places; the position is the [`EntryIndex`].
    pub names: IndexMap<String, Declared>,
    /// The place that disables each entry, if one does.
    pub disabled: Vec<Option<Span>>,
    /// Enabled bases and chains in catalog order.
    pub order: Vec<EntryIndex>,
    /// By name; `*` is for all applications without a section of their own.
    pub applications: IndexMap<String, Application>,
    /// Severities that the catalog sets for lints: code, place, severity.
    pub lint: Vec<(String, Span, Severity)>,
    pub winsock: WinsockSection,
    pub remarks: Vec<Remark>,
}

/// The facts known of an entry's name, whether or not the entry is sound.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Declared {
    pub kind: EntryKind,
    pub at: Span,
    /// The fault because of which its table could not be read.
    pub unread: Option<Reported>,
}

/// A provider, which implements entries.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub name: String,
    pub module: String,
    /// The place where its module is named, or its own name if the module has the same name.
    pub module_at: Span,
    pub id: Option<Uuid>,
    /// The library under Windows, with environment variables unexpanded.
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

/// The values by which Windows identifies an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WinsockApplication {
    /// `AppFullPath`.
    pub path: String,
    /// `AppArgs`.
    pub arguments: Option<String>,
    /// The name of its key in `AppId_Catalog`.
    pub key: String,
}

/// The facts that a Winsock catalog states of itself, beyond its entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct WinsockSection {
    pub next_catalog_entry_id: Option<u32>,
    pub serial_access_number: Option<u32>,
    /// The order of the 32-bit catalog, where it differs.
    pub order_32: Vec<EntryIndex>,
    /// The order of the 64-bit catalog, where it differs.
    pub order_64: Vec<EntryIndex>,
}

/// The demands that are added to a request's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Policy {
    pub require: Services,
    pub prohibit: Services,
    pub permit: Option<Categories>,
}

/// The request of a test or guarantee; omitted fields are `None`.
#[derive(Clone, Debug)]
pub(crate) struct TestRequest {
    /// The side that the request takes; without it, an `[[expect]]` connects and an `[[always]]` covers both sides.
    pub role: Option<Role>,
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

/// The way in which a request names an entry.
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
    /// The selected entry offers these services.
    Services(Services),
    /// None of these entries is selected.
    Never(Vec<EntryIndex>),
    /// No entry is selected.
    Refused,
}

/// Reads and merges; what is wrong is in the faults. Returns also the moment at which the documents were as they were read.
///
/// What documents from the one with number `prevailing` on define replaces what those before define, whether or not they say so.
pub(crate) fn read(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    prevailing: usize,
) -> (Sources, Draft, Faults, Moment) {
    let mut faults = Faults::default();
    let (sources, mut documents, moment) = files::gather(inputs, builtins, form, limits, &mut faults);
    raw::Document::prevail(&mut documents, prevailing);
    let draft = merge::merge(documents, limits, &mut faults);
    (sources, draft, faults, moment)
}

/// Reads the documents, in the order in which they merge, as far as they can be read.
#[cfg(feature = "edit")]
pub(crate) fn documents(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
) -> (Sources, Vec<raw::Document>) {
    let (sources, documents, _) = files::gather(inputs, builtins, form, limits, &mut Faults::default());
    (sources, documents)
}

/// Merges documents that were read, and adds the faults.
#[cfg(feature = "winsock")]
pub(crate) fn merged(documents: Vec<raw::Document>, limits: &Limits, faults: &mut Faults) -> Draft {
    merge::merge(documents, limits, faults)
}

impl Draft {
    pub fn name(&self, index: EntryIndex) -> &str {
        self.stated.names.get_index(index.get()).map_or("", |(name, _)| name)
    }

    /// Returns the name under which an entry is written: for an entry that a chain over several bases makes, the chain's name.
    pub fn written_name(&self, index: EntryIndex) -> &str {
        let name = self.name(index);
        name.split_once('/').map_or(name, |(chain, _)| chain)
    }

    pub fn at(&self, index: EntryIndex) -> Span {
        self.stated.names[index.get()].at
    }

    /// Returns the catalog without a gap, or the proof that a fault was recorded.
    pub fn seal(self) -> Result<Catalog, Reported> {
        Ok(Catalog {
            stated: self.stated,
            entries: self.entries.into_iter().collect::<Result<_, _>>()?,
            expectations: self.expectations.into_iter().collect::<Result<_, _>>()?,
            guarantees: self.guarantees.into_iter().collect::<Result<_, _>>()?,
        })
    }
}
