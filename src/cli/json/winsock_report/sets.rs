//! The entries of one set, and the answers to the usual requests.

use super::parts::{AbsentJson, ConcernJson, LibraryJson, PlaceJson, ProviderJson, TimesJson};
use crate::cli::json::kind;
use crate::cli::winsock::Keys;
use serde::Serialize;
use sockatlas::catalog::Bitness;
use sockatlas::winsock::Item;
use sockatlas::winsock::report::{
    Absent, Addition, Answer, Change, EntryReport, LayerReport, Leftover, Outcome, SetReport, Standing,
};

#[derive(Serialize)]
pub(super) struct SetJson<'r> {
    bits: Option<u32>,
    /// The value of the catalog's counter.
    count: Option<u32>,
    entries: Vec<EntryJson<'r>>,
    absent: Option<Vec<AbsentJson>>,
    layers: Vec<LayerJson<'r>>,
    answers: Vec<AnswerJson<'r>>,
    times: Option<TimesJson<'r>>,
    source: PlaceJson,
}

impl<'r> SetJson<'r> {
    pub fn new(set: &'r SetReport<'r>, keys: &Keys<'_>) -> Self {
        let entries = set.entries.iter().enumerate();
        let late =
            |place: usize| Some((set.entries.get(place)?.item.info.name.as_str(), set.entries.get(place)?.item.at));
        SetJson {
            bits: set.set.bits.map(Bitness::number),
            count: set.set.count.as_ref().map(|stated| stated.value),
            entries: entries.map(|(place, entry)| EntryJson::new(place, entry, keys)).collect(),
            absent: set.absent.as_ref().map(|all| all.iter().map(absent).collect()),
            layers: set.layers.iter().map(|layer| LayerJson::new(layer, set)).collect(),
            answers: set.answers.iter().map(|answer| AnswerJson::new(answer, set)).collect(),
            times: set.times.as_ref().map(|times| TimesJson::new(times, keys, late)),
            source: keys.place(set.set.at).into(),
        }
    }
}

fn absent(absent: &Absent) -> AbsentJson {
    AbsentJson { name: absent.item.name, missing: absent.is_missing }
}

#[derive(Serialize)]
pub(super) struct EntryJson<'r> {
    /// Its place in the order, from 1.
    position: usize,
    catalog_entry_id: u32,
    kind: &'static str,
    name: &'r str,
    provider: ProviderJson,
    path: &'r str,
    family: i32,
    #[serde(rename = "type")]
    socket_type: i32,
    protocol: i32,
    protocol_max_offset: Option<i32>,
    service_flags: u32,
    provider_flags: Option<u32>,
    chain: &'r [u32],
    /// The time when its key was last written.
    written: Option<&'r str>,
    /// `standard`, `changed` or `added`.
    standing: &'static str,
    /// The standard item that it equals, or repeats.
    standard: Option<&'static str>,
    /// The kind of addition, if it was added.
    addition: Option<&'static str>,
    changes: Vec<ChangeJson<'r>>,
    leftovers: Vec<LeftoverJson>,
    path_concerns: Vec<ConcernJson>,
    /// Null if the library was not looked for.
    library: Option<LibraryJson<'r>>,
    source: PlaceJson,
}

