//! The output of `winsock show`: a whole Winsock catalog as its source states it. Facts that the source does not state
//! are null.
//!
//! | file | contents |
//! |---|---|
//! | `sets` | the items of one set |
//! | `names` | the names that Windows has for numbers and flags |

mod names;
mod sets;

pub(in crate::cli) use names::{control_set, kind, name_space, provider_flag_names};

use super::{Place, VERSION};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};
use sets::WinsockSet;
use sockatlas::catalog::{Fault, FaultKind, Span};
use sockatlas::winsock::{ApplicationCategories, Beside, Fragment, NameSpaceProvider, NameSpaceSet, Reading, Stated};

/// A Winsock catalog, and the faults that were found when it was read.
#[derive(serde::Serialize)]
pub(in crate::cli) struct WinsockCatalog<'a> {
    version: u32,
    form: &'static str,
    root: Option<&'a str>,
    control_set: Option<&'a str>,
    protocol_catalog: Option<&'a str>,
    next_catalog_entry_id: Option<u32>,
    serial_access_number: Option<u32>,
    sets: Vec<WinsockSet<'a>>,
    name_spaces: Vec<NameSpaces<'a>>,
    applications: Vec<WinsockApplication<'a>>,
    /// Entries that the source states only in part.
    fragments: Vec<Part<'a>>,
    beside: Vec<BesideValue<'a>>,
    faults: Vec<WinsockFault<'a>>,
}

impl<'a> WinsockCatalog<'a> {
    pub fn new(reading: &'a Reading) -> Self {
        let store = &reading.store;
        let root = store.root.as_ref().map(|stated| stated.value.as_str());
        WinsockCatalog {
            version: VERSION,
            form: store.form.name(),
            root,
            control_set: root.and_then(control_set),
            protocol_catalog: store.protocol_catalog.as_ref().map(|stated| stated.value.as_str()),
            next_catalog_entry_id: store.next_catalog_entry_id.as_ref().map(|stated| stated.value),
            serial_access_number: store.serial_access_number.as_ref().map(|stated| stated.value),
            sets: store.sets.iter().map(|set| WinsockSet::new(reading, set)).collect(),
            name_spaces: store.name_spaces.iter().map(|set| NameSpaces::new(reading, set)).collect(),
            applications: store.applications.iter().map(|stated| WinsockApplication::new(reading, stated)).collect(),
            fragments: store.fragments.iter().map(|fragment| Part::new(reading, fragment)).collect(),
            beside: beside(&store.beside),
            faults: reading.faults.iter().map(|fault| WinsockFault::new(reading, fault)).collect(),
        }
    }
}

/// A word of flags: as a number, and by name.
#[derive(serde::Serialize)]
struct Flags {
    number: u32,
    names: Vec<String>,
}

#[derive(serde::Serialize)]
struct NameSpaces<'a> {
    bits: Option<u32>,
    count: Option<u32>,
    providers: Vec<NameSpace<'a>>,
}

impl<'a> NameSpaces<'a> {
    fn new(reading: &'a Reading, set: &'a NameSpaceSet) -> Self {
        NameSpaces {
            bits: set.bits.map(|bits| bits.number()),
            count: set.count.as_ref().map(|stated| stated.value),
            providers: set.providers.iter().map(|provider| NameSpace::new(reading, provider)).collect(),
        }
    }
}

#[derive(serde::Serialize)]
struct NameSpace<'a> {
    key: Option<&'a str>,
    name: &'a str,
    path: Option<&'a str>,
    provider_id: Option<String>,
    name_space: Option<NamedSpace>,
    enabled: Option<bool>,
    provider_version: Option<u32>,
    stores_service_class_info: Option<bool>,
    written: Option<&'a str>,
    beside: Vec<BesideValue<'a>>,
    source: Place,
}

#[derive(serde::Serialize)]
struct NamedSpace {
    name: Option<&'static str>,
    number: u32,
}

impl<'a> NameSpace<'a> {
    fn new(reading: &'a Reading, provider: &'a NameSpaceProvider) -> Self {
        NameSpace {
            key: provider.key.as_ref().map(|stated| stated.value.as_str()),
            name: &provider.name,
            path: provider.path.as_deref(),
            provider_id: provider.provider_id.map(|id| id.to_string()),
            name_space: provider.name_space.map(|number| NamedSpace { name: name_space(number), number }),
            enabled: provider.enabled,
            provider_version: provider.version,
            stores_service_class_info: provider.stores_service_class_info,
            written: provider.written.as_deref(),
            beside: beside(&provider.beside),
            source: place(reading, provider.at),
        }
    }
}

#[derive(serde::Serialize)]
struct WinsockApplication<'a> {
    key: &'a str,
    path: Option<&'a str>,
    arguments: Option<&'a str>,
    categories: Option<Flags>,
    written: Option<&'a str>,
    beside: Vec<BesideValue<'a>>,
    source: Place,
}

impl<'a> WinsockApplication<'a> {
    fn new(reading: &'a Reading, application: &'a ApplicationCategories) -> Self {
        let text = |stated: &'a Option<Stated<String>>| stated.as_ref().map(|stated| stated.value.as_str());
        let categories = application.categories.as_ref().map(|stated| stated.value);
        WinsockApplication {
            key: &application.key.value,
            path: text(&application.path),
            arguments: text(&application.arguments),
            categories: categories.map(|held| Flags { number: held.bits(), names: held.to_names() }),
            written: application.written.as_deref(),
            beside: beside(&application.beside),
            source: place(reading, application.key.at),
        }
    }
}

/// The stated facts of an entry that the source states only in part.
#[derive(serde::Serialize)]
struct Part<'a> {
    bits: Option<u32>,
    facts: Facts<'a>,
    source: Place,
}

impl<'a> Part<'a> {
    fn new(reading: &'a Reading, fragment: &'a Fragment) -> Self {
        let bits = fragment.bits.map(|bits| bits.number());
        Part { bits, facts: Facts(fragment), source: place(reading, fragment.at) }
    }
}

/// Values as they are written, by the names of their fields in `winsock2.h`.
struct Facts<'a>(&'a Fragment);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = &self.0.facts;
        let mut map = serializer.serialize_map(Some(facts.len()))?;
        for (field, stated) in facts {
            map.serialize_entry(field.name(), &stated.value)?;
        }
        map.end()
    }
}

/// A registry value without a meaning for transport.
#[derive(serde::Serialize)]
struct BesideValue<'a> {
    key: &'a str,
    name: &'a str,
    /// The registry's number of the type: 1 `REG_SZ`, 3 `REG_BINARY`, 4 `REG_DWORD`, ...
    #[serde(rename = "type")]
    kind: u32,
    /// In base64.
    data: String,
}

fn beside(values: &[Beside]) -> Vec<BesideValue<'_>> {
    let mut stated = Vec::with_capacity(values.len());
    for Beside { key, name, kind, data } in values {
        stated.push(BesideValue { key, name, kind: *kind, data: STANDARD.encode(data) });
    }
    stated
}

#[derive(serde::Serialize)]
struct WinsockFault<'a> {
    code: &'a str,
    message: String,
    help: Option<String>,
    source: Place,
}

impl<'a> WinsockFault<'a> {
    fn new(reading: &'a Reading, fault: &'a Fault) -> Self {
        let kind: &FaultKind = &fault.kind;
        let source = place(reading, fault.at);
        WinsockFault { code: kind.code(), message: kind.to_string(), help: kind.help(), source }
    }
}

fn place(reading: &Reading, at: Span) -> Place {
    Place(reading.sources.locate(at))
}
