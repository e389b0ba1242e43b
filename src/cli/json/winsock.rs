//! What `winsock show` prints: a whole Winsock catalog as its source tells it. Null is what the source does not tell.

use super::{Named, Place, VERSION};
use crate::catalog::{Fault, FaultKind, Span};
use crate::terms::{Family, Protocol, Services, SocketType, System};
use crate::winsock::info::{ProtocolInfo, provider_flags};
use crate::winsock::{
    ApplicationCategories, Beside, Fragment, Item, ItemKind, MalformedItem, NameSpaceProvider, NameSpaceSet, Reading,
    Set, Told,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A Winsock catalog, and what cannot be read of it.
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
    /// Entries of which the source tells a part.
    fragments: Vec<Part<'a>>,
    beside: Vec<BesideValue<'a>>,
    faults: Vec<WinsockFault<'a>>,
}

impl<'a> WinsockCatalog<'a> {
    pub fn new(reading: &'a Reading) -> Self {
        let store = &reading.store;
        let root = store.root.as_ref().map(|told| told.value.as_str());
        WinsockCatalog {
            version: VERSION,
            form: store.form.name(),
            root,
            control_set: root.and_then(control_set),
            protocol_catalog: store.protocol_catalog.as_ref().map(|told| told.value.as_str()),
            next_catalog_entry_id: store.next_catalog_entry_id.as_ref().map(|told| told.value),
            serial_access_number: store.serial_access_number.as_ref().map(|told| told.value),
            sets: store.sets.iter().map(|set| WinsockSet::new(reading, set)).collect(),
            name_spaces: store.name_spaces.iter().map(|set| NameSpaces::new(reading, set)).collect(),
            applications: store.applications.iter().map(|told| WinsockApplication::new(reading, told)).collect(),
            fragments: store.fragments.iter().map(|fragment| Part::new(reading, fragment)).collect(),
            beside: beside(&store.beside),
            faults: reading.faults.iter().map(|fault| WinsockFault::new(reading, fault)).collect(),
        }
    }
}

/// The component of a key that names the control set.
pub(in crate::cli) fn control_set(root: &str) -> Option<&str> {
    let is_control_set = |part: &&str| {
        let part = part.to_ascii_lowercase();
        part == "currentcontrolset"
            || part.strip_prefix("controlset").is_some_and(|number| number.parse::<u32>().is_ok())
    };
    root.split('\\').find(is_control_set)
}

/// What an item is, in a word.
pub(in crate::cli) const fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Layer => "layer",
        ItemKind::Base => "base",
        ItemKind::Chain => "chain",
        ItemKind::Malformed => "malformed",
    }
}

/// The names of `dwProviderFlags`, in kebab-case; bits without a name in the form `0x00000020`.
pub(in crate::cli) fn provider_flag_names(flags: u32) -> Vec<String> {
    const NAMES: [(u32, &str); 5] = [
        (provider_flags::MULTIPLE_PROTO_ENTRIES, "multiple-proto-entries"),
        (provider_flags::RECOMMENDED_PROTO_ENTRY, "recommended-proto-entry"),
        (provider_flags::HIDDEN, "hidden"),
        (provider_flags::MATCHES_PROTOCOL_ZERO, "matches-protocol-zero"),
        (provider_flags::NETWORKDIRECT_PROVIDER, "networkdirect-provider"),
    ];
    let name = |bit: u32| NAMES.iter().find(|(known, _)| *known == bit).map(|(_, name)| (*name).to_owned());
    let bits = (0..32).map(|bit| 1_u32 << bit).filter(|bit| flags & bit != 0);
    bits.map(|bit| name(bit).unwrap_or_else(|| format!("0x{bit:08x}"))).collect()
}

/// What a name space is called, of those that Windows has.
pub(in crate::cli) const fn name_space(number: u32) -> Option<&'static str> {
    Some(match number {
        12 => "DNS",
        15 => "NLA",
        16 => "Bluetooth",
        32 => "NTDS",
        37 => "e-mail",
        38 | 39 => "PNRP",
        _ => return None,
    })
}

impl Named<'static> {
    /// Windows' name of a family.
    pub fn windows_family(number: i32) -> Self {
        Named { name: Family::from_number(number, System::Windows).name(), number: Some(number) }
    }

    /// Windows' name of a socket type.
    pub fn windows_type(number: i32) -> Self {
        Named { name: SocketType::from_raw(number).name_on(System::Windows), number: Some(number) }
    }

    /// Windows' name of a protocol in a family.
    pub fn windows_protocol(number: i32, family: i32) -> Self {
        let family = Family::from_number(family, System::Windows);
        Named { name: Protocol::from_raw(number).name(family, System::Windows), number: Some(number) }
    }
}

/// A word of flags: as a number, and by name.
#[derive(serde::Serialize)]
struct Flags {
    number: u32,
    names: Vec<String>,
}

#[derive(serde::Serialize)]
struct WinsockSet<'a> {
    bits: Option<u32>,
    /// What the counter says.
    count: Option<u32>,
    items: Vec<WinsockItem<'a>>,
    malformed: Vec<Malformed<'a>>,
}

