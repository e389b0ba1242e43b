//! Catalogs: TOML documents in, valid and merged entries out, or every fault of every document at once.
//!
//! The way of a catalog through this room:
//!
//! | step | file | from | to |
//! |---|---|---|---|
//! | find and read the documents | `files`, `folder`, `pipe`, `form`, `foreign`, `snapshot`, `regular`, `journal` | paths and texts | [`Sources`] |
//! | check shapes and types | `document`, `reader`, `keys` | TOML | raw forms (`raw`), each value with its span |
//! | merge, resolve names, number | `merge`, `scope` | raw forms | `Draft`, of valid entries (`entry`) and the faults of others (`faults`) |
//! | check who implements entries, and their options | `modules` | `Draft` and [`Modules`] | faults |
//! | seal | `Draft::seal` | `Draft` without faults | `Catalog`, which has no gap |
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
#[cfg(feature = "cli")]
pub(crate) mod schema;
pub(crate) mod scope;
mod snapshot;
mod source;
mod suggest;
pub(crate) mod writing;

pub use document::FORMAT;
#[cfg(feature = "cli")]
pub(crate) use document::recognise;
pub use entry::{AddressSize, Bitness, ByteOrder, EntryKind, Facts, WinsockFacts};
pub(crate) use fault::quoted;
pub use fault::{Cause, Clause, Fault, FaultKind, Meant, Misuse, NotACatalog};
#[cfg(feature = "cli")]
pub(crate) use files::BUILTIN;
pub(crate) use files::Builtin;
pub use files::Input;
#[cfg(feature = "cli")]
pub(crate) use folder::walk;
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
pub(crate) use suggest::{nearest, nearest_or_longer};

use crate::terms::{Categories, ErrorCode, Family, Protocol, Role, Services, SocketType};
use entry::{Entry, EntryIndex};
use faults::{Faults, Reported};
use indexmap::IndexMap;
pub(crate) use remark::Remark;
use scope::Scope;
use uuid::Uuid;

/// Everything that the documents say, merged, with what could not be built as the fault that stands for it.
pub(crate) struct Draft {
    pub title: Option<String>,
    pub scope: Scope,
    pub providers: Vec<Provider>,
    /// Every entry by name, in the order of places; the position is the [`EntryIndex`].
    pub names: IndexMap<String, Declared>,
    /// The entries, each at its position.
    pub entries: Vec<Result<Entry, Reported>>,
    /// For each entry where it is disabled, if it is.
    pub disabled: Vec<Option<Span>>,
    /// Enabled bases and chains in catalog order.
    pub order: Vec<EntryIndex>,
    pub applications: IndexMap<String, Application>,
    pub expectations: Vec<Result<Expectation, Reported>>,
    pub guarantees: Vec<Result<Guarantee, Reported>>,
    pub lint: Vec<(String, Span, Severity)>,
    pub winsock: WinsockSection,
    pub remarks: Vec<Remark>,
}

/// Everything that the documents say, merged and without a gap: a [`Draft`] in which nothing is faulty.
pub(crate) struct Catalog {
    pub title: Option<String>,
    pub scope: Scope,
    pub providers: Vec<Provider>,
    /// Every entry by name, in the order of places; the position is the [`EntryIndex`].
    pub names: IndexMap<String, Declared>,
    /// The entries, each at its position.
    pub entries: Vec<Entry>,
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
    pub remarks: Vec<Remark>,
}

/// What is known of an entry's name, whether or not the entry is sound.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Declared {
    pub kind: EntryKind,
    pub at: Span,
    /// The fault because of which its table could not be read.
    pub unread: Option<Reported>,
}

/// Who implements entries.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub name: String,
    pub module: String,
    /// Where its module is named; its own name where that is the module's.
    pub module_at: Span,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Policy {
    pub require: Services,
    pub prohibit: Services,
    pub permit: Option<Categories>,
}

/// The request of a test or guarantee; fields left out are nothing.
#[derive(Clone, Debug)]
pub(crate) struct TestRequest {
    /// The side that the request takes; left out, an `[[expect]]` connects and an `[[always]]` speaks of both.
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

/// Reads and merges; what is wrong is in the faults.
///
/// What documents from the one with number `prevailing` on define replaces what those before define, whether or not they say so.
pub(crate) fn read(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    prevailing: usize,
) -> (Sources, Draft, Faults) {
    let mut faults = Faults::default();
    let (sources, mut documents) = files::gather(inputs, builtins, form, limits, &mut faults);
    raw::Document::prevail(&mut documents, prevailing);
    let draft = merge::merge(documents, limits, &mut faults);
    (sources, draft, faults)
}

/// Reads the documents, in the order in which they merge, as far as they can be read.
#[cfg(feature = "edit")]
pub(crate) fn documents(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
) -> (Sources, Vec<raw::Document>) {
    files::gather(inputs, builtins, form, limits, &mut Faults::default())
}

/// Merges documents that are read; what is wrong is added to the faults.
#[cfg(feature = "winsock")]
pub(crate) fn merged(documents: Vec<raw::Document>, limits: &Limits, faults: &mut Faults) -> Draft {
    merge::merge(documents, limits, faults)
}

impl Draft {
    pub fn name(&self, index: EntryIndex) -> &str {
        self.names.get_index(index.get()).map_or("", |(name, _)| name)
    }

    /// Returns the name under which an entry is written: of one that a chain over several bases makes, the chain's.
    pub fn written_name(&self, index: EntryIndex) -> &str {
        let name = self.name(index);
        name.split_once('/').map_or(name, |(chain, _)| chain)
    }

    pub fn at(&self, index: EntryIndex) -> Span {
        self.names[index.get()].at
    }

    /// Returns the catalog without a gap, or the proof that a fault was recorded for one.
    pub fn seal(self) -> Result<Catalog, Reported> {
        let Draft { title, scope, providers, names, disabled, order, applications, lint, winsock, .. } = self;
        Ok(Catalog {
            title,
            scope,
            providers,
            names,
            entries: self.entries.into_iter().collect::<Result<_, _>>()?,
            disabled,
            order,
            applications,
            expectations: self.expectations.into_iter().collect::<Result<_, _>>()?,
            guarantees: self.guarantees.into_iter().collect::<Result<_, _>>()?,
            lint,
            winsock,
            remarks: self.remarks,
        })
    }
}
