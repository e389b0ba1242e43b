//! The content of one document, with its shape checked and its names not yet resolved: every value with its span.
//!
//! These forms live from the reading of a document to the merge, which consumes them.

use super::WinsockApplication;
use super::entry::{EntryKind, Facts};
use super::faults::Reported;
use super::options::EntryOption;
use super::remark::Remark;
use super::source::{FileId, Span};
use crate::terms::{Categories, Dialect, ErrorCode, Role, Services, UnknownName};
use std::collections::HashSet;
use uuid::Uuid;

/// A value and the place where it was written.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub value: T,
    pub at: Span,
}

impl<T> At<T> {
    pub fn new(value: T, at: Span) -> Self {
        At { value, at }
    }
}

/// A family, type or protocol as written.
#[derive(Clone, Debug)]
pub(crate) enum Word {
    Name(String),
    Number(i32),
}

/// One member of a protocol set as written.
#[derive(Clone, Debug)]
pub(crate) enum ProtocolWord {
    One(Word),
    Range(i32, i32),
    Any,
}

/// A document.
pub(crate) struct Document {
    /// The number of the document among those that were read together.
    pub file: FileId,
    /// Whether it was read because another includes it.
    pub included: bool,
    pub dialect: Option<At<Dialect>>,
    pub title: Option<String>,
    pub includes: Vec<At<String>>,
    pub order: Vec<At<String>>,
    pub disable: Vec<At<String>>,
    pub providers: Vec<RawProvider>,
    pub families: Vec<RawFamily>,
    pub applications: Vec<RawApplication>,
    /// The entries in the order of their places in the text, whatever their kind.
    pub entries: Vec<RawEntry>,
    pub expectations: Vec<RawExpectation>,
    pub guarantees: Vec<RawGuarantee>,
    pub lint: Vec<(At<String>, Severity)>,
    pub winsock: RawWinsock,
    /// The names whose definitions cannot be read, each with its fault: references to them must not seem dangling.
    pub unread: Vec<(String, Reported)>,
    /// The fault because of which the document may declare more than is known.
    pub incomplete: Option<Reported>,
    pub remarks: Vec<Remark>,
}

impl Document {
    /// Creates an empty document.
    pub fn empty() -> Self {
        Document {
            file: FileId(0),
            included: false,
            dialect: None,
            title: None,
            includes: Vec::new(),
            order: Vec::new(),
            disable: Vec::new(),
            providers: Vec::new(),
            families: Vec::new(),
            applications: Vec::new(),
            entries: Vec::new(),
            expectations: Vec::new(),
            guarantees: Vec::new(),
            lint: Vec::new(),
            winsock: RawWinsock::default(),
            unread: Vec::new(),
            incomplete: None,
            remarks: Vec::new(),
        }
    }

    /// Returns every definition by its section and name, and whether it states that it replaces another.
    fn definitions(&mut self) -> impl Iterator<Item = ((&'static str, &str), &mut bool)> {
        let providers = self.providers.iter_mut().map(|raw| (("provider", &*raw.name.value), &mut raw.replace));
        let families = self.families.iter_mut().map(|raw| (("family", &*raw.name.value), &mut raw.replace));
        let entries = self.entries.iter_mut().map(|raw| (("entry", &*raw.name.value), &mut raw.replace));
        let applications =
            self.applications.iter_mut().map(|raw| (("application", &*raw.name.value), &mut raw.replace));
        providers.chain(families).chain(entries).chain(applications)
    }

    /// Lets the definitions of documents from this index on replace earlier ones of the same names. Among themselves they replace
    /// each other only where they say so.
    pub fn prevail(documents: &mut [Document], from: usize) {
        let Some((before, prevailing)) = documents.split_at_mut_checked(from) else { return };
        let names = before
            .iter_mut()
            .flat_map(|document| document.definitions().map(|((what, name), _)| (what, name.to_owned())));
        let mut replaced: HashSet<(&'static str, String)> = names.collect();
        for ((what, name), replace) in prevailing.iter_mut().flat_map(Document::definitions) {
            *replace |= replaced.remove(&(what, name.to_owned()));
        }
    }
}

/// The facts that a Winsock catalog states of itself; the last of several documents counts.
#[derive(Default)]
pub(crate) struct RawWinsock {
    pub next_catalog_entry_id: Option<u32>,
    pub serial_access_number: Option<u32>,
    pub order_32: Vec<At<String>>,
    pub order_64: Vec<At<String>>,
}

impl RawWinsock {
    /// Replaces earlier statements by those of a later document.
    pub fn take(&mut self, later: RawWinsock) {
        self.next_catalog_entry_id = later.next_catalog_entry_id.or(self.next_catalog_entry_id);
        self.serial_access_number = later.serial_access_number.or(self.serial_access_number);
        if !later.order_32.is_empty() {
            self.order_32 = later.order_32;
        }
        if !later.order_64.is_empty() {
            self.order_64 = later.order_64;
        }
    }
}

/// The severity of a finding.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Not reported.
    Allow,
    /// Worth knowing.
    Note,
    /// Probably a mistake.
    Warning,
    /// A mistake.
    Error,
}

impl Severity {
    /// All severities, the least first.
    pub const ALL: [Severity; 4] = [Severity::Allow, Severity::Note, Severity::Warning, Severity::Error];