impl<'a> WinsockSet<'a> {
    fn new(reading: &'a Reading, set: &'a Set) -> Self {
        WinsockSet {
            bits: set.bits.map(|bits| bits.number()),
            count: set.count.as_ref().map(|told| told.value),
            items: set.items.iter().map(|item| WinsockItem::new(reading, item)).collect(),
            malformed: set.malformed.iter().map(|item| Malformed::new(reading, item)).collect(),
        }
    }
}

/// An item, every field. Those from `provider_flags` on, but for the last five, are null together where netsh is the source.
#[derive(serde::Serialize)]
struct WinsockItem<'a> {
    key: Option<&'a str>,
    catalog_entry_id: u32,
    kind: &'static str,
    name: &'a str,
    path: &'a str,
    provider_id: String,
    chain_length: i32,
    /// Of a chain its ids, top first; of others what stands in the unused places, if anything does.
    chain: Vec<u32>,
    item_version: i32,
    family: Named<'static>,
    #[serde(rename = "type")]
    socket_type: Named<'static>,
    protocol: Named<'static>,
    max_address_length: i32,
    min_address_length: i32,
    service_flags: Flags,
    provider_flags: Option<Flags>,
    reserved_service_flags: Option<[u32; 3]>,
    protocol_max_offset: Option<i32>,
    network_byte_order: Option<i32>,
    security_scheme: Option<i32>,
    message_size: Option<u32>,
    provider_reserved: Option<u32>,
    /// The value `ProtocolName`.
    repeated_name: Option<&'a str>,
    /// The 888 bytes, in base64.
    packed: Option<String>,
    written: Option<&'a str>,
    beside: Vec<BesideValue<'a>>,
    source: Place,
}

impl<'a> WinsockItem<'a> {
    fn new(reading: &'a Reading, item: &'a Item) -> Self {
        let info = &item.info;
        let further = info.further.as_ref();
        let services = Services::from_xp1(info.service_flags);
        WinsockItem {
            key: item.key.as_ref().map(|told| told.value.as_str()),
            catalog_entry_id: info.catalog_entry_id,
            kind: kind(info.kind()),
            name: &info.name,
            path: &info.path,
            provider_id: info.provider_id.to_string(),
            chain_length: info.chain.length,
            chain: chain(info),
            item_version: info.version,
            family: Named::windows_family(info.address_family),
            socket_type: Named::windows_type(info.socket_type),
            protocol: Named::windows_protocol(info.protocol, info.address_family),
            max_address_length: info.max_address_length,
            min_address_length: info.min_address_length,
            service_flags: Flags { number: info.service_flags, names: services.iter().map(str::to_owned).collect() },
            provider_flags: further.map(|further| Flags {
                number: further.provider_flags,
                names: provider_flag_names(further.provider_flags),
            }),
            reserved_service_flags: further.map(|further| further.reserved_service_flags),
            protocol_max_offset: further.map(|further| further.protocol_max_offset),
            network_byte_order: further.map(|further| further.network_byte_order),
            security_scheme: further.map(|further| further.security_scheme),
            message_size: further.map(|further| further.message_size),
            provider_reserved: further.map(|further| further.provider_reserved),
            repeated_name: item.repeated_name.as_ref().map(|told| told.value.as_str()),
            packed: item.packed.as_ref().map(|packed| STANDARD.encode(packed.as_bytes())),
            written: item.written.as_deref(),
            beside: beside(&item.beside),
            source: place(reading, item.at),
        }
    }
}

/// The ids of a chain; else the places up to the last that is not 0.
fn chain(info: &ProtocolInfo) -> Vec<u32> {
    let entries = &info.chain.entries;
    match info.chain.ids() {
        [] => entries[..entries.iter().rposition(|&id| id != 0).map_or(0, |last| last + 1)].to_vec(),
        ids => ids.to_vec(),
    }
}

/// A key whose value is no item.
#[derive(serde::Serialize)]
struct Malformed<'a> {
    key: &'a str,
    /// The value, in base64.
    data: String,
    source: Place,
}

impl<'a> Malformed<'a> {
    fn new(reading: &'a Reading, item: &'a MalformedItem) -> Self {
        Malformed { key: &item.key.value, data: STANDARD.encode(&item.data), source: place(reading, item.at) }
    }
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
            count: set.count.as_ref().map(|told| told.value),
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
            key: provider.key.as_ref().map(|told| told.value.as_str()),
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
        let text = |told: &'a Option<Told<String>>| told.as_ref().map(|told| told.value.as_str());
        let categories = application.categories.as_ref().map(|told| told.value);
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

/// What the source tells of an entry that it does not tell whole.
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

/// Values as they are written, by the names that the fields have in `winsock2.h`.
struct Facts<'a>(&'a Fragment);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = &self.0.facts;
        let mut map = serializer.serialize_map(Some(facts.len()))?;
        for (field, told) in facts {
            map.serialize_entry(field.name(), &told.value)?;
        }
        map.end()
    }
}

/// A value of the registry without a meaning for transport.
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
    let mut told = Vec::with_capacity(values.len());
    for Beside { key, name, kind, data } in values {
        told.push(BesideValue { key, name, kind: *kind, data: STANDARD.encode(data) });
    }
    told
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
