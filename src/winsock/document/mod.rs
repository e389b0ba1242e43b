//! The conversion of Winsock catalogs into documents, so that every command's `--catalog` accepts them and programs can load
//! them.
//!
//! | file | what |
//! |---|---|
//! | `both` | merges the two sets into one list |
//! | `names` | derives the names of entries |
//! | `providers` | derives the providers from GUIDs and libraries |
//! | `entries` | converts items into entries, with the place of every fact |

mod both;
mod entries;
mod names;
mod providers;

use crate::catalog::faults::Faults;
use crate::catalog::raw::{At, Document, RawApplication, RawPolicy, RawWinsock};
use crate::catalog::{
    Bitness, Content, EntryKind, Fault, FaultKind, FileId, ForeignText, Form, Limits, Span, WinsockApplication,
};
use crate::load::Loader;
use crate::terms::Dialect;
use crate::winsock::fault::{ChainFlaw, WinsockFault};
use crate::winsock::form::{self, Options};
use crate::winsock::rules;
use crate::winsock::store::{ApplicationCategories, SourceForm, Store};
use both::Both;
use entries::Entries;
use names::Names;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

impl Loader {
    /// Also reads Winsock catalogs, which are recognised by their content: registry exports, SYSTEM hives (with the feature
    /// `hive`), the output of netsh and of `instlsp -p`, and packed items.
    pub fn winsock(self, options: Options) -> Self {
        self.form(Arc::new(WinsockForm(options)))
    }
}

/// The number of bytes at the beginning of a source that determine its size limit.
pub const BEGINNING: u64 = 4096;

/// Returns the size limit, in bytes, of a source with this beginning.
pub fn most_bytes(beginning: &[u8], limits: &Limits) -> u64 {
    // A hive holds the settings of the whole system, of which only a small part is read.
    if beginning.starts_with(b"regf") { limits.document_bytes.max(1 << 30) } else { limits.document_bytes }
}

#[derive(Debug)]
struct WinsockForm(Options);

impl Form for WinsockForm {
    fn most_bytes(&self, beginning: &[u8], limits: &Limits) -> u64 {
        most_bytes(beginning, limits)
    }

    fn text(&self, bytes: &[u8], path: Option<&Path>) -> Option<Result<ForeignText, FaultKind>> {
        let form::Text { form: source_form, text, flaws } = match form::text(bytes, path, &self.0)? {
            Ok(text) => text,
            Err(kind) => return Some(Err(kind)),
        };
        let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        Some(Ok(ForeignText {
            form: source_form.name(),
            text,
            read: Box::new(move |file, text, faults| {
                let mut found: Vec<Fault> = flaws.faults(file).collect();
                let store = form::parse(source_form, file, text, &mut found);
                faults.extend(found);
                let mut document = document(&store, file, Bitness::Bits64, faults);
                document.title = Some(title(source_form, name.as_deref()));
                (Content::new(store), document)
            }),
        }))
    }
}

/// Returns the title of a catalog, by its source.
pub(super) fn title(form: SourceForm, name: Option<&str>) -> String {
    let from = match form {
        SourceForm::Reg => "a registry export",
        SourceForm::Hive => "a SYSTEM hive",
        SourceForm::Netsh => "what netsh shows",
        SourceForm::Instlsp => "what instlsp shows",
        SourceForm::Packed => "packed items",
    };
    match name {
        Some(name) => format!("The Winsock catalog of {name}, {from}"),
        None => format!("The Winsock catalog of {from}"),
    }
}