impl<'r> EntryJson<'r> {
    pub fn new(place: usize, entry: &'r EntryReport<'r>, keys: &Keys<'_>) -> Self {
        let item = entry.item;
        let (standing, standard, addition, changes): (_, _, _, &[Change]) = match &entry.standing {
            Standing::Standard(name) => ("standard", Some(*name), None, &[]),
            Standing::Changed(name, changes) => ("changed", Some(*name), None, changes),
            Standing::Added(addition @ Addition::Repeated(name)) => ("added", Some(*name), Some(addition.name()), &[]),
            Standing::Added(addition) => ("added", None, Some(addition.name()), &[]),
        };
        EntryJson {
            position: place + 1,
            catalog_entry_id: item.id(),
            kind: kind(item.kind()),
            name: &item.info.name,
            provider: ProviderJson::new(Some(item.info.provider_id)),
            path: &item.info.path,
            family: item.info.address_family,
            socket_type: item.info.socket_type,
            protocol: item.info.protocol,
            protocol_max_offset: item.info.further.as_ref().map(|further| further.protocol_max_offset),
            service_flags: item.info.service_flags,
            provider_flags: item.info.further.as_ref().map(|further| further.provider_flags),
            chain: item.info.chain.ids(),
            written: item.written.as_deref(),
            standing,
            standard,
            addition,
            changes: changes.iter().map(|change| ChangeJson::new(change, item, keys)).collect(),
            leftovers: entry.leftovers.iter().map(LeftoverJson::new).collect(),
            path_concerns: entry.concerns.iter().map(ConcernJson::new).collect(),
            library: entry.library.as_ref().map(LibraryJson::new),
            source: keys.place(item.at).into(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct ChangeJson<'r> {
    field: &'static str,
    known: &'r str,
    found: &'r str,
    source: PlaceJson,
}

impl<'r> ChangeJson<'r> {
    pub fn new(change: &'r Change, item: &Item, keys: &Keys<'_>) -> Self {
        ChangeJson {
            field: change.field.name(),
            known: &change.known,
            found: &change.found,
            source: keys.place(item.field_at(change.field)).into(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct LeftoverJson {
    field: &'static str,
    /// The offset in bytes from the beginning of the field.
    offset: usize,
    hex: String,
    text: Option<String>,
    of_known_path: bool,
}

impl LeftoverJson {
    pub fn new(leftover: &Leftover) -> Self {
        LeftoverJson {
            field: leftover.field.name(),
            offset: leftover.offset,
            hex: leftover.hex(),
            text: leftover.text(),
            of_known_path: leftover.of_known_path,
        }
    }
}

#[derive(Serialize)]
pub(super) struct LayerJson<'r> {
    catalog_entry_id: Option<u32>,
    name: Option<&'r str>,
    /// The ids of the chains that contain it.
    chains: Vec<u32>,
    covers: &'r [String],
    answers: &'r [&'static str],
}

impl<'r> LayerJson<'r> {
    pub fn new(layer: &'r LayerReport, set: &'r SetReport<'r>) -> Self {
        let item = |place: usize| set.entries.get(place).map(|entry| entry.item);
        LayerJson {
            catalog_entry_id: item(layer.place).map(Item::id),
            name: item(layer.place).map(|item| item.info.name.as_str()),
            chains: layer.chains.iter().filter_map(|&place| item(place)).map(Item::id).collect(),
            covers: &layer.covers,
            answers: &layer.answers,
        }
    }
}

#[derive(Serialize)]
pub(super) struct AnswerJson<'r> {
    request: RequestJson,
    now: OutcomeJson<'r>,
    without_added: OutcomeJson<'r>,
}

#[derive(Serialize)]
pub(super) struct RequestJson {
    name: &'static str,
    family: i32,
    #[serde(rename = "type")]
    socket_type: i32,
    protocol: i32,
}

#[derive(Serialize)]
pub(super) struct OutcomeJson<'r> {
    /// `entry`, `untold` (this entry, if it accepts the protocol, which the source does not state), `refused`, or `not-told` (no
    /// entry that the source states).
    outcome: &'static str,
    position: Option<usize>,
    catalog_entry_id: Option<u32>,
    name: Option<&'r str>,
    path: Option<&'r str>,
}

impl<'r> AnswerJson<'r> {
    pub fn new(answer: &Answer, set: &'r SetReport<'r>) -> Self {
        let request = answer.request;
        AnswerJson {
            request: RequestJson {
                name: request.name,
                family: request.address_family,
                socket_type: request.socket_type,
                protocol: request.protocol,
            },
            now: OutcomeJson::new(answer.now, set),
            without_added: OutcomeJson::new(answer.without_added, set),
        }
    }
}

impl<'r> OutcomeJson<'r> {
    pub fn new(outcome: Outcome, set: &'r SetReport<'r>) -> Self {
        let (outcome, place) = match outcome {
            Outcome::Entry(place) => ("entry", Some(place)),
            Outcome::Untold(place) => ("untold", Some(place)),
            Outcome::Refused => ("refused", None),
            Outcome::NotStated => ("not-told", None),
        };
        let item = place.and_then(|place| set.entries.get(place)).map(|entry| entry.item);
        OutcomeJson {
            outcome,
            position: place.map(|place| place + 1),
            catalog_entry_id: item.map(Item::id),
            name: item.map(|item| item.info.name.as_str()),
            path: item.map(|item| item.info.path.as_str()),
        }
    }
}
