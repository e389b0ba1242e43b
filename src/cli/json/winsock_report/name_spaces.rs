//! The name-space providers of the report.

use super::Text;
use super::parts::{AbsentJson, ConcernJson, Guid, LibraryJson, PlaceJson, TimesJson};
use crate::cli::winsock::Keys;
use serde::Serialize;
use sockatlas::catalog::Bitness;
use sockatlas::winsock::report::{NameSpaceReport, NameSpaceSetReport, NameSpaceStanding};

#[derive(Serialize)]
pub(super) struct NameSpaceSetJson<'r> {
    bits: Option<u32>,
    providers: Vec<NameSpaceJson<'r>>,
    absent: Vec<AbsentJson>,
    times: Option<TimesJson<'r>>,
}

impl<'r> NameSpaceSetJson<'r> {
    pub fn new(set: &'r NameSpaceSetReport<'r>, keys: &Keys<'_>) -> Self {
        let provider = |place: usize| set.providers.get(place).map(|provider| provider.provider);
        let late = |place: usize| provider(place).map(|provider| (provider.name.as_str(), provider.at));
        NameSpaceSetJson {
            bits: set.bits().map(Bitness::number),
            providers: set.providers.iter().map(|provider| NameSpaceJson::new(provider, keys)).collect(),
            absent: set.absent.iter().map(|known| AbsentJson { name: known.name, missing: known.is_needed }).collect(),
            times: set.times.as_ref().map(|times| TimesJson::new(times, keys, late)),
        }
    }
}

#[derive(Serialize)]
pub(super) struct NameSpaceJson<'r> {
    name: &'r str,
    provider: Option<Guid>,
    path: Option<&'r str>,
    name_space: Option<u32>,
    enabled: Option<bool>,
    written: Option<&'r str>,
    /// `known`, `changed` or `added`.
    standing: &'static str,
    /// The name of the known provider.
    known: Option<&'static str>,
    changes: Vec<NameSpaceChangeJson<'r>>,
    path_concerns: Vec<ConcernJson>,
    library: Option<LibraryJson<'r>>,
    source: PlaceJson,
}

#[derive(Serialize)]
pub(super) struct NameSpaceChangeJson<'r> {
    value: &'static str,
    known: &'r str,
    found: &'r str,
}

impl<'r> NameSpaceJson<'r> {
    pub fn new(report: &'r NameSpaceReport<'r>, keys: &Keys<'_>) -> Self {
        let provider = report.provider;
        let (standing, known, changes) = match &report.standing {
            NameSpaceStanding::Known(known) => ("known", Some(known.name), [].as_slice()),
            NameSpaceStanding::Changed(known, changes) => ("changed", Some(known.name), changes.as_slice()),
            NameSpaceStanding::Added => ("added", None, [].as_slice()),
        };
        let changes = changes.iter().map(|change| NameSpaceChangeJson {
            value: change.value,
            known: &change.known,
            found: &change.found,
        });
        NameSpaceJson {
            name: &provider.name,
            provider: provider.provider_id.map(Text),
            path: provider.path.as_deref(),
            name_space: provider.name_space,
            enabled: provider.enabled,
            written: provider.written.as_deref(),
            standing,
            known,
            changes: changes.collect(),
            path_concerns: report.concerns.iter().map(ConcernJson::new).collect(),
            library: report.library.as_ref().map(LibraryJson::new),
            source: keys.place(provider.at).into(),
        }
    }
}