/// Converts a store into a document.
///
/// Entries that programs of `bits` do not see are disabled. Defects that prevent a catalog are reported as faults, and the
/// entries with these faults have no body.
pub(super) fn document(store: &Store, file: FileId, bits: Bitness, faults: &mut Faults) -> Document {
    let before = faults.mark();
    faults.extend(rules::faults(store));
    // All chains of a cycle are at fault, wherever the cycle is reported.
    let circle = |fault: &&Fault| {
        matches!(WinsockFault::of(fault), Some(WinsockFault::MalformedChain { flaw: ChainFlaw::Cycle { .. }, .. }))
    };
    let found = faults.after(before);
    let circles = found.iter().filter(circle).flat_map(|fault| &fault.causes).map(|cause| cause.at);
    let stated: HashSet<Span> = found.iter().map(|fault| fault.at).chain(circles).collect();
    let reported = faults.since(before).err();
    let both = Both::new(store);
    let names = entries::names(&both);
    let providers = providers::providers(&both, &names);
    let entries = Entries { both: &both, names: &names, providers: &providers, stated: &stated, reported }.read(faults);
    let named = |at: usize| entries.get(at).map(|entry| entry.name.clone());
    let unseen = both.slots.iter().enumerate().filter(|(_, slot)| slot.bits.is_some_and(|of| of != bits));
    let called = |slots: &[usize]| slots.iter().filter_map(|&at| named(at)).collect::<Vec<_>>();
    let order_32 = both.order_32().unwrap_or_default();
    // If the catalog is for 32-bit programs, and their order differs from the order of declarations, the document states both
    // orders.
    let (order, order_64) = match bits {
        Bitness::Bits32 if !order_32.is_empty() => {
            let is_selectable = |at: usize| entries.get(at).is_some_and(|entry| entry.kind != EntryKind::Layer);
            let order: Vec<usize> = order_32.iter().copied().filter(|&at| is_selectable(at)).collect();
            let of_64 = both.slots.iter().enumerate().filter(|(_, slot)| slot.bits != Some(Bitness::Bits32));
            (called(&order), called(&of_64.map(|(at, _)| at).collect::<Vec<_>>()))
        }
        Bitness::Bits32 | Bitness::Bits64 => (Vec::new(), Vec::new()),
    };
    Document {
        dialect: Some(At::new(Dialect::Windows, Span::beginning(file))),
        order,
        disable: unseen.filter_map(|(at, _)| named(at)).collect(),
        providers: providers::declared(&both, &providers),
        applications: applications(store),
        winsock: RawWinsock {
            next_catalog_entry_id: store.next_catalog_entry_id.as_ref().map(|id| id.value),
            serial_access_number: store.serial_access_number.as_ref().map(|number| number.value),
            order_32: called(order_32),
            order_64,
        },
        entries,
        ..Document::empty()
    }
}

/// Returns the layers that each application permits. An application without stated categories permits all layers.
fn applications(store: &Store) -> Vec<RawApplication> {
    let mut names = Names::default();
    let application = |application: &ApplicationCategories| {
        let path = application.path.as_ref().map_or("", |path| &path.value);
        let file = path.rsplit(['\\', '/']).next().and_then(names::slug);
        let name = file.or_else(|| names::slug(&format!("application-{}", application.key.value)));
        let permit = application.categories.as_ref().map(|categories| categories.value);
        RawApplication {
            name: At::new(names.unique(name.as_deref().unwrap_or("application")), application.key.at),
            // 0 means no category at all, and an application without categories permits every layer.
            policy: RawPolicy { permit: permit.filter(|permit| !permit.is_empty()), ..RawPolicy::default() },
            winsock: Some(WinsockApplication {
                path: path.to_owned(),
                arguments: application.arguments.as_ref().map(|arguments| arguments.value.clone()),
                key: application.key.value.clone(),
            }),
            replace: false,
        }
    };
    let mut applications: Vec<RawApplication> = store.applications.iter().map(application).collect();
    // Windows restricts only the applications that it lists.
    if let Some(first) = applications.first() {
        applications.push(RawApplication {
            name: At::new("*".to_owned(), first.name.at),
            policy: RawPolicy::default(),
            winsock: None,
            replace: false,
        });
    }
    applications
}

#[cfg(test)]
pub(super) mod tests;