    /// Returns `allow`, `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Allow => "allow",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl std::str::FromStr for Severity {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let known = Severity::ALL.into_iter().find(|severity| severity.name() == name);
        known.ok_or_else(|| UnknownName::new("severity", name))
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

pub(crate) struct RawProvider {
    pub name: At<String>,
    pub module: Option<At<String>>,
    pub id: Option<Uuid>,
    pub library: Option<String>,
    pub replace: bool,
    /// The fault of its own table, if it has one.
    pub unread: Option<Reported>,
    /// The fault because of which its module is not known.
    pub unread_module: Option<Reported>,
}

pub(crate) struct RawFamily {
    pub name: At<String>,
    pub number: Option<At<i32>>,
    /// The fault of its own table, if it has one: then its number and its protocols are not all known.
    pub unread: Option<Reported>,
    pub protocols: Vec<(At<String>, i32)>,
    pub max_protocol: Option<i32>,
    pub protocol_first: bool,
    /// The places of these two facts, by their keys.
    pub facts_at: Vec<(&'static str, Span)>,
    pub replace: bool,
}

#[derive(Default)]
pub(crate) struct RawPolicy {
    pub require: Services,
    pub prohibit: Services,
    pub permit: Option<Categories>,
}

pub(crate) struct RawApplication {
    pub name: At<String>,
    pub policy: RawPolicy,
    pub winsock: Option<WinsockApplication>,
    pub replace: bool,
}

#[derive(Clone)]
pub(crate) struct RawEntry {
    pub name: At<String>,
    pub kind: EntryKind,
    pub replace: bool,
    pub hidden: bool,
    pub provider: Option<At<String>>,
    pub id: Option<At<i32>>,
    pub facts: Option<Box<Facts>>,
    pub options: Vec<EntryOption>,
    /// The body, unless the entry has a fault of its own: others may refer to it, but nothing more is reported about it.
    pub body: Result<RawBody, Reported>,
}

#[derive(Clone)]
pub(crate) enum RawBody {
    Base(RawBase),
    Layer(Box<RawLayer>),
    Chain(RawChain),
}

#[derive(Clone)]
pub(crate) struct RawBase {
    pub family: At<Word>,
    pub socket_type: At<Word>,
    pub protocol: Vec<At<ProtocolWord>>,
    pub matches_zero: bool,
    pub services: Services,
}

#[derive(Clone, Default)]
pub(crate) struct RawLayer {
    pub needs: Services,
    pub forbids: Services,
    pub adds: Services,
    pub removes: Services,
    pub allow_below: Option<At<Vec<At<String>>>>,
    pub categories: Categories,
    pub socket_type: Option<At<Word>>,
    /// The place of `needs`, for findings that break it.
    pub needs_at: Option<Span>,
    pub forbids_at: Option<Span>,
}

#[derive(Clone)]
pub(crate) struct RawChain {
    /// The layers, at least one.
    pub layers: Vec<At<String>>,
    pub base: RawChainBase,
    pub protocol: Option<Vec<At<ProtocolWord>>>,
    pub matches_zero: Option<bool>,
    pub services: Option<Services>,
}

#[derive(Clone)]
pub(crate) enum RawChainBase {
    One(At<String>),
    /// Several bases, at least one; they make the entries `CHAIN/BASE`.
    Several(Vec<At<String>>),
}

/// A request as a test or a guarantee writes it; omitted fields are `None`.
#[derive(Default)]
pub(crate) struct RawRequest {
    pub role: Option<Role>,
    pub family: Option<At<Word>>,
    pub socket_type: Option<At<Word>>,
    pub protocol: Option<At<Word>>,
    pub entry: Option<At<RawEntryDemand>>,
    pub provider: Option<At<String>>,
    pub require: Services,
    pub prefer: Services,
    pub avoid: Services,
    pub prohibit: Services,
    pub application: Option<At<String>>,
}

pub(crate) enum RawEntryDemand {
    Name(String),
    Id(i32),
}

pub(crate) struct RawExpectation {
    pub at: Span,
    pub request: RawRequest,
    pub outcome: RawOutcome,
}

pub(crate) enum RawOutcome {
    Entry(At<String>),
    Error(At<ErrorCode>),
}

pub(crate) struct RawGuarantee {
    pub at: Span,
    pub request: RawRequest,
    pub claim: RawClaim,
}

pub(crate) enum RawClaim {
    Services(Services),
    Never(Vec<At<String>>),
    Refused,
}
