//! Merges several documents into one catalog.
//!
//! | file | contents |
//! |---|---|
//! | `families` | the families that catalogs declare, by whose names words are read |
//! | `places` | one definition for each name; catalog entry ids, order, and disabled entries |
//! | `references` | the targets of names, at every place that holds one |
//! | `entries` | raw entries turned into valid ones, with resolved references |
//! | `chains` | the facts that chains take from entries that may be declared after them |
//! | `claims` | policy, tests and guarantees |

mod chains;
mod claims;
mod entries;
mod families;
mod places;
mod references;

pub(crate) use places::numbered;
#[cfg(feature = "edit")]
pub(crate) use places::ordered;

use super::entry::*;
use super::fault::{Fault, FaultKind};
use super::faults::{Faults, Reported};
use super::limits::Limits;
use super::protocols::ProtocolSet;
use super::raw::*;
use super::scope::{DeclaredFamily, Scope};
use super::source::Span;
use super::suggest::nearest;
use super::{
    Application, Claim, Declared, Draft, EntryDemand, Expectation, Guarantee, Outcome, Policy, Provider, Remark,
    Stated, TestRequest, WinsockSection,
};
use crate::terms::{Dialect, ErrorCode, Family, Protocol, SocketType};
use indexmap::{IndexMap, IndexSet};
use references::*;
use std::collections::HashMap;

/// Merges documents. A part that cannot be built is in the draft as the fault that stands for it, so that further faults can be
/// found.
pub(super) fn merge(documents: Vec<Document>, limits: &Limits, faults: &mut Faults) -> Draft {
    let mut merge = Merge {
        faults,
        scope: Scope::default(),
        names: IndexMap::new(),
        groups: HashMap::new(),
        providers: IndexMap::new(),
        applications: IndexMap::new(),
        chain_protocols: Vec::new(),
        incomplete: None,
        missing: None,
        unread: HashMap::new(),
        unread_families: HashMap::new(),
        unread_id: None,
        remarks: IndexSet::new(),
    };
    merge.unread.extend(documents.iter().flat_map(|document| document.unread.iter().cloned()));
    merge.incomplete = documents.iter().find_map(|document| document.incomplete);
    merge.missing = merge.faults.proof(|fault| {
        matches!(
            fault.kind,
            FaultKind::UnreadableFile { .. } | FaultKind::NotACatalog { .. } | FaultKind::LimitExceeded { .. }
        )
    });
    merge.dialect(&documents);
    merge.families(&documents);
    merge.providers(&documents);

    // The documents that were named give the title; included ones only if no named one has a title.
    let titles = |included| {
        let documents = documents.iter().filter(move |document| document.included == included);
        documents.filter_map(|document| document.title.as_deref()).collect::<Vec<_>>().join("; ")
    };
    let title = Some(titles(false)).filter(|title| !title.is_empty()).or_else(|| Some(titles(true)));
    let title = title.filter(|title| !title.is_empty());
    let mut entries = Vec::new();
    let mut orders = Vec::new();
    let mut disables = Vec::new();
    let mut applications = Vec::new();
    let mut expectations = Vec::new();
    let mut guarantees = Vec::new();
    let mut lint = Vec::new();
    let mut winsock = RawWinsock::default();
    for document in documents {
        entries.extend(document.entries);
        orders.push(document.order);
        disables.extend(document.disable);
        applications.extend(document.applications);
        expectations.extend(document.expectations);
        guarantees.extend(document.guarantees);
        winsock.take(document.winsock);
        merge.remarks.extend(document.remarks);
        lint.extend(document.lint.into_iter().map(|(code, severity)| (code.value, code.at, severity)));
    }

    let raw = merge.definitions(entries);
    let raw = merge.expand(raw, limits);
    let ids = merge.ids(&raw);
    let disabled = merge.disabled(&disables);
    let order = merge.order(&orders);
    let winsock = merge.winsock(winsock);
    let mut entries = Vec::with_capacity(raw.len());
    for ((raw, &id), disabled) in raw.into_iter().zip(&ids).zip(&disabled) {
        let entry = merge.entry(raw, EntryIndex::new(entries.len()), id, disabled.is_none());
        entries.push(entry);
    }
    merge.complete_chains(&mut entries);
    let order = order.into_iter().filter(|index| disabled[index.get()].is_none()).collect();
    merge.applications(applications);
    let ids = Ids::new(ids);
    let expectations = expectations.into_iter().map(|raw| merge.expectation(raw, &ids)).collect();
    let guarantees = guarantees.into_iter().map(|raw| merge.guarantee(raw, &ids)).collect();
    let stated = Stated {
        title,
        scope: merge.scope,
        providers: merge.providers.into_values().collect(),
        names: merge.names,
        disabled,
        order,
        applications: merge.applications,
        lint,
        winsock,
        remarks: merge.remarks.into_iter().collect(),
    };
    Draft { stated, entries, expectations, guarantees }
}

