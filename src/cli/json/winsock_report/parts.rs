//! The parts that entries and name-space providers share.

use super::Text;
use crate::cli::winsock::{Keys, Place};
use serde::Serialize;
use sockatlas::catalog::{Location, Span};
use sockatlas::winsock::StandardProvider;
use sockatlas::winsock::report::{LibraryFile, LibraryState, PathConcern, Times};
use std::time::Duration;
use uuid::Uuid;

/// File, line and column, and the registry key.
#[derive(Serialize)]
pub(super) struct PlaceJson {
    file: String,
    line: u32,
    column: u32,
    key: Option<String>,
}

impl From<Place> for PlaceJson {
    fn from(Place { location: Location { file, line, column }, key, .. }: Place) -> Self {
        PlaceJson { file: file.to_string(), line, column, key }
    }
}

#[derive(Serialize)]
pub(super) struct ProviderJson {
    id: Option<Guid>,
    /// The name of a known provider.
    known: Option<&'static str>,
}

/// A GUID as a text.
pub(super) type Guid = Text<Uuid>;

impl ProviderJson {
    pub fn new(id: Option<Uuid>) -> Self {
        let known = id.and_then(StandardProvider::by_id).map(|provider| provider.name);
        ProviderJson { id: id.map(Text), known }
    }
}

#[derive(Serialize)]
pub(super) struct ConcernJson {
    code: &'static str,
    message: String,
    grave: bool,
}

impl ConcernJson {
    pub fn new(concern: &PathConcern) -> Self {
        ConcernJson { code: concern.name(), message: concern.to_string(), grave: concern.is_grave() }
    }
}

#[derive(Serialize)]
pub(super) struct LibraryJson<'r> {
    looked_for: Option<String>,
    /// `there`, `missing`, `no-file`, `link`, `not-looked-for` or `unreadable`.
    state: &'static str,
    size: Option<u64>,
    modified: Option<&'r str>,
    reason: Option<&'r str>,
}

impl<'r> LibraryJson<'r> {
    pub fn new(library: &'r LibraryFile) -> Self {
        let (state, size, modified, reason) = match &library.state {
            LibraryState::There { size, modified } => ("there", Some(*size), modified.as_deref(), None),
            LibraryState::Missing => ("missing", None, None, None),
            LibraryState::NoFile => ("no-file", None, None, None),
            LibraryState::Link => ("link", None, None, None),
            LibraryState::NotLookedFor(reason) => ("not-looked-for", None, None, Some(*reason)),
            LibraryState::Unreadable(reason) => ("unreadable", None, None, Some(reason.as_str())),
        };
        let looked_for = library.looked_for.as_ref().map(|path| path.display().to_string());
        LibraryJson { looked_for, state, size, modified, reason }
    }
}

/// A known item that the catalog does not contain.
#[derive(Serialize)]
pub(super) struct AbsentJson {
    pub name: &'static str,
    pub missing: bool,
}

#[derive(Serialize)]
pub(super) struct TimesJson<'r> {
    earliest: &'r str,
    bulk: &'r str,
    latest: &'r str,
    #[serde(rename = "told")]
    stated: usize,
    late: Vec<LateJson<'r>>,
}

#[derive(Serialize)]
pub(super) struct LateJson<'r> {
    name: &'r str,
    seconds_after_bulk: u64,
    source: PlaceJson,
}

impl<'r> TimesJson<'r> {
    pub fn new(times: &Times<'r>, keys: &Keys<'_>, named: impl Fn(usize) -> Option<(&'r str, Span)>) -> Self {
        let late = |&(place, after): &(usize, Duration)| {
            let (name, at) = named(place)?;
            Some(LateJson { name, seconds_after_bulk: after.as_secs(), source: keys.place(at).into() })
        };
        TimesJson {
            earliest: times.earliest,
            bulk: times.bulk,
            latest: times.latest,
            stated: times.stated,
            late: times.late.iter().filter_map(late).collect(),
        }
    }
}
