//! The items of one set, with every field.

use super::{BesideValue, Flags, beside, kind, place, provider_flag_names};
use crate::cli::json::{Named, Place};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sockatlas::terms::Services;
use sockatlas::winsock::info::ProtocolInfo;
use sockatlas::winsock::{Item, MalformedItem, Reading, Set};

#[derive(serde::Serialize)]
pub(super) struct WinsockSet<'a> {
    bits: Option<u32>,
    /// The value of the counter.
    count: Option<u32>,
    items: Vec<WinsockItem<'a>>,
    malformed: Vec<Malformed<'a>>,
}

impl<'a> WinsockSet<'a> {
    pub fn new(reading: &'a Reading, set: &'a Set) -> Self {
        WinsockSet {
            bits: set.bits.map(|bits| bits.number()),
            count: set.count.as_ref().map(|stated| stated.value),
            items: set.items.iter().map(|item| WinsockItem::new(reading, item)).collect(),
            malformed: set.malformed.iter().map(|item| Malformed::new(reading, item)).collect(),
        }
    }
}

/// An item with every field. If netsh is the source, the fields from `provider_flags` on, except for the last five, are
/// all null.
#[derive(serde::Serialize)]
struct WinsockItem<'a> {
    key: Option<&'a str>,
    catalog_entry_id: u32,
    kind: &'static str,
    name: &'a str,
    path: &'a str,
    provider_id: String,
    chain_length: i32,
    /// The ids of a chain, top first; for other items the values in the unused places, if there are any.
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
    /// The registry value `ProtocolName`.
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
            key: item.key.as_ref().map(|stated| stated.value.as_str()),
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
            repeated_name: item.repeated_name.as_ref().map(|stated| stated.value.as_str()),
            packed: item.packed.as_ref().map(|packed| STANDARD.encode(packed.as_bytes())),
            written: item.written.as_deref(),
            beside: beside(&item.beside),
            source: place(reading, item.at),
        }
    }
}

/// Returns the ids of a chain; for other items, the places up to the last that is not 0.
fn chain(info: &ProtocolInfo) -> Vec<u32> {
    let entries = &info.chain.entries;
    match info.chain.ids() {
        [] => entries[..entries.iter().rposition(|&id| id != 0).map_or(0, |last| last + 1)].to_vec(),
        ids => ids.to_vec(),
    }
}

/// A key whose value is not an item.
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