/// The module of a provider whose own is not known because of a fault. No check finds faults in entries of this module.
const NO_MODULE: &str = "";

struct Merge<'f> {
    faults: &'f mut Faults,
    scope: Scope,
    /// Every entry by its name, in the order of places; chains over several bases stand here as `CHAIN/BASE`.
    names: IndexMap<String, Declared>,
    /// The entries of each chain over several bases.
    groups: HashMap<String, Vec<EntryIndex>>,
    providers: IndexMap<String, Provider>,
    applications: IndexMap<String, Application>,
    /// The protocols that chains state, which are read once the family at the bottom of each chain is known.
    chain_protocols: Vec<(EntryIndex, Vec<At<ProtocolWord>>)>,
    /// The fault because of which entries may be missing from the names: there are more of them than allowed.
    incomplete: Option<Reported>,
    /// The fault because of which a whole document is missing.
    missing: Option<Reported>,
    /// The names whose definitions cannot be read or are duplicate, each with its fault.
    unread: HashMap<String, Reported>,
    /// The fault of a provider because of which its GUID may not be known.
    unread_id: Option<Reported>,
    /// The families whose section has a fault: the family, if it is known, and the fault.
    unread_families: HashMap<String, (Option<Family>, Reported)>,
    /// Without duplicates, however many entries a table makes.
    remarks: IndexSet<Remark>,
}

impl Merge<'_> {
    fn fault(&mut self, kind: FaultKind, at: Span) -> Reported {
        self.faults.push(Fault::new(kind, at))
    }

    fn duplicate(&mut self, what: &'static str, name: &At<String>, first: Span) -> Reported {
        let kind = FaultKind::DuplicateName { what, name: name.value.clone() };
        self.faults.push(Fault::new(kind, name.at).because(first, "first declared here"))
    }

    /// Records a `replace = true` that replaces nothing of that name.
    fn replacement(&mut self, what: &'static str, name: &At<String>, replaces: bool, found: bool) {
        if replaces && !found {
            self.remarks.insert(Remark::ReplacesNothing { what, name: name.value.clone(), at: name.at });
        }
    }

    fn dialect(&mut self, documents: &[Document]) {
        let mut stated = documents.iter().filter_map(|document| document.dialect.as_ref());
        let Some(first) = stated.next() else { return };
        self.scope.dialect = first.value;
        for other in stated.filter(|other| other.value != first.value) {
            let kind = FaultKind::DialectConflict { stated: other.value, other: first.value };
            self.faults.push(Fault::new(kind, other.at).because(first.at, "stated here"));
        }
    }

    fn providers(&mut self, documents: &[Document]) {
        for raw in documents.iter().flat_map(|document| &document.providers) {
            let name = &raw.name.value;
            if let Some(first) = self.providers.get(name).filter(|_| !raw.replace) {
                let first = first.at;
                self.duplicate("provider", &raw.name, first);
                if let Some(either) = self.providers.get_mut(name) {
                    either.module = NO_MODULE.to_owned();
                }
                continue;
            }
            self.replacement("provider", &raw.name, raw.replace, self.providers.contains_key(name));
            let At { value: module, at: module_at } = raw.module.clone().unwrap_or_else(|| raw.name.clone());
            let module = if raw.unread_module.is_some() { NO_MODULE.to_owned() } else { module };
            let provider = Provider {
                name: name.clone(),
                module,
                module_at,
                id: raw.id,
                library: raw.library.clone(),
                at: raw.name.at,
            };
            self.unread_id = self.unread_id.or(raw.unread);
            self.providers.insert(name.clone(), provider);
        }
    }

    fn winsock(&mut self, raw: RawWinsock) -> WinsockSection {
        let RawWinsock { next_catalog_entry_id, serial_access_number, order_32, order_64 } = raw;
        let [order_32, order_64] = [order_32, order_64].map(|names| {
            names.iter().flat_map(|name| self.entries_called(name, WINSOCK_ORDER).unwrap_or_default()).collect()
        });
        WinsockSection { next_catalog_entry_id, serial_access_number, order_32, order_64 }
    }

    fn kind(&self, index: EntryIndex) -> EntryKind {
        self.names[index.get()].kind
    }
}
